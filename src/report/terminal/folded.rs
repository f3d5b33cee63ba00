//! Failures of one case that is played many times: each different one is shown in full once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::player::Failure;
use crate::runner::Outcome;

/// How many different failures of one case are known again.
const MAX: usize = 4;

/// The failures that have been shown in full, of each case, with the round in which it failed so.
#[derive(Debug, Default)]
pub(super) struct Folded(HashMap<Arc<str>, Vec<(u32, Failure)>>);

impl Folded {
    /// The round, from 1, in which a case failed just so before; `None`: it is about to be shown in full.
    ///
    /// What a program or a health check had to do with it is different each time.
    pub(super) fn as_in(&mut self, outcome: &Outcome, failure: &Failure) -> Option<u32> {
        let has_ended = (outcome.program.as_ref()).is_some_and(|news| news.ended.is_some());
        if has_ended || outcome.health.is_some() || !outcome.earlier.is_empty() {
            return None;
        }
        let known = self.0.entry(Arc::clone(&outcome.id)).or_default();
        let same = known.iter().find(|(_, known)| is_same(known, failure));
        if let Some((round, _)) = same {
            return Some(round + 1);
        }
        if known.len() < MAX {
            known.push((outcome.round, failure.clone()));
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
        && one.kind == other.kind
}
