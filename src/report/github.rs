//! Annotations of GitHub's workflows: each failure at the line of its step. GitHub shows ten of a kind for each step of a
//! job: so nine, and how many more there are.

use std::io::{self, Write};

use super::form::{Case, Form};
use super::log::{CaseRecord, FailureRecord, Overview, ResultKind};
use super::rounds::Rounds;
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
    /// How many steps that waited when their case was cancelled, or when the log broke off.
    open: usize,
    rounds: Rounds,
}

impl<'a> Github<'a> {
    pub(super) fn new(folder: &'a str) -> Self {
        Self {
            folder,
            shown: 0,
            open: 0,
            rounds: Rounds::default(),
        }
    }

    /// Says at which steps a case was cancelled.
    fn cancelled(&mut self, record: &CaseRecord, out: &mut dyn Write) -> io::Result<()> {
        for step in &record.interrupted {
            if !self.goes_on() {
                break;
            }
            self.open += 1;
            let mut properties = place(step.file.as_deref(), step.line, step.column, self.folder);
            properties.push(format!(
                "title={}",
                property(&format!(
                    "{}: cancelled",
                    self.rounds.name(record.number, &record.id)
                ))
            ));
            writeln!(
                out,
                "::error {}::{}",
                properties.join(","),
                data(&step.waits)
            )?;
        }
        Ok(())
    }
}

impl Form for Github<'_> {
    fn begin(&mut self, run: &Overview, _: &mut dyn Write) -> io::Result<()> {
        self.rounds = Rounds::of(&run.header);
        Ok(())
    }

    fn case(&mut self, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()> {
        let record = &case.last;
        if !self.goes_on() {
            return Ok(());
        }
        if record.result == ResultKind::Cancelled {
            return self.cancelled(record, out);
        }
        if record.result != ResultKind::Failed {
            return Ok(());
        }
        self.shown += 1;
        match &record.failure {
            Some(failure) => {
                let name = record.name.as_deref();
                let id = self.rounds.name(record.number, &record.id);
                annotate(&id, name, failure, self.folder, out)
            }
            None => Ok(()),
        }
    }

    fn goes_on(&self) -> bool {
        self.shown + self.open < SHOWN
    }

    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        let totals = run.totals();
        let more = totals.failed.saturating_sub(self.shown as u64);
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
                data(&self.rounds.name(case.number, &case.id))
            )?;
        }
        let hung = run.unfinished.iter();
        let hung = hung.filter(|case| case.begun && !case.waiting.is_empty());
        for case in hung.take(SHOWN.saturating_sub(self.shown + self.open)) {
            let id = self.rounds.name(case.number, &case.id);
            let title = property(&format!("{id}: never finished"));
            let said = data(&case.waiting.join("\n"));
            writeln!(out, "::error title={title}::{said}")?;
        }
        // At least one: it is why the run has failed.
        let room = SHOWN.saturating_sub(self.shown + self.open).max(1);
        for program in run.programs.iter().take(room) {
            let (title, text) = (property(&program.title), data(program.text.trim_end()));
            writeln!(out, "::error title={title}::{text}")?;
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
    let mut properties = place(
        failure.file.as_deref(),
        failure.line,
        failure.column,
        folder,
    );
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

/// The properties that say where an annotation stands.
fn place(file: Option<&str>, line: Option<u64>, column: Option<u64>, folder: &str) -> Vec<String> {
    let (Some(file), Some(line), Some(column)) = (file, line, column) else {
        return Vec::new();
    };
    let folder = if file.starts_with('/') { "" } else { folder };
    vec![
        format!("file={}", property(&format!("{folder}{file}"))),
        format!("line={line},col={column}"),
    ]
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
