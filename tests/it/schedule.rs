//! Which cases of a suite one run plays, in which order, and how often: shards, shuffling, repeats and retries.

use std::collections::BTreeSet;
use std::io::Write as _;

use crate::harness::{Output, Server, Workplace};

/// A folder with `n` scenarios that pass.
fn suite(n: usize) -> Workplace {
    (0..n).fold(Workplace::new(), |place, n| {
        place.file(
            &format!("scenarios/s{n:02}.json"),
            br#"{ "steps": [{ "expect": "Welcome!" }] }"#,
        )
    })
}

fn run(place: &Workplace, flags: &[&str]) -> Output {
    place
        .backchat(["run"].into_iter().chain(flags.iter().copied()))
        .output()
}

fn list(place: &Workplace, flags: &[&str]) -> Vec<String> {
    let flags: Vec<&str> = flags.iter().copied().chain(["--list"]).collect();
    let output = run(place, &flags);
    output.ends_with(0);
    output.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_shards_are_the_suite_together_and_each_case_is_in_one() {
    let place = suite(11);
    let all: BTreeSet<String> = list(&place, &[]).into_iter().collect();
    for rule in ["", "hash:"] {
        let mut seen = Vec::new();
        for shard in 1..=4 {
            seen.extend(list(&place, &["--shard", &format!("{rule}{shard}/4")]));
        }
        assert_eq!(seen.len(), all.len());
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all, "{rule}");
    }
    assert_eq!(list(&place, &["--shard", "2/4"]), ["s01", "s05", "s09"]);
}

#[test]
fn a_shard_is_named_and_one_without_cases_is_no_failure() {
    let place = suite(2);
    run(&place, &["--shard", "2/2"])
        .ends_with(0)
        .says("Starting 1 scenario (1 case)")
        .says(" · shard 2/2")
        .says("1 run: 1 passed");
    run(&place, &["--shard", "3/3"])
        .ends_with(0)
        .says("Starting 0 scenarios (0 cases)")
        .says("0 run: 0 passed, 0 failed, 0 skipped");
    // What no shard has is not there.
    run(&place, &["--shard", "3/3", "-f", "nothing"]).ends_with(4);
}

