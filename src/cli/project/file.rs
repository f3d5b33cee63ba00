//! `backchat.json`: found, read, and its mistakes shown.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::super::console::Console;
use super::super::error::CliError;
use super::super::files::{self, CONFIGURATION, read_all, safe, shown};
use crate::count::count;
use crate::report::render_diagnostics;
use crate::scenario::{
    Diagnostic, Diagnostics, Profile, Project, Said, SourceFile, SuiteSettings, nearest,
    read_project, wrong_setting,
};

/// The configuration of a project, and where it is.
#[derive(Debug)]
pub(in crate::cli) struct ProjectFile {
    /// The file, as it was named or found.
    pub(in crate::cli) path: PathBuf,
    /// Its folder, which the paths in it are counted from.
    folder: PathBuf,
    /// What it says.
    pub(in crate::cli) project: Project,
    source: SourceFile,
}

impl ProjectFile {
    /// Reads the configuration that was named, or the nearest one; `None`: there is none.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read, or has mistakes, which have then been shown.
    pub(in crate::cli) fn load(
        named: Option<&Path>,
        console: &Console,
    ) -> Result<Option<Self>, CliError> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => match nearest_file() {
                Some(path) => path,
                None => return Ok(None),
            },
        };
        let read = match named {
            Some(_) => Self::read(path).map_err(CliError::of_a_flag)?,
            None => Self::read(path)?,
        };
        match read {
            Ok(file) => Ok(Some(file)),
            Err(mistakes) => Err(show(&mistakes, console)),
        }
    }

    /// Reads a configuration, or finds its mistakes.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read.
    pub(in crate::cli) fn read(path: PathBuf) -> Result<Result<Self, Diagnostics>, CliError> {
        let name = shown(&path);
        let unreadable = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => CliError::Missing {
                path: name.clone(),
                looked: shown(&std::path::absolute(&path).unwrap_or_else(|_| path.clone())),
            },
            _ => CliError::Unreadable {
                path: name.clone(),
                source,
            },
        };
        let metadata = fs::metadata(&path).map_err(unreadable)?;
        if !metadata.is_file() {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file");
            return Err(unreadable(source));
        }
        let bytes = File::open(&path).and_then(read_all).map_err(unreadable)?;
        let (project, source) = match read_project(&name, &bytes) {
            Ok(read) => read,
            Err(mistakes) => return Ok(Err(mistakes)),
        };
        let folder = path.parent().unwrap_or_else(|| Path::new("")).to_owned();
        Ok(Ok(Self {
            path,
            folder,
            project,
            source,
        }))
    }

    /// All that stands in it.
    pub(in crate::cli) fn text(&self) -> &str {
        &self.source.text
    }

    /// A path of the configuration, from the working directory.
    pub(in crate::cli) fn at(&self, said: &Said) -> PathBuf {
        self.folder.join(&said.text)
    }

    /// The folder of the configuration; the working directory is `.`.
    pub(in crate::cli) fn folder(&self) -> PathBuf {
        match self.folder.as_os_str().is_empty() {
            true => ".".into(),
            false => self.folder.clone(),
        }
    }

    /// The profile that holds, and the one that holds where it says nothing.
    ///
    /// # Errors
    ///
    /// Fails when the profile that was asked for is not there.
    pub(in crate::cli) fn profiles(
        &self,
        asked: Option<&str>,
        is_ci: bool,
    ) -> Result<Vec<&Profile>, CliError> {
        let all = &self.project.profiles;
        let named = |name: &str| all.iter().find(|profile| profile.name.text == name);
        let first = match asked {
            Some(name) => match named(name) {
                None if name != DEFAULT => {
                    let names = all.iter().map(|profile| &*profile.name.text);
                    return Err(self.no_such("profile", name, names.collect()));
                }
                found => found,
            },
            None if is_ci => named("ci"),
            None => None,
        };
        let second = named(DEFAULT)
            .filter(|second| first.is_none_or(|first| first.name.text != second.name.text));
        Ok(first.into_iter().chain(second).collect())
    }

    /// The number of a suite.
    ///
    /// # Errors
    ///
    /// Fails when it is not there.
    pub(in crate::cli) fn suite(&self, name: &str) -> Result<usize, CliError> {
        let names = || self.project.suites.iter().map(|suite| &*suite.name.text);
        names()
            .position(|known| known == name)
            .ok_or_else(|| self.no_such("suite", name, names().collect()))
    }

    fn no_such(&self, what: &str, name: &str, names: Vec<&str>) -> CliError {
        let (file, name) = (shown(&self.path), safe(name));
        let near = nearest(&name, names.iter().copied());
        let help = match (near, &names[..]) {
            (Some(near), _) => format!("did you mean {near}?"),
            (None, []) => format!("it has no {what} at all"),
            (None, names) => format!("it has {}", names.join(", ")),
        };
        CliError::Usage(format!("{file} has no {what} {name}; {help}"))
    }

    /// A mistake of what stands there, in the words of whoever looked into it.
    pub(in crate::cli) fn wrong(said: &Said, what: &str, error: &CliError) -> Diagnostic {
        let mut found = wrong_setting(said.span, format!("`{what}`: {error}"));
        let help = error.help();
        found.help = (!help.is_empty()).then(|| help.join("; "));
        found
    }

    /// The paths of a suite that are not there or cannot be read, each where it stands.
    pub(in crate::cli) fn missing_paths(&self, suite: &SuiteSettings) -> Vec<Diagnostic> {
        let wrong = suite.paths.iter().filter_map(|said| {
            let error = files::find(&[self.at(said)]).err()?;
            matches!(
                error,
                CliError::Missing { .. } | CliError::Unreadable { .. }
            )
            .then(|| Self::wrong(said, "paths", &error))
        });
        wrong.collect()
    }

    /// Shows mistakes of this file.
    pub(in crate::cli) fn show(&self, list: Vec<Diagnostic>, console: &Console) -> CliError {
        show(&self.with_text(list), console)
    }

    /// Mistakes of this file, with its text, in order.
    pub(in crate::cli) fn with_text(&self, mut list: Vec<Diagnostic>) -> Diagnostics {
        list.sort_by_key(|found| found.span);
        Diagnostics {
            sources: vec![self.source.clone()],
            list,
        }
    }
}

/// The profile that holds where no other one does.
const DEFAULT: &str = "default";

/// The names of a suite's own vars.
pub(in crate::cli) fn var_names(suite: &SuiteSettings) -> impl Iterator<Item = String> {
    suite.vars.iter().map(|(name, _)| name.clone())
}

/// The nearest configuration, from the working directory upwards; named as seen from there.
pub(in crate::cli) fn nearest_file() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let (ups, _) = (0..)
        .zip(here.ancestors())
        .find(|(_, folder)| folder.join(CONFIGURATION).is_file())?;
    let mut path: PathBuf = std::iter::repeat_n("..", ups).collect();
    path.push(CONFIGURATION);
    Some(path)
}

/// Shows mistakes, and counts them.
pub(super) fn show(mistakes: &Diagnostics, console: &Console) -> CliError {
    if let Err(error) = console.say(&render_diagnostics(mistakes, &console.palette)) {
        return error;
    }
    let name = mistakes.sources.first().map_or("", |source| &source.name);
    let errors = count(mistakes.errors(), "error");
    CliError::Invalid(format!("{name} has {errors}: nothing was sent"))
}
