//! Messages that are ignored, and the answers to them.
//!
//! An answer is written beside what the steps do, but never into the middle of a send, and a step that sends begins only once
//! all answers are written: so an action of a client still comes only after its previous one is done.

use super::Action;
use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::link::{Link, Writer, Writing};
use super::verdict::{FailureKind, Fault, fail};
use crate::canary::{Bug, sings};
use crate::scenario::{ClientId, Step, Verb};
use crate::time::Time;
use crate::wire::{Cut, WireError};

/// How many bytes of answers may wait to be written: 1 MiB. Until some are, no further message is looked at.
const MAX_ANSWERS: usize = 1 << 20;

impl Core {
    /// Where a client's next message lies in the unread bytes, after those to be ignored.
    pub(super) fn next_message(
        &mut self,
        client: ClientId,
    ) -> Result<Result<Option<Cut>, WireError>, Fault> {
        if !self.ignores_any(client) {
            return Ok(self.link(client)?.decoder.peek_message());
        }
        let found = self.drop_ignored(client);
        self.write_answers(client)?;
        found
    }

    fn drop_ignored(&mut self, client: ClientId) -> Result<Result<Option<Cut>, WireError>, Fault> {
        loop {
            let link = self.link(client)?;
            if link.answers.waiting() >= MAX_ANSWERS {
                return Ok(Ok(None));
            }
            let cut = match link.decoder.peek_message() {
                Ok(Some(cut)) => cut,
                other => return Ok(other),
            };
            if !self.ignores(client, &cut)? {
                return Ok(Ok(Some(cut)));
            }
            self.link(client)?.decoder.skip_message(&cut);
        }
    }

    /// Whether a message is to be ignored; if it is, its answer waits to be written.
    fn ignores(&mut self, client: ClientId, cut: &Cut) -> Result<bool, Fault> {
        let n = usize::from(client.0);
        let (Some(of_client), Some(link)) = (self.script.clients.get(n), self.links.get_mut(n))
        else {
            return Ok(false);
        };
        let limit = self.setting.max_payload;
        let message = cut.message(link.decoder.unread());
        for ignored in &*of_client.ignore {
            let matcher = &ignored.matcher;
            match self
                .ignoring
                .begin_on_messages(matcher, &self.values, limit)
            {
                Ok(()) if self.ignoring.holds(matcher, &message) => {}
                Ok(()) => continue,
                // What asks for a name that is not set yet ignores nothing yet.
                Err(error) if error.unset.is_some() => continue,
                Err(error) => return fail(FailureKind::NoValue(error)),
            }
            let Some(answer) = &ignored.answer else {
                return Ok(true);
            };
            // What is captured is for the answer alone.
            let before: Vec<_> = (ignored.captures.iter())
                .map(|slot| (*slot, self.values.get(*slot).cloned()))
                .collect();
            self.ignoring.capture(matcher, &message, &mut self.values);
            self.computed.clear();
            let rendered = answer.render(&self.values, limit, &mut self.computed);
            for (slot, value) in before {
                match value {
                    Some(value) => self.values.set(slot, value),
                    None => self.values.unset(slot),
                }
            }
            rendered.map_err(FailureKind::NoValue)?;
            let span = answer.span;
            link.answers
                .add(&link.framing, &self.computed)
                .map_err(|error| FailureKind::Unframed { error, span })?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Asks for answers to be written, unless something else is being written.
    pub(super) fn write_answers(&mut self, client: ClientId) -> Result<(), Fault> {
        let link = self.link(client)?;
        if !link.is_open() || link.writing == Writing::Asked && !planted_haste(link) {
            return Ok(());
        }
        match link.writer {
            Writer::Step => return Ok(()),
            Writer::Shut => {
                link.answers.clear();
                return Ok(());
            }
            Writer::Answer if link.piece.end < link.outbox.len() => {}
            Writer::Answer | Writer::Nobody if link.answers.is_empty() => {
                link.writer = Writer::Nobody;
                return Ok(());
            }
            Writer::Answer | Writer::Nobody => {
                link.writer = Writer::Answer;
                link.piece = 0..0;
                link.answers.take_next(&mut link.outbox);
            }
        }
        if self.cut(client, None)? {
            self.ask(Action::Write(client));
        }
        Ok(())
    }

    /// A write is done or could not be: the next piece of an answer follows, or there are no answers any more.
    pub(super) fn go_on_answering(&mut self, client: ClientId) {
        let Ok(link) = self.link(client) else {
            return;
        };
        if link.writer != Writer::Answer {
            return;
        }
        if let Writing::Failed(_) = link.writing {
            // Nobody waits for an answer to be taken; the end that reading sees is the one that counts.
            link.writing = Writing::Idle;
            link.writer = Writer::Shut;
            link.answers.clear();
        }
        // It fails only where there is no such client.
        _ = self.write_answers(client);
    }

    /// A send of a step is over: answers may be written.
    pub(super) fn end_send(&mut self, client: ClientId) -> Result<(), Fault> {
        let link = self.link(client)?;
        if link.writer == Writer::Step {
            link.writer = Writer::Nobody;
        }
        self.write_answers(client)
    }
}

impl Cursor {
    /// Whether a step has to wait until answers are written.
    pub(super) fn must_wait(step: &Step, core: &Core) -> bool {
        let acts = matches!(
            step.verb,
            Verb::Send { .. } | Verb::Probe { .. } | Verb::Close(_) | Verb::StartTls { .. }
        );
        acts && core
            .link_ref(step.client)
            .is_ok_and(|link| link.writer == Writer::Answer)
    }

    pub(super) fn look_at_answer(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let due = self.is_due(now);
        let link = core.link_ref(step.client)?;
        match link.writer {
            Writer::Answer if due => fail(FailureKind::SendTimedOut {
                len: link.outbox.len(),
            }),
            Writer::Answer => Ok(false),
            _ => {
                self.doing = Doing::Begin;
                self.enter(step, core, now)
            }
        }
    }
}

/// A planted bug: whether answers are written into the middle of an answer.
fn planted_haste(link: &Link) -> bool {
    sings(Bug::HastyAnswer) && link.answers.waiting() > 12
}
