//! Programs that end by themselves: who is to blame, and that it is told where nobody is.

use std::sync::mpsc;

use serde_json::Value;

use super::*;
use crate::harness::Server;

/// Waits until a process that backchat has started is no more, and backchat has been told so by the system. A zombie is not enough: that can
/// be the first thread of a process whose others are still ending, of which nobody is told yet.
fn until_gone(number: &str) {
    let deadline = Instant::now() + PATIENCE;
    let process = format!("/proc/{number}");
    while Path::new(&process).exists() {
        assert!(Instant::now() < deadline, "it goes on: {number}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Makes two suites: one of a program that behaves, and one of a server beside it.
fn beside(folder: &Folder, other: &Server) {
    let command = serde_json::to_string(&folder.server("well")).expect("JSON");
    let project = format!(
        r#"{{ "suites": {{ "a": {{ "paths": ["greeted.json"], "spawn": {command} }},
            "b": {{ "paths": ["later.json"], "target": "tcp://{}" }} }} }}"#,
        other.target()
    );
    folder.write("backchat.json", &project);
}

/// Two suites: one of a program, which ends by itself when its case is over, and one of a server that waits for that.
fn dies_between_cases(more: &[&str]) -> (Folder, Output) {
    let folder = Folder::new();
    folder.write("later.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    let (go, waits) = mpsc::channel::<()>();
    let other = Server::start(move |mut stream| {
        let _ = waits.recv();
        let _ = std::io::Write::write_all(&mut stream, b"Welcome!\n");
    });
    beside(&folder, &other);
    // A case that may be tried again leaves its program running.
    let args = ["run", "-j", "1", "--retries", "1"];
    let args = args.iter().chain(more);
    let running = Program::new(args).dir(folder.path()).start();
    // It is said once nobody waits any more for whether the program dies of it.
    running.until_said("PASS");
    let number = fs::read_to_string(folder.path().join("numbers")).expect("started");
    let killed = std::process::Command::new("kill")
        .args(["-KILL", number.trim()])
        .status();
    assert!(killed.expect("kill").success());
    until_gone(number.trim());
    go.send(()).expect("waited for");
    let output = running.end();
    (folder, output)
}

#[test]
fn a_program_that_ends_when_no_case_is_to_blame_makes_the_run_fail() {
    let (folder, output) = dies_between_cases(&["--report", "json"]);
    output
        .ends_with(1)
        .says("2 passed, 0 failed")
        .says("PROGRAM the program under test ended: signal 9, SIGKILL; no case was there")
        .says("suspects          the one conversation that was played with it\n");
    output
        .says("listening on ")
        .says("Crashed a program under test went wrong");
    folder.left_nothing(1);

    let report = fs::read(folder.path().join("backchat-out/report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["programs"][0]["ended"], "signal 9, SIGKILL");
    assert_eq!(report["totals"]["passed"], 2);
    for (kind, words) in [
        ("text", "PROGRAM the program under test ended"),
        ("tap", "Bail out! the program under test ended"),
        (
            "junit",
            "<testsuite name=\"programs under test\" tests=\"1\" skipped=\"0\" errors=\"1\"",
        ),
        ("markdown", "## ❌ backchat: 2 selected: 2 passed"),
        ("markdown", "**the program under test ended: signal 9"),
        ("html", "All cases passed, but not the program under test"),
        (
            "github",
            "::error title=the program under test ended%3A signal 9%2C SIGKILL::",
        ),
    ] {
        let to = format!("{kind}=-");
        let shown = Program::new(["report", "show", "--report", &to]).dir(folder.path());
        shown.output().prints(words).prints("listening on ");
    }
}

#[test]
fn of_a_late_death_all_are_named_that_may_have_led_to_it() {
    let folder = Folder::new();
    let greeted = fs::read_to_string(folder.path().join("greeted.json")).expect("there");
    folder.write("a.json", &greeted);
    folder.write("b.json", &greeted);
    let shared = folder.with("exit-in-the-third", &["-j", "1", "--no-fail-fast"]);
    shared
        .ends_with(1)
        .says("2 passed, 1 failed")
        .says("ended: exit code 9");
    shared
        .says("suspects          this case, and the 2 conversations before it: play this one alone")
        .does_not_say("the conversation above led to it");
    // With others before it or none: what was played with this program, and not with another.
    let fresh = folder.with("abort", &["--fresh", "-f", "greeted"]);
    fresh
        .ends_with(1)
        .says("suspects          this case alone: nothing else was played with this program since");
    folder.left_nothing(2);
}

#[test]
fn a_program_that_dies_of_its_health_check_is_told_with_its_end() {
    let folder = Folder::new();
    folder.write("greeted.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    folder.write(
        "health",
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "well?" }, { "expect": "well" }] }"#,
    );
    let output = folder.with("hang-up-and-exit", &["--health", "health"]);
    output
        .ends_with(1)
        .says("error[BC2023]: the program under test ended: exit code 7")
        .says("suspects          this case, or the health check after it: play it once");
    folder.left_nothing(1);
}

