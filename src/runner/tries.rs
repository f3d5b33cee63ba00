//! One case, played again while it fails and may be tried again.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::conversation::{Finished, Run, Seat};
use super::hiding::hide;
use super::suite::News;
use super::{CaseRef, CaseResult, Outcome};
use crate::drive::Asked;
use crate::player::{Failure, FailureKind, Verdict};

/// A case and the attempts at it, up to [`RunOptions::retries`](super::RunOptions::retries) more than one.
#[derive(Debug)]
pub(super) struct Tries {
    pub(super) number: usize,
    pub(super) case: CaseRef,
    pub(super) asked: Asked,
    /// Those that have failed, oldest first.
    earlier: Vec<Arc<Outcome>>,
}

impl Tries {
    pub(super) const fn new(number: usize, case: CaseRef, asked: Asked) -> Self {
        Self {
            number,
            case,
            asked,
            earlier: Vec::new(),
        }
    }

    /// Plays it once.
    pub(super) async fn attempt(
        &self,
        run: &Run,
        tell: &mpsc::Sender<News>,
        seat: &mut Seat,
    ) -> Finished {
        let mut finished = run.play(self.case.clone(), &self.asked, tell, seat).await;
        hide(&mut finished.outcome, &run.options.secrets);
        finished.outcome.attempt = self.count().saturating_add(1);
        finished
    }

    /// What is to be reported after an attempt; `Ok(None)`: another one follows. It is told at once then, so that it is written
    /// down whatever becomes of the next.
    ///
    /// # Errors
    ///
    /// Fails when nobody listens any more.
    pub(super) async fn after(
        &mut self,
        run: &Run,
        tell: &mpsc::Sender<News>,
        mut finished: Finished,
    ) -> Result<Option<Finished>, Gone> {
        let left = run.options.retries.checked_sub(self.count());
        let again = finished.outcome.has_failed()
            && left.is_some_and(|left| left > 0)
            && !run.cancel.is_cancelled();
        if !again {
            self.last(&mut finished, run.options.flaky_fails);
            return Ok(Some(finished));
        }
        let outcome = Arc::from(finished.outcome);
        let tried = News::Tried(self.number, Arc::clone(&outcome));
        tell.send(tried).await.map_err(|_| Gone)?;
        self.earlier.push(outcome);
        run.again(&self.case);
        Ok(None)
    }

    /// Makes an attempt the last one. `flaky_fails`: a case that has not passed at once has failed.
    pub(super) fn last(&self, finished: &mut Finished, flaky_fails: bool) {
        finished.outcome.earlier.clone_from(&self.earlier);
        if flaky_fails {
            fail_if_flaky(&mut finished.outcome);
        }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.earlier.len()).unwrap_or(u32::MAX)
    }
}

/// A case that has passed and is held, for whoever takes it first: the worker that settles it, or who reports it where nothing is to
/// be waited for any more.
#[derive(Debug, Clone)]
pub(super) struct HeldBack(Arc<Mutex<Option<(Tries, Finished)>>>);

impl HeldBack {
    pub(super) fn new(tries: Tries, finished: Finished) -> Self {
        Self(Arc::new(Mutex::new(Some((tries, finished)))))
    }

    /// The case, once.
    pub(super) fn take(&self) -> Option<(Tries, Finished)> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.take()
    }
}

/// Fails a case that has passed, but not at once.
fn fail_if_flaky(outcome: &mut Outcome) {
    let Some(CaseResult::Played(Verdict::Failed(before))) = (outcome.earlier.last())
        .filter(|_| outcome.is_flaky())
        .map(|earlier| &earlier.result)
    else {
        return;
    };
    let kind = FailureKind::Flaky {
        attempt: outcome.attempt,
        before: before.clone(),
    };
    let failure = Failure {
        included: before.included.clone(),
        ..Failure::outside(before.span, kind)
    };
    outcome.result = CaseResult::Played(Verdict::Failed(Box::new(failure)));
}

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Gone;
