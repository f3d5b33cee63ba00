//! The files that a scenario may name: regular ones, in its own tree of folders.
//!
//! The tree is the folder of the nearest `backchat.json` above the scenario, else the folder that was given as a PATH or the one
//! called `scenarios` that the scenario is in, whichever has more in it, else the scenario's own. So it is the same tree whether a
//! file is named itself or found in a folder. A path is looked at as text first, then with its links resolved; what leads out of the tree is
//! refused before anything of it is read, and what is no regular file before it is opened: a FIFO would keep its reader
//! waiting.

use std::cell::{OnceCell, RefCell};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::files::{CONFIGURATION, Found, base, shown};
use crate::scenario::{FileError, Files, OtherFile};

/// The files that a scenario may name.
#[derive(Debug)]
pub(super) struct Tree {
    /// The scenario's folder, as it was given.
    folder: PathBuf,
    /// The folder that was given as a PATH, if it was one.
    given: Option<PathBuf>,
    /// Found when a file is first asked for.
    root: OnceCell<io::Result<Root>>,
    /// The files that were asked for and are in the tree, without links.
    found: RefCell<Vec<PathBuf>>,
}

/// Where the tree begins.
#[derive(Debug)]
struct Root {
    /// Without links.
    root: PathBuf,
    /// The scenario's folder, without links.
    folder: PathBuf,
}

impl Tree {
    /// That of a scenario.
    pub(super) fn of(found: &Found) -> Self {
        let folder = found.path.parent().unwrap_or_else(|| Path::new(""));
        Self {
            folder: folder.into(),
            given: found.given.clone(),
            root: OnceCell::new(),
            found: RefCell::default(),
        }
    }

    /// The files that were asked for and are in the tree, without links; each as often as it was.
    pub(super) fn into_found(self) -> Vec<PathBuf> {
        self.found.into_inner()
    }

    fn root(&self) -> Result<&Root, FileError> {
        let root = self.root.get_or_init(|| {
            let folder = fs::canonicalize(or_here(&self.folder))?;
            let configured = folder
                .ancestors()
                .find(|folder| folder.join(CONFIGURATION).is_file());
            let root = match (configured, &self.given, base(&self.folder)) {
                (Some(root), ..) => root.to_owned(),
                (None, Some(given), scenarios) => {
                    let given = fs::canonicalize(or_here(given))?;
                    let scenarios = scenarios.map(fs::canonicalize).transpose()?;
                    // The one that is in the other has less in it.
                    scenarios
                        .filter(|scenarios| given.starts_with(scenarios))
                        .unwrap_or(given)
                }
                (None, None, Some(scenarios)) => fs::canonicalize(scenarios)?,
                (None, None, None) => folder.clone(),
            };
            // A scenario that is itself a link into another tree has that one's folder for its own.
            let root = if folder.starts_with(&root) {
                root
            } else {
                folder.clone()
            };
            Ok(Root { root, folder })
        });
        root.as_ref()
            .map_err(|error| unreadable(format!("its folder cannot be found: {error}")))
    }

    /// Where a path leads, with its links resolved.
    fn find(&self, from: Option<&Path>, path: &str) -> Result<PathBuf, FileError> {
        let root = self.root()?;
        let folder = match from.and_then(Path::parent) {
            Some(folder) => folder,
            None => &root.folder,
        };
        let path = Path::new(path);
        if path.is_absolute() || path.as_os_str().as_encoded_bytes().contains(&0) {
            return Err(FileError {
                message: "not a relative path".into(),
                label: "counted from the folder of this file".into(),
                help: Some("write it as \"_body.bin\" or \"data/_body.bin\"".into()),
            });
        }
        let meant = plain(&folder.join(path)).filter(|meant| meant.starts_with(&root.root));
        let Some(meant) = meant else {
            return Err(self.outside("leads out of the tree", root));
        };
        // The file itself is not looked at before it is known where it is.
        let real = fs::canonicalize(&meant).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError {
                message: "no such file".into(),
                label: format!("looked for as {}", self.name(&meant, root)),
                help: None,
            },
            _ => unreadable(error.to_string()),
        })?;
        if !real.starts_with(&root.root) {
            return Err(self.outside("is a link that leads out of the tree", root));
        }
        self.found.borrow_mut().push(real.clone());
        Ok(real)
    }

    fn outside(&self, how: &str, root: &Root) -> FileError {
        let root = shown(&root.root);
        FileError {
            message: how.into(),
            label: format!("outside of {root}"),
            help: Some(format!(
                "a scenario reads only files in its own tree: the folder of the nearest {CONFIGURATION} above it, else \
                 the folder that was given or one called `scenarios`, else its own"
            )),
        }
    }

    /// A path in the tree, as a person knows it.
    fn name(&self, place: &Path, root: &Root) -> String {
        // In terms of the folder as it was given, if it is in or beside that.
        let mut up = PathBuf::new();
        for folder in root.folder.ancestors() {
            if let Ok(rest) = place.strip_prefix(folder) {
                let named = self.folder.join(&up);
                return shown(&plain(&named).unwrap_or(named).join(rest));
            }
            up.push("..");
        }
        shown(place)
    }
}

impl Files for Tree {
    fn read(&self, from: Option<&Path>, path: &str, limit: usize) -> Result<OtherFile, FileError> {
        let place = self.find(from, path)?;
        let system = |error: io::Error| unreadable(error.to_string());
        let metadata = fs::metadata(&place).map_err(system)?;
        if metadata.is_dir() {
            return Err(unreadable("a folder, not a file".into()));
        }
        if !metadata.is_file() {
            return Err(unreadable("not a regular file".into()));
        }
        let file = File::open(&place).map_err(system)?;
        let mut bytes = Vec::new();
        file.take(limit as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(system)?;
        let name = self.name(&place, self.root()?);
        Ok(OtherFile { name, place, bytes })
    }
}

fn unreadable(message: String) -> FileError {
    FileError {
        message,
        label: "cannot be read".into(),
        help: None,
    }
}

/// The folder, or the current one where the path is empty.
fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// The path without `.` and `..`; `None`: it leads above where it begins.
pub(in crate::cli) fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                let is_name = matches!(plain.components().next_back(), Some(Component::Normal(_)));
                if !is_name {
                    return None;
                }
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    Some(plain)
}
