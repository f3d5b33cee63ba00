//! One run: files are read, cases selected, played, and listened to until the exit code is known.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio::runtime::Runtime;

use super::super::ExitStatus;
use super::super::args::{DEFAULT_TARGET, RunArgs, ShardArg};
use super::super::ci_commands::{Printed, inert};
use super::super::console::Console;
use super::super::error::CliError;
use super::super::files;
use super::super::keys;
use super::super::load::{self, Loaded, Showing};
use super::super::project::{self, Group, ProjectFile};
use super::super::report::take_away;
use super::super::runtime::{listening, runtime};
use super::super::secrets;
use super::super::signals::Signals;
use super::super::tls;
use super::again::Again;
use super::cases::cases;
use super::flags;
use super::identity::identity;
use super::listening::Report;
use super::options::{options, read_options};
use super::recording::{self, Recording};
use super::rerun::Rerun;
use super::transports::over_each;
use super::updates::Updates;
use super::verdict::{denied, verdict};
use super::whole::arrange;
use crate::drive::Cancel;
use crate::report::TerminalOptions;
use crate::runner::{CaseRef, RunOptions, Suite, in_words, run_suites};
use crate::target::{Target, adopt_orphans};

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
    if updates.is_none() && !args.select.list {
        take_away(&args.reporting.report, &recording::folder(&args.reporting));
    }
    let file = ProjectFile::load(args.project.config.as_deref(), console)?;
    let file = file.as_ref();
    sources.extend(file.map(|file| file.path.clone()));
    let groups = groups(args, file, console)?;
    let typed = read_options(args);
    let mut suites = project::suites(&groups, file, args, &typed, console)?;
    let trusting = project::trusting(&groups, file);
    console.say(&project::without_suite(&groups, file, args, console))?;
    let load = project::load(groups, file, &typed, Showing::mistakes(console));
    console.say(&load.shown)?;
    let loaded = load.valid()?;
    sources.extend(loaded.iter().flat_map(Loaded::sources));
    let mut options = options(args.play.clone(), console);
    options.shard = args.select.shard.map(ShardArg::resolve).transpose()?;
    let mut cases = cases(args, &loaded, &suites, console)?;
    over_each(&args.transports, &mut suites, &mut cases)?;
    let shuffled = args.select.shuffle.then_some(options.seed);
    let project = file.map(ProjectFile::text);
    let rounds = args.play.repeat.get();
    let whole = arrange(&mut cases, project, options.shard, rounds, shuffled);
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
        console.print(&inert(secrets::hide(&ids), Printed::Text))?;
        return Ok(ExitStatus::Success);
    }
    console.say(&load::warnings(&loaded, &cases, console))?;
    console.say(&tls::trusting(&args.tls, &trusting, &cases, console))?;
    if updates.is_some() {
        options.max_fail = None;
    }
    let again = Again::new(args, &loaded, options.seed);
    let shown = shown(console, &options, rounds);
    let mut report = Report::new(shown, again, in_words(&suites), console);
    if updates.is_none() {
        let flags = flags::of_run(args);
        let mut header = recording::header(flags::words(&flags), &args.paths, &suites, &cases);
        header.settings = flags::settings(&flags);
        header.run = identity(args.reporting.run_id.as_deref());
        report.outstanding = outstanding.len();
        header.outstanding = outstanding;
        header.shard = options.shard.map(|shard| shard.to_string());
        header.part = whole.map(|whole| whole.part(&cases));
        report.recording = Some(Recording::begin(&args.reporting, header, console)?);
    }
    report.updates = updates;
    report.deny_skips = args.play.deny_skips;
    // From here on a case's scenario is held only until it has been played.
    drop(loaded);
    let (home, listener) = (runtime()?, listening()?);
    options.home = Some(home.handle().clone());
    let stop = Stop::listen(&home)?;
    let status = listener.block_on(play(cases, suites, options, report, &stop, console));
    shut_down([listener, home]);
    status
}

/// What became of the wish to stop.
struct Stop {
    cancel: Cancel,
    /// What the process is to end with, once a signal has come.
    status: Arc<OnceLock<ExitStatus>>,
}

impl Stop {
    /// Listens for signals from now on. Not on the thread that writes what a run comes to: where nobody reads that, it stands still,
    /// and the next signal must still be heard.
    fn listen(home: &Runtime) -> Result<Self, CliError> {
        let (cancel, status) = (Cancel::default(), Arc::<OnceLock<ExitStatus>>::default());
        let mut signals = {
            let _entered = home.enter();
            Signals::listen()?
        };
        home.spawn({
            let (cancel, status) = (cancel.clone(), Arc::clone(&status));
            async move {
                // There is one first signal, so the cell is empty.
                let _ = status.set(signals.next().await);
                cancel.cancel();
                signals.next().await;
                cancel.at_once();
                signals.do_not_ask_again().await;
            }
        });
        Ok(Self { cancel, status })
    }
}

/// Whoever asked twice to stop does not wait for a name to be resolved.
fn shut_down(runtimes: [Runtime; 2]) {
    runtimes.into_iter().for_each(Runtime::shutdown_background);
}

/// How a run is shown.
fn shown(console: &Console, options: &RunOptions, rounds: u32) -> TerminalOptions {
    TerminalOptions {
        palette: console.palette,
        detail: console.detail,
        max_fail: options.max_fail,
        retries: options.retries,
        rounds,
        counted: !console.watched,
    }
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
    let names = args
        .target
        .iter()
        .filter_map(|target| target.name.as_deref());
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(CliError::Usage(format!(
                "--target names {} twice: each name is of one address",
                files::safe(name)
            )));
        }
    }
    Ok(())
}

/// The files that are played, each with its suite.
///
/// # Errors
///
/// Fails where there are none, or a path is not there; one of the configuration has then been shown where it stands.
pub(super) fn groups(
    args: &RunArgs,
    file: Option<&ProjectFile>,
    console: &Console,
) -> Result<Vec<Group>, CliError> {
    let groups = project::groups(file, &args.project, &args.paths, files::default_of_run);
    groups.map_err(|why| why.shown(console))
}

async fn play(
    cases: Vec<CaseRef>,
    suites: Vec<Suite>,
    mut options: RunOptions,
    mut report: Report<'_>,
    stop: &Stop,
    console: &Console,
) -> Result<ExitStatus, CliError> {
    let spawns = |suite: &Suite| matches!(suite.target, Target::Spawned(_));
    if suites.iter().any(spawns) {
        adopt_orphans();
    }
    options.inquiry = keys::listen(console);
    let cancel = &stop.cancel;
    let summary = run_suites(cases, suites, options, cancel, |event| {
        if report.event(&event).is_err() {
            cancel.cancel();
        }
    })
    .await;
    let mut status = stop.status.get().copied().unwrap_or(ExitStatus::Success);
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
    let verdict = verdict(&summary, report, console).or(denied);
    Ok(status.or(verdict))
}
