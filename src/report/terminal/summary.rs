//! The last lines of a run: the count, what did not come about and why, and what to do next.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use super::{Terminal, heading};
use crate::count::count;
use crate::player::ProgramFault;
use crate::report::palette::paint;
use crate::report::program::{render_program, replayed, title};
use crate::report::text::words;
use crate::runner::{Outcome, ProgramNews, Summary};

impl<W: Write> Terminal<W> {
    /// Says of a case that passed that it was played twice, and why.
    pub(super) fn played_twice(&mut self, outcome: &Outcome) -> io::Result<()> {
        let news = outcome.program.as_ref();
        let Some(why) = news.and_then(|news| news.replayed.as_ref()) else {
            return Ok(());
        };
        self.note("played twice", &replayed(why))
    }

    /// Shows what a program under test did of which no case tells.
    pub(super) fn program(&mut self, fault: &ProgramFault, news: &ProgramNews) -> io::Result<()> {
        let palette = self.options.palette;
        let label = heading(palette.bad, "PROGRAM");
        let whose = match &news.ailing {
            None => "no case was there to be blamed",
            Some(_) => "it was not well",
        };
        writeln!(self.out, "{label} {}; {whose}", title(fault))?;
        let shown = render_program(news, &palette);
        self.out.write_all(shown.as_bytes())
    }

    pub(super) fn summary(
        &mut self,
        summary: &Summary,
        suites: &[(Arc<str>, Summary)],
        elapsed: Duration,
    ) -> io::Result<()> {
        let palette = self.options.palette;
        let style = if summary.failed > 0 || summary.crashed > 0 {
            palette.bad
        } else if summary.cancelled > 0 {
            palette.warn
        } else {
            palette.good
        };
        writeln!(self.out, "{}", paint(palette.dim, "────────────"))?;
        self.line(
            style,
            "Summary",
            &format!("[{:>8.3}s]", elapsed.as_secs_f64()),
            &counts(summary),
        )?;
        for (name, summary) in suites {
            let text = format!("{}: {}", words(name), counts(summary));
            writeln!(self.out, "{} {text}", heading(palette.label, "Suite"))?;
        }
        self.skips(summary.skipped)?;
        if let Some(left_over) = self.left_over.describe() {
            self.note("Leftover", &left_over)?;
        }
        if summary.as_written > 0 {
            let cases = count(summary.as_written, "case");
            self.note(
                "As written",
                &format!("{cases} about write boundaries, not segmented"),
            )?;
        }
        for killed in std::mem::take(&mut self.killed) {
            self.note("Killed", &killed)?;
        }
        if summary.crashed > 0 {
            let programs = match summary.crashed {
                1 => "a program".to_owned(),
                n => count(n, "program"),
            };
            self.note(
                "Crashed",
                &format!("{programs} under test went wrong, and no case tells of it"),
            )?;
        }
        if !self.connected && !self.refusals.is_empty() {
            // All of them failed for the same few reasons, which are told once, by who knows the target.
            self.failed.clear();
            return Ok(());
        }
        if let Some(max) = self.options.max_fail
            && summary.failed >= max.get()
            && summary.not_started > 0
        {
            let left = match summary.not_started {
                1 => "1 case was".to_owned(),
                n => format!("{n} cases were"),
            };
            let after = match max.get() {
                1 => "a failure".to_owned(),
                n => count(n, "failure"),
            };
            let text = format!("after {after}: {left} not started; `--no-fail-fast` plays on");
            self.note("Stopped", &text)?;
        }
        self.named_again()
    }

    /// Says why cases were not played: a line for each reason.
    fn skips(&mut self, all: usize) -> io::Result<()> {
        let mut told = 0;
        let mut reasons = std::mem::take(&mut self.skipped);
        reasons.sort_by_key(|(_, cases)| Reverse(*cases));
        for (reason, cases) in reasons {
            told += cases;
            let text = format!("{}: {}", count(cases, "case"), words(&reason));
            self.note("Skipped", &text)?;
        }
        match all.saturating_sub(told) {
            0 => Ok(()),
            more => self.note(
                "Skipped",
                &format!("{} for other reasons", count(more, "case")),
            ),
        }
    }

    /// Names what passed late and what failed, so that the last lines have all that matters.
    fn named_again(&mut self) -> io::Result<()> {
        let palette = self.options.palette;
        for flaky in std::mem::take(&mut self.flaky) {
            let elapsed = format!("[{:>8.3}s]", flaky.elapsed.as_secs_f64());
            self.line(palette.warn, &flaky.label, &elapsed, &flaky.id)?;
        }
        let failed = std::mem::take(&mut self.failed);
        let mut times: HashMap<&str, usize> = HashMap::new();
        for failed in &failed {
            *times.entry(&failed.id).or_default() += 1;
        }
        for failed in &failed {
            // Once, where it is the first of its rounds.
            let Some(times) = times.remove(&*failed.id) else {
                continue;
            };
            let elapsed = format!("[{:>8.3}s]", failed.elapsed.as_secs_f64());
            let played = self.played.get(&failed.id).copied().unwrap_or_default();
            let rounds = match self.options.rounds {
                1 => String::new(),
                // What was cancelled or left out says nothing of how often it fails.
                rounds if played < rounds => {
                    format!(
                        "   in {times} of {} played, of {rounds}",
                        count(played as usize, "round")
                    )
                }
                rounds => format!("   in {times} of {rounds} rounds"),
            };
            let rest = words(&failed.id) + &rounds;
            self.line(palette.bad, "FAIL", &elapsed, &rest)?;
        }
        self.failed = failed;
        Ok(())
    }

    /// The ids of the failed cases, in order.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        self.failed.iter().map(|failed| &*failed.id)
    }

    /// Says where a report is.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be written.
    pub fn report(&mut self, path: &str) -> io::Result<()> {
        let label = heading(self.options.palette.label, "report");
        writeln!(self.out, "{label}  {}", words(path))?;
        self.out.flush()
    }

    /// Says how many cases that failed earlier were not played this time, if there are any.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be written.
    pub fn outstanding(&mut self, cases: usize) -> io::Result<()> {
        if cases > 0 {
            let verb = if cases == 1 { "was" } else { "were" };
            let cases = count(cases, "case");
            self.note(
                "Left",
                &format!("{cases} that failed earlier {verb} not played"),
            )?;
        }
        self.out.flush()
    }

    /// Shows the command that plays failed cases again, and how many it leaves out.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be written.
    pub fn again(&mut self, command: &str, left_out: usize) -> io::Result<()> {
        let label = heading(self.options.palette.label, "again");
        writeln!(self.out, "{label}  {command}")?;
        if left_out > 0 {
            writeln!(self.out, "{:14}({left_out} more failed)", "")?;
        }
        self.out.flush()
    }
}

/// The count, in words: `58 run: 57 passed, 1 failed, 0 skipped`.
fn counts(summary: &Summary) -> String {
    let mut counts = format!(
        "{} run: {} passed{}, {} failed, {} skipped",
        summary.run,
        summary.passed,
        match summary.flaky {
            0 => String::new(),
            flaky => format!(" ({flaky} flaky)"),
        },
        summary.failed,
        summary.skipped
    );
    if summary.cancelled > 0 {
        counts.push_str(&format!(", {} cancelled", summary.cancelled));
    }
    counts
}
