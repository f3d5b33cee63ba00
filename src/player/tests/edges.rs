//! What only a value at the very edge shows, or a part that others rarely meet.

use super::bench::{Bench, FIRST};
use crate::player::{Action, Ending, EventKind, FailureKind, Log, Segment, Setting, Transcript};
use crate::scenario::ClientId;
use crate::time::Time;

const LINE: &str = r#""framing": "line","#;

/// In raw, with a limit of so many bytes.
fn raw(limit: usize) -> String {
    format!(r#""framing": {{ "raw": {{ "max_message": {limit} }} }},"#)
}

/// How a mismatch is explained when all arrives at once, and byte by byte: the same.
#[track_caller]
fn explained(head: &str, step: &str, arrives: &[u8]) -> (Option<usize>, String) {
    let mut all = [arrives.len(), 1].map(|size| {
        let mut bench = Bench::connected(head, step);
        for piece in arrives.chunks(size) {
            bench.receive(piece);
        }
        match bench.fails() {
            FailureKind::Mismatch { at, because, .. } => (at, because.unwrap_or_default()),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(all[0], all[1], "{step}");
    std::mem::take(&mut all[0])
}

#[test]
fn what_came_during_a_send_is_answered_when_the_send_is_over() {
    let head = r#""framing": "line", "ignore": [{ "match": "PING", "send": "PONG" }],"#;
    let mut bench = Bench::connected(head, r#"{ "send": "b" }, { "expect": "a" }"#);
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.receive(b"PING\n");
    assert_eq!(bench.action(), None);
    bench.player.handle_written(FIRST, bench.now);
    assert_eq!(bench.written(), b"PONG\n");
    bench.receive(b"a\n");
    bench.passed();
}

#[test]
fn what_is_ignored_must_be_computable_but_need_not_be_known_yet() {
    let head =
        r#""framing": "line", "vars": { "v": "x" }, "ignore": [{ "prefix": "{{ v + 1 }}" }],"#;
    let mut bench = Bench::connected(head, r#"{ "expect": "a" }"#);
    bench.receive(b"a\n");
    assert!(matches!(bench.fails(), FailureKind::NoValue(_)));
}

#[test]
fn as_many_steps_are_played_as_may_be() {
    for (steps, passes) in [
        (r#"{ "note": "1" }, { "note": "2" }"#, true),
        (
            r#"{ "note": "1" }, { "note": "2" }, { "note": "3" }"#,
            false,
        ),
    ] {
        let setting = Setting {
            max_steps: 2,
            ..Setting::default()
        };
        let mut bench = Bench::with("", steps, setting);
        match passes {
            true => bench.passed(),
            false => assert!(matches!(
                bench.fails(),
                FailureKind::TooManySteps { limit: 2 }
            )),
        }
    }
}

#[test]
fn a_round_that_would_begin_with_the_last_moment_is_none() {
    let steps = r#"{ "retry": [{ "assert": "{{ 1 == 2 }}" }], "every": "10ms", "within": "20ms" }"#;
    let mut bench = Bench::new("", steps);
    assert_eq!(bench.action(), None);
    bench.pass(100);
    assert_eq!(bench.failure().retries[0].rounds, 2);
}

#[test]
fn the_port_of_this_side_is_a_value() {
    let steps = r#"{ "send": "{{ client.local_port }}" }"#;
    let mut bench = Bench::new("", steps);
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    bench.player.handle_local_port(FIRST, Some(4711));
    bench.player.handle_connected(FIRST, "peer", bench.now);
    assert_eq!(bench.written(), b"4711");
    bench.passed();
}

#[test]
fn what_time_it_is_is_a_value() {
    let setting = Setting {
        began: 5_000_000_000,
        ..Setting::default()
    };
    let steps = r#"{ "wait": "2s" }, { "send": "{{ now() }}" }"#;
    let mut bench = Bench::with("", steps, setting);
    while bench.action() != Some(Action::Connect(FIRST)) {
        bench.pass(1000);
    }
    bench.player.handle_connected(FIRST, "peer", bench.now);
    bench.pass(3000);
    let seconds: u64 = String::from_utf8(bench.written()).unwrap().parse().unwrap();
    assert!((7..12).contains(&seconds), "{seconds}");
}

#[test]
fn a_number_too_large_for_a_double_is_kept_as_it_is_written() {
    let steps = r#"{ "expect": { "any": true, "capture": { "n": "/n" } } }, { "send": "{{ n }}" }"#;
    for (number, kept) in [("1e999", "1e999"), ("-1e999", "-1e999"), ("1.5", "1.5")] {
        let mut bench = Bench::connected(LINE, steps);
        bench.receive(format!("{{\"n\":{number}}}\n").as_bytes());
        assert_eq!(bench.written(), format!("{kept}\n").as_bytes());
    }
}

#[test]
fn of_alternatives_the_first_that_holds_captures() {
    let steps = r#"{ "expect": { "one_of": [{ "prefix": "x", "capture": "v" }, { "suffix": "b", "capture": "v" }, { "any": true }] } },
                   { "send": "{{ v }}" }"#;
    let mut bench = Bench::connected(LINE, steps);
    bench.receive(b"ab\n");
    assert_eq!(bench.written(), b"ab\n");
    let steps = r#"{ "skip_until": { "one_of": [{ "contains": "ab", "capture": "v" }, { "suffix": "b", "capture": "w" }] } },
                   { "send": "{{ v }}" }"#;
    let mut bench = Bench::connected("", steps);
    bench.receive(b"xab");
    assert_eq!(bench.written(), b"ab");
}

#[test]
fn what_is_said_of_a_mismatch_does_not_depend_on_what_came_after_it() {
    for (step, arrives) in [
        (
            r#"{ "expect_bytes": { "prefix": "ab", "length": 3 } }"#,
            &b"axcdef"[..],
        ),
        (
            r#"{ "expect_bytes": { "prefix": "ab", "suffix": "ab" } }"#,
            b"xabab",
        ),
        (
            r#"{ "expect_bytes": ["a", { "length": 2 }, "b", "c"] }"#,
            b"a12bxyz",
        ),
    ] {
        explained("", step, arrives);
    }
}

#[test]
fn a_negation_that_cannot_come_true_any_more_fails_at_once() {
    for step in [
        r#"{ "expect_bytes": { "length": { "min": 2 }, "not": { "prefix": "x" } } }"#,
        r#"{ "expect_bytes": { "length": { "min": 9 }, "not": { "prefix": "x" } } }"#,
        r#"{ "expect_bytes": { "not": { "prefix": "x" }, "suffix": "!" } }"#,
        r#"{ "expect_bytes": { "prefix": "xyz", "not": { "length": { "min": 2 } } } }"#,
        r#"{ "expect_bytes": { "prefix": "xyz", "not": { "contains": "y" } } }"#,
    ] {
        explained("", step, b"xyz");
    }
}

#[test]
fn conditions_agree_on_all_that_has_arrived() {
    let mut bench = Bench::connected("", r#"{ "expect_bytes": { "prefix": "ab", "length": 4 } }"#);
    bench.receive(b"abc").receive(b"d");
    bench.passed();
}

#[test]
fn what_is_captured_of_a_stream_counts_against_the_limit() {
    let hay = b"x".repeat(40);
    let head = raw(16);
    let mut bench = Bench::connected(&head, r#"{ "expect_bytes": { "contains": "needle" } }"#);
    bench.receive(&hay).receive(b"needle");
    bench.passed();
    let capturing = r#"{ "expect_bytes": { "contains": "needle", "capture": "v" } }"#;
    let mut bench = Bench::connected(&head, capturing);
    bench.receive(&hay);
    assert!(matches!(
        bench.fails(),
        FailureKind::TooLong { limit: 16, .. }
    ));
}

#[test]
fn a_search_may_leave_as_many_bytes_undecided_as_the_limit_says() {
    // Five of the six bytes may be the beginning of it.
    let mut bench = Bench::connected(&raw(5), r#"{ "expect_bytes": { "contains": "needle" } }"#);
    for byte in b"xxxxxxxneedle" {
        bench.receive(&[*byte]);
    }
    bench.passed();
    // Without groups, a pattern keeps nothing of what it has seen.
    let mut bench = Bench::connected(&raw(16), r#"{ "skip_until": { "regex": "n[e]+dle" } }"#);
    for byte in [&b"xn".repeat(100)[..], b"needle"].concat() {
        bench.receive(&[byte]);
    }
    bench.passed();
}

#[test]
fn in_any_order_as_many_bytes_are_waited_with_as_the_limit_says() {
    let steps = r#"{ "expect_any_order": [{ "regex": "^[^y]*y", "capture": "y" }, { "regex": "^[^z]*z" }] }"#;
    let mut bench = Bench::connected(&raw(8), steps);
    bench.receive(b"12345678");
    assert!(bench.verdict().is_none());
    bench.receive(b"9");
    match bench.fails() {
        FailureKind::TooLong {
            limit, expected, ..
        } => {
            assert_eq!(limit, 8);
            assert!(!expected.words.contains("after"), "{}", expected.words);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_what_may_come_in_any_order_the_shortest_takes_its_bytes_then_the_first() {
    let steps = r#"{ "expect_any_order": ["ab", { "prefix": "ab", "length": 3, "capture": "x" }] }, { "send": "{{ x }}" }"#;
    let mut bench = Bench::connected("", steps);
    bench.receive(b"ababc");
    assert_eq!(bench.written(), b"abc");
    let steps = r#"{ "expect_any_order": [{ "prefix": "ab", "length": 2, "capture": "x" }, { "length": 2, "capture": "y" }] },
                   { "send": "{{ x }}{{ y }}" }"#;
    let mut bench = Bench::connected("", steps);
    bench.receive(b"abcd");
    assert_eq!(bench.written(), b"abcd");
}

#[test]
fn bytes_are_expected_as_bytes_also_where_messages_are() {
    for (verb, word) in [("expect", "a message"), ("expect_bytes", "a run of bytes")] {
        let steps =
            format!(r#"{{ "{verb}": {{ "prefix": "abc", "length": 4 }}, "within": "10ms" }}"#);
        let mut bench = Bench::connected(LINE, &steps);
        bench.receive(b"ab").pass(10);
        match bench.fails() {
            FailureKind::TimedOut { expected, .. } => {
                assert!(expected.words.contains(word), "{}", expected.words);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_search_waits_with_as_many_bytes_as_the_limit_says() {
    // All five are undecided until the sixth.
    let step = r#"{ "skip_until": ["a", { "length": 5 }] }"#;
    let mut bench = Bench::connected(&raw(4), step);
    for byte in b"a1234" {
        bench.receive(&[*byte]);
        assert!(bench.verdict().is_none());
    }
    bench.receive(b"5");
    bench.passed();
}

#[test]
fn a_pattern_without_groups_drops_what_it_has_seen_at_once() {
    for (step, dropped_all) in [
        (r#"{ "skip_until": { "regex": "x+y" } }"#, true),
        (r#"{ "skip_until": { "regex": "(?<v>x+)y" } }"#, false),
        (
            r#"{ "skip_until": { "regex": "x+y" }, "capture": "v" }"#,
            false,
        ),
    ] {
        let mut bench = Bench::connected("", step);
        bench.receive(b"axxb").end(Ending::Clean);
        let FailureKind::NeverCame { dropped, .. } = bench.fails() else {
            panic!("{step}");
        };
        assert_eq!(dropped, if dropped_all { 4 } else { 0 }, "{step}");
    }
}

#[test]
fn a_pattern_of_an_earlier_step_is_none_of_a_later_one() {
    // The values make a condition of the second step, and it has no pattern any more.
    let head = r#""framing": "line", "vars": { "end": "$", "b": "b" },"#;
    let steps = r#"{ "expect": { "regex": "a{{ end }}" } }, { "expect_bytes": "{{ b }}" }"#;
    let mut bench = Bench::connected(head, steps);
    bench.receive(b"a\nb");
    bench.passed();
}

#[test]
fn the_last_part_of_a_sequence_is_named_where_it_does_not_hold() {
    let step = r#"{ "expect": ["ok ", { "length": 3 }, { "regex": "^x" }] }"#;
    let mut bench = Bench::connected(LINE, step);
    bench.receive(b"ok 123y\n");
    match bench.fails() {
        FailureKind::Mismatch { because, .. } => {
            let because = because.unwrap_or_default();
            assert!(
                because.starts_with("part 3 of 3, from byte 6 on"),
                "{because}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_value_cannot_make_a_part_look_past_its_end_also_deeper_inside() {
    let head = r#""framing": "line", "vars": { "v": "b$" },"#;
    let sequence = r#"[{ "regex": "^{{v}}" }, "c"]"#;
    for step in [
        format!(r#"{{ "expect": {{ "not": {sequence} }} }}"#),
        format!(r#"{{ "expect": {{ "one_of": ["x", {sequence}] }} }}"#),
    ] {
        let mut bench = Bench::connected(head, &step);
        assert!(matches!(bench.fails(), FailureKind::NoValue(_)), "{step}");
    }
}

#[test]
fn how_much_had_come_counts_what_was_dropped() {
    let mut bench = Bench::connected(LINE, r#"{ "skip_until": "b", "within": "50ms" }"#);
    bench.receive(b"a\nc\nhalf").pass(50);
    let failure = bench.failure();
    assert!(matches!(
        failure.kind,
        FailureKind::NeverCame {
            received_len: 8,
            ..
        }
    ));
    assert_eq!(failure.links.len(), 1);
    assert!(failure.links[0].open);
}

#[test]
fn only_a_clean_end_after_a_reset_is_a_reset() {
    for (how, seen) in [
        (Ending::Clean, Ending::Reset),
        (Ending::Truncated, Ending::Truncated),
        (Ending::Lost, Ending::Lost),
    ] {
        let steps = r#"{ "send": "x", "may_fail": true }, { "expect": "y" }"#;
        let mut bench = Bench::connected("", steps);
        assert_eq!(bench.action(), Some(Action::Write(FIRST)));
        bench
            .player
            .handle_unwritable(FIRST, Ending::Reset, bench.now);
        bench.end(how);
        match bench.fails() {
            FailureKind::Ended { how, .. } => assert_eq!(how, seen),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_conversation_remembers_who_was_connected_and_each_send_once() {
    let setting = Setting {
        segment: Some(Segment::Byte),
        ..Setting::default()
    };
    let mut bench = Bench::with(
        "",
        r#"{ "send": "ab" }, { "send": "c" }, { "wait": "1s" }"#,
        setting,
    );
    bench.connect();
    for byte in b"abc" {
        assert_eq!(bench.written(), [*byte]);
    }
    let shown: Vec<_> = (bench.player.transcript().conversation().events())
        .map(|event| match &event.kind {
            EventKind::Connected(peer) => format!("connected {peer}"),
            EventKind::Sent { len, pieces, .. } => format!("{len} in {pieces}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, ["connected peer", "2 in 2", "1 in 1"]);
}

#[test]
fn as_many_events_and_bytes_are_remembered_as_may_be() {
    const ONE: ClientId = ClientId(0);
    let mut transcript = Transcript::default();
    for _ in 0..Log::MAX_EVENTS {
        transcript.sent(ONE, b"a", true, Time::ZERO);
    }
    transcript.sent(ONE, b"b", false, Time::ZERO);
    let log = transcript.conversation();
    assert_eq!((log.events().count(), log.dropped()), (Log::MAX_EVENTS, 0));

    let mut transcript = Transcript::default();
    let line = [&[b'z'; Log::MAX_HEAD - 1][..], b"\n"].concat();
    for _ in 0..Log::MAX_BYTES / Log::MAX_HEAD {
        transcript.received(ONE, &line, Time::ZERO);
    }
    assert_eq!(transcript.conversation().dropped(), 0);
    transcript.received(ONE, b"\n", Time::ZERO);
    assert_eq!(transcript.conversation().dropped(), 1);

    let mut transcript = Transcript::default();
    transcript.received_packet(ONE, b"a", Time::ZERO);
    transcript.received_packet(ONE, b"b", Time::ZERO);
    assert_eq!(transcript.conversation().events().count(), 2);
}

#[test]
fn nothing_is_read_once_a_message_and_its_framing_are_held() {
    const ROOM: usize = 32;
    let mut bench = Bench::connected(&raw(16), r#"{ "connect": true }, { "wait": "1s" }"#);
    let mut held = 0;
    while bench.player.wants_bytes(FIRST) {
        bench.receive(b"x");
        held += 1;
    }
    assert_eq!(held, 16 + ROOM);
}
