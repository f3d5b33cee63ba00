//! `backchat run --watch`: a change is played, and a signal ends it.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::harness::{Running, Workplace};

const PASSES: &str = r#"{ "steps": [{ "expect": "Welcome!" }] }"#;
const FAILS: &str = r#"{ "steps": [{ "expect": "Go away!" }] }"#;
const PASSES_AS_LONG: &str = r#"{ "steps": [{ "expect": "Welcome!" } ] }"#;
const INVALID: &str = r#"{ "steps": [{ "expects": "Welcome!" }] }"#;

fn until_over(run: &Running, number: usize) {
    run.until_said(&format!("Watching run {number} is over"));
}

/// Gives a file this content as editors do: a new file takes the place of the old one.
fn put(path: &Path, text: &str) {
    let beside = path.with_file_name(".beside.swp");
    fs::write(&beside, text).expect("a file");
    fs::rename(&beside, path).expect("moved");
}

#[test]
fn each_change_is_played_whatever_came_of_the_one_before() {
    let place = Workplace::new().file("scenarios/talk.json", PASSES.as_bytes());
    let talk = place.path().join("scenarios/talk.json");
    let run = place.backchat(["run", "--watch"]).start();
    until_over(&run, 1);
    put(&talk, INVALID);
    until_over(&run, 2);
    put(&talk, FAILS);
    until_over(&run, 3);
    // In place, in one write.
    let mut file = fs::File::options().write(true).open(&talk).expect("a file");
    file.write_all(PASSES_AS_LONG.as_bytes()).expect("written");
    until_over(&run, 4);
    put(&place.path().join("scenarios/another.json"), PASSES);
    until_over(&run, 5);
    fs::remove_file(&talk).expect("removed");
    until_over(&run, 6);
    run.signal("INT");
    let output = run.end();
    output
        .ends_with(130)
        .says("Watching run 1 is over; a change in scenarios begins the next, Ctrl-C ends\n");
    let runs: Vec<&str> = output.stderr.split("\n──────────── ").collect();
    let expected = [
        ("", "1 run: 1 passed"),
        ("scenarios/talk.json has changed", "error[BC1004]"),
        ("scenarios/talk.json has changed", "error[BC2001]"),
        ("scenarios/talk.json has changed", "1 run: 1 passed"),
        ("scenarios/another.json has changed", "2 run: 2 passed"),
        ("scenarios/talk.json has changed", "1 run: 1 passed"),
    ];
    assert_eq!(runs.len(), expected.len(), "{output}");
    for (run, (head, words)) in runs.iter().zip(expected) {
        assert!(
            run.starts_with(head) && run.contains(words),
            "{words}: {output}"
        );
    }
}

#[test]
fn a_file_alone_is_watched_and_what_lies_beside_it_is_not() {
    let place = Workplace::new()
        .file("talk.json", PASSES.as_bytes())
        .file("other.json", PASSES.as_bytes());
    let run = place.backchat(["run", "-w", "talk.json"]).start();
    until_over(&run, 1);
    put(&place.path().join("other.json"), FAILS);
    put(&place.path().join("talk.json"), FAILS);
    until_over(&run, 2);
    run.signal("TERM");
    run.end()
        .ends_with(143)
        .says("──────────── talk.json has changed\n")
        .does_not_say("other");
}

#[test]
fn what_a_scenario_names_is_watched_with_it() {
    let talk = r#"{ "steps": [{ "expect": "Welcome!" }, { "send": { "file": "data/_who.txt" } }, { "expect": "Hello, Rose!" }] }"#;
    let place = Workplace::with_scenario(talk).file("data/_who.txt", b"Rose");
    let run = place.backchat(["run", "--watch", "talk.json"]).start();
    until_over(&run, 1);
    put(&place.path().join("data/_who.txt"), "Rosa");
    until_over(&run, 2);
    run.signal("INT");
    run.end()
        .ends_with(130)
        .says("──────────── data/_who.txt has changed\n")
        .says("1 run: 1 passed")
        .says("+ Hello, Rosa!");
}

#[test]
fn many_changes_at_once_are_one_run() {
    let place = Workplace::new().file("scenarios/0.json", PASSES.as_bytes());
    let run = place.backchat(["run", "--watch"]).start();
    until_over(&run, 1);
    let files = 200;
    for n in 1..files {
        let name = format!("scenarios/{n}.json");
        fs::write(place.path().join(name), PASSES).expect("a file");
    }
    // All of them are there in the end, whether or not they were written too slowly for one run.
    run.until_said(&format!("{files} run: {files} passed"));
    run.signal("INT");
    let output = run.end();
    output.ends_with(130);
    let runs = output.stderr.matches("have changed").count();
    assert!(
        (1..files / 10).contains(&runs),
        "{runs} runs of {files} changes"
    );
}

#[test]
fn a_signal_in_the_middle_of_a_run_ends_it_all() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "wait": "10m" }] }"#);
    let run = place
        .backchat(["run", "talk.json", "--watch", "--slow-timeout", "50ms"])
        .start();
    run.until_said("SLOW");
    run.signal("INT");
    run.end()
        .ends_with(130)
        .says("CANCELLED")
        .does_not_say("Watching");
}

#[test]
fn where_nobody_could_change_a_file_it_does_not_wait() {
    let place = Workplace::with_scenario(PASSES);
    place
        .backchat(["run", "talk.json", "--watch"])
        .env("CI", "true")
        .output()
        .ends_with(2)
        .says("--watch waits for somebody to change a file, and in CI");
    for (args, code) in [
        (&["run", "--watch", "--list"][..], 2),
        (&["run", "--watch", "talk.json", "-t", "nowhere"], 2),
        (&["run", "--watch", "missing"], 4),
    ] {
        place
            .backchat(args.iter().copied())
            .output()
            .ends_with(code);
    }
}

#[test]
fn what_the_run_writes_itself_is_no_reason_to_play_again() {
    let place = Workplace::new()
        .file("talk.json", PASSES.as_bytes())
        .file("notes.txt", b"");
    let reports = ["--report", "junit=r.xml", "--report", "json=r.json"];
    let words = ["run", "--watch", "."].into_iter().chain(reports);
    let run = place.backchat(words).start();
    until_over(&run, 1);
    assert!(place.path().join("r.json").is_file());
    put(&place.path().join("notes.txt"), "not played");
    put(&place.path().join("talk.json"), FAILS);
    until_over(&run, 2);
    run.signal("INT");
    run.end()
        .ends_with(130)
        .says("a change in . begins the next")
        .says("──────────── talk.json has changed\n")
        .does_not_say("r.xml has")
        .does_not_say("r.json has")
        .does_not_say("Watching run 3");
}
