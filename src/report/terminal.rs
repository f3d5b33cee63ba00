//! What a person sees of a run: a line a case, each failure in full, and the count at the end.

mod folded;
mod summary;

use std::collections::HashMap;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use super::conversation::{Conversation, FINALLY, is_shown_whole};
use super::left_over::LeftOver;
use super::palette::paint;
use super::program::render_program;
use super::rounds::named;
use super::text::words;
use super::told::{Told, as_with};
use super::typing::shown_seed;
use super::waiting::{interrupted, waiting};
use super::{Palette, Reporter, render_failure};
use crate::count::count;
use crate::player::{Failure, FailureKind, ProgramFault, Verdict, Waiting};
use crate::runner::{CaseResult, Event, Killed, Outcome};
use folded::Folded;

/// How many different reasons for having no connection are told in full.
const MAX_REFUSALS: usize = 8;

/// What is said of a case of which no step is being played.
const NO_STEP: &str =
    "no step is being played: what is under test is being started, checked or ended";

/// How many different reasons for not playing cases are told at the end.
const MAX_SKIPS: usize = 32;

/// How much of a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// Failures and the count.
    Quiet,
    /// A line a case too.
    #[default]
    Normal,
    /// The conversation of each case too.
    Conversation,
    /// Its bytes in hexadecimal digits too.
    Bytes,
}

/// How a run is shown.
#[derive(Debug, Clone)]
pub struct TerminalOptions {
    /// The colours.
    pub palette: Palette,
    /// How much.
    pub detail: Detail,
    /// After how many failures the run stops.
    pub max_fail: Option<NonZeroUsize>,
    /// How often a case that has failed is tried again at most.
    pub retries: u32,
    /// How often each case is played.
    pub rounds: u32,
    /// Whether each case is counted, `[ 12/72]`: where there is no bar to tell how far the run is.
    pub counted: bool,
}

/// The report for people.
#[derive(Debug)]
pub struct Terminal<W> {
    out: W,
    options: TerminalOptions,
    failed: Vec<Failed>,
    /// What passed only when it was tried again.
    flaky: Vec<Flaky>,
    /// Whether a connection came about.
    connected: bool,
    /// Why connections did not come about, each reason once, and the block of the first failure: in full it is shown
    /// only once a connection has come about, for otherwise it is the same for all.
    refusals: Vec<(String, String)>,
    /// Why programs were not ready: told once.
    told: Told,
    /// How cases that are played many times failed.
    folded: Folded,
    /// In how many rounds each of those cases was played to a verdict.
    played: HashMap<Arc<str>, u32>,
    /// What passed and left replies that no step expected.
    left_over: LeftOver,
    /// Why cases were not played, each reason once, and how many of them.
    skipped: Vec<(String, usize)>,
    /// Whether the last thing written was a block: what follows stands apart from it.
    after_block: bool,
    /// How many cases are over, of how many.
    over: (usize, usize),
    /// Which programs had to be killed.
    killed: Vec<String>,
}

/// A failed case, to be named again at the end.
#[derive(Debug)]
struct Failed {
    id: Arc<str>,
    elapsed: Duration,
}

/// A case that passed late, to be named again at the end.
#[derive(Debug)]
struct Flaky {
    /// As it is shown.
    id: String,
    elapsed: Duration,
    /// `FLAKY 2/3`
    label: String,
}

impl<W: Write> Terminal<W> {
    /// Makes a report that is written to `out`.
    pub fn new(out: W, options: TerminalOptions) -> Self {
        Self {
            out,
            options,
            failed: Vec::new(),
            flaky: Vec::new(),
            connected: false,
            refusals: Vec::new(),
            told: Told::default(),
            folded: Folded::default(),
            played: HashMap::new(),
            left_over: LeftOver::new(),
            skipped: Vec::new(),
            after_block: false,
            over: (0, 0),
            killed: Vec::new(),
        }
    }

