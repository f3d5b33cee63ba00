//! Goes through the steps as they would be played, and says what cannot be.

use std::collections::HashSet;

use super::super::{
    Block, BlockId, Client, ClientId, Code, Diagnostic, EvalError, Matcher, MatcherNode, Number,
    Payload, Scenario, Script, Span, Step, Verb, code,
};
use super::framed::{Framed, Never};
use super::known::Known;
use crate::count::count;
use crate::wire::Framing;

/// For how many cases of a file it is looked what cannot be: 64.
pub const MAX_FORESEEN: usize = 64;

/// What cannot be in a scenario: mistakes, and warnings where it depends on what the scenario is played over. `run` are the
/// names that the run sets.
pub fn foresee(scenario: &Scenario, run: &[String]) -> Vec<Diagnostic> {
    let script = &*scenario.script;
    let mut walk = Walk {
        script,
        known: Known::of(script, run),
        including: Vec::new(),
        seen: HashSet::new(),
        found: Vec::new(),
    };
    for (at, case) in scenario.cases.iter().take(MAX_FORESEEN).enumerate() {
        for error in walk.known.begin(case, script) {
            walk.no_value(&error);
        }
        if at == 0 {
            walk.ignored();
        }
        for block in [Some(BlockId(0)), script.finally].into_iter().flatten() {
            walk.block(block, true);
        }
        // Where nothing depends on values, the other cases are the same.
        if !walk.found.is_empty() || !walk.known.may_differ() {
            break;
        }
    }
    walk.found
}

