//! What each kind of failure is called, what stands under its caret, and what to do about it.

use super::endings::{close, end, kind_of, tls_advice};
use super::program;
use super::suggestion::matcher;
use super::text::{self, bytes, duration, typed};
use crate::count::count;
use crate::player::{
    Awaited, Ending, Expected, Failure, FailureKind, Instead, Meanwhile, Refusal, RefusalKind,
};
use crate::wire::{Framing, LineEnding};

/// The one line that says what happened, without the place.
pub(super) fn title(failure: &Failure) -> String {
    let patience = typed(failure.patience);
    match &failure.kind {
        FailureKind::Mismatch { expected, .. } if expected.exact.is_some() => {
            "reply differs".into()
        }
        FailureKind::Mismatch { .. } => "reply does not match".into(),
        FailureKind::TimedOut {
            received_len: 0, ..
        } => format!("no reply within {patience}"),
        FailureKind::TimedOut { .. } => format!("no whole reply within {patience}"),
        FailureKind::Ended {
            how,
            received_len: 0,
            ..
        } => format!("{} instead of a reply", end(*how)),
        FailureKind::Ended { how, .. } => format!("{} before the reply was whole", end(*how)),
        FailureKind::TooLong { limit, .. } => {
            format!("reply still undecided after {}", bytes(*limit))
        }
        FailureKind::BadFrame { .. } => "what arrived is no message".into(),
        FailureKind::NeverCame { how: None, .. } => {
            format!("what is looked for did not come within {patience}")
        }
        FailureKind::NeverCame { how: Some(how), .. } => {
            format!("{} before what is looked for came", end(*how))
        }
        FailureKind::WrongEnding { kinds, how } => {
            format!("{} instead of {}", end(*how), close(*kinds))
        }
        FailureKind::StillOpen { .. } => format!("connection still open after {patience}"),
        FailureKind::Unexpected {
            received_len,
            instead,
            ..
        } => {
            format!(
                "{} instead of {}",
                bytes(*received_len),
                wanted_instead(instead)
            )
        }
        FailureKind::EndedInSilence(how) => format!("{} instead of silence", end(*how)),
        FailureKind::Unwritable(how) => format!("send failed: {}", end(*how)),
        FailureKind::PacketTooLarge { len } => {
            format!("packet of {} larger than the system sends", bytes(*len))
        }
        FailureKind::HalfClosed => "send after `close: \"write\"`".into(),
        FailureKind::SendTimedOut { .. } => format!("send not taken within {patience}"),
        FailureKind::NotConnected(_) => "no connection".into(),
        FailureKind::NotAllowed(_) => "address not allowed".into(),
        FailureKind::NoTls(_) => "no TLS".into(),
        FailureKind::Secured(_) => "TLS began, but was expected to be refused".into(),
        FailureKind::ConnectTimedOut => format!("no connection within {patience}"),
        FailureKind::Connected(_) => "connected, but was expected to be refused".into(),
        FailureKind::OtherRefusal(_) => "connecting failed in another way".into(),
        FailureKind::NoConnection => "connection already over".into(),
        FailureKind::AlreadyConnected => "already connected".into(),
        FailureKind::NoValue(_) => "no value".into(),
        FailureKind::NotTrue { .. } => "not true".into(),
        FailureKind::TooManySteps { limit } => format!("more than {limit} steps"),
        FailureKind::LeftOver { replies: 1, .. } => "a reply that no step expected".into(),
        FailureKind::LeftOver { replies, .. } => format!("{replies} replies that no step expected"),
        FailureKind::Program(fault) => program::title(fault),
    }
}

