//! What to do about a failure: one line of advice, and what the step would have to be, where that can be said.
//!
//! Only what is written as bytes is offered in other bytes: a matcher, a capture or a template would be lost.

use super::endings::{help_with, kind_of, tls_advice};
use super::failure::Scene;
use super::program;
use super::suggestion::matcher;
use crate::count::count;
use crate::player::{
    Ending, Event, EventKind, Failure, FailureKind, Instead, Refusal, RefusalKind, TlsFault,
};
use crate::scenario::literal_form;
use crate::wire::{Framing, LineEnding};

/// What to do about a peer that says nothing.
const SAID_NOTHING: &str = "the peer said nothing: is it its turn to speak, and does `within` or `timeout` give it enough time?";

/// What to do about a peer that takes nothing.
const NOT_READ: &str =
    "the peer does not read: is it waiting for its own replies to be taken, or stuck?";

/// What to do about a packet that the system does not send.
const TOO_LARGE: &str = "a packet of UDP has at most 65507 bytes on IPv4; one of a Unix socket, what the sender's buffer takes: is it to be several packets?";

/// What to do where the program under test has ended by itself.
const DIED: &str = "the program under test ended about then: how, and what it printed last, is below. Where others were being played, \
                    this case alone shows whether its connection ends so by itself";

/// One line of advice, and what the step would have to be, where that can be said.
pub(super) fn advice(failure: &Failure, scene: &Scene<'_>) -> (String, Option<String>) {
    let kind = &failure.kind;
    if scene.died && is_end(kind) {
        return (DIED.into(), None);
    }
    if let Some((hint, instead)) = missed(failure, scene) {
        return (hint.into(), instead);
    }
    match kind {
        FailureKind::Mismatch { .. } | FailureKind::TimedOut { .. } | FailureKind::Ended { .. } => {
            advice_on_replies(failure, scene)
        }
        FailureKind::NeverCame { how: None, received_len: 0, .. } => (SAID_NOTHING.into(), None),
        FailureKind::TooLong { .. } => (
            "a larger `max_message` in `framing` allows longer messages; is the peer sending without end?".into(),
            None,
        ),
        FailureKind::Exhausted { .. } => (
            "begin it with more bytes, or with rarer ones; a single `regex` is looked for everywhere at once".into(),
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
        FailureKind::EndedInSilence(how) => ended_instead(failure, *how),
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
        FailureKind::Unframed { .. } => {
            (advice_on_framing(framing_of(failure, scene)), None)
        }
        FailureKind::NoValue(error) => (advice_on_values(error.unset.is_some()).into(), None),
        FailureKind::NotTrue { values } => {
            (advice_on_falsehood(values, failure, scene), None)
        }
        FailureKind::Program(fault) => (program::advice(fault), None),
        FailureKind::LeftOver { .. } => (
            "expect it, or let `ignore` drop it; without --deny-leftover it is only counted".into(),
            None,
        ),
        FailureKind::Flaky { .. } => (
            "make what differs from attempt to attempt certain; without --flaky-result fail it is only counted".into(),
            None,
        ),
        FailureKind::TooManySteps { .. } => ("is a `repeat` too large? `--max-steps` raises the limit".into(), None),
    }
}

/// The advice where a reply is another one, or none.
fn advice_on_replies(failure: &Failure, scene: &Scene<'_>) -> (String, Option<String>) {
    let written = written(failure, scene);
    match &failure.kind {
        FailureKind::Mismatch {
            expected,
            received,
            received_len,
            ..
        } => {
            let hint = expected
                .exact
                .as_deref()
                .and_then(|exact| resemblance(exact, received));
            let (fact, ask) = hint.unwrap_or(("", "if this reply is right, expect instead:"));
            match written {
                Written::Bytes => (said(fact, ask), Some(matcher(received, *received_len))),
                Written::Otherwise(help) => (said(fact, help), None),
            }
        }
        FailureKind::TimedOut {
            received_len: 0, ..
        } => (SAID_NOTHING.into(), None),
        FailureKind::TimedOut {
            received,
            received_len,
            ..
        } => {
            let framing = framing_of(failure, scene);
            let fact = promise(framing, received, *received_len).unwrap_or_else(|| {
                framing
                    .and_then(|framing| other_line_end(framing, received))
                    .unwrap_or("does the peer end its messages as `framing` says?")
                    .to_owned()
            });
            take_bytes(
                &fact,
                "To take just what arrived:",
                written,
                received,
                *received_len,
            )
        }
        FailureKind::Ended {
            how,
            received_len: 0,
            ..
        } => ended_instead(failure, *how),
        FailureKind::Ended {
            received,
            received_len,
            ..
        } => {
            let fact = promise(framing_of(failure, scene), received, *received_len)
                .unwrap_or_else(|| "the last message has no end;".to_owned());
            let ask = "to take its bytes as they are, make the step:";
            take_bytes(&fact, ask, written, received, *received_len)
        }
        _ => (String::new(), None),
    }
}

/// What is wrong with a frame that has not come as a whole, where its beginning says how long it is.
fn promise(framing: Option<&Framing>, received: &[u8], received_len: usize) -> Option<String> {
    let announced = framing?.announced(received)?;
    Some(format!(
        "a frame of {} was begun, and {received_len} have come: is its length what `framing` says (its size, its byte order, what it counts)?",
        count(announced, "byte")
    ))
}

/// How the messages of the step's client are cut.
fn framing_of<'a>(failure: &Failure, scene: &Scene<'a>) -> Option<&'a Framing> {
    let client = failure.client?;
    scene.framings.get(usize::from(client.0)).copied()
}

