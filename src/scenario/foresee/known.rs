//! The values that are known before the run, and what can be computed of them.

use std::borrow::Cow;

use super::super::{Case, EvalError, Payload, Script, SlotId, Step, Template, Value, Values, Verb};
use super::super::{Matcher, MatcherNode};

/// How many expressions of a file are evaluated before it is played: 1,024. Those beyond are seen when they are played.
pub const MAX_EVALUATED: usize = 1024;

/// How many bytes are made of a payload with expressions: 64 KiB. Of a longer one only its first mistake is seen.
const MAX_RENDERED: usize = 64 << 10;

/// The names whose values are known.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) values: Values,
    /// What steps and the run give: known to nobody before.
    unknown: Box<[bool]>,
    /// How many more expressions are evaluated.
    left: usize,
    /// Whether what is looked at is played in any run; otherwise perhaps only where values are others.
    pub(super) certain: bool,
}

impl Known {
    /// Those of a script; `run` are the names that the run sets.
    pub(super) fn of(script: &Script, run: &[String]) -> Self {
        let mut unknown = vec![false; script.names.len()].into_boxed_slice();
        let mut give = |slot: SlotId| {
            if let Some(unknown) = unknown.get_mut(usize::from(slot.0)) {
                *unknown = true;
            }
        };
        run.iter()
            .filter_map(|name| script.names.find(name))
            .for_each(&mut give);
        for step in script.blocks.iter().flat_map(|block| &block.steps) {
            set_by(step, &mut give);
        }
        Self {
            values: Values::new(script.names.len()),
            unknown,
            left: MAX_EVALUATED,
            certain: true,
        }
    }

    /// Begins a case: what its row and the file's `vars` give is known. Gives what cannot be computed.
    pub(super) fn begin(&mut self, case: &Case, script: &Script) -> Vec<EvalError> {
        self.values.begin(0);
        self.certain = true;
        for (slot, value) in &case.values {
            self.set(*slot, value.clone());
        }
        let mut wrong = Vec::new();
        for (slot, template) in &script.vars {
            if self.values.get(*slot).is_some() {
                continue;
            }
            match self.eval(template) {
                Some(Ok(value)) => self.set(*slot, value),
                Some(Err(error)) if !self.is_unknown(*slot) => wrong.push(error),
                _ => {}
            }
        }
        wrong
    }

    /// Whether another case may come to something else: something has been evaluated, and more may be.
    pub(super) fn may_differ(&self) -> bool {
        (1..MAX_EVALUATED).contains(&self.left)
    }

    /// Notes the value of a name, unless a step or the run may give it another one.
    pub(super) fn set(&mut self, slot: SlotId, value: Value) {
        if !self.is_unknown(slot) {
            self.values.set(slot, value);
        }
    }

    fn is_unknown(&self, slot: SlotId) -> bool {
        let unknown = self.unknown.get(usize::from(slot.0));
        unknown.copied().unwrap_or(true)
    }

    /// Whether an expression can be evaluated now, and is the same whenever it is.
    pub(super) fn may_eval(&mut self, template: &Template) -> bool {
        let is_known = |(slot, _)| self.values.get(slot).is_some();
        let may =
            self.certain && self.left > 0 && !template.calls() && template.uses().all(is_known);
        self.left -= usize::from(may);
        may
    }

    /// The value of an expression, where it is known.
    pub(super) fn eval(&mut self, template: &Template) -> Option<Result<Value, EvalError>> {
        self.may_eval(template).then(|| template.eval(&self.values))
    }

    /// The bytes of a payload, where they are known; a mistake in them where one is.
    pub(super) fn render<'p>(
        &mut self,
        payload: &'p Payload,
    ) -> Option<Result<Cow<'p, [u8]>, EvalError>> {
        if let Some(known) = payload.known() {
            return Some(Ok(Cow::Borrowed(known)));
        }
        let templates = payload.templates();
        if payload.is_random() || !templates.into_iter().all(|one| self.may_eval(one)) {
            return None;
        }
        let mut bytes = Vec::new();
        match payload.render(&self.values, MAX_RENDERED, &mut bytes) {
            Ok(()) => Some(Ok(Cow::Owned(bytes))),
            Err(error) if error.beyond || error.unset.is_some() => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// The names that a step sets, but for those of `with`, which are known where what they are made of is.
fn set_by(step: &Step, give: &mut impl FnMut(SlotId)) {
    match &step.verb {
        Verb::Set(vars) => vars.iter().for_each(|(slot, _)| give(*slot)),
        Verb::Repeat { index, .. } => give(*index),
        Verb::Expect { matcher, .. }
        | Verb::ExpectAnyOrder(matcher)
        | Verb::SkipUntil(matcher)
        | Verb::Probe { matcher, .. } => captured_by(matcher, give),
        _ => {}
    }
}

fn captured_by(matcher: &Matcher, give: &mut impl FnMut(SlotId)) {
    matcher.capture.into_iter().for_each(&mut *give);
    match &matcher.node {
        MatcherNode::Regex(pattern) => pattern.captures.iter().for_each(|(_, slot)| give(*slot)),
        MatcherNode::Points(list) => list.iter().for_each(|pointing| give(pointing.slot)),
        _ => {}
    }
    for inner in matcher.parts() {
        captured_by(inner, give);
    }
}