#[test]
fn the_job_of_a_ci_service_says_which_shard_it_is() {
    let place = suite(4);
    let list = |flag: &str, variables: &[(&str, &str)]| {
        let program = place.backchat(["run", "--list", "--shard", flag]);
        let set = |program: crate::harness::Program, (name, value): &(&str, &str)| {
            program.env(name, value)
        };
        variables.iter().fold(program, set).output()
    };
    let gitlab = [("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "2")];
    assert_eq!(list("auto", &gitlab).stdout, "s01\ns03\n");
    let kubernetes = [("JOB_COMPLETION_INDEX", "0")];
    assert_eq!(list("auto/2", &kubernetes).stdout, "s00\ns02\n");
    list("auto", &kubernetes).ends_with(2).says("write auto/5");
    list("3/2", &[])
        .ends_with(2)
        .says("there is no shard 3 of 2: the first is 1/2, the last 2/2");
}

#[test]
fn a_seed_decides_the_order() {
    let place = suite(12);
    let order = |seed: &str| list(&place, &["--shuffle", "--seed", seed]);
    assert_eq!(order("1"), order("1"));
    assert_ne!(order("1"), order("2"));
    let sorted: BTreeSet<String> = order("1").into_iter().collect();
    assert_eq!(sorted.into_iter().collect::<Vec<_>>(), list(&place, &[]));
    // The shards are the same ones, whatever the order in each.
    let shard: BTreeSet<String> = list(&place, &["--shuffle", "--shard", "1/2"])
        .into_iter()
        .collect();
    let plain: BTreeSet<String> = list(&place, &["--shard", "1/2"]).into_iter().collect();
    assert_eq!(shard, plain);
}

/// A server that greets as it should the `nth` time, and only then.
fn greets_only(nth: usize) -> Server {
    let mut served = 0;
    Server::start(move |mut stream| {
        served += 1;
        let greeting: &[u8] = if served == nth {
            b"Welcome!\n"
        } else {
            b"Go away!\n"
        };
        stream.write_all(greeting).expect("written");
    })
}

#[test]
fn what_fails_is_tried_again_and_what_passes_then_is_shown_as_flaky() {
    let server = greets_only(3);
    let place = suite(1);
    let run = |flags: &[&str]| {
        let target = server.target();
        let flags = ["-t", &*target].into_iter().chain(flags.iter().copied());
        run(&place, &flags.collect::<Vec<_>>())
    };
    let output = run(&["--retries", "3"]);
    output
        .ends_with(0)
        .says("  TRY 1 FAIL [")
        .says("  TRY 2 FAIL [")
        .says("+ Go away!")
        .says("   FLAKY 3/4 [")
        .says("1 run: 1 passed (1 flaky), 0 failed, 0 skipped");
    assert_eq!(server.connections(), 3);
    // Every attempt is written down, the last one counts.
    run(&["--retries", "1"])
        .ends_with(1)
        .says("  TRY 1 FAIL [")
        .says("1 run: 0 passed, 1 failed, 0 skipped");
    assert_eq!(server.connections(), 5);
}

#[test]
fn what_is_flaky_may_count_as_failed() {
    let server = greets_only(2);
    let target = server.target();
    let place = suite(1);
    let flags = ["-t", &target, "--retries", "1", "--flaky-result", "fail"];
    let reports = ["junit", "tap", "json", "markdown", "github=notes.txt"];
    let reports = reports.iter().flat_map(|kind| ["--report", kind]);
    run(
        &place,
        &flags.into_iter().chain(reports).collect::<Vec<_>>(),
    )
    .ends_with(1)
    .says("  TRY 1 FAIL [")
    .says("error[BC2049]: passed only at attempt 2\n")
    .says("because  attempt 1: reply differs at step 1 of 1")
    .says("1 run: 0 passed, 1 failed, 0 skipped");
    // No report may be green where the run is red.
    for (name, expected) in [
        ("backchat-out/junit.xml", r#"failures="1""#),
        (
            "backchat-out/junit.xml",
            r#"<failure message="passed only at attempt 2"#,
        ),
        (
            "backchat-out/junit.xml",
            r#"<flakyFailure message="reply differs"#,
        ),
        ("backchat-out/report.tap", "not ok 1 - "),
        (
            "backchat-out/report.json",
            r#""passed":0,"flaky":0,"failed":1"#,
        ),
        ("backchat-out/report.md", "## ❌"),
        ("notes.txt", "passed only at attempt 2::"),
    ] {
        let report = std::fs::read_to_string(place.path().join(name)).expect("written");
        assert!(report.contains(expected), "{name}: {report}");
    }
    // It is left to be done; the server greets this one wrongly again, and it is tried again as in that run.
    run(&place, &["--rerun-failed"]).says("1 run: ");
    assert_eq!(server.connections(), 4);
}

#[test]
fn a_run_stops_at_the_nth_failure() {
    let server = greets_only(0);
    let target = server.target();
    let flags = ["-t", &target, "-j", "1", "--max-fail", "2"];
    run(&suite(5), &flags)
        .ends_with(1)
        .says("2 run: 0 passed, 2 failed, 0 skipped, 3 cancelled")
        .says("Stopped after 2 failures: 3 cases were not started");
    assert_eq!(server.connections(), 2);
    run(&suite(1), &["--max-fail", "0"]).ends_with(2);
    run(&suite(1), &["--max-fail", "2", "--fail-fast"]).ends_with(2);
}

#[test]
fn cases_are_repeated_round_after_round_each_time_with_another_seed() {
    let server = greets_only(0);
    let target = server.target();
    let place = Workplace::new().file(
        "scenarios/a.json",
        br#"{ "steps": [{ "expect": "{{ uuid() }}" }] }"#,
    );
    let flags = ["-t", &target, "--repeat", "3", "--no-fail-fast"];
    let output = run(&place, &flags);
    output.ends_with(1).says("3 run: 0 passed, 3 failed");
    let expected: BTreeSet<&str> = (output.stderr.lines())
        .filter_map(|line| line.trim_start().strip_prefix("text     - "))
        .collect();
    assert_eq!(expected.len(), 3, "{output}");
    assert_eq!(
        list(&suite(2), &["--repeat", "2"]),
        ["s00", "s01", "s00", "s01"]
    );
}

#[test]
fn rounds_of_one_case_overlap_where_that_is_asked_for() {
    let mut waits = None;
    // Nobody is greeted before there are two.
    let server = Server::start(move |second| match waits.take() {
        None => waits = Some(second),
        Some(first) => {
            for mut stream in [first, second] {
                stream.write_all(b"Welcome!\n").expect("written");
            }
        }
    });
    let target = server.target();
    let flags = ["-t", &target, "--repeat", "6", "--overlap", "-j", "2"];
    run(&suite(1), &flags)
        .ends_with(0)
        .says("6 run: 6 passed, 0 failed");
    assert_eq!(server.connections(), 6);
}

#[test]
fn rounds_that_take_long_beside_each_other_are_told_apart() {
    let mut kept = Vec::new();
    // Nobody is greeted.
    let server = Server::start(move |stream| kept.push(stream));
    let target = server.target();
    let place = suite(1);
    let args = [
        "run",
        "-t",
        &*target,
        "--repeat",
        "2",
        "--overlap",
        "-j",
        "2",
        "--timeout",
        "10m",
        "--slow-timeout",
        "100ms",
        "--report",
        "json",
    ];
    let run = place.backchat(args).start();
    run.until_said("s] s00   step 1 of 1 has waited ");
    run.until_said("s] s00 (round 2)   step 1 of 1 has waited ");
    run.signal("INT");
    run.end().ends_with(130).says("2 cancelled");

    let out = place.path().join("backchat-out");
    let read = |name| std::fs::read_to_string(out.join(name)).expect("there");
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let report = parse(&read("report.json"));
    assert!(report["cases"][0].get("round").is_none(), "{report}");
    assert_eq!(report["cases"][1]["round"], 2, "{report}");
    let log: Vec<_> = read("run.jsonl").lines().map(parse).collect();
    for event in ["case_slow", "case_ended"] {
        let mut of = log.iter().filter(|line| line["event"] == event);
        assert!(of.any(|line| line["round"] == 2), "{event}: {log:?}");
    }
}

#[test]
fn rounds_that_were_not_played_are_not_counted_as_passed() {
    let server = greets_only(0);
    let target = server.target();
    let flags = ["-t", &target, "-j", "1", "--repeat", "50"];
    let flags = |stop| [&flags[..], &["--max-fail", stop]].concat();
    run(&suite(1), &flags("2"))
        .ends_with(1)
        .says("48 cancelled")
        .says("] s00   in 2 of 2 rounds played, of 50\n");
    run(&suite(1), &flags("1"))
        .ends_with(1)
        .says("] s00   in 1 of 1 round played, of 50\n");
}

#[test]
fn attempts_that_fail_alike_in_many_rounds_are_shown_in_full_once() {
    let server = greets_only(0);
    let target = server.target();
    let flags = ["-t", &target, "-j", "1", "--repeat", "2", "--retries", "1"];
    let flags = |more: &'static str| [&flags[..], &["--no-fail-fast"], &[more]].concat();
    let output = run(&suite(1), &flags("--overlap"));
    output
        .ends_with(1)
        .says("] s00   as in attempt 1\n")
        .says("] s00 (round 2)   as in round 1\n")
        .says("] s00   in 2 of 2 rounds\n");
    assert_eq!(output.stderr.matches("error[").count(), 1, "{output}");
    let output = run(&suite(1), &flags("-v"));
    output.ends_with(1).does_not_say("as in");
    assert_eq!(output.stderr.matches("error[").count(), 4, "{output}");
}

#[test]
fn what_passes_too_late_alike_in_many_rounds_is_shown_in_full_once() {
    let mut served = 0;
    let server = Server::start(move |mut stream| {
        served += 1;
        let greeting = ["Welcome!\n", "Go away!\n"][served % 2];
        stream.write_all(greeting.as_bytes()).expect("written");
    });
    let target = server.target();
    let flags = ["-t", &target, "-j", "1", "--repeat", "2", "--retries", "1"];
    let late = ["--flaky-result", "fail", "--no-fail-fast"];
    let output = run(&suite(1), &[&flags[..], &late].concat());
    output
        .ends_with(1)
        .says("] s00 (round 2)   as in round 1\n")
        .says("] s00 (round 2)   as in attempt 2 of round 1\n");
    assert_eq!(
        output.stderr.matches("error[BC2049]").count(),
        1,
        "{output}"
    );
    assert_eq!(output.stderr.matches("error[").count(), 2, "{output}");
}

#[test]
fn a_case_that_fails_alike_in_many_rounds_is_shown_in_full_once() {
    let server = greets_only(0);
    let target = server.target();
    let place = suite(2);
    let flags = ["-t", &target, "--repeat", "3", "-j", "1"];
    let reports = ["text", "markdown", "html", "github=notes.txt"];
    let reports = reports.iter().flat_map(|kind| ["--report", kind]);
    let flags = (flags.into_iter().chain(["--no-fail-fast"])).chain(reports);
    let output = run(&place, &flags.collect::<Vec<_>>());
    output
        .ends_with(1)
        .says("] s00\n")
        .says("] s01 (round 2)   as in round 1\n")
        .says("] s00 (round 3)   as in round 1\n")
        .says("] s01   in 3 of 3 rounds\n");
    assert_eq!(output.stderr.matches("error[").count(), 2, "{output}");
    for name in ["report.txt", "report.md", "report.html", "../notes.txt"] {
        let path = place.path().join("backchat-out").join(name);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert!(text.contains("s01 (round 3)"), "{name}");
    }
}
