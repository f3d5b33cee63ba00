//! The same scenario comes to the same verdict in memory and over sockets, also when it fails.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use crate::harness::Folder;
use backchat::drive::Cancel;
use backchat::report::code;
use backchat::runner::CaseResult;
use backchat::scenario::Diagnostics;
use backchat::{
    CaseRef, Event, ReadOptions, RunOptions, Scenario, Suite, Target, Verdict, read_with,
    run_suites,
};

/// Before the reason why a case was skipped.
const SKIP: &str = "skipped: ";

/// The scenarios of a folder, by name.
fn load(folder: &str) -> io::Result<Vec<(String, Result<Scenario, Diagnostics>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut scenarios = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let hidden = name.as_encoded_bytes().starts_with(b"_");
        if !hidden && path.extension().is_some_and(|ending| ending == "json") {
            let name = path.display().to_string();
            let files = Folder::of(&path);
            let options = ReadOptions::default();
            let scenario = read_with(&name, &fs::read(&path)?, &options, &files);
            scenarios.push((name, scenario.map(|(scenario, _)| scenario)));
        }
    }
    Ok(scenarios)
}

/// The cases that are not played, and why: so that none is left out unnoticed.
const SKIPPED: &[(&str, &str)] = &[
    ("address-of-its-own.json#0", ADDRESS),
    ("clients-too-many.json#0", LIMIT),
    ("address-not-allowed.json#0", ADDRESS),
    ("address-of-no-kind.json#0", ADDRESS),
    ("address-of-packets.json#0", ADDRESS),
    ("connected-and-not-refused.json#0", REFUSAL),
    ("connected-and-not-unreachable.json#0", REFUSAL),
    ("connected-elsewhere-and-not-refused.json#0", ADDRESS),
    ("in-clear-before-tls.json#0", TLS),
    ("keys-of-clients.json#0", LIMIT),
];

const ADDRESS: &str = "in memory: an address of its own cannot be simulated: it needs real sockets";
const LIMIT: &str = "in memory: a limit on connections cannot be simulated: it needs real sockets";
const REFUSAL: &str =
    "in memory: a connection that does not come about cannot be simulated: it needs real sockets";
const TLS: &str = "in memory: TLS cannot be simulated: it needs real sockets";

/// What came of each case: the code of its failure, and the step; or why it was skipped.
async fn verdicts(folder: &str, simulate: bool) -> BTreeMap<String, String> {
    let mut cases = Vec::new();
    for (name, scenario) in load(folder).expect("the project's own files") {
        let scenario = Arc::new(scenario.expect("a valid scenario"));
        for case in 0..scenario.cases.len() {
            cases.push(CaseRef {
                round: 0,
                id: format!("{name}#{case}").into(),
                file: name.as_str().into(),
                scenario: Arc::clone(&scenario),
                case,
                suite: 0,
            });
        }
    }
    let options = RunOptions {
        simulate,
        ..RunOptions::default()
    };
    let mut verdicts = BTreeMap::new();
    run_suites(
        cases,
        vec![Suite::of(Target::Embedded)],
        options,
        &Cancel::default(),
        |event| {
            if let Event::CaseFinished(outcome) = event {
                let verdict = match &outcome.result {
                    CaseResult::Skipped(reason) => format!("{SKIP}{reason}"),
                    CaseResult::Played(Verdict::Failed(failure)) => {
                        let code = code(&failure.kind).0;
                        format!("{code} at step {} {:?}", failure.step, failure.rounds)
                    }
                    CaseResult::Played(verdict) => format!("{verdict:?}"),
                };
                verdicts.insert(outcome.id.to_string(), verdict);
            }
        },
    )
    .await;
    verdicts
}

#[tokio::test]
async fn a_scenario_comes_to_the_same_verdict_in_memory_and_over_sockets() {
    let mut skipped = Vec::new();
    for (folder, at_least) in [("scenarios/reference", 25), ("tests/it/corpus/fail", 10)] {
        let sockets = verdicts(folder, false).await;
        let memory = verdicts(folder, true).await;
        assert!(
            memory.len() >= at_least,
            "{folder}: only {} in memory",
            memory.len()
        );
        assert!(memory.keys().eq(sockets.keys()), "the same cases");
        for (place, verdicts) in [("in memory", &memory), ("over sockets", &sockets)] {
            for (id, verdict) in verdicts {
                if let Some(reason) = verdict.strip_prefix(SKIP) {
                    let file = id.rsplit('/').next().unwrap_or(id);
                    skipped.push((file.to_owned(), format!("{place}: {reason}")));
                }
            }
        }
        for (id, verdict) in &memory {
            let both = [verdict, &sockets[id]];
            if !both.iter().any(|verdict| verdict.starts_with(SKIP)) {
                assert_eq!(both[0], both[1], "{id}");
            }
        }
    }
    let skipped: Vec<(&str, &str)> = skipped
        .iter()
        .map(|(file, why)| (file.as_str(), why.as_str()))
        .collect();
    assert_eq!(skipped, SKIPPED, "cases that are not played");
}
