//! One case, played again while it fails and may be tried again.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::CaseRef;
use super::conversation::{Finished, Run};
use super::hiding::hide;
use super::outcome::{CaseResult, Outcome};
use super::suite::News;
use crate::drive::Asked;
use crate::player::{Failure, FailureKind, Verdict};

/// Plays a case, up to [`RunOptions::retries`](super::RunOptions::retries) times more while it fails. An attempt that another one
/// follows is told at once, so that it is written down whatever becomes of the next. `None`: nobody listens any more.
pub(super) async fn tries(
    run: &Run,
    tell: &mpsc::Sender<News>,
    number: usize,
    case: CaseRef,
    asked: &Asked,
) -> Option<Finished> {
    let mut earlier = Vec::new();
    loop {
        let mut finished = run.play(case.clone(), asked).await;
        let left = run.options.retries.checked_sub(count(&earlier));
        hide(&mut finished.outcome, &run.options.secrets);
        finished.outcome.attempt = count(&earlier).saturating_add(1);
        let again = finished.outcome.has_failed()
            && left.is_some_and(|left| left > 0)
            && !run.cancel.is_cancelled();
        if !again {
            finished.outcome.earlier = earlier;
            if run.options.flaky_fails {
                fail_if_flaky(&mut finished.outcome);
            }
            return Some(finished);
        }
        let outcome = Arc::from(finished.outcome);
        let tried = News::Tried(number, Arc::clone(&outcome));
        tell.send(tried).await.ok()?;
        earlier.push(outcome);
        run.again(&case);
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

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
