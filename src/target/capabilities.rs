//! What the machine, the target and the run have of what scenarios require. The one place that is asked.

use std::collections::HashMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Target;
use crate::net::try_ability;
use crate::scenario::Requirement;

/// What there is of what scenarios require.
///
/// A requirement is looked for when it is first asked about, and the answer holds for the whole run.
#[derive(Debug, Default)]
pub struct Capabilities {
    /// How the target is reached.
    schemes: Vec<String>,
    /// The target, in words.
    target: String,
    /// What the run declares.
    features: Vec<String>,
    known: Mutex<HashMap<Requirement, Result<(), String>>>,
}

impl Capabilities {
    /// What there is with this target, in a run that declares these features.
    pub fn new(target: &Target, features: Vec<String>) -> Self {
        Self {
            schemes: target.schemes(),
            target: match target {
                // Not its command, which may be long and says nothing of how it is reached.
                Target::Spawned(spawn) => spawn.at().to_owned(),
                other => other.to_string(),
            },
            features,
            known: Mutex::default(),
        }
    }

    /// Settles a requirement without a look: there is such a thing, or why there is none.
    #[must_use]
    pub fn with(self, requirement: Requirement, answer: Result<(), String>) -> Self {
        self.known().insert(requirement, answer);
        self
    }

    /// Why a scenario with these requirements cannot be played: all that is missing, and why. `None` if it can.
    pub fn missing(&self, requirements: &[Requirement]) -> Option<String> {
        let mut missing = requirements.iter().filter_map(|requirement| {
            let why = self.ask(requirement).err()?;
            Some(format!("{requirement} ({why})"))
        });
        let first = missing.next()?;
        let all = missing.fold(first, |all, one| format!("{all}, {one}"));
        Some(format!("requires {all}"))
    }

    fn ask(&self, requirement: &Requirement) -> Result<(), String> {
        if let Some(answer) = self.known().get(requirement) {
            return answer.clone();
        }
        // Not under the lock: looking for it may take its time.
        let answer = self.look(requirement);
        let mut known = self.known();
        known.entry(requirement.clone()).or_insert(answer).clone()
    }

    fn look(&self, requirement: &Requirement) -> Result<(), String> {
        let there = |is_there: bool, why: &str| match is_there {
            true => Ok(()),
            false => Err(why.to_owned()),
        };
        match requirement {
            Requirement::Ability(ability) => try_ability(*ability),
            Requirement::Program(name) => there(is_program(name), "not found in PATH"),
            Requirement::Env(name) => there(env::var_os(name).is_some(), "not set"),
            Requirement::Target(scheme) => {
                let is_there = self.schemes.iter().any(|known| known == scheme);
                there(is_there, &format!("the target is {}", self.target))
            }
            Requirement::Feature(name) => there(
                self.features.contains(name),
                &format!("not declared by --feature {name}"),
            ),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Requirement, Result<(), String>>> {
        // Nothing that can panic happens under the lock.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a program of this name is found in `PATH`.
fn is_program(name: &str) -> bool {
    let Some(path) = env::var_os("PATH") else {
        return false;
    };
    env::split_paths(&path).any(|folder| {
        let file = folder.join(name);
        is_executable(&file)
            || !env::consts::EXE_SUFFIX.is_empty() && is_executable(&with_suffix(file))
    })
}

/// The same file with the ending that programs have on this system.
fn with_suffix(file: PathBuf) -> PathBuf {
    let mut file = file.into_os_string();
    file.push(env::consts::EXE_SUFFIX);
    file.into()
}

#[cfg(unix)]
pub(super) fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata();
    metadata.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
pub(super) fn is_executable(file: &Path) -> bool {
    file.is_file()
}
