//! Each kind of failure, and exactly what is shown of it: `golden/NAME.txt`.
//!
//! `SNAPSHOTS=overwrite cargo test --lib report::` writes them anew; read the difference before you commit it.

use std::time::Duration;

use super::stage::{
    CLEAN, check, check_one, conversation, event, exactly, failure, link, mismatch, opening,
    received, source, words,
};
use crate::player::{
    Ending, EventKind, Expected, Failure, FailureKind, Instead, Refusal, RefusalKind,
};
use crate::report::Palette;
use crate::report::failure::{Scene, block};
use crate::scenario::{ClientId, EvalError, SourceFile, Span};
use crate::time::Time;
use crate::wire::{WireError, WireErrorKind};

#[test]
fn a_reply_that_differs() {
    check_one(
        "differs",
        mismatch(exactly(b"530 denied"), b"535 denied", None),
        vec![event(2800, 0, received(b"535 denied\n"))],
    );
}

#[test]
fn a_reply_that_differs_in_what_cannot_be_seen() {
    check_one(
        "differs-in-cr",
        mismatch(exactly(b"530 denied"), b"530 denied\r", None),
        vec![event(2800, 0, received(b"530 denied\r\n"))],
    );
}

#[test]
fn a_reply_that_is_not_text() {
    check_one(
        "differs-binary",
        mismatch(exactly(b"\x00\x01\x02"), b"\x00\xff\x02\x1b[2J", None),
        vec![event(2800, 0, received(b"\x00\xff\x02\x1b[2J\n"))],
    );
}

#[test]
fn a_long_reply_that_differs_late() {
    let expected = b"0123456789".repeat(400);
    let mut bytes = expected.clone();
    bytes[2345] = b'x';
    check_one(
        "differs-late",
        mismatch(exactly(&expected), &bytes, None),
        vec![event(2800, 0, received(&bytes[..256]))],
    );
}

#[test]
fn a_reply_that_does_not_match() {
    check_one(
        "does-not-match",
        mismatch(
            words("a message that contains \"OK\""),
            b"530 denied",
            Some("does not contain \"OK\""),
        ),
        vec![event(2800, 0, received(b"530 denied\n"))],
    );
}

#[test]
fn a_pattern_that_fits_only_the_beginning() {
    check_one(
        "does-not-match-from",
        FailureKind::Mismatch {
            expected: words("a message that matches the regex `^530-\\d+`"),
            received: b"530-x12".to_vec(),
            received_len: 7,
            at: Some(4),
            because: Some(
                "it does not match the regex `^530-\\d+`; it fits the first 4 bytes".into(),
            ),
        },
        vec![event(2800, 0, received(b"530-x12\n"))],
    );
}

#[test]
fn no_reply() {
    let mut failure = failure(FailureKind::TimedOut {
        expected: exactly(b"530 denied"),
        received: Vec::new(),
        received_len: 0,
    });
    failure.waited = Duration::from_millis(1502);
    check("timed-out", &failure, &opening(), &["client"]);
}

#[test]
fn half_a_reply() {
    let mut failure = failure(FailureKind::TimedOut {
        expected: exactly(b"530 denied"),
        received: b"530 den".to_vec(),
        received_len: 7,
    });
    failure.waited = Duration::from_millis(1502);
    failure.note = Some("the third wrong password in a row".into());
    failure.links = vec![link("client", true, None, 7)];
    let mut events = opening();
    events.push(event(2800, 0, received(b"530 den")));
    check("timed-out-half", &failure, &events, &["client"]);
}

#[test]
fn a_close_instead_of_a_reply() {
    check_one(
        "ended",
        FailureKind::Ended {
            expected: exactly(b"530 denied"),
            how: Ending::Clean,
            received: Vec::new(),
            received_len: 0,
        },
        vec![event(2800, 0, EventKind::Ended(Ending::Clean))],
    );
}