/// The advice where a message does not fit the framing: its rule, and the way around it.
fn advice_on_framing(framing: Option<&Framing>) -> String {
    let rule = framing.map_or_else(String::new, |framing| format!("{}. ", framing.rule()));
    format!("{rule}`send_bytes` sends bytes as they are, whatever the framing")
}

/// The advice where something is false: often it is text that is compared with a number.
fn advice_on_falsehood(
    values: &[(String, String)],
    failure: &Failure,
    scene: &Scene<'_>,
) -> String {
    let source = scene.sources.get(usize::from(failure.span.file));
    let written = source
        .and_then(|source| {
            let range = failure.span.start as usize..failure.span.end as usize;
            source.text.get(range)
        })
        .unwrap_or_default();
    let plain: String = written.split_whitespace().collect();
    let is_text = |(name, value): &&(String, String)| {
        let digits = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        digits.is_some_and(|digits| digits.parse::<f64>().is_ok_and(f64::is_finite))
            && !plain.contains(&format!("{name}|"))
    };
    let is_number = |(_, value): &(String, String)| value.parse::<f64>().is_ok();
    let has_number = values.iter().any(is_number) || has_bare_number(&plain);
    match values.iter().find(is_text).filter(|_| has_number) {
        Some((name, _)) => format!(
            "`{name}` is text, and no text is equal to a number: write `{name} | int`, or compare it with text in quotes"
        ),
        None => "if these values are right, the expression is not".into(),
    }
}

/// Whether a number stands in an expression without quotes around it.
fn has_bare_number(expression: &str) -> bool {
    let inside = expression.trim_matches('"').replace("\\\"", "\"");
    let mut quote = None;
    let mut before = ' ';
    for c in inside.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, c) if c.is_ascii_digit() && !before.is_alphanumeric() && before != '_' => {
                return true;
            }
            _ => {}
        }
        before = c;
    }
    false
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
        FailureKind::NotConnected(why) => (help_with(why.kind).unwrap_or("is the server running, and is this its address?").into(), None),
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
                RefusalKind::Unreachable
                | RefusalKind::NotAllowed
                | RefusalKind::NotStarted
                | RefusalKind::NoFolder => "\"unreachable\"",
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

/// What two messages that differ have in common, where that explains the difference; and what comes before a suggestion.
fn resemblance(expected: &[u8], received: &[u8]) -> Option<(&'static str, &'static str)> {
    const IF_RIGHT: &str = "If that is right, expect instead:";
    let after = |longer: &[u8], shorter: &[u8]| longer.strip_prefix(shorter).map(<[u8]>::to_vec);
    match (
        after(received, expected).as_deref(),
        after(expected, received).as_deref(),
    ) {
        (Some(b"\r"), _) => Some((
            "the reply ends with CR: this peer ends its lines with CR LF (`framing`).",
            "As it is:",
        )),
        (Some(b"\n" | b"\r\n"), _) => {
            Some(("the reply has a line end more than expected.", IF_RIGHT))
        }
        (_, Some(b"\n" | b"\r\n")) => Some((
            "the reply lacks the line end: with `framing` line it is not part of a message.",
            "Expect instead:",
        )),
        (Some([_, ..]), _) if !expected.is_empty() => {
            Some(("the reply begins as expected and goes on.", IF_RIGHT))
        }
        (_, Some([_, ..])) if !received.is_empty() => Some((
            "the reply begins as expected and stops too early.",
            IF_RIGHT,
        )),
        _ if expected.eq_ignore_ascii_case(received) => Some((
            "only upper and lower case differ.",
            "If the reply is right, expect instead:",
        )),
        _ => None,
    }
}

/// Whether an end of the connection is what failed: none that a program has by dying is offered as the right one.
fn is_end(kind: &FailureKind) -> bool {
    match kind {
        FailureKind::WrongEnding { .. }
        | FailureKind::EndedInSilence(_)
        | FailureKind::Unwritable(_)
        | FailureKind::Ended { .. } => true,
        FailureKind::NeverCame { how, .. } => how.is_some(),
        _ => false,
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
            "an LF came without a CR before it: does this peer end lines with LF (`\"framing\": \"line\"`), or with either (`\"ending\": \"either\"`)?",
        ),
        Framing::Line(_) if received.ends_with(b"\r") => {
            Some("a CR came without an LF after it: no line ends like this.")
        }
        _ => None,
    }
}

