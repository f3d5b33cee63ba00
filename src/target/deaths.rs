//! Programs that have ended though nobody had asked them to, until it is known whether a case has told of it.
//!
//! A program may end when no case is there to be blamed for it. It is to be told all the same, once the run is over: whoever reads that
//! all cases have passed would otherwise take it for a server that held.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Crash, Mark, Program};

/// Of how many programs whose end no case has told of it is said how they ended; further ones are only counted.
pub const MAX_DEATHS: usize = 16;

/// What a program did that it should not, where no case has told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    /// What it did.
    pub crash: Crash,
    /// How many conversations had been played with it.
    pub played: u64,
    /// Whether health checks had, after those.
    pub checked: bool,
    /// After which case its health check failed first, where it did.
    pub ailing: Option<Arc<str>>,
    /// The last bytes it printed; at most [`MAX_SHOWN_OUTPUT`](super::MAX_SHOWN_OUTPUT).
    pub stdout: Vec<u8>,
    /// The last bytes it printed as errors; at most [`MAX_SHOWN_OUTPUT`](super::MAX_SHOWN_OUTPUT).
    pub stderr: Vec<u8>,
}

/// The programs of a run that have ended by themselves.
#[derive(Debug, Default)]
pub(super) struct Deaths {
    /// Whether a case has told of it, and how it was; nothing where there are too many.
    all: Vec<(Arc<AtomicBool>, Option<Death>)>,
}

impl Deaths {
    /// Takes down how a program ended, where it did something that it should not since then. Its place is free for the next afterwards.
    pub(super) fn add(&mut self, program: &Program, since: Mark) {
        self.all.retain(|(told, _)| !told.load(Ordering::SeqCst));
        let Some(crash) = program.crash_since(since) else {
            return;
        };
        let known = self.all.iter().filter(|(_, death)| death.is_some()).count();
        let death = (known < MAX_DEATHS).then(|| {
            let (stdout, stderr) = program.printed_since(Mark::default());
            Death {
                crash,
                played: program.begun(),
                checked: program.was_checked(),
                ailing: program.ails(),
                stdout,
                stderr,
            }
        });
        self.all.push((program.told(), death));
    }

    /// Those that no case has told of, the first ones, and how many more there are.
    pub(super) fn untold(self) -> (Vec<Death>, usize) {
        let untold = self.all.into_iter();
        let untold = untold.filter(|(told, _)| !told.load(Ordering::SeqCst));
        let untold: Vec<Option<Death>> = untold.map(|(_, death)| death).collect();
        let all = untold.len();
        let known: Vec<Death> = untold.into_iter().flatten().collect();
        let more = all - known.len();
        (known, more)
    }
}
