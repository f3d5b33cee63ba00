//! The log of a run and what is made of it: when it is kept, what it survives, and what is played again.

use std::fs;
use std::path::Path;

use crate::harness::{Output, Program, Running, Workplace};

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

#[test]
fn a_run_that_could_not_begin_leaves_no_report_of_an_earlier_one() {
    let kinds = [
        "junit=j.xml",
        "tap=t.tap",
        "json=r.json",
        "markdown=m.md",
        "html=h.html",
        "text=t.txt",
    ];
    let files = ["j.xml", "t.tap", "r.json", "m.md", "h.html", "t.txt"];
    let place = Workplace::new()
        .file(
            "scenarios/a.json",
            br#"{ "steps": [{ "expect": "Welcome!" }] }"#,
        )
        .file("wrong.json", br#"{ "steps": [{ "expects": "x" }] }"#);
    let run = |words: &[&str]| {
        let mut all = vec!["run"];
        all.extend(words);
        for kind in kinds {
            all.extend(["--report", kind]);
        }
        place.backchat(all).output()
    };
    let there = || files.map(|file| place.path().join(file).exists());
    for (words, code, kept) in [
        (&["wrong.json"][..], 3, false),
        (&["-f", "nothing-like-it"], 4, false),
        (&["nowhere.json"], 4, false),
        (&["--rerun-failed", "--out", "nowhere"], 4, false),
        (&["--config", "wrong.json"], 3, false),
        // What was typed is not what was meant, perhaps the files neither.
        (&["--no-such-flag"], 2, true),
        (&["--simulate", "-t", "x:1"], 2, true),
    ] {
        run(&[]).ends_with(0);
        assert_eq!(there(), [true; 6]);
        run(words).ends_with(code);
        assert_eq!(there(), [kept; 6], "{words:?}");
    }
    // What is no report stays until there is one to take its place.
    fs::write(place.path().join("j.xml"), "<mine/>").expect("written");
    run(&["wrong.json"]).ends_with(3);
    let kept = fs::read_to_string(place.path().join("j.xml"));
    assert_eq!(kept.expect("there"), "<mine/>");
}

#[test]
fn no_report_takes_the_place_of_a_log() {
    let place = Workplace::new().file(
        "scenarios/a.json",
        br#"{ "steps": [{ "expect": "Welcome!" }] }"#,
    );
    for path in ["json=fo/run.jsonl", "json=./fo/../fo/run.jsonl"] {
        place
            .backchat(["run", "--out", "fo", "--report", path])
            .output()
            .ends_with(2)
            .says("a report would take the place of the log");
    }
    place
        .backchat(["run", "--out", "fo", "--shard", "1/1"])
        .output()
        .ends_with(0);
    let before = fs::read(place.path().join("fo/run.jsonl")).expect("a log");
    for words in [
        &["report", "show", "fo", "--report", "text=fo/run.jsonl"][..],
        &[
            "report",
            "merge",
            "fo",
            "--out",
            "all",
            "--report",
            "text=fo/run.jsonl",
        ],
        &[
            "report",
            "merge",
            "fo",
            "--out",
            "all",
            "--report",
            "text=all/run.jsonl",
        ],
    ] {
        place
            .backchat(words.iter().copied())
            .output()
            .ends_with(2)
            .says("a report would take the place of the log");
        let after = fs::read(place.path().join("fo/run.jsonl")).expect("a log");
        assert!(before == after, "{words:?}");
        assert!(!place.path().join("all/run.jsonl").exists());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn where_the_log_can_be_written_no_further_the_reports_are_of_what_it_has() {
    let rows: Vec<String> = (0..400).map(|n| format!("{{ \"n\": {n} }}")).collect();
    let text = format!(
        "{{ \"cases\": [{}], \"steps\": [{{ \"expect\": \"Welcome!\" }}] }}",
        rows.join(", ")
    );
    let place = Workplace::new().file("scenarios/a.json", text.as_bytes());
    let output = Program::with_small_files(
        32,
        [
            "run",
            "--out",
            "o",
            "--report",
            "tap=-",
            "--report",
            "text=t.txt",
        ],
    )
    .dir(place.path())
    .output();
    output.ends_with(74).says("cannot write o/run.jsonl");
    output.prints("ok 1 - a\\#1\n").prints("Bail out!");
    let text = fs::read_to_string(place.path().join("t.txt")).expect("a report");
    assert!(text.contains(" not finished"), "{text}");
}

#[test]
fn a_file_in_the_place_of_a_folder_is_named() {
    let place = Workplace::new()
        .file(
            "scenarios/a.json",
            br#"{ "steps": [{ "expect": "Welcome!" }] }"#,
        )
        .file("taken", b"");
    place
        .backchat(["run", "--report", "junit=taken/x/j.xml"])
        .output()
        .ends_with(74)
        .says("cannot write taken/x/j.xml: taken is no folder");
    place
        .backchat(["run", "--out", "taken"])
        .output()
        .ends_with(74)
        .says("cannot write taken/run.jsonl: taken is no folder");
}

#[test]
fn names_are_unique_also_where_cases_are_repeated() {
    let place = Workplace::new().file(
        "scenarios/a.json",
        br#"{ "steps": [{ "expect": "Welcome!" }] }"#,
    );
    let words = [
        "run",
        "--repeat",
        "3",
        "--report",
        "tap=-",
        "--report",
        "junit=j.xml",
    ];
    place
        .backchat(words)
        .output()
        .ends_with(0)
        .prints("ok 1 - a\n")
        .prints("ok 2 - a (round 2)\n")
        .prints("ok 3 - a (round 3)\n");
    let xml = fs::read_to_string(place.path().join("j.xml")).expect("a report");
    for name in ["a", "a (round 2)", "a (round 3)"] {
        assert_eq!(
            xml.matches(&format!("<testcase name=\"{name}\"")).count(),
            1,
            "{xml}"
        );
    }
}
