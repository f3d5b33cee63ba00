//! One case, played again while it fails and may be tried again.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::CaseRef;
use super::conversation::{Finished, Run};
use super::hiding::hide;
use super::suite::News;
use crate::drive::Asked;

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
            return Some(finished);
        }
        let outcome = Arc::from(finished.outcome);
        let tried = News::Tried(number, Arc::clone(&outcome));
        tell.send(tried).await.ok()?;
        earlier.push(outcome);
        run.again(&case);
    }
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
