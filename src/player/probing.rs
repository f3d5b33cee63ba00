//! A silence that is proved by a probe: its reply is the next thing that arrives, so nothing was said before.
//!
//! Waiting proves less and takes longer: what does not come in 50 ms may come after 60.

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::expecting::expect_nothing;
use super::explain::head;
use super::verdict::{FailureKind, Fault, Instead, fail};
use crate::scenario::{ClientId, Matcher, Payload, Step, Verb};
use crate::time::Time;

impl Cursor {
    /// Sends the probe, unless something has arrived already.
    pub(super) fn begin_probe(
        &mut self,
        step: &Step,
        payload: &Payload,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let framed = core.is_framed(step.client);
        let (values, limit) = (&core.values, core.setting.max_payload);
        let begun = match framed {
            true => self.matching.begin_on_messages(matcher, values, limit),
            false => self.matching.begin_on_stream(matcher, values, limit),
        };
        begun.map_err(FailureKind::NoValue)?;
        let link = core.link(step.client)?;
        let most = self.matching.most_undecided(matcher, link.max_message());
        link.make_window(most);
        if let Some(how) = link.ended.filter(|_| link.decoder.is_empty()) {
            return fail(FailureKind::EndedInSilence(how));
        }
        let instead = Instead::Reply(self.matching.expected(matcher, framed));
        expect_nothing(core, step.client, false, instead)?;
        // Looking may have begun an answer to what is ignored: the probe must not be written over it.
        if Self::must_wait(step, core) {
            self.doing = Doing::Answer;
            return Ok(true);
        }
        core.load(step.client, payload, true)?;
        self.write_piece(step, core)
    }

    pub(super) fn look_at_probe(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let Verb::Probe { matcher, .. } = &step.verb else {
            return Ok(self.done());
        };
        let framed = core.is_framed(step.client);
        if self.judge_reply(step.client, matcher, framed, core)? {
            return Ok(self.done());
        }
        let link = core.link_ref(step.client)?;
        let (received, received_len) = link.arrived();
        let expected = |cursor: &Self| cursor.matching.expected(matcher, framed);
        match link.ended {
            Some(how) if received_len == 0 => fail(FailureKind::EndedInSilence(how)),
            Some(how) => fail(FailureKind::Ended {
                expected: expected(self),
                how,
                received,
                received_len,
            }),
            None if self.is_due(now) => fail(FailureKind::TimedOut {
                expected: expected(self),
                received,
                received_len,
            }),
            None => Ok(false),
        }
    }

    /// Judges what came first: the reply, or what breaks the silence. `Ok(false)`: nothing has come yet.
    fn judge_reply(
        &mut self,
        client: ClientId,
        matcher: &Matcher,
        framed: bool,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let instead = |cursor: &Self| Instead::Reply(cursor.matching.expected(matcher, framed));
        if !framed {
            return self
                .judge_bytes(client, matcher, core)
                .map_err(|fault| match *fault {
                    FailureKind::Mismatch {
                        received,
                        received_len,
                        ..
                    } => Box::new(FailureKind::Unexpected {
                        instead: instead(self),
                        received,
                        received_len,
                    }),
                    other => Box::new(other),
                });
        }
        let Some(cut) = self.next_message(client, matcher, core)? else {
            return Ok(false);
        };
        let (link, values) = core.link_and_values(client)?;
        let message = cut.message(link.decoder.unread());
        if !self.matching.holds(matcher, &message) {
            // With its line end: as it would have to be expected.
            let frame = link.decoder.unread().get(..cut.len).unwrap_or_default();
            return fail(FailureKind::Unexpected {
                instead: instead(self),
                received: head(frame),
                received_len: frame.len(),
            });
        }
        self.matching.capture(matcher, &message, values);
        link.decoder.skip_message(&cut);
        Ok(true)
    }
}