#[test]
fn a_reset_in_the_middle_of_a_reply() {
    check_one(
        "ended-half",
        FailureKind::Ended {
            expected: exactly(b"530 denied"),
            how: Ending::Reset,
            received: b"530".to_vec(),
            received_len: 3,
        },
        vec![
            event(2700, 0, received(b"530")),
            event(2800, 0, EventKind::Ended(Ending::Reset)),
        ],
    );
}

#[test]
fn a_reply_without_end() {
    check_one(
        "too-long",
        FailureKind::TooLong {
            expected: words("a message that contains \"OK\""),
            limit: 1 << 20,
            received: vec![b'z'; Failure::MAX_BYTES],
        },
        vec![event(
            2800,
            0,
            EventKind::Received {
                head: vec![b'z'; 256],
                len: 1 << 20,
                pieces: 16,
                from: Some(0),
                cuts: Vec::new(),
            },
        )],
    );
}

#[test]
fn bytes_that_are_no_message() {
    check_one(
        "bad-frame",
        FailureKind::BadFrame {
            expected: exactly(b"530 denied"),
            error: WireError {
                offset: 10,
                kind: WireErrorKind::TooLong { limit: 16 },
            },
            received: b"530 denied and much more".to_vec(),
        },
        vec![event(2800, 0, received(b"530 denied and much more"))],
    );
}

#[test]
fn another_end_than_expected() {
    check_one(
        "wrong-ending",
        FailureKind::WrongEnding {
            kinds: CLEAN,
            how: Ending::Reset,
        },
        vec![event(2800, 0, EventKind::Ended(Ending::Reset))],
    );
}

#[test]
fn no_end() {
    check_one(
        "still-open",
        FailureKind::StillOpen { kinds: CLEAN },
        Vec::new(),
    );
}

#[test]
fn bytes_in_a_silence() {
    check_one(
        "unexpected",
        FailureKind::Unexpected {
            instead: Instead::Silence(Duration::from_millis(50)),
            received: b"421 too slow\n".to_vec(),
            received_len: 13,
        },
        vec![event(2800, 0, received(b"421 too slow\n"))],
    );
}

#[test]
fn bytes_before_the_reply_to_a_probe() {
    check_one(
        "probe-broken",
        FailureKind::Unexpected {
            instead: Instead::Reply(Expected {
                exact: Some(b"+PONG".to_vec()),
                words: "the message \"+PONG\"".to_owned(),
            }),
            received: b"+OK\r\n".to_vec(),
            received_len: 5,
        },
        vec![event(2800, 0, received(b"+OK\r\n"))],
    );
}

#[test]
fn an_end_in_a_silence() {
    check_one(
        "ended-in-silence",
        FailureKind::EndedInSilence(Ending::Clean),
        vec![event(2800, 0, EventKind::Ended(Ending::Clean))],
    );
}

#[test]
fn a_send_into_a_connection_that_is_over() {
    check_one(
        "unwritable",
        FailureKind::Unwritable(Ending::Reset),
        vec![event(2800, 0, EventKind::Unwritable(Ending::Reset))],
    );
}

#[test]
fn a_packet_that_is_too_large() {
    check_one(
        "packet-too-large",
        FailureKind::PacketTooLarge { len: 70_000 },
        vec![event(2800, 0, EventKind::TooLarge)],
    );
}

#[test]
fn an_address_that_is_not_allowed() {
    check_one(
        "not-allowed",
        FailureKind::NotAllowed(Refusal {
            kind: RefusalKind::NotAllowed,
            message: "tcp://192.0.2.1:25 is no address of a target".to_owned(),
        }),
        Vec::new(),
    );
}

#[test]
fn a_send_that_nobody_reads() {
    check_one(
        "send-timed-out",
        FailureKind::SendTimedOut { len: 64 << 20 },
        Vec::new(),
    );
}

