//! What is looked for among other messages, or somewhere on a stream; and what need not come at all.

use super::bench::Bench;
use crate::player::searching::Trial;
use crate::player::{Ending, FailureKind, MAX_AGAIN, MAX_AGAIN_A_BYTE};
use crate::time::Time;

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

/// What becomes of looking for this in these bytes: whether it is found, and if not, whether it was given up.
fn looked_for(look: &str, arrives: &[u8], size: usize) -> &'static str {
    let steps = format!(r#"{{ "skip_until": {look}, "within": "50ms" }}"#);
    let mut bench = Bench::connected("", &steps);
    for piece in arrives.chunks(size) {
        bench.receive(piece);
    }
    bench.pass(50);
    match bench.verdict() {
        Some(crate::player::Verdict::Passed) => "found",
        _ => match bench.fails() {
            FailureKind::Exhausted { .. } => "given up",
            FailureKind::NeverCame { .. } => "never came",
            other => panic!("{other:?}"),
        },
    }
}

#[test]
fn what_would_be_read_again_and_again_is_given_up_at_the_same_byte_however_it_is_cut() {
    // At each place nearly all is read before it is ruled out.
    const LOOK: &str = r#"["a", { "regex": "^a*b" }]"#;
    let run = |len: usize, end: &[u8]| [&b"a".repeat(len)[..], b"c", end].concat();
    // What may be found all the same is looked for on, and found; of what is not, it is told.
    let either = format!(r#"{{ "one_of": [{LOOK}, "xyz"] }}"#);
    for (look, arrives, size, expected) in [
        (LOOK, run(1500, b"aab"), usize::MAX, "found"),
        (LOOK, run(1500, b"aab"), 1, "found"),
        (LOOK, run(1500, b""), 100, "never came"),
        (LOOK, run(8000, b"aab"), usize::MAX, "given up"),
        (LOOK, run(8000, b"aab"), 1, "given up"),
        (&either, run(8000, b"aabxyz"), 1000, "found"),
        (&either, run(8000, b"aabxy"), 1000, "given up"),
    ] {
        assert_eq!(looked_for(look, &arrives, size), expected, "{look} {size}");
    }
}

#[test]
fn how_much_may_be_read_again_grows_with_what_was_passed() {
    // Of each line about as much is read again at each of its first places: more than the fixed part of the bound in all, and less than
    // the share of each byte.
    let line = [&b"a".repeat(100)[..], b"c"].concat();
    let arrives = [line.repeat(5000), b"aab".to_vec()].concat();
    const { assert!(5000 * 36 * 128 > MAX_AGAIN) };
    assert_eq!(
        looked_for(r#"["a", { "regex": "^a*b" }]"#, &arrives, 1000),
        "found"
    );
}

#[test]
fn what_is_given_up_is_so_at_once() {
    let mut bench = Bench::connected("", r#"{ "skip_until": ["a", { "regex": "^a*b" }] }"#);
    bench.receive(&b"a".repeat(12_000)).receive(b"c");
    assert!(matches!(bench.fails(), FailureKind::Exhausted { .. }));
    assert_eq!(bench.now, Time::ZERO);
}

#[test]
fn what_can_never_hold_is_looked_for_until_the_time_is_over() {
    let look = r#"{ "one_of": [{ "regex": "a[^\\x00-\\xff]" }, { "regex": "b[^\\x00-\\xff]" }] }"#;
    assert_eq!(looked_for(look, b"aabab", 1), "never came");
}

#[test]
fn as_much_may_be_read_again_as_the_bound_says_and_no_more() {
    let most = usize::try_from(MAX_AGAIN).unwrap();
    let each = usize::try_from(MAX_AGAIN_A_BYTE).unwrap();
    for passed in [0, 3] {
        let mut trial = Trial::default();
        trial.forget(passed);
        trial.pay(most + passed * each - 65);
        trial.pay(64);
        trial.pay(65);
        assert!(!trial.is_exhausted, "{passed}");
        trial.pay(65);
        assert!(trial.is_exhausted, "{passed}");
    }
}

#[test]
fn places_where_bytes_are_only_compared_cost_what_is_compared() {
    // Every byte is a place, and each is ruled out a thousand bytes later.
    let arrives = [&b"a".repeat(200_000)[..], &b"b".repeat(1001), b"c"].concat();
    for look in [
        r#"["a", { "length": 1000 }, "bc"]"#,
        r#"["a", { "length": 1001 }, { "prefix": "c" }]"#,
        r#"["a", { "length": 1000 }, { "all": [{ "prefix": "bc" }, { "length": { "min": 2 } }] }]"#,
    ] {
        for size in [usize::MAX, 1000] {
            assert_eq!(looked_for(look, &arrives, size), "found", "{look}");
        }
    }
    // A thousand bytes are compared at each, or looked for by more than comparing.
    let arrives = b"a".repeat(30_000);
    for look in [
        r#"["a", { "length": 1 }, "ab"]"#,
        r#"["a", { "any": true }, "b"]"#,
    ] {
        assert_eq!(looked_for(look, &arrives, 1000), "never came", "{look}");
    }
    let long = format!(r#""{}b""#, "a".repeat(1000));
    for look in [
        format!(r#"["a", {{ "length": 1 }}, {long}]"#),
        format!(r#"["a", {{ "length": 1 }}, {{ "prefix": {long} }}]"#),
        r#"["a", { "all": [{ "prefix": "a" }, { "any": true }] }, { "length": 1000 }, "b"]"#
            .to_owned(),
    ] {
        assert_eq!(looked_for(&look, &arrives, 1000), "given up", "{look}");
    }
}

#[test]
fn what_is_decided_late_is_found_at_the_first_place_that_is_right() {
    let x = |len: usize| b"x".repeat(len);
    for (len, more) in [(62, 63), (63, 64), (64, 65), (127, 128), (1000, 5000)] {
        let arrives = [&b"..ab"[..], &x(len), b"ab", &x(more), b"yc"].concat();
        let steps = r#"{ "skip_until": ["ab", { "regex": "^x*y", "capture": "run" }] }, { "expect": "c" }, { "send": "{{ run }}" }"#;
        assert_eq!(sent("", steps, &arrives), [&x(more)[..], b"y"].concat());
    }
}

#[test]
fn very_long_bytes_are_looked_for_in_linear_time() {
    // What is looked for is as long as what arrives in a thousand pieces: looked for anew with each, it would not come back.
    let head = r#""framing": { "raw": { "max_message": 4194304 } },"#;
    let long = r#"{ "repeat": "a", "times": 300000 }"#;
    let arrives = [&b"a".repeat(299_999)[..], b"b", &b"a".repeat(300_000)].concat();
    for look in [
        format!(r#"{{ "skip_until": {long} }}"#),
        format!(r#"{{ "expect": {{ "contains": {long} }} }}"#),
        format!(r#"{{ "expect": {{ "suffix": {long} }} }}"#),
    ] {
        let mut bench = Bench::connected(head, &format!(r#"{look}, {{ "send": "done" }}"#));
        for piece in arrives.chunks(7) {
            bench.receive(piece);
        }
        assert_eq!(bench.written(), b"done", "{look}");
    }
}

#[test]
fn very_long_bytes_behind_others_are_looked_for_in_linear_time() {
    // Wherever they may begin, millions of bytes are right before one is not.
    let head = r#""framing": { "raw": { "max_message": 4194304 } },"#;
    let steps = r#"{ "expect": [{ "any": true }, { "repeat": "a", "times": 3000000 }] }, { "send": "done" }"#;
    let mut bench = Bench::connected(head, steps);
    for piece in [&b"a".repeat(2_999_999)[..], b"b", &b"a".repeat(3_000_000)] {
        for piece in piece.chunks(20_000) {
            bench.receive(piece);
        }
    }
    assert_eq!(bench.written(), b"done");
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
