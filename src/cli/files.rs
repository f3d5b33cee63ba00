//! Finding scenario files and reading them.
//!
//! A folder is read recursively, in sorted order. Names that begin with `_` (fragments, data) or `.`, `backchat.json` and
//! the folder `backchat-out` are no scenarios, and linked folders are not followed; a path given by name is read whatever it is
//! called.
//!
//! A scenario's id is its path without ending, below the last folder called `scenarios` in the PATH that was given, or
//! else below that PATH: `scenarios/reference/greeting.json` is `reference/greeting`, whether one asks for `scenarios`,
//! for `scenarios/reference` or for the file. Files whose ids would be the same have their whole paths as ids.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::args::DEFAULT_OUT;
use super::error::CliError;
use crate::scenario::MAX_FILE;
use crate::wire::{escape, escape_words};

/// The folder of scenarios that ids are counted from.
const SCENARIOS: &str = "scenarios";

/// The project's configuration: never a scenario.
pub(super) const CONFIGURATION: &str = "backchat.json";

/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 64;

/// A scenario file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// The path as a person knows it, fit to be shown.
    pub(super) name: String,
    /// Its id, without a case; not two files have the same.
    pub(super) id: String,
    /// The folder that was given, where it was found in one.
    pub(super) given: Option<PathBuf>,
}

impl Found {
    /// A file that is no scenario, or has no place.
    pub(super) fn alone(path: &Path) -> Self {
        Self {
            path: path.into(),
            name: shown(path),
            id: shown(path),
            given: None,
        }
    }
}

/// A scenario file without an id.
struct Candidate {
    path: PathBuf,
    /// The folder that ids are counted from.
    base: PathBuf,
    /// The folder that was given, where it was found in one.
    given: Option<PathBuf>,
}

/// Where `run` looks when it is told no path: the reference scenarios where there are some, all of them otherwise.
pub(super) fn default_of_run() -> Vec<PathBuf> {
    let reference = Path::new(SCENARIOS).join("reference");
    vec![if reference.is_dir() {
        reference
    } else {
        SCENARIOS.into()
    }]
}

/// Where `check` looks when it is told no path.
pub(super) fn default_of_check() -> Vec<PathBuf> {
    vec![SCENARIOS.into()]
}

/// The scenario files of these paths, each once, in the order of the paths and sorted within each.
///
/// # Errors
///
/// Fails when a path is not there or neither folder nor regular file, a folder cannot be read, or there is no scenario at
/// all.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Found>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| missing(path, error))?;
        if metadata.is_dir() {
            let mut below = Vec::new();
            walk(path, MAX_DEPTH, &mut below)?;
            below.sort();
            let base = base(path).unwrap_or_else(|| path.clone());
            files.extend(below.into_iter().map(|file| Candidate {
                path: file,
                base: base.clone(),
                given: Some(path.clone()),
            }));
        } else if !metadata.is_file() {
            // A FIFO, whose reader would wait for a writer, or a device.
            let source = io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file");
            let path = shown(path);
            return Err(CliError::Unreadable { path, source });
        } else {
            let folder = path.parent().unwrap_or_else(|| Path::new(""));
            files.push(Candidate {
                path: path.clone(),
                base: base(folder).unwrap_or_else(|| folder.into()),
                given: None,
            });
        }
    }
    let mut seen = HashSet::new();
    files.retain(|Candidate { path, .. }| seen.insert(resolved(path)));
    if files.is_empty() {
        let looked: Vec<String> = paths.iter().map(|path| shown(&absolute(path))).collect();
        return Err(CliError::NoScenarios {
            looked: looked.join(", "),
        });
    }
    Ok(identify(files))
}

/// The path without links: equal where it is the same file.
pub(super) fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.into())
}

/// Reads a file, one byte more than it may have at most: the reader of scenarios says what is wrong with that.
///
/// # Errors
///
/// Fails when the system does not let it be read.
pub(super) fn read(found: &Found) -> Result<Vec<u8>, CliError> {
    read_all(open(found)?).map_err(|source| unreadable(found, source))
}

/// Fails where a file cannot be opened to be read.
pub(super) fn can_be_read(found: &Found) -> Result<(), CliError> {
    open(found).map(drop)
}

fn open(found: &Found) -> Result<File, CliError> {
    File::open(&found.path).map_err(|source| unreadable(found, source))
}

fn unreadable(found: &Found, source: io::Error) -> CliError {
    CliError::Unreadable {
        path: found.name.clone(),
        source,
    }
}

/// How many bytes a file has, more or less.
const USUAL_FILE: usize = 4 << 10;

/// Reads all there is, one byte more than a scenario file may have at most.
pub(super) fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    // Room for a usual file, which is then read in one go.
    let mut bytes = Vec::with_capacity(USUAL_FILE);
    source.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path, fit to be shown, with `/` between its parts.
pub(super) fn shown(path: &Path) -> String {
    let parts: Vec<String> = path
        .iter()
        .filter(|part| *part != ".")
        .map(|part| escape(part.as_encoded_bytes()).to_string())
        .collect();
    let joined = match parts.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    };
    joined
        .strip_prefix("//")
        .map_or_else(|| joined.clone(), |rest| format!("/{rest}"))
}

