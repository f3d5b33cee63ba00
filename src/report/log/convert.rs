//! An outcome → its record in the log, bounded whatever was said.

use std::time::Duration;

use super::Bytes;
use super::record::{
    CaseRecord, ConnectionEvent, Cut, ExpectedRecord, FailureRecord, FirstEndRecord, ProgramRecord,
    ResultKind, Talk,
};
use crate::player::{
    self, EndedBy, Ending, Event, EventKind, Expected, Failure, FailureKind, LinkState, Log,
    ProgramFault, Transcript, Verdict,
};
use crate::report::advice::advice;
use crate::report::conversation::{happened, links};
use crate::report::failure::{Scene, here, included, place, row, span};
use crate::report::program::{render_program, title};
use crate::report::terminal::whole_block;
use crate::report::text::words;
use crate::report::waiting::interrupted;
use crate::report::words as say;
use crate::report::{Palette, code, difference};
use crate::runner::{CaseResult, Outcome, ProgramNews};
use crate::scenario::{CloseHow, Scenario};

/// How many bytes of a rendered failure are kept: 32 KiB.
const MAX_TEXT: usize = 32 << 10;

/// A case that is over, as the log has it.
pub(super) fn record(number: usize, outcome: &Outcome) -> CaseRecord {
    let (result, reason) = match &outcome.result {
        CaseResult::Skipped(reason) => (ResultKind::Skipped, Some(words(reason))),
        CaseResult::Played(Verdict::Passed) => (ResultKind::Passed, None),
        CaseResult::Played(Verdict::Failed(_)) => (ResultKind::Failed, None),
        CaseResult::Played(Verdict::Cancelled) => (ResultKind::Cancelled, None),
    };
    let failure = match &outcome.result {
        CaseResult::Played(Verdict::Failed(failure)) => Some(Box::new(failed(failure, outcome))),
        _ => None,
    };
    CaseRecord {
        number: number as u64,
        attempt: outcome.attempt,
        id: outcome.id.to_string(),
        round: outcome.round.saturating_add(1),
        name: outcome.name.as_deref().map(words),
        file: file_of(&outcome.scenario),
        result,
        reason,
        interrupted: interrupted(outcome),
        elapsed_us: micros(outcome.elapsed),
        leftovers: outcome.leftovers,
        failure,
        program: (outcome.program.as_ref())
            .map(|news| render_program(news, &Palette::plain()))
            .filter(|program| !program.is_empty()),
        talk: talk(&outcome.transcript, &outcome.scenario).map(Box::new),
        health: (outcome.health.as_ref()).map(|health| Box::new(health_check(number, health))),
    }
}

/// A program under test of which no case tells, as the log has it.
pub(super) fn program(fault: &ProgramFault, news: &ProgramNews) -> ProgramRecord {
    ProgramRecord {
        command: words(&news.command),
        title: title(fault),
        ended: news.ended.as_deref().map(words),
        text: render_program(news, &Palette::plain()),
    }
}

/// A health check, without what the text of its case has already.
fn health_check(number: usize, outcome: &Outcome) -> CaseRecord {
    let mut record = record(number, outcome);
    if let Some(failure) = &mut record.failure {
        failure.text = String::new();
    }
    record
}

