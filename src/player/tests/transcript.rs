//! What is remembered of a conversation: small pieces together, within bounds, and no further than the failure.

use super::super::{Event, EventKind, Log, Transcript};
use crate::scenario::ClientId;
use crate::time::Time;

const ONE: ClientId = ClientId(0);
const OTHER: ClientId = ClientId(1);

/// Each event as `>bytes/len/pieces`.
fn shown(log: &Log) -> Vec<String> {
    let show = |event: &Event| match &event.kind {
        EventKind::Sent { head, len, pieces } => {
            format!(">{}/{len}/{pieces}", String::from_utf8_lossy(head))
        }
        EventKind::Received { head, len, pieces } => {
            format!("<{}/{len}/{pieces}", String::from_utf8_lossy(head))
        }
        other => format!("{other:?}"),
    };
    log.events().map(show).collect()
}

#[test]
fn the_writes_of_one_send_are_one_event() {
    let mut transcript = Transcript::default();
    for (bytes, is_first) in [("a", true), ("b", false), ("c\n", false), ("d", true)] {
        transcript.sent(ONE, bytes.as_bytes(), is_first, Time::ZERO);
    }
    transcript.sent(OTHER, b"e", false, Time::ZERO);
    assert_eq!(
        shown(transcript.conversation()),
        [">abc\n/4/3", ">d/1/1", ">e/1/1"]
    );
}

#[test]
fn reads_are_one_event_until_a_line_ends_or_something_else_happens() {
    let mut transcript = Transcript::default();
    for (client, bytes) in [
        (ONE, "a"),
        (ONE, "b\n"),
        (ONE, "c"),
        (OTHER, "d"),
        (ONE, "e"),
    ] {
        transcript.received(client, bytes.as_bytes(), Time::ZERO);
    }
    transcript.sent(ONE, b"!", true, Time::ZERO);
    transcript.received(ONE, b"f", Time::ZERO);
    assert_eq!(
        shown(transcript.conversation()),
        [
            "<ab\n/3/2",
            "<c/1/1",
            "<d/1/1",
            "<e/1/1",
            ">!/1/1",
            "<f/1/1"
        ]
    );
}

#[test]
fn a_flood_takes_the_room_of_one_event() {
    let mut transcript = Transcript::default();
    transcript.sent(ONE, b"go", true, Time::ZERO);
    for _ in 0..1000 {
        transcript.received(ONE, &[b'z'; 1000], Time::ZERO);
    }
    let expected = format!("<{}/1000000/1000", "z".repeat(Log::MAX_HEAD));
    assert_eq!(
        shown(transcript.conversation()),
        [">go/2/1".to_owned(), expected]
    );
    assert_eq!(transcript.conversation().dropped(), 0);
}

#[test]
fn no_more_is_kept_than_may_be() {
    let mut transcript = Transcript::default();
    for n in 0..1000 {
        let line = [&[b'z'; 200][..], b"\n"].concat();
        transcript.received(ONE, &line[n % 200..], Time::ZERO);
        let log = transcript.conversation();
        let bytes: usize = log
            .events()
            .map(|event| match &event.kind {
                EventKind::Received { head, .. } => head.len(),
                _ => 0,
            })
            .sum();
        let events = log.events().count();
        assert!(bytes <= Log::MAX_BYTES && events <= Log::MAX_EVENTS);
        assert_eq!(events as u64 + log.dropped(), n as u64 + 1);
    }
}

#[test]
fn it_ends_with_the_failure_and_finally_pushes_nothing_out() {
    let mut transcript = Transcript::default();
    transcript.received(ONE, b"wrong\n", Time::ZERO);
    transcript.end();
    transcript.note(ONE, EventKind::Closed, Time::ZERO);
    assert!(transcript.finally().is_none());
    transcript.begin_finally();
    for _ in 0..100 {
        transcript.received(ONE, b"more\n", Time::ZERO);
    }
    assert_eq!(shown(transcript.conversation()), ["<wrong\n/6/1"]);
    let finally = transcript.finally().expect("it has begun");
    assert_eq!(finally.events().count(), Log::MAX_EVENTS);
    transcript.clear();
    transcript.received(ONE, b"again\n", Time::ZERO);
    assert_eq!(shown(transcript.conversation()), ["<again\n/6/1"]);
    assert!(transcript.finally().is_none());
}
