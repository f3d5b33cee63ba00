//! A failed step as a person reads it: the step in its file, the difference, what was said before, and what to do.

use super::conversation::{Conversation, links};
use super::palette::paint;
use super::text::{LINE, boundary, duration, head, width, words as words_of};
use super::{Palette, code, difference, hexdump, snippet, words};
use crate::player::{Event, EventKind, Failure, FailureKind, Transcript};
use crate::scenario::{Scenario, SourceFile};
use crate::wire::escape;

/// The block that is shown under the line of a failed case. Ends with a line end.
pub fn render_failure(
    failure: &Failure,
    scenario: &Scenario,
    transcript: &Transcript,
    palette: &Palette,
) -> String {
    let clients: Vec<&str> = scenario
        .script
        .clients
        .iter()
        .map(|client| &*client.name)
        .collect();
    let events: Vec<&Event> = transcript.events().collect();
    let conversation = Conversation {
        events: &events,
        dropped: transcript.dropped(),
        clients: &clients,
    };
    block(failure, &scenario.sources, &conversation, palette)
}

pub(super) fn block(
    failure: &Failure,
    sources: &[SourceFile],
    conversation: &Conversation<'_>,
    palette: &Palette,
) -> String {
    let title = format!(
        "{} at {}",
        words::title(failure),
        place(failure, conversation)
    );
    let span = match &failure.kind {
        FailureKind::NoValue(error) => error.span,
        _ => failure.span,
    };
    let label = words::label(&failure.kind);
    let mut rows = Rows {
        palette,
        lines: Vec::new(),
    };
    rows.lines.push(snippet::head(
        palette,
        code(&failure.kind),
        &title,
        sources,
        span,
        &label,
    ));
    if let Some(note) = &failure.note {
        rows.labelled("note", 9, [words_of(note)]);
    }
    rows.labelled("because", 9, words::because(&failure.kind));
    rows.bytes(&failure.kind);
    if let Some(awaited) = words::awaited(&failure.kind) {
        rows.labelled(
            "waited",
            9,
            [format!("{} for {awaited}", duration(failure.waited))],
        );
    }
    let here = here(failure, conversation);
    rows.labelled("conversation", 18, conversation.tail(palette, here));
    rows.labelled(
        if failure.links.len() > 1 {
            "connections"
        } else {
            "connection"
        },
        18,
        links(&failure.links),
    );
    let (advice, instead) = words::advice(&failure.kind);
    rows.labelled("help", 9, std::iter::once(advice).chain(instead));
    let mut shown = rows.lines.join("\n") + "\n";
    if let Some(finally) = &failure.finally {
        // What was said has just been shown.
        let nothing_more = Conversation {
            events: &[],
            ..*conversation
        };
        let bare = Failure {
            links: Vec::new(),
            ..(**finally).clone()
        };
        shown.push_str(&block(&bare, sources, &nothing_more, palette));
    }
    shown
}

/// Which step it was: `step 4 of 6`, and whose, in which round, where that says something.
fn place(failure: &Failure, conversation: &Conversation<'_>) -> String {
    if failure.step == 0 {
        return "the start".into();
    }
    let mut place = format!("step {} of {}", failure.step, failure.steps);
    if failure.in_finally {
        place.push_str(" of `finally`");
    }
    for round in &failure.rounds {
        place.push_str(&format!(", round {}", round + 1));
    }
    if conversation.clients.len() > 1 && failure.client.is_some() {
        place.push_str(&format!(", client {}", failure.client_name));
    }
    place
}

/// The index of the event that the failure is about.
fn here(failure: &Failure, conversation: &Conversation<'_>) -> Option<usize> {
    conversation.events.iter().rposition(|event| {
        event.at <= failure.at
            && failure.client.is_none_or(|client| client == event.client)
            && match failure.kind {
                FailureKind::Mismatch { .. }
                | FailureKind::TooLong { .. }
                | FailureKind::BadFrame { .. }
                | FailureKind::Unexpected { .. } => {
                    matches!(event.kind, EventKind::Received { .. })
                }
                FailureKind::Ended { .. }
                | FailureKind::WrongEnding { .. }
                | FailureKind::EndedInSilence(_) => matches!(event.kind, EventKind::Ended(_)),
                FailureKind::Unwritable(_) => {
                    matches!(event.kind, EventKind::Ended(_) | EventKind::Unwritable(_))
                }
                FailureKind::NotConnected(_) | FailureKind::OtherRefusal(_) => {
                    matches!(event.kind, EventKind::Refused(_))
                }
                FailureKind::Connected(_) => matches!(event.kind, EventKind::Connected(_)),
                _ => false,
            }
    })
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
            | FailureKind::Unexpected {
                received,
                received_len,
                ..
            } => {
                self.received(received, *received_len, None);
            }
            FailureKind::TooLong { received, .. } | FailureKind::BadFrame { received, .. } => {
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
