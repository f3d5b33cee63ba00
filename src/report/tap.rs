//! TAP, version 14: a line a case, and under one that failed what was wrong, as YAML.

use std::io::{Read, Seek, Write};

use super::log::{FailureRecord, LogError, ResultKind, RunLog, write_json};
use super::rounds::Rounds;
use super::text::words;

/// Writes the report.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub(super) fn tap(log: &mut RunLog<impl Read + Seek>, out: &mut dyn Write) -> Result<(), LogError> {
    let totals = log.totals();
    writeln!(out, "TAP version 14\n1..{}", totals.selected)?;
    let rounds = Rounds::of(&log.header);
    let mut number = 0;
    for case in log.cases.clone() {
        let record = log.record(&case)?;
        if record.result == ResultKind::Cancelled {
            continue;
        }
        number += 1;
        let ok = if record.result == ResultKind::Failed {
            "not ok"
        } else {
            "ok"
        };
        let id = described(&rounds.name(case.number, &record.id));
        match &record.reason {
            Some(reason) => writeln!(out, "{ok} {number} - {id} # SKIP {}", described(reason))?,
            None => writeln!(out, "{ok} {number} - {id}")?,
        }
        if record.result == ResultKind::Skipped {
            continue;
        }
        writeln!(out, "  ---")?;
        let ms = record.elapsed_us / 1000;
        writeln!(out, "  duration_ms: {ms}.{:03}", record.elapsed_us % 1000)?;
        if case.is_flaky() {
            let attempts = log.earlier(&case)?.len() + 1;
            writeln!(out, "  flaky: true\n  attempts: {attempts}")?;
        }
        if let Some(failure) = &record.failure {
            failed(failure, out)?;
        }
        writeln!(out, "  ...")?;
    }
    if totals.unfinished > 0 {
        writeln!(
            out,
            "Bail out! {} of {} cases were not played to their end",
            totals.unfinished, totals.selected
        )?;
    }
    Ok(())
}

fn failed(failure: &FailureRecord, out: &mut dyn Write) -> Result<(), LogError> {
    let mut line = |key: &str, value: &str| -> Result<(), LogError> {
        write!(out, "  {key}: ")?;
        // A string of JSON is one of YAML.
        write_json(&value, false, out)?;
        Ok(writeln!(out)?)
    };
    line("message", &failure.headline())?;
    line("severity", "fail")?;
    line("code", &failure.code)?;
    if let Some(because) = &failure.because {
        line("because", because)?;
    }
    if let (Some(file), Some(at), Some(column)) = (&failure.file, failure.line, failure.column) {
        writeln!(out, "  at:")?;
        write!(out, "    file: ")?;
        write_json(file, false, out)?;
        writeln!(out, "\n    line: {at}\n    column: {column}")?;
    }
    for (key, bytes) in [
        (
            "expected",
            failure.expected.as_ref().and_then(|one| one.bytes.as_ref()),
        ),
        ("received", failure.received.as_ref()),
    ] {
        if let Some(bytes) = bytes {
            write!(out, "  {key}: ")?;
            write_json(bytes, false, out)?;
            writeln!(out)?;
        }
    }
    writeln!(out, "  text: |")?;
    for line in failure.text.lines() {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

/// A description: one line in which no `#` begins a directive.
fn described(text: &str) -> String {
    let mut shown = String::new();
    for c in words(text).chars() {
        if matches!(c, '#' | '\\') {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}
