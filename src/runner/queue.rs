//! What is still to be played, shared by the workers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::CaseRef;
use super::schedule::{Hold, LockSet, Next, Schedule};
use crate::drive::Cancel;

/// Gives out cases, each with its number from 0, as the [`Schedule`] has it.
///
/// A case that has been given out is kept no longer, so a long run gives back the memory of its scenarios as it goes.
#[derive(Debug)]
pub(super) struct Queue {
    cases: Mutex<Cases>,
    /// Told when there is something to be begun, one of those that wait at a time; all, when nothing more is.
    news: Notify,
}

#[derive(Debug)]
struct Cases {
    schedule: Schedule<CaseRef>,
    stopped: bool,
}

/// A case whose turn it is. Its locks are held until the turn is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    /// Its number, from 0.
    pub(super) number: usize,
    /// What is to be played.
    pub(super) case: CaseRef,
    /// The end of the turn.
    pub(super) locks: Locks,
}

/// The locks that a case holds, until it is dropped: also where playing it panics.
#[derive(Debug)]
pub(super) struct Locks {
    queue: Arc<Queue>,
    hold: Option<Hold>,
}

impl Queue {
    /// `overlap`: rounds of one case may be played at the same time.
    pub(super) fn new(cases: Vec<CaseRef>, overlap: bool) -> Self {
        let in_turns = !overlap && cases.iter().any(|case| case.round > 0);
        let locks: Vec<_> = (cases.iter()).map(|case| locks(case, in_turns)).collect();
        let locks = locks.iter().map(|locks| &**locks);
        Self {
            cases: Mutex::new(Cases {
                schedule: Schedule::new(cases.into_iter().zip(locks)),
                stopped: false,
            }),
            news: Notify::new(),
        }
    }

    /// The next case, once it may be begun; `None` when there is none left, or no more are to be begun.
    pub(super) async fn next(self: &Arc<Self>, cancel: &Cancel) -> Option<Turn> {
        loop {
            // Before the look, so that no news is missed after it.
            let news = self.news.notified();
            let (next, more) = {
                let mut cases = self.lock();
                if cases.stopped || cancel.is_cancelled() {
                    return None;
                }
                (cases.schedule.next(), cases.schedule.has_news())
            };
            if more {
                self.news.notify_one();
            }
            match next {
                Next::Over => return None,
                Next::Begin(number, case, hold) => {
                    let locks = Locks {
                        queue: Arc::clone(self),
                        hold: Some(hold),
                    };
                    return Some(Turn {
                        number,
                        case,
                        locks,
                    });
                }
                Next::Wait => tokio::select! {
                    () = news => {}
                    () = cancel.cancelled() => {}
                },
            }
        }
    }

    /// The locks of a case that has ended and is to be played again, once nobody else holds one of them; none of them when what is
    /// being played is to end.
    pub(super) async fn again(self: &Arc<Self>, locks: LockSet, cancel: &Cancel) -> Locks {
        self.lock().schedule.returns(locks);
        let hold = loop {
            // Before the look, so that no news is missed after it.
            let news = self.news.notified();
            if let Some(hold) = self.lock().schedule.again(locks) {
                break Some(hold);
            }
            tokio::select! {
                () = news => {}
                () = cancel.cancelled() => break None,
            }
        };
        Locks {
            queue: Arc::clone(self),
            hold,
        }
    }

    /// No locks.
    pub(super) fn without_locks(self: &Arc<Self>) -> Locks {
        Locks {
            queue: Arc::clone(self),
            hold: None,
        }
    }

    /// Gives out no more.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.news.notify_waiters();
    }

    /// How many have not been given out.
    pub(super) fn left(&self) -> usize {
        self.lock().schedule.left()
    }

    fn lock(&self) -> MutexGuard<'_, Cases> {
        // Nothing that can panic happens under the lock.
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Locks {
    /// Which they are; nothing where none is held.
    pub(super) fn set(&self) -> Option<LockSet> {
        self.hold.as_ref().map(Hold::locks)
    }
}

/// The locks of a case: those of its scenario. Where rounds come one after the other, each case has one of its own besides: it may
/// use names on the server that no other case uses.
fn locks(case: &CaseRef, in_turns: bool) -> Vec<String> {
    let own = in_turns.then(|| format!("\0{} {} {}", case.suite, case.case, case.id));
    (case.scenario.locks.iter().cloned()).chain(own).collect()
}

impl Drop for Locks {
    fn drop(&mut self) {
        if let Some(hold) = self.hold.take() {
            let (returns, more) = {
                let mut cases = self.queue.lock();
                cases.schedule.end(hold);
                (cases.schedule.has_returning(), cases.schedule.has_news())
            };
            if returns {
                // It is not for anybody to take what it waits for.
                self.queue.news.notify_waiters();
            } else if more {
                // One of those that wait, which tells the next if there is more: all of them at once would mostly look in vain.
                self.queue.news.notify_one();
            }
        }
    }
}
