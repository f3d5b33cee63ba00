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

/// What came of each case: the code of its failure, and the step.
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
                    CaseResult::Skipped(_) => return,
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
    for (folder, at_least) in [("scenarios/reference", 25), ("tests/it/corpus/fail", 10)] {
        let sockets = verdicts(folder, false).await;
        let memory = verdicts(folder, true).await;
        assert!(
            memory.len() >= at_least,
            "{folder}: only {} in memory",
            memory.len()
        );
        for (id, verdict) in &memory {
            assert_eq!(Some(verdict), sockets.get(id), "{id}");
        }
    }
}
