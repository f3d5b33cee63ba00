//! What a session holds at most, whatever the peer sends and however slowly it reads.

use super::*;
use crate::session::MAX_OUTBOX;
use crate::session::outbox::Outbox;

#[test]
fn a_peer_that_does_not_read_is_no_longer_answered_and_no_longer_read() {
    let mut session = Session::new(Arc::new(line()), Time::ZERO);
    // Each byte asks for nine.
    let push = vec![b'\n'; 64 << 10];
    let mut pushed = 0;
    while session.wants_bytes() {
        session.handle_received(&push, Time::ZERO);
        pushed += push.len();
    }
    assert_eq!(pushed, push.len(), "it holds bytes after the first push");
    assert!(session.outbox().len() < MAX_OUTBOX + 64);

    // Read bit by bit, every message is answered, and the outbox never grows past its bound.
    let mut said = 0;
    while !session.outbox().is_empty() {
        let n = session.outbox().len().min(1000);
        session.handle_written(n, Time::ZERO);
        said += n;
        assert!(session.outbox().len() < MAX_OUTBOX + 64);
    }
    assert_eq!(said, b"Welcome!\n".len() + pushed * b"Hello, !\n".len());
    assert!(session.wants_bytes());
}

#[test]
fn how_much_may_wait_is_what_it_is_told() {
    let told = |max_outbox| Config {
        max_outbox,
        ..line()
    };
    // The greeting has nine bytes with its end, each reply as many.
    for (max_outbox, said) in [(0, 9), (1, 9), (9, 9), (10, 18), (18, 18), (19, 27)] {
        let mut session = Session::new(Arc::new(told(max_outbox)), Time::ZERO);
        session.handle_received(b"\n\n\n\n", Time::ZERO);
        assert_eq!(session.outbox().len(), said, "of {max_outbox} at most");
        assert!(!session.wants_bytes());
        // Each message is answered in the end, also where hardly anything may wait.
        let mut rest = 0;
        while !session.outbox().is_empty() {
            session.handle_written(1, Time::ZERO);
            rest += 1;
        }
        assert_eq!(rest, 5 * 9, "of {max_outbox} at most");
        assert!(session.wants_bytes());
    }
}

#[test]
fn a_peer_that_reads_one_byte_at_a_time_makes_no_buffer_grow() {
    let mut session = Session::new(Arc::new(line()), Time::ZERO);
    let mut room = 0;
    for round in 0..100_000 {
        if session.outbox().len() < 100 {
            session.handle_received(b"Rose\n", Time::ZERO);
        }
        session.handle_written(1, Time::ZERO);
        if round == 1000 {
            room = session.room();
        }
    }
    assert_eq!(session.room(), room);
}

#[test]
fn an_outbox_has_room_for_what_waits_not_for_what_was_written() {
    let mut outbox = Outbox::new(MAX_OUTBOX);
    for _ in 0..1000 {
        // One byte more waits after each.
        outbox.say(&Framing::Raw, &[b'x'; 64]).unwrap();
        outbox.advance(63);
    }
    assert_eq!(outbox.unwritten().len(), 1000);
    assert!(outbox.room() <= 4096, "{}", outbox.room());
}

#[test]
fn after_the_first_messages_no_buffer_grows_also_not_with_reset() {
    let mut talk = Talk::new(line());
    let converse = |talk: &mut Talk| {
        for message in [&b"Ro"[..], b"se\nThink\n", b"Babala\nexit\n"] {
            talk.push(message);
        }
        talk.said.clear();
    };
    converse(&mut talk);
    let room = talk.session.room();
    for _ in 0..1000 {
        talk.session.reset(Time::ZERO);
        talk.write();
        converse(&mut talk);
    }
    assert_eq!(talk.session.room(), room);
}

#[test]
fn the_room_that_a_big_message_took_is_given_back() {
    let mut talk = Talk::new(raw());
    talk.push(&vec![b'a'; 1 << 20]);
    assert_eq!(talk.said().len(), b"Welcome!Hello, !".len() + (1 << 20));
    assert!(
        talk.session.room() <= 3 * MAX_OUTBOX,
        "{}",
        talk.session.room()
    );
}
