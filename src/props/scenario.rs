//! Properties of the scenario reader: whatever a file holds, it is a scenario that hangs together, or has mistakes that
//! point into it.

use super::{played, printed};
use crate::player::wrong_examples;
use crate::scenario::{
    BlockId, Diagnostics, Matcher, MatcherNode, ReadOptions, Scenario, Severity, SourceFile, Span,
    Step, Verb, explain, foresee, read,
};
use crate::session::Config;

/// A comment: a file means the same behind it. On the first line, because some mistakes name another line.
const COMMENT: &str = "/* the same behind a comment */ ";

/// Input: the file.
///
/// # Panics
///
/// When a mistake points outside of the file or into a character, a scenario names what it does not have, or the same
/// file is read in another way behind a comment, or once it is printed without comments and blanks; or when it is played
/// in memory and comes to no verdict, or to another one the second time.
pub fn scenario_json(data: &[u8]) {
    let outcome = outcome(data);
    if let Ok(scenario) = &outcome {
        played::played(scenario);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && !text.starts_with('\u{feff}')
    {
        let shifted = self::outcome(format!("{COMMENT}{text}").as_bytes());
        assert_eq!(outcome.is_ok(), shifted.is_ok(), "behind a comment");
        if let (Err(here), Err(there)) = (&outcome, &shifted) {
            same_mistakes(here, there);
        }
    }
}

/// Reads a file, and checks all that holds for what comes of it.
fn outcome(data: &[u8]) -> Result<Scenario, Diagnostics> {
    let options = ReadOptions {
        vars: vec!["given".to_owned()],
        ..ReadOptions::default()
    };
    match read("arbitrary.json", data, &options) {
        Ok((scenario, warnings)) => {
            assert_eq!(warnings.errors(), 0, "a scenario with mistakes");
            check_diagnostics(&warnings);
            check_scenario(&scenario);
            let mut foreseen = warnings;
            foreseen.list = foresee(&scenario, &options.vars);
            let examples = wrong_examples(&scenario, &options.vars);
            foreseen.list.extend(examples);
            foreseen.list.sort_by_key(|found| found.span);
            check_diagnostics(&foreseen);
            check_server(&scenario);
            printed::means_the_same(&scenario, &options);
            Ok(scenario)
        }
        Err(mistakes) => {
            assert_ne!(mistakes.errors(), 0, "neither a scenario nor a mistake");
            check_diagnostics(&mistakes);
            Err(mistakes)
        }
    }
}

fn check_diagnostics(diagnostics: &Diagnostics) {
    for found in &diagnostics.list {
        assert!(explain(found.code.0).is_some(), "{found:?}");
        assert!(!found.message.is_empty(), "{found:?}");
        if let Some(span) = found.span {
            check_span(&diagnostics.sources, span);
        }
        for span in &found.included {
            check_span(&diagnostics.sources, *span);
        }
    }
    let spans = diagnostics.list.iter().filter_map(|found| found.span);
    assert!(spans.is_sorted(), "not in the order of the file");
}

fn check_span(sources: &[SourceFile], span: Span) {
    let text = &sources[usize::from(span.file)].text;
    let range = span.start as usize..span.end as usize;
    assert!(text.get(range).is_some(), "{span:?} of {}", text.len());
}

/// The mistakes of a file, and of the same file behind a comment.
fn same_mistakes(here: &Diagnostics, there: &Diagnostics) {
    // An empty file and one with nothing but a comment are told apart; and the encoding is told by the first bytes, which the
    // comment changes.
    if (here.list.iter()).any(|found| matches!(found.code.0, "BC1001" | "BC1002")) {
        return;
    }
    assert_eq!(here.list.len(), there.list.len());
    for (a, b) in here.list.iter().zip(&there.list) {
        assert_eq!(a.code, b.code);
        assert_eq!(a.severity, b.severity);
        assert_eq!(
            (&a.message, &a.label, &a.help),
            (&b.message, &b.label, &b.help)
        );
        let shift = COMMENT.len();
        if let (Some(a), Some(b)) = (a.span, b.span) {
            assert_eq!(a.start as usize + shift, b.start as usize);
            assert_eq!(a.end as usize + shift, b.end as usize);
        }
    }
    assert!(
        here.list
            .iter()
            .any(|found| found.severity == Severity::Error)
    );
}

fn check_scenario(scenario: &Scenario) {
    let script = &scenario.script;
    assert!(!script.clients.is_empty());
    assert!(!scenario.cases.is_empty());
    assert!(!script.blocks.is_empty());
    assert!(script.finally.is_none_or(|id| id != BlockId(0)));
    for (slot, _) in &script.vars {
        assert!(usize::from(slot.0) < script.names.len());
    }
    for client in &script.clients {
        for ignored in client.ignore.iter() {
            check_matcher(&ignored.matcher, script.matcher_states);
        }
    }
    let sources = &scenario.sources;
    for block in &script.blocks {
        assert!(!block.steps.is_empty());
        for (number, step) in (1..).zip(&block.steps) {
            assert_eq!(step.number, number);
            assert!(usize::from(step.client.0) < script.clients.len());
            check_span(sources, step.span);
            check_step(step, script.blocks.len(), script.matcher_states);
        }
    }
}

/// There is a server for it, unless what that has to say first cannot be said.
fn check_server(scenario: &Scenario) {
    let settings = scenario.server.as_ref();
    match Config::for_scenario(scenario) {
        Ok(config) => {
            let asked = settings.and_then(|settings| settings.max_message);
            assert!(asked.is_none_or(|asked| config.max_message == asked));
        }
        Err(_) => {
            let greeting = settings.and_then(|settings| settings.greeting.as_ref());
            assert!(greeting.is_some_and(Option::is_some));
        }
    }
}

fn check_step(step: &Step, blocks: usize, states: usize) {
    for block in step.verb.blocks() {
        assert!((block.0 as usize) < blocks);
    }
    match &step.verb {
        Verb::Expect { matcher, .. } | Verb::ExpectAnyOrder(matcher) | Verb::SkipUntil(matcher) => {
            check_matcher(matcher, states);
        }
        Verb::Set(vars) => assert!(!vars.is_empty()),
        _ => {}
    }
}

/// Every condition has its own number, and the player keeps as many states.
fn check_matcher(matcher: &Matcher, states: usize) {
    let mut ids = Vec::new();
    add_ids(matcher, &mut ids);
    assert!(ids.iter().copied().eq(0..ids.len()), "{ids:?}");
    assert_eq!(matcher.states(), ids.len());
    assert!(ids.len() <= states);
}

fn add_ids(matcher: &Matcher, ids: &mut Vec<usize>) {
    ids.push(usize::from(matcher.id));
    match &matcher.node {
        MatcherNode::Not(inner) => add_ids(inner, ids),
        MatcherNode::All(list) | MatcherNode::OneOf(list) | MatcherNode::Sequence(list) => {
            for inner in list {
                add_ids(inner, ids);
            }
        }
        _ => {}
    }
}
