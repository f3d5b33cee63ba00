//! The command that plays a run again, exactly the cases that failed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::super::args::{RunArgs, SegmentArg};
use super::super::files;
use super::super::load::Loaded;
use super::flags;
use super::select::matches;
use crate::report::{quoted, shown_seed};
use crate::scenario::Scenario;

/// How many files and filters the command names at most.
const MAX_NAMED: usize = 8;

/// What makes the command.
#[derive(Debug)]
pub(super) struct Again {
    /// The flags that decide how cases are played, as a shell takes them.
    flags: Vec<String>,
    /// The folder of the log, if it was named.
    out: Option<PathBuf>,
    files: Vec<File>,
    /// Whether something is drawn by the seed and the ids of the cases: then they must have the same ids again.
    is_drawn: bool,
}

/// A file of the run, and its cases.
#[derive(Debug)]
struct File {
    path: PathBuf,
    /// The folder that was given, where it was found in one: its id is counted from there.
    given: Option<PathBuf>,
    id: String,
    /// Whether the id is the same whatever path names the file: it is a suite's.
    of_suite: bool,
    labels: Vec<Option<String>>,
}

/// A file of the command, when it is named itself: its id may then be another one.
struct Named {
    path: PathBuf,
    /// Its cases: the id, and whether it failed.
    cases: Vec<(String, bool)>,
}

impl Named {
    fn has_failed_whole(&self) -> bool {
        self.cases.iter().all(|(_, failed)| *failed)
    }
}

impl Again {
    /// Remembers what was typed, and which cases there are; also the seed, where something of the run is drawn by it.
    pub(super) fn new(args: &RunArgs, loaded: &[Loaded], seed: u64) -> Self {
        let is_drawn = args.play.segment == SegmentArg::Random
            || loaded.iter().any(|loaded| draws(&loaded.scenario));
        let seed =
            (is_drawn && args.play.seed.is_none()).then(|| ["--seed".to_owned(), shown_seed(seed)]);
        let files = loaded.iter().map(
            |Loaded {
                 found,
                 scenario,
                 of_suite,
                 ..
             }| File {
                path: found.path.clone(),
                given: found.given.clone(),
                id: found.id.clone(),
                of_suite: *of_suite,
                labels: (scenario.cases.iter())
                    .map(|case| case.label.clone())
                    .collect(),
            },
        );
        Self {
            flags: (flags::words(&flags::of_failed(args)).iter())
                .map(|word| quoted(word))
                .chain(seed.into_iter().flatten())
                .collect(),
            out: args.reporting.out.clone(),
            files: files.collect(),
            is_drawn,
        }
    }

    /// The command that plays what failed and what was not played to its end: the log knows which, and how.
    pub(super) fn rerun(&self) -> String {
        let command = "backchat run --rerun-failed";
        match &self.out {
            Some(out) => format!("{command} --out {}", word(out)),
            None => command.to_owned(),
        }
    }

    /// The command that plays exactly the failed cases, and how many of them it leaves out where there are many.
    pub(super) fn command(&self, failed: &HashSet<&str>) -> (String, usize) {
        if self.is_drawn && self.is_renamed(failed) {
            return self.by_id(failed);
        }
        let (files, named) = self.named(failed);
        let mut words = vec!["backchat".to_owned(), "run".to_owned()];
        for file in &files {
            let path = word(&file.path);
            if !words.contains(&path) {
                words.push(path);
            }
        }
        words.extend(self.flags.iter().cloned());
        for filter in filters(&files) {
            words.extend(["-f".to_owned(), quoted(&filter)]);
        }
        (words.join(" "), failed.len().saturating_sub(named))
    }

    /// Whether one of the files with failed cases, as many as may be named, has another id when it is named itself.
    fn is_renamed(&self, failed: &HashSet<&str>) -> bool {
        let has_failed = |file: &&File| {
            let mut ids = file.labels.iter().map(|label| case_id(&file.id, label));
            !file.of_suite && ids.any(|id| failed.contains(&*id))
        };
        (self.files.iter().filter(has_failed).take(MAX_NAMED)).any(|file| {
            files::find(std::slice::from_ref(&file.path))
                .is_ok_and(|found| found.iter().any(|found| found.id != file.id))
        })
    }

