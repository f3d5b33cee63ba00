//! What is still to be played.

use std::iter::Enumerate;
use std::sync::{Mutex, PoisonError};
use std::vec::IntoIter;

use super::CaseRef;

/// Gives out cases, each with its number from 0, in the order of the files.
///
/// A case that has been given out is kept no longer, so a long run gives back the memory of its scenarios as it goes.
#[derive(Debug)]
pub(super) struct Queue(Mutex<Cases>);

#[derive(Debug)]
struct Cases {
    left: Enumerate<IntoIter<CaseRef>>,
    stopped: bool,
}

impl Queue {
    pub(super) fn new(cases: Vec<CaseRef>) -> Self {
        Self(Mutex::new(Cases {
            left: cases.into_iter().enumerate(),
            stopped: false,
        }))
    }

    /// The next case; `None` when there is none left, or no more are to be begun.
    pub(super) fn next(&self) -> Option<(usize, CaseRef)> {
        let mut cases = self.lock();
        if cases.stopped {
            return None;
        }
        cases.left.next()
    }

    /// Gives out no more.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
    }

    /// How many have not been given out.
    pub(super) fn left(&self) -> usize {
        self.lock().left.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Cases> {
        // Nothing that can panic happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