/// A few words under the caret.
pub(super) fn label(kind: &FailureKind) -> String {
    match kind {
        FailureKind::Mismatch { .. }
        | FailureKind::TimedOut { .. }
        | FailureKind::Ended { .. }
        | FailureKind::TooLong { .. }
        | FailureKind::BadFrame { .. } => "expected this message".into(),
        FailureKind::NeverCame { .. } => "expected this to come".into(),
        FailureKind::WrongEnding { .. } | FailureKind::StillOpen { .. } => {
            "expected the connection to end like this".into()
        }
        FailureKind::Unexpected {
            instead: Instead::Reply(_),
            ..
        } => "expected nothing before this reply".into(),
        FailureKind::Unexpected { instead, .. } => format!("expected {}", wanted_instead(instead)),
        FailureKind::EndedInSilence(_) => "expected silence on an open connection".into(),
        FailureKind::Unwritable(_) | FailureKind::PacketTooLarge { .. } => {
            "could not be sent".into()
        }
        FailureKind::HalfClosed => "cannot be sent any more".into(),
        FailureKind::SendTimedOut { .. } => "not all of this was taken".into(),
        FailureKind::NotConnected(_) | FailureKind::ConnectTimedOut => {
            "this step needs a connection".into()
        }
        FailureKind::NotAllowed(_) => "this step would connect elsewhere".into(),
        FailureKind::NoTls(_) => "this step needs TLS".into(),
        FailureKind::Connected(_) | FailureKind::Secured(_) => "expected this to fail".into(),
        FailureKind::OtherRefusal(_) => "expected it to fail like this".into(),
        FailureKind::NoConnection => "this step needs an open connection".into(),
        FailureKind::AlreadyConnected => "this client is connected".into(),
        FailureKind::NoValue(error) => text::words(&error.message),
        FailureKind::NotTrue { .. } => "is false".into(),
        FailureKind::TooManySteps { .. } => "this one is too many".into(),
        FailureKind::LeftOver { .. } => "the last step".into(),
        FailureKind::Program(_) => String::new(),
    }
}

/// How long was waited and for what, where the step waits for something and did so at all.
pub(super) fn waited(failure: &Failure) -> Option<String> {
    let awaited = awaited(&failure.kind).filter(|_| failure.waited.as_micros() > 0)?;
    Some(format!("{} for {awaited}", duration(failure.waited)))
}

/// How many rounds each `retry` around the step had, and how long they took.
pub(super) fn retried(failure: &Failure) -> impl Iterator<Item = String> {
    failure.retries.iter().map(|retried| {
        format!(
            "{} in {} (within {}), and none passed",
            count(retried.rounds, "round"),
            duration(retried.time),
            typed(retried.within),
        )
    })
}

/// What each of the other branches of a `parallel` was doing.
pub(super) fn meanwhile(failure: &Failure) -> impl Iterator<Item = String> {
    failure.meanwhile.iter().map(|other| {
        let branch = other.branch;
        if other.awaited == Awaited::Nothing {
            return format!("branch {branch} had played all its steps");
        }
        let client = match &other.client_name {
            Some(name) => format!(" (client {name})"),
            None => String::new(),
        };
        let place = format!(
            "branch {branch}, step {} of {}{client}",
            other.step, other.steps
        );
        match awaited_by(other) {
            Some(what) => format!("{place}: {} for {what}", duration(other.waited)),
            None => format!("{place}: had not begun"),
        }
    })
}

/// What a step waits for; `None`: it has not begun, or all is over.
pub(super) fn awaited_by(step: &Meanwhile) -> Option<String> {
    Some(match &step.awaited {
        Awaited::Nothing | Awaited::Turn => return None,
        Awaited::Connection => "the connection".to_owned(),
        Awaited::Tls => "the TLS handshake".to_owned(),
        Awaited::Taken(len) => format!("{} to be taken", bytes(*len)),
        Awaited::Reply(expected) => wanted(expected),
        Awaited::End(kinds) => close(*kinds),
        Awaited::Silence(time) => format!("silence, {} long", typed(*time)),
        Awaited::Time => "its time to pass".to_owned(),
        Awaited::Round => "its next round".to_owned(),
    })
}