    /// The command that names what was given, and the failed cases by their ids, which are the same then.
    fn by_id(&self, failed: &HashSet<&str>) -> (String, usize) {
        let (mut paths, mut ids) = (Vec::new(), Vec::new());
        for file in &self.files {
            let all = file.labels.iter().map(|label| case_id(&file.id, label));
            let of_file = all.filter(|id| failed.contains(&**id));
            let before = ids.len();
            ids.extend(of_file.take(MAX_NAMED - before));
            let path = word(file.given.as_ref().unwrap_or(&file.path));
            if ids.len() > before && !paths.contains(&path) {
                paths.push(path);
            }
        }
        let named = ids.len();
        let filters = (ids.iter()).flat_map(|id| ["-f".to_owned(), quoted(id)]);
        let words: Vec<String> = (paths.into_iter())
            .chain(self.flags.iter().cloned())
            .chain(filters)
            .collect();
        let command = format!("backchat run {}", words.join(" "));
        (command, failed.len().saturating_sub(named))
    }

    /// The files with failed cases, as many as may be named, and how many failed cases these are.
    fn named(&self, failed: &HashSet<&str>) -> (Vec<Named>, usize) {
        let (mut files, mut room, mut named) = (Vec::new(), MAX_NAMED, 0);
        let failed_in = |file: &File| {
            let ids = file.labels.iter().map(|label| case_id(&file.id, label));
            ids.filter(|id| failed.contains(&**id)).count()
        };
        // One file of several suites: naming it plays it in all of them.
        let shared: HashSet<&Path> = (self.files.iter())
            .filter(|file| file.of_suite && failed_in(file) > 0)
            .map(|file| &*file.path)
            .collect();
        for file in &self.files {
            let is_failed = |label: &Option<String>| failed.contains(&*case_id(&file.id, label));
            let of_file = failed_in(file);
            let cost = if of_file == file.labels.len() {
                1
            } else {
                of_file
            };
            if of_file == 0 && !shared.contains(&*file.path) || room == 0 {
                continue;
            }
            // The first of very many cases of one file.
            let mut left = if cost > room { room } else { of_file };
            room = room.saturating_sub(cost);
            named += left;
            let id = match files::find(std::slice::from_ref(&file.path)) {
                Ok(found) if !file.of_suite => found.into_iter().next().map(|found| found.id),
                _ => None,
            };
            let id = id.unwrap_or_else(|| file.id.clone());
            let cases = file.labels.iter().map(|label| {
                let failed = is_failed(label) && left > 0;
                left -= usize::from(failed);
                (case_id(&id, label), failed)
            });
            files.push(Named {
                cases: cases.collect(),
                path: file.path.clone(),
            });
        }
        (files, named)
    }
}

/// Whether a scenario may name something that is drawn by the seed: a word that is not meant so adds a seed to the command, no more.
fn draws(scenario: &Scenario) -> bool {
    let has = |word| {
        let sources = scenario.sources.iter();
        sources
            .map(|source| &source.text)
            .any(|text| text.contains(word))
    };
    ["random", "uuid", "seed"].into_iter().any(has)
}

/// The filters that leave just the failed cases of these files: none where all of them failed.
fn filters(files: &[Named]) -> Vec<String> {
    if files.iter().all(Named::has_failed_whole) {
        return Vec::new();
    }
    let passed: Vec<&str> = (files.iter().flat_map(|file| &file.cases))
        .filter(|(_, failed)| !failed)
        .map(|(id, _)| &**id)
        .collect();
    let failed = (files.iter().flat_map(|file| &file.cases)).filter(|(_, failed)| *failed);
    let mut filters: Vec<String> = Vec::new();
    for (id, _) in failed {
        if filters.iter().any(|filter| matches(filter, id)) {
            continue;
        }
        let label = id.find('#').map_or(&**id, |at| &id[at..]);
        let (file, _) = id.split_once('#').unwrap_or((id, ""));
        let filter = [
            format!("{file}#"),
            label.to_owned(),
            format!("*{label}"),
            format!("*{id}"),
        ]
        .into_iter()
        .find(|filter| matches(filter, id) && !passed.iter().any(|passed| matches(filter, passed)));
        filters.push(filter.unwrap_or_else(|| id.clone()));
    }
    filters
}

fn case_id(id: &str, label: &Option<String>) -> String {
    match label {
        Some(label) => format!("{id}#{label}"),
        None => id.to_owned(),
    }
}

