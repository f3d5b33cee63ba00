//! What a conversation waits for, while it does.

use std::time::Duration;

use super::bench::{Bench, FIRST};
use crate::player::{Action, Awaited, Ending, EventKind, FailureKind, Setting, Waiting};
use crate::scenario::ClientId;

const MS: Duration = Duration::from_millis(1);

/// The step that waits, after 7 ms.
fn waits(bench: &mut Bench) -> Waiting {
    while bench.action().is_some() {}
    bench.pass(7);
    let mut all = bench.player.waiting(bench.now);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// What is waited for, in words.
fn words(awaited: &Awaited) -> String {
    match awaited {
        Awaited::Reply(expected) => expected.words.clone(),
        Awaited::End(kinds) => format!("an end, clean: {}", kinds.clean),
        other => format!("{other:?}"),
    }
}

#[test]
fn each_step_says_what_it_waits_for() {
    for (step, expected) in [
        (r#"{ "send": "abc" }"#, "Taken(4)"),
        (
            r#"{ "send": "abcd", "split": 2, "pace": "1s" }"#,
            "Taken(5)",
        ),
        (
            r#"{ "expect": { "prefix": "a" } }"#,
            "a message that begins with \"a\"",
        ),
        (
            r#"{ "expect_bytes": { "prefix": "a" } }"#,
            "a run of bytes that begins with \"a\"",
        ),
        (
            r#"{ "skip_until": { "suffix": "a" } }"#,
            "a message that ends with \"a\"",
        ),
        (
            r#"{ "expect_any_order": ["a", "b"] }"#,
            "a message that is exactly \"a\" or is exactly \"b\"",
        ),
        (
            r#"{ "expect_silence": { "probe": { "send": "a", "expect": "b" } } }"#,
            "the message \"b\"",
        ),
        (r#"{ "expect_close": "clean" }"#, "an end, clean: true"),
        (r#"{ "expect_silence": "20ms" }"#, "Silence(20ms)"),
        (r#"{ "wait": "20ms" }"#, "Time"),
        (r#"{ "start_tls": true }"#, "Tls"),
        (
            r#"{ "retry": [{ "assert": "{{ 1 == 2 }}" }], "every": "1s" }"#,
            "Round",
        ),
    ] {
        let steps = format!(r#"{{ "connect": true }}, {step}"#);
        let mut bench = Bench::connected(r#""framing": "line","#, &steps);
        let is_split = step.contains("split");
        let is_probe = step.contains("probe");
        if is_split || is_probe {
            bench.written();
        }
        let waiting = waits(&mut bench);
        assert_eq!(words(&waiting.step.awaited), expected, "{step}");
        assert!(!waiting.in_finally);
        assert_eq!(waiting.step.waited, 7 * MS, "{step}");
    }
}

#[test]
fn what_needs_a_connection_waits_for_it() {
    for step in [r#"{ "send": "abc" }"#, r#"{ "connect": true }"#] {
        let mut bench = Bench::new("", step);
        let waiting = waits(&mut bench);
        assert_eq!(waiting.step.awaited, Awaited::Connection, "{step}");
        assert_eq!((waiting.step.step, waiting.step.steps), (1, 1));
    }
}

#[test]
fn how_much_has_come_and_when_is_told_of_the_steps_client() {
    let head = r#""clients": ["ann", "bob"],"#;
    let mut bench = Bench::new(
        head,
        r#"{ "as": "ann", "expect": "abcd" }, { "as": "bob", "expect": "x" }, { "wait": "1s" }"#,
    );
    bench.connect();
    let waiting = waits(&mut bench);
    assert_eq!((waiting.came, waiting.heard), (Some(0), None));
    assert_eq!(waiting.step.client_name.as_deref(), Some("ann"));
    bench.receive(b"abc");
    let waiting = waits(&mut bench);
    assert_eq!((waiting.came, waiting.heard), (Some(3), Some(7 * MS)));
    assert_eq!(waiting.step.waited, 14 * MS);

    bench.receive(b"d");
    let bob = ClientId(1);
    assert_eq!(bench.action(), Some(Action::Connect(bob)));
    bench.player.handle_connected(bob, "peer", bench.now);
    bench.player.handle_received(bob, b"x", bench.now);
    // A step of nobody.
    let waiting = waits(&mut bench);
    assert_eq!((waiting.came, waiting.heard), (None, None));
    assert_eq!(waiting.step.client_name, None);

    let mut bench = Bench::connected("", r#"{ "expect": "a" }"#);
    assert_eq!(
        waits(&mut bench).step.client_name,
        None,
        "of one there is no need to speak"
    );
}

#[test]
fn what_has_come_is_counted_from_the_begin_of_the_step() {
    let ignores = r#""framing": "line", "ignore": ["ping"],"#;
    let steps =
        r#"{ "expect": "Welcome!" }, { "skip_until": "OK" }, { "wait": "1s" }, { "expect": "b" }"#;
    let mut bench = Bench::connected(ignores, steps);
    let told = |bench: &mut Bench| {
        let waiting = waits(bench);
        (waiting.came, waiting.before, waiting.unread)
    };
    assert_eq!(told(&mut bench), (Some(0), 0, 0));
    bench.receive(b"Welcome!\nO");
    assert_eq!(
        told(&mut bench),
        (Some(0), 1, 1),
        "the greeting is of the step before"
    );
    bench.receive(b"no\nping\nx");
    assert_eq!(
        told(&mut bench),
        (Some(9), 1, 1),
        "also what it skips and ignores"
    );
    bench.receive(b"\nOK\nb");
    assert_eq!(told(&mut bench), (None, 0, 0), "a step of nobody");
    bench.pass(1000);
    assert_eq!(told(&mut bench), (Some(0), 1, 1));
}

#[test]
fn each_branch_says_what_it_waits_for_also_one_that_has_not_begun_and_one_that_is_over() {
    let steps = r#"{ "connect": true },
        { "parallel": [[{ "wait": "5ms" }], [{ "expect": "a" }], [{ "repeat": [{ "wait": "50ms" }], "times": 2 }]] }"#;
    let mut bench = Bench::connected("", steps);
    assert_eq!(bench.action(), None);
    bench.pass(7);
    let all = bench.player.waiting(bench.now);
    let told: Vec<_> = (all.iter())
        .map(|waiting| (waiting.step.branch, words(&waiting.step.awaited)))
        .collect();
    assert_eq!(
        told,
        [(2, "the bytes \"a\"".to_owned()), (3, "Time".to_owned())]
    );
    // Where one fails, the others are told of, those too that are over.
    bench.receive(b"b");
    let failure = bench.failure();
    let told: Vec<_> = (failure.meanwhile.iter())
        .map(|other| (other.branch, words(&other.awaited), other.waited))
        .collect();
    assert_eq!(
        told,
        [
            (1, "Nothing".to_owned(), 7 * MS),
            (3, "Time".to_owned(), 7 * MS)
        ]
    );
}

#[test]
fn a_branch_that_has_not_begun_has_not_waited() {
    let steps = r#"{ "wait": "10ms" }, { "parallel": [[{ "assert": "{{ 1 == 2 }}" }], [{ "wait": "1s" }]] }"#;
    let mut bench = Bench::new("", steps);
    assert_eq!(bench.action(), None);
    bench.pass(10);
    let meanwhile = bench.failure().meanwhile;
    assert_eq!(meanwhile.len(), 1);
    assert_eq!(
        (&meanwhile[0].awaited, meanwhile[0].waited),
        (&Awaited::Turn, Duration::ZERO)
    );
}

#[test]
fn what_waits_in_finally_says_so() {
    let mut bench = Bench::new(r#""finally": [{ "wait": "1s" }],"#, r#"{ "note": "x" }"#);
    let waiting = waits(&mut bench);
    assert!(waiting.in_finally);
    bench.pass(1000);
    bench.passed();
    assert_eq!(bench.player.waiting(bench.now), []);
}

#[test]
fn bytes_are_wanted_only_of_a_connection_that_is_there_and_has_not_ended() {
    let mut bench = Bench::new("", r#"{ "expect": "abc" }"#);
    assert!(!bench.player.wants_bytes(FIRST));
    bench.connect();
    assert!(bench.player.wants_bytes(FIRST));
    bench.end(Ending::Clean);
    assert!(!bench.player.wants_bytes(FIRST));
    let mut bench = Bench::connected("", r#"{ "close": "clean" }, { "wait": "1s" }"#);
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    assert!(!bench.player.wants_bytes(FIRST));
}

#[test]
fn nothing_is_waited_for_before_the_beginning_and_after_the_end() {
    let mut bench = Bench::new("", r#"{ "wait": "1s" }"#);
    assert_eq!(bench.player.waiting(bench.now), []);
    bench.player.cancel(bench.now);
    assert_eq!(bench.player.waiting(bench.now), []);
}

#[test]
fn a_failure_names_the_rounds_it_was_in() {
    let steps = r#"{ "repeat": [{ "repeat": [{ "assert": "{{ i < 2 or j < 1 }}" }], "times": 3, "index": "j" }], "times": 5, "index": "i" }"#;
    let mut bench = Bench::new("", steps);
    assert_eq!(bench.failure().rounds, [2, 1]);
}

#[test]
fn a_name_of_rounds_is_another_one_in_each_branch() {
    let steps = r#"{ "connect": true }, { "repeat": [
        { "parallel": [[{ "repeat": [{ "wait": "1ms" }], "times": 4 }], [{ "wait": "2ms" }, { "send": "{{ index }}" }]] },
        { "send": "after {{ index }}" }], "times": 2 }"#;
    let mut bench = Bench::connected("", steps);
    assert_eq!(bench.action(), None);
    for round in 0..2 {
        bench.pass(2);
        assert_eq!(bench.written(), round.to_string().as_bytes());
        bench.pass(2);
        assert_eq!(bench.written(), format!("after {round}").as_bytes());
    }
    bench.passed();
}

#[test]
fn an_expression_without_a_value_is_shown_where_it_stands() {
    let steps = r#"{ "set": { "x": 1, "y": "{{ 1 // 0 }}" } }"#;
    let mut bench = Bench::new("", steps);
    let failure = bench.failure();
    let FailureKind::NoValue(error) = &failure.kind else {
        panic!("{failure:?}");
    };
    let whole = bench.player.script().blocks[0].steps[0].span;
    assert_ne!(failure.span, whole);
    assert_eq!(failure.span, error.span);
}

#[test]
fn a_packet_that_is_too_large_for_the_system_fails_its_send_alone() {
    let mut bench = Bench::connected(
        r#""framing": "datagram","#,
        r#"{ "send": "abc" }, { "send": "d" }"#,
    );
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.player.handle_too_large(FIRST, bench.now);
    assert!(bench.saw(&EventKind::TooLarge));
    assert_eq!(bench.fails(), FailureKind::PacketTooLarge { len: 3 });
    // Where nothing is being written it means nothing.
    let mut bench = Bench::connected(
        r#""framing": "datagram","#,
        r#"{ "expect": "a" }, { "send": "b" }"#,
    );
    bench.player.handle_too_large(FIRST, bench.now);
    bench.receive(b"a");
    assert_eq!(bench.written(), b"b");
    bench.passed();
}

#[test]
fn what_no_step_took_fails_a_conversation_that_passed_where_that_is_denied() {
    let setting = |deny_leftover| Setting {
        deny_leftover,
        ..Setting::default()
    };
    for (deny, expected) in [(false, true), (true, false)] {
        let mut bench = Bench::with(
            r#""framing": "line","#,
            r#"{ "expect": "a" }"#,
            setting(deny),
        );
        bench.connect();
        bench.receive(b"a\nb\nc\n");
        if expected {
            bench.passed();
        } else {
            match bench.fails() {
                FailureKind::LeftOver {
                    replies: 2,
                    received,
                    received_len: 4,
                } => assert_eq!(received, b"b\nc\n"),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(bench.player.leftovers(), 2);
    }
    // What failed anyway failed for its own reason.
    let mut bench = Bench::with(
        r#""framing": "line","#,
        r#"{ "expect": "a" }, { "expect": "x" }"#,
        setting(true),
    );
    bench.connect();
    bench.receive(b"a\nb\nc\n");
    assert!(matches!(bench.fails(), FailureKind::Mismatch { .. }));
    // What came before `finally` counts too.
    let mut bench = Bench::with(
        r#""framing": "line", "finally": [{ "wait": "1ms" }],"#,
        r#"{ "expect": "a" }"#,
        setting(true),
    );
    bench.connect();
    bench.receive(b"a\nb\n");
    while bench.action().is_some() {}
    bench.pass(1);
    assert!(matches!(bench.fails(), FailureKind::LeftOver { .. }));
}

#[test]
fn a_text_is_shown_with_the_values_there_are() {
    let json = r#"{ "name": "hello {{ who }} {{ what }}", "vars": { "who": "Rose", "what": "0" }, "steps": [{ "set": { "what": "1" } }] }"#;
    let scenario = super::bench::scenario(json);
    let mut bench = Bench::of(scenario.script, Setting::default());
    let name = scenario.name.unwrap();
    assert_eq!(
        bench.player.show(&name),
        None,
        "before the beginning the file's own names have no value"
    );
    bench.passed();
    assert_eq!(bench.player.show(&name).as_deref(), Some("hello Rose 1"));
}

#[test]
fn names_of_a_suite_are_weaker_than_those_of_the_file() {
    let setting = Setting {
        defaults: vec![("mine".into(), "suite".into())],
        ..Setting::default()
    };
    let json =
        r#"{ "framing": "raw", "vars": { "mine": "file" }, "steps": [{ "send": "{{ mine }}" }] }"#;
    let mut bench = Bench::of(super::bench::scenario(json).script, setting);
    bench.connect();
    assert_eq!(bench.written(), b"file");
}
