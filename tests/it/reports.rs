//! The log of a run and what is made of it: when it is kept, what it survives, and what is played again.

use std::fs;
use std::path::Path;

use crate::harness::{Output, Running, Workplace};

const PASSES: &str = r#"{ "steps": [{ "expect": "Welcome!" }] }"#;
const FAILS: &str = r#"{ "steps": [{ "expect": "Go away!" }] }"#;

fn two() -> Workplace {
    Workplace::new()
        .file("scenarios/a.json", PASSES.as_bytes())
        .file("scenarios/b.json", FAILS.as_bytes())
}

fn is_kept(place: &Workplace) -> bool {
    place.path().join("backchat-out/run.jsonl").exists()
}

/// The ids of a run's first line of the log.
fn ids(output: &Output) -> Vec<&str> {
    let lines = output
        .stderr
        .lines()
        .filter(|line| line.contains("[1/") || line.contains("[2/"));
    lines
        .filter_map(|line| line.split_whitespace().last())
        .collect()
}

#[test]
fn nothing_is_left_behind_where_all_passed_and_nobody_asked() {
    let place = two();
    place.backchat(["run", "-f", "a"]).output().ends_with(0);
    assert!(!place.path().join("backchat-out").exists());
    place
        .backchat(["run", "-f", "a"])
        .env("CI", "1")
        .output()
        .ends_with(0);
    assert!(is_kept(&place), "in CI it is kept");
    let ignored = fs::read_to_string(place.path().join("backchat-out/.gitignore"));
    assert!(ignored.expect("there").ends_with("*\n"));
}

#[test]
fn what_failed_is_played_again_and_then_nothing() {
    let place = two();
    place
        .backchat(["run", "--rerun-failed"])
        .output()
        .ends_with(4)
        .says("there is no log of a run");
    place
        .backchat(["run", "--no-fail-fast", "--segment", "byte"])
        .output()
        .ends_with(1);
    let again = place.backchat(["run", "--rerun-failed"]).output();
    again
        .ends_with(1)
        .says("1 scenario (1 case)")
        .says("--segment byte");
    assert_eq!(ids(&again), ["b"], "{again}");
    fs::write(place.path().join("scenarios/b.json"), PASSES).expect("a file");
    place
        .backchat(["run", "--rerun-failed"])
        .output()
        .ends_with(0)
        .says("1 run: 1 passed");
    place
        .backchat(["run", "--rerun-failed"])
        .output()
        .ends_with(0)
        .says("nothing failed in the last run");
}

#[test]
fn what_failed_earlier_and_is_left_out_makes_the_run_incomplete() {
    let place = two().file("scenarios/c.json", FAILS.as_bytes());
    place
        .backchat(["run", "--no-fail-fast"])
        .output()
        .ends_with(1);
    fs::write(place.path().join("scenarios/b.json"), PASSES).expect("a file");
    place
        .backchat(["run", "--rerun-failed", "-f", "b"])
        .output()
        .ends_with(7)
        .says("1 case that failed earlier was not played")
        .says("again  backchat run --rerun-failed");
    // It is not forgotten, unless it is gone.
    let again = place.backchat(["run", "--rerun-failed"]).output();
    again.ends_with(1);
    assert_eq!(ids(&again), ["c"], "{again}");
    fs::remove_file(place.path().join("scenarios/c.json")).expect("there");
    place
        .backchat(["run", "--rerun-failed"])
        .output()
        .ends_with(4)
        .says("is not there any more: c");
}

#[test]
fn what_a_stopped_run_did_not_play_is_played_again() {
    let place = two().file("scenarios/c.json", PASSES.as_bytes());
    fs::write(place.path().join("scenarios/a.json"), FAILS).expect("a file");
    place
        .backchat(["run", "-j", "1"])
        .output()
        .ends_with(1)
        .says("2 cases were not started");
    let again = place
        .backchat(["run", "--rerun-failed", "--no-fail-fast"])
        .output();
    again.ends_with(1).says("3 run: 1 passed, 2 failed");
}

