//! Silence that is proved by a probe.

use super::bench::Bench;
use crate::player::{Ending, FailureKind, Instead};

const LINE: &str = r#""framing": "line","#;

const PROBE: &str = r#"{ "expect_silence": { "probe": { "send": "PING", "expect": "PONG" } } }"#;

/// What arrived instead of the reply.
fn broken(bench: &mut Bench) -> Vec<u8> {
    match bench.fails() {
        FailureKind::Unexpected {
            instead: Instead::Reply(expected),
            received,
            ..
        } => {
            assert_eq!(expected.exact.as_deref(), Some(&b"PONG"[..]));
            received
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_reply_is_the_next_thing_that_arrives() {
    for (head, sent, reply) in [
        (LINE, &b"PING\n"[..], &b"PONG\r\n"[..]),
        ("", b"PING", b"PONG"),
    ] {
        let mut bench = Bench::connected(head, PROBE);
        assert_eq!(bench.written(), sent);
        for byte in reply {
            assert_eq!(bench.verdict(), None);
            bench.receive(&[*byte]);
        }
        bench.passed();
    }
}

#[test]
fn what_comes_before_the_reply_breaks_the_silence_and_is_shown() {
    let mut bench = Bench::connected(LINE, PROBE);
    assert_eq!(bench.written(), b"PING\n");
    bench.receive(b"stray\r\nPONG\n");
    assert_eq!(broken(&mut bench), b"stray\r\n");

    let mut bench = Bench::connected("", PROBE);
    assert_eq!(bench.written(), b"PING");
    bench.receive(b"stPONG");
    assert_eq!(broken(&mut bench), b"stPONG");
}

#[test]
fn what_is_unread_breaks_it_before_anything_is_sent() {
    for (head, unread) in [
        (LINE, &b"stray\n"[..]),
        (LINE, b"half"),
        ("", b"P"),
        (LINE, b"PONG\n"),
    ] {
        let steps = format!(r#"{{ "wait": "1ms" }}, {PROBE}"#);
        let mut bench = Bench::new(head, &format!(r#"{{ "connect": true }}, {steps}"#));
        bench.connect();
        bench.receive(unread).pass(1);
        assert_eq!(broken(&mut bench), unread);
    }
}

#[test]
fn an_end_breaks_it_whenever_it_comes() {
    let steps = format!(r#"{{ "connect": true }}, {{ "wait": "1ms" }}, {PROBE}"#);
    let mut bench = Bench::new(LINE, &steps);
    bench.connect();
    bench.end(Ending::Clean).pass(1);
    assert_eq!(bench.fails(), FailureKind::EndedInSilence(Ending::Clean));

    let mut bench = Bench::connected(LINE, PROBE);
    bench.written();
    bench.end(Ending::Reset);
    assert_eq!(bench.fails(), FailureKind::EndedInSilence(Ending::Reset));

    let mut bench = Bench::connected(LINE, PROBE);
    bench.written();
    bench.receive(b"PON").end(Ending::Clean);
    assert!(matches!(bench.fails(), FailureKind::Ended { .. }));
}

#[test]
fn a_reply_that_does_not_come_is_waited_for_as_long_as_the_step_says() {
    let steps = r#"{ "expect_silence": { "probe": { "send": "PING", "expect": "PONG" } }, "within": "20ms" }"#;
    let mut bench = Bench::connected(LINE, steps);
    bench.written();
    bench.pass(19);
    assert_eq!(bench.verdict(), None);
    bench.pass(1);
    assert!(matches!(bench.fails(), FailureKind::TimedOut { .. }));
}

#[test]
fn what_is_ignored_breaks_nothing() {
    let head = r#""framing": "line", "ignore": [{ "prefix": "NOTE" }],"#;
    let mut bench = Bench::connected(head, PROBE);
    bench.written();
    bench.receive(b"NOTE 1\nNOTE 2\nPONG\n");
    bench.passed();
}

#[test]
fn what_the_reply_says_can_be_used_later_and_what_follows_it_is_expected_later() {
    let steps = r#"
        { "expect_silence": { "probe": { "send": "PING {{ 1 + 1 }}", "expect": { "regex": "^PONG (?<n>\\d)$" } } } },
        { "expect": "more {{ n }}" }"#;
    let mut bench = Bench::connected(LINE, steps);
    assert_eq!(bench.written(), b"PING 2\n");
    bench.receive(b"PONG 7\nmore 7\n");
    bench.passed();
}

#[test]
fn nothing_is_sent_where_the_reply_cannot_be_known() {
    let steps = r#"
        { "expect_silence": { "probe": { "send": "PING", "expect": { "length": "{{ 'x' }}" } } } }"#;
    let mut bench = Bench::connected(LINE, steps);
    assert!(matches!(bench.fails(), FailureKind::NoValue(_)));
}

#[test]
fn a_broken_silence_is_tried_again_by_retry() {
    let steps = format!(r#"{{ "retry": [{PROBE}], "every": "10ms", "within": "1s" }}"#);
    let steps = format!(r#"{{ "connect": true }}, {steps}"#);
    let mut bench = Bench::new(LINE, &steps);
    bench.connect();
    assert_eq!(bench.written(), b"PING\n");
    bench.receive(b"stray\nPONG\n").pass(10);
    assert_eq!(bench.written(), b"PING\n");
    bench.receive(b"PONG\n");
    bench.passed();
}
