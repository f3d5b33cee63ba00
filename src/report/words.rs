//! What each kind of failure is called, what stands under its caret, and what is said of it.

use super::endings::{close, end};
use super::place::{numbered, place};
use super::program;
use super::text::{self, bytes, duration, typed};
use crate::count::count;
use crate::player::{Awaited, Expected, Failure, FailureKind, Instead, Meanwhile};

/// What happened, where and why, in one line, for where there is no room for more.
pub fn in_a_line(failure: &Failure) -> String {
    let mut line = title(failure);
    if failure.step > 0 {
        line.push_str(&format!(" at {}", place(failure)));
    }
    if let Some(because) = because(failure) {
        line.push_str(&format!(": {because}"));
    }
    line
}

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
        FailureKind::Exhausted { .. } => {
            "what is looked for would be tried at too many places".into()
        }
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
        FailureKind::Unframed { .. } => "message does not fit the framing".into(),
        FailureKind::NoValue(_) => "no value".into(),
        FailureKind::NotTrue { .. } => "not true".into(),
        FailureKind::TooManySteps { limit } => format!("more than {limit} steps"),
        FailureKind::LeftOver { replies: 1, .. } => "a reply that no step expected".into(),
        FailureKind::LeftOver { replies, .. } => format!("{replies} replies that no step expected"),
        FailureKind::Program(fault) => program::title(fault),
        FailureKind::Flaky { attempt, .. } => format!("passed only at attempt {attempt}"),
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
        FailureKind::NeverCame { .. } | FailureKind::Exhausted { .. } => {
            "expected this to come".into()
        }
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
        FailureKind::Unframed { error, .. } => error.to_string(),
        FailureKind::NoValue(error) => text::words(&error.message),
        FailureKind::NotTrue { .. } => "is false".into(),
        FailureKind::TooManySteps { .. } => "this one is too many".into(),
        FailureKind::LeftOver { .. } => "the last step".into(),
        FailureKind::Program(_) => String::new(),
        FailureKind::Flaky { .. } => "failed here before".into(),
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
        let step = numbered(other.step, other.steps, other.inside);
        let place = format!("branch {branch}, {step}{client}");
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
        | FailureKind::Exhausted { expected, .. }
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
        | FailureKind::Unframed { .. }
        | FailureKind::NotTrue { .. }
        | FailureKind::TooManySteps { .. }
        | FailureKind::LeftOver { .. }
        | FailureKind::Flaky { .. }
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
        FailureKind::Flaky { attempt, before } => {
            let step = match before.step {
                0 => String::new(),
                _ => format!(" at {}", place(before)),
            };
            Some(format!("attempt {}: {}{step}", attempt - 1, title(before)))
        }
        _ => None,
    }
}
