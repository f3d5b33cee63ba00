//! `backchat report`: reports, made of the log of a run that is over, or was killed.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::ExitStatus;
use super::args::{ReportArgs, ReportVerb, ShowArgs};
use super::console::Console;
use super::error::CliError;
use super::files::shown;
use super::log_file::LOG;
use super::merge::merge;
use super::reports::{self, Wanted};
use crate::report::{LogError, RunLog};

/// Does what is wanted with logs.
pub(super) fn report(args: &ReportArgs, console: &Console) -> Result<ExitStatus, CliError> {
    match &args.verb {
        ReportVerb::Show(args) => show(args, console),
        ReportVerb::Merge(args) => merge(args, console),
    }
}

/// Makes reports of a log.
fn show(args: &ShowArgs, console: &Console) -> Result<ExitStatus, CliError> {
    let (mut log, folder) = open(&args.log)?;
    show_reports(&args.report, &folder, &mut log, console)?;
    Ok(ExitStatus::Success)
}

/// Makes these reports of a log, into this folder where they name no path; where none is wanted, the one for people on standard output.
pub(super) fn show_reports(
    wanted: &[Wanted],
    folder: &Path,
    log: &mut RunLog<File>,
    console: &Console,
) -> Result<(), CliError> {
    let text = [Wanted::text()];
    let wanted = if wanted.is_empty() { &text } else { wanted };
    reports::apart(wanted, folder)?;
    for wanted in wanted {
        if let Some(path) = reports::write(wanted, folder, log)? {
            console.say(&format!("{:>12}  {}\n", "report", shown(&path)))?;
        }
    }
    Ok(())
}

/// Reads a log, by its path or its folder's; tells the folder too.
///
/// # Errors
///
/// Fails when there is none, or it cannot be read.
pub(super) fn open(path: &Path) -> Result<(RunLog<File>, PathBuf), CliError> {
    let path = if path.is_dir() {
        path.join(LOG)
    } else {
        path.to_owned()
    };
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let unreadable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => CliError::NoLog { path: shown(&path) },
        _ => CliError::Unreadable {
            path: shown(&path),
            source,
        },
    };
    // A FIFO would keep its reader waiting, and cannot be read twice.
    if std::fs::metadata(&path).map_err(unreadable)?.is_file() {
        let file = File::open(&path).map_err(unreadable)?;
        let log = RunLog::read(file).map_err(|error| match error {
            LogError::Io(source) => unreadable(source),
            other => unreadable(std::io::Error::other(other.to_string())),
        })?;
        Ok((log, folder))
    } else {
        let what = "it is no regular file";
        Err(unreadable(std::io::Error::other(what)))
    }
}
