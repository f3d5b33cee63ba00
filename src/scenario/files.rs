//! Other files that a scenario names: payloads, tables of cases, fragments.
//!
//! Nothing here reads one. Whoever reads a scenario gives it a [`Files`], which knows the folders and what may be read
//! in them.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// How many files a scenario may include or read cases from, each counted once: 1,000.
pub const MAX_SOURCES: usize = 1000;

/// How many bytes all the files that a scenario names may have together: 256 MiB.
pub const MAX_NAMED: usize = 256 << 20;

/// Gives the files that scenarios name.
pub trait Files: fmt::Debug {
    /// The file that `path` means where it is written in the file at `from`; `None`: in the scenario itself.
    ///
    /// It is read up to one byte more than `limit`: the reader says what is wrong with that.
    ///
    /// # Errors
    ///
    /// Fails, with words for the scenario's author, when there is no such file, when it may not be read, and when it
    /// cannot be.
    fn read(&self, from: Option<&Path>, path: &str, limit: usize) -> Result<OtherFile, FileError>;
}

/// A file that a scenario names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFile {
    /// Path as a person knows it, with `/` between its parts.
    pub name: String,
    /// Where it is: the same for the same file, by whatever path it was asked for.
    pub place: PathBuf,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why a file is not to be had. The scenario's author is at fault, or the system.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct FileError {
    /// What is wrong, one line, a lowercase fragment.
    pub message: String,
    /// A few words under the caret.
    pub label: String,
    /// What to do, where that can be said.
    pub help: Option<String>,
}

/// Gives no files: for scenarios that have no folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: Option<&Path>, _: &str, _: usize) -> Result<OtherFile, FileError> {
        Err(FileError {
            message: "no other file can be read here".into(),
            label: "names another file".into(),
            help: None,
        })
    }
}