#[test]
fn a_health_check_that_passes_is_a_suspect_too() {
    let folder = Folder::new();
    for name in ["greeted.json", "later.json"] {
        folder.write(name, r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    }
    folder.write(
        "health",
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "well?" }, { "expect": "Hello, well?!" }] }"#,
    );
    let flags = ["--health", "health", "-j", "1", "--no-fail-fast"];
    let first = "suspects          this case, or the health check after it: play it once";
    let shared = folder.with("panic", &flags);
    shared
        .ends_with(1)
        .says("reported a crash")
        .says(first)
        .says("suspects          this case, and the conversation before it, or the health check after one");
    let fresh = folder.with("panic", &[&flags[..], &["--fresh"]].concat());
    assert_eq!(fresh.stderr.matches(first).count(), 2, "{fresh}");
    folder.left_nothing(3);
}

#[test]
fn a_health_check_of_somebody_else_is_no_suspect() {
    let folder = Folder::new();
    let other = Server::start(|mut stream| {
        let _ = std::io::Write::write_all(&mut stream, b"Welcome!\n");
    });
    folder.write(
        "health",
        r#"{ "clients": { "other": { "target": "other" } }, "steps": [{ "expect": "Welcome!" }] }"#,
    );
    let command = serde_json::to_string(&folder.server("panic")).expect("JSON");
    let suite = format!(r#"{{ "a": {{ "paths": ["greeted.json"], "spawn": {command} }} }}"#);
    folder.write("backchat.json", &format!(r#"{{ "suites": {suite} }}"#));
    // Typed beside a suite, it is a place of nobody's program.
    let target = format!("other=tcp://{}", other.target());
    let args = ["run", "--health", "health", "-t", &target];
    let output = Program::new(args).dir(folder.path()).output();
    output
        .ends_with(1)
        .says("reported a crash")
        .says("suspects          this case alone: nothing else was played");
    assert_eq!(other.connections(), 1);
    folder.left_nothing(1);
}

#[test]
fn a_program_that_kills_its_own_group_when_it_is_to_end_is_told_what_kills() {
    let folder = Folder::new();
    let server = folder.server("well");
    let with = |kill: &str| {
        let command = format!("sh -c 'trap \"{kill}\" TERM; \"$@\" & wait' sh {server}");
        folder.run(&["--spawn", &command]).output()
    };
    with("kill -9 0")
        .ends_with(1)
        .says("error[BC2023]: the program under test was killed when it was to end, and not by backchat: signal 9, SIGKILL")
        .says("help     does it end its own group with `kill -9 0`? It need not");
    // What is advised helps.
    with(":").ends_with(0);
    folder.left_nothing(2);
}

#[test]
fn the_end_of_a_program_that_was_not_well_is_told_with_the_case_since_which() {
    let folder = Folder::new();
    fs::remove_file(folder.path().join("greeted.json")).expect("removed");
    folder.write(
        "breaks.json",
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "break" }, { "expect": "broken" }] }"#,
    );
    for name in ["later.json", "well"] {
        folder.write(name, r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    }
    let server = folder.server("well");
    let command = format!("sh -c 'trap \"kill -ABRT $$\" TERM; \"$@\" & wait' sh {server}");
    // A case that may be tried again leaves its program running; the last of them is asked to end after all cases.
    let args = ["--spawn", &command, "--health", "well", "-j", "1"];
    let more = ["--no-fail-fast", "--retries", "1"];
    let output = folder.run(&[&args[..], &more].concat()).output();
    output
        .ends_with(1)
        .says("1 passed, 1 failed")
        .says("crashed when it was to end: signal 6, SIGABRT; it was not well")
        .says("not well          its health check had failed since breaks")
        .says("crashed when it was to end: signal 6, SIGABRT; no case was there to be blamed")
        .says("Crashed 3 programs under test went wrong, and no case tells of it");
    folder.left_nothing(3);
}

#[test]
fn a_program_that_dies_of_a_packet_is_told_with_the_step_that_waited() {
    let folder = Folder::new();
    folder.write(
        "packet.json",
        r#"{ "framing": "datagram", "steps": [{ "send": "die" }, { "expect": "any" }] }"#,
    );
    let flags = ["-t", "udp://127.0.0.1:{port}", "-f", "packet"];
    let output = folder.with("udp-dies", &flags);
    output
        .ends_with(1)
        .says("the program under test ended: exit code 9 at step 2 of 2")
        .says("packet.json:1:")
        .does_not_say("packet.json:1:1\n");
    folder.left_nothing(1);
}

#[test]
fn each_attempt_says_what_the_program_did() {
    let folder = Folder::new();
    folder.write(
        "deadly.json",
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "die" }, { "expect": "any" }] }"#,
    );
    let flags = [
        "-j",
        "1",
        "--no-fail-fast",
        "--retries",
        "1",
        "-f",
        "deadly",
    ];
    let output = folder.with("exit", &flags);
    output.ends_with(1).says("TRY 1 FAIL").says("1 failed");
    for words in ["ended: exit code 9", "stderr            no more of this"] {
        let times = output.stderr.matches(words).count();
        assert!(times >= 2, "{words}: {times}\n{}", output.stderr);
    }
    folder.left_nothing(2);
}

