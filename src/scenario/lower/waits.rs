//! `within`: the time of a step; and where it can make no difference.

use std::time::Duration;

use super::super::json::Value;
use super::super::{Diagnostic, code};
use super::durations;
use super::fields::Given;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The value of a step's `within`.
    pub(super) fn within_given(&mut self, given: Given<'_, 'a>) -> Option<Duration> {
        let within = self.some_time(given)?;
        // A fragment may be included elsewhere, where it does make one.
        if self.file == 0 {
            if self.retry_within.is_some_and(|around| around <= within) {
                self.idle(
                    given,
                    "not shorter than the time of the `retry` around it",
                    "leave it out, or give the `retry` a longer `within`",
                );
            } else if self.timeout == Some(within) {
                self.idle(
                    given,
                    "the same as the `timeout` of the file",
                    "leave it out: every step that waits waits so long",
                );
            }
        }
        Some(within)
    }

    fn idle(&mut self, given: Given<'_, 'a>, label: &str, help: &str) {
        let message = "this `within` makes no difference";
        self.report(
            Diagnostic::warning(code::IDLE_WITHIN, given.span(), message)
                .label(label)
                .help(help),
        );
    }

    /// A `retry` begins, with this `within`. How long the one around it goes on.
    pub(super) fn begin_retry(&mut self, within: Option<Given<'_, 'a>>) -> Option<Duration> {
        let around = self.retry_within;
        let own = match within.map(|given| given.value) {
            Some(Value::StringLit(text)) => durations::parse(&text.value).ok(),
            Some(_) => None,
            None => self.timeout,
        };
        self.retry_within = match (around, own) {
            (Some(around), Some(own)) => Some(around.min(own)),
            (known, None) | (None, known) => known,
        };
        around
    }
}
