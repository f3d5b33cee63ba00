//! What one play of a script is given from outside.

use std::sync::Arc;
use std::time::Duration;

pub use crate::scenario::DEFAULT_MAX_STEPS;
use crate::scenario::{ClientId, SlotId, Value};
use crate::time::TimeScale;

/// How long a step waits unless the file or the run says otherwise: 5 s.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause that a run makes between the pieces of `segment` unless it says otherwise: 1 ms. Without one the system may glue the
/// pieces before the peer reads, so that a peer which takes one read for one message passes.
pub const DEFAULT_SEGMENT_PACE: Duration = Duration::from_millis(1);

/// How many bytes of a send go out with such pauses: 64. A peer that minds does so in the first pieces, and a long send shall not
/// take for ever.
pub const MAX_PACED: usize = 64;

/// How many bytes a computed payload may have unless the run says otherwise: 64 MiB.
pub const DEFAULT_MAX_PAYLOAD: usize = 64 << 20;

/// What time it is when a conversation begins unless the run says otherwise, in nanoseconds since 1970: a moment of
/// September 2001, whose seconds are a number of ten digits as today's are.
pub const DEFAULT_BEGAN: u64 = 1_000_000_000_000_000_000;

/// What one play of a script is given from outside.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Built-in names (`scenario`, `case`, `seed`, `target` …): the player sets those that the script reads.
    pub builtins: Vec<(&'static str, Value)>,
    /// Names a suite sets, weaker than the file's.
    pub defaults: Vec<(String, Value)>,
    /// Names the run sets (`--var`), stronger than the file's, weaker than the case's.
    pub vars: Vec<(String, Value)>,
    /// What templates may know of the environment (`--allow-env`).
    pub environment: Arc<[(String, Value)]>,
    /// Names the case sets.
    pub case: Vec<(SlotId, Value)>,
    /// Decides whatever is random.
    pub seed: u64,
    /// What time it is when the conversation begins, in nanoseconds since 1970: `now()` goes on from there.
    pub began: u64,
    /// How long a step waits where the file says nothing.
    pub timeout: Duration,
    /// By how much all times are multiplied: those of the file, and `timeout`.
    pub time_scale: TimeScale,
    /// Fails a conversation in which something arrived that no step took.
    pub deny_leftover: bool,
    /// How many steps the conversation may have.
    pub max_steps: u64,
    /// How many bytes a computed payload may have.
    pub max_payload: usize,
    /// Plays every send of the script in these pieces instead of its own; `None`: as written.
    pub segment: Option<Segment>,
    /// The pause after each of these pieces in the first [`MAX_PACED`] bytes of a send; not a time of the script, so it is not scaled.
    pub segment_pace: Duration,
    /// Which clients' connections carry packets, by their ids; those that are not named carry bytes.
    pub packets: Vec<bool>,
}

impl Setting {
    /// Whether a client's connections carry packets.
    pub(super) fn is_on_packets(&self, client: ClientId) -> bool {
        let packets = self.packets.get(usize::from(client.0));
        packets.copied().unwrap_or_default()
    }
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            builtins: Vec::new(),
            defaults: Vec::new(),
            vars: Vec::new(),
            environment: Arc::default(),
            case: Vec::new(),
            seed: 0,
            began: DEFAULT_BEGAN,
            timeout: DEFAULT_TIMEOUT,
            time_scale: TimeScale::ONE,
            deny_leftover: false,
            max_steps: DEFAULT_MAX_STEPS,
            max_payload: DEFAULT_MAX_PAYLOAD,
            segment: None,
            segment_pace: Duration::ZERO,
            packets: Vec::new(),
        }
    }
}

/// How `--segment` cuts sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// The first 4 KiB byte by byte, the rest in pieces of 1 KiB.
    Byte,
    /// Anywhere, by the seed.
    Random,
}
