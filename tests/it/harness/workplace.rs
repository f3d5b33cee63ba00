//! A folder for one test, gone when the test is over.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Program, Running};

/// A folder with files.
pub(crate) struct Workplace {
    folder: TempDir,
}

impl Workplace {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A folder with one file, `talk.json`.
    pub(crate) fn with_scenario(json: &str) -> Self {
        Self::new().file("talk.json", json.as_bytes())
    }

    /// Adds a file, and the folders it is in.
    pub(crate) fn file(self, name: &str, bytes: &[u8]) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("below")).expect("folders");
        fs::write(path, bytes).expect("a file");
        self
    }

    /// Adds an empty folder.
    pub(crate) fn folder(self, name: &str) -> Self {
        fs::create_dir_all(self.path().join(name)).expect("a folder");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path without links in it, as the program sees it.
    pub(crate) fn real_path(&self) -> PathBuf {
        self.path().canonicalize().expect("there")
    }

    /// The program, in this folder.
    pub(crate) fn backchat<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        Program::new(args).dir(&self.real_path())
    }

    /// A reference server, started, and where it listens.
    pub(crate) fn serve(&self, args: &[&str]) -> (Running, String) {
        let mut server = self.backchat(["serve"].iter().chain(args).copied()).start();
        let line = server.line();
        let address = line.strip_prefix("listening on ").expect("an address");
        let address = address.to_owned();
        (server, address)
    }
}
