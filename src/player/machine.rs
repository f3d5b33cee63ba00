//! The player itself.

use std::sync::Arc;
use std::time::Duration;

use super::{Action, Ending, Refusal, Transcript, Verdict};
use crate::scenario::{ClientId, Script, SlotId, Value};
use crate::time::Time;

/// How long a step waits unless the file or the run says otherwise: 5 s.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// What one play of a script is given from outside.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Built-in names (`scenario`, `case`, `seed`, `target` …): the player sets those the script uses.
    pub builtins: Vec<(&'static str, Value)>,
    /// Names the run sets (`--var`), stronger than the file's, weaker than the case's.
    pub vars: Vec<(String, Value)>,
    /// Names the case sets.
    pub case: Vec<(SlotId, Value)>,
    /// Decides whatever is random.
    pub seed: u64,
    /// How long a step waits where the file says nothing.
    pub timeout: Duration,
    /// How many steps the conversation may have.
    pub max_steps: u64,
    /// Plays every send of the script in these pieces instead of its own; `None`: as written.
    pub segment: Option<Segment>,
}

/// How `--segment` cuts sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// The first 4 KiB byte by byte, the rest in pieces of 1 KiB.
    Byte,
    /// Anywhere, by the seed.
    Random,
}

/// A script being played.
#[derive(Debug)]
pub struct Player {
    script: Arc<Script>,
    setting: Setting,
    transcript: Transcript,
    verdict: Option<Verdict>,
}

impl Player {
    /// Makes a player that has not begun.
    pub fn new(script: Arc<Script>, setting: Setting) -> Self {
        Self {
            script,
            setting,
            transcript: Transcript::default(),
            verdict: None,
        }
    }

    /// The script.
    pub fn script(&self) -> &Arc<Script> {
        &self.script
    }

    /// Begins, or begins again with the same buffers.
    pub fn reset(&mut self, setting: Setting) {
        self.setting = setting;
    }

    /// The next thing the driver has to do, if there is one.
    pub fn poll_action(&mut self, now: Time) -> Option<Action> {
        let _ = now;
        None
    }

    /// The bytes of the write that was asked for.
    pub fn outbox(&self, client: ClientId) -> &[u8] {
        let _ = client;
        &[]
    }

    /// Whether the driver should read from this client's connection.
    pub fn wants_bytes(&self, client: ClientId) -> bool {
        let _ = client;
        false
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Time> {
        None
    }

    /// What came of it, once all is over: every step played, `finally` too, every connection given back.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// What happened last.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Messages (framed) or runs of bytes (raw) that arrived and that no step expected, so far.
    pub fn leftovers(&self) -> u64 {
        0
    }

    /// The connection of a client came about.
    pub fn handle_connected(&mut self, client: ClientId, peer: &str, now: Time) {
        let _ = (client, peer, now);
    }

    /// The connection of a client did not come about.
    pub fn handle_refused(&mut self, client: ClientId, why: Refusal, now: Time) {
        let _ = (client, why, now);
    }

    /// Bytes of a client's peer arrived.
    pub fn handle_received(&mut self, client: ClientId, bytes: &[u8], now: Time) {
        let _ = (client, bytes, now);
    }

    /// A client's connection ended; no bytes come after.
    pub fn handle_ended(&mut self, client: ClientId, how: Ending, now: Time) {
        let _ = (client, how, now);
    }

    /// The write that was asked for is done.
    pub fn handle_written(&mut self, client: ClientId, now: Time) {
        let _ = (client, now);
    }

    /// The write that was asked for cannot be done; reading goes on.
    pub fn handle_unwritable(&mut self, client: ClientId, how: Ending, now: Time) {
        let _ = (client, how, now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        let _ = now;
    }

    /// Stops: `finally` is played, then the verdict is [`Verdict::Cancelled`].
    pub fn cancel(&mut self, now: Time) {
        let _ = now;
    }
}
