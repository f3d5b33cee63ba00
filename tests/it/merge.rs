//! Shards that are played as processes, and joined: the same as one run, and nothing else is joined.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Running, Workplace};

const PASSES: &str =
    r#"{ "cases": [{ "n": 1 }, { "n": 2 }, { "n": 3 }], "steps": [{ "expect": "Welcome!" }] }"#;
const FAILS: &str = r#"{ "steps": [{ "expect": "Go away!" }] }"#;

fn suite() -> Workplace {
    let mut place = Workplace::new();
    for n in 0..4 {
        place = place.file(&format!("scenarios/p{n}.json"), PASSES.as_bytes());
    }
    place.file("scenarios/m.json", FAILS.as_bytes())
}

/// What a report says that no clock has to do with.
fn verdicts(place: &Workplace, path: &str) -> Value {
    let text = fs::read(place.path().join(path)).expect("a report");
    let report: Value = serde_json::from_slice(&text).expect("JSON");
    let cases = report["cases"].as_array().expect("cases").iter();
    let cases = cases.map(|case| {
        let failure = &case["failure"];
        json!([
            case["number"],
            case["id"],
            case["file"],
            case["result"],
            case["flaky"],
            failure["code"],
            failure["line"],
            failure["expected"],
            failure["received"],
            failure["differs_at"],
        ])
    });
    json!([
        report["complete"],
        report["totals"],
        report["run"]["scenarios"],
        report["cases"].as_array().map(Vec::len),
        report["shard"],
        report["unfinished"],
        report["run"]["seed"],
        cases.collect::<Vec<_>>(),
    ])
}

/// Plays shards as processes beside each other.
fn play(place: &Workplace, rule: &str, count: u32) {
    let shards: Vec<Running> = (1..=count)
        .map(|number| {
            let (shard, out) = (
                format!("{rule}{number}/{count}"),
                format!("shards/{number}"),
            );
            let words = [
                "run",
                "--no-fail-fast",
                "--seed",
                "7",
                "--shard",
                &shard,
                "--out",
                &out,
            ];
            place.backchat(words).start()
        })
        .collect();
    for shard in shards {
        let output = shard.end();
        assert!(matches!(output.code, Some(0 | 1)), "{output}");
    }
}

#[test]
fn five_processes_that_are_joined_are_one_run() {
    let place = suite();
    place
        .backchat([
            "run",
            "--no-fail-fast",
            "--seed",
            "7",
            "--report",
            "json=whole.json",
        ])
        .output()
        .ends_with(1);
    for rule in ["", "hash:"] {
        play(&place, rule, 5);
        let output = place
            .backchat([
                "report",
                "merge",
                "shards",
                "--expect-shards",
                "5",
                "--out",
                "all",
                "--report",
                "json",
                "--report",
                "junit",
            ])
            .output();
        output
            .ends_with(1)
            .says("5 shards joined: all/run.jsonl")
            .says("report  all/report.json");
        assert_eq!(
            verdicts(&place, "all/report.json"),
            verdicts(&place, "whole.json")
        );
        // It is a log as any other.
        let again = place
            .backchat(["run", "--rerun-failed", "--out", "all"])
            .output();
        again.ends_with(1).says("1 scenario (1 case)");
        fs::remove_dir_all(place.path().join("all")).expect("there");
    }
}

#[test]
fn what_is_missing_there_twice_or_of_another_run_is_refused() {
    let place = suite();
    play(&place, "", 3);
    let merge = |words: &[&str]| {
        let words = ["report", "merge", "--out", "all"]
            .into_iter()
            .chain(words.iter().copied());
        let output = place.backchat(words).output();
        assert!(!place.path().join("all/run.jsonl").exists(), "{output}");
        output
    };
    merge(&["shards/1", "shards/3"])
        .ends_with(7)
        .says("shard 2/3 is missing");
    merge(&["shards", "shards/3"])
        .ends_with(7)
        .says("3/3 is there twice");
    merge(&["shards", "--expect-shards", "4"])
        .ends_with(7)
        .says("4 shards were expected");
    place
        .backchat([
            "run",
            "--no-fail-fast",
            "--shard",
            "3/3",
            "-f",
            "p",
            "--out",
            "other",
        ])
        .output()
        .ends_with(0);
    merge(&["shards/1", "shards/2", "other"])
        .ends_with(7)
        .says("other scenarios to choose from");
    place
        .backchat(["run", "-f", "p", "--out", "whole"])
        .output()
        .ends_with(0);
    merge(&["shards", "whole"])
        .ends_with(7)
        .says("whole/run.jsonl is no log of a shard");
    merge(&["nothing"])
        .ends_with(4)
        .says("there is no log of a run");
    merge(&["scenarios"])
        .ends_with(4)
        .says("there is no log of a run");
    merge(&["scenarios/m.json"])
        .ends_with(3)
        .says("it is no log of a backchat run");
    merge(&[]).ends_with(2);
    place
        .backchat(["report", "merge", "shards", "--out", "shards/2"])
        .output()
        .ends_with(2)
        .says("would take the place of shards/2/run.jsonl");
    place
        .backchat(["report", "merge", "shards", "--out", "scenarios/m.json"])
        .output()
        .ends_with(74)
        .says("cannot write scenarios/m.json/run.jsonl");
}

#[test]
fn shards_without_a_case_and_shards_that_broke_off_are_joined_too() {
    let place = Workplace::new().file("scenarios/a.json", PASSES.as_bytes());
    play(&place, "", 5);
    let merge = ["report", "merge", "shards", "--report", "tap=-"];
    place.backchat(merge).output().ends_with(0).prints("1..3");
    // The log of a process that was killed.
    let path = place.path().join("shards/2/run.jsonl");
    let text = fs::read_to_string(&path).expect("a log");
    let kept: Vec<&str> = text.lines().take(3).collect();
    fs::write(&path, kept.join("\n") + "\n").expect("written");
    assert!(Path::new(&path).exists());
    let output = place.backchat(merge).output();
    output
        .ends_with(7)
        .says("the run is incomplete: 1 case not played to the end");
    output.prints("Bail out!");
}

