//! The keys of steps: verbs, and what goes with them.

use super::key::{Form, Key, Place, Word};
use super::tls::STARTS;

pub(super) const STEP: &[Key] = &[
    Key::verb("send", Form::Payload, "Sends one message, framed.")
        .also(&["write", "say", "request"]),
    Key::verb("expect", Form::Matcher, "The next message matches.")
        .example(r#""Welcome!""#)
        .also(&["receive", "recv", "read", "reply", "response"]),
    Key::verb(
        "send_bytes",
        Form::Payload,
        "Sends exactly these bytes, unframed.",
    )
    .example(r#"{ "hex": "00 ff" }"#)
    .also(&["write_bytes"]),
    Key::verb(
        "expect_bytes",
        Form::Matcher,
        "The next unread bytes match, whatever the framing.",
    )
    .example(r#"{ "hex": "00 ff" }"#)
    .also(&["read_bytes"]),
    Key::verb(
        "expect_close",
        Form::Ends(ENDINGS),
        "The peer ends the connection so.",
    )
    .also(&["eof", "expect_eof"]),
    Key::verb(
        "expect_silence",
        Form::Silence,
        "Nothing arrives for so long; or, with a probe, before its reply.",
    )
    .holds(Place::Silence)
    .also(&["silence", "expect_nothing"]),
    Key::verb(
        "close",
        Form::Word(CLOSES),
        "Ends the connection from this side.",
    )
    .also(&["disconnect", "shutdown"]),
    Key::verb(
        "connect",
        Form::TrueOrOptions(CONNECTS),
        "Connects again, or early, or must fail to.",
    )
    .holds(Place::Connect)
    .also(&["reconnect"]),
    Key::verb("wait", Form::Duration, "Lets time pass.").also(&["sleep", "delay", "pause"]),
    Key::verb("repeat", Form::Steps, "Plays steps several times.").also(&["loop", "for"]),
    Key::verb("retry", Form::Steps, "Plays steps until they pass.").also(&["until", "poll"]),
    Key::verb(
        "parallel",
        Form::Branches,
        "Plays lists of steps at the same time.",
    )
    .also(&["concurrently", "together"]),
    Key::verb(
        "set",
        Form::Vars,
        "Gives names their values; an earlier one may be used by a later one.",
    )
    .also(&["let", "var", "vars"]),
    Key::verb("assert", Form::Condition, "An expression must be true.").also(&["check", "that"]),
    Key::verb(
        "expect_any_order",
        Form::Matchers,
        "The next messages match, one each, in any order.",
    )
    .also(&["expect_all", "expect_unordered"]),
    Key::verb(
        "skip_until",
        Form::Matcher,
        "Drops messages up to and with the one that matches.",
    )
    .also(&["wait_for", "skip_to", "read_until"]),
    Key::verb(
        "start_tls",
        Form::TrueOrOptions(STARTS),
        "Upgrades the connection to TLS in place, or must fail to.",
    )
    .holds(Place::StartTls)
    .also(&["starttls", "tls", "upgrade"]),
    Key::verb("include", Form::Path, "Plays the steps of a fragment.")
        .example(r#""_login.json""#)
        .also(&["import", "use", "call"]),
    Key::new(
        "as",
        Form::Client,
        "Which client; required once there are two.",
    )
    .also(&["client", "who", "from"]),
    Key::new("note", Form::Text, "Prose for the report; may stand alone.").also(&[
        "comment",
        "description",
        "name",
    ]),
    Key::new(
        "within",
        Form::SomeTime,
        "Replaces the timeout for this step.",
    )
    .example(r#""200ms""#)
    .beside(WAITING)
    .also(&["timeout"]),
    Key::new("split", Form::Split, "Sends in pieces, each its own write.")
        .beside(SENDING)
        .also(&["chunks"]),
    Key::new("pace", Form::Duration, "The time between the pieces.")
        .beside(SENDING)
        .example(r#""5ms""#)
        .also(&["interval"]),
    Key::new("may_fail", Form::Flag, "The peer may hang up meanwhile.")
        .beside(SENDING)
        .default("false"),
    Key::new(
        "capture",
        Form::Capture,
        "Keeps what the expectation took under this name, or parts of JSON: `{ \"id\": \"/result/id\" }`.",
    )
    .beside(EXPECTING)
    .also(&["save"]),
    Key::new("then", Form::Word(THENS), "What becomes of our side.").beside(&["expect_close"]),
    Key::new("times", Form::Times, "How often.")
        .beside(&["repeat"])
        .also(&["count"]),
    Key::new(
        "index",
        Form::Name,
        "The name of the round's number, from 0; `index` unless given.",
    )
    .beside(&["repeat"])
    .default(r#""index""#)
    .example(r#""i""#),
    Key::new("when", Form::Condition, "Skips the step unless true.")
        .beside(ANY_VERB)
        .also(&["if", "only_if"]),
    Key::new(
        "optional",
        Form::Flag,
        "If it is another message, it stays for the next step.",
    )
    .beside(&["expect"]),
    Key::new(
        "every",
        Form::SomeTime,
        "The time between the rounds of `retry`.",
    )
    .beside(&["retry"]),
    Key::new("with", Form::Vars, "Names that only the fragment knows.").beside(&["include"]),
    Key::new(
        "example",
        Form::Payload,
        "What the other side says when its part is made up; the expectation must hold for it.",
    )
    .beside(EXPECTING)
    .example(r#""Hello, Rose!""#)
    .also(&["sample"]),
];

const WAITING: &[&str] = &[
    "send",
    "send_bytes",
    "expect",
    "expect_bytes",
    "expect_any_order",
    "skip_until",
    "expect_close",
    "expect_silence",
    "connect",
    "start_tls",
    "retry",
];

/// A silence that is proved by a probe.
pub(super) const SILENCE: &[Key] = &[Key::new(
    "probe",
    Form::Options,
    "A harmless message, whose reply is the next thing that arrives if nothing else has been said.",
)
.required()
.holds(Place::Probe)
.example(r#"{ "send": "PING", "expect": "PONG" }"#)];

/// What a probe sends, and what comes back.
pub(super) const PROBE: &[Key] = &[
    Key::new("send", Form::Payload, "The message, framed.")
        .required()
        .example(r#""PING""#)
        .also(&["write", "request"]),
    Key::new("expect", Form::Matcher, "Its reply.")
        .required()
        .example(r#""PONG""#)
        .also(&["reply", "response", "receive"]),
];

const SENDING: &[&str] = &["send", "send_bytes"];

const EXPECTING: &[&str] = &["expect", "expect_bytes", "skip_until"];

const ANY_VERB: &[&str] = &[];

/// How a peer may end a connection.
pub(in crate::scenario) const ENDINGS: &[Word] = &[
    Word::new("clean", "FIN; under TLS close_notify."),
    Word::new(
        "reset",
        "RST; on Unix sockets, which have none, a close with bytes of ours unread.",
    ),
    Word::new("any", "However."),
    Word::new("truncated", "FIN without close_notify, under TLS."),
    Word::new("alert", "A TLS alert, whichever."),
    Word::new("refused", "On datagrams: nobody listens."),
];

/// How this side may end a connection.
pub(in crate::scenario) const CLOSES: &[Word] = &[
    Word::new("clean", "FIN; what still arrives is dropped."),
    Word::new("write", "FIN; reading goes on."),
    Word::new(
        "reset",
        "RST; on Unix sockets, which have none, a plain close.",
    ),
];

/// What a `connect` may come to.
pub(in crate::scenario) const CONNECTS: &[Word] = &[
    Word::new("refused", "The peer answers that nobody listens."),
    Word::new("unreachable", "No connection, and no answer."),
    Word::new("tls-refused", "A connection, but the TLS handshake fails."),
];

const THENS: &[Word] = &[Word::new("open", "Our side stays open.")];
