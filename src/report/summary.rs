//! A run as a terminal shows its end: each failure in full, and the count.

use std::io::{Read, Seek, Write};
use std::time::Duration;

use super::log::{LogError, ResultKind, RunLog, Totals};
use super::text::words;
use crate::count::count;

/// Writes the report.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub(super) fn text(
    log: &mut RunLog<impl Read + Seek>,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let started = &log.started;
    writeln!(
        out,
        "{} · {} · {}",
        count(
            usize::try_from(log.totals().selected).unwrap_or(usize::MAX),
            "case"
        ),
        words(&started.target),
        started.seed_in_words()
    )?;
    for case in log.cases.clone() {
        if case.result != ResultKind::Failed && !case.is_flaky() {
            continue;
        }
        let mut records = log.earlier(&case)?;
        records.push(log.record(&case)?);
        for record in records {
            let label = match record.result {
                ResultKind::Failed => "FAIL",
                _ => "PASS",
            };
            let time = Duration::from_micros(record.elapsed_us).as_secs_f64();
            let attempt = match record.attempt {
                1 => String::new(),
                n => format!("   attempt {n}"),
            };
            writeln!(
                out,
                "{label:>12} [{time:>8.3}s] {}{attempt}",
                words(&record.id)
            )?;
            if let Some(failure) = &record.failure {
                out.write_all(failure.text.as_bytes())?;
            }
        }
    }
    for case in &log.unfinished {
        let why = if case.begun {
            "never finished"
        } else {
            "never begun"
        };
        writeln!(
            out,
            "{:>12} [{:>9}] {}   {why}",
            "OPEN",
            "",
            words(&case.id)
        )?;
    }
    writeln!(out, "────────────")?;
    let elapsed = match log.elapsed_us {
        Some(us) => format!("[{:>8.3}s]", Duration::from_micros(us).as_secs_f64()),
        None => format!("[{:>9}]", "?"),
    };
    writeln!(out, "{:>12} {elapsed} {}", "Summary", counts(&log.totals()))?;
    for (name, totals) in several(log.by_suite()) {
        writeln!(out, "{:>12} {name}: {}", "Suite", counts(&totals))?;
    }
    Ok(())
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
