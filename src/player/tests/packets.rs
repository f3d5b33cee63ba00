//! Packets: each is one message, also an empty one, and nobody is told of their end.

use super::bench::{Bench, FIRST};
use crate::player::answers::Answers;
use crate::player::{Action, Ending, FailureKind, Segment, Setting};
use crate::wire::Framing;

const PACKETS: &str = r#""framing": "datagram","#;

#[test]
fn a_packet_is_a_message_whatever_is_in_it() {
    let mut bench = Bench::connected(
        PACKETS,
        r#"{ "expect": "a\nb" }, { "expect": "" }, { "expect": "c" }, { "expect": { "any": true } }"#,
    );
    for packet in [&b"a\nb"[..], b"", b"c", b""] {
        bench.receive(packet);
    }
    bench.passed();
}

#[test]
fn packets_that_are_read_together_are_all_there_before_a_step_looks() {
    let mut bench = Bench::connected(PACKETS, r#"{ "expect": "a" }"#);
    let packets = [&b"a"[..], b"", b"b"].map(<[u8]>::to_vec);
    bench.player.handle_packets(FIRST, &packets, bench.now);
    bench.passed();
    assert_eq!(bench.player.leftovers(), 2);
    // After the end nothing is heard any more.
    bench.player.handle_packets(FIRST, &packets, bench.now);
    assert_eq!(bench.player.leftovers(), 2);
}

#[test]
fn packets_that_wait_stay_what_they_were() {
    let mut bench = Bench::connected(
        PACKETS,
        r#"{ "send": "x" }, { "expect": "ab" }, { "expect": "c" }"#,
    );
    for packet in [&b"ab"[..], b"c"] {
        bench.receive(packet);
    }
    assert_eq!(bench.written(), b"x");
    bench.passed();
}

#[test]
fn a_send_is_one_packet_also_an_empty_one_and_however_streams_are_cut() {
    let setting = Setting {
        segment: Some(Segment::Byte),
        ..Setting::default()
    };
    let mut bench = Bench::with(
        PACKETS,
        r#"{ "send": "hello\n" }, { "send": "" }, { "send": "x" }"#,
        setting,
    );
    bench.connect();
    for packet in [&b"hello\n"[..], b"", b"x"] {
        assert_eq!(bench.action(), Some(Action::Write(FIRST)));
        assert_eq!(bench.player.outbox(FIRST), packet);
        bench.player.handle_written(FIRST, bench.now);
    }
    bench.passed();
}

#[test]
fn each_answer_is_a_packet_of_its_own() {
    let ignores = r#""framing": "datagram", "ignore": [{ "match": { "prefix": "ping" }, "send": "pong" }, { "match": "", "send": "" }],"#;
    let mut bench = Bench::connected(ignores, r#"{ "expect": "a" }"#);
    for packet in [&b"ping 1"[..], b"", b"ping 2"] {
        bench.receive(packet);
    }
    for packet in [&b"pong"[..], b"", b"pong"] {
        assert_eq!(bench.action(), Some(Action::Write(FIRST)));
        assert_eq!(bench.player.outbox(FIRST), packet);
        bench.player.handle_written(FIRST, bench.now);
    }
    assert_eq!(bench.action(), None);
    bench.receive(b"a");
    bench.passed();
}

#[test]
fn answers_that_wait_as_packets_are_written_in_linear_time() {
    // Were what waits moved at each packet, 5 × 10¹¹ bytes would be, and this would not come back.
    const PACKETS: usize = 1_000_000;
    let (mut answers, mut outbox) = (Answers::default(), Vec::new());
    for n in 0..PACKETS {
        answers.add(&Framing::Datagram, &[n as u8]).unwrap();
    }
    assert_eq!(answers.waiting(), 2 * PACKETS);
    for n in 0..PACKETS {
        answers.take_next(&mut outbox);
        assert_eq!(outbox, [n as u8]);
        let added = 5 * (n.div_ceil(2));
        assert_eq!(answers.waiting(), 2 * (PACKETS - n - 1) + added);
        // What is added meanwhile comes last.
        if n % 2 == 0 {
            answers.add(&Framing::Datagram, b"more").unwrap();
        }
    }
    for _ in 0..PACKETS / 2 {
        assert!(!answers.is_empty());
        answers.take_next(&mut outbox);
        assert_eq!(outbox, b"more");
    }
    assert!(answers.is_empty());
    assert_eq!(answers.waiting(), 0);
}

#[test]
fn an_answer_of_no_bytes_waits_too_where_it_is_a_packet() {
    let (mut answers, mut outbox) = (Answers::default(), b"before".to_vec());
    answers.add(&Framing::Datagram, b"").unwrap();
    assert!(!answers.is_empty());
    answers.take_next(&mut outbox);
    assert_eq!(outbox, b"");
    assert!(answers.is_empty());
}

#[test]
fn a_packet_larger_than_may_be_is_no_message() {
    let small = r#""framing": { "datagram": { "max_message": 4 } },"#;
    let mut bench = Bench::connected(small, r#"{ "expect": "abcd" }, { "expect": "abcd" }"#);
    bench.receive(b"abcd");
    bench.receive(b"abcde");
    let failure = bench.failure();
    assert!(
        matches!(failure.kind, FailureKind::BadFrame { .. }),
        "{failure:?}"
    );
}

#[test]
fn an_empty_packet_breaks_a_silence() {
    let mut bench = Bench::connected(PACKETS, r#"{ "expect_silence": "1s" }"#);
    bench.receive(b"");
    let failure = bench.failure();
    assert!(
        matches!(
            failure.kind,
            FailureKind::Unexpected {
                received_len: 0,
                ..
            }
        ),
        "{failure:?}"
    );
}

#[test]
fn a_refusal_is_the_end_that_packets_have_and_the_next_send_tries_again() {
    let mut bench = Bench::connected(
        PACKETS,
        r#"{ "send": "a" }, { "expect_close": "refused", "then": "open" }, { "send": "b" }, { "expect": "c" }"#,
    );
    assert_eq!(bench.written(), b"a");
    bench.player.handle_ended(FIRST, Ending::Refused, bench.now);
    assert_eq!(bench.written(), b"b");
    bench.receive(b"c");
    bench.passed();
}

#[test]
fn a_packet_that_cannot_be_made_finds_nobody() {
    let mut bench = Bench::connected(
        r#""framing": "datagram", "vars": { "n": 0 },"#,
        r#"{ "send": "a" }, { "expect_close": "refused", "then": "open" },
           { "retry": [{ "send": "{{ 1 // n }}" }], "every": "10ms", "within": "100ms" }"#,
    );
    assert_eq!(bench.written(), b"a");
    bench.player.handle_ended(FIRST, Ending::Refused, bench.now);
    assert_eq!(bench.action(), None);
    assert!(!bench.player.wants_bytes(FIRST), "it is still refused");
}

#[test]
fn a_stream_that_was_refused_has_ended() {
    let mut bench = Bench::connected(
        r#""tags": ["framing"],"#,
        r#"{ "send": "a" }, { "expect_close": "refused", "then": "open" }, { "send": "b" }, { "expect": "c" }"#,
    );
    assert_eq!(bench.written(), b"a\n");
    bench.player.handle_ended(FIRST, Ending::Refused, bench.now);
    assert_eq!(bench.written(), b"b\n");
    assert!(!bench.player.wants_bytes(FIRST));
    assert!(matches!(bench.fails(), FailureKind::Ended { .. }));
}

#[test]
fn a_refusal_ends_what_is_expected() {
    let mut bench = Bench::connected(PACKETS, r#"{ "send": "a" }, { "expect": "b" }"#);
    bench.written();
    bench.player.handle_ended(FIRST, Ending::Refused, bench.now);
    let failure = bench.failure();
    assert!(
        matches!(
            failure.kind,
            FailureKind::Ended {
                how: Ending::Refused,
                ..
            }
        ),
        "{failure:?}"
    );
}

#[test]
fn who_names_no_framing_has_packets_where_the_transport_has() {
    let setting = Setting {
        packets: vec![true],
        ..Setting::default()
    };
    let mut bench = Bench::with(
        r#""tags": ["framing"],"#,
        r#"{ "expect": "a\nb" }, { "send": "c" }"#,
        setting,
    );
    bench.connect();
    bench.receive(b"a\nb");
    assert_eq!(bench.written(), b"c");
    bench.passed();
}
