//! Annotations of GitHub's workflows: each failure at the line of its step. GitHub shows ten of a kind for each step of a
//! job: so nine, and how many more there are.

use std::io::{self, Write};

use super::form::{Case, Form};
use super::log::{FailureRecord, Overview, ResultKind};
use super::summary::counts;

/// How many failures are annotated.
const SHOWN: usize = 9;

/// How many bytes an annotation's message has: 4 KiB.
const MAX_TEXT: usize = 4 << 10;

/// The annotations.
pub(super) struct Github<'a> {
    /// The path from the repository's root to where the files are counted from: empty, or with a `/` at its end.
    folder: &'a str,
    /// How many failures have been annotated.
    shown: usize,
}

impl<'a> Github<'a> {
    pub(super) const fn new(folder: &'a str) -> Self {
        Self { folder, shown: 0 }
    }
}

impl Form for Github<'_> {
    fn begin(&mut self, _: &Overview, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn case(&mut self, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = &case.last;
        if record.result != ResultKind::Failed || !self.goes_on() {
            return Ok(());
        }
        self.shown += 1;
        match &record.failure {
            Some(failure) => {
                let name = record.name.as_deref();
                annotate(&record.id, name, failure, self.folder, out)
            }
            None => Ok(()),
        }
    }

    fn goes_on(&self) -> bool {
        self.shown < SHOWN
    }

    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        let totals = run.totals();
        let more = totals.failed.saturating_sub(SHOWN as u64);
        if more > 0 {
            writeln!(
                out,
                "::error title=backchat::{more} more cases failed; the log of this run names them: backchat report show"
            )?;
        }
        let flaky = run.cases.iter().filter(|case| case.is_flaky());
        for case in flaky.take(SHOWN) {
            writeln!(
                out,
                "::warning title=flaky::{} passed only when it was tried again",
                data(&case.id)
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
}

fn annotate(
    id: &str,
    name: Option<&str>,
    failure: &FailureRecord,
    folder: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
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
    writeln!(out, "::error {}::{}", properties.join(","), data(&message))
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
