//! TAP, version 14: a line a case, and under one that failed what was wrong, as YAML.

use std::io::{self, Write};

use super::form::{Case, Form};
use super::log::{FailureRecord, Overview, ResultKind, write_json};
use super::rounds::Rounds;
use super::text::words;

/// The report.
#[derive(Default)]
pub(super) struct Tap {
    /// The number of the last test point.
    number: u64,
    rounds: Rounds,
    /// What was cancelled, and what it waited for.
    open: Vec<String>,
}

/// How many cases are named that were not played to their end.
const NAMED: usize = 100;

impl Form for Tap {
    fn begin(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        self.rounds = Rounds::of(&run.header);
        writeln!(out, "TAP version 14\n1..{}", run.totals().selected)
    }

    fn case(&mut self, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = &case.last;
        if record.result == ResultKind::Cancelled {
            let id = self.rounds.name(case.played.number, &record.id);
            let open = format!("{}: {}", words(&id), record.cancelled_in_words());
            self.open.push(open);
            return Ok(());
        }
        self.number += 1;
        let ok = if record.result == ResultKind::Failed {
            "not ok"
        } else {
            "ok"
        };
        let (name, number) = (
            self.rounds.name(case.played.number, &record.id),
            self.number,
        );
        let id = described(&name);
        match &record.reason {
            Some(reason) => writeln!(out, "{ok} {number} - {id} # SKIP {}", described(reason))?,
            None => writeln!(out, "{ok} {number} - {id}")?,
        }
        if record.result == ResultKind::Skipped {
            return Ok(());
        }
        let (ms, us) = (record.elapsed_us / 1000, record.elapsed_us % 1000);
        write!(out, "  ---\n  duration_ms: {ms}.{us:03}\n")?;
        if case.played.is_flaky() {
            let attempts = case.earlier.len() + 1;
            writeln!(out, "  flaky: true\n  attempts: {attempts}")?;
        }
        if let Some(failure) = &record.failure {
            failed(failure, out)?;
        }
        out.write_all(b"  ...\n")
    }

    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        let totals = run.totals();
        let begun = run.unfinished.iter().filter(|case| case.begun);
        let begun = begun.map(|case| format!("{}: {}", words(&case.id), case.in_words()));
        for open in std::mem::take(&mut self.open)
            .into_iter()
            .chain(begun)
            .take(NAMED)
        {
            writeln!(out, "# {open}")?;
        }
        for program in &run.programs {
            writeln!(out, "# {}", program.title)?;
            for line in program.text.lines() {
                writeln!(out, "#{line}")?;
            }
        }
        // Once only, and what says more: nothing counts after it.
        if totals.unfinished == 0
            && let Some(program) = run.programs.first()
        {
            writeln!(out, "Bail out! {}", program.title)?;
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
}

fn failed(failure: &FailureRecord, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |key: &str, value: &str| -> io::Result<()> {
        write!(out, "  {key}: ")?;
        // A string of JSON is one of YAML.
        write_json(&value, false, out)?;
        writeln!(out)
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
        out.write_all(b"    ")?;
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
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