    fn case(&mut self, outcome: &Outcome) -> io::Result<()> {
        if std::mem::take(&mut self.after_block) {
            writeln!(self.out)?;
        }
        self.over.0 += 1;
        self.count_round(outcome);
        if outcome.connected {
            self.connected = true;
            self.show_refusals()?;
        }
        for tried in &outcome.earlier {
            self.tried(tried)?;
        }
        if self.has_no_words(outcome) {
            self.left_over.add(outcome);
            return Ok(());
        }
        let palette = self.options.palette;
        let elapsed = format!(
            "[{:>8.3}s]{}",
            outcome.elapsed.as_secs_f64(),
            self.counter()
        );
        match &outcome.result {
            CaseResult::Skipped(reason) => {
                self.count_skip(reason);
                if self.options.detail >= Detail::Normal {
                    let rest = format!("{}   {}", id(outcome), words(reason));
                    let no_time = format!("[{:>9}]{}", "", self.counter());
                    self.line(palette.warn, "SKIP", &no_time, &rest)?;
                }
                return Ok(());
            }
            CaseResult::Played(Verdict::Passed) => {
                self.left_over.add(outcome);
                if outcome.is_flaky() {
                    self.passed_late(outcome, &elapsed)?;
                } else if self.options.detail >= Detail::Normal {
                    self.line(palette.good, "PASS", &elapsed, &self.named(outcome))?;
                    self.played_twice(outcome)?;
                }
            }
            CaseResult::Played(Verdict::Cancelled) if self.options.detail == Detail::Quiet => {}
            CaseResult::Played(Verdict::Cancelled) => self.cancelled(outcome, &elapsed)?,
            CaseResult::Played(Verdict::Failed(failure)) => {
                return self.failure(outcome, failure, &elapsed);
            }
        }
        self.conversation(outcome)
    }

    /// Shows a case that has failed, in full unless the same has been.
    fn failure(&mut self, outcome: &Outcome, failure: &Failure, elapsed: &str) -> io::Result<()> {
        let palette = self.options.palette;
        self.failed.push(Failed {
            id: outcome.id.clone(),
            elapsed: outcome.elapsed,
        });
        let block = || whole_block(failure, outcome, &palette);
        let why = why_unreached(&failure.kind);
        if let Some(why) = why.filter(|_| !outcome.connected) {
            let first = match &failure.kind {
                FailureKind::Program(_) => self.told.before(&outcome.id, &why),
                _ => None,
            };
            let said = first.map_or_else(|| words(&why), as_with);
            let rest = format!("{}   {said}", id(outcome));
            self.line(palette.bad, "FAIL", elapsed, &rest)?;
            let is_new = self.refusals.iter().all(|(known, _)| *known != why);
            if is_new && self.refusals.len() < MAX_REFUSALS {
                self.refusals.push((why, block()));
            }
            return if self.connected {
                self.show_refusals()
            } else {
                Ok(())
            };
        }
        if let Some(first) = self.shown_before(outcome, failure) {
            let rest = format!("{}   as in {first}", id(outcome));
            return self.line(palette.bad, "FAIL", elapsed, &rest);
        }
        self.line(palette.bad, "FAIL", elapsed, &self.named(outcome))?;
        self.out.write_all(block().as_bytes())?;
        self.after_block = true;
        if self.options.detail < Detail::Bytes && is_shown_whole(&outcome.transcript) {
            return Ok(());
        }
        self.conversation(outcome)
    }

    /// Whether nothing is said of a case: it has passed at once, and only failures are shown.
    fn has_no_words(&self, outcome: &Outcome) -> bool {
        let has_passed = matches!(outcome.result, CaseResult::Played(Verdict::Passed));
        self.options.detail == Detail::Quiet && has_passed && !outcome.is_flaky()
    }

    /// Shows that a case was cancelled, and what each of its steps waited for.
    fn cancelled(&mut self, outcome: &Outcome, elapsed: &str) -> io::Result<()> {
        let open = interrupted(outcome).into_iter();
        let open: Vec<String> = open.map(|step| format!("   {}", step.in_words())).collect();
        for open in open
            .iter()
            .map(String::as_str)
            .chain(open.is_empty().then_some(""))
        {
            let rest = self.named(outcome) + open;
            self.line(self.options.palette.warn, "CANCELLED", elapsed, &rest)?;
        }
        Ok(())
    }

    /// Shows an attempt that another one follows.
    fn tried(&mut self, outcome: &Outcome) -> io::Result<()> {
        let CaseResult::Played(Verdict::Failed(failure)) = &outcome.result else {
            return Ok(());
        };
        let palette = self.options.palette;
        let label = format!("TRY {} FAIL", outcome.attempt);
        let elapsed = format!("[{:>8.3}s]", outcome.elapsed.as_secs_f64());
        if outcome.connected
            && let Some(first) = self.shown_before(outcome, failure)
        {
            let rest = format!("{}   as in {first}", id(outcome));
            return self.line(palette.warn, &label, &elapsed, &rest);
        }
        self.line(palette.warn, &label, &elapsed, &self.named(outcome))?;
        // Where there is nobody to talk to, the last attempt says so.
        if outcome.connected {
            let block = whole_block(failure, outcome, &palette);
            writeln!(self.out, "{block}")?;
        }
        Ok(())
    }

