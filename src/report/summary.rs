//! A run as a terminal shows its end: each failure in full, and the count.

use std::io::{self, Write};
use std::time::Duration;

use super::form::{Case, Form};
use super::log::{Overview, ResultKind, Totals};
use super::rounds::Rounds;
use super::text::words;
use super::told::Told;
use crate::count::count;

/// The report.
#[derive(Default)]
pub(super) struct Text {
    /// What is told once.
    told: Told,
    rounds: Rounds,
}

impl Form for Text {
    fn begin(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        self.rounds = Rounds::of(&run.header);
        let selected = usize::try_from(run.totals().selected).unwrap_or(usize::MAX);
        writeln!(
            out,
            "{} · {} · {}",
            count(selected, "case"),
            words(&run.started.target),
            run.started.seed_in_words()
        )
    }

    fn case(&mut self, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()> {
        if case.played.result == ResultKind::Cancelled {
            let time = Duration::from_micros(case.last.elapsed_us).as_secs_f64();
            let id = words(&self.rounds.name(case.played.number, &case.last.id));
            let why = case.last.cancelled_in_words();
            return writeln!(out, "{:>12} [{time:>8.3}s] {id}   {why}", "OPEN");
        }
        if case.played.result != ResultKind::Failed && !case.played.is_flaky() {
            return Ok(());
        }
        for record in case.earlier.iter().chain([&case.last]) {
            let label = match record.result {
                ResultKind::Failed => "FAIL",
                _ => "PASS",
            };
            let time = Duration::from_micros(record.elapsed_us).as_secs_f64();
            let attempt = match record.attempt {
                1 => String::new(),
                n => format!("   attempt {n}"),
            };
            let failure = record.failure.as_deref();
            let instead = failure.and_then(|failure| self.told.instead(&record.id, failure));
            let id = words(&self.rounds.name(case.played.number, &record.id));
            write!(out, "{label:>12} [{time:>8.3}s] {id}{attempt}")?;
            if let Some(instead) = instead {
                writeln!(out, "   {instead}")?;
                continue;
            }
            writeln!(out)?;
            if let Some(failure) = failure {
                out.write_all(failure.text.as_bytes())?;
            }
        }
        Ok(())
    }

    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        for case in &run.unfinished {
            let why = case.in_words();
            let id = words(&self.rounds.name(case.number, &case.id));
            writeln!(out, "{:>12} [{:>9}] {id}   {why}", "OPEN", "")?;
        }
        for program in &run.programs {
            writeln!(out, "{:>12} {}", "PROGRAM", program.title)?;
            out.write_all(program.text.as_bytes())?;
        }
        writeln!(out, "────────────")?;
        let elapsed = match run.elapsed_us {
            Some(us) => format!("[{:>8.3}s]", Duration::from_micros(us).as_secs_f64()),
            None => format!("[{:>9}]", "?"),
        };
        writeln!(out, "{:>12} {elapsed} {}", "Summary", counts(&run.totals()))?;
        for (name, totals) in several(run.by_suite()) {
            writeln!(out, "{:>12} {name}: {}", "Suite", counts(&totals))?;
        }
        Ok(())
    }
}

/// The counts of suites, where there is more than one: of one alone all is said.
pub(super) fn several(suites: Vec<(String, Totals)>) -> Vec<(String, Totals)> {
    match suites.len() {
        0 | 1 => Vec::new(),
        _ => suites,
    }
}

/// The count, in words: `58 selected: 57 passed, 1 failed, 0 skipped`.
pub(super) fn counts(totals: &Totals) -> String {
    let mut text = format!(
        "{} selected: {} passed, {} failed, {} skipped",
        totals.selected, totals.passed, totals.failed, totals.skipped
    );
    if totals.flaky > 0 {
        text.push_str(&format!(", {} flaky", totals.flaky));
    }
    if totals.unfinished > 0 {
        text.push_str(&format!(", {} not finished", totals.unfinished));
    }
    text
}