/// What was waited for, in words.
fn awaited(kind: &FailureKind) -> Option<String> {
    match kind {
        FailureKind::Mismatch { expected, .. }
        | FailureKind::TimedOut { expected, .. }
        | FailureKind::Ended { expected, .. }
        | FailureKind::TooLong { expected, .. }
        | FailureKind::BadFrame { expected, .. }
        | FailureKind::NeverCame { expected, .. } => Some(wanted(expected)),
        FailureKind::WrongEnding { kinds, .. } | FailureKind::StillOpen { kinds } => {
            Some(close(*kinds))
        }
        FailureKind::Unexpected {
            instead: Instead::End(kinds),
            ..
        } => Some(close(*kinds)),
        FailureKind::Unexpected {
            instead: Instead::Reply(expected),
            ..
        } => Some(wanted(expected)),
        FailureKind::SendTimedOut { len } => Some(format!("{} to be taken", bytes(*len))),
        FailureKind::NotConnected(_)
        | FailureKind::ConnectTimedOut
        | FailureKind::Connected(_)
        | FailureKind::OtherRefusal(_) => Some("the connection".into()),
        FailureKind::NoTls(_) | FailureKind::Secured(_) => Some("the TLS handshake".into()),
        FailureKind::Unexpected {
            instead: Instead::Silence(_) | Instead::Tls,
            ..
        }
        | FailureKind::EndedInSilence(_)
        | FailureKind::Unwritable(_)
        | FailureKind::PacketTooLarge { .. }
        | FailureKind::HalfClosed
        | FailureKind::NotAllowed(_)
        | FailureKind::NoConnection
        | FailureKind::AlreadyConnected
        | FailureKind::NoValue(_)
        | FailureKind::NotTrue { .. }
        | FailureKind::TooManySteps { .. }
        | FailureKind::LeftOver { .. }
        | FailureKind::Program(_) => None,
    }
}

/// What was expected where bytes arrived.
pub(super) fn wanted_instead(instead: &Instead) -> String {
    match instead {
        Instead::Silence(time) => format!("silence for {}", typed(*time)),
        Instead::End(kinds) => close(*kinds),
        Instead::Reply(_) => "silence until the probe's reply".into(),
        Instead::Tls => "the beginning of TLS".into(),
    }
}

/// What was expected, in words that are fit to be shown.
fn wanted(expected: &Expected) -> String {
    text::words(&expected.words)
}

/// The reason in detail, where the title does not say it all.
pub(super) fn because(failure: &Failure) -> Option<String> {
    match &failure.kind {
        FailureKind::Unexpected {
            instead: Instead::Silence(_),
            ..
        }
        | FailureKind::EndedInSilence(_) => Some(format!(
            "silence was broken after {}",
            duration(failure.waited)
        )),
        FailureKind::Mismatch { because, .. } => because.as_deref().map(text::words),
        FailureKind::BadFrame { error, .. } => Some(error.to_string()),
        FailureKind::NeverCame {
            dropped, framed, ..
        } => {
            let dropped = usize::try_from(*dropped).unwrap_or(usize::MAX);
            let what = match framed {
                true => count(dropped, "message"),
                false => bytes(dropped),
            };
            (dropped > 0).then(|| format!("{what} came and went, and it was not among them"))
        }
        FailureKind::NotConnected(why)
        | FailureKind::OtherRefusal(why)
        | FailureKind::NotAllowed(why)
        | FailureKind::NoTls(why) => Some(text::words(&why.message)),
        FailureKind::Secured(how) => Some(text::words(how)),
        FailureKind::Connected(peer) => {
            Some(format!("{} accepted the connection", text::words(peer)))
        }
        FailureKind::Program(fault) => program::because(fault),
        _ => None,
    }
}

/// What to do about a peer that takes nothing.
const NOT_READ: &str =
    "the peer does not read: is it waiting for its own replies to be taken, or stuck?";

/// What to do about a packet that the system does not send.
const TOO_LARGE: &str = "a packet of UDP has at most 65507 bytes on IPv4; one of a Unix socket, what the sender's buffer takes: is it to be several packets?";