    /// Shows that a case has passed, but not at once.
    fn passed_late(&mut self, outcome: &Outcome, elapsed: &str) -> io::Result<()> {
        let label = format!("FLAKY {}/{}", outcome.attempt, self.options.retries + 1);
        let named = self.named(outcome);
        self.line(self.options.palette.warn, &label, elapsed, &named)?;
        self.flaky.push(Flaky {
            id: id(outcome),
            elapsed: outcome.elapsed,
            label,
        });
        Ok(())
    }

    /// Where a case that is played many times has failed just so before, in words: that was shown in full.
    fn shown_before(&mut self, outcome: &Outcome, failure: &Failure) -> Option<String> {
        let folds = self.options.rounds > 1 && self.options.detail < Detail::Conversation;
        folds.then(|| self.folded.as_in(outcome, failure)).flatten()
    }

    /// Counts the rounds of a case that are played to a verdict.
    fn count_round(&mut self, outcome: &Outcome) {
        let verdict = matches!(
            outcome.result,
            CaseResult::Played(Verdict::Passed | Verdict::Failed(_))
        );
        if verdict && self.options.rounds > 1 {
            *self.played.entry(Arc::clone(&outcome.id)).or_default() += 1;
        }
    }

    fn count_skip(&mut self, reason: &str) {
        let known = self.skipped.iter_mut().find(|(known, _)| known == reason);
        if let Some((_, cases)) = known {
            *cases += 1;
        } else if self.skipped.len() < MAX_SKIPS {
            self.skipped.push((reason.to_owned(), 1));
        }
    }

    /// How far the run is, where that is to be said: ` [ 12/72]`.
    fn counter(&self) -> String {
        let (over, all) = self.over;
        if !self.options.counted {
            return String::new();
        }
        let width = all.to_string().len();
        format!(" [{over:>width$}/{all}]")
    }

    /// The id, and the name where the scenario has one and there is room for it.
    fn named(&self, outcome: &Outcome) -> String {
        match &outcome.name {
            Some(name) if self.options.detail >= Detail::Conversation || has_failed(outcome) => {
                let name = paint(self.options.palette.dim, words(name));
                format!("{}   {name}", id(outcome))
            }
            _ => id(outcome),
        }
    }

    /// Shows in full why connections did not come about, as far as that has not been shown.
    fn show_refusals(&mut self) -> io::Result<()> {
        for (_, block) in &mut self.refusals {
            self.out.write_all(std::mem::take(block).as_bytes())?;
        }
        Ok(())
    }

