//! A failed step as a person reads it: the step in its file, the difference, what was said before, and what to do.

use super::advice::advice;
use super::conversation::{Conversation, FINALLY, links};
use super::palette::paint;
use super::text::{LINE, boundary, bytes, head, width, words as words_of};
use super::{Palette, code, difference, hexdump, snippet, words};
use crate::player::{EventKind, Failure, FailureKind};
use crate::runner::Outcome;
use crate::scenario::{SourceFile, Span};
use crate::wire::{Framing, escape};

/// How many bytes a reader counts by eye: of longer messages it is said how long they are, and where they differ.
const COUNTED: usize = 16;

/// What a failure is shown with.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    /// The files it points into.
    pub(super) sources: &'a [SourceFile],
    /// Where the values of the case are written, where the file has several cases.
    pub(super) row: Option<Span>,
    /// How the clients' messages are cut, by their ids.
    pub(super) framings: Vec<&'a Framing>,
    /// Whether messages to the clients may be ignored, by their ids.
    pub(super) ignoring: Vec<bool>,
    /// What was said.
    pub(super) conversation: Conversation<'a>,
    /// What was said in `finally`, where that has begun.
    pub(super) finally: Option<Conversation<'a>>,
    /// Whether the program under test has ended by itself.
    pub(super) died: bool,
}

/// The block that is shown under the line of a failed case. Ends with a line end.
pub fn render_failure(failure: &Failure, outcome: &Outcome, palette: &Palette) -> String {
    let clients = outcome.scenario.script.clients.iter();
    let names: Vec<&str> = clients.map(|client| &*client.name).collect();
    block(failure, &Scene::of(outcome, &names), palette)
}

impl<'a> Scene<'a> {
    /// That of a case whose clients have these names.
    pub(super) fn of(outcome: &'a Outcome, names: &'a [&'a str]) -> Self {
        let (scenario, transcript) = (&outcome.scenario, &outcome.transcript);
        let clients = scenario.script.clients.iter();
        let case = scenario.cases.get(outcome.case);
        Self {
            sources: &scenario.sources,
            row: case.and_then(|case| case.span),
            framings: clients.clone().map(|client| &client.framing).collect(),
            ignoring: clients.map(|client| !client.ignore.is_empty()).collect(),
            conversation: Conversation::of(transcript.conversation(), names),
            finally: (transcript.finally()).map(|log| Conversation::of(log, names)),
            died: (outcome.program.as_ref()).is_some_and(|news| news.ended.is_some()),
        }
    }
}

/// Where a failure points to.
pub(super) const fn span(failure: &Failure) -> Span {
    match &failure.kind {
        FailureKind::NoValue(error) => error.span,
        FailureKind::Unframed { span, .. } => *span,
        _ => failure.span,
    }
}

/// The block of a failure, and of what then failed in `finally`.
pub(super) fn block(failure: &Failure, scene: &Scene<'_>, palette: &Palette) -> String {
    let mut shown = one(failure, scene, palette, true);
    if let Some(finally) = &failure.finally {
        // What was said before has just been shown.
        shown.push_str(&one(finally, scene, palette, false));
    }
    shown
}

fn one(failure: &Failure, scene: &Scene<'_>, palette: &Palette, with_all: bool) -> String {
    let title = match &failure.kind {
        // No step is to blame.
        FailureKind::Program(_) | FailureKind::Flaky { .. } if failure.step == 0 => {
            words::title(failure)
        }
        _ => format!(
            "{} at {}",
            words::title(failure),
            place(failure, &scene.conversation)
        ),
    };
    let span = span(failure);
    let label = words::label(&failure.kind);
    let mut rows = Rows {
        palette,
        lines: Vec::new(),
    };
    rows.lines.push(snippet::head(
        palette,
        code(&failure.kind),
        &title,
        scene.sources,
        span,
        &label,
    ));
    rows.labelled("included", 9, included(failure, scene.sources));
    if with_all {
        rows.labelled("case", 9, row(scene));
    }
    if let Some(note) = &failure.note {
        rows.labelled("note", 9, [words_of(note)]);
    }
    rows.labelled("because", 9, words::because(failure));
    rows.bytes(&failure.kind);
    rows.labelled("waited", 9, words::waited(failure));
    rows.labelled("meanwhile", 18, words::meanwhile(failure));
    rows.labelled("retried", 9, words::retried(failure));
    rows.labelled("conversation", 18, said(failure, scene, palette, with_all));
    rows.labelled(
        if failure.links.len() > 1 {
            "connections"
        } else {
            "connection"
        },
        18,
        links(&failure.links),
    );
    let (advice, instead) = advice(failure, scene);
    rows.labelled("help", 9, std::iter::once(advice).chain(instead));
    rows.lines.join("\n") + "\n"
}

/// What was said until the failure: of `finally` only where that is what failed.
fn said(failure: &Failure, scene: &Scene<'_>, palette: &Palette, with_all: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if matches!(failure.kind, FailureKind::Flaky { .. }) {
        // All went well this time, and the attempts before have been shown.
        return lines;
    }
    if !failure.in_finally {
        let here = here(failure, &scene.conversation);
        return scene.conversation.tail(palette, here);
    }
    if with_all {
        lines.extend(scene.conversation.tail(palette, None));
    }
    if let Some(finally) = &scene.finally {
        lines.push(FINALLY.to_owned());
        lines.extend(finally.tail(palette, here(failure, finally)));
    }
    lines
}

