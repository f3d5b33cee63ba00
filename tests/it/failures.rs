//! Scenarios that fail against the embedded server, and exactly what a person sees: `corpus/fail/NAME.{json,stderr}`.
//!
//! `SNAPSHOTS=overwrite cargo test --test it failures` writes the outputs anew; read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

use snapbox::{Assert, Data, IntoData};

use crate::harness::{Output, Program, stable};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/corpus/fail")
}

/// Plays in the corpus, and leaves the log elsewhere.
fn play(args: &[&str], out: &Path) -> Output {
    Program::new(args)
        .env("BACKCHAT_OUT", &out.display().to_string())
        .dir(&corpus())
        .output()
}

/// Whether it is a fragment, or data.
fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b"_")
}

fn scenarios() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(corpus())
        .expect("the corpus")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| !is_hidden(path))
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_failing_scenario_shows_what_is_written_beside_it() {
    let files = scenarios();
    assert!(files.len() >= 10, "{} files", files.len());
    let out = tempfile::tempdir().expect("a folder");
    for file in files {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .expect("text");
        let output = play(&["run", name], out.path());
        output.ends_with(1).shows_nothing_raw();
        // The project's own suites know nothing of these.
        let warning = format!("warning: {name} is in no suite of backchat.json, ");
        let shown = (output.stderr.split_once('\n'))
            .filter(|(first, _)| first.starts_with(&warning))
            .map_or(&*output.stderr, |(_, rest)| rest);
        Assert::new().action_env("SNAPSHOTS").eq(
            stable(shown).raw(),
            Data::read_from(&file.with_extension("stderr"), None).raw(),
        );
    }
}

#[test]
fn every_expected_output_has_its_scenario() {
    for entry in fs::read_dir(corpus()).expect("the corpus") {
        let path = entry.expect("readable").path();
        let scenario = path.with_extension("json");
        assert!(is_hidden(&path) || scenario.exists(), "{}", path.display());
    }
}

#[test]
fn the_command_that_plays_the_failed_cases_again_does_so() {
    let out = tempfile::tempdir().expect("a folder");
    let output = play(&["run", ".", "--no-fail-fast", "-q"], out.path());
    output.ends_with(1);
    let again = output
        .stderr
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("again  backchat "))
        .unwrap_or_else(|| panic!("{output}"));
    let again: Vec<&str> = again.split_whitespace().collect();
    let files = scenarios().len();
    play(&again, out.path())
        .ends_with(1)
        .says(&format!("{files} run: 0 passed, {files} failed"));
}
