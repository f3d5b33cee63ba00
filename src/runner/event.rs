//! What a run says while it goes on: reports live from this one stream.

use std::sync::Arc;
use std::time::Duration;

use super::{Outcome, ProgramNews, Shard};
use crate::player::{ProgramFault, Waiting};
use crate::target::Killed;

/// One thing that happened in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// Scenario files selected.
        scenarios: usize,
        /// Cases selected: what is played.
        cases: usize,
        /// What is under test, in words: `embedded reference server`, `tcp://127.0.0.1:6379`.
        target: String,
        /// How many are played at a time.
        jobs: usize,
        /// The seed of the run.
        seed: u64,
        /// Which part of the suite this is, where it is one.
        shard: Option<Shard>,
    },
    /// The program under test is not ready, for longer than a person waits without a word. Told once a suite.
    Preparing {
        /// What is waited for: `sleep 9 {port}: nobody listens on tcp://127.0.0.1:4711 yet`.
        waiting: String,
    },
    /// A case begins.
    CaseStarted {
        /// Its place among the cases of the run, from 0.
        number: usize,
        /// Its id.
        id: Arc<str>,
    },
    /// A case has been running for longer than the slow timeout.
    CaseSlow {
        /// Its id.
        id: Arc<str>,
        /// Which time it is played, from 0.
        round: u32,
        /// For how long.
        elapsed: Duration,
        /// What its steps wait for; nothing where none is being played.
        waiting: Vec<Waiting>,
    },
    /// Somebody wants to know what is being played: each case tells, as it answers.
    Asked {
        /// How many are being played.
        playing: usize,
    },
    /// What a case is doing, because somebody wanted to know.
    CaseWaits {
        /// Its id.
        id: Arc<str>,
        /// Which time it is played, from 0.
        round: u32,
        /// For how long it has been played.
        elapsed: Duration,
        /// What its steps wait for; nothing where none is being played.
        waiting: Vec<Waiting>,
    },
    /// The wish to stop was heard: no further case begins, and these end, each with its `finally`.
    Stopping {
        /// How many are being played.
        playing: usize,
    },
    /// A case is over, just now, or an attempt at it: told in whatever order they end, so that what writes it down loses nothing.
    CaseEnded {
        /// Its place among the cases of the run, from 0.
        number: usize,
        /// What came of it.
        outcome: Arc<Outcome>,
    },
    /// A case is over. In the order of the files.
    CaseFinished(Arc<Outcome>),
    /// A program under test did what it should not, and no case tells of it: when all cases are over, before the end of the run.
    ProgramFailed {
        /// What it did.
        fault: ProgramFault,
        /// How it ended, and what it printed last.
        news: ProgramNews,
    },
    /// Programs under test, or what they had left behind, had to be killed. Told once a suite, before the end of the run.
    ProgramKilled {
        /// What had to be.
        killed: Killed,
        /// The command.
        command: String,
        /// The name of the suite, where there are several.
        suite: Option<Arc<str>>,
    },
    /// Nothing more has happened by now: what has been told may be handed on.
    Idle,
    /// The run is over.
    RunFinished {
        /// The count.
        summary: Summary,
        /// The count of each suite by its name, where the run is made of several.
        suites: Vec<(Arc<str>, Summary)>,
        /// How long it took.
        elapsed: Duration,
    },
}

/// The count of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Cases played to a verdict.
    pub run: usize,
    /// Passed.
    pub passed: usize,
    /// Of these, those that passed only when tried again.
    pub flaky: usize,
    /// Failed.
    pub failed: usize,
    /// Not played, with a reason.
    pub skipped: usize,
    /// Begun and cancelled, or never begun.
    pub cancelled: usize,
    /// Never begun: a part of the cancelled.
    pub not_started: usize,
    /// Replies nothing expected, over all.
    pub leftovers: u64,
    /// Played as written although `--segment` asked otherwise.
    pub as_written: usize,
    /// Whether one connection to the target came about.
    pub connected: bool,
    /// What had to be killed of the programs under test.
    pub killed: Killed,
    /// Programs under test that ended by themselves, or crashed, of which no case tells.
    pub crashed: usize,
}
