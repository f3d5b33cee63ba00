//! What `--update` writes anew: found while a run goes on, applied when it is over.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use super::super::console::Console;
use super::super::error::CliError;
use super::super::replace::replace;
use crate::player::{Failure, FailureKind, Verdict};
use crate::report::{exact_hex, exact_payload};
use crate::runner::{CaseResult, Outcome};
use crate::scenario::{LiteralForm, MatcherNode, Scenario, Span, Step, Verb, literal_form};
use crate::wire::Framing;

/// What one round of playing has found, and what the rounds before have done.
#[derive(Debug, Default)]
pub(super) struct Updates {
    /// The files that are played, by their ids; empty before they have been read.
    pub(super) paths: HashMap<String, PathBuf>,
    /// The ids that are played; `None`: all that are selected.
    pub(super) only: Option<HashSet<String>>,
    /// What is to be written.
    found: Vec<Update>,
    /// What is left alone, and why.
    left: Vec<String>,
    /// How many cases have failed.
    pub(super) failed: usize,
    /// The steps that have been rewritten: a file's id, a block, a step.
    done: HashSet<(String, usize, usize)>,
}

/// An expectation that is to be written anew.
#[derive(Debug)]
struct Update {
    id: String,
    /// The text of the file as it was read.
    text: String,
    span: Span,
    /// What is written there.
    json: String,
}

impl Updates {
    /// Looks at what a case came to.
    pub(super) fn look(&mut self, outcome: &Outcome) {
        let CaseResult::Played(Verdict::Failed(failure)) = &outcome.result else {
            return;
        };
        self.failed += 1;
        if outcome.hidden {
            let why = "a secret stands in it";
            self.left.push(format!("{}  {why}", outcome.id));
            return;
        }
        let FailureKind::Mismatch {
            received,
            received_len,
            ..
        } = &failure.kind
        else {
            return;
        };
        let scenario = &outcome.scenario;
        let Some(source) = scenario.sources.get(usize::from(failure.span.file)) else {
            return;
        };
        let (line, column) = source.line_column(failure.span.start);
        let place = format!("{}:{line}:{column}", source.name);
        let whole = received.len() == *received_len;
        match self.fit(&outcome.id, scenario, failure, whole) {
            Ok(form) => self.found.push(Update {
                id: outcome.id.to_string(),
                text: source.text.to_string(),
                span: failure.span,
                json: match form {
                    LiteralForm::Text => exact_payload(received),
                    LiteralForm::Hex => exact_hex(received),
                },
            }),
            Err(why) => self.left.push(format!("{place}  {why}")),
        }
    }

    /// How the expectation that failed is written, if it can be rewritten.
    fn fit(
        &mut self,
        id: &str,
        scenario: &Scenario,
        failure: &Failure,
        whole: bool,
    ) -> Result<LiteralForm, &'static str> {
        if failure.span.file != 0 {
            return Err("it stands in a file that is included, perhaps by others too");
        }
        if scenario.cases.len() > 1 || !self.paths.contains_key(id) {
            return Err("the scenario has cases: what one of them gets another may not");
        }
        if !failure.rounds.is_empty() || !failure.retries.is_empty() {
            return Err("it is played more than once");
        }
        let (block, at, step) =
            step_at(scenario, failure.span).ok_or("it is not a step of the file")?;
        let Verb::Expect {
            matcher,
            framed,
            optional: _,
        } = &step.verb
        else {
            return Err("only `expect` is rewritten");
        };
        if !matches!(matcher.node, MatcherNode::Exact(_)) {
            return Err("it is a matcher, no exact text");
        }
        let client = scenario.script.clients.get(usize::from(step.client.0));
        if !framed || client.is_some_and(|client| client.framing == Framing::Raw) {
            return Err("on a byte stream nobody knows where the reply ends");
        }
        if !whole {
            return Err("the reply is too long");
        }
        let text = scenario.sources.first().map_or("", |source| &source.text);
        let form = literal_form(text, failure.span)?;
        if !self.done.insert((id.to_owned(), block, at)) {
            return Err("it has been rewritten, and the reply is another one again");
        }
        Ok(form)
    }

    /// Rewrites what was found, says so, and gives the ids of what has changed.
    pub(super) fn apply(&mut self, console: &Console) -> Result<HashSet<String>, CliError> {
        for left in self.left.drain(..) {
            console.say(&format!("{:>12}  {left}\n", "left alone"))?;
        }
        let mut changed = HashSet::new();
        for update in std::mem::take(&mut self.found) {
            let Some(path) = self.paths.get(&update.id) else {
                continue;
            };
            let name = super::super::files::shown(path);
            let there = fs::read(path).map_err(|source| CliError::Unreadable {
                path: name.clone(),
                source,
            })?;
            let range = update.span.start as usize..update.span.end as usize;
            if there != update.text.as_bytes() {
                console.say(&format!(
                    "{:>12}  {name}  it changed meanwhile\n",
                    "left alone"
                ))?;
                continue;
            }
            let was = update
                .text
                .get(range.clone())
                .unwrap_or_default()
                .to_owned();
            let mut text = update.text;
            text.replace_range(range, &update.json);
            replace(path, text.as_bytes()).map_err(|source| CliError::Unwritable {
                path: name.clone(),
                source,
            })?;
            let line = text.as_bytes()[..update.span.start as usize]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            let (was, is) = (super::super::files::safe(&was), update.json);
            console.say(&format!(
                "{:>12}  {name}:{}  {was}  ->  {is}\n",
                "updated",
                line + 1
            ))?;
            changed.insert(update.id);
        }
        Ok(changed)
    }
}

/// The step whose value stands there: its block, its place in it, and itself.
fn step_at(scenario: &Scenario, span: Span) -> Option<(usize, usize, &Step)> {
    let blocks = scenario.script.blocks.iter().enumerate();
    let mut steps = blocks.flat_map(|(block, list)| {
        let steps = list.steps.iter().enumerate();
        steps.map(move |(at, step)| (block, at, step))
    });
    steps.find(|(_, _, step)| step.span == span)
}
