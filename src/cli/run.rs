//! `backchat run`: reads, selects, plays, and says what came of it.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::ExitStatus;
use super::again::{self, Again};
use super::args::{DEFAULT_TARGET, FlakyArg, PlayArgs, RunArgs, SegmentArg};
use super::console::{Console, is_ci, quiet_if_gone};
use super::entry::runtime;
use super::error::CliError;
use super::files;
use super::load::{Load, Loaded, Showing};
use super::recording::{self, Recording};
use super::rerun::{Rerun, rerun};
use super::select::Selection;
use super::shard::ShardArg;
use super::signals::Signals;
use super::tls;
use super::under_test;
use super::update::{Updates, update};
use super::values::{environment, environment_names};
use super::watch::watch;
use crate::count::count;
use crate::drive::Cancel;
use crate::player::{FailureKind, ProgramFault, Segment, Verdict};
use crate::report::{
    Detail, Progress, Reporter, Terminal, TerminalOptions, help_with_tls, last_lines,
};
use crate::runner::{
    CaseRef, CaseResult, Event, Outcome, RunOptions, Suite, Summary, run_suites, shuffle,
};
use crate::scenario::{BUILT_IN, ReadOptions, Value, nearest};
use crate::target::{Target, adopt_orphans};

/// How many different reasons for having no connection are told.
const MAX_TRIED: usize = 8;

/// Plays scenarios and judges them.
pub(super) fn run(mut args: RunArgs, console: &Console) -> Result<ExitStatus, CliError> {
    if args.reporting.rerun_failed {
        let rerun = rerun(&mut args)?;
        if rerun.is_nothing() {
            console.say("nothing failed in the last run: there is nothing to play again\n")?;
            return Ok(ExitStatus::Success);
        }
        play_once(&args, console, &mut Vec::new(), None, Some(&rerun))
    } else if args.watch {
        watch(&args, console)
    } else if args.update {
        update(&args, console)
    } else {
        run_once(&args, console, &mut Vec::new())
    }
}

/// Plays once. The files that were read are added to `sources`, unless one of them has a mistake.
pub(super) fn run_once(
    args: &RunArgs,
    console: &Console,
    sources: &mut Vec<PathBuf>,
) -> Result<ExitStatus, CliError> {
    play_once(args, console, sources, None, None)
}

/// Plays once, only what a `rerun` leaves; `updates` takes down what could be rewritten.
pub(super) fn play_once(
    args: &RunArgs,
    console: &Console,
    sources: &mut Vec<PathBuf>,
    mut updates: Option<&mut Updates>,
    rerun: Option<&Rerun>,
) -> Result<ExitStatus, CliError> {
    usable(args)?;
    let target = under_test::target(args, console)?;
    let health = under_test::health(args, console)?;
    let tls = tls::client(&args.tls)?;
    let suite = Suite {
        target,
        features: args.play.feature.clone(),
        health,
        tls,
        ..Suite::default()
    };
    let loaded = load(args, console)?;
    sources.extend(loaded.iter().flat_map(Loaded::sources));
    let mut options = options(args.play.clone(), console);
    options.shard = args.select.shard.map(ShardArg::resolve).transpose()?;
    let mut cases = cases(args, &loaded, console)?;
    arrange(&mut cases, &options, args);
    if let Some(updates) = &mut updates {
        let paths = loaded.iter().map(|one| &one.found);
        updates.paths = paths
            .map(|found| (found.id.clone(), found.path.clone()))
            .collect();
        if let Some(only) = &updates.only {
            cases.retain(|case| only.contains(&*case.id));
        }
    }
    let outstanding = match rerun {
        Some(rerun) => rerun.select(&mut cases, &loaded, console)?,
        None => Vec::new(),
    };
    if args.select.list {
        let ids: String = cases
            .iter()
            .map(|case| format!("{}\n", files::safe(&case.id)))
            .collect();
        console.print(&ids)?;
        return Ok(ExitStatus::Success);
    }
    console.say(&tls::trusting(&args.tls, &cases, console))?;
    if updates.is_some() {
        options.max_fail = None;
    }
    let report = TerminalOptions {
        palette: console.palette,
        detail: console.detail,
        max_fail: options.max_fail,
        retries: options.retries,
        counted: !console.watched,
    };
    let again = Again::new(args, &loaded);
    let mut report = Report::new(report, again, suite.target.to_string(), console);
    if updates.is_none() {
        let mut header = recording::header(again::flags(args), &paths(args), &cases);
        report.outstanding = outstanding.len();
        header.outstanding = outstanding;
        header.shard = options.shard.map(|shard| shard.to_string());
        report.recording = Some(Recording::begin(&args.reporting, header, console)?);
    }
    report.updates = updates;
    report.deny_skips = args.play.deny_skips;
    report.flaky_result = args.play.flaky_result;
    // From here on a case's scenario is held only until it has been played.
    drop(loaded);
    let runtime = runtime()?;
    let status = runtime.block_on(play(cases, vec![suite], options, report, console));
    // Whoever asked twice to stop does not wait for a name to be resolved.
    runtime.shutdown_background();
    status
}

