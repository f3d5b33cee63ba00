//! Writes the log of a run, a line for each thing that happens. What has happened by now is handed on together: a killed process leaves
//! all but what it had not been told.

use std::io::{self, Read, Seek, Write};
use std::sync::Arc;
use std::time::Instant;

use super::ascii::write_json;
use super::convert::{micros, program, record};
use super::hide::hide;
use super::overview::Index;
use super::read::{LogError, RunLog};
use super::record::{Header, Line, Started};
use crate::report::Reporter;
use crate::report::shown_seed;
use crate::report::waiting::waiting;
use crate::runner::Event;
use crate::secrets::Secrets;

/// Writes a log.
#[derive(Debug)]
pub struct LogWriter<W> {
    out: W,
    began: Instant,
    secrets: Arc<Secrets>,
    /// The line that is being made.
    line: Vec<u8>,
    /// How many bytes have been written.
    offset: u64,
    to_be_read: bool,
    /// What is held of what has been written, where it will be read.
    index: Option<Index>,
}

impl<W: Write> LogWriter<W> {
    /// Begins a log, in which nothing stands that is secret. `out` is given whole lines, one a call, and flushed when nothing more has
    /// happened by now. `to_be_read`: whether it will be [read](Self::log) when all is written; what that needs is
    /// held meanwhile.
    ///
    /// # Errors
    ///
    /// Fails when the first line cannot be written.
    pub fn new(
        out: W,
        header: Header,
        secrets: Arc<Secrets>,
        to_be_read: bool,
    ) -> io::Result<Self> {
        let mut writer = Self {
            out,
            began: Instant::now(),
            secrets,
            line: Vec::new(),
            offset: 0,
            to_be_read,
            index: None,
        };
        writer.write(Line::Log(Box::new(header)))?;
        writer.out.flush()?;
        Ok(writer)
    }

    /// Where it is written.
    pub const fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// The log that was written, to be read at `source`: what [`RunLog::read`] finds there, without looking for it. Nothing where it was not
    /// to be read, or has been before.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read.
    pub fn log<R: Read + Seek>(&mut self, source: R) -> Result<Option<RunLog<R>>, LogError> {
        let index = self.index.take();
        index
            .map(|index| RunLog::written(source, index))
            .transpose()
    }

    pub(super) fn write(&mut self, mut line: Line) -> io::Result<()> {
        hide(&mut line, &self.secrets);
        self.line.clear();
        write_json(&line, false, &mut self.line)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)?;
        let len = self.line.len() as u64;
        match (line, &mut self.index) {
            (Line::Log(header), _) => self.index = self.to_be_read.then(|| Index::new(*header)),
            (line, Some(index)) => index.add((self.offset, len - 1), line),
            (_, None) => {}
        }
        self.offset += len;
        Ok(())
    }

    fn now(&self) -> u64 {
        micros(self.began.elapsed())
    }
}

impl<W: Write> Reporter for LogWriter<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let line = match event {
            Event::RunStarted {
                scenarios,
                cases,
                target,
                jobs,
                seed,
                ..
            } => Line::RunStarted(Started {
                scenarios: *scenarios as u64,
                cases: *cases as u64,
                target: target.clone(),
                jobs: *jobs as u64,
                seed: shown_seed(*seed),
                seeds: Vec::new(),
            }),
            Event::CaseStarted { number, id } => Line::CaseStarted {
                number: *number as u64,
                id: id.to_string(),
                at_us: self.now(),
            },
            Event::CaseSlow {
                id,
                round,
                elapsed,
                waiting: list,
            } => Line::CaseSlow {
                id: id.to_string(),
                round: round.saturating_add(1),
                elapsed_us: micros(*elapsed),
                waiting: list.iter().map(waiting).collect(),
            },
            Event::Stopping { .. } => Line::Stopping { at_us: self.now() },
            Event::CaseEnded { number, outcome } => {
                Line::CaseEnded(Box::new(record(*number, outcome)))
            }
            Event::ProgramFailed { fault, news } => Line::ProgramFailed(program(fault, news)),
            Event::RunFinished { elapsed, .. } => Line::RunFinished {
                elapsed_us: micros(*elapsed),
            },
            // The same, only later.
            Event::CaseFinished(_) => return Ok(()),
            // It bears on no verdict.
            Event::ProgramKilled { .. } => return Ok(()),
            // Somebody sits there and looks.
            Event::Asked { .. } | Event::CaseWaits { .. } | Event::Preparing { .. } => {
                return Ok(());
            }
            Event::Idle => return self.out.flush(),
        };
        self.write(line)?;
        match event {
            // Many of them come together.
            Event::CaseStarted { .. } | Event::CaseEnded { .. } => Ok(()),
            _ => self.out.flush(),
        }
    }
}