/// One line of advice, and what the step would have to be, where that can be said.
pub(super) fn advice(kind: &FailureKind, framing: Option<&Framing>) -> (String, Option<String>) {
    match kind {
        FailureKind::Mismatch { expected, received, received_len, .. } => {
            let hint = expected.exact.as_deref().and_then(|exact| resemblance(exact, received));
            (
                hint.unwrap_or("if this reply is right, expect instead:").into(),
                Some(matcher(received, *received_len)),
            )
        }
        FailureKind::TimedOut { received_len: 0, .. }
        | FailureKind::NeverCame { how: None, received_len: 0, .. } => {
            ("the peer said nothing: is it its turn to speak, and does `within` or `timeout` give it enough time?".into(), None)
        }
        FailureKind::TimedOut { received, received_len, .. } => (
            framing
                .and_then(|framing| other_line_end(framing, received))
                .unwrap_or("does the peer end its messages as `framing` says? To take just what arrived:")
                .into(),
            Some(step("expect_bytes", &matcher(received, *received_len))),
        ),
        FailureKind::Ended { how, received_len: 0, .. } => ended_instead(*how),
        FailureKind::Ended { received, received_len, .. } => (
            "the last message has no end; to take its bytes as they are, make the step:".into(),
            Some(step("expect_bytes", &matcher(received, *received_len))),
        ),
        FailureKind::TooLong { .. } => (
            "a larger `max_message` in `framing` allows longer messages; is the peer sending without end?".into(),
            None,
        ),
        FailureKind::NeverCame { .. } => {
            ("is it spelled as the peer says it, and had an earlier step taken it already?".into(), None)
        }
        FailureKind::BadFrame { .. } => ("is `framing` what this peer speaks?".into(), None),
        FailureKind::WrongEnding { how, .. } => match kind_of(*how) {
            Some(kind) => ("if this end is right, expect instead:".into(), Some(kind)),
            None => ("the network or the peer's machine went away".into(), None),
        },
        FailureKind::StillOpen { .. } => (
            "the peer keeps the connection open: does it wait for something, and is `within` long enough?".into(),
            None,
        ),
        FailureKind::Unexpected { instead, received, received_len } => {
            advice_on_the_unexpected(instead, received, *received_len)
        }
        FailureKind::EndedInSilence(how) => ended_instead(*how),
        FailureKind::Unwritable(_) => (
            "if the peer may hang up before it has read this, add to the step:".into(),
            Some("\"may_fail\": true".into()),
        ),
        FailureKind::PacketTooLarge { .. } => (TOO_LARGE.into(), None),
        FailureKind::HalfClosed => (
            "an earlier `close: \"write\"` ended this side: send before that, or close later".into(),
            None,
        ),
        FailureKind::SendTimedOut { .. } => (NOT_READ.into(), None),
        FailureKind::NotConnected(_)
        | FailureKind::ConnectTimedOut
        | FailureKind::Connected(_)
        | FailureKind::OtherRefusal(_)
        | FailureKind::NoTls(_)
        | FailureKind::NotAllowed(_)
        | FailureKind::Secured(_)
        | FailureKind::NoConnection
        | FailureKind::AlreadyConnected => advice_on_connecting(kind),
        FailureKind::NoValue(error) => (advice_on_values(error.unset.is_some()).into(), None),
        FailureKind::NotTrue { .. } => {
            ("if these values are right, the expression is not".into(), None)
        }
        FailureKind::Program(fault) => (program::advice(fault), None),
        FailureKind::LeftOver { .. } => (
            "expect it, or let `ignore` drop it; without --deny-leftover it is only counted".into(),
            None,
        ),
        FailureKind::TooManySteps { .. } => ("is a `repeat` too large? `--max-steps` raises the limit".into(), None),
    }
}

/// The advice where an expression has no value; `unset`: for the lack of a name.
fn advice_on_values(unset: bool) -> &'static str {
    match unset {
        true => {
            "names are set by `vars`, by `--var NAME=VALUE`, by a case's row and by captures of earlier steps"
        }
        false => {
            "the values in it come from `vars`, `--var`, a case's row and captures of earlier steps: are they what was meant?"
        }
    }
}

/// The advice where something arrived that should not have.
fn advice_on_the_unexpected(
    instead: &Instead,
    received: &[u8],
    received_len: usize,
) -> (String, Option<String>) {
    let before = Some(step("expect_bytes", &matcher(received, received_len)));
    match instead {
        Instead::Tls => (
            "what comes in clear before TLS must not be taken for a part of it: this is how commands are injected. If it belongs before TLS, expect it there".into(),
            None,
        ),
        Instead::Reply(_) => (
            "if this is the probe's reply, correct the probe. If it is right here, this step has to come before:".into(),
            before,
        ),
        Instead::Silence(_) | Instead::End(_) => (
            "if these bytes are right, this step has to come before:".into(),
            before,
        ),
    }
}