/// Words that may hold a path or an argument, in which nothing may steer a terminal.
pub(super) fn safe(text: &str) -> String {
    escape_words(text).to_string()
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

fn missing(path: &Path, source: io::Error) -> CliError {
    if source.kind() == io::ErrorKind::NotFound {
        CliError::Missing {
            path: shown(path),
            looked: shown(&absolute(path)),
        }
    } else {
        CliError::Unreadable {
            path: shown(path),
            source,
        }
    }
}

/// Makes a folder, and those that it is in.
///
/// # Errors
///
/// Fails, naming what is in the way, when there is a file where a folder is to be, and as the system does.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let is_file = |above: &&Path| fs::metadata(above).is_ok_and(|there| !there.is_dir());
    fs::create_dir_all(folder).map_err(|error| match folder.ancestors().find(is_file) {
        Some(file) => {
            let what = format!("{} is no folder", shown(file));
            io::Error::new(io::ErrorKind::NotADirectory, what)
        }
        None => error,
    })
}

/// The path up to its last folder called `scenarios`.
pub(super) fn base(folder: &Path) -> Option<PathBuf> {
    let parts: Vec<&OsStr> = folder.iter().collect();
    let last = parts.iter().rposition(|part| *part == SCENARIOS)?;
    Some(parts[..=last].iter().collect())
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let unreadable = |source| CliError::Unreadable {
        path: shown(folder),
        source,
    };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let first = name.as_encoded_bytes().first();
        if matches!(first, Some(b'_' | b'.')) || name == CONFIGURATION || name == DEFAULT_OUT {
            continue;
        }
        let path = entry.path();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            if depth == 0 {
                return Err(CliError::Usage(format!(
                    "folders lie more than {MAX_DEPTH} deep in each other: {}",
                    shown(folder)
                )));
            }
            walk(&path, depth - 1, files)?;
        } else if is_scenario(&path) && fs::metadata(&path).is_ok_and(|file| file.is_file()) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_scenario(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending == "json" || ending == "jsonc")
}

/// Gives each file an id that no other has.
fn identify(files: Vec<Candidate>) -> Vec<Found> {
    let ids: Vec<String> = files
        .iter()
        .map(|Candidate { path, base, .. }| {
            shown(&path.strip_prefix(base).unwrap_or(path).with_extension(""))
        })
        .collect();
    let ids = tell_apart(
        ids,
        files
            .iter()
            .map(|file| shown(&file.path.with_extension(""))),
    );
    let ids = tell_apart(ids, files.iter().map(|file| shown(&file.path)));
    files
        .into_iter()
        .zip(ids)
        .map(|(Candidate { path, given, .. }, id)| Found {
            name: shown(&path),
            path,
            id,
            given,
        })
        .collect()
}

/// The same ids, but for those that stand there twice: they are replaced by longer ones.
fn tell_apart(ids: Vec<String>, longer: impl Iterator<Item = String>) -> Vec<String> {
    let mut times = BTreeMap::new();
    for id in &ids {
        *times.entry(id.clone()).or_insert(0) += 1;
    }
    ids.into_iter()
        .zip(longer)
        .map(|(id, longer)| {
            if times.get(&id) == Some(&1) {
                id
            } else {
                longer
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids of what is found under `paths` in a folder with these files.
    #[track_caller]
    fn check(files: &[&str], paths: &[&str], ids: &[&str]) {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("below")).expect("a folder");
            fs::write(path, "{}").expect("a file");
        }
        let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
        let found = find(&paths).expect("scenarios");
        let root = format!("{}/", shown(folder.path()));
        let found: Vec<String> = found
            .into_iter()
            .map(|found| found.id.replace(&root, ""))
            .collect();
        assert_eq!(found, ids);
    }

    #[test]
    fn a_folder_is_read_recursively_and_in_order() {
        check(
            &["t/b.json", "t/a/z.jsonc", "t/a/c.json", "t/a.json"],
            &["t"],
            &["a/c", "a/z", "a", "b"],
        );
    }

    #[test]
    fn fragments_hidden_files_and_the_configuration_are_no_scenarios() {
        check(
            &[
                "t/a.json",
                "t/_f.json",
                "t/.h.json",
                "t/_x/b.json",
                "t/backchat.json",
                "t/README.md",
            ],
            &["t"],
            &["a"],
        );
    }

    #[test]
    fn an_id_begins_below_the_folder_called_scenarios() {
        let files = ["scenarios/reference/greeting.json"];
        for path in [
            "scenarios",
            "scenarios/reference",
            "scenarios/reference/greeting.json",
        ] {
            check(&files, &[path], &["reference/greeting"]);
        }
    }

    #[test]
    fn elsewhere_an_id_begins_below_the_path_given() {
        check(&["t/a/b.json"], &["t"], &["a/b"]);
        check(&["t/a/b.json"], &["t/a"], &["b"]);
        check(&["t/a/b.json"], &["t/a/b.json"], &["b"]);
    }

    #[test]
    fn a_file_that_is_asked_for_twice_is_played_once() {
        check(&["t/a.json", "t/b.json"], &["t/b.json", "t"], &["b", "a"]);
    }

    #[test]
    fn ids_that_would_be_the_same_are_told_apart() {
        check(&["t/a.json", "u/a.json"], &["t", "u"], &["t/a", "u/a"]);
        check(
            &["t/a.json", "t/a.jsonc"],
            &["t"],
            &["t/a.json", "t/a.jsonc"],
        );
    }

    #[test]
    fn what_is_not_there_is_said_with_its_whole_path() {
        let error = find(&[PathBuf::from("no/such/folder")]).expect_err("missing");
        let CliError::Missing { path, looked } = error else {
            panic!("{error:?}");
        };
        assert_eq!(path, "no/such/folder");
        assert!(
            looked.starts_with('/') && looked.ends_with("/no/such/folder"),
            "{looked}"
        );
    }
}