/// What has been found so far.
#[derive(Debug)]
struct Walk<'a> {
    script: &'a Script,
    known: Known,
    /// The `include`s around, the nearest last.
    including: Vec<Span>,
    /// What has been reported, so that nothing is twice.
    seen: HashSet<(Code, Span)>,
    found: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    /// Looks at a list of steps; `certain`: it is played in any run.
    fn block(&mut self, id: BlockId, certain: bool) {
        let script = self.script;
        let steps = script
            .blocks
            .get(id.0 as usize)
            .map(|Block { steps }| steps);
        for step in steps.into_iter().flatten() {
            self.known.certain = certain;
            let certain = certain && self.is_played(step);
            self.known.certain = certain;
            self.step(step, certain);
        }
    }

    /// Whether the step is certain to be played once the one before is done.
    fn is_played(&mut self, step: &Step) -> bool {
        let Some(when) = &step.when else {
            return true;
        };
        if !self.known.may_eval(when.template()) {
            return false;
        }
        match when.holds(&self.known.values) {
            Ok(holds) => holds,
            Err(error) => {
                self.no_value(&error);
                false
            }
        }
    }

    fn step(&mut self, step: &Step, certain: bool) {
        match &step.verb {
            Verb::Send {
                payload, framed, ..
            } => self.send(step.client, payload, *framed),
            Verb::Probe { payload, matcher } => {
                self.send(step.client, payload, true);
                self.expect(step.client, matcher);
            }
            Verb::Expect {
                matcher, framed, ..
            } => match framed {
                true => self.expect(step.client, matcher),
                false => self.computed(matcher),
            },
            Verb::SkipUntil(matcher) => self.expect(step.client, matcher),
            Verb::ExpectAnyOrder(all) => {
                for matcher in all.parts() {
                    self.expect(step.client, matcher);
                }
            }
            Verb::Repeat { block, times, .. } => {
                let certain = certain && self.is_repeated(times);
                self.block(*block, certain);
            }
            Verb::Retry { block, .. } => self.block(*block, certain),
            Verb::Parallel(blocks) => {
                for block in blocks {
                    self.block(*block, certain);
                }
            }
            Verb::Include { block, with } => {
                for (slot, template) in with {
                    self.known.values.unset(*slot);
                    match self.known.eval(template) {
                        Some(Ok(value)) => self.known.set(*slot, value),
                        Some(Err(error)) => self.no_value(&error),
                        None => {}
                    }
                }
                self.including.push(step.span);
                self.block(*block, certain);
                self.including.pop();
            }
            Verb::Set(vars) => {
                for (_, template) in vars {
                    if let Some(Err(error)) = self.known.eval(template) {
                        self.no_value(&error);
                    }
                }
            }
            Verb::Assert(condition) => {
                if self.known.may_eval(condition.template())
                    && let Err(error) = condition.holds(&self.known.values)
                {
                    self.no_value(&error);
                }
            }
            _ => {}
        }
    }

    /// Whether a `repeat` is certain to have a round.
    fn is_repeated(&mut self, times: &Number) -> bool {
        if let Number::Template(template) = times
            && !self.known.may_eval(template)
        {
            return false;
        }
        match times.eval(&self.known.values) {
            Ok(times) => times > 0,
            Err(error) => {
                self.no_value(&error);
                false
            }
        }
    }

    /// A payload that is sent.
    fn send(&mut self, client: ClientId, payload: &Payload, framed: bool) {
        let len = match self.known.render(payload) {
            Some(Ok(bytes)) => Some(bytes.len() as u64),
            Some(Err(error)) => return self.no_value(&error),
            None => payload.known_len(),
        };
        let (Some(len), Some(client)) = (len.filter(|_| framed), self.client(client)) else {
            return;
        };
        let (least, most) = client.framing.sizes_sent();
        if !(least..=most).contains(&len) {
            let message = format!(
                "the framing cannot carry this message of {}",
                count(len, "byte")
            );
            let found = Diagnostic::error(code::CANNOT_CARRY, payload.span, message)
                .label(client.framing.rule())
                .help("`send_bytes` sends bytes as they are, whatever the framing");
            self.report(found);
        }
    }

    /// A message that is expected.
    fn expect(&mut self, client: ClientId, matcher: &Matcher) {
        self.computed(matcher);
        let Some(client) = self.client(client) else {
            return;
        };
        if client.framing == Framing::Raw {
            return;
        }
        let framed = Framed {
            framing: &client.framing,
            max_message: client.max_message,
        };
        match framed.never(matcher, &mut self.known) {
            Some(never) => self.never(never, client, false),
            None => self.alternatives(framed, matcher, client),
        }
    }

    /// Alternatives of a `one_of` of which another one may hold.
    fn alternatives(&mut self, framed: Framed<'_>, matcher: &Matcher, client: &Client) {
        if let MatcherNode::OneOf(list) = &matcher.node {
            for one in list {
                if let Some(never) = framed.never(one, &mut self.known) {
                    self.never(never, client, true);
                }
            }
        }
    }

    /// What is ignored. With several clients, what one of them never gets another one may.
    fn ignored(&mut self) {
        let [client] = &self.script.clients[..] else {
            return;
        };
        self.known.certain = false;
        for ignored in &*client.ignore {
            self.expect(ClientId(0), &ignored.matcher);
        }
    }

    /// The values in an expectation.
    fn computed(&mut self, matcher: &Matcher) {
        let wrong = match &matcher.node {
            MatcherNode::Exact(payload)
            | MatcherNode::Prefix(payload)
            | MatcherNode::Suffix(payload)
            | MatcherNode::Contains(payload)
            | MatcherNode::Json(payload) => self.known.render(payload).and_then(Result::err),
            MatcherNode::Counted(template) => self
                .known
                .may_eval(template)
                .then(|| super::super::counted(template, &self.known.values))
                .and_then(Result::err),
            _ => None,
        };
        if let Some(error) = wrong {
            self.no_value(&error);
        }
        for inner in matcher.parts() {
            self.computed(inner);
        }
    }

    fn client(&self, id: ClientId) -> Option<&'a Client> {
        self.script.clients.get(usize::from(id.0))
    }

    fn never(&mut self, never: Never, client: &Client, spare: bool) {
        let message = match spare {
            true => "this alternative holds for nothing that can arrive",
            false => "nothing that can arrive is what is expected here",
        };
        // Over packets, where no framing is given there are no lines.
        let is_open = !client.framing_given && client.streams_only.is_none();
        let help = match is_open {
            true => format!(
                "{} (where these are packets, write \"framing\": \"datagram\")",
                never.help
            ),
            false => never.help,
        };
        let found = match is_open || spare {
            true => Diagnostic::warning(code::CANNOT_ARRIVE, never.span, message),
            false => Diagnostic::error(code::CANNOT_ARRIVE, never.span, message),
        };
        self.report(found.label(never.what).help(help));
    }

    fn no_value(&mut self, error: &EvalError) {
        let message = "this has no value, as is known before the run";
        self.report(
            Diagnostic::error(code::NO_VALUE, error.span, message)
                .label(error.message.clone())
                .help("the values in it come from `vars`, `cases` or `with`: are they what was meant?"),
        );
    }

    fn report(&mut self, mut found: Diagnostic) {
        if let Some(span) = found.span
            && !self.seen.insert((found.code, span))
        {
            return;
        }
        if found.span.is_some_and(|span| span.file > 0) {
            found.included = self.including.iter().rev().copied().collect();
        }
        self.found.push(found);
    }
}
