//! What is said to what.

use std::num::NonZeroUsize;

use super::*;
use crate::scenario::Reply;

/// Pushes each of `pushes`, then checks all that was said after the greeting, and whether the session is over.
fn check(config: Config, pushes: &[&[u8]], said: &str, closed: Option<Closing>) {
    let mut talk = Talk::new(config);
    talk.said();
    for push in pushes {
        talk.push(push);
    }
    assert_eq!(talk.said(), said, "{pushes:?}");
    assert_eq!(talk.closed(), closed, "{pushes:?}");
}

#[test]
fn the_greeting_is_said_first_and_framed() {
    assert_eq!(Talk::new(raw()).said(), "Welcome!");
    assert_eq!(Talk::new(line()).said(), "Welcome!\n");
    let silent = Config {
        greeting: None,
        ..line()
    };
    assert_eq!(Talk::new(silent).said(), "");
}

#[test]
fn the_tutorials_conversation_is_the_same_raw_and_in_lines() {
    let closed = Some(Closing::Exit);
    check(
        raw(),
        &[b"Rose", b"Think", b"Babala", b"exit"],
        "Hello, Rose!Hello, Think!Hello, Babala!",
        closed,
    );
    check(
        line(),
        &[b"Rose\n", b"Think\r\n", b"Babala\n", b"exit\n"],
        "Hello, Rose!\nHello, Think!\nHello, Babala!\n",
        closed,
    );
}

#[test]
fn an_empty_line_is_a_message() {
    check(line(), &[b"\n", b"\r\n"], "Hello, !\nHello, !\n", None);
}

#[test]
fn echo_says_the_message_itself() {
    let echo = |config| Config {
        reply: Reply::Echo,
        ..config
    };
    check(echo(raw()), &["Zo\u{eb}".as_bytes()], "Zo\u{eb}", None);
    check(echo(line()), &[b"a\n\nb\n"], "a\n\nb\n", None);
}

#[test]
fn exit_is_the_exact_message_and_what_follows_is_dropped() {
    let closed = Some(Closing::Exit);
    check(
        line(),
        &[b"Rose\nexit\nThink\n", b"Babala\n"],
        "Hello, Rose!\n",
        closed,
    );
    check(
        line(),
        &[b"Exit\nexit \nexits\n"],
        "Hello, Exit!\nHello, exit !\nHello, exits!\n",
        None,
    );
    check(raw(), &[b"exit\n"], "Hello, exit\n!", None);
    check(raw(), &[b"Roseexit"], "Hello, Roseexit!", None);
}

#[test]
fn one_read_is_one_message_in_raw() {
    check(
        raw(),
        &[b"Rose", b"Think"],
        "Hello, Rose!Hello, Think!",
        None,
    );
    check(raw(), &[b"RoseThink"], "Hello, RoseThink!", None);
}

#[test]
fn invalid_utf8_is_told_with_its_offset_in_the_message_and_ends_the_session() {
    let closed = Some(Closing::BadInput);
    for (message, at) in [
        (&b"\xff"[..], 0),
        (b"Ros\xe9", 3),
        (b"\xc3\xab\xc3", 2),
        (b"ab\xed\xa0\x80", 2),
        (b"a\xc0\xaf", 1),
    ] {
        let said = format!("error: invalid UTF-8 at byte {at}");
        check(
            raw(),
            &[b"Rose", message, b"Think"],
            &format!("Hello, Rose!{said}"),
            closed,
        );
        let lines = [b"Rose\n", message, b"\nThink\n"].concat();
        check(
            line(),
            &[&lines],
            &format!("Hello, Rose!\n{said}\n"),
            closed,
        );
    }
}

#[test]
fn a_message_over_the_limit_is_told_and_ends_the_session() {
    let short = |config| Config {
        max_message: 4,
        ..config
    };
    let closed = Some(Closing::BadInput);
    let error = "error: message longer than 4 bytes";
    check(short(raw()), &[b"Rose"], "Hello, Rose!", None);
    check(short(raw()), &[b"Think"], error, closed);
    check(short(line()), &[b"Rose\r\n"], "Hello, Rose!\n", None);
    check(
        short(line()),
        &[b"Rose\nThink\nRose\n"],
        &format!("Hello, Rose!\n{error}\n"),
        closed,
    );
    // Nobody has to wait for the end of a line that is too long already.
    check(
        short(line()),
        &[b"Thi", b"nking"],
        &format!("{error}\n"),
        closed,
    );
}

