//! Sends: their framing, their pieces, their failures.

use std::time::Duration;

use super::bench::{Bench, FIRST, scenario};
use crate::player::{Action, Ending, FailureKind, MAX_PACED, Segment, Setting};
use crate::time::TimeScale;

/// All writes of a conversation that only sends.
fn writes(bench: &mut Bench) -> Vec<Vec<u8>> {
    bench.connect();
    let mut writes = Vec::new();
    while let Some(action) = bench.action() {
        if action == Action::Write(FIRST) {
            writes.push(bench.player.outbox(FIRST).to_vec());
            bench.player.handle_written(FIRST, bench.now);
        }
    }
    bench.passed();
    writes
}

#[test]
fn a_message_is_framed_and_bytes_are_not() {
    let head = r#""framing": { "line": { "ending": "crlf" } },"#;
    let mut bench = Bench::new(
        head,
        r#"{ "send": "a" }, { "send_bytes": "b" }, { "send": "c\nd" }"#,
    );
    assert_eq!(writes(&mut bench), [&b"a\r\n"[..], b"b", b"c\nd\r\n"]);
}

#[test]
fn a_split_send_is_one_write_a_piece() {
    for (split, expected) in [
        ("2", vec![&b"ab"[..], b"cd", b"e"]),
        ("[1, 4]", vec![&b"a"[..], b"bcd", b"e"]),
        ("[2, 99]", vec![&b"ab"[..], b"cde"]),
    ] {
        let mut bench = Bench::new("", &format!(r#"{{ "send": "abcde", "split": {split} }}"#));
        assert_eq!(writes(&mut bench), expected, "{split}");
    }
    let mut bench = Bench::new(
        "",
        r#"{ "send": "abcdefghijklmnopqrstuvwxyz", "split": "random" }"#,
    );
    let first = writes(&mut bench);
    assert_eq!(first.concat(), b"abcdefghijklmnopqrstuvwxyz");
    let mut again = Bench::new(
        "",
        r#"{ "send": "abcdefghijklmnopqrstuvwxyz", "split": "random" }"#,
    );
    assert_eq!(writes(&mut again), first, "the seed decides");
}

#[test]
fn pauses_between_pieces_do_not_use_up_the_steps_time() {
    let mut bench = Bench::connected(
        "",
        r#"{ "send": "abc", "split": 1, "pace": "40ms", "within": "50ms" }"#,
    );
    assert_eq!(bench.written(), b"a");
    assert_eq!(bench.action(), None);
    bench.pass(40);
    assert_eq!(bench.written(), b"b");
    bench.pass(40);
    assert_eq!(bench.written(), b"c");
    bench.passed();
}

#[test]
fn nothing_to_send_is_sent_by_no_write() {
    let mut bench = Bench::new("", r#"{ "send_bytes": "" }, { "send": "x" }"#);
    assert_eq!(writes(&mut bench), [b"x"]);
}

#[test]
fn a_send_that_cannot_be_written_fails_unless_it_may() {
    for (may, passes) in [("false", false), ("true", true)] {
        let mut bench = Bench::connected("", &format!(r#"{{ "send": "x", "may_fail": {may} }}"#));
        assert_eq!(bench.action(), Some(Action::Write(FIRST)));
        bench
            .player
            .handle_unwritable(FIRST, Ending::Reset, bench.now);
        if passes {
            bench.passed();
        } else {
            assert_eq!(bench.fails(), FailureKind::Unwritable(Ending::Reset));
        }
    }
}

#[test]
fn a_peer_that_does_not_read_is_given_up() {
    let mut bench = Bench::connected("", r#"{ "send": "xyz", "within": "10ms" }"#);
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.pass(10);
    assert_eq!(bench.fails(), FailureKind::SendTimedOut { len: 3 });
}

#[test]
fn other_pieces_say_the_same_bytes() {
    let steps =
        r#"{ "send": { "repeat": "0123456789", "times": 1000 }, "split": 5, "pace": "1s" }"#;
    let byte = Setting {
        segment: Some(Segment::Byte),
        ..Setting::default()
    };
    let pieces = writes(&mut Bench::with("", steps, byte));
    assert!(pieces.concat() == b"0123456789".repeat(1000));
    assert_eq!(pieces.len(), 4096 + (10_000 - 4096usize).div_ceil(1024));
    let random = Setting {
        segment: Some(Segment::Random),
        seed: 7,
        ..Setting::default()
    };
    let pieces = writes(&mut Bench::with("", steps, random.clone()));
    assert!(pieces.concat() == b"0123456789".repeat(1000));
    assert_eq!(
        writes(&mut Bench::with("", steps, random)),
        pieces,
        "the seed decides"
    );
}

#[test]
fn the_first_pieces_of_other_pieces_go_out_one_by_one() {
    let steps = r#"{ "send": { "repeat": "x", "times": 100 }, "split": 50, "pace": "1s" }, { "send": "y" }"#;
    let setting = Setting {
        segment: Some(Segment::Byte),
        segment_pace: Duration::from_millis(1),
        time_scale: TimeScale::new(10.0).unwrap(),
        ..Setting::default()
    };
    let mut bench = Bench::with("", steps, setting);
    bench.connect();
    for _ in 1..MAX_PACED {
        assert_eq!(bench.written(), b"x");
        assert_eq!(bench.action(), None, "it pauses");
        bench.pass(1);
    }
    for _ in MAX_PACED - 1..100 {
        assert_eq!(bench.written(), b"x");
    }
    assert_eq!(bench.written(), b"y", "nothing comes after the last piece");
    bench.passed();
}

#[test]
fn bytes_are_read_while_a_send_is_under_way() {
    let mut bench = Bench::connected("", r#"{ "send": "x" }, { "expect": "early" }"#);
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    assert!(bench.player.wants_bytes(FIRST));
    bench.receive(b"early");
    bench.player.handle_written(FIRST, bench.now);
    bench.passed();
}

#[test]
fn a_payload_over_the_limit_is_not_built() {
    let mut bench = Bench::connected(
        r#""framing": "line","#,
        r#"{ "expect": { "any": true }, "capture": "n" },
           { "send": { "repeat": "x", "times": "{{ n | int }}" } }"#,
    );
    bench.receive(b"1000000000000000000\n");
    assert!(matches!(bench.fails(), FailureKind::NoValue(_)));
}

#[test]
fn after_its_own_end_a_client_asks_for_no_write() {
    for (may, passes) in [("false", false), ("true", true)] {
        let steps = format!(
            r#"{{ "close": "write", "when": "{{{{ n == 0 }}}}" }}, {{ "send": "x", "may_fail": {may} }}, {{ "expect_close": "clean" }}"#
        );
        for segment in [None, Some(Segment::Byte)] {
            let setting = Setting {
                segment,
                ..Setting::default()
            };
            let mut bench = Bench::with(r#""vars": { "n": 0 },"#, &steps, setting);
            bench.connect();
            assert_eq!(bench.action(), Some(Action::Shutdown(FIRST)));
            if passes {
                assert_eq!(bench.action(), None);
                // What could not be sent says nothing of how the peer ends it.
                bench.player.handle_ended(FIRST, Ending::Clean, bench.now);
                bench.passed();
            } else {
                assert_eq!(bench.fails(), FailureKind::HalfClosed);
            }
        }
    }
}

#[test]
fn a_message_that_no_framing_carries_is_shown_where_it_stands() {
    const SAID: &str = r#""{{ said }}""#;
    let head = r#""framing": { "fixed": { "size": 3 } }, "vars": { "said": "ab" },"#;
    // The step's own message, and one that answers while the step waits.
    let answers = format!(r#"{head} "ignore": [{{ "match": "???", "send": {SAID} }}],"#);
    for (head, steps, arrives) in [
        (
            head.to_owned(),
            format!(r#"{{ "send": {SAID} }}"#),
            &b""[..],
        ),
        (answers, r#"{ "expect": "yes" }"#.to_owned(), b"???"),
    ] {
        let file = format!(r#"{{ {head} "steps": [{steps}] }}"#);
        let mut bench = Bench::of(scenario(&file).script, Setting::default());
        bench.connect();
        bench.receive(arrives);
        let failure = bench.failure();
        assert!(matches!(failure.kind, FailureKind::Unframed { .. }));
        let place = failure.span.start as usize..failure.span.end as usize;
        assert_eq!(&file[place], SAID);
    }
}
