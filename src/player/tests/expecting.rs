//! What is expected: messages, runs of bytes, nothing; captures and what is ignored.

use super::bench::{Bench, FIRST};
use crate::player::{Ending, FailureKind, Setting};

const LINE: &str = r#""framing": "line","#;

#[test]
fn a_message_that_matches_passes() {
    let mut bench = Bench::connected(LINE, r#"{ "expect": "Welcome!" }"#);
    bench.receive(b"Wel").receive(b"come!\r\n");
    bench.passed();
}

#[test]
fn a_message_that_differs_fails_at_its_first_wrong_byte() {
    let mut bench = Bench::connected(LINE, r#"{ "expect": "Welcome!" }"#);
    bench.receive(b"Welcame!\n");
    match bench.fails() {
        FailureKind::Mismatch {
            expected,
            received,
            at,
            ..
        } => {
            assert_eq!(expected.exact.as_deref(), Some(&b"Welcome!"[..]));
            assert_eq!((received.as_slice(), at), (&b"Welcame!"[..], Some(4)));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn raw_bytes_fail_as_soon_as_they_cannot_match() {
    let mut bench = Bench::connected("", r#"{ "expect": "Welcome!" }"#);
    bench.receive(b"Wex");
    assert!(matches!(
        bench.fails(),
        FailureKind::Mismatch { at: Some(2), .. }
    ));
}

#[test]
fn raw_bytes_past_the_expected_ones_wait_for_the_next_step() {
    let mut bench = Bench::connected("", r#"{ "expect": "ab" }, { "expect": "cd" }"#);
    bench.receive(b"abcd");
    bench.passed();
}

#[test]
fn an_expectation_waits_to_its_time_and_no_longer() {
    let mut bench = Bench::connected("", r#"{ "expect": "ab", "within": "50ms" }"#);
    bench.receive(b"a").pass(49);
    assert_eq!(bench.verdict(), None);
    bench.pass(1);
    let failure = bench.failure();
    assert_eq!(failure.waited.as_millis(), 50);
    assert!(matches!(
        failure.kind,
        FailureKind::TimedOut {
            received_len: 1,
            ..
        }
    ));
}

#[test]
fn an_end_fails_an_expectation_at_once_and_says_what_had_come() {
    let mut bench = Bench::connected(LINE, r#"{ "expect": "whole" }, { "expect": "half" }"#);
    bench.receive(b"whole\nha").end(Ending::Reset);
    let failure = bench.failure();
    assert_eq!(failure.step, 2);
    match failure.kind {
        FailureKind::Ended {
            how: Ending::Reset,
            received,
            ..
        } => assert_eq!(received, b"ha"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_can_be_expected_whatever_the_framing() {
    let mut bench = Bench::connected(LINE, r#"{ "expect_bytes": "a\nb" }, { "expect": "c" }"#);
    bench.receive(b"a\nbc\n");
    bench.passed();
}

#[test]
fn a_message_over_the_limit_fails_before_it_ends() {
    let mut bench = Bench::connected(
        r#""framing": { "line": { "max_message": 4 } },"#,
        r#"{ "expect": { "any": true } }"#,
    );
    bench.receive(b"12345");
    assert!(matches!(bench.fails(), FailureKind::BadFrame { .. }));
}

#[test]
fn reading_stops_when_a_message_more_than_the_limit_is_unread() {
    let mut bench = Bench::connected(
        r#""framing": { "line": { "max_message": 4 } },"#,
        r#"{ "connect": true }, { "wait": "1s" }, { "expect": "1" }"#,
    );
    assert!(bench.player.wants_bytes(FIRST));
    bench.receive(&b"1\n".repeat(100));
    assert!(!bench.player.wants_bytes(FIRST));
    bench.pass(1000);
    bench.passed();
}

#[test]
fn exact_bytes_in_raw_may_be_longer_than_the_limit() {
    let head = r#""framing": { "raw": { "max_message": 4 } },"#;
    let mut bench = Bench::connected(head, r#"{ "expect": { "repeat": "ab", "times": 100 } }"#);
    for _ in 0..100 {
        assert!(bench.player.wants_bytes(FIRST));
        bench.receive(b"ab");
    }
    bench.passed();
}

#[test]
fn what_a_search_has_passed_does_not_count_against_the_limit() {
    let head = r#""framing": { "raw": { "max_message": 100 } },"#;
    for matcher in [
        r#"{ "contains": "needle" }"#,
        r#"{ "regex": "^[^n]*needle" }"#,
    ] {
        let mut bench = Bench::connected(
            head,
            &format!(r#"{{ "expect": {matcher} }}, {{ "expect": "!" }}"#),
        );
        for _ in 0..1000 {
            assert!(bench.player.wants_bytes(FIRST), "{matcher}");
            bench.receive(b"hay hay hay ");
        }
        bench.receive(b"nee").receive(b"dle!");
        bench.passed();
    }
}

#[test]
fn an_undecided_run_over_the_limit_fails() {
    let head = r#""framing": { "raw": { "max_message": 100 } },"#;
    let mut bench = Bench::connected(head, r#"{ "expect": { "regex": "^(?<all>[^!]*)!" } }"#);
    for _ in 0..20 {
        bench.receive(b"hay hay hay ");
    }
    assert!(matches!(
        bench.fails(),
        FailureKind::TooLong { limit: 100, .. }
    ));
}

#[test]
fn captures_are_used_again() {
    let mut bench = Bench::connected(
        LINE,
        r#"{ "expect": { "regex": "^id=(?<id>[0-9]+)( (?<rest>.*))?$" } },
           { "expect": { "prefix": "bye ", "capture": "bye" } },
           { "send": "{{id}}:{{bye}}" }"#,
    );
    bench.receive(b"id=42\nbye 42\n");
    assert_eq!(bench.written(), b"42:bye 42\n");
    bench.passed();
}

#[test]
fn captured_bytes_that_are_no_text_come_back_unchanged() {
    let mut bench = Bench::connected(
        LINE,
        r#"{ "expect": { "any": true }, "capture": "raw" }, { "send": ["<", "{{raw}}", ">"] },
           { "expect": "{{raw}}" }"#,
    );
    bench.receive(b"\xff\xfe\n");
    assert_eq!(bench.written(), b"<\xff\xfe>\n");
    bench.receive(b"\xff\xfe\n");
    bench.passed();
}

#[test]
fn ignored_messages_are_dropped_before_anything_sees_them() {
    let mut bench = Bench::connected(
        r#""framing": "line", "ignore": [{ "prefix": "NOTE" }],"#,
        r#"{ "expect": "a" }, { "expect_silence": "10ms" }, { "expect_bytes": "NOTE" },
           { "expect_bytes": "\n" }, { "expect_close": "clean" }"#,
    );
    bench
        .receive(b"NOTE 1\na\nNOTE 2\n")
        .pass(5)
        .receive(b"NOTE 3\n")
        .pass(5);
    bench
        .receive(b"NOTE")
        .receive(b"\nNOTE 4\n")
        .end(Ending::Clean);
    bench.passed();
}

#[test]
fn silence_is_broken_by_bytes_by_half_a_message_and_by_an_end() {
    let silence = r#"{ "expect_silence": "50ms" }"#;
    let mut bench = Bench::connected(LINE, silence);
    bench.pass(50);
    bench.passed();
    let mut bench = Bench::connected(LINE, silence);
    bench.pass(49).receive(b"x");
    assert!(matches!(
        bench.fails(),
        FailureKind::Unexpected {
            received_len: 1,
            ..
        }
    ));
    let mut bench = Bench::connected(LINE, silence);
    bench.pass(1).end(Ending::Clean);
    assert_eq!(bench.fails(), FailureKind::EndedInSilence(Ending::Clean));
}

#[test]
fn replies_that_nothing_expected_are_counted() {
    let mut bench = Bench::connected(LINE, r#"{ "expect": "a" }, { "wait": "1ms" }"#);
    bench.receive(b"a\nb\nc\nhalf").pass(1);
    bench.passed();
    assert_eq!(bench.player.leftovers(), 3);
}

#[test]
fn half_a_message_that_may_be_ignored_is_waited_for() {
    let head = r#""framing": "line", "ignore": [{ "prefix": "PING" }],"#;
    let mut bench = Bench::connected(head, r#"{ "expect_close": "clean" }"#);
    bench.receive(b"PI").pass(300);
    bench.receive(b"NG\n").end(Ending::Clean);
    bench.passed();

    let mut bench = Bench::connected(head, r#"{ "expect_silence": "100ms" }"#);
    bench.receive(b"PI").pass(50);
    bench.receive(b"NG 1\nPI").pass(49);
    assert_eq!(bench.verdict(), None);
    bench.pass(1);
    assert!(matches!(bench.fails(), FailureKind::Unexpected { received, .. } if received == b"PI"));

    let mut bench = Bench::connected(head, r#"{ "expect_close": "clean" }"#);
    bench.receive(b"PI").end(Ending::Clean);
    assert!(matches!(bench.fails(), FailureKind::Unexpected { .. }));
}

#[test]
fn what_asks_for_a_name_not_set_yet_ignores_nothing_yet() {
    let mut bench = Bench::connected(
        r#""framing": "line", "ignore": ["{{id}}"],"#,
        r#"{ "expect": { "any": true }, "capture": "id" }, { "expect": "b" }"#,
    );
    bench.receive(b"a\na\nb\n");
    bench.passed();
}

#[test]
fn a_value_cannot_make_an_expectation_on_a_stream_hold_for_nothing() {
    for (value, matcher) in [
        (".*", r#"{ "regex": "{{v}}" }"#),
        ("W.*$", r#"{ "regex": "{{v}}" }"#),
        ("", r#""{{v}}""#),
        ("", r#"{ "contains": "{{v}}" }"#),
        ("", r#"["{{v}}", "{{v}}"]"#),
    ] {
        let setting = Setting {
            vars: vec![("v".to_owned(), value.into())],
            ..Setting::default()
        };
        let vars = r#""vars": { "v": "x" },"#;
        let mut bench = Bench::with(vars, &format!(r#"{{ "expect": {matcher} }}"#), setting);
        bench.connect();
        assert!(
            matches!(bench.fails(), FailureKind::NoValue(_)),
            "{value} in {matcher}"
        );
    }
}

#[test]
fn what_a_search_has_passed_is_shown_from_its_beginning() {
    let head = r#""framing": { "raw": { "max_message": 100 } },"#;
    let mut bench = Bench::connected(head, r#"{ "expect": { "contains": "needle" } }"#);
    bench.receive(b"first ");
    for _ in 0..100 {
        bench.receive(b"hay hay hay ");
    }
    bench.end(Ending::Clean);
    match bench.fails() {
        FailureKind::Ended {
            received,
            received_len,
            ..
        } => {
            assert_eq!(received_len, 6 + 1200);
            assert!(received.starts_with(b"first hay") && received.len() == received_len);
        }
        other => panic!("{other:?}"),
    }
}
