//! Ctrl-C and SIGTERM in the middle of a run: the summary of what ran is still shown.

use crate::harness::{Running, Workplace, ending_signals};

/// A run that has played one scenario and hangs in the next, which has a `finally`.
fn hanging(place: &Workplace, finally: &str) -> Running {
    let hangs = format!(
        r#"{{ "steps": [{{ "expect": "Welcome!" }}, {{ "wait": "10m" }}], "finally": [{finally}] }}"#
    );
    std::fs::write(place.path().join("b.json"), hangs).expect("a file");
    let run = place
        .backchat(["run", ".", "-j", "1", "--slow-timeout", "100ms"])
        .start();
    // Only a case that hangs is called slow, and only this one has this name.
    run.until_said("s] b   step 2 of 2 has waited ");
    run
}

fn place() -> Workplace {
    let passes = br#"{ "steps": [{ "expect": "Welcome!" }] }"#;
    Workplace::new()
        .file("a.json", passes)
        .file("c.json", passes)
}

#[test]
fn a_signal_in_the_middle_of_a_run_still_shows_the_summary() {
    for (signal, code) in ending_signals() {
        let place = place();
        // It still goes on when the signal is told of: one that is over at once may be over before.
        let run = hanging(&place, r#"{ "wait": "2s" }"#);
        run.signal(signal);
        run.end()
            .ends_with(code)
            .says("PASS")
            .says("CANCELLED [")
            .says("b   b.json:1:49: step 2 of 2 has waited ")
            .says("Interrupted: 1 conversation ends, with its finally; press Ctrl-C again to stop at once")
            .says("1 run: 1 passed, 0 failed, 0 skipped, 2 cancelled");
    }
}

#[test]
fn the_second_signal_does_not_ask() {
    let place = place();
    let run = hanging(&place, r#"{ "wait": "10m" }"#);
    run.signal("INT");
    // Two signals of one kind may become one: another kind cannot.
    run.signal("TERM");
    let output = run.end();
    assert!(matches!(output.code, Some(130 | 143)), "{output}");
    // What was dropped in the middle is named, too.
    output.says("CANCELLED");
    output.says("1 run: 1 passed, 0 failed, 0 skipped, 2 cancelled");
}

#[test]
#[cfg(unix)]
fn a_signal_shows_what_each_conversation_waits_for_and_the_run_goes_on() {
    let place = Workplace::new()
        .file("a.json", br#"{ "steps": [{ "expect": "Welcome!" }, { "expect_close": "clean" }] }"#)
        .file("b.json", br#"{ "steps": [{ "expect": "Welcome!" }, { "send": "Ann" }, { "expect": "Goodbye, Ann!", "within": "10m" }],
            "server": { "think_time": "10m" } }"#);
    let words = [
        "run",
        "a.json",
        "b.json",
        "-j",
        "2",
        "--timeout",
        "10m",
        "--slow-timeout",
        "9m",
        "--report",
        "json",
    ];
    let run = place.backchat(words).start();
    // Both are being played, and wait, once they say so.
    run.until_said("Starting");
    for word in [
        "s] a   step 2 of 2 has waited",
        "s] b   step 3 of 3 has waited",
    ] {
        run.until(word, || run.signal("USR1"));
    }
    run.signal("INT");
    run.end()
        .ends_with(130)
        .says("Playing 2 conversations")
        .says("WAITS [>")
        .says("for the message \"Goodbye, Ann!\": nothing has come since it began\n")
        .does_not_say("SLOW");
}

#[test]
#[cfg(unix)]
fn a_signal_shows_which_round_waits() {
    let waits = br#"{ "steps": [{ "expect": "Welcome!" }, { "expect_close": "clean" }] }"#;
    let place = Workplace::new().file("a.json", waits);
    let words = [
        "run",
        "a.json",
        "--repeat",
        "2",
        "--overlap",
        "-j",
        "2",
        "--timeout",
        "10m",
        "--slow-timeout",
        "9m",
    ];
    let run = place.backchat(words).start();
    run.until_said("Starting");
    for word in [
        "s] a   step 2 of 2 has waited",
        "s] a (round 2)   step 2 of 2 has waited",
    ] {
        run.until(word, || run.signal("USR1"));
    }
    run.signal("INT");
    run.end().ends_with(130).does_not_say("SLOW");
}
