//! What is under test, as it was typed: a server that runs somewhere, or a program that is started.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{DEFAULT_TARGET, ReadyWhen, RunArgs, SpawnArgs};
use super::console::Console;
use super::error::CliError;
use super::files;
use super::load::{Load, Showing};
use crate::net::{Address, AllowedHosts};
use crate::report::in_a_line;
use crate::scenario::{ReadOptions, Scenario};
use crate::target::{Ready, Spawn, Target};

/// What is under test. All the files that it names are read. A program is started in this folder, if one is given.
pub(super) fn target(
    target: &str,
    named: BTreeMap<&str, &str>,
    args: &SpawnArgs,
    folder: Option<PathBuf>,
    options: &ReadOptions,
    console: &Console,
) -> Result<Target, CliError> {
    let Some(command) = &args.spawn else {
        return Ok(target.parse()?);
    };
    let at = Some(target).filter(|target| *target != DEFAULT_TARGET);
    let mut spawn = match folder {
        Some(folder) => Spawn::in_folder(folder, command, at, args.pass_socket)?,
        None => Spawn::new(command, at, args.pass_socket)?,
    };
    for (name, at) in named {
        spawn.listens_also(name, at)?;
    }
    spawn.ready = match &args.ready_when {
        ReadyWhen::Port => Ready::Listening,
        ReadyWhen::File(path) => Ready::File(path.clone()),
        ReadyWhen::Output(pattern) => Ready::output(pattern)
            .map_err(|error| CliError::Usage(format!("--ready-when: {error}")))?,
        ReadyWhen::Scenario(path) => Ready::Scenario {
            scenario: scenario(path, options, console)?,
            file: files::shown(path).to_string(),
            words: in_a_line,
        },
    };
    spawn.ready_timeout = args.ready_timeout;
    spawn.grace = args.stop_timeout;
    spawn.fresh = args.fresh;
    Ok(Target::Spawned(Arc::new(spawn)))
}

/// What clients connect to that name it; where a program is started, it is that which listens there.
pub(super) fn named(args: &RunArgs) -> Result<Vec<(String, Address)>, CliError> {
    if args.spawn.spawn.is_some() {
        return Ok(Vec::new());
    }
    let named = args.named_targets().into_iter();
    named
        .map(|(name, at)| Ok((name.to_owned(), at.parse().and_then(Address::reachable)?)))
        .collect()
}

/// What scenarios may connect to beside their targets.
pub(super) fn allowed(args: &RunArgs) -> AllowedHosts {
    let mut allowed = AllowedHosts::default();
    for host in &args.allow_host {
        match host.strip_prefix("unix:") {
            Some(path) => allowed.path(Path::new(path)),
            None => allowed.host(host),
        }
    }
    allowed
}

/// The scenario that is played after each case.
pub(super) fn health(
    path: Option<&Path>,
    options: &ReadOptions,
    console: &Console,
) -> Result<Option<Arc<Scenario>>, CliError> {
    path.map(|path| scenario(path, options, console))
        .transpose()
}

/// The one scenario of a file.
fn scenario(
    path: &Path,
    options: &ReadOptions,
    console: &Console,
) -> Result<Arc<Scenario>, CliError> {
    let found = files::find(&[path.to_owned()])?;
    // One that cannot be read has no mistakes that could be shown.
    found.iter().try_for_each(files::can_be_read)?;
    let load = Load::of_files(found, options, Showing::mistakes(console));
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
