//! Who is being played with a program: how many cases there are beside one's own, and how many there were when it ended.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use super::Program;

/// The cases that are being played with a program.
#[derive(Debug, Default)]
pub(super) struct Talkers {
    count: watch::Sender<usize>,
    /// How many there have been.
    begun: AtomicU64,
    /// How often one of them, or a health check, has heard from the program.
    answers: AtomicU64,
    /// Whether a health check has been played with the program.
    checked: AtomicBool,
    /// How many there were when the end of the program was noticed.
    at_end: OnceLock<usize>,
}

/// A case that is being played with a program, until this is dropped.
#[derive(Debug)]
pub struct Talking(Arc<Program>);

impl Talking {
    /// One case more.
    pub fn with(program: Arc<Program>) -> Self {
        program.talkers.count.send_modify(|count| *count += 1);
        program.talkers.begun.fetch_add(1, Ordering::SeqCst);
        Self(program)
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.0
    }

    /// How many others there are; once the program has ended, how many there were when that was noticed.
    pub fn others(&self) -> usize {
        let now = || *self.talkers.count.borrow();
        let count = match self.ended() {
            Some(_) => *self.talkers.at_end.get_or_init(now),
            None => now(),
        };
        count.saturating_sub(1)
    }
}

impl Deref for Talking {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0
    }
}

impl Program {
    /// How many cases have begun to be played with it.
    pub fn begun(&self) -> u64 {
        self.talkers.begun.load(Ordering::SeqCst)
    }

    /// Takes down that a conversation which is over has heard from it.
    pub fn answered(&self) {
        self.talkers.answers.fetch_add(1, Ordering::SeqCst);
    }

    /// How many conversations that are over have heard from it.
    pub fn answers(&self) -> u64 {
        self.talkers.answers.load(Ordering::SeqCst)
    }

    /// Takes down that a health check is played with it.
    pub fn check(&self) {
        self.talkers.checked.store(true, Ordering::SeqCst);
    }

    /// Whether a health check has been played with it, after any case.
    pub fn was_checked(&self) -> bool {
        self.talkers.checked.load(Ordering::SeqCst)
    }

    /// Waits until no case is being played with it.
    pub(in crate::target) async fn until_alone(&self) {
        let mut count = self.talkers.count.subscribe();
        // The sender is the program's own, so the wait cannot fail.
        let _ = count.wait_for(|count| *count == 0).await;
    }
}

impl Drop for Talking {
    fn drop(&mut self) {
        self.0.talkers.count.send_modify(|count| *count -= 1);
    }
}
