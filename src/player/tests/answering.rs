//! Messages that are ignored and answered.

use super::bench::{Bench, FIRST};
use crate::player::{Action, Ending, FailureKind, Segment, Setting};

const PINGS: &str = r#""framing": "line", "ignore": [{ "match": { "regex": "^PING (?<t>.*)$" }, "send": "PONG {{t}}" }, "note"],"#;

#[test]
fn an_ignored_message_is_answered_with_what_it_says() {
    let mut bench = Bench::connected(PINGS, r#"{ "expect": "a" }, { "send": "b" }"#);
    bench.receive(b"PING 1\nnote\n");
    assert_eq!(bench.written(), b"PONG 1\n");
    bench.receive(b"a\n");
    assert_eq!(bench.written(), b"b\n");
    bench.passed();
}

#[test]
fn a_send_begins_only_once_the_answers_are_written() {
    let mut bench = Bench::connected(PINGS, r#"{ "expect": "a" }, { "send": "b" }"#);
    bench.receive(b"PING 1\nPING 2\na\n");
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    assert_eq!(bench.player.outbox(FIRST), b"PONG 1\nPONG 2\n");
    assert_eq!(bench.action(), None, "nothing else while that is written");
    bench.player.handle_written(FIRST, bench.now);
    assert_eq!(bench.written(), b"b\n");
    bench.passed();
}

#[test]
fn what_comes_while_answers_are_written_is_answered_after_them() {
    let mut bench = Bench::connected(PINGS, r#"{ "expect": "a" }"#);
    bench.receive(b"PING 1\n");
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.receive(b"PING 2\nPING 3\n");
    assert_eq!(bench.action(), None);
    bench.player.handle_written(FIRST, bench.now);
    assert_eq!(bench.written(), b"PONG 2\nPONG 3\n");
    bench.receive(b"a\n");
    bench.passed();
}

#[test]
fn answers_are_cut_as_all_sends_are() {
    let setting = Setting {
        segment: Some(Segment::Byte),
        ..Setting::default()
    };
    let mut bench = Bench::with(PINGS, r#"{ "expect": "a" }, { "send": "b" }"#, setting);
    bench.connect();
    bench.receive(b"PING 1\na\n");
    for byte in b"PONG 1\nb\n" {
        assert_eq!(bench.action(), Some(Action::Write(FIRST)));
        assert_eq!(bench.player.outbox(FIRST), [*byte]);
        bench.player.handle_written(FIRST, bench.now);
    }
    bench.passed();
}

#[test]
fn an_answer_that_is_not_taken_holds_a_send_up_to_its_time() {
    let steps = r#"{ "expect": "a" }, { "send": "b", "within": "50ms" }"#;
    let mut bench = Bench::connected(PINGS, steps);
    bench.receive(b"PING 1\na\n");
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.pass(50);
    assert!(matches!(
        bench.fails(),
        FailureKind::SendTimedOut { len: 7 }
    ));
}

#[test]
fn an_answer_that_cannot_be_written_is_not_the_end() {
    let mut bench = Bench::connected(PINGS, r#"{ "expect": "a" }, { "expect_close": "reset" }"#);
    bench.receive(b"PING 1\n");
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench
        .player
        .handle_unwritable(FIRST, Ending::Reset, bench.now);
    bench.receive(b"PING 2\na\n");
    assert_eq!(bench.action(), None);
    bench.end(Ending::Reset);
    bench.passed();
}

#[test]
fn a_peer_that_asks_without_end_and_takes_nothing_is_heard_no_more() {
    let answer = "x".repeat(1000);
    let head =
        format!(r#""framing": "line", "ignore": [{{ "match": "PING", "send": "{answer}" }}],"#);
    let mut bench = Bench::connected(&head, r#"{ "expect": "a", "within": "50ms" }"#);
    for _ in 0..100 {
        if bench.player.wants_bytes(FIRST) {
            bench.receive(&b"PING\n".repeat(10_000));
        }
    }
    assert!(!bench.player.wants_bytes(FIRST));
    bench.pass(50);
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    assert!(matches!(bench.fails(), FailureKind::TimedOut { .. }));
}

#[test]
fn answers_that_wait_are_not_for_the_next_connection() {
    let head = r#""framing": "line", "ignore": [{ "match": "PING", "send": "PONG" }], "finally": [{ "expect": "b" }, { "send": "c" }],"#;
    let mut bench = Bench::connected(head, r#"{ "expect": "a" }"#);
    bench.receive(b"PING\n");
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.receive(b"PING\nx\n");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    bench.receive(b"b\n");
    assert_eq!(bench.written(), b"c\n");
    assert!(matches!(bench.fails(), FailureKind::Mismatch { .. }));
}

#[test]
fn what_an_answer_captures_is_its_own() {
    let head = r#""framing": "line", "vars": { "t": "var" }, "ignore": [{ "match": { "any": true, "capture": "t", "not": "a" }, "send": "{{t}}" }],"#;
    let mut bench = Bench::connected(head, r#"{ "expect": "a" }, { "send": "{{t}}" }"#);
    bench.receive(b"x\na\n");
    assert_eq!(bench.written(), b"x\n");
    assert_eq!(bench.written(), b"var\n");
    bench.passed();
}

#[test]
fn a_probe_waits_until_an_answer_is_written_that_it_has_found_due_itself() {
    let probe =
        r#"{ "expect": "a" }, { "expect_silence": { "probe": { "send": "b", "expect": "c" } } }"#;
    let mut bench = Bench::connected(PINGS, probe);
    bench.receive(b"a\nPING 1\n");
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    assert_eq!(bench.player.outbox(FIRST), b"PONG 1\n");
    assert_eq!(bench.action(), None, "nothing else while that is written");
    bench.player.handle_written(FIRST, bench.now);
    assert_eq!(bench.written(), b"b\n");
    bench.receive(b"c\n");
    bench.passed();
}
