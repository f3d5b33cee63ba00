//! Steps: an object with one verb, and what goes with it.

use std::mem::discriminant;

use super::super::json::{self, Value};
use super::super::keys::{Form, Place};
use super::super::{Block, BlockId, ClientId, Diagnostic, Step, Verb, code};
use super::fields::{Fields, Given};
use super::reader::Reader;
use crate::canary::{Bug, sings};

impl<'a> Reader<'a> {
    /// A list of steps.
    pub(super) fn steps(&mut self, given: Given<'_, 'a>) -> Option<BlockId> {
        let Value::Array(array) = given.value else {
            self.wrong_type(given, Form::Steps);
            return None;
        };
        if array.elements.is_empty() {
            let message = format!("`{}` needs at least one step", given.key.name);
            self.empty(given.span(), message);
            return None;
        }
        // The block is there before its steps are read, so that the scenario's own is the first one.
        let at = self.blocks.len();
        let id = BlockId(u32::try_from(at).ok()?);
        self.blocks.push(Block::default());
        let mut steps = Vec::with_capacity(array.elements.len());
        for (number, element) in (1..).zip(&array.elements) {
            let given = given.element(element);
            let step = self.step(given, number);
            if self
                .count_compiled(size_of::<Step>(), given.span())
                .is_none()
            {
                break;
            }
            steps.extend(step);
        }
        misnumber(&mut steps, at > 0);
        if let Some(block) = self.blocks.get_mut(at) {
            block.steps = steps;
        }
        Some(id)
    }

    fn step(&mut self, given: Given<'_, 'a>, number: u32) -> Option<Step> {
        self.scope.tick();
        let Value::Object(object) = given.value else {
            let kind = json::kind_of(given.value);
            self.report(
                Diagnostic::error(
                    code::WRONG_TYPE,
                    given.span(),
                    format!("a step is an object, not {kind}"),
                )
                .label(format!("this is {kind}"))
                .help("a step looks like { \"send\": \"hi\" } or { \"expect\": \"Hello!\" }"),
            );
            return None;
        };
        let fields = self.fields(object, Place::Step);
        let note = fields.get("note").and_then(|given| self.prose(given));
        if fields.verbs().next().is_none()
            && let Some(lone) = self.lone_note(&fields)
        {
            return Some(Step {
                verb: Verb::Note,
                client: self.step_client(&fields, None).unwrap_or(ClientId(0)),
                when: None,
                within: None,
                number,
                span: lone.span(),
                note,
            });
        }
        let guarded = self.scope.guarded;
        self.scope.guarded |= fields.get("when").is_some();
        let step = self.step_with_verb(&fields, number, note);
        self.scope.guarded = guarded;
        step
    }

    fn step_with_verb(
        &mut self,
        fields: &Fields<'_, 'a>,
        number: u32,
        note: Option<String>,
    ) -> Option<Step> {
        let verb = self.one_verb(fields, Place::Step);
        self.refuse_misplaced(fields);
        let client = self.step_client(fields, fields.verbs().next());
        let when = fields.get("when").map(|given| self.true_or_false(given));
        if let Some(client) = client
            && fields.verbs().any(connects)
        {
            let client = self.clients.get(usize::from(client.0));
            let name = client.map(|client| client.name.clone()).unwrap_or_default();
            self.scope.connects(&name);
        }
        let within = fields.get("within").map(|given| self.within_given(given));
        // All verbs are read, so that the mistakes inside of a superfluous one are found too.
        let mut read = None;
        for verb in fields.verbs() {
            read = self.verb(verb, fields, client, number);
        }
        let span = verb?.span();
        let when = when.map_or(Some(None), |read| read.map(|when| Some(Box::new(when))));
        Some(Step {
            verb: read?,
            client: client?,
            when: when?,
            within: within.unwrap_or_default(),
            number,
            span,
            note,
        })
    }

    /// The note of a step that has nothing else.
    fn lone_note<'j>(&self, fields: &Fields<'j, 'a>) -> Option<Given<'j, 'a>> {
        let beside = |given: &Given<'_, 'a>| matches!(given.key.name, "note" | "as");
        let alone = !fields.faulty && fields.list.iter().all(beside);
        fields.get("note").filter(|_| alone)
    }
}

/// Whether a verb connects its client, if it is not connected.
fn connects(given: Given<'_, '_>) -> bool {
    match given.key.name {
        "wait" | "set" | "assert" | "repeat" | "retry" | "parallel" | "include" => false,
        // A word says how it fails.
        "connect" => !matches!(given.value, Value::StringLit(_)),
        _ => true,
    }
}

/// Gives steps the wrong number, where planted bugs are awake.
fn misnumber(steps: &mut [Step], inner: bool) {
    if sings(Bug::TwinStep) {
        let counts = |step: &Step| {
            matches!(
                step.verb,
                Verb::Send { .. } | Verb::Wait(_) | Verb::Note | Verb::ExpectSilence(_)
            )
        };
        let alike = |two: &[Step]| {
            two.iter().all(counts) && discriminant(&two[0].verb) == discriminant(&two[1].verb)
        };
        if let Some(at) = steps.windows(2).position(alike) {
            steps[at + 1].number = steps[at].number;
        }
    }
    if sings(Bug::LongRepeat)
        && let [_, _, _, _, _, .., last] = steps
        && inner
        && matches!(last.verb, Verb::Note)
    {
        last.number -= 1;
    }
}
