//! `skip_until`: what is looked for among other messages, or somewhere on a stream.

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::streaming::Hold;
use super::verdict::{FailureKind, Fault, fail};
use crate::scenario::{Matcher, Step};
use crate::time::Time;

impl Cursor {
    /// Begins to look for something.
    pub(super) fn begin_skip(
        &mut self,
        step: &Step,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let (values, limit) = (&core.values, core.setting.max_payload);
        let framed = core.is_framed(step.client);
        let begun = match framed {
            true => self.matching.begin_on_messages(matcher, values, limit),
            false => self.matching.begin_search(matcher, values, limit),
        };
        begun.map_err(FailureKind::NoValue)?;
        self.dropped = 0;
        let link = core.link(step.client)?;
        let most = self.matching.most_undecided(matcher, link.max_message());
        link.make_window(match framed {
            true => most,
            false => self.matching.search_window(matcher, most),
        });
        self.doing = Doing::Expect;
        Ok(true)
    }

    pub(super) fn look_at_skip(
        &mut self,
        step: &Step,
        matcher: &Matcher,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let framed = core.is_framed(step.client);
        let found = match framed {
            true => self.skip_messages(step, matcher, core)?,
            false => self.skip_bytes(step, matcher, core)?,
        };
        if found {
            return Ok(self.done());
        }
        let link = core.link_ref(step.client)?;
        if link.ended.is_none() && !self.is_due(now) {
            return Ok(false);
        }
        let (received, received_len) = link.arrived();
        if !framed && self.matching.is_exhausted(matcher) {
            return self.exhausted(matcher, received);
        }
        fail(FailureKind::NeverCame {
            expected: self.matching.expected(matcher, framed),
            how: link.ended,
            dropped: match framed {
                true => self.dropped,
                false => link.passed() as u64,
            },
            framed,
            received,
            received_len,
        })
    }

    /// Drops messages up to and with the one that matches. `Ok(false)`: it is not there yet.
    fn skip_messages(
        &mut self,
        step: &Step,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        while let Some(cut) = self.next_message(step.client, matcher, core)? {
            let (link, values) = core.link_and_values(step.client)?;
            let message = cut.message(link.decoder.unread());
            if self.matching.holds(matcher, &message) {
                self.matching.capture(matcher, &message, values);
                link.decoder.skip_message(&cut);
                return Ok(true);
            }
            link.pass_message(&cut);
            self.dropped += 1;
        }
        Ok(false)
    }

    /// Drops bytes up to and with those for which the matcher holds. `Ok(false)`: they are not there yet.
    fn skip_bytes(
        &mut self,
        step: &Step,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let (link, values) = core.link_and_values(step.client)?;
        let limit = link.max_message();
        let most = self.matching.most_undecided(matcher, limit);
        let window = self.matching.search_window(matcher, most);
        loop {
            let unread = link.decoder.unread();
            let looked = unread.get(..window.saturating_add(1)).unwrap_or(unread);
            match self.matching.search(matcher, looked) {
                Hold::At(end) => {
                    self.matching
                        .capture_found(matcher, looked, end, limit, values);
                    link.decoder.skip(end);
                    return Ok(true);
                }
                Hold::Never if self.matching.is_exhausted(matcher) => {
                    return self.exhausted(matcher, link.arrived().0);
                }
                Hold::Never => return Ok(false),
                Hold::Later => {}
            }
            let passed = self
                .matching
                .search_passed(matcher, limit)
                .min(looked.len());
            if passed == 0 && looked.len() > window {
                return fail(FailureKind::TooLong {
                    expected: self.matching.expected(matcher, false),
                    limit: window,
                    received: link.arrived().0,
                });
            }
            let all = looked.len() == unread.len();
            self.matching.forget_searched(matcher, passed);
            link.pass(passed);
            if all {
                return Ok(false);
            }
        }
    }

    /// Fails because too many bytes were looked at again.
    fn exhausted<T>(&self, matcher: &Matcher, received: Vec<u8>) -> Result<T, Fault> {
        fail(FailureKind::Exhausted {
            expected: self.matching.expected(matcher, false),
            received,
        })
    }
}
