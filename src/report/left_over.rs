//! Replies that no step expected: counted, and told once at the end.

use std::sync::Arc;

use super::text::words;
use crate::count::count;
use crate::runner::Outcome;

/// Replies that no step expected, in cases that passed: those of a failed one are a consequence.
#[derive(Debug)]
pub(super) struct LeftOver {
    replies: u64,
    cases: usize,
    /// The first of the cases.
    first: Option<Arc<str>>,
}

impl LeftOver {
    /// None yet.
    pub(super) const fn new() -> Self {
        Self {
            replies: 0,
            cases: 0,
            first: None,
        }
    }

    /// Counts those of a case.
    pub(super) fn add(&mut self, outcome: &Outcome) {
        if outcome.leftovers > 0 {
            self.replies += outcome.leftovers;
            self.cases += 1;
            self.first.get_or_insert_with(|| outcome.id.clone());
        }
    }

    /// What there was and where, if there was anything.
    pub(super) fn describe(&self) -> Option<String> {
        let replies = if self.replies == 1 {
            "reply"
        } else {
            "replies"
        };
        let id = words(self.first.as_deref()?);
        let others = match self.cases.saturating_sub(1) {
            0 => String::new(),
            more => format!(" and {}", count(more, "other case")),
        };
        Some(format!(
            "{} {replies} that no step expected, in {id}{others}",
            self.replies
        ))
    }
}
