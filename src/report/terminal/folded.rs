//! Failures of one case that is played many times: each different one is shown in full once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::player::{Failure, FailureKind};
use crate::runner::Outcome;

/// How many different failures of one case are known again.
const MAX: usize = 4;

/// The failures that have been shown in full, of each case, with where it failed so.
#[derive(Debug, Default)]
pub(super) struct Folded(HashMap<Arc<str>, Vec<Known>>);

/// A failure that has been shown in full.
#[derive(Debug)]
struct Known {
    /// From 0.
    round: u32,
    /// From 1.
    attempt: u32,
    failure: Failure,
}

impl Folded {
    /// Where a case failed just so before, in words: `round 1`, `attempt 2 of round 1`, or `attempt 1`, which is of the same round.
    /// `None`: it is about to be shown in full.
    ///
    /// What a program or a health check had to do with it is different each time.
    pub(super) fn as_in(&mut self, outcome: &Outcome, failure: &Failure) -> Option<String> {
        let has_ended = (outcome.program.as_ref()).is_some_and(|news| news.ended.is_some());
        if has_ended || outcome.health.is_some() {
            return None;
        }
        let known = self.0.entry(Arc::clone(&outcome.id)).or_default();
        let same = known.iter().find(|known| is_same(&known.failure, failure));
        if let Some(Known { round, attempt, .. }) = same {
            let number = u64::from(*round) + 1;
            return Some(match attempt {
                _ if *round == outcome.round => format!("attempt {attempt}"),
                0 | 1 => format!("round {number}"),
                _ => format!("attempt {attempt} of round {number}"),
            });
        }
        if known.len() < MAX {
            known.push(Known {
                round: outcome.round,
                attempt: outcome.attempt,
                failure: failure.clone(),
            });
        }
        None
    }
}

/// Whether the same step failed in the same way, whenever that was.
fn is_same(one: &Failure, other: &Failure) -> bool {
    let step = |failure: &Failure| {
        (
            failure.span,
            failure.in_finally,
            failure.client,
            failure.branch,
        )
    };
    step(one) == step(other)
        && one.rounds == other.rounds
        && one.included == other.included
        && is_same_kind(&one.kind, &other.kind)
}

/// Whether they are equal, of what passed too late apart from when it failed before.
fn is_same_kind(one: &FailureKind, other: &FailureKind) -> bool {
    match (one, other) {
        (
            FailureKind::Flaky { attempt, before },
            FailureKind::Flaky {
                attempt: other,
                before: other_before,
            },
        ) => attempt == other && is_same(before, other_before),
        _ => one == other,
    }
}
