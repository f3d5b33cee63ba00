//! What becomes of a step that fails: a further round of the `retry` around it, or a failure and all that is to be said of it.

use super::EventKind;
use super::core::Core;
use super::cursor::Cursor;
use super::verdict::{Failure, FailureKind, LinkState};
use crate::scenario::Script;
use crate::time::Time;

impl Cursor {
    /// The step has failed. `None`: it goes on nevertheless.
    pub(super) fn fail(
        &mut self,
        kind: FailureKind,
        script: &Script,
        core: &mut Core,
        now: Time,
    ) -> Option<Box<Failure>> {
        if core.in_finally
            && let FailureKind::NoValue(error) = &kind
            && error.unset.is_some()
        {
            self.leave_out(&error.message, script, core, now);
            return None;
        }
        let failure = self.failure(kind, script, core, now);
        self.begin_again(failure, core, now)
    }

    /// A step of `finally` that needs what the conversation never came to is left out, and that is noted.
    fn leave_out(&mut self, why: &str, script: &Script, core: &mut Core, now: Time) {
        if let Some((step, _)) = self.step(script) {
            let kind = EventKind::Skipped {
                step: step.number,
                inside: self.inside(script),
                why: why.to_owned(),
            };
            core.transcript.note(step.client, kind, now);
        }
        self.skip_step();
    }

    /// All that is to be said of a step that has failed.
    fn failure(&self, kind: FailureKind, script: &Script, core: &Core, now: Time) -> Box<Failure> {
        let (step, steps) = match self.step(script) {
            Some((step, steps)) => (Some(step), steps),
            None => (None, 0),
        };
        let client = step
            .filter(|step| step.needs_client())
            .map(|step| step.client);
        let span = match &kind {
            // The expression is more to the point than the whole value.
            FailureKind::NoValue(error) => error.span,
            FailureKind::Unframed { span, .. } => *span,
            _ => step.map(|step| step.span).unwrap_or_default(),
        };
        Box::new(Failure {
            span,
            step: step.map_or(0, |step| step.number),
            steps: u32::try_from(steps).unwrap_or(u32::MAX),
            inside: self.inside(script),
            in_finally: core.in_finally,
            client,
            client_name: client
                .map(|client| core.client_name(client).to_owned())
                .unwrap_or_default(),
            included: self.included(script),
            rounds: self.rounds(),
            retries: Vec::new(),
            branch: None,
            meanwhile: Vec::new(),
            at: now,
            waited: now.since(self.began()),
            patience: self.patience(),
            kind,
            note: step.and_then(|step| step.note.clone()),
            links: core.link_states(),
            finally: None,
        })
    }
}

impl Core {
    /// How each client's connection stands.
    pub(super) fn link_states(&self) -> Vec<LinkState> {
        self.links
            .iter()
            .map(|link| LinkState {
                name: self.client_name(link.id).to_owned(),
                open: link.is_open(),
                ended: link.ended,
                shut: link.half_closed,
                first_end: link.first_end,
                unread: link.decoder.unread().len(),
            })
            .collect()
    }
}
