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

/// Why it is this folder that others are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// TMPDIR names it.
    Named,
    /// TMPDIR names none.
    NoneNamed,
    /// The one that TMPDIR names makes too long a path for a socket.
    TooLong,
}

impl NoFolder {
    fn new(within: &Path, why: Why, error: &io::Error) -> Self {
        let whose = match why {
            Why::Named => "the folder for temporary files that TMPDIR names",
            Why::NoneNamed => "the folder for temporary files, as TMPDIR names none",
            Why::TooLong => {
                "the folder for temporary files, as the path that TMPDIR names is too long for a socket"
            }
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
    let why = match std::env::var_os("TMPDIR") {
        Some(_) => Why::Named,
        None => Why::NoneNamed,
    };
    made_in(&std::env::temp_dir(), why)
}

/// A new folder in this one.
pub(super) fn made_in(within: &Path, why: Why) -> Result<TempDir, NoFolder> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("backchat-");
    let made = builder.tempdir_in(within);
    made.map_err(|error| NoFolder::new(within, why, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_folder_around_it_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let missing = file.path().with_extension("missing");
        let said = |within: &Path, why| made_in(within, why).unwrap_err().to_string();
        assert_eq!(
            said(&missing, Why::Named),
            format!(
                "{}, the folder for temporary files that TMPDIR names, does not exist",
                missing.display()
            )
        );
        assert_eq!(
            said(file.path(), Why::NoneNamed),
            format!(
                "{}, the folder for temporary files, as TMPDIR names none, is no folder",
                file.path().display()
            )
        );
        let error = io::Error::from(made_in(&missing, Why::Named).unwrap_err());
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.get_ref().is_some_and(|error| error.is::<NoFolder>()));
    }
}
