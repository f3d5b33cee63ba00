//! What is looked for among other messages, or somewhere on a stream; and what need not come at all.

use super::bench::Bench;
use crate::player::{Ending, FailureKind};

const LINE: &str = r#""framing": "line","#;

/// What is sent once everything has arrived, the same in one push, in pieces of three and byte by byte.
fn sent(head: &str, steps: &str, arrives: &[u8]) -> Vec<u8> {
    let mut all = [arrives.len(), 3, 1].map(|size| {
        let mut bench = Bench::connected(head, steps);
        for piece in arrives.chunks(size) {
            bench.receive(piece);
        }
        let written = bench.written();
        bench.passed();
        written
    });
    assert!(all[0] == all[1] && all[1] == all[2], "{all:?}");
    std::mem::take(&mut all[0])
}

#[test]
fn messages_are_dropped_up_to_and_with_the_one_that_matches() {
    let steps = r#"{ "skip_until": { "regex": "^id (?<id>.)" }, "capture": "all" },
                   { "expect": "next" }, { "send": "{{id}}|{{all}}" }"#;
    let written = sent(LINE, steps, b"* note\n* id\nid 7\nnext\n");
    assert_eq!(written, b"7|id 7\n");
}

#[test]
fn a_stream_is_searched_and_what_follows_is_left() {
    for (look, arrives, found) in [
        (r#""ab""#, &b"xaxaabc"[..], &b"ab"[..]),
        (r#"{ "prefix": "ab", "length": 4 }"#, b"aababc_c", b"abab"),
        (r#"{ "contains": "ab" }"#, b"xaabc", b"ab"),
        (r#"{ "suffix": "ab" }"#, b"xaabc", b"ab"),
        (r#"{ "regex": "a[0-9]+b" }"#, b"xa1xa12bc", b"a12b"),
        (
            r#"["id=", { "length": 2 }, ";"]"#,
            b"id=1;id=12;c",
            b"id=12;",
        ),
        (
            r#"{ "one_of": ["abx", "bc", { "contains": "z" }] }"#,
            b"abcc",
            b"bc",
        ),
    ] {
        let steps = format!(
            r#"{{ "skip_until": {look}, "capture": "found" }}, {{ "expect": "c" }}, {{ "send": "{{{{found}}}}" }}"#
        );
        assert_eq!(sent("", &steps, arrives), found, "{look}");
    }
}

#[test]
fn much_more_than_the_limit_may_be_skipped_on_a_stream() {
    let head = r#""framing": { "raw": { "max_message": 16 } },"#;
    for look in [
        r#""needle""#,
        r#"{ "contains": "needle" }"#,
        r#"{ "regex": "n(?<found>ee)dle" }"#,
        r#"["ne", { "length": 2 }, "le"]"#,
    ] {
        let steps =
            format!(r#"{{ "skip_until": {look} }}, {{ "expect": "!" }}, {{ "send": "done" }}"#);
        let hay = [&b"hay nee dle ".repeat(1000)[..], b"needle!"].concat();
        sent(head, &steps, &hay);
    }
    let mut bench = Bench::connected(head, r#"{ "skip_until": ["a", { "length": 100 }, "b"] }"#);
    bench.receive(&[&b"xxxa"[..], &b"x".repeat(80)].concat());
    assert!(matches!(
        bench.fails(),
        FailureKind::TooLong { limit: 18, .. }
    ));
}

#[test]
fn groups_are_looked_for_in_as_many_bytes_as_the_limit_says() {
    let head = r#""framing": { "raw": { "max_message": 8 } },"#;
    let steps = r#"{ "skip_until": { "regex": "(?<x>a*)!" } }, { "send": "{{x}}" }"#;
    let arrives = [&b"a".repeat(100)[..], b"!"].concat();
    assert_eq!(sent(head, steps, &arrives), b"aaaaaaa");
}

#[test]
fn what_never_came_is_told_with_how_much_did() {
    let steps = r#"{ "skip_until": "b", "within": "50ms" }"#;
    let mut bench = Bench::connected(LINE, steps);
    bench.receive(b"a\nc\nhalf").pass(50);
    match bench.fails() {
        FailureKind::NeverCame {
            how: None,
            dropped: 2,
            framed: true,
            received,
            ..
        } => assert_eq!(received, b"a\nc\nhalf"),
        other => panic!("{other:?}"),
    }
    let mut bench = Bench::connected("", steps);
    bench.receive(b"acd").end(Ending::Reset);
    assert!(matches!(
        bench.fails(),
        FailureKind::NeverCame {
            how: Some(Ending::Reset),
            dropped: 3,
            framed: false,
            ..
        }
    ));
}

#[test]
fn what_is_skipped_prolongs_no_timeout() {
    let mut bench = Bench::connected(LINE, r#"{ "skip_until": "b", "within": "50ms" }"#);
    for _ in 0..5 {
        bench.receive(b"a\n").pass(10);
    }
    assert!(matches!(
        bench.fails(),
        FailureKind::NeverCame { dropped: 5, .. }
    ));
}

#[test]
fn an_optional_message_that_is_another_stays_for_the_next_step() {
    let steps = r#"{ "expect": { "prefix": "note" }, "optional": true, "within": "50ms" }, { "expect": "b" }"#;
    let mut bench = Bench::connected(LINE, steps);
    bench.receive(b"note\nb\n");
    bench.passed();
    let mut bench = Bench::connected(LINE, steps);
    bench.receive(b"b\n");
    bench.passed();
    let mut bench = Bench::connected(LINE, steps);
    bench.pass(50).receive(b"b\n");
    bench.passed();
}

#[test]
fn an_optional_message_may_be_lost_in_an_end() {
    let steps = r#"{ "expect": "bye", "optional": true }, { "expect_close": "any" }"#;
    for arrives in [&b""[..], b"bye\n"] {
        let mut bench = Bench::connected(LINE, steps);
        if !arrives.is_empty() {
            bench.receive(arrives);
        }
        bench.end(Ending::Reset);
        bench.passed();
    }
}
