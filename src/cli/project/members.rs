//! Which suites a file is in, where files are named and not suites.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::slice;

use super::super::error::CliError;
use super::super::files::{self, Found};
use super::file::ProjectFile;

/// The suites of each file, by its resolved path, each with the file as it is there.
pub(super) struct Members(HashMap<PathBuf, Vec<(usize, Found)>>);

impl Members {
    /// Those of suites, of which these are the files. A suite whose files cannot be found has none.
    pub(super) fn of(suites: Vec<Result<Vec<Found>, CliError>>) -> Self {
        let mut members: HashMap<PathBuf, Vec<(usize, Found)>> = HashMap::new();
        for (suite, found) in suites.into_iter().enumerate() {
            for found in found.unwrap_or_default() {
                let members = members.entry(files::resolved(&found.path)).or_default();
                members.push((suite, found));
            }
        }
        Self(members)
    }

    /// Fails where nothing of one of these paths is in a suite that was asked for: who names a suite wants nothing played against
    /// something else.
    ///
    /// # Errors
    ///
    /// Fails too when a path is not there.
    pub(super) fn refuse_others(
        &self,
        paths: &[PathBuf],
        asked: &HashSet<usize>,
        file: &ProjectFile,
    ) -> Result<(), CliError> {
        for path in paths {
            let found = files::find(slice::from_ref(path))?;
            let suites: BTreeSet<usize> =
                found.iter().flat_map(|found| self.suites(found)).collect();
            if suites.iter().any(|suite| asked.contains(suite)) {
                continue;
            }
            let names = |suites: &BTreeSet<usize>| {
                let suites = suites.iter().filter_map(|n| file.project.suites.get(*n));
                let names = suites.map(|suite| files::safe(&suite.name.text));
                names.collect::<Vec<String>>().join(", ")
            };
            let wanted = names(&asked.iter().copied().collect());
            let there = match suites.is_empty() {
                true => "in no suite at all".to_owned(),
                false => format!("in {}", names(&suites)),
            };
            let path = files::shown(path);
            return Err(CliError::Usage(format!(
                "{path} is not in {wanted}, but {there}: name paths of the suite, or leave --suite out"
            )));
        }
        Ok(())
    }

    fn suites(&self, found: &Found) -> impl Iterator<Item = usize> {
        let suites = self.0.get(&files::resolved(&found.path));
        suites.into_iter().flatten().map(|(suite, _)| *suite)
    }

    /// Forgets all suites but these.
    pub(super) fn keep(&mut self, suites: &HashSet<usize>) {
        for of_file in self.0.values_mut() {
            of_file.retain(|(suite, _)| suites.contains(suite));
        }
        self.0.retain(|_, of_file| !of_file.is_empty());
    }

    /// Whether a file is in a suite.
    pub(super) fn has(&self, found: &Found) -> bool {
        self.0.contains_key(&files::resolved(&found.path))
    }

    /// Gives each file that was asked for to its suites; `None`: it has none.
    pub(super) fn sort_out(mut self, asked: Vec<Found>) -> BTreeMap<Option<usize>, Vec<Found>> {
        let mut groups: BTreeMap<Option<usize>, Vec<Found>> = BTreeMap::new();
        for found in asked {
            match self.0.remove(&files::resolved(&found.path)) {
                None => groups.entry(None).or_default().push(found),
                Some(members) => {
                    for (suite, member) in members {
                        // Its path as it was asked for, its id as the suite has it.
                        let found = Found {
                            id: member.id,
                            ..found.clone()
                        };
                        groups.entry(Some(suite)).or_default().push(found);
                    }
                }
            }
        }
        groups
    }
}