/// The row that has the values of the case, and where it stands: `_users.csv:3: ann,secret`.
pub(super) fn row(scene: &Scene<'_>) -> Option<String> {
    let span = scene.row?;
    let source = scene.sources.get(usize::from(span.file))?;
    let (line, _) = source.line_column(span.start);
    let written = source.text.get(span.start as usize..span.end as usize)?;
    // Of a row over several lines, as one.
    let written: Vec<&str> = written.split_whitespace().collect();
    Some(format!(
        "{}:{line}: {}",
        words_of(&source.name),
        words_of(&written.join(" "))
    ))
}

/// Where the files are included in one of which the step stands: `at login.json:4:18`, the nearest first.
pub(super) fn included(failure: &Failure, sources: &[SourceFile]) -> Vec<String> {
    let places = failure.included.iter().filter_map(|span| {
        let source = sources.get(usize::from(span.file))?;
        let (line, column) = source.line_column(span.start);
        Some(format!("at {}:{line}:{column}", words_of(&source.name)))
    });
    places.collect()
}

/// Which step it was, and whose, where there are several clients.
pub(super) fn place(failure: &Failure, conversation: &Conversation<'_>) -> String {
    let mut place = super::place::place(failure);
    let is_of_a_step = failure.step > 0 && failure.client.is_some();
    if conversation.clients.len() > 1 && is_of_a_step {
        place.push_str(&format!(", client {}", failure.client_name));
    }
    place
}

/// The index of the event that the failure is about.
pub(super) fn here(failure: &Failure, conversation: &Conversation<'_>) -> Option<usize> {
    let untaken = untaken_from(failure, conversation);
    conversation.events.iter().rposition(|event| {
        event.at <= failure.at
            && failure.client.is_none_or(|client| client == event.client)
            && match failure.kind {
                FailureKind::Mismatch { .. }
                | FailureKind::TooLong { .. }
                | FailureKind::Exhausted { .. }
                | FailureKind::BadFrame { .. }
                | FailureKind::Unexpected { .. } => match (&event.kind, untaken) {
                    // More may have arrived behind what the step looked at.
                    (
                        EventKind::Received {
                            from: Some(from), ..
                        },
                        Some(untaken),
                    ) => *from <= untaken,
                    (kind, _) => matches!(kind, EventKind::Received { .. }),
                },
                FailureKind::Ended { .. }
                | FailureKind::NeverCame { how: Some(_), .. }
                | FailureKind::WrongEnding { .. }
                | FailureKind::EndedInSilence(_) => matches!(event.kind, EventKind::Ended(_)),
                FailureKind::PacketTooLarge { .. } => {
                    matches!(event.kind, EventKind::TooLarge)
                }
                FailureKind::Unwritable(_) => {
                    matches!(event.kind, EventKind::Ended(_) | EventKind::Unwritable(_))
                }
                FailureKind::HalfClosed => matches!(event.kind, EventKind::Shutdown),
                FailureKind::NotConnected(_)
                | FailureKind::NoTls(_)
                | FailureKind::OtherRefusal(_) => {
                    matches!(event.kind, EventKind::Refused(_) | EventKind::NoTls(_))
                }
                FailureKind::Secured(_) => matches!(event.kind, EventKind::Secured(_)),
                FailureKind::Connected(_) => matches!(event.kind, EventKind::Connected(_)),
                _ => false,
            }
    })
}