    fn conversation(&mut self, outcome: &Outcome) -> io::Result<()> {
        if self.options.detail < Detail::Conversation {
            return Ok(());
        }
        let clients: Vec<&str> = outcome
            .scenario
            .script
            .clients
            .iter()
            .map(|client| &*client.name)
            .collect();
        let with_bytes = self.options.detail >= Detail::Bytes;
        let whole = |log| Conversation::of(log, &clients).whole(&self.options.palette, with_bytes);
        let mut lines = whole(outcome.transcript.conversation());
        if let Some(finally) = outcome.transcript.finally() {
            lines.push(FINALLY.to_owned());
            lines.extend(whole(finally));
        }
        for line in lines {
            writeln!(self.out, "             {line}")?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        style: anstyle::Style,
        label: &str,
        time: &str,
        rest: &str,
    ) -> io::Result<()> {
        writeln!(self.out, "{} {time} {rest}", heading(style, label))
    }

    /// Says what a case waits for, a line for each of its branches.
    fn waits(
        &mut self,
        label: &str,
        id: &str,
        elapsed: Duration,
        list: &[Waiting],
    ) -> io::Result<()> {
        let time = format!("[>{:>7.3}s]", elapsed.as_secs_f64());
        let what = list.iter().map(|one| format!("   {}", waiting(one)));
        let no_step = || format!("   {NO_STEP}");
        for what in what.chain(list.is_empty().then(no_step)) {
            self.line(
                self.options.palette.warn,
                label,
                &time,
                &(id.to_owned() + &what),
            )?;
        }
        Ok(())
    }

    /// Takes down for the summary what had to be killed.
    fn killed(&mut self, killed: Killed, command: &str, suite: Option<&str>) {
        let suite = suite.map_or_else(String::new, |name| format!(" of the suite {}", words(name)));
        let command = words(command);
        if killed.program {
            let text = format!("{command}{suite} did not end when it was asked to");
            self.killed.push(text);
        }
        if killed.left_behind {
            let text =
                format!("processes that {command}{suite} had started went on when it had ended");
            self.killed.push(text);
        }
    }

    fn note(&mut self, label: &str, text: &str) -> io::Result<()> {
        writeln!(
            self.out,
            "{} {text}",
            heading(self.options.palette.warn, label)
        )
    }
}

/// The block of a failed case, with what the program under test did, and the health check that failed after it.
pub(super) fn whole_block(failure: &Failure, outcome: &Outcome, palette: &Palette) -> String {
    let mut block = render_failure(failure, outcome, palette);
    if let Some(news) = &outcome.program {
        block.push_str(&render_program(news, palette));
    }
    if let Some(health) = &outcome.health
        && let CaseResult::Played(Verdict::Failed(failure)) = &health.result
    {
        block.push_str(&format!("  {}\n", paint(palette.label, "health check")));
        block.push_str(&whole_block(failure, health, palette));
    }
    block
}

impl<W: Write> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let palette = self.options.palette;
        match event {
            Event::RunStarted {
                scenarios,
                cases,
                target,
                jobs,
                seed,
                shard,
            } => {
                self.over = (0, *cases);
                if self.options.detail == Detail::Quiet {
                    return Ok(());
                }
                let label = heading(palette.good, "Starting");
                let scenarios = count(*scenarios, "scenario");
                let (cases, target) = (count(*cases, "case"), words(target));
                let shard = shard.map_or(String::new(), |shard| format!(" · shard {shard}"));
                let seed = shown_seed(*seed);
                writeln!(
                    self.out,
                    "{label} {scenarios} ({cases}) · {target} · {jobs} at a time · seed {seed}{shard}"
                )?;
            }
            Event::CaseStarted { .. } | Event::CaseEnded { .. } | Event::Idle => return Ok(()),
            Event::Preparing { .. } if self.options.detail == Detail::Quiet => return Ok(()),
            Event::Preparing { waiting } => {
                let label = heading(palette.label, "Waiting");
                writeln!(self.out, "{label} for {}", words(waiting))?;
            }
            Event::CaseSlow { .. } if self.options.detail == Detail::Quiet => return Ok(()),
            Event::CaseSlow {
                id,
                round,
                elapsed,
                waiting,
            } => self.waits("SLOW", &in_round(id, *round), *elapsed, waiting)?,
            Event::Asked { playing } => {
                let playing = count(*playing, "conversation");
                writeln!(self.out, "{} {playing}", heading(palette.label, "Playing"))?;
            }
            Event::CaseWaits {
                id,
                round,
                elapsed,
                waiting,
            } => self.waits("WAITS", &in_round(id, *round), *elapsed, waiting)?,
            Event::Stopping { playing } => {
                let text = match playing {
                    0 => String::new(),
                    1 => "1 conversation ends, with its finally; ".to_owned(),
                    n => format!("{n} conversations end, each with its finally; "),
                };
                writeln!(
                    self.out,
                    "{}: {text}press Ctrl-C again to stop at once",
                    paint(palette.warn, "Interrupted")
                )?;
            }
            Event::CaseFinished(outcome) => self.case(outcome)?,
            Event::ProgramFailed { fault, news } => self.program(fault, news)?,
            Event::ProgramKilled {
                killed,
                command,
                suite,
            } => {
                self.killed(*killed, command, suite.as_deref());
                return Ok(());
            }
            Event::RunFinished {
                summary,
                suites,
                elapsed,
            } => self.summary(summary, suites, *elapsed)?,
        }
        self.out.flush()
    }
}

/// Why there was nobody to talk to, where that is what failed.
fn why_unreached(kind: &FailureKind) -> Option<String> {
    match kind {
        FailureKind::NotConnected(why) | FailureKind::NoTls(why) => Some(why.message.clone()),
        FailureKind::ConnectTimedOut => Some("no answer in time".to_owned()),
        FailureKind::Program(ProgramFault::NotReady { message, .. }) => Some(message.clone()),
        _ => None,
    }
}

/// The id, and the round where it is not the first.
fn id(outcome: &Outcome) -> String {
    in_round(&outcome.id, outcome.round)
}

/// An id as it is shown, with the round, from 0, where it is not the first.
fn in_round(id: &str, round: u32) -> String {
    words(&named(id, round.saturating_add(1)))
}

fn has_failed(outcome: &Outcome) -> bool {
    matches!(outcome.result, CaseResult::Played(Verdict::Failed(_)))
}

/// The first column: a word, right-aligned.
fn heading(style: anstyle::Style, label: &str) -> String {
    paint(style, format_args!("{label:>12}")).to_string()
}