#[test]
fn every_way_not_to_connect() {
    let refusal = Refusal {
        kind: RefusalKind::Refused,
        message: "127.0.0.1:4444: connection refused".into(),
    };
    let events = [event(90, 0, EventKind::Refused(refusal.clone()))];
    for (name, kind) in [
        ("not-connected", FailureKind::NotConnected(refusal.clone())),
        ("connect-timed-out", FailureKind::ConnectTimedOut),
        ("other-refusal", FailureKind::OtherRefusal(refusal)),
    ] {
        check(name, &failure(kind), &events, &["client"]);
    }
    let events = [event(90, 0, EventKind::Connected("127.0.0.1:4444".into()))];
    let kind = FailureKind::Connected("127.0.0.1:4444".into());
    check("connected", &failure(kind), &events, &["client"]);
}

#[test]
fn steps_that_do_not_fit_the_connection() {
    check_one(
        "no-connection",
        FailureKind::NoConnection,
        vec![event(2000, 0, EventKind::Closed)],
    );
    check_one(
        "already-connected",
        FailureKind::AlreadyConnected,
        Vec::new(),
    );
}

#[test]
fn an_expression_without_a_value() {
    let span = source().1;
    check_one(
        "no-value",
        FailureKind::NoValue(EvalError {
            unset: Some("session".into()),
            ..EvalError::new("`session` has not been captured yet", span)
        }),
        Vec::new(),
    );
}

#[test]
fn too_many_steps() {
    let mut failure = failure(FailureKind::TooManySteps { limit: 1_000_000 });
    failure.rounds = vec![0, 249_999];
    check("too-many-steps", &failure, &opening(), &["client"]);
}

#[test]
fn a_reply_that_no_step_expected() {
    check_one(
        "left-over",
        FailureKind::LeftOver {
            replies: 1,
            received: b"421 too slow\n".to_vec(),
            received_len: 13,
        },
        vec![event(2800, 0, received(b"421 too slow\n"))],
    );
}

#[test]
fn several_clients_are_told_apart() {
    let mut failure = failure(mismatch(exactly(b"bob: hi"), b"eve: hi", None));
    failure.client = Some(ClientId(1));
    failure.client_name = "bo".into();
    failure.at = Time::NEVER;
    failure.links = vec![
        link("alice", false, Some(Ending::Clean), 12),
        link("bo", true, None, 0),
        link("carol", false, None, 0),
    ];
    let events = [
        event(20, 0, EventKind::Connected("127.0.0.1:40112".into())),
        event(120, 1, EventKind::Connected("127.0.0.1:40112".into())),
        event(900, 1, received(b"eve: hi\n")),
        event(12_345, 0, received(b"bob: hi\n")),
        event(13_000, 0, EventKind::Ended(Ending::Clean)),
    ];
    check(
        "several-clients",
        &failure,
        &events,
        &["alice", "bo", "carol"],
    );
}

#[test]
fn nothing_raw_of_the_file_is_shown() {
    let raw = "\u{9b}31m\u{90}\u{85}\u{2028}\u{200b}\u{202e}";
    let text =
        format!("{{ \"steps\": [\r\n\t{{ \"expect\": [\"bad{raw}\",\r\n\"{raw}\"] }}] }}\r\n");
    let small = |n: usize| u32::try_from(n).expect("small");
    let mut failure = failure(FailureKind::NoConnection);
    failure.span = Span {
        file: 0,
        start: small(text.find("[\"bad").expect("there")),
        end: small(text.find("] }]").expect("there") + 1),
    };
    let sources = [SourceFile {
        name: format!("a{raw}.json"),
        text: text.as_str().into(),
    }];
    let scene = Scene {
        died: false,
        sources: &sources,
        row: None,
        framings: Vec::new(),
        ignoring: Vec::new(),
        conversation: conversation(&[], &["client"]),
        finally: None,
    };
    let shown = block(&failure, &scene, &Palette::plain());
    let steers = |c: char| c.is_control() && c != '\n' || "\u{2028}\u{200b}\u{202e}".contains(c);
    assert!(!shown.contains(steers), "{shown:?}");
    assert!(
        shown.contains(r#"["bad\u{9b}31m\u{90}\u{85}\u{2028}\u{200b}\u{202e}","#),
        "{shown}"
    );
    assert!(
        shown.contains(".json:2:14\n"),
        "the column is that of the file: {shown}"
    );
}
