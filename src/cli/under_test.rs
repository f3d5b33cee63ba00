//! What is under test, as it was typed: a server that runs somewhere, or a program that is started.

use std::path::Path;
use std::sync::Arc;

use super::args::{DEFAULT_TARGET, ReadyWhen, RunArgs};
use super::console::Console;
use super::error::CliError;
use super::files;
use super::load::{Load, Showing};
use super::run::read_options;
use crate::scenario::Scenario;
use crate::target::{Ready, Spawn, Target};

/// What is under test. All the files that it names are read.
pub(super) fn target(args: &RunArgs, console: &Console) -> Result<Target, CliError> {
    let Some(command) = &args.spawn.spawn else {
        return Ok(args.target.parse()?);
    };
    let at = Some(&*args.target).filter(|target| *target != DEFAULT_TARGET);
    let mut spawn = Spawn::new(command, at, args.spawn.pass_socket)?;
    spawn.ready = match &args.spawn.ready_when {
        ReadyWhen::Port => Ready::Listening,
        ReadyWhen::File(path) => Ready::File(path.clone()),
        ReadyWhen::Output(pattern) => Ready::output(pattern)
            .map_err(|error| CliError::Usage(format!("--ready-when: {error}")))?,
        ReadyWhen::Scenario(path) => Ready::Scenario(scenario(path, args, console)?),
    };
    spawn.ready_timeout = args.spawn.ready_timeout;
    spawn.grace = args.spawn.stop_timeout;
    spawn.fresh = args.spawn.fresh;
    Ok(Target::Spawned(Arc::new(spawn)))
}

/// The scenario that is played after each case.
pub(super) fn health(args: &RunArgs, console: &Console) -> Result<Option<Arc<Scenario>>, CliError> {
    let path = args.spawn.health.as_deref();
    path.map(|path| scenario(path, args, console)).transpose()
}

/// The one scenario of a file.
fn scenario(path: &Path, args: &RunArgs, console: &Console) -> Result<Arc<Scenario>, CliError> {
    let options = read_options(args);
    let found = files::find(&[path.to_owned()])?;
    let load = Load::of_files(found, &options, Showing::mistakes(console));
    console.say(&load.shown)?;
    let loaded = load.valid()?;
    match &loaded[..] {
        [one] => Ok(Arc::clone(&one.scenario)),
        _ => Err(CliError::Usage(format!(
            "{} is a folder of scenarios: name one of them",
            files::shown(path)
        ))),
    }
}