/// Whether what was typed goes together.
fn usable(args: &RunArgs) -> Result<(), CliError> {
    if args.play.simulate && args.target != DEFAULT_TARGET {
        return Err(CliError::Usage(
            "--simulate plays against the reference server in memory, so it takes no --target"
                .into(),
        ));
    }
    if args.play.simulate && (args.spawn.spawn.is_some() || args.spawn.health.is_some()) {
        return Err(CliError::Usage(
            "--simulate plays against the reference server in memory, so it takes neither --spawn nor --health"
                .into(),
        ));
    }
    Ok(())
}

/// What the reader of files must know of what was typed.
pub(super) fn read_options(args: &PlayArgs) -> ReadOptions {
    ReadOptions {
        vars: args.var.iter().map(|(name, _)| name.clone()).collect(),
        env: environment_names(&args.allow_env),
        max_steps: Some(args.max_steps),
    }
}

/// The files and folders that are played.
fn paths(args: &RunArgs) -> Vec<PathBuf> {
    if args.paths.is_empty() {
        files::default_of_run()
    } else {
        args.paths.clone()
    }
}

/// All the files, read.
fn load(args: &RunArgs, console: &Console) -> Result<Vec<Loaded>, CliError> {
    let options = read_options(&args.play);
    let load = Load::of_files(
        files::find(&paths(args))?,
        &options,
        Showing::mistakes(console),
    );
    console.say(&load.shown)?;
    load.valid()
}

/// The cases that were asked for.
fn cases(args: &RunArgs, loaded: &[Loaded], console: &Console) -> Result<Vec<CaseRef>, CliError> {
    let selection = Selection::new(&args.select);
    let mut all = 0;
    let mut cases = Vec::new();
    for Loaded {
        found, scenario, ..
    } in loaded
    {
        all += scenario.cases.len();
        if !selection.allows(scenario) {
            continue;
        }
        let file: Arc<str> = found.id.as_str().into();
        for (number, case) in scenario.cases.iter().enumerate() {
            let id = match &case.label {
                Some(label) => format!("{}#{label}", found.id),
                None => found.id.clone(),
            };
            if selection.matches(&id) {
                cases.push(CaseRef {
                    round: 0,
                    id: id.into(),
                    file: Arc::clone(&file),
                    scenario: Arc::clone(scenario),
                    case: number,
                    suite: 0,
                });
            }
        }
    }
    if cases.is_empty() {
        return Err(CliError::NothingSelected {
            cases: count(all, "case"),
            filters: selection.describe(),
            help: selection.help(loaded),
        });
    }
    console.say(&unread(&args.play.var, &cases, console))?;
    Ok(cases)
}

