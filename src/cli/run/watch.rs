//! `backchat run --watch`: plays again whenever a scenario, or what it includes, has changed.
//!
//! Changes that come together are one: a run begins when nothing has changed for a moment. What is read is watched by
//! its folders, so that a file which an editor replaces by another is still watched.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::mpsc;

use super::super::ExitStatus;
use super::super::args::{DEFAULT_OUT, ReportingArgs, RunArgs};
use super::super::console::{Console, is_ci};
use super::super::error::CliError;
use super::super::files::shown;
use super::super::project::{self, ProjectFile};
use super::super::report::wanted::Place;
use super::super::runtime::runtime;
use super::super::signals::Signals;
use super::once::{groups, run_once};
use super::recording::folder;

/// For how long nothing must have changed before a run begins: 100 ms.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Plays, and plays again after each change, until a signal comes.
pub(super) fn watch(args: &RunArgs, console: &Console) -> Result<ExitStatus, CliError> {
    if is_ci() {
        let why = "--watch waits for somebody to change a file, and in CI (the variable CI is set) nobody does";
        return Err(CliError::Usage(why.into()));
    }
    // What is not there now would never be seen to change.
    let file = ProjectFile::load(args.project.config.as_deref(), console)?;
    let paths = project::roots(&groups(args, file.as_ref(), console)?);
    let runtime = runtime()?;
    // Also for a signal that comes while no run listens for it.
    let mut signals = {
        let _entered = runtime.enter();
        Signals::listen()?
    };
    let mut watcher = Watcher::new(&paths, &args.reporting)?;
    let names: Vec<String> = paths.iter().map(|path| named(path)).collect();
    for number in 1_u64.. {
        let mut sources = Vec::new();
        let ran = run_once(args, console, &mut sources);
        watcher.search(ran.is_err());
        match ran {
            Ok(
                status @ (ExitStatus::Interrupted
                | ExitStatus::Terminated
                | ExitStatus::HungUp
                | ExitStatus::Quit
                | ExitStatus::Output),
            ) => {
                return Ok(status);
            }
            Ok(_) => {}
            // The command line does not get better by waiting.
            Err(error) if error.status() == ExitStatus::Usage => return Err(error),
            Err(error) => console.error(&error),
        }
        watcher.add(&sources)?;
        console.say(&format!(
            "    Watching run {number} is over; a change in {} begins the next, Ctrl-C ends\n",
            names.join(", ")
        ))?;
        let changed = runtime.block_on(async {
            tokio::select! {
                status = signals.next() => Err(status),
                changed = watcher.changes.recv() => Ok(changed),
            }
        });
        match changed {
            Ok(Some(change)) => console.say(&format!("\n──────────── {}\n", change.describe()))?,
            Ok(None) => break,
            Err(status) => return Ok(status),
        }
    }
    // The watcher lives as long as this does, so its changes do not end.
    Ok(ExitStatus::Internal)
}

/// A path that is watched, fit to be shown.
fn named(path: &Path) -> String {
    match shown(path) {
        empty if empty.is_empty() => ".".into(),
        name => name,
    }
}

/// Files that changed together.
#[derive(Debug)]
struct Change(BTreeSet<PathBuf>);

impl Change {
    fn describe(&self) -> String {
        let here = std::env::current_dir().and_then(fs::canonicalize).ok();
        let first = self.0.first().map_or_else(String::new, |path| {
            let below = here.and_then(|here| Some(path.strip_prefix(here).ok()?.to_owned()));
            shown(below.as_deref().unwrap_or(path))
        });
        match self.0.len() {
            0 | 1 => format!("{first} has changed"),
            n => format!("{first} and {} more have changed", n - 1),
        }
    }
}

/// What is watched.
#[derive(Debug, Default)]
struct Scope {
    /// Folders: all that is below them.
    folders: BTreeSet<PathBuf>,
    /// Files.
    files: BTreeSet<PathBuf>,
    /// Whether a file that could not be read is looked for: then any file may be the one.
    searching: bool,
    /// What the runs write themselves: reports, and the folder of the log.
    own: BTreeSet<PathBuf>,
}

impl Scope {
    /// Whether a change of this path may change what is played. Below a folder these are scenarios, fragments and folders; what they
    /// name is watched by itself. Hidden files and those that editors leave beside are nobody's.
    fn concerns(&self, path: &Path) -> bool {
        if self.own.iter().any(|own| path.starts_with(own)) {
            return false;
        }
        let is_read = |path: &Path| {
            let ending = path.extension().map(OsStr::as_encoded_bytes);
            self.searching || matches!(ending, None | Some(b"json" | b"jsonc"))
        };
        let is_aside = |name: &OsStr| {
            let bytes = name.as_encoded_bytes();
            let is_ours = name == DEFAULT_OUT;
            is_ours || matches!(bytes.first(), Some(b'.' | b'#')) || bytes.last() == Some(&b'~')
        };
        let below = |folder: &PathBuf| {
            let below = path.strip_prefix(folder);
            below.is_ok_and(|below| is_read(below) && !below.iter().any(is_aside))
        };
        self.files.contains(path) || self.folders.iter().any(below)
    }
}

