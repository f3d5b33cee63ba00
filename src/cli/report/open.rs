//! A log is found by its path or its folder's, and read.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use super::super::error::CliError;
use super::super::files::shown;
use super::log_file::LOG;
use super::reopened::Reopened;
use crate::report::{LogError, RunLog};

/// Reads a log, by its path or its folder's; tells the folder too.
///
/// # Errors
///
/// Fails when there is none, or it cannot be read.
pub(in crate::cli) fn open(path: &Path) -> Result<(RunLog<File>, PathBuf), CliError> {
    open_as(path, |path| File::open(path))
}

/// Reads a log that is one of many: it is open only while it is read.
///
/// # Errors
///
/// Fails when there is none, or it cannot be read.
pub(super) fn open_one_of_many(path: &Path) -> Result<RunLog<Reopened>, CliError> {
    open_as(path, Reopened::open).map(|(log, _)| log)
}

fn open_as<R: Read + Seek>(
    path: &Path,
    opened: impl Fn(&Path) -> io::Result<R>,
) -> Result<(RunLog<R>, PathBuf), CliError> {
    let path = if path.is_dir() {
        path.join(LOG)
    } else {
        path.to_owned()
    };
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => CliError::NoLog { path: shown(&path) },
        _ => CliError::Unreadable {
            path: shown(&path),
            source,
        },
    };
    // A FIFO would keep its reader waiting, and cannot be read twice.
    if std::fs::metadata(&path).map_err(unreadable)?.is_file() {
        let file = opened(&path).map_err(unreadable)?;
        let log = RunLog::read(file).map_err(|error| match error {
            LogError::Io(source) => unreadable(source),
            other => unreadable(io::Error::other(other.to_string())),
        })?;
        Ok((log, folder))
    } else {
        let what = "it is no regular file";
        Err(unreadable(io::Error::other(what)))
    }
}
