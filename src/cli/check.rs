//! `backchat check`: every mistake of every file, and no connection to anywhere.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::ExitStatus;
use super::args::{CheckArgs, MessageFormatArg, ProjectArgs};
use super::console::Console;
use super::error::CliError;
use super::explain::explain;
use super::files::{self, CONFIGURATION, Found};
use super::load::{Load, Showing};
use super::project::{self, ProjectFile, groups, nearest_file};
use super::secrets;
use super::values::environment_names;
use crate::scenario::{Diagnostics, ReadOptions};

/// How standard input is asked for.
pub(super) const STDIN: &str = "-";

/// Checks files, and shows what is wrong with them.
pub(super) fn check(args: CheckArgs, console: &Console) -> Result<ExitStatus, CliError> {
    if let Some(code) = &args.explain {
        console.print(&explain(code)?)?;
        return Ok(ExitStatus::Success);
    }
    secrets::learn(&args.secrets, &args.var, &args.allow_env, false)?;
    let vars = args.var.iter().map(|(name, _)| &**name);
    let options = ReadOptions {
        vars: vars
            .chain(args.secrets.names())
            .map(str::to_owned)
            .collect(),
        env: environment_names(&args.allow_env),
        framing: None,
        max_steps: Some(args.max_steps),
        max_message: Some(args.max_message),
    };
    let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) = args
        .paths
        .into_iter()
        .partition(|path| path == Path::new(STDIN));
    let showing = Showing::everything(console, args.message_format);
    let mut load = Load::default();
    let is_project = |path: &PathBuf| path.file_name() == Some(OsStr::new(CONFIGURATION));
    let (projects, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(is_project);
    let nearest = args.config.clone().or_else(nearest_file);
    let everything = stdin.is_empty() && paths.is_empty() && projects.is_empty();
    let mut file = None;
    let same = |path: &PathBuf| nearest.as_ref() == Some(path);
    let asked = projects.iter().filter(|path| !same(path));
    for path in asked.chain(&nearest) {
        let read = match ProjectFile::read(path.clone()) {
            Err(error) if args.config.as_ref() == Some(path) => return Err(error.of_a_flag()),
            read => read,
        };
        if everything || projects.contains(path) || args.config.is_some() {
            let mistakes = mistakes(&read, &options, console);
            load.add_project(&Found::alone(path), mistakes, showing);
        }
        if same(path) {
            file = read.ok().and_then(Result::ok);
        }
    }
    if everything || !paths.is_empty() {
        let args = ProjectArgs::default();
        match groups(file.as_ref(), &args, &paths, files::default_of_check) {
            Ok(groups) => load.append(project::load(groups, file.as_ref(), &options, showing)),
            // What is missing has been said where it is named.
            Err(_) if everything && !load.is_valid() => {}
            Err(why) => return Err(why.shown(console)),
        }
    }
    if !stdin.is_empty() {
        let name = "<stdin>".to_owned();
        let bytes = files::read_all(io::stdin().lock()).map_err(|source| CliError::Unreadable {
            path: name.clone(),
            source,
        })?;
        let found = Found {
            name,
            ..Found::alone(Path::new(STDIN))
        };
        load.add_text(found, &bytes, &options, showing);
    }
    match args.message_format {
        MessageFormatArg::Json => console.print_json(&load.shown)?,
        MessageFormatArg::Human | MessageFormatArg::Short => console.say(&load.shown)?,
    }
    console.say(&format!("{}\n", load.count()))?;
    let warned = args.deny_warnings && load.has_warnings();
    Ok(if load.is_valid() && !warned {
        ExitStatus::Success
    } else {
        ExitStatus::Invalid
    })
}

/// What is wrong with the configuration of a project.
fn mistakes(
    read: &Result<Result<ProjectFile, Diagnostics>, CliError>,
    options: &ReadOptions,
    console: &Console,
) -> Result<Option<Diagnostics>, CliError> {
    match read {
        Ok(Ok(file)) => {
            let found = project::mistakes(file, options, console);
            Ok((!found.is_empty()).then(|| file.with_text(found)))
        }
        Ok(Err(mistakes)) => Ok(Some(mistakes.clone())),
        Err(error) => Err(CliError::Invalid(error.to_string())),
    }
}
