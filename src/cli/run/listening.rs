//! What listens to a run while it goes on: the terminal, the log, and what the exit code is made of.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};

use super::super::ci_commands::{InertWriter, Printed};
use super::super::console::{Console, quiet_if_gone};
use super::super::error::CliError;
use super::super::secrets::HidingWriter;
use super::again::Again;
use super::recording::Recording;
use super::updates::Updates;
use crate::player::{FailureKind, ProgramFault, Verdict};
use crate::report::{Progress, Reporter, Terminal, TerminalOptions, help_with, some_lines};
use crate::runner::{CaseResult, Event, Outcome, Summary};

/// How many different reasons for having no connection are told.
const MAX_TRIED: usize = 8;

/// Everything that listens to a run.
pub(super) struct Report<'u> {
    pub(super) progress: Option<Progress>,
    pub(super) terminal: Terminal<Box<dyn Write>>,
    pub(super) again: Again,
    /// What is under test.
    pub(super) target: String,
    /// Whether a skipped case makes the run fail.
    pub(super) deny_skips: bool,
    /// Why connections did not come about: each reason once.
    pub(super) tried: Vec<String>,
    /// What the program under test had printed when the first of them did not, line by line.
    pub(super) printed: Vec<String>,
    /// Why programs under test were not ready: each reason once.
    pub(super) not_ready: Vec<CliError>,
    /// What to do about the first of them.
    pub(super) help: &'static str,
    /// Why nothing more can be reported.
    pub(super) failed: Option<CliError>,
    /// What takes down what could be rewritten.
    pub(super) updates: Option<&'u mut Updates>,
    /// What writes the log.
    pub(super) recording: Option<Recording>,
    /// How many cases that failed earlier are not played this time either.
    pub(super) outstanding: usize,
    pub(super) console: Console,
}

impl Report<'_> {
    pub(super) fn new(
        options: TerminalOptions,
        again: Again,
        target: String,
        console: &Console,
    ) -> Self {
        let stderr = InertWriter::new(BufWriter::new(io::stderr()), Printed::Text);
        let stderr = HidingWriter::new(stderr);
        let progress = console.watched.then(Progress::new);
        let out: Box<dyn Write> = match &progress {
            Some(progress) => Box::new(progress.writer(stderr)),
            None => Box::new(stderr),
        };
        Self {
            progress,
            terminal: Terminal::new(out, options),
            again,
            target,
            tried: Vec::new(),
            printed: Vec::new(),
            not_ready: Vec::new(),
            help: "is the server running, and is this its address?",
            failed: None,
            updates: None,
            deny_skips: false,
            recording: None,
            outstanding: 0,
            console: *console,
        }
    }

    /// Shows what is left to be done, and how to play again what failed, if anything did.
    fn again(&mut self, summary: &Summary) -> io::Result<()> {
        self.terminal.outstanding(self.outstanding)?;
        let kept = self.recording.as_mut().is_some_and(Recording::is_kept);
        let failed: HashSet<&str> = self.terminal.failed().collect();
        if failed.is_empty() {
            let open = summary.failed == 0 && summary.cancelled > 0 || self.outstanding > 0;
            return match kept && open {
                true => self.terminal.again(&self.again.rerun(), 0),
                false => Ok(()),
            };
        }
        match self.again.command(&failed) {
            // The log knows them all.
            (_, 1..) if kept => self.terminal.again(&self.again.rerun(), 0),
            (command, left_out) => self.terminal.again(&command, left_out),
        }
    }

    /// What comes after the summary: where the reports are, and what to do next.
    fn after(&mut self, summary: &Summary, shown: io::Result<()>) -> io::Result<()> {
        // Also where nobody reads what is shown.
        let written = self.recording.as_mut().map(Recording::finish);
        shown?;
        for path in written.unwrap_or_default() {
            self.terminal.report(&path)?;
        }
        self.again(summary)
    }

    /// Passes an event on; fails once output cannot be written.
    pub(super) fn event(&mut self, event: &Event) -> Result<(), ()> {
        if let Some(recording) = &mut self.recording {
            recording.event(event, &self.console);
        }
        if let (Event::CaseFinished(outcome), Some(updates)) = (event, &mut self.updates) {
            updates.look(outcome);
        }
        if let Event::CaseFinished(outcome) = event
            && let CaseResult::Played(Verdict::Failed(failure)) = &outcome.result
        {
            let why = no_connection(&failure.kind, &self.target);
            if let (FailureKind::NotConnected(why) | FailureKind::NoTls(why), []) =
                (&failure.kind, &self.tried[..])
                && let Some(help) = help_with(why.kind)
            {
                self.help = help;
            }
            if why.is_some() && self.printed.is_empty() {
                self.printed = printed(outcome);
            }
            let new = why.filter(|why| self.tried.len() < MAX_TRIED && !self.tried.contains(why));
            self.tried.extend(new);
            let error = not_ready(&failure.kind, outcome);
            let is_new = |error: &CliError| {
                let message = error.to_string();
                self.not_ready.len() < MAX_TRIED
                    && (self.not_ready.iter()).all(|known| known.to_string() != message)
            };
            let new = error.filter(is_new);
            self.not_ready.extend(new);
        }
        if self.failed.is_some() {
            if let (Event::RunFinished { .. }, Some(recording)) = (event, &mut self.recording) {
                recording.finish();
            }
            return Err(());
        }
        // The bar goes before the last lines come.
        let progress = self
            .progress
            .as_mut()
            .map_or(Ok(()), |progress| progress.event(event));
        let mut shown = progress.and_then(|()| self.terminal.event(event));
        if let Event::RunFinished { summary, .. } = event {
            shown = self.after(summary, shown);
        }
        quiet_if_gone(shown).map_err(|error| self.failed = Some(error))
    }
}

/// Why a case had no connection, if that is why it failed: what was tried, and what came of it.
fn no_connection(kind: &FailureKind, target: &str) -> Option<String> {
    match kind {
        FailureKind::NotConnected(why) | FailureKind::NoTls(why) => Some(why.message.clone()),
        FailureKind::ConnectTimedOut => Some(format!("{target}: no answer in time")),
        _ => None,
    }
}

/// Why the program under test was not ready, if that is why a case failed.
fn not_ready(kind: &FailureKind, outcome: &Outcome) -> Option<CliError> {
    let FailureKind::Program(ProgramFault::NotReady { message, help }) = kind else {
        return None;
    };
    let help = Some(format!("help: {help}")).filter(|_| !help.is_empty());
    Some(CliError::NotReady {
        message: message.clone(),
        lines: printed(outcome).into_iter().chain(help).collect(),
    })
}

/// What the program under test printed last, line by line.
fn printed(outcome: &Outcome) -> Vec<String> {
    let of = |name: &str, bytes: &[u8]| -> Vec<String> {
        let lines = some_lines(bytes).into_iter();
        lines.map(|line| format!("{name}  {line}")).collect()
    };
    let news = outcome.program.iter();
    news.flat_map(|news| [of("stdout", &news.stdout), of("stderr", &news.stderr)].concat())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_tried_is_named_also_where_nobody_answered() {
        let target = "tcp://192.0.2.1:7";
        assert_eq!(
            no_connection(&FailureKind::ConnectTimedOut, target).as_deref(),
            Some("tcp://192.0.2.1:7: no answer in time")
        );
        assert_eq!(no_connection(&FailureKind::NoConnection, target), None);
    }
}
