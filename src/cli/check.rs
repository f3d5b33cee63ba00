//! `backchat check`: every mistake of every file, and no connection to anywhere.

use std::io;
use std::path::{Path, PathBuf};

use super::ExitStatus;
use super::args::{CheckArgs, MessageFormatArg};
use super::console::Console;
use super::error::CliError;
use super::explain::explain;
use super::files::{self, Found};
use super::load::{Load, Showing};
use super::secrets;
use super::values::environment_names;
use crate::scenario::ReadOptions;

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
        max_steps: Some(args.max_steps),
    };
    let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) = args
        .paths
        .into_iter()
        .partition(|path| path == Path::new(STDIN));
    let found = match (stdin.is_empty(), paths.is_empty()) {
        (true, true) => files::find(&files::default_of_check())?,
        (false, true) => Vec::new(),
        (_, false) => files::find(&paths)?,
    };
    let showing = Showing::everything(console, args.message_format);
    let mut load = Load::of_files(found, &options, showing);
    if !stdin.is_empty() {
        let name = "<stdin>".to_owned();
        let bytes = files::read_all(io::stdin().lock()).map_err(|source| CliError::Unreadable {
            path: name.clone(),
            source,
        })?;
        let found = Found {
            path: STDIN.into(),
            id: name.clone(),
            name,
            given: None,
        };
        load.add_text(found, &bytes, &options, showing);
    }
    match args.message_format {
        MessageFormatArg::Json => console.print(&load.shown)?,
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