/// A connection that ended where a reply or silence was expected. That the peer may hang up is offered only where it fits:
/// it ended in good order, and nothing was to come after.
fn ended_instead(failure: &Failure, how: Ending) -> (String, Option<String>) {
    let Some(kind) = kind_of(how) else {
        return ("the network or the peer's machine went away".into(), None);
    };
    let crash = match how {
        Ending::Refused => "nobody listens there: has the peer crashed, or not begun yet?",
        Ending::Alert(alert) => tls_advice(TlsFault::Alert(alert)),
        _ => {
            "the peer ended the connection, and was not to do so here: has it crashed, or refused what was sent before? Its own log may say why"
        }
    };
    let is_last = failure.step == failure.steps
        && failure.span.file == 0
        && failure.branch.is_none()
        && failure.rounds.is_empty()
        && failure.retries.is_empty();
    match is_last && how == Ending::Clean {
        true => (
            format!("{crash}. If it may hang up here, make the step:"),
            Some(step("expect_close", &kind)),
        ),
        false => (crash.into(), None),
    }
}

/// What arrived and is no message, to be taken as bytes.
fn take_bytes(
    fact: &str,
    ask: &str,
    written: Written,
    received: &[u8],
    received_len: usize,
) -> (String, Option<String>) {
    match written {
        Written::Bytes => (
            said(fact, ask),
            Some(step("expect_bytes", &matcher(received, received_len))),
        ),
        Written::Otherwise(_) => (
            said(
                fact,
                "`expect_bytes` takes bytes as they are, whatever the framing",
            ),
            None,
        ),
    }
}

/// How the expectation that failed is written.
#[derive(Debug, Clone, Copy)]
enum Written {
    /// As the bytes that are expected: others can take their place.
    Bytes,
    /// As more than that; with what to do instead.
    Otherwise(&'static str),
}

fn written(failure: &Failure, scene: &Scene<'_>) -> Written {
    let (FailureKind::Mismatch { expected, .. }
    | FailureKind::TimedOut { expected, .. }
    | FailureKind::Ended { expected, .. }) = &failure.kind
    else {
        return Written::Bytes;
    };
    if expected.exact.is_none() {
        return Written::Otherwise(
            "if this reply is right, correct the condition that does not hold",
        );
    }
    let source = scene.sources.get(usize::from(failure.span.file));
    match source.map(|source| literal_form(&source.text, failure.span)) {
        Some(Ok(_)) => Written::Bytes,
        Some(Err(_)) | None => Written::Otherwise(
            "if this reply is right, correct what is expected: its text, or the values in it",
        ),
    }
}

/// A fact, if there is one, and what to do.
fn said(fact: &str, ask: &str) -> String {
    match fact {
        "" => ask.to_owned(),
        fact if ask.starts_with("if ") => {
            let fact = fact.strip_suffix('.').unwrap_or(fact);
            format!("{fact}; {ask}")
        }
        fact => format!("{fact} {ask}"),
    }
}

/// A step, as it stands in a file.
fn step(verb: &str, value: &str) -> String {
    format!("{{ \"{verb}\": {value} }}")
}

/// What the conversation shows that the step alone does not: what it waited for came later, or all that came was dropped.
fn missed(failure: &Failure, scene: &Scene<'_>) -> Option<(&'static str, Option<String>)> {
    let of_client = scene.conversation.events.iter().filter(|event| {
        // What comes after the failure says nothing about it.
        Some(event.client) == failure.client && event.at <= failure.at
    });
    let received = |event: &&&Event| match &event.kind {
        EventKind::Received { head, .. } => Some(head.clone()),
        _ => None,
    };
    let ignoring = failure
        .client
        .and_then(|client| scene.ignoring.get(usize::from(client.0)));
    let ignores = ignoring.copied().unwrap_or_default();
    match &failure.kind {
        FailureKind::Mismatch {
            expected,
            received: instead,
            received_len,
            ..
        } => {
            let exact = expected
                .exact
                .as_deref()
                .filter(|exact| !exact.is_empty())?;
            let mut said = of_client.filter_map(|event| received(&event));
            let last = said.next_back()?;
            let after = memchr::memmem::find(&last, instead)? + instead.len();
            memchr::memmem::find(last.get(after..)?, exact)?;
            Some((
                "what this step expects came right after: is a step missing before it, for a greeting say? It would be:",
                Some(step("expect", &matcher(instead, *received_len))),
            ))
        }
        FailureKind::TimedOut {
            received_len: 0, ..
        } if ignores => {
            let mut since = of_client.filter(|event| event.at.after(failure.waited) > failure.at);
            since.find(|event| received(event).is_some())?;
            Some((
                "something came, and `ignore` dropped all of it: does an entry of it match too much?",
                None,
            ))
        }
        _ => None,
    }
}
