//! The files beside a scenario, for tests that read it through the library.

use std::fs;
use std::path::{Path, PathBuf};

use backchat::scenario::{FileError, Files, OtherFile};

/// The files of a folder.
#[derive(Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// That in which a file lies.
    pub(crate) fn of(path: &Path) -> Self {
        Self(path.parent().unwrap_or(path).into())
    }
}

impl Files for Folder {
    fn read(&self, from: Option<&Path>, path: &str, limit: usize) -> Result<OtherFile, FileError> {
        let folder = from.and_then(Path::parent).unwrap_or(&self.0);
        let place = folder.join(path);
        let mut bytes = fs::read(&place).map_err(|_| FileError {
            message: "no such file".into(),
            label: "not there".into(),
            help: None,
        })?;
        bytes.truncate(limit.saturating_add(1));
        let name = place.strip_prefix(&self.0).unwrap_or(&place);
        Ok(OtherFile {
            name: name.display().to_string(),
            place,
            bytes,
        })
    }
}