#[test]
fn output_that_cannot_be_written_ends_with_74_and_names_the_file() {
    let place = two().file("plain", b"");
    for (args, name) in [
        (
            &["run", "-f", "a", "--out", "plain/out"][..],
            "plain/out/run.jsonl",
        ),
        (&["run", "-f", "a", "--report", "json=plain/x"], "plain/x"),
        (
            &["run", "-f", "a", "--report", "json=/dev/full"],
            "/dev/full",
        ),
        (
            &["run", "-f", "a", "--report", "json=scenarios"],
            "scenarios",
        ),
    ] {
        if name == "/dev/full" && !Path::new(name).exists() {
            continue;
        }
        let output = place.backchat(args.iter().copied()).output();
        output.ends_with(74).says(&format!("cannot write {name}"));
    }
    // Nobody asked: the run goes on.
    let place = two().file("backchat-out", b"somebody's own file");
    place
        .backchat(["run", "--no-fail-fast"])
        .output()
        .ends_with(1)
        .says("warning: cannot write backchat-out/run.jsonl")
        .says("2 run: 1 passed, 1 failed");
}

#[test]
fn reports_that_make_no_sense_are_refused_before_anything_is_sent() {
    let place = two();
    for args in [
        &["run", "--report", "jsn"][..],
        &["run", "--report", "json=-", "--report", "text=-"],
        &["run", "--report", "json", "--update"],
        &["run", "--rerun-failed", "--watch"],
        &["report"],
    ] {
        place.backchat(args.iter().copied()).output().ends_with(2);
    }
    place
        .backchat(["report", "show", "nowhere"])
        .output()
        .ends_with(4);
    place
        .backchat(["report", "show", "scenarios/a.json"])
        .output()
        .ends_with(3)
        .says("no log");
}

/// A run that has played one case, fails another and hangs in the third.
fn hanging(place: &Workplace) -> Running {
    let hangs = r#"{ "steps": [{ "expect": "Welcome!" }, { "wait": "10m" }] }"#;
    fs::write(place.path().join("scenarios/c.json"), hangs).expect("a file");
    fs::write(place.path().join("scenarios/d.json"), PASSES).expect("a file");
    let args = [
        "run",
        "-j",
        "2",
        "--no-fail-fast",
        "--slow-timeout",
        "100ms",
    ];
    let reports = ["--report", "json", "--report", "text"];
    let run = place.backchat(args.into_iter().chain(reports)).start();
    // With the hanging one in its way, the last one is over but not shown.
    run.until_said("SLOW");
    run
}

#[test]
fn a_signal_in_the_middle_of_a_run_leaves_its_reports() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let place = two();
        let run = hanging(&place);
        run.signal(signal);
        run.end()
            .ends_with(code)
            .says("report  backchat-out/report.json")
            .says("report  backchat-out/report.txt");
        let json = fs::read(place.path().join("backchat-out/report.json")).expect("written");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(json["complete"], false);
        assert_eq!(json["totals"]["passed"], 2);
        assert_eq!(json["totals"]["failed"], 1);
        assert_eq!(json["totals"]["unfinished"], 1);
    }
}

#[test]
fn a_run_that_was_killed_leaves_a_log_that_yields_all_reports() {
    let place = two();
    let run = hanging(&place);
    run.signal("KILL");
    drop(run.end());
    assert!(!place.path().join("backchat-out/report.json").exists());
    let shown = place.backchat(["report", "show"]).output();
    shown.ends_with(0);
    for words in [
        "FAIL",
        "error[BC2001]",
        "never finished",
        "4 selected: 2 passed, 1 failed",
    ] {
        assert!(shown.stdout.contains(words), "{words}: {shown}");
    }
    place
        .backchat([
            "report",
            "show",
            "backchat-out/run.jsonl",
            "--report",
            "json",
        ])
        .output()
        .ends_with(0)
        .says("report  backchat-out/report.json");
}
