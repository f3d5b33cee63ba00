//! `backchat run`: reads, selects, plays, and says what came of it.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::ExitStatus;
use super::again::{self, Again};
use super::args::{DEFAULT_TARGET, FlakyArg, PlayArgs, RunArgs, SegmentArg};
use super::console::{Console, is_ci};
use super::error::CliError;
use super::files;
use super::keys;
use super::listening::Report;
use super::load::{Loaded, Showing};
use super::project::{self, Group, ProjectFile, typed, with_profile};
use super::recording::{self, Recording};
use super::rerun::{Rerun, rerun};
use super::runtime::runtime;
use super::secrets;
use super::select::Selection;
use super::shard::ShardArg;
use super::signals::Signals;
use super::tls;
use super::transports::over_each;
use super::update::{Updates, update};
use super::values::{environment, environment_names};
use super::watch::watch;
use super::whole::arrange;
use crate::count::count;
use crate::drive::Cancel;
use crate::player::Segment;
use crate::report::{Detail, TerminalOptions};
use crate::runner::{CaseRef, Inquiry, RunOptions, Suite, Summary, in_words, run_suites};
use crate::scenario::{BUILT_IN, ReadOptions, Value, nearest};
use crate::target::{Target, adopt_orphans};

/// Plays scenarios and judges them.
pub(super) fn run(args: RunArgs, console: &Console) -> Result<ExitStatus, CliError> {
    if args
        .target
        .iter()
        .filter(|target| target.name.is_none())
        .count()
        > 1
    {
        return Err(CliError::Usage(
            "--target is given twice: a further one has a name, by which clients know it: --target NAME=ADDRESS".into(),
        ));
    }
    let file = ProjectFile::load(args.project.config.as_deref(), console)?;
    let mut args = match &file {
        // There is nothing that would stand for what was not typed.
        None if args.project.profile.is_none() => args,
        _ => with_profile(typed(), &args, file.as_ref(), false, console)?,
    };
    let rerun = match args.reporting.rerun_failed {
        true => Some(rerun(&mut args, file.as_ref(), console)?),
        false => None,
    };
    let play = &args.play;
    secrets::learn(&args.secrets, &play.var, &play.allow_env, !args.select.list)?;
    if let Some(rerun) = rerun {
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
    let file = ProjectFile::load(args.project.config.as_deref(), console)?;
    let file = file.as_ref();
    sources.extend(file.map(|file| file.path.clone()));
    let groups = groups(args, file)?;
    let typed = read_options(args);
    let mut suites = project::suites(&groups, file, args, &typed, console)?;
    let trusting = project::trusting(&groups, file);
    let load = project::load(groups, file, &typed, Showing::mistakes(console));
    console.say(&load.shown)?;
    let loaded = load.valid()?;
    sources.extend(loaded.iter().flat_map(Loaded::sources));
    let mut options = options(args.play.clone(), console);
    options.shard = args.select.shard.map(ShardArg::resolve).transpose()?;
    let mut cases = cases(args, &loaded, console)?;
    over_each(&args.transports, &mut suites, &mut cases)?;
    let shuffled = args.select.shuffle.then_some(options.seed);
    let whole = arrange(&mut cases, options.shard, args.play.repeat.get(), shuffled);
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
        console.print(&secrets::hide(&ids))?;
        return Ok(ExitStatus::Success);
    }
    console.say(&tls::trusting(&args.tls, &trusting, &cases, console))?;
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
    let mut report = Report::new(report, again, in_words(&suites), console);
    if updates.is_none() {
        let mut header = recording::header(again::flags(args), &args.paths, &cases);
        report.outstanding = outstanding.len();
        header.outstanding = outstanding;
        header.shard = options.shard.map(|shard| shard.to_string());
        header.part = whole.map(|whole| whole.part(&cases));
        report.recording = Some(Recording::begin(&args.reporting, header, console)?);
    }
    report.updates = updates;
    report.deny_skips = args.play.deny_skips;
    report.flaky_result = args.play.flaky_result;
    // From here on a case's scenario is held only until it has been played.
    drop(loaded);
    let runtime = runtime()?;
    let status = runtime.block_on(play(cases, suites, options, report, console));
    // Whoever asked twice to stop does not wait for a name to be resolved.
    runtime.shutdown_background();
    status
}

/// Whether what was typed goes together.
fn usable(args: &RunArgs) -> Result<(), CliError> {
    if args.play.simulate && !args.target.is_empty() && args.target() != DEFAULT_TARGET {
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
pub(super) fn read_options(args: &RunArgs) -> ReadOptions {
    ReadOptions {
        vars: names(args).map(|(name, _)| name.to_owned()).collect(),
        env: environment_names(&args.play.allow_env),
        framing: None,
        max_steps: Some(args.play.max_steps),
        max_message: Some(args.play.max_message),
    }
}

/// The names that are set for all scenarios, each with the flag that does.
fn names(args: &RunArgs) -> impl Iterator<Item = (&str, &'static str)> {
    let vars = args.play.var.iter().map(|(name, _)| (&**name, "--var"));
    vars.chain(args.secrets.names().map(|name| (name, "--secret")))
}

/// The files that are played, each with its suite.
pub(super) fn groups(args: &RunArgs, file: Option<&ProjectFile>) -> Result<Vec<Group>, CliError> {
    project::groups(file, &args.project, &args.paths, files::default_of_run)
}

/// The cases that were asked for.
fn cases(args: &RunArgs, loaded: &[Loaded], console: &Console) -> Result<Vec<CaseRef>, CliError> {
    let selection = Selection::new(&args.select);
    let mut all = 0;
    let mut cases = Vec::new();
    for Loaded {
        found,
        scenario,
        group,
        ..
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
                    suite: *group,
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
    console.say(&unread(names(args), &cases, console))?;
    Ok(cases)
}

/// A warning for each variable that no case reads, with the name that was probably meant.
fn unread<'a>(
    vars: impl Iterator<Item = (&'a str, &'static str)>,
    cases: &[CaseRef],
    console: &Console,
) -> String {
    let scripts = || cases.iter().map(|case| &case.scenario.script);
    let mut warnings = String::new();
    for (name, flag) in vars {
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
        let message = format!("no selected scenario reads `{name}`, which {flag} sets{help}");
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
            .chain(secrets::values().iter().cloned())
            .collect(),
        secrets: secrets::secrets(),
        segment: match args.segment {
            SegmentArg::Whole => None,
            SegmentArg::Byte => Some(Segment::Byte),
            SegmentArg::Random => Some(Segment::Random),
        },
        segment_pace: args.segment_pace,
        max_fail: match args.max_fail {
            None if args.fail_fast || !args.no_fail_fast && !is_ci() => NonZeroUsize::new(1),
            max => max,
        },
        retries: args.retries,
        slow_timeout: args.slow_timeout,
        time_scale: args.time_scale,
        deny_leftover: args.deny_leftover,
        inquiry: Inquiry::default(),
        max_steps: args.max_steps,
        max_message: args.max_message,
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
    mut options: RunOptions,
    mut report: Report<'_>,
    console: &Console,
) -> Result<ExitStatus, CliError> {
    let spawns = |suite: &Suite| matches!(suite.target, Target::Spawned(_));
    if suites.iter().any(spawns) {
        adopt_orphans();
    }
    options.inquiry = keys::listen(console);
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
