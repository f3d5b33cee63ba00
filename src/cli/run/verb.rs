//! `backchat run`: what was typed decides how it is played: once, what failed the last time, after each change, or to write expectations anew.

use super::super::ExitStatus;
use super::super::args::RunArgs;
use super::super::console::Console;
use super::super::error::CliError;
use super::super::project::{ProjectFile, typed, with_profile};
use super::super::report::take_away;
use super::super::secrets;
use super::once::{play_once, run_once};
use super::recording::folder;
use super::rerun::{Rerun, rerun};
use super::update::update;
use super::watch::watch;

/// Plays scenarios and judges them.
pub(in crate::cli) fn run(args: RunArgs, console: &Console) -> Result<ExitStatus, CliError> {
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
    let (reporting, list) = (args.reporting.clone(), args.select.list);
    let (args, rerun) = begin(args, console).inspect_err(|error| {
        // Nor does a run that could not begin leave reports of an earlier one; a wrong command line may mean another file.
        if error.status() != ExitStatus::Usage && !list {
            take_away(&reporting.report, &folder(&reporting));
        }
    })?;
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

/// What was typed, with what the project's profile and the log of the last run say beside it.
fn begin(args: RunArgs, console: &Console) -> Result<(RunArgs, Option<Rerun>), CliError> {
    let file = ProjectFile::load(args.project.config.as_deref(), console)?;
    let mut args = match &file {
        // There is nothing that would stand for what was not typed.
        None if args.project.profile.is_none() => args,
        _ => with_profile(typed(), &args, file.as_ref(), None, console)?,
    };
    let rerun = match args.reporting.rerun_failed {
        true => Some(rerun(&mut args, file.as_ref(), console)?),
        false => None,
    };
    let play = &args.play;
    secrets::learn(&args.secrets, &play.var, &play.allow_env, !args.select.list)?;
    Ok((args, rerun))
}
