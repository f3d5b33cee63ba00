//! Annotations of GitHub's workflows: each failure at the line of its step. GitHub shows ten of a kind for each step of a
//! job: so nine, and how many more there are.

use std::io::{Read, Seek, Write};

use super::log::{FailureRecord, LogError, ResultKind, RunLog};
use super::summary::counts;

/// How many failures are annotated.
const SHOWN: usize = 9;

/// How many bytes an annotation's message has: 4 KiB.
const MAX_TEXT: usize = 4 << 10;

/// Writes the annotations. `folder` is the path from the repository's root to where the files are counted from: empty, or
/// with a `/` at its end.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub(super) fn github(
    log: &mut RunLog<impl Read + Seek>,
    folder: &str,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let totals = log.totals();
    let failed = log
        .cases
        .iter()
        .filter(|case| case.result == ResultKind::Failed);
    let all: Vec<_> = failed.cloned().collect();
    for case in all.iter().take(SHOWN) {
        let record = log.record(case)?;
        if let Some(failure) = &record.failure {
            annotate(&record.id, record.name.as_deref(), failure, folder, out)?;
        }
    }
    if all.len() > SHOWN {
        writeln!(
            out,
            "::error title=backchat::{} more cases failed; the log of this run names them: backchat report show",
            all.len() - SHOWN
        )?;
    }
    let flaky: Vec<&str> = log
        .cases
        .iter()
        .filter(|case| case.is_flaky())
        .map(|case| &*case.id)
        .collect();
    for id in flaky.iter().take(SHOWN) {
        writeln!(
            out,
            "::warning title=flaky::{} passed only when it was tried again",
            data(id)
        )?;
    }
    if totals.unfinished > 0 {
        writeln!(
            out,
            "::error title=backchat::the run was not played to its end: {}",
            data(&counts(&totals))
        )?;
    }
    Ok(())
}

fn annotate(
    id: &str,
    name: Option<&str>,
    failure: &FailureRecord,
    folder: &str,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let mut properties = Vec::new();
    if let (Some(file), Some(line), Some(column)) = (&failure.file, failure.line, failure.column) {
        let file = if file.starts_with('/') {
            file.clone()
        } else {
            format!("{folder}{file}")
        };
        properties.push(format!("file={}", property(&file)));
        properties.push(format!("line={line},col={column}"));
    }
    properties.push(format!(
        "title={}",
        property(&format!("{id}: {}", failure.headline()))
    ));
    let text = &*failure.text;
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let more = if end < text.len() { "…" } else { "" };
    let name = name.map_or(String::new(), |name| format!("{name}\n"));
    let message = format!("{name}{}{more}", text[..end].trim_end());
    Ok(writeln!(
        out,
        "::error {}::{}",
        properties.join(","),
        data(&message)
    )?)
}

/// A message: what would end it is escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