/// The advice where a client is not connected as it should be.
fn advice_on_connecting(kind: &FailureKind) -> (String, Option<String>) {
    match kind {
        FailureKind::NotConnected(_) => ("is the server running, and is this its address?".into(), None),
        FailureKind::NotAllowed(_) => (
            "a scenario connects to the hosts of its targets alone; `--allow-host HOST` or `--allow-host unix:PATH` lets it connect elsewhere".into(),
            None,
        ),
        FailureKind::ConnectTimedOut => {
            ("an address that drops packets looks like this: is it right, and is a firewall between?".into(), None)
        }
        FailureKind::Connected(_) => (
            "if somebody may listen there, make the step:".into(),
            Some(step("connect", "true")),
        ),
        FailureKind::OtherRefusal(Refusal { kind, .. }) => (
            "if this is right, make the step:".into(),
            Some(step("connect", match kind {
                RefusalKind::Refused => "\"refused\"",
                RefusalKind::Unreachable | RefusalKind::NotAllowed => "\"unreachable\"",
                RefusalKind::Tls(_) => "\"tls-refused\"",
            })),
        ),
        FailureKind::NoTls(Refusal { kind: RefusalKind::Tls(fault), .. }) => (tls_advice(*fault).into(), None),
        FailureKind::Secured(_) => (
            "if the peer may speak TLS here, make the step:".into(),
            Some(step("start_tls", "true")),
        ),
        FailureKind::NoConnection => (
            "after `close` and `expect_close` only `connect` opens a connection again; put before this step:".into(),
            Some(step("connect", "true")),
        ),
        FailureKind::AlreadyConnected => {
            ("close the connection first, or leave this step out: a client connects before its first step by itself".into(), None)
        }
        _ => (String::new(), None),
    }
}

/// What two messages that differ have in common, where that explains the difference.
fn resemblance(expected: &[u8], received: &[u8]) -> Option<&'static str> {
    let after = |longer: &[u8], shorter: &[u8]| longer.strip_prefix(shorter).map(<[u8]>::to_vec);
    match (
        after(received, expected).as_deref(),
        after(expected, received).as_deref(),
    ) {
        (Some(b"\r"), _) => Some(
            "the reply ends with CR: this peer ends its lines with CR LF (`framing`). As it is:",
        ),
        (Some(b"\n" | b"\r\n"), _) => {
            Some("the reply has a line end more than expected. If that is right, expect instead:")
        }
        (_, Some(b"\n" | b"\r\n")) => Some(
            "the reply lacks the line end: with `framing` line it is not part of a message. Expect instead:",
        ),
        (Some([_, ..]), _) if !expected.is_empty() => {
            Some("the reply begins as expected and goes on. If that is right, expect instead:")
        }
        (_, Some([_, ..])) if !received.is_empty() => Some(
            "the reply begins as expected and stops too early. If that is right, expect instead:",
        ),
        _ if expected.eq_ignore_ascii_case(received) => {
            Some("only upper and lower case differ. If the reply is right, expect instead:")
        }
        _ => None,
    }
}

/// Whether lines ended in another way than the framing takes, said as advice.
fn other_line_end(framing: &Framing, received: &[u8]) -> Option<&'static str> {
    let mut lone_lf = received
        .iter()
        .enumerate()
        .filter(|(at, byte)| **byte == b'\n' && (*at == 0 || received.get(at - 1) != Some(&b'\r')));
    match framing {
        Framing::Line(LineEnding::CrLf) if lone_lf.next().is_some() => Some(
            "an LF came without a CR before it: does this peer end lines with LF (`\"framing\": \"line\"`), or with either (`\"ending\": \"either\"`)? To take just what arrived:",
        ),
        Framing::Line(_) if received.ends_with(b"\r") => Some(
            "a CR came without an LF after it: no line ends like this. To take just what arrived:",
        ),
        _ => None,
    }
}

fn ended_instead(how: Ending) -> (String, Option<String>) {
    match kind_of(how) {
        Some(kind) => (
            "if the peer may hang up here, make the step:".into(),
            Some(step("expect_close", &kind)),
        ),
        None => ("the network or the peer's machine went away".into(), None),
    }
}

/// A step, as it stands in a file.
fn step(verb: &str, value: &str) -> String {
    format!("{{ \"{verb}\": {value} }}")
}