/// A path as a shell takes it; one that begins with `-` would be taken for a flag.
fn word(path: &Path) -> String {
    let path = path.to_string_lossy();
    if path.starts_with('-') {
        quoted(&format!("./{path}"))
    } else {
        quoted(&path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of these files, as path and labels; no label: one case without one.
    fn again(files: &[(&str, &[&str])]) -> Again {
        let files = files.iter().map(|(path, labels)| File {
            path: path.into(),
            given: None,
            id: Path::new(path).with_extension("").to_string_lossy().into(),
            of_suite: false,
            labels: match labels {
                [] => vec![None],
                labels => labels
                    .iter()
                    .map(|label| Some((*label).to_owned()))
                    .collect(),
            },
        });
        Again {
            flags: Vec::new(),
            out: None,
            files: files.collect(),
            is_drawn: false,
        }
    }

    #[test]
    fn files_are_named_and_cases_only_where_some_of_them_passed() {
        let files: [(&str, &[&str]); 5] = [
            ("a.json", &[]),
            ("b.json", &["1", "2", "10"]),
            ("c.json", &["1", "2"]),
            ("d e.json", &[]),
            ("-f.json", &[]),
        ];
        for (failed, expected) in [
            (&["a"][..], "a.json"),
            (&["a", "d e", "-f"], "a.json 'd e.json' ./-f.json"),
            (&["b#1", "b#2", "b#10"], "b.json"),
            (&["b#2"], "b.json -f '#2'"),
            (&["b#1"], "b.json -f '*#1'"),
            (&["b#1", "b#10"], "b.json -f '#1'"),
            (&["a", "b#2"], "a.json b.json -f a -f '#2'"),
            (&["b#2", "c#1", "c#2"], "b.json c.json -f '#2' -f 'c#'"),
            (&["b#2", "c#1"], "b.json c.json -f 'b#2' -f 'c#1'"),
        ] {
            let again = again(&files);
            let failed: HashSet<&str> = failed.iter().copied().collect();
            let (command, left_out) = again.command(&failed);
            assert_eq!(left_out, 0, "{command}");
            // What is selected is what matters.
            let (named, _) = again.named(&failed);
            let filters = filters(&named);
            for (id, failed) in named.iter().flat_map(|file| &file.cases) {
                let selected = filters.is_empty() || filters.iter().any(|f| matches(f, id));
                assert_eq!(selected, *failed, "{id}: {command}");
            }
            let paths = expected.split(" -f ").next().unwrap_or_default();
            assert!(
                command.starts_with(&format!("backchat run {paths}")),
                "{command}"
            );
            assert_eq!(
                command.contains(" -f "),
                expected.contains(" -f "),
                "{command}"
            );
        }
    }

    #[test]
    fn of_a_file_of_several_suites_only_what_failed_is_played_again() {
        let mut again = again(&[("a.json", &[]), ("a.json", &[]), ("b.json", &[])]);
        for (file, id) in again.files.iter_mut().zip(["a@one", "a@two", "b"]) {
            file.id = id.into();
            file.of_suite = true;
        }
        for (failed, expected) in [
            (&["a@two"][..], "backchat run a.json -f 'a@two'"),
            (&["a@one", "a@two"], "backchat run a.json"),
            (&["b"], "backchat run b.json"),
        ] {
            let failed: HashSet<&str> = failed.iter().copied().collect();
            let (command, left_out) = again.command(&failed);
            assert_eq!(
                (command.replace("-f a@two", "-f 'a@two'"), left_out),
                (expected.into(), 0)
            );
        }
    }

    #[test]
    fn of_very_many_failures_the_first_are_named() {
        let labels: Vec<String> = (0..20).map(|n| format!("l{n}")).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let again = again(&[("a.json", &[]), ("b.json", &labels), ("c.json", &[])]);
        let failed: Vec<String> = (1..20).map(|n| format!("b#l{n}")).collect();
        let failed = failed
            .iter()
            .map(String::as_str)
            .chain(["a", "c"])
            .collect();
        let (command, left_out) = again.command(&failed);
        assert_eq!(left_out, 21 - MAX_NAMED);
        assert!(
            command.starts_with("backchat run a.json b.json -f"),
            "{command}"
        );
        assert!(!command.contains("c.json"), "{command}");
    }
}