/// Where in what the peer has said on the connection the first byte stands that no step had taken; `None`: all had been, or it is no
/// stream.
fn untaken_from(failure: &Failure, conversation: &Conversation<'_>) -> Option<u64> {
    let client = failure.client?;
    let link = failure.links.get(usize::from(client.0))?;
    let received = conversation.events.iter().rev().find_map(|event| {
        let is_seen = event.client == client && event.at <= failure.at;
        match event.kind {
            EventKind::Received {
                from: Some(from),
                len,
                ..
            } if is_seen => Some(from + len as u64),
            _ => None,
        }
    })?;
    let unread = u64::try_from(link.unread)
        .ok()
        .filter(|unread| *unread > 0)?;
    received.checked_sub(unread)
}

/// The rows under the step, each with a label before it.
struct Rows<'a> {
    palette: &'a Palette,
    lines: Vec<String>,
}

impl Rows<'_> {
    /// Lines with a label before the first, indented by `2 + width`; nothing when there are no lines.
    fn labelled(&mut self, label: &str, width: usize, lines: impl IntoIterator<Item = String>) {
        for (index, line) in lines.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let label = paint(self.palette.label, format!("{label:<width$}"));
            self.lines.push(format!("  {label}{line}"));
        }
    }

    /// What was expected and what came, as text and as bytes.
    fn bytes(&mut self, kind: &FailureKind) {
        match kind {
            FailureKind::Mismatch {
                expected,
                received,
                received_len,
                at,
                ..
            } => {
                let exact = expected.exact.as_deref();
                let first = exact.and_then(|exact| difference::first_difference(exact, received));
                match (exact, first.or(*at)) {
                    (Some(exact), Some(at)) => {
                        let text =
                            difference::text(self.palette, exact, received, *received_len, at);
                        self.lines.extend(text);
                        if exact.len().max(*received_len) > COUNTED {
                            let expected = bytes(exact.len());
                            let line = match *received_len {
                                came if came == exact.len() => {
                                    format!("at offset {at} of {expected}")
                                }
                                came => {
                                    format!("at offset {at}: {expected} expected, {came} received")
                                }
                            };
                            self.labelled("differs", 9, [line]);
                        }
                        self.lines
                            .extend(hexdump::compare(self.palette, exact, received, at));
                    }
                    (_, at) => self.received(received, *received_len, at),
                }
            }
            FailureKind::TimedOut {
                received,
                received_len,
                ..
            }
            | FailureKind::Ended {
                received,
                received_len,
                ..
            }
            | FailureKind::NeverCame {
                received,
                received_len,
                ..
            }
            | FailureKind::Unexpected {
                received,
                received_len,
                ..
            }
            | FailureKind::LeftOver {
                received,
                received_len,
                ..
            } => {
                self.received(received, *received_len, None);
            }
            FailureKind::NotTrue { values } => {
                let longest = values
                    .iter()
                    .map(|(name, _)| width(name))
                    .max()
                    .unwrap_or(0);
                let line = |(name, value): &(String, String)| {
                    format!("{name}{:1$} = {value}", "", longest - width(name))
                };
                self.labelled("values", 9, values.iter().map(line));
            }
            FailureKind::TooLong { received, .. }
            | FailureKind::Exhausted { received, .. }
            | FailureKind::BadFrame { received, .. } => {
                self.received(received, received.len(), None);
            }
            _ => {}
        }
    }

    /// What came, where there is nothing exact to compare it with.
    fn received(&mut self, received: &[u8], len: usize, at: Option<usize>) {
        if len == 0 {
            self.labelled("received", 9, ["nothing".to_owned()]);
            return;
        }
        let from = at.map_or(0, |at| difference::window(received, at));
        let lead = if from > 0 { "…" } else { "" };
        let shown = head(received.get(from..).unwrap_or_default(), len - from, LINE);
        self.labelled("received", 9, [format!("{lead}{shown}")]);
        if let Some(at) = at.map(|at| boundary(received, at)) {
            let fitting = received.get(from..at).unwrap_or_default();
            let column = width(lead) + width(&escape(fitting).to_string());
            let caret = paint(self.palette.bad, "^");
            self.lines.push(format!("           {:column$}{caret}", ""));
        }
        let rows = hexdump::one_side(self.palette, received, at);
        self.lines
            .extend(rows.into_iter().map(|row| format!("  {row}")));
    }
}
