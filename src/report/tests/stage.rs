//! A failure on the stage: the file it points into, what had been said before, and what is shown of it, compared with `golden/NAME.txt`.

use std::path::PathBuf;
use std::time::Duration;

use crate::player::{Ending, Event, EventKind, Expected, Failure, FailureKind, LinkState};
use crate::report::Palette;
use crate::report::conversation::Conversation;
use crate::report::failure::{Scene, block};
use crate::scenario::{ClientId, CloseKinds, SourceFile, Span};
use crate::time::Time;
use crate::wire::Framing;

/// The file all failures point into; `§` stands around the value of the step that fails.
const FILE: &str = r#"{
  "framing": "line",
  "steps": [
    { "expect": "220 ready" },
    { "send": "USER ann" },
    { "send": "PASS wrong" },
    { "expect": §"530 denied"§ },
    { "send": "QUIT" },
    { "expect_close": "clean" }
  ]
}
"#;

pub(super) fn source() -> (SourceFile, Span) {
    let start = FILE.find('§').expect("marked");
    let text = FILE.replacen('§', "", 1);
    let end = text.find('§').expect("marked");
    let source = SourceFile {
        name: "scenarios/login/bad-password.json".into(),
        text: text.replace('§', "").into(),
    };
    let span = Span {
        file: 0,
        start: u32::try_from(start).expect("small"),
        end: u32::try_from(end).expect("small"),
    };
    (source, span)
}

pub(super) fn failure(kind: FailureKind) -> Failure {
    Failure {
        span: source().1,
        step: 4,
        steps: 6,
        inside: None,
        in_finally: false,
        client: Some(ClientId(0)),
        client_name: "client".into(),
        included: Vec::new(),
        rounds: Vec::new(),
        retries: Vec::new(),
        branch: None,
        meanwhile: Vec::new(),
        at: Time::from_nanos(2_800_000),
        waited: Duration::from_micros(1600),
        patience: Duration::from_millis(1500),
        kind,
        note: None,
        finally: None,
        links: vec![link("client", true, None, 0)],
    }
}

pub(super) fn link(name: &str, open: bool, ended: Option<Ending>, unread: usize) -> LinkState {
    LinkState {
        name: name.into(),
        open,
        ended,
        shut: false,
        first_end: None,
        unread,
    }
}

pub(super) fn event(micros: u64, client: u16, kind: EventKind) -> Event {
    Event {
        at: Time::from_nanos(micros * 1000),
        client: ClientId(client),
        kind,
    }
}

pub(super) fn sent(bytes: &[u8]) -> EventKind {
    EventKind::Sent {
        head: bytes.into(),
        len: bytes.len(),
        pieces: 1,
        from: Some(0),
        cuts: Vec::new(),
    }
}

pub(super) fn received(bytes: &[u8]) -> EventKind {
    EventKind::Received {
        head: bytes.into(),
        len: bytes.len(),
        pieces: 1,
        from: Some(0),
        cuts: Vec::new(),
    }
}

/// What had been said before the step failed.
pub(super) fn opening() -> Vec<Event> {
    vec![
        event(21, 0, EventKind::Connected("127.0.0.1:40112".into())),
        event(1100, 0, received(b"220 ready\n")),
        event(1200, 0, sent(b"USER ann\n")),
        event(1210, 0, sent(b"PASS wrong\n")),
    ]
}

pub(super) fn exactly(bytes: &[u8]) -> Expected {
    Expected {
        exact: Some(bytes.into()),
        words: format!(
            "the message {}",
            serde_json::Value::from(String::from_utf8_lossy(bytes))
        ),
    }
}

pub(super) fn words(words: &str) -> Expected {
    Expected {
        exact: None,
        words: words.into(),
    }
}

pub(super) fn mismatch(expected: Expected, bytes: &[u8], because: Option<&str>) -> FailureKind {
    FailureKind::Mismatch {
        expected,
        received: bytes.into(),
        received_len: bytes.len(),
        at: None,
        because: because.map(Into::into),
    }
}

pub(super) const CLEAN: CloseKinds = CloseKinds {
    clean: true,
    ..CloseKinds::NONE
};

#[track_caller]
pub(super) fn check(name: &str, failure: &Failure, events: &[Event], clients: &[&str]) {
    check_with_finally(name, failure, events, None, clients, &Framing::LINE);
}

pub(super) fn conversation<'a>(events: &'a [Event], clients: &'a [&'a str]) -> Conversation<'a> {
    Conversation {
        events: events.iter().collect(),
        dropped: 0,
        clients,
    }
}

#[track_caller]
pub(super) fn check_with_finally(
    name: &str,
    failure: &Failure,
    events: &[Event],
    finally: Option<&[Event]>,
    clients: &[&str],
    framing: &Framing,
) {
    let sources = [source().0];
    let scene = Scene {
        died: false,
        sources: &sources,
        row: None,
        framings: vec![framing; clients.len()],
        ignoring: Vec::new(),
        conversation: conversation(events, clients),
        finally: finally.map(|events| conversation(events, clients)),
    };
    let shown = block(failure, &scene, &Palette::plain());
    assert!(
        !shown.contains('\x1b') && !shown.contains('\r'),
        "raw bytes in\n{shown}"
    );
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/report/tests/golden")
        .join(format!("{name}.txt"));
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(
        snapbox::IntoData::raw(shown),
        snapbox::Data::read_from(&golden, None).raw(),
    );
}

/// One client, the opening, and then `more`.
#[track_caller]
pub(super) fn check_one(name: &str, kind: FailureKind, more: Vec<Event>) {
    let mut events = opening();
    events.extend(more);
    check(name, &failure(kind), &events, &["client"]);
}