/// The scenario file, as it is shown.
pub(super) fn file_of(scenario: &Scenario) -> String {
    (scenario.sources.first()).map_or_else(String::new, |source| source.name.clone())
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn failed(failure: &Failure, outcome: &Outcome) -> FailureRecord {
    let names: Vec<&str> = names(&outcome.scenario);
    let scene = Scene::of(outcome, &names);
    let mut text = whole_block(failure, outcome, &Palette::plain());
    if text.len() > MAX_TEXT {
        let mut end = MAX_TEXT;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str("…\n");
    }
    let mut record = one(failure, &scene);
    // What is found when all is over has no time of its own.
    record.at_us = record.at_us.min(micros(outcome.elapsed));
    record.text = text;
    record.finally = (failure.finally.as_ref()).map(|finally| Box::new(one(finally, &scene)));
    record
}

fn one(failure: &Failure, scene: &Scene<'_>) -> FailureRecord {
    let span = span(failure);
    let source = scene.sources.get(usize::from(span.file));
    let at = source.map(|source| source.line_column(span.start));
    let (expected, received, differs_at) = bytes(&failure.kind);
    let (advice, instead) = advice(failure, scene);
    let events = match (failure.in_finally, &scene.finally) {
        (true, Some(finally)) => finally,
        _ => &scene.conversation,
    };
    FailureRecord {
        code: code(&failure.kind).0.to_owned(),
        title: say::title(failure),
        place: place(failure, &scene.conversation),
        file: source.map(|source| source.name.clone()),
        line: at.map(|(line, _)| line as u64),
        column: at.map(|(_, column)| column as u64),
        included: included(failure, scene.sources),
        case: row(scene),
        step: failure.step,
        steps: failure.steps,
        inside: failure.inside.map(|inside| inside.key().to_owned()),
        in_finally: failure.in_finally,
        client: (failure.client)
            .filter(|_| scene.framings.len() > 1)
            .map(|_| failure.client_name.clone()),
        at_us: failure.at.as_nanos() / 1000,
        waited_us: micros(failure.waited),
        patience_us: micros(failure.patience),
        expected,
        received,
        differs_at: differs_at.map(|at| at as u64),
        because: say::because(failure),
        note: failure.note.as_deref().map(words),
        connections: links(&failure.links),
        ended_first: first_ends(&failure.links),
        help: std::iter::once(advice).chain(instead).collect(),
        here: here(failure, events).map(|here| here as u64),
        text: String::new(),
        finally: None,
    }
}

/// What was expected, what came, and where they differ.
fn bytes(kind: &FailureKind) -> (Option<ExpectedRecord>, Option<Bytes>, Option<usize>) {
    let (expected, received, len, at) = match kind {
        FailureKind::Mismatch {
            expected,
            received,
            received_len,
            at,
            ..
        } => {
            let exact = expected.exact.as_deref();
            let first = exact.and_then(|exact| difference::first_difference(exact, received));
            (Some(expected), received, *received_len, first.or(*at))
        }
        FailureKind::TimedOut {
            expected,
            received,
            received_len,
        }
        | FailureKind::Ended {
            expected,
            received,
            received_len,
            ..
        }
        | FailureKind::NeverCame {
            expected,
            received,
            received_len,
            ..
        } => {
            let exact = expected.exact.as_deref();
            let first = exact.and_then(|exact| difference::first_difference(exact, received));
            (
                Some(expected),
                received,
                *received_len,
                first.filter(|_| !received.is_empty()),
            )
        }
        FailureKind::TooLong {
            expected, received, ..
        }
        | FailureKind::Exhausted { expected, received }
        | FailureKind::BadFrame {
            expected, received, ..
        } => (Some(expected), received, received.len(), None),
        FailureKind::Unexpected {
            received,
            received_len,
            instead,
        } => {
            let words = say::wanted_instead(instead);
            let expected = ExpectedRecord { words, bytes: None };
            return (
                Some(expected),
                Some(Bytes::head(received, *received_len)),
                None,
            );
        }
        FailureKind::LeftOver {
            received,
            received_len,
            ..
        } => {
            return (None, Some(Bytes::head(received, *received_len)), None);
        }
        _ => return (None, None, None),
    };
    let place = at.unwrap_or(0);
    let expected = expected.map(|expected: &Expected| ExpectedRecord {
        words: words(&expected.words),
        bytes: (expected.exact.as_deref()).map(|exact| Bytes::around(exact, place, exact.len())),
    });
    // Both sides from the same offset on.
    let received = Bytes::around(received, place, len);
    (expected, Some(received), at)
}

fn names(scenario: &Scenario) -> Vec<&str> {
    let clients = scenario.script.clients.iter();
    clients.map(|client| &*client.name).collect()
}

/// What was said, where something was.
fn talk(transcript: &Transcript, scenario: &Scenario) -> Option<Talk> {
    let conversation = transcript.conversation();
    let finally = transcript.finally();
    if conversation.events().next().is_none() && finally.is_none() {
        return None;
    }
    Some(Talk {
        clients: names(scenario).into_iter().map(str::to_owned).collect(),
        dropped: conversation.dropped(),
        events: events(conversation),
        finally: finally.map(events),
    })
}

fn events(log: &Log) -> Vec<ConnectionEvent> {
    log.events().map(event).collect()
}

fn event(event: &Event) -> ConnectionEvent {
    let (mut bytes, mut pieces, mut how) = (None, 1, None);
    let (mut from, mut cuts) = (None, Vec::new());
    let mut said = |head: &[u8], len: usize, start: Option<u64>, at: &[player::Cut]| {
        bytes = Some(Bytes::head(head, len));
        from = start;
        cuts = at.iter().map(cut).collect();
    };
    let what = match &event.kind {
        EventKind::Connected(_) => "connected",
        EventKind::Refused(_) => "refused",
        EventKind::Secured(_) => "secured",
        EventKind::NoTls(_) => "not_secured",
        EventKind::Sent {
            head,
            len,
            pieces: n,
            from,
            cuts,
        } => {
            said(head, *len, *from, cuts);
            pieces = *n;
            "sent"
        }
        EventKind::Received {
            head,
            len,
            pieces: n,
            from,
            cuts,
        } => {
            said(head, *len, *from, cuts);
            pieces = *n;
            "received"
        }
        EventKind::Ended(ending) => {
            how = Some(*ending);
            "ended"
        }
        EventKind::Unwritable(ending) => {
            how = Some(*ending);
            "unwritable"
        }
        EventKind::TooLarge => "too_large",
        EventKind::Shutdown => "shutdown",
        EventKind::Closed => "closed",
        EventKind::Aborted => "aborted",
        EventKind::Dropped => "closed",
        EventKind::Skipped { .. } => "left_out",
    };
    ConnectionEvent {
        at_us: event.at.as_nanos() / 1000,
        client: event.client.0,
        what: what.to_owned(),
        words: happened(&event.kind),
        bytes,
        pieces,
        from,
        cuts,
        how: how.map(|how| name_of(how).to_owned()),
    }
}

/// The word for an end.
fn name_of(how: Ending) -> &'static str {
    match how {
        Ending::Clean => "clean",
        Ending::Reset => "reset",
        Ending::Unread => "unread",
        Ending::Truncated => "truncated",
        Ending::Alert(_) => "alert",
        Ending::Garbled => "garbled",
        Ending::Unreachable => "unreachable",
        Ending::TimedOut => "timed-out",
        Ending::Lost => "lost",
        Ending::Refused => "refused",
    }
}

/// Who ended each connection first.
fn first_ends(links: &[LinkState]) -> Vec<FirstEndRecord> {
    (links.iter())
        .filter_map(|link| {
            let first = link.first_end?;
            let (by, how) = match first.by {
                EndedBy::Us(CloseHow::Clean) => ("backchat", "clean"),
                EndedBy::Us(CloseHow::Write) => ("backchat", "write"),
                EndedBy::Us(CloseHow::Reset) => ("backchat", "reset"),
                EndedBy::UsWithoutReset => ("backchat", "closed"),
                EndedBy::Peer(how @ (Ending::Unreachable | Ending::TimedOut | Ending::Lost)) => {
                    ("system", name_of(how))
                }
                EndedBy::Peer(how) => ("peer", name_of(how)),
            };
            Some(FirstEndRecord {
                client: link.name.clone(),
                by: by.to_owned(),
                how: how.to_owned(),
                at_us: first.at.as_nanos() / 1000,
            })
        })
        .collect()
}

fn cut(cut: &player::Cut) -> Cut {
    Cut {
        offset: cut.offset as u64,
        at_us: cut.at.as_nanos() / 1000,
    }
}
