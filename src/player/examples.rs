//! Examples that their own expectation would not take: found before anything is played.
//!
//! What is known then is compared, for the first cases: values that steps, the run or the run's target give are not.

use super::matching::Matching;
use super::setting::DEFAULT_MAX_PAYLOAD;
use super::streaming::Hold;
use crate::scenario::{
    ClientId, Diagnostic, Matcher, MatcherNode, Scenario, Script, SlotId, Step, Values, Verb,
    WRONG_EXAMPLE,
};
use crate::wire::{Framing, escape};

/// For how many cases of a file the examples are compared: 64.
pub const MAX_COMPARED: usize = 64;

/// How much of an example is shown, in bytes.
const SHOWN: usize = 60;

/// What is wrong with the examples of a scenario; `run` are the names that the run sets.
pub fn wrong_examples(scenario: &Scenario, run: &[String]) -> Vec<Diagnostic> {
    let script = &scenario.script;
    let has_one = |step: &Step| matchers(&step.verb).iter().any(has_example);
    if !(script.blocks.iter().flat_map(|block| &block.steps)).any(has_one) {
        return Vec::new();
    }
    let mut unknown: Vec<SlotId> = run
        .iter()
        .filter_map(|name| script.names.find(name))
        .collect();
    let steps = || script.blocks.iter().flat_map(|block| &block.steps);
    steps().for_each(|step| add_set(&step.verb, &mut unknown));
    let mut found = Vec::new();
    for case in scenario.cases.iter().take(MAX_COMPARED) {
        let mut values = Values::new(script.names.len());
        values.begin(0);
        for (slot, value) in &case.values {
            values.set(*slot, value.clone());
        }
        for (slot, template) in &script.vars {
            if values.get(*slot).is_none()
                && let Ok(value) = template.eval(&values)
            {
                values.set(*slot, value);
            }
        }
        unknown.iter().for_each(|slot| values.unset(*slot));
        for step in steps() {
            check_step(step, script, &values, &mut found);
        }
        if !found.is_empty() {
            break;
        }
    }
    found
}

/// The expectations of a step.
fn matchers(verb: &Verb) -> &[Matcher] {
    match verb {
        Verb::Expect { matcher, .. } | Verb::SkipUntil(matcher) | Verb::Probe { matcher, .. } => {
            std::slice::from_ref(matcher)
        }
        Verb::ExpectAnyOrder(all) => all.parts(),
        _ => &[],
    }
}

fn has_example(matcher: &Matcher) -> bool {
    matcher.example.is_some() || matcher.parts().iter().any(has_example)
}

/// Adds the names that a step sets.
fn add_set(verb: &Verb, set: &mut Vec<SlotId>) {
    match verb {
        Verb::Set(vars) => set.extend(vars.iter().map(|(slot, _)| *slot)),
        Verb::Repeat { index, .. } => set.push(*index),
        _ => matchers(verb).iter().for_each(|m| add_captured(m, set)),
    }
}

fn add_captured(matcher: &Matcher, set: &mut Vec<SlotId>) {
    set.extend(matcher.capture);
    match &matcher.node {
        MatcherNode::Regex(pattern) => set.extend(pattern.captures.iter().map(|(_, slot)| *slot)),
        MatcherNode::Points(list) => set.extend(list.iter().map(|pointing| pointing.slot)),
        _ => {}
    }
    matcher
        .parts()
        .iter()
        .for_each(|inner| add_captured(inner, set));
}

fn check_step(step: &Step, script: &Script, values: &Values, found: &mut Vec<Diagnostic>) {
    let framed = match &step.verb {
        Verb::Expect { framed, .. } => *framed && is_framed(script, step.client),
        // What is skipped before it is not part of it: it is looked at as a whole.
        Verb::SkipUntil(_) => true,
        _ => is_framed(script, step.client),
    };
    for matcher in matchers(&step.verb) {
        check_matcher(matcher, framed, values, found);
    }
}

fn is_framed(script: &Script, client: ClientId) -> bool {
    let client = script.clients.get(usize::from(client.0));
    client.is_some_and(|client| client.framing != Framing::Raw)
}

fn check_matcher(matcher: &Matcher, framed: bool, values: &Values, found: &mut Vec<Diagnostic>) {
    // Parts of what arrives, whatever there is around them.
    for inner in matcher.parts() {
        check_matcher(inner, true, values, found);
    }
    let Some(example) = &matcher.example else {
        return;
    };
    let limit = DEFAULT_MAX_PAYLOAD;
    let mut said = Vec::new();
    if example.render(values, limit, &mut said).is_err() {
        return;
    }
    let mut matching = Matching::default();
    let holds = match framed {
        true => (matching.begin_on_messages(matcher, values, limit))
            .map(|()| matching.holds(matcher, &said)),
        false => (matching.begin_on_stream(matcher, values, limit)).map(
            |()| matches!(matching.on_stream(matcher, &said), Hold::At(len) if len == said.len()),
        ),
    };
    // What cannot be computed yet may hold.
    if holds.unwrap_or(true) {
        return;
    }
    let shown = said.get(..SHOWN).unwrap_or(&said);
    let dots = if said.len() > SHOWN { "…" } else { "" };
    let (label, help) = match framed {
        true => (
            format!("says \"{}{dots}\"", escape(shown)),
            "give one of the replies that it is for, without the line end that `framing` adds",
        ),
        false => (
            format!(
                "says \"{}{dots}\", which is not what would be taken",
                escape(shown)
            ),
            "on a byte stream an expectation takes the shortest run of bytes for which it holds: give just these",
        ),
    };
    found.push(
        Diagnostic::error(
            WRONG_EXAMPLE,
            example.span,
            "the expectation does not hold for its own `example`",
        )
        .label(label)
        .help(help),
    );
}
