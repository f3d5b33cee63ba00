//! `expect_any_order`: several expectations, met in whatever order the peer chooses.

use std::fmt::Write as _;

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::explain::head;
use super::streaming::Hold;
use super::verdict::{Expected, FailureKind, Fault, fail};
use crate::scenario::{Matcher, Step};
use crate::time::Time;

impl Cursor {
    /// Begins to wait for what may come in any order.
    pub(super) fn begin_any_order(
        &mut self,
        step: &Step,
        all: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let (values, limit) = (&core.values, core.setting.max_payload);
        let begun = match core.is_framed(step.client) {
            true => self.matching.begin_on_messages(all, values, limit),
            false => self.matching.begin_on_stream(all, values, limit),
        };
        begun.map_err(FailureKind::NoValue)?;
        self.met.clear();
        self.met.resize(all.parts().len(), false);
        let link = core.link(step.client)?;
        link.make_window(self.most_in_any_order(all, link.max_message()));
        self.doing = Doing::Expect;
        Ok(true)
    }

    pub(super) fn look_at_any_order(
        &mut self,
        step: &Step,
        all: &Matcher,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let framed = core.is_framed(step.client);
        loop {
            if self.met.iter().all(|met| *met) {
                return Ok(self.done());
            }
            let taken = match framed {
                true => self.take_message(step, all, core)?,
                false => self.take_bytes(step, all, core)?,
            };
            match taken.and_then(|n| self.met.get_mut(n)) {
                Some(met) => *met = true,
                None => break,
            }
        }
        let link = core.link_ref(step.client)?;
        let (received, received_len) = link.arrived();
        let expected = || self.still_expected(all, framed);
        match link.ended {
            Some(how) => fail(FailureKind::Ended {
                expected: expected(),
                how,
                received,
                received_len,
            }),
            None if self.is_due(now) => fail(FailureKind::TimedOut {
                expected: expected(),
                received,
                received_len,
            }),
            None => Ok(false),
        }
    }

    /// Takes the next message for the first expectation that is free and holds; which one that is. `None`: none is there.
    fn take_message(
        &mut self,
        step: &Step,
        all: &Matcher,
        core: &mut Core,
    ) -> Result<Option<usize>, Fault> {
        let Some(cut) = self.next_message(step.client, all, core)? else {
            return Ok(None);
        };
        let (link, values) = core.link_and_values(step.client)?;
        let message = cut.message(link.decoder.unread());
        for n in 0..self.met.len() {
            let Some(matcher) = self.free(all, n) else {
                continue;
            };
            if self.matching.holds(matcher, &message) {
                self.matching.capture(matcher, &message, values);
                link.decoder.skip_message(&cut);
                return Ok(Some(n));
            }
        }
        self.mismatch(all, &message, message.len(), &message, true)
    }

    /// Takes unread bytes for the free expectation that holds for the fewest. `None`: they do not decide it yet.
    fn take_bytes(
        &mut self,
        step: &Step,
        all: &Matcher,
        core: &mut Core,
    ) -> Result<Option<usize>, Fault> {
        let (link, values) = core.link_and_values(step.client)?;
        let most = self.most_in_any_order(all, link.max_message());
        let unread = link.decoder.unread();
        let looked = unread.get(..most.saturating_add(1)).unwrap_or(unread);
        let (mut best, mut later) = (None, false);
        for n in 0..self.met.len() {
            let Some(matcher) = self.free(all, n) else {
                continue;
            };
            match self.matching.on_stream(matcher, looked) {
                Hold::At(len) if best.is_none_or(|(_, fewest)| len < fewest) => {
                    best = Some((n, len))
                }
                Hold::At(_) | Hold::Never => {}
                Hold::Later => later = true,
            }
        }
        if let Some((n, len)) = best {
            if let Some(matcher) = self.free(all, n) {
                let run = looked.get(..len).unwrap_or_default();
                self.matching.capture(matcher, run, values);
            }
            link.decoder.skip(len);
            // The others begin anew with the next byte.
            self.matching.rewind(all);
            return Ok(Some(n));
        }
        let (received, received_len) = link.arrived();
        if !later {
            return self.mismatch(all, &received, received_len, looked, false);
        }
        if looked.len() > most {
            return fail(FailureKind::TooLong {
                expected: self.still_expected(all, false),
                limit: most,
                received,
            });
        }
        Ok(None)
    }

    /// The expectation with this number, unless it has been met.
    fn free<'m>(&self, all: &'m Matcher, n: usize) -> Option<&'m Matcher> {
        let met = self.met.get(n).copied().unwrap_or(true);
        all.parts().get(n).filter(|_| !met)
    }

    fn most_in_any_order(&self, all: &Matcher, limit: usize) -> usize {
        let most = all
            .parts()
            .iter()
            .map(|matcher| self.matching.most_undecided(matcher, limit));
        most.max().unwrap_or(limit)
    }

    fn mismatch<T>(
        &mut self,
        all: &Matcher,
        received: &[u8],
        received_len: usize,
        judged: &[u8],
        framed: bool,
    ) -> Result<T, Fault> {
        let expected = self.still_expected(all, framed);
        let mut free = (0..self.met.len()).filter_map(|n| self.free(all, n));
        let only = free.next().filter(|_| free.next().is_none());
        let (at, because) = match only {
            Some(only) => (
                self.matching.wrong_at(only, judged),
                self.matching.because(only, judged),
            ),
            None => (
                None,
                Some("it is none of those that are still to come".to_owned()),
            ),
        };
        fail(FailureKind::Mismatch {
            expected,
            received: head(received),
            received_len,
            at,
            because,
        })
    }

    /// What has not come yet.
    pub(super) fn still_expected(&self, all: &Matcher, framed: bool) -> Expected {
        let free: Vec<_> = (0..self.met.len())
            .filter_map(|n| self.free(all, n))
            .collect();
        let mut expected = match free[..] {
            [only] => self.matching.expected(only, framed),
            _ => {
                let mut words = String::from(if framed {
                    "a message that "
                } else {
                    "a run of bytes that "
                });
                self.matching
                    .describe_list(free.iter().copied(), " or ", &mut words);
                Expected { exact: None, words }
            }
        };
        let (all, met) = (self.met.len(), self.met.len() - free.len());
        if met > 0 {
            _ = write!(expected.words, ", after {met} of {all}");
        }
        expected
    }
}
