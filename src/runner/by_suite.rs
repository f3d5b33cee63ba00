//! The counts of a run: of all its cases, and of each suite that it is made of.

use std::sync::Arc;

use super::conversation::Finished;
use super::{CaseRef, CaseResult, Suite, Summary};
use crate::player::Verdict;

/// The counts of the suites of a run.
#[derive(Debug, Default)]
pub(super) struct BySuite {
    /// Which of the counts a case belongs to, by its number.
    of_case: Vec<Option<usize>>,
    /// Each name once, how many cases have it, and what came of them.
    counts: Vec<(Arc<str>, usize, Summary)>,
}

impl BySuite {
    /// Of suites of the same name there is one count: what is played over each transport has the transport's.
    pub(super) fn new(suites: &[Suite], cases: &[CaseRef]) -> Self {
        let mut counts: Vec<(Arc<str>, usize, Summary)> = Vec::new();
        let places: Vec<Option<usize>> = (suites.iter())
            .map(|suite| {
                let name = suite.name.as_ref()?;
                let known = counts.iter().position(|(known, ..)| known == name);
                Some(known.unwrap_or_else(|| {
                    counts.push((Arc::clone(name), 0, Summary::default()));
                    counts.len() - 1
                }))
            })
            .collect();
        if counts.len() < 2 {
            return Self::default();
        }
        let place = |case: &CaseRef| places.get(case.suite).copied().flatten();
        let of_case: Vec<Option<usize>> = cases.iter().map(place).collect();
        for place in of_case.iter().flatten() {
            if let Some((_, cases, _)) = counts.get_mut(*place) {
                *cases += 1;
            }
        }
        Self { of_case, counts }
    }

    /// The count that a case belongs to, by its number, where it belongs to one.
    pub(super) fn of(&mut self, number: usize) -> Option<&mut Summary> {
        let place = self.of_case.get(number).copied().flatten()?;
        let (_, _, summary) = self.counts.get_mut(place)?;
        Some(summary)
    }

    /// The counts, those of suites without a case left out. What did not end was cancelled.
    pub(super) fn counts(self) -> Vec<(Arc<str>, Summary)> {
        let counts = self.counts.into_iter();
        let counts = counts.filter(|(_, cases, _)| *cases > 0);
        let ended = counts.map(|(name, cases, mut summary)| {
            summary.cancelled = cases.saturating_sub(summary.run + summary.skipped);
            (name, summary)
        });
        ended.collect()
    }
}

/// Counts a case that is over.
pub(super) fn count(summary: &mut Summary, finished: &Finished) {
    match &finished.outcome.result {
        CaseResult::Skipped(_) => summary.skipped += 1,
        CaseResult::Played(Verdict::Cancelled) => summary.cancelled += 1,
        CaseResult::Played(Verdict::Passed) => {
            summary.run += 1;
            summary.passed += 1;
            summary.flaky += usize::from(finished.outcome.is_flaky());
        }
        CaseResult::Played(Verdict::Failed(_)) => {
            summary.run += 1;
            summary.failed += 1;
        }
    }
    summary.leftovers += finished.outcome.leftovers;
    summary.as_written += usize::from(finished.as_written);
    summary.connected |= finished.outcome.connected;
}
