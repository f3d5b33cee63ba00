//! What is remembered of a conversation: small pieces together, within bounds, and no further than the failure.

use super::super::{Cut, Event, EventKind, Log, Transcript};
use crate::scenario::ClientId;
use crate::time::Time;

const ONE: ClientId = ClientId(0);
const OTHER: ClientId = ClientId(1);

/// Each event as `>bytes/len/pieces`.
fn shown(log: &Log) -> Vec<String> {
    let show = |event: &Event| match &event.kind {
        EventKind::Sent {
            head, len, pieces, ..
        } => {
            format!(">{}/{len}/{pieces}", String::from_utf8_lossy(head))
        }
        EventKind::Received {
            head, len, pieces, ..
        } => {
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

/// Of each event that has bytes: where it begins in the stream, and where it was cut.
fn places(transcript: &Transcript) -> Vec<(Option<u64>, Vec<Cut>)> {
    let bytes = transcript.events().filter_map(|event| match &event.kind {
        EventKind::Sent { from, cuts, .. } | EventKind::Received { from, cuts, .. } => {
            Some((*from, cuts.clone()))
        }
        _ => None,
    });
    bytes.collect()
}

#[test]
fn cuts_are_kept_with_their_times_and_streams_are_counted_on() {
    let at = Time::from_nanos;
    let cut = |offset, nanos| Cut {
        offset,
        at: at(nanos),
    };
    let mut transcript = Transcript::default();
    transcript.connected(ONE, "peer", at(0));
    transcript.received(ONE, b"22", at(1));
    transcript.received(ONE, b"0 rea", at(2));
    transcript.received(ONE, b"dy\n", at(3));
    transcript.sent(ONE, b"US", true, at(4));
    transcript.sent(ONE, b"ER\n", false, at(5));
    transcript.received(OTHER, b"hi\n", at(6));
    transcript.received(ONE, b"331\n", at(7));
    transcript.sent_packet(OTHER, b"a", at(8));
    transcript.received_packet(OTHER, b"b", at(9));
    transcript.connected(ONE, "peer", at(10));
    transcript.received(ONE, b"220\n", at(11));
    assert_eq!(
        places(&transcript),
        [
            (Some(0), vec![cut(2, 2), cut(7, 3)]),
            (Some(0), vec![cut(2, 5)]),
            (Some(0), vec![]),
            (Some(10), vec![]),
            (None, vec![]),
            (None, vec![]),
            (Some(0), vec![]),
        ]
    );
    // What follows the failure is not noted, and counts all the same.
    transcript.end();
    transcript.received(ONE, b"lost\n", at(12));
    transcript.begin_finally();
    transcript.received(ONE, b"221\n", at(13));
    let finally = transcript.finally().expect("it has begun").events().next();
    assert!(
        matches!(
            finally.map(|event| &event.kind),
            Some(EventKind::Received { from: Some(9), .. })
        ),
        "{finally:?}"
    );
    transcript.clear();
    transcript.received(ONE, b"220\n", at(14));
    assert_eq!(places(&transcript), [(Some(0), vec![])]);
}

#[test]
fn so_many_cuts_are_kept_and_no_more() {
    let mut transcript = Transcript::default();
    for _ in 0..=Log::MAX_CUTS + 1 {
        transcript.received(ONE, b"a", Time::ZERO);
    }
    let places = places(&transcript);
    let offsets: Vec<usize> = places[0].1.iter().map(|cut| cut.offset).collect();
    assert_eq!(offsets, (1..=Log::MAX_CUTS).collect::<Vec<_>>());
}