#[test]
fn what_the_server_cannot_say_is_not_the_peers_fault() {
    let fixed = |len, greeting: Option<&[u8]>| Config {
        framing: Framing::Fixed(NonZeroUsize::new(len).unwrap()),
        greeting: greeting.map(Into::into),
        ..Config::default()
    };
    let unsayable = Some(Closing::Unsayable);
    check(fixed(4, Some(b"Welcome!")), &[], "", unsayable);
    check(fixed(4, None), &[b"Rose"], "", unsayable);
    let echo = Config {
        reply: Reply::Echo,
        ..fixed(4, None)
    };
    check(echo, &[b"RoseThin"], "RoseThin", None);
    // What cannot be told of a bad message leaves it a bad one.
    check(fixed(4, None), &[b"Ros\xff"], "", Some(Closing::BadInput));
    let mut thinking = Talk::new(Config {
        think_time: Duration::from_millis(100),
        ..fixed(4, None)
    });
    thinking.push(b"Rose");
    assert_eq!(thinking.closed(), None);
    thinking.pass(Duration::from_millis(100));
    assert_eq!(thinking.closed(), unsayable);
}

#[test]
fn the_end_of_the_input_ends_the_session_and_an_unfinished_line_is_no_message() {
    for (config, push, said) in [
        (raw(), &b"Rose"[..], "Hello, Rose!"),
        (line(), b"Rose\nThi", "Hello, Rose!\n"),
        (line(), b"exit", ""),
        (line(), b"", ""),
    ] {
        let mut talk = Talk::new(config);
        talk.said();
        talk.push(push);
        assert_eq!(talk.closed(), None);
        talk.end();
        assert_eq!(talk.said(), said);
        assert_eq!(talk.closed(), Some(Closing::EndOfInput));
        assert!(!talk.session.wants_bytes());
    }
}

#[test]
fn a_session_that_is_stopped_ends_with_what_it_has_said() {
    let mut talk = Talk::new(line());
    talk.push(b"Rose\nThi");
    talk.session.stop(talk.now);
    assert_eq!(talk.closed(), Some(Closing::Stopping));
    talk.push(b"nk\n");
    assert_eq!(talk.said(), "Welcome!\nHello, Rose!\n");
}

#[test]
fn it_is_over_only_when_all_is_written() {
    let mut session = Session::new(Arc::new(raw()), Time::ZERO);
    session.handle_received(b"exit", Time::ZERO);
    assert!(!session.wants_bytes());
    assert_eq!(session.poll_close(), None);
    for left in (0..b"Welcome!".len()).rev() {
        session.handle_written(1, Time::ZERO);
        assert_eq!(session.outbox().len(), left);
    }
    assert_eq!(session.poll_close(), Some(Closing::Exit));
}

#[test]
fn a_session_that_is_reset_begins_anew() {
    let mut talk = Talk::new(line());
    talk.push(b"Rose\nThi\xff");
    talk.end();
    talk.said();
    talk.session.reset(talk.now);
    talk.write();
    assert_eq!(talk.closed(), None);
    talk.push(b"Think\nexit\n");
    assert_eq!(talk.said(), "Welcome!\nHello, Think!\n");
    assert_eq!(talk.closed(), Some(Closing::Exit));
}

#[test]
fn a_session_that_is_reset_while_messages_wait_forgets_them() {
    let thinking = Config {
        think_time: Duration::from_millis(7),
        ..line()
    };
    let mut talk = Talk::new(thinking);
    talk.push(b"a\nb\nc\nunfinished");
    talk.pass(Duration::from_millis(7));
    assert_eq!(talk.said(), "Welcome!\nHello, a!\n", "two wait");
    talk.session.reset(talk.now);
    talk.write();
    talk.push(b"d\ne\n");
    talk.pass(Duration::from_millis(14));
    assert_eq!(talk.said(), "Welcome!\nHello, d!\nHello, e!\n");
}
