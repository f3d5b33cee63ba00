//! Hides what nobody may see in the texts of a log. The bytes in it have come without.

use super::record::{CaseRecord, FailureRecord, Header, Line, ProgramRecord};
use crate::secrets::Secrets;

/// Hides secrets in the texts of a line.
pub(super) fn hide(line: &mut Line, secrets: &Secrets) {
    if secrets.is_empty() {
        return;
    }
    let one = |text: &mut String| secrets.hide_in(text);
    match line {
        Line::Log(header) => hide_in_header(header, secrets),
        Line::RunStarted(started) => one(&mut started.target),
        Line::CaseStarted { id, .. } => one(id),
        Line::CaseSlow { id, waiting, .. } => waiting.iter_mut().chain([id]).for_each(one),
        Line::CaseEnded(record) => hide_in_record(record, secrets),
        Line::ProgramFailed(ProgramRecord {
            command,
            title,
            ended,
            text,
        }) => (ended.iter_mut().chain([command, title, text])).for_each(one),
        Line::Stopping { .. } | Line::RunFinished { .. } | Line::Unknown => {}
    }
}

fn hide_in_header(header: &mut Header, secrets: &Secrets) {
    let files = header.selected.iter_mut();
    let ids =
        files.flat_map(|file| (file.ids.iter_mut().chain([&mut file.file])).chain(&mut file.suite));
    let settings = header.settings.values_mut().flatten();
    let run = header.run.iter_mut().map(|run| &mut run.id);
    (ids.chain(&mut header.flags).chain(settings).chain(run))
        .chain(&mut header.paths)
        .chain(&mut header.outstanding)
        .for_each(|text| secrets.hide_in(text));
}

fn hide_in_record(record: &mut CaseRecord, secrets: &Secrets) {
    let texts = [&mut record.name, &mut record.reason, &mut record.program];
    (texts.into_iter().flatten())
        .chain([&mut record.id, &mut record.file])
        .for_each(|text| secrets.hide_in(text));
    for open in &mut record.interrupted {
        let texts = (open.file.iter_mut()).chain([&mut open.waits]);
        texts.for_each(|text| secrets.hide_in(text));
    }
    let mut failure = record.failure.as_deref_mut();
    while let Some(this) = failure {
        failure = hide_in_failure(this, secrets);
    }
    if let Some(talk) = &mut record.talk {
        let events = talk
            .events
            .iter_mut()
            .chain(talk.finally.iter_mut().flatten());
        (events.map(|event| &mut event.words))
            .chain(&mut talk.clients)
            .for_each(|text| secrets.hide_in(text));
    }
    if let Some(health) = &mut record.health {
        hide_in_record(health, secrets);
    }
}

/// Hides secrets in the texts of a failure, and gives the one that came after it.
fn hide_in_failure<'a>(
    failure: &'a mut FailureRecord,
    secrets: &Secrets,
) -> Option<&'a mut FailureRecord> {
    let texts = [
        &mut failure.file,
        &mut failure.client,
        &mut failure.because,
        &mut failure.case,
        &mut failure.note,
    ];
    let expected = failure
        .expected
        .as_mut()
        .map(|expected| &mut expected.words);
    (texts.into_iter().flatten())
        .chain([&mut failure.title, &mut failure.place, &mut failure.text])
        .chain(expected)
        .chain(&mut failure.connections)
        .chain(&mut failure.help)
        .chain(&mut failure.included)
        .chain((failure.ended_first.iter_mut()).map(|first| &mut first.client))
        .for_each(|text| secrets.hide_in(text));
    failure.finally.as_deref_mut()
}
