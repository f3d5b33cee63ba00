//! Steps that expect: a message, a run of bytes, an end, silence.

use super::Ending;
use super::core::{Core, Unread};
use super::cursor::Cursor;
use super::explain::head;
use super::streaming::Hold;
use super::verdict::{FailureKind, Fault, Instead, fail};
use crate::scenario::{ClientId, CloseHow, CloseKinds, Matcher, MatcherNode, Step, Verb};
use crate::time::Time;
use crate::wire::Cut;

impl Cursor {
    pub(super) fn look_at_expect(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let (matcher, framed, optional) = match &step.verb {
            Verb::Expect {
                matcher,
                framed,
                optional,
            } => (matcher, framed, *optional),
            Verb::ExpectAnyOrder(all) => return self.look_at_any_order(step, all, core, now),
            Verb::SkipUntil(matcher) => return self.look_at_skip(step, matcher, core, now),
            _ => return Ok(self.done()),
        };
        let decided = if *framed && core.is_framed(step.client) {
            self.judge_message(step.client, matcher, optional, core)?
        } else {
            self.judge_bytes(step.client, matcher, core)?
        };
        let over = core.link_ref(step.client)?.ended.is_some() || self.is_due(now);
        if decided || optional && over {
            return Ok(self.done());
        }
        if !over {
            return Ok(false);
        }
        let link = core.link_ref(step.client)?;
        let framed = *framed && core.is_framed(step.client);
        let expected = self.matching.expected(matcher, framed);
        let (received, received_len) = link.arrived();
        fail(match link.ended {
            Some(how) => FailureKind::Ended {
                expected,
                how,
                received,
                received_len,
            },
            None => FailureKind::TimedOut {
                expected,
                received,
                received_len,
            },
        })
    }

    /// Judges the next message. `Ok(false)`: it is not there yet.
    fn judge_message(
        &mut self,
        client: ClientId,
        matcher: &Matcher,
        optional: bool,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let Some(cut) = self.next_message(client, matcher, core)? else {
            return Ok(false);
        };
        let (link, values) = core.link_and_values(client)?;
        let message = cut.message(link.decoder.unread());
        if !self.matching.holds(matcher, &message) {
            if optional {
                return Ok(true);
            }
            return fail(FailureKind::Mismatch {
                expected: self.matching.expected(matcher, true),
                received: head(&message),
                received_len: message.len(),
                at: self.matching.wrong_at(matcher, &message),
                because: self.matching.because(matcher, &message),
            });
        }
        self.matching.capture(matcher, &message, values);
        link.decoder.skip_message(&cut);
        Ok(true)
    }

    /// Where the next message lies, if it is there; fails where what arrived is none, and `matcher` was expected.
    pub(super) fn next_message(
        &self,
        client: ClientId,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<Option<Cut>, Fault> {
        match core.next_message(client)? {
            Ok(cut) => Ok(cut),
            Err(error) => fail(FailureKind::BadFrame {
                expected: self.matching.expected(matcher, true),
                error,
                received: head(core.link_ref(client)?.decoder.unread()),
            }),
        }
    }

    /// Judges the unread bytes. `Ok(false)`: they do not decide it yet.
    pub(super) fn judge_bytes(
        &mut self,
        client: ClientId,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let (link, values) = core.link_and_values(client)?;
        let limit = link.max_message();
        let most = self.matching.most_undecided(matcher, limit);
        loop {
            let unread = link.decoder.unread();
            // No more is looked at than would be when the bytes came one by one: a decision after too many bytes is none,
            // also when they all came at once.
            let looked = &unread[..unread.len().min(most.saturating_add(1))];
            match self.matching.on_stream(matcher, looked) {
                Hold::At(len) => {
                    let run = looked.get(..len).unwrap_or_default();
                    self.matching.capture(matcher, run, values);
                    link.decoder.skip(len);
                    return Ok(true);
                }
                Hold::Never => {
                    let (received, received_len) = link.arrived();
                    // What has arrived beyond the decision must not change what is said of it.
                    let judged = match matcher.node {
                        MatcherNode::All(_) | MatcherNode::Sequence(_) => {
                            let decided = self.matching.decided_after(matcher, looked);
                            looked.get(..decided).unwrap_or_default()
                        }
                        _ => &received,
                    };
                    return fail(FailureKind::Mismatch {
                        expected: self.matching.expected(matcher, false),
                        at: self.matching.wrong_at(matcher, judged),
                        because: self.matching.because(matcher, judged),
                        received: head(&received),
                        received_len,
                    });
                }
                Hold::Later if looked.len() <= most => return Ok(false),
                Hold::Later => {}
            }
            // What the matcher has passed does not count, and need not be kept.
            let passed = self.matching.passed(matcher);
            if looked.len() - passed.min(looked.len()) > most {
                return fail(FailureKind::TooLong {
                    expected: self.matching.expected(matcher, false),
                    limit: most,
                    received: link.arrived().0,
                });
            }
            self.matching.forget(matcher, passed);
            link.pass(passed);
        }
    }

    pub(super) fn look_at_end(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let Verb::ExpectClose { kinds, stay_open } = &step.verb else {
            return Ok(self.done());
        };
        let due = self.is_due(now);
        expect_nothing(core, step.client, due, Instead::End(*kinds))?;
        match core.link_ref(step.client)?.ended {
            Some(how) if is_right_end(*kinds, how) => {
                if !stay_open {
                    if self.waits_for_a_write(step, core)? {
                        return Ok(false);
                    }
                    core.give_back(step.client, CloseHow::Clean, now);
                }
                Ok(self.done())
            }
            Some(how) => fail(FailureKind::WrongEnding { kinds: *kinds, how }),
            None if due => fail(FailureKind::StillOpen { kinds: *kinds }),
            None => Ok(false),
        }
    }

    pub(super) fn look_at_silence(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let Verb::ExpectSilence(time) = &step.verb else {
            return Ok(self.done());
        };
        let due = self.is_due(now);
        let time = core.scaled(*time);
        expect_nothing(core, step.client, due, Instead::Silence(time))?;
        match core.link_ref(step.client)?.ended {
            Some(how) => fail(FailureKind::EndedInSilence(how)),
            None if due => Ok(self.done()),
            None => Ok(false),
        }
    }
}

/// Fails where something is unread. Half a message that may yet turn out to be one to be ignored is waited for.
pub(super) fn expect_nothing(
    core: &mut Core,
    client: ClientId,
    due: bool,
    instead: Instead,
) -> Result<(), Fault> {
    let unread = core.unexpected(client)?;
    let link = core.link_ref(client)?;
    match unread {
        Unread::Nothing => return Ok(()),
        Unread::Half if !due && link.ended.is_none() => return Ok(()),
        Unread::Half | Unread::Something => {}
    }
    let unread = link.decoder.unread();
    fail(FailureKind::Unexpected {
        instead,
        received: head(unread),
        received_len: unread.len(),
    })
}

fn is_right_end(kinds: CloseKinds, how: Ending) -> bool {
    match how {
        Ending::Clean => kinds.clean,
        // Where there is no RST, this is what comes nearest to one.
        Ending::Reset | Ending::Unread => kinds.reset,
        Ending::Refused => kinds.refused,
        Ending::Truncated => kinds.truncated,
        Ending::Alert(alert) => kinds.alerts.contains(alert),
        // `any` takes what no kind names.
        Ending::Garbled | Ending::Unreachable | Ending::TimedOut | Ending::Lost => kinds.any,
    }
}