/// Leaves the cases of this shard, in the order in which they are to be played.
///
/// Sharded first: machines of one run need not have the same seed.
fn arrange(cases: &mut Vec<CaseRef>, options: &RunOptions, args: &RunArgs) {
    if let Some(shard) = options.shard {
        let mut nth = 0..;
        cases.retain(|case| shard.contains(nth.next().unwrap_or_default(), &case.id));
    }
    let rounds = args.play.repeat.get();
    if rounds > 1 {
        let again = |round| {
            move |case: &CaseRef| CaseRef {
                round,
                ..case.clone()
            }
        };
        *cases = (0..rounds)
            .flat_map(|round| cases.iter().map(again(round)))
            .collect();
    }
    if args.select.shuffle {
        shuffle(cases, options.seed);
    }
}

/// A warning for each variable that no case reads, with the name that was probably meant.
fn unread(vars: &[(String, String)], cases: &[CaseRef], console: &Console) -> String {
    let scripts = || cases.iter().map(|case| &case.scenario.script);
    let mut warnings = String::new();
    for (name, _) in vars {
        if scripts().any(|script| script.names.find(name).is_some()) {
            continue;
        }
        let names: BTreeSet<&str> = scripts()
            .flat_map(|script| script.names.iter())
            .filter(|name| !BUILT_IN.contains(name))
            .collect();
        let help = nearest(name, names.iter().copied())
            .map(|near| format!("; did you mean \"{}\"?", files::safe(near)))
            .unwrap_or_default();
        let message = format!("no selected scenario reads `{name}`, which --var sets{help}");
        warnings.push_str(&console.palette.warning_line(&message));
    }
    warnings
}

/// What was typed → what the runner needs.
fn options(args: PlayArgs, console: &Console) -> RunOptions {
    RunOptions {
        jobs: args.jobs.get(),
        timeout: args.timeout,
        seed: args.seed.unwrap_or_else(any_seed),
        vars: args
            .var
            .into_iter()
            .map(|(name, value)| (name, Value::from(value)))
            .collect(),
        segment: match args.segment {
            SegmentArg::Whole => None,
            SegmentArg::Byte => Some(Segment::Byte),
            SegmentArg::Random => Some(Segment::Random),
        },
        max_fail: match args.max_fail {
            None if args.fail_fast || !args.no_fail_fast && !is_ci() => NonZeroUsize::new(1),
            max => max,
        },
        retries: args.retries,
        slow_timeout: args.slow_timeout,
        max_steps: args.max_steps,
        environment: environment(&args.allow_env).into(),
        shard: None,
        simulate: args.simulate,
        keep_transcripts: console.detail >= Detail::Conversation,
    }
}

/// A seed that is another one each time, short enough to be typed.
fn any_seed() -> u64 {
    RandomState::new().hash_one(std::process::id()) & 0xffff_ffff
}

async fn play(
    cases: Vec<CaseRef>,
    suites: Vec<Suite>,
    options: RunOptions,
    mut report: Report<'_>,
    console: &Console,
) -> Result<ExitStatus, CliError> {
    let spawns = |suite: &Suite| matches!(suite.target, Target::Spawned(_));
    if suites.iter().any(spawns) {
        adopt_orphans();
    }
    let cancel = Cancel::default();
    let stopped: Arc<OnceLock<ExitStatus>> = Arc::default();
    let mut signals = Signals::listen()?;
    tokio::spawn({
        let (cancel, stopped) = (cancel.clone(), Arc::clone(&stopped));
        async move {
            // There is one first signal, so the cell is empty.
            let _ = stopped.set(signals.next().await);
            cancel.cancel();
            signals.next().await;
            cancel.at_once();
            signals.do_not_ask_again().await;
        }
    });
    let summary = run_suites(cases, suites, options, &cancel, |event| {
        if report.event(&event).is_err() {
            cancel.cancel();
        }
    })
    .await;
    let mut status = stopped.get().copied().unwrap_or(ExitStatus::Success);
    if let Some(recording) = &report.recording {
        status = status.or(recording.status(console));
    }
    if report.outstanding > 0 {
        status = status.or(ExitStatus::Incomplete);
    }
    if let Some(error) = report.failed {
        console.error(&error);
        return Ok(status.or(error.status()));
    }
    let denied = denied(&summary, report.deny_skips, console);
    let flaky = flaky(&summary, report.flaky_result, console);
    let verdict = verdict(&summary, report, console).or(denied).or(flaky);
    Ok(status.or(verdict))
}

