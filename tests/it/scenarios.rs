//! The scenarios of the project: they read without a word of complaint, and pass in every way in which they can be played.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::harness::Folder;
use backchat::drive::Cancel;
use backchat::player::{Segment, Verdict};
use backchat::report::{Palette, render_diagnostics, render_failure};
use backchat::runner::{CaseRef, CaseResult, Event, Outcome, RunOptions, Suite, run_suites};
use backchat::scenario::{ReadOptions, Scenario, read_with};
use backchat::target::Target;

/// How many reference scenarios there are at least.
const REFERENCE: usize = 25;

/// The folders of scenarios that `ci/servers.sh` plays with real servers, one a server.
const REAL: [&str; 11] = [
    "dns",
    "dns-udp",
    "ftp",
    "http",
    "irc",
    "memcached",
    "memcached-udp",
    "mqtt",
    "redis",
    "smtp",
    "ssh",
];

/// How many of those there are at least.
const REAL_SCENARIOS: usize = 140;

/// The seeds of random cuts: each cuts elsewhere.
const SEEDS: [u64; 5] = [0, 1, 0x5eed, 0xdead_beef, u64::MAX];

/// What came of a case that passed.
const PASSED: &str = "passed";

#[test]
fn every_scenario_reads_without_a_word_of_complaint() {
    let mut real = 0;
    for folder in REAL.into_iter().chain(["reference"]) {
        for (id, scenario) in load(folder).expect("the project's own files") {
            assert!(scenario.name.is_some(), "{id} has no name");
            assert!(scenario.description.is_some(), "{id} has no description");
            assert!(!scenario.tags.is_empty(), "{id} has no tags");
            real += usize::from(folder != "reference");
        }
    }
    assert!(real >= REAL_SCENARIOS, "too few: {real}");
}

#[test]
fn every_folder_of_scenarios_is_played_by_somebody() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut folders = Vec::new();
    for entry in fs::read_dir(scenarios).expect("the project's own files") {
        let entry = entry.expect("the project's own files");
        if entry.file_type().expect("a kind").is_dir() {
            folders.push(entry.file_name().into_string().expect("text"));
        }
    }
    folders.sort();
    let mut known: Vec<_> = REAL.into_iter().chain(["reference"]).collect();
    known.sort_unstable();
    assert_eq!(folders, known);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/servers.sh");
    let script = fs::read_to_string(script).expect("the script");
    for folder in REAL {
        assert!(
            script.contains(&format!("\n{folder}() {{\n")),
            "{folder} is played by nobody"
        );
    }
}

#[tokio::test]
async fn reference_scenarios_pass_on_sockets_however_sends_are_cut() {
    let random = SEEDS.map(|seed| (Some(Segment::Random), seed));
    for (segment, seed) in [(None, 0), (Some(Segment::Byte), 0)]
        .into_iter()
        .chain(random)
    {
        let scenarios = load("reference").expect("the project's own files");
        let options = RunOptions {
            segment,
            seed,
            ..RunOptions::default()
        };
        for (id, verdict) in play(&scenarios, options).await {
            assert!(
                verdict == PASSED,
                "{id} on sockets, {segment:?}, seed {seed:x}: {verdict}"
            );
        }
    }
}

#[tokio::test]
async fn reference_scenarios_pass_in_memory_where_they_can_be_played_there() {
    let scenarios = load("reference").expect("the project's own files");
    let options = RunOptions {
        simulate: true,
        ..RunOptions::default()
    };
    let verdicts = play(&scenarios, options).await;
    let passed = verdicts.values().filter(|verdict| *verdict == PASSED);
    assert!(passed.count() >= REFERENCE, "too few: {verdicts:#?}");
    for (id, verdict) in verdicts {
        assert!(
            verdict == PASSED || verdict.starts_with("skipped: "),
            "{id} in memory: {verdict}"
        );
    }
}

/// Reads the scenarios of a folder; panics, with all that is wrong with it, at the first that has as much as a warning.
fn load(folder: &str) -> io::Result<BTreeMap<String, Arc<Scenario>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default();
        // The settings of servers stand there too.
        let is_scenario = path.extension().is_some_and(|ending| ending == "json");
        is_scenario && !name.as_encoded_bytes().starts_with(b"_")
    });
    assert!(!paths.is_empty());
    let mut scenarios = BTreeMap::new();
    for path in paths {
        let name = path.to_string_lossy();
        let (options, files) = (ReadOptions::default(), Folder::of(&path));
        let scenario = match read_with(&name, &fs::read(&path)?, &options, &files) {
            Ok((scenario, warnings)) if warnings.list.is_empty() => scenario,
            Ok((_, diagnostics)) | Err(diagnostics) => {
                panic!("{}", render_diagnostics(&diagnostics, &Palette::plain()))
            }
        };
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        scenarios.insert(id.into_owned(), Arc::new(scenario));
    }
    Ok(scenarios)
}

/// Plays all cases; says what came of each.
async fn play(
    scenarios: &BTreeMap<String, Arc<Scenario>>,
    options: RunOptions,
) -> BTreeMap<Arc<str>, String> {
    let mut cases = Vec::new();
    for (id, scenario) in scenarios {
        cases.extend((0..scenario.cases.len()).map(|case| CaseRef {
            round: 0,
            id: format!("{id}#{case}").into(),
            file: id.as_str().into(),
            scenario: Arc::clone(scenario),
            case,
            suite: 0,
        }));
    }
    let count = cases.len();
    let mut verdicts = BTreeMap::new();
    let cancel = Cancel::default();
    run_suites(
        cases,
        vec![Suite::of(Target::Embedded)],
        options,
        &cancel,
        |event| {
            if let Event::CaseFinished(outcome) = event {
                verdicts.insert(Arc::clone(&outcome.id), in_words(&outcome));
            }
        },
    )
    .await;
    assert_eq!(verdicts.len(), count, "not every case was played");
    verdicts
}

fn in_words(outcome: &Outcome) -> String {
    match &outcome.result {
        CaseResult::Skipped(reason) => format!("skipped: {reason}"),
        CaseResult::Played(Verdict::Passed) => PASSED.to_owned(),
        CaseResult::Played(Verdict::Cancelled) => "cancelled".to_owned(),
        CaseResult::Played(Verdict::Failed(failure)) => {
            render_failure(failure, outcome, &Palette::plain())
        }
    }
}
