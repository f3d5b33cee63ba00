//! What came of one case.

use std::sync::Arc;
use std::time::Duration;

use crate::player::{Transcript, Verdict, Waiting};
use crate::scenario::Scenario;

/// What came of one case.
#[derive(Debug)]
pub struct Outcome {
    /// Path without ending, plus `#label` or `#N` for a case.
    pub id: Arc<str>,
    /// Its `name`, rendered, where it has one.
    pub name: Option<String>,
    /// The file it is from.
    pub scenario: Arc<Scenario>,
    /// Its number among the cases of the file, from 0.
    pub case: usize,
    /// Which time it was played, from 0.
    pub round: u32,
    /// What came of it.
    pub result: CaseResult,
    /// What its steps waited for when it was cancelled.
    pub interrupted: Vec<Waiting>,
    /// Whether a connection came about.
    pub connected: bool,
    /// From first step to last.
    pub elapsed: Duration,
    /// Replies nothing expected.
    pub leftovers: u64,
    /// Which attempt this was, from 1: a case that failed may be tried again.
    pub attempt: u32,
    /// The attempts before, oldest first, all failed.
    pub earlier: Vec<Arc<Self>>,
    /// The last things that happened.
    pub transcript: Transcript,
    /// What the program under test did meanwhile, where there is one and the case failed or all is to be kept.
    pub program: Option<ProgramNews>,
    /// Whether something in its failure was hidden: its bytes are not those that were said.
    pub hidden: bool,
    /// What the health check after it came to, where that failed.
    pub health: Option<Box<Self>>,
}

/// What a program under test did while a case was played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramNews {
    /// Its command, as it was written.
    pub command: String,
    /// How it ended, if it did though nobody had asked it to: `signal 11, SIGSEGV`.
    pub ended: Option<String>,
    /// Of a program of which no case tells: after which case its health check failed first, where it did.
    pub ailing: Option<String>,
    /// What may have led to that, or to a report of a crash that it printed.
    pub suspects: Option<Suspects>,
    /// Why the case was played twice, where it was: the first time comes to nothing.
    pub replayed: Option<Replayed>,
    /// The last bytes it printed meanwhile. Never to be shown as they are.
    pub stdout: Vec<u8>,
    /// The last bytes it printed as errors meanwhile. Never to be shown as they are.
    pub stderr: Vec<u8>,
}

/// Which conversations may have led to what a program did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Suspects {
    /// Whether a case tells of it, whose conversation is another one beside those that are counted here.
    pub told: bool,
    /// How many others were being played with the program at that time.
    pub beside: usize,
    /// How many had been played with it and were over.
    pub before: u64,
    /// Whether a health check was played with it too, after one of them or after the case that tells of it.
    pub checked: bool,
    /// Whether the program before had ended in this case too, both without an answer to it, and nobody was beside it.
    pub twice: bool,
}

/// Why a case was played again with a new program: the one before had ended, and had said nothing to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// How the program had ended: `exit code 9`.
    pub ended: String,
    /// Whether the case had sent something by then.
    pub sent: bool,
}

impl ProgramNews {
    /// A program of which there is nothing to tell.
    pub(super) const fn of(command: String) -> Self {
        Self {
            command,
            ended: None,
            ailing: None,
            suspects: None,
            replayed: None,
            stdout: Vec::new(),
            stderr: Vec::new(),
        }
    }
}

impl Outcome {
    /// Whether it was played and failed.
    pub fn has_failed(&self) -> bool {
        matches!(self.result, CaseResult::Played(Verdict::Failed(_)))
    }

    /// Whether it passed, but not at once.
    pub fn is_flaky(&self) -> bool {
        matches!(self.result, CaseResult::Played(Verdict::Passed)) && !self.earlier.is_empty()
    }
}

/// Played or not, and what came of it.
#[derive(Debug)]
pub enum CaseResult {
    /// Played.
    Played(Verdict),
    /// Not played: why.
    Skipped(String),
}