#[test]
fn shards_of_another_run_or_played_otherwise_are_refused() {
    let place = suite();
    let shard = |number: u32, flags: &[&str], environment: &[(&str, &str)]| {
        let (shard, out) = (format!("{number}/2"), format!("shards/{number}"));
        let words = ["run", "--no-fail-fast", "--shard", &shard, "--out", &out];
        let mut program = place.backchat(words.into_iter().chain(flags.iter().copied()));
        for (name, value) in environment {
            program = program.env(name, value);
        }
        let output = program.output();
        assert!(matches!(output.code, Some(0 | 1)), "{output}");
    };
    let merge = |flags: &[&str]| {
        let words = ["report", "merge", "shards", "--out", "all"];
        place
            .backchat(words.into_iter().chain(flags.iter().copied()))
            .output()
    };
    let github = |run, attempt| [("GITHUB_RUN_ID", run), ("GITHUB_RUN_ATTEMPT", attempt)];
    shard(1, &[], &github("17", "1"));
    shard(2, &[], &github("16", "1"));
    merge(&[])
        .ends_with(7)
        .says("shards/1/run.jsonl is of run 17 (GITHUB_RUN_ID)")
        .says("shards/2/run.jsonl is of run 16 (GITHUB_RUN_ID)");
    assert!(!place.path().join("all/run.jsonl").exists());
    // A job that was started again, in the run that there was.
    shard(2, &[], &github("17", "2"));
    merge(&[])
        .ends_with(1)
        .says("2 shards joined")
        .says("of an earlier attempt at the run: 1/2")
        .prints("2 shards with different seeds");
    merge(&["--run-id", "18"]).ends_with(7).says("not of 18");
    merge(&["--run-id", "17"]).ends_with(1);
    merge(&["--run-id", ""])
        .ends_with(2)
        .says("a name of 1 to 256 bytes");
    shard(1, &["--run-id", "mine", "--seed", "7"], &[]);
    shard(2, &["--segment", "byte"], &[("BACKCHAT_RUN_ID", "mine")]);
    merge(&[])
        .ends_with(7)
        .says("shards/1/run.jsonl was played with --seed 00000007 and no --segment")
        .says("shards/2/run.jsonl with no --seed and --segment byte");
    shard(2, &["--seed", "7", "-j", "1", "--run-id", "mine"], &[]);
    merge(&[]).ends_with(1).prints("seed 00000007");
}

#[test]
fn shards_are_joined_again_into_a_folder_beside_them() {
    let place = suite();
    play(&place, "", 2);
    let merge = |words: &[&str]| {
        let all = ["report", "merge", "shards", "--out", "shards/all"];
        let words = all.into_iter().chain(words.iter().copied());
        place.backchat(words).output()
    };
    for _ in 0..2 {
        merge(&[])
            .ends_with(1)
            .says("2 shards joined: shards/all/run.jsonl");
    }
    // It is left out where it is found, not where it is named.
    merge(&["shards/all/run.jsonl"])
        .ends_with(2)
        .says("would take the place of shards/all/run.jsonl");
    let other = ["report", "merge", "shards", "--out", "else"];
    place
        .backchat(other)
        .output()
        .ends_with(7)
        .says("shards/all/run.jsonl is no log of a shard: it was joined of shards before");
    // Nor is the log of a run, which somebody may want to keep.
    place
        .backchat(["run", "-f", "p", "--out", "shards/all"])
        .output()
        .ends_with(0);
    merge(&[])
        .ends_with(2)
        .says("would take the place of shards/all/run.jsonl");
}

#[test]
fn a_job_of_github_that_joins_shards_annotates_and_sums_up() {
    let place = suite();
    play(&place, "", 2);
    let merge = |report: &str| {
        place
            .backchat(["report", "merge", "shards", "--report", report])
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", "summary.md")
            .output()
    };
    merge("json")
        .ends_with(1)
        .says("::error file=scenarios/m.json,line=1");
    let summary = || fs::read_to_string(place.path().join("summary.md")).expect("a summary");
    assert!(summary().contains("1 failed"), "{}", summary());
    // Once, where they are asked for.
    let output = merge("github");
    output.ends_with(1).prints("::error file=scenarios/m.json");
    assert!(!output.stderr.contains("::error"), "{output}");
    assert_eq!(summary().matches("## ").count(), 2, "{}", summary());
}

#[cfg(target_os = "linux")]
#[test]
fn more_logs_are_joined_than_files_may_be_open() {
    const SHARDS: u32 = 64;
    let place = suite();
    for number in 1..=SHARDS {
        let (shard, out) = (format!("{number}/{SHARDS}"), format!("shards/{number}"));
        let words = [
            "run",
            "--simulate",
            "--seed",
            "7",
            "--shard",
            &shard,
            "--out",
            &out,
        ];
        place.backchat(words).output();
    }
    let limited = r#"ulimit -n 40; exec "$0" report merge shards --out joined"#;
    let merged = std::process::Command::new("bash")
        .args(["-c", limited, env!("CARGO_BIN_EXE_backchat")])
        .current_dir(place.path())
        .output()
        .expect("bash");
    let said = String::from_utf8_lossy(&merged.stderr);
    assert_eq!(merged.status.code(), Some(1), "one case fails: {said}");
    assert!(said.contains("64 shards joined"), "{said}");
}
