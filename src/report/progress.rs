//! The bar at the foot of a terminal, and the lines that scroll above it.
//!
//! A bar is drawn only where there is a terminal; elsewhere nothing of this is used.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::Reporter;
use crate::player::Verdict;
use crate::runner::{CaseResult, Event};

/// How often the bar is drawn while nothing happens: its clock goes on.
const TICK: Duration = Duration::from_millis(200);

/// How the bar looks.
const TEMPLATE: &str = "     Running [{elapsed_precise}] {bar:30} {pos}/{len}{msg}";

/// The bar.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    failed: usize,
}

impl Progress {
    /// Makes a bar that is not yet drawn. It draws itself on the standard error stream.
    pub fn new() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            failed: 0,
        }
    }

    /// A writer whose lines scroll above the bar.
    pub fn writer<W: Write>(&self, out: W) -> ProgressWriter<W> {
        ProgressWriter {
            bar: self.bar.clone(),
            pending: Vec::new(),
            out,
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Reporter for Progress {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted { cases, .. } => {
                if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
                    self.bar.set_style(style.progress_chars("=> "));
                }
                self.bar.set_length(*cases as u64);
                self.bar
                    .set_draw_target(indicatif::ProgressDrawTarget::stderr());
                self.bar.enable_steady_tick(TICK);
            }
            Event::CaseFinished(outcome) => {
                if let CaseResult::Played(Verdict::Failed(_)) = outcome.result {
                    self.failed += 1;
                    self.bar.set_message(format!(" · {} failed", self.failed));
                }
                self.bar.inc(1);
            }
            Event::RunFinished { .. } => self.bar.finish_and_clear(),
            Event::CaseStarted { .. }
            | Event::CaseEnded { .. }
            | Event::CaseSlow { .. }
            | Event::Preparing { .. }
            | Event::Idle
            | Event::Asked { .. }
            | Event::CaseWaits { .. }
            | Event::Stopping { .. }
            | Event::ProgramFailed { .. }
            | Event::ProgramKilled { .. } => {}
        }
        Ok(())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A writer whose lines scroll above a bar: they are written when it is flushed.
#[derive(Debug)]
pub struct ProgressWriter<W> {
    bar: ProgressBar,
    pending: Vec<u8>,
    out: W,
}

impl<W: Write> Write for ProgressWriter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let out = &mut self.out;
        self.bar.suspend(|| {
            out.write_all(&pending)?;
            out.flush()
        })
    }
}