/// What the count comes to.
fn verdict(summary: &Summary, report: Report<'_>, console: &Console) -> ExitStatus {
    let Report {
        target,
        tried,
        help,
        not_ready,
        ..
    } = report;
    if summary.failed == 0 && !summary.crashed {
        ExitStatus::Success
    } else if summary.connected || tried.is_empty() && not_ready.is_none() {
        ExitStatus::Failed
    } else {
        let error = not_ready.unwrap_or(CliError::Unreachable {
            target,
            tried,
            help,
        });
        console.error(&error);
        error.status()
    }
}

/// What comes of cases that were skipped where none may be.
fn denied(summary: &Summary, deny_skips: bool, console: &Console) -> ExitStatus {
    if !deny_skips || summary.skipped == 0 {
        return ExitStatus::Success;
    }
    let were = match summary.skipped {
        1 => "1 case was".to_owned(),
        n => format!("{n} cases were"),
    };
    let error = CliError::Denied(format!("{were} skipped, which --deny-skips does not allow"));
    console.error(&error);
    error.status()
}

/// What comes of cases that passed only when they were tried again, where that is not enough.
fn flaky(summary: &Summary, result: FlakyArg, console: &Console) -> ExitStatus {
    if result == FlakyArg::Pass || summary.flaky == 0 {
        return ExitStatus::Success;
    }
    let cases = count(summary.flaky, "case");
    let error = CliError::Denied(format!(
        "{cases} passed only when tried again, which --flaky-result fail does not allow"
    ));
    console.error(&error);
    error.status()
}

/// Everything that listens to a run.
struct Report<'u> {
    progress: Option<Progress>,
    terminal: Terminal<Box<dyn Write>>,
    again: Again,
    /// What is under test.
    target: String,
    /// Whether a skipped case makes the run fail.
    deny_skips: bool,
    /// What a case comes to that passes only when tried again.
    flaky_result: FlakyArg,
    /// Why connections did not come about: each reason once.
    tried: Vec<String>,
    /// Why the program under test was not ready.
    not_ready: Option<CliError>,
    /// What to do about the first of them.
    help: &'static str,
    /// Why nothing more can be reported.
    failed: Option<CliError>,
    /// What takes down what could be rewritten.
    updates: Option<&'u mut Updates>,
    /// What writes the log.
    recording: Option<Recording>,
    /// How many cases that failed earlier are not played this time either.
    outstanding: usize,
    console: Console,
}

impl Report<'_> {
    fn new(options: TerminalOptions, again: Again, target: String, console: &Console) -> Self {
        let stderr = BufWriter::new(io::stderr());
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
            not_ready: None,
            help: "is the server running, and is this its address?",
            failed: None,
            updates: None,
            deny_skips: false,
            flaky_result: FlakyArg::Pass,
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
    fn event(&mut self, event: &Event) -> Result<(), ()> {
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
            if let (FailureKind::NoTls(why), []) = (&failure.kind, &self.tried[..])
                && let Some(help) = help_with_tls(why.kind)
            {
                self.help = help;
            }
            let new = why.filter(|why| self.tried.len() < MAX_TRIED && !self.tried.contains(why));
            self.tried.extend(new);
            if self.not_ready.is_none() {
                self.not_ready = not_ready(&failure.kind, outcome);
            }
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
    let printed = outcome.program.iter().flat_map(|news| {
        let of = |name: &str, bytes: &[u8]| {
            let lines = last_lines(bytes).into_iter();
            lines
                .map(|line| format!("{name}  {line}"))
                .collect::<Vec<_>>()
        };
        [of("stdout", &news.stdout), of("stderr", &news.stderr)].concat()
    });
    let help = Some(format!("help: {help}")).filter(|_| !help.is_empty());
    Some(CliError::NotReady {
        message: message.clone(),
        lines: printed.chain(help).collect(),
    })
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