#[test]
fn a_program_is_not_ended_while_the_health_check_of_another_case_is_being_played() {
    let folder = Folder::new();
    folder.write("later.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    folder.write(
        "health",
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "well?" }, { "expect": "well" }] }"#,
    );
    folder
        .with("slow-health", &["--health", "health", "-j", "2"])
        .ends_with(0)
        .says("2 passed");
    folder.left_nothing(1);
}

#[test]
fn what_others_say_is_no_sign_that_the_program_lives() {
    let folder = Folder::new();
    fs::remove_file(folder.path().join("greeted.json")).expect("removed");
    folder.write(
        "deadly.json",
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "die" }, { "expect": "as you like" }] }"#,
    );
    let numbers = folder.path().join("numbers");
    // It greets when the first program has ended.
    let other = Server::start(move |mut stream| {
        let numbers = fs::read_to_string(&numbers).expect("started");
        until_gone(numbers.lines().next().expect("a number"));
        let _ = std::io::Write::write_all(&mut stream, b"Welcome!\n");
    });
    let later = format!(
        r#"{{ "clients": {{ "other": {{ "address": "tcp://{}" }}, "client": {{}} }}, "steps": [
            {{ "as": "other", "expect": "Welcome!" }}, {{ "as": "client", "expect": "Welcome!" }} ] }}"#,
        other.target()
    );
    folder.write("later.json", &later);
    let output = folder.with("exit-after-an-answer", &["-j", "1", "--no-fail-fast"]);
    output
        .ends_with(1)
        .says("1 passed, 1 failed")
        .says("ended: exit code 9");
    output
        .says("deadly\n")
        .says("played twice the program before had ended without an answer (exit code 9)");
    folder.left_nothing(2);
}

#[test]
fn a_case_that_has_passed_stays_so_when_the_run_is_stopped_at_once() {
    let folder = Folder::new();
    // It hangs also when it is to end.
    folder.write(
        "later.json",
        r#"{ "steps": [{ "expect": "Welcome!" }], "finally": [{ "expect_silence": "1m" }] }"#,
    );
    let (stay, stays) = mpsc::channel::<()>();
    let other = Server::start(move |_stream| {
        let _ = stays.recv();
    });
    beside(&folder, &other);
    let args = ["run", "-j", "1", "--retries", "1", "--out", "out"];
    let running = Program::new(args).dir(folder.path()).start();
    while other.connections() == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    running.signal("INT");
    // The other one is over, whether it is held or not.
    running.until_said("Interrupted: 1 conversation ends");
    running.signal("INT");
    let output = running.end();
    output
        .ends_with(130)
        .says("1 run: 1 passed, 0 failed, 0 skipped, 1 cancelled");
    drop(stay);
    folder.left_nothing(1);
}

#[test]
fn what_is_left_behind_is_told_of_the_program_that_started_it_and_of_no_other() {
    for (how, told) in [("hide-a-child", 1), ("hide-a-stranger", 0)] {
        let folder = Folder::new();
        folder.write("later.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
        let json = |how: &str| serde_json::to_string(&folder.server(how)).expect("JSON");
        let project = format!(
            r#"{{ "suites": {{ "hides": {{ "paths": ["greeted.json"], "spawn": {} }},
                "tidy": {{ "paths": ["later.json"], "spawn": {} }} }} }}"#,
            json(how),
            json("well"),
        );
        folder.write("backchat.json", &project);
        // With retries both run until all cases are over, and are ended one after the other.
        let args = ["run", "-j", "1", "--retries", "1"];
        let output = Program::new(args).dir(folder.path()).output();
        output
            .ends_with(0)
            .says("2 passed")
            .does_not_say("of the suite tidy had started");
        let said = output
            .stderr
            .matches("of the suite hides had started")
            .count();
        assert_eq!(said, told, "{output}");
        folder.left_nothing(3);
    }
}

#[test]
fn of_several_suites_it_is_told_whose_program_had_to_be_killed() {
    let folder = Folder::new();
    folder.write("later.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    let server = folder.server("well");
    let deaf = format!("sh -c 'trap \"\" TERM; exec \"$@\"' sh {server}");
    let json = |command: &str| serde_json::to_string(command).expect("JSON");
    let project = format!(
        r#"{{ "suites": {{ "good": {{ "paths": ["greeted.json"], "spawn": {} }},
            "deaf": {{ "paths": ["later.json"], "spawn": {} }} }} }}"#,
        json(&server),
        json(&deaf),
    );
    folder.write("backchat.json", &project);
    let output = Program::new(["run", "--stop-timeout", "50ms"])
        .dir(folder.path())
        .output();
    output
        .ends_with(0)
        .says(" of the suite deaf did not end when it was asked to");
    assert_eq!(output.stderr.matches("Killed").count(), 1, "{output}");
    folder.left_nothing(2);
}
