//! Reading files: what is accepted and what it becomes, what is refused and where.
//!
//! How mistakes are shown is in `tests/it/corpus/invalid`; here are the rules, one table each.

mod arbitrary;
mod connections;
mod contents;
mod flow;
mod limits;
mod lowering;
mod names;
mod parallel;
mod reference;
mod spans;
mod streams;
mod table;
mod unreachable;
mod unused;
mod values;
mod waits;

use crate::scenario::{Diagnostics, ReadOptions, Scenario, read};

/// The code of names that nothing reads. Most files here are pieces, and have some; the table in `unused` is about them.
const UNUSED: &str = "BC1040";

fn outcome(text: &str) -> Result<(Scenario, Diagnostics), Diagnostics> {
    read("test.json", text.as_bytes(), &ReadOptions::default())
}

/// The scenario of a file that has no mistakes and earns no warnings.
fn accept(text: &str) -> Scenario {
    match outcome(text) {
        Ok((scenario, mut warnings)) => {
            warnings.list.retain(|found| found.code.0 != UNUSED);
            assert_eq!(lines(&warnings), Vec::<String>::new(), "in {text}");
            scenario
        }
        Err(mistakes) => panic!("{text}\nis refused: {:#?}", lines(&mistakes)),
    }
}

/// The scenario of a file with these steps.
fn accept_steps(steps: &str) -> Scenario {
    accept(&format!("{{ \"steps\": [{steps}] }}"))
}

/// Checks all that is found in a file: `BC1004 "exepct"` is the code and the words it points at.
fn check(text: &str, expected: &[&str]) {
    let mut found = match outcome(text) {
        Ok((_, warnings)) => warnings,
        Err(mistakes) => mistakes,
    };
    if !expected.iter().any(|found| found.starts_with(UNUSED)) {
        found.list.retain(|found| found.code.0 != UNUSED);
    }
    let words: Vec<String> = found
        .list
        .iter()
        .map(|found| {
            let span = found.span.unwrap_or_default();
            format!(
                "{} {}",
                found.code.0,
                &text[span.start as usize..span.end as usize]
            )
        })
        .collect();
    assert_eq!(words, expected, "in {text}\n{:#?}", lines(&found));
}

/// Checks all that is found in a file with these steps.
fn check_steps(steps: &str, expected: &[&str]) {
    check(&format!("{{ \"steps\": [{steps}] }}"), expected);
}

fn lines(found: &Diagnostics) -> Vec<String> {
    let line = |found: &crate::scenario::Diagnostic| {
        format!("{} {:?} {}", found.code.0, found.span, found.message)
    };
    found.list.iter().map(line).collect()
}
