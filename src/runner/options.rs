//! What is to be played, and how.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::{Inquiry, Shard};
use crate::net::{Address, AllowedHosts, TlsClient};
use crate::player::{
    DEFAULT_MAX_PAYLOAD, DEFAULT_MAX_STEPS, DEFAULT_SEGMENT_PACE, DEFAULT_TIMEOUT, Segment,
};
use crate::scenario::{Requirement, Scenario, Value};
use crate::secrets::Secrets;
use crate::target::Target;
use crate::time::TimeScale;

/// How many cases are played at a time unless told otherwise.
pub const DEFAULT_JOBS: usize = 8;

/// After how long a case is called slow unless told otherwise: 5 s.
pub const DEFAULT_SLOW_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a failed case may be tried again at most: the transcripts of all its attempts are kept until it is over.
pub const MAX_RETRIES: u32 = 100;

/// One case to be played.
#[derive(Debug, Clone)]
pub struct CaseRef {
    /// Path without ending, plus `#label` or `#N` for a case.
    pub id: Arc<str>,
    /// The file's part of it, without `#` and what follows.
    pub file: Arc<str>,
    /// The file it is from.
    pub scenario: Arc<Scenario>,
    /// Which of the file's cases, from 0.
    pub case: usize,
    /// Which time it is played, from 0.
    pub round: u32,
    /// Which of the run's suites it belongs to, from 0.
    pub suite: usize,
}

/// What some cases of a run share: what is under test, and what they are told of it.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// Its name; `None`: the run is not made of suites.
    pub name: Option<Arc<str>>,
    /// What its cases talk to.
    pub target: Target,
    /// What clients that name a target talk to, by those names.
    pub targets: Vec<(String, Address)>,
    /// What its cases may connect to beside the hosts of its targets.
    pub allowed: AllowedHosts,
    /// What each of its cases requires, beside what the case itself does.
    pub requires: Vec<Requirement>,
    /// What is declared, for scenarios that require `feature:NAME`.
    pub features: Vec<String>,
    /// Names that are set for its cases, weaker than those of a file.
    pub vars: Vec<(String, Value)>,
    /// Played after each case: where it fails, the case has broken the target.
    pub health: Option<Arc<Scenario>>,
    /// Makes TLS of connections.
    pub tls: Arc<TlsClient>,
}

impl Suite {
    /// A suite that has a target, and nothing else to say.
    pub fn of(target: Target) -> Self {
        Self {
            target,
            ..Self::default()
        }
    }
}

/// How cases are played.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How many are played at a time; at least one.
    pub jobs: usize,
    /// On how many threads they are played, each with a runtime of its own; none: as tasks of the runtime that the run is begun in.
    pub threads: usize,
    /// The runtime to which servers and programs belong, which outlive a case; none: that which the run is begun in.
    pub home: Option<Handle>,
    /// How long a step waits where the file says nothing.
    pub timeout: Duration,
    /// Decides whatever is random.
    pub seed: u64,
    /// Names set from outside (`--var`), stronger than those of a file.
    pub vars: Vec<(String, Value)>,
    /// What templates may know of the environment (`--allow-env`).
    pub environment: Arc<[(String, Value)]>,
    /// What nobody may see of what came of a case.
    pub secrets: Arc<Secrets>,
    /// Plays every send in other pieces, but in scenarios that are about theirs.
    pub segment: Option<Segment>,
    /// The pause between the first of these pieces, so that a peer can read each by itself.
    pub segment_pace: Duration,
    /// Which part of a suite the cases are.
    pub shard: Option<Shard>,
    /// Begins no further case once so many have failed.
    pub max_fail: Option<NonZeroUsize>,
    /// How often a case that has failed is tried again at most: up to [`MAX_RETRIES`].
    pub retries: u32,
    /// Fails a case that passes only when it is tried again.
    pub flaky_fails: bool,
    /// After how long a case is called slow, and again each time it has lasted as long once more.
    pub slow_timeout: Duration,
    /// By how much all times of scenarios are multiplied, those of the server they ask for too.
    pub time_scale: TimeScale,
    /// Fails a case in which something arrived that no step took.
    pub deny_leftover: bool,
    /// Through this somebody may ask what is being played.
    pub inquiry: Inquiry,
    /// How many steps a conversation may have.
    pub max_steps: u64,
    /// How many bytes a computed message may have.
    pub max_message: usize,
    /// Plays in memory under a virtual clock, against sessions of the reference server, and not against the target.
    pub simulate: bool,
    /// Lets rounds of one case be played at the same time, where its locks do; else they come one after the other.
    pub overlap: bool,
    /// Keeps the transcripts of cases that have passed too.
    pub keep_transcripts: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            jobs: DEFAULT_JOBS,
            threads: 0,
            home: None,
            timeout: DEFAULT_TIMEOUT,
            seed: 0,
            vars: Vec::new(),
            environment: Arc::default(),
            secrets: Arc::default(),
            segment: None,
            segment_pace: DEFAULT_SEGMENT_PACE,
            shard: None,
            max_fail: None,
            retries: 0,
            flaky_fails: false,
            slow_timeout: DEFAULT_SLOW_TIMEOUT,
            time_scale: TimeScale::ONE,
            deny_leftover: false,
            inquiry: Inquiry::default(),
            max_steps: DEFAULT_MAX_STEPS,
            max_message: DEFAULT_MAX_PAYLOAD,
            simulate: false,
            overlap: false,
            keep_transcripts: false,
        }
    }
}
