//! `backchat fmt`: scenario files in one form. All are read before one is written.

use std::io;
use std::path::{Path, PathBuf};

use super::ExitStatus;
use super::args::FmtArgs;
use super::check::STDIN;
use super::console::Console;
use super::error::CliError;
use super::files::{self, Found};
use super::replace::replace;
use crate::count::count;
use crate::report::render_diagnostics;
use crate::scenario::format;

/// Formats files, or says which are not.
pub(super) fn fmt(args: FmtArgs, console: &Console) -> Result<ExitStatus, CliError> {
    let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) = args
        .paths
        .into_iter()
        .partition(|path| path == Path::new(STDIN));
    match (stdin.is_empty(), paths.is_empty()) {
        (false, true) => return standard_input(args.check, console),
        (false, false) => {
            let why = "`-` is standard input, and stands alone";
            return Err(CliError::Usage(why.to_owned()));
        }
        (true, _) => {}
    }
    let found = if paths.is_empty() {
        files::find(&files::default_of_check())?
    } else {
        files::find(&paths)?
    };
    let files = found.len();
    let changed = read(found, console)?;
    let word = if args.check {
        "would change"
    } else {
        "formatted"
    };
    for (found, text) in &changed {
        if !args.check {
            replace(&found.path, text.as_bytes()).map_err(|source| CliError::Unwritable {
                path: found.name.clone(),
                source,
            })?;
        }
        console.say(&format!("{word:>12}  {}\n", found.name))?;
    }
    let others = files - changed.len();
    console.say(&format!(
        "{}: {} {word}, {others} as they should be\n",
        count(files, "file"),
        changed.len()
    ))?;
    if args.check && !changed.is_empty() {
        console.say("  help: `backchat fmt` writes them in their form\n")?;
    }
    Ok(if args.check && !changed.is_empty() {
        ExitStatus::Failed
    } else {
        ExitStatus::Success
    })
}

/// The files that are not in their form, and that form.
fn read(found: Vec<Found>, console: &Console) -> Result<Vec<(Found, String)>, CliError> {
    let (mut changed, mut shown, mut invalid) = (Vec::new(), String::new(), 0);
    let files = found.len();
    for found in found {
        let bytes = match files::read(&found) {
            Ok(bytes) => bytes,
            Err(error) => {
                invalid += 1;
                shown.push_str(&console.palette.error_line(&error.to_string()));
                continue;
            }
        };
        match format(&found.name, &bytes) {
            Ok(text) if text.as_bytes() == bytes => {}
            Ok(text) => changed.push((found, text)),
            Err(mistakes) => {
                invalid += 1;
                shown.push_str(&render_diagnostics(&mistakes, &console.palette));
            }
        }
    }
    if invalid == 0 {
        return Ok(changed);
    }
    console.say(&shown)?;
    let read = count(files, "file");
    let why = format!("{invalid} of {read} cannot be read as JSON: nothing was changed");
    Err(CliError::Invalid(why))
}

/// Formats what is read, and prints it.
fn standard_input(check: bool, console: &Console) -> Result<ExitStatus, CliError> {
    let name = "<stdin>";
    let bytes = files::read_all(io::stdin().lock()).map_err(|source| CliError::Unreadable {
        path: name.to_owned(),
        source,
    })?;
    let text = match format(name, &bytes) {
        Ok(text) => text,
        Err(mistakes) => {
            console.say(&render_diagnostics(&mistakes, &console.palette))?;
            return Ok(ExitStatus::Invalid);
        }
    };
    if !check {
        console.print(&text)?;
    } else if text.as_bytes() != bytes {
        console.say(&format!("{name} would change\n"))?;
        return Ok(ExitStatus::Failed);
    }
    Ok(ExitStatus::Success)
}
