//! Folders for what lives as long as a program or a server does: sockets, and copies of settings. They are made where the system keeps
//! what is temporary.

use std::io;
use std::path::Path;

use tempfile::TempDir;
use thiserror::Error;

/// What to do where there can be none.
pub(super) const NO_FOLDER: &str =
    "make that folder, or set TMPDIR to one that is there and may be written to";

/// Why there is no folder: what is wrong with the one that it was to be made in, and who names that.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct NoFolder {
    message: String,
    kind: io::ErrorKind,
}

impl NoFolder {
    fn new(within: &Path, is_named: bool, error: &io::Error) -> Self {
        let whose = match is_named {
            true => "the folder for temporary files that TMPDIR names",
            false => "the folder for temporary files, as TMPDIR names none",
        };
        let what = match error.kind() {
            io::ErrorKind::NotFound => "does not exist".to_owned(),
            io::ErrorKind::NotADirectory => "is no folder".to_owned(),
            io::ErrorKind::PermissionDenied => "may not be written to".to_owned(),
            _ => format!("cannot be used: {error}"),
        };
        Self {
            message: format!("{}, {whose}, {what}", within.display()),
            kind: error.kind(),
        }
    }
}

impl From<NoFolder> for io::Error {
    fn from(error: NoFolder) -> Self {
        Self::new(error.kind, error)
    }
}

/// A new folder, which goes when it is dropped.
///
/// # Errors
///
/// Fails when it cannot be made, with what is wrong with the one around it.
pub(super) fn folder() -> Result<TempDir, NoFolder> {
    let is_named = std::env::var_os("TMPDIR").is_some();
    made_in(&std::env::temp_dir(), is_named)
}

/// A new folder in this one, which TMPDIR names, or not.
pub(super) fn made_in(within: &Path, is_named: bool) -> Result<TempDir, NoFolder> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("backchat-");
    let made = builder.tempdir_in(within);
    made.map_err(|error| NoFolder::new(within, is_named, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_folder_around_it_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let missing = file.path().with_extension("missing");
        let said = |within: &Path, is_named| made_in(within, is_named).unwrap_err().to_string();
        assert_eq!(
            said(&missing, true),
            format!(
                "{}, the folder for temporary files that TMPDIR names, does not exist",
                missing.display()
            )
        );
        assert_eq!(
            said(file.path(), false),
            format!(
                "{}, the folder for temporary files, as TMPDIR names none, is no folder",
                file.path().display()
            )
        );
        let error = io::Error::from(made_in(&missing, true).unwrap_err());
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.get_ref().is_some_and(|error| error.is::<NoFolder>()));
    }
}