/// What tells of changes.
struct Watcher {
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    changes: mpsc::Receiver<Change>,
    /// What matters; the debouncer's thread asks it too.
    scope: Arc<Mutex<Scope>>,
    /// Folders that the system watches.
    watched: BTreeSet<PathBuf>,
}

impl Watcher {
    fn new(paths: &[PathBuf], reporting: &ReportingArgs) -> Result<Self, CliError> {
        let out = folder(reporting);
        let places = reporting.report.iter().map(|wanted| wanted.place(&out));
        let files = places.filter_map(|place| match place {
            Place::File(path) => Some(path),
            Place::Stdout => None,
        });
        let own = files.chain(reporting.out.clone());
        let scope = Arc::new(Mutex::new(Scope {
            own: own.filter_map(|path| resolved(&path)).collect(),
            ..Scope::default()
        }));
        let (tell, changes) = mpsc::channel(1);
        let asked = Arc::clone(&scope);
        let told = move |result: DebounceEventResult| {
            let scope = asked.lock().unwrap_or_else(PoisonError::into_inner);
            let changed: BTreeSet<PathBuf> = (result.into_iter().flatten())
                // What only reads changes nothing: this program reads, too.
                .filter(|event| !matches!(event.kind, EventKind::Access(_)))
                .flat_map(|event| event.event.paths)
                .filter(|path| scope.concerns(path))
                .collect();
            if !changed.is_empty() {
                // Where there is no room, a run is due anyway, and reads what is there by then.
                let _ = tell.try_send(Change(changed));
            }
        };
        let mut watcher = Self {
            debouncer: new_debouncer(DEBOUNCE, None, told).map_err(failed)?,
            changes,
            scope,
            watched: BTreeSet::new(),
        };
        watcher.add(paths)?;
        Ok(watcher)
    }

    /// Whether a file that could not be read is looked for.
    fn search(&self, searching: bool) {
        let mut scope = self.scope.lock().unwrap_or_else(PoisonError::into_inner);
        scope.searching = searching;
    }

    /// Watches these too; what is not there is left out.
    fn add(&mut self, paths: &[PathBuf]) -> Result<(), CliError> {
        for path in paths.iter().filter_map(|path| fs::canonicalize(path).ok()) {
            let is_folder = path.is_dir();
            {
                let mut scope = self.scope.lock().unwrap_or_else(PoisonError::into_inner);
                if scope.concerns(&path) {
                    continue;
                }
                let paths = if is_folder {
                    &mut scope.folders
                } else {
                    &mut scope.files
                };
                paths.insert(path.clone());
            }
            let (folder, mode) = match path.parent() {
                Some(parent) if !is_folder => (parent.to_owned(), RecursiveMode::NonRecursive),
                _ => (path, RecursiveMode::Recursive),
            };
            if self.watched.insert(folder.clone()) {
                self.debouncer.watch(&folder, mode).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Where a file will be, with the links on the way to it resolved.
fn resolved(path: &Path) -> Option<PathBuf> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or_else(|| Path::new(".")));
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => Some(folder.join(name)),
        _ => std::path::absolute(path).ok(),
    }
}

fn failed(error: notify::Error) -> CliError {
    CliError::System {
        what: "watch files for changes",
        source: io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_leave_beside_and_what_is_hidden_concerns_nobody() {
        let scope = Scope {
            folders: ["/a/scenarios".into(), "/b/.hidden/x".into()].into(),
            files: ["/c/talk.json".into(), "/a/scenarios/named.bin".into()].into(),
            own: ["/a/scenarios/report.json".into()].into(),
            searching: false,
        };
        for (path, expected) in [
            ("/a/scenarios/talk.json", true),
            ("/a/scenarios/deep/_part.json", true),
            ("/a/scenarios/deep/data.bin", false),
            ("/a/scenarios/named.bin", true),
            ("/a/scenarios/report.json", false),
            ("/a/scenarios/deep", true),
            ("/a/scenarios", true),
            ("/a/talk.json", false),
            ("/a/scenarios2/talk.json", false),
            ("/a/scenarios/.talk.json.swp", false),
            ("/a/scenarios/.git/talk.json", false),
            ("/a/scenarios/talk.json~", false),
            ("/a/scenarios/backchat-out/report.json", false),
            ("/a/scenarios/#talk.json#", false),
            // A person named it.
            ("/b/.hidden/x/talk.json", true),
            ("/c/talk.json", true),
            ("/c/other.json", false),
        ] {
            assert_eq!(scope.concerns(Path::new(path)), expected, "{path}");
        }
        let searching = Scope {
            searching: true,
            ..scope
        };
        assert!(searching.concerns(Path::new("/a/scenarios/deep/data.bin")));
        assert!(!searching.concerns(Path::new("/a/scenarios/report.json")));
    }

    #[test]
    fn changes_are_told_in_one_line() {
        let of = |paths: &[&str]| Change(paths.iter().map(PathBuf::from).collect()).describe();
        assert_eq!(of(&["/x/b.json"]), "/x/b.json has changed");
        assert_eq!(
            of(&["/x/b", "/x/a\x1b"]),
            "/x/a\\x1b and 1 more have changed"
        );
    }
}
