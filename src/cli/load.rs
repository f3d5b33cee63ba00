//! Files → scenarios, or all that is wrong with them: every file is read before anything is sent.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use super::args::MessageFormatArg;
use super::console::Console;
use super::error::CliError;
use super::files::{self, Found};
use super::secrets::{hide, secrets};
use super::tree::Tree;
use crate::count::count;
use crate::player::wrong_examples;
use crate::report::{
    Detail, Palette, render_diagnostics, render_json, render_short, unreadable_json,
};
use crate::runner::CaseRef;
use crate::scenario::{Diagnostics, ReadOptions, Scenario, Severity, foresee, read_with};

/// Files a thread reads at least: fewer are read sooner than a thread is begun.
const FILES_A_THREAD: usize = 64;

/// A file, read.
#[derive(Debug)]
pub(super) struct Loaded {
    /// Which.
    pub(super) found: Found,
    /// What it says.
    pub(super) scenario: Arc<Scenario>,
    /// Which of several groups of files it is of, from 0.
    pub(super) group: usize,
    /// Whether its id is that of a suite's file, whatever path names it.
    pub(super) of_suite: bool,
    /// The files that it names.
    named: Vec<PathBuf>,
    /// In what it will not do what was meant.
    warnings: Option<Box<Diagnostics>>,
}

impl Loaded {
    /// The file, and those that it names.
    pub(super) fn sources(&self) -> impl Iterator<Item = PathBuf> {
        std::iter::once(&self.found.path)
            .chain(&self.named)
            .cloned()
    }
}

/// The warnings of the files that these cases are from, for people, each once; none where only failures are shown.
pub(super) fn warnings(loaded: &[Loaded], cases: &[CaseRef], console: &Console) -> String {
    if console.detail == Detail::Quiet {
        return String::new();
    }
    let played: HashSet<_> = cases
        .iter()
        .map(|case| Arc::as_ptr(&case.scenario))
        .collect();
    let (mut shown, mut known) = (String::new(), HashSet::new());
    for Loaded {
        scenario, warnings, ..
    } in loaded
    {
        let Some(warnings) = warnings
            .as_ref()
            .filter(|_| played.contains(&Arc::as_ptr(scenario)))
        else {
            continue;
        };
        let text = render_diagnostics(warnings, &console.palette);
        if !known.contains(&text) {
            shown.push_str(&text);
            known.insert(text);
        }
    }
    shown
}

/// All files, read.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// Those that can be played, in order.
    pub(super) scenarios: Vec<Loaded>,
    /// What is wrong with the others, shown one after the other; warnings too where they are wanted.
    pub(super) shown: String,
    files: usize,
    invalid: usize,
    errors: usize,
    warnings: usize,
}

/// What is shown of files, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Showing {
    palette: Palette,
    format: MessageFormatArg,
    /// Warnings too.
    warnings: bool,
}

impl Showing {
    /// Why files cannot be played.
    pub(super) const fn mistakes(console: &Console) -> Self {
        Self {
            palette: console.palette,
            format: MessageFormatArg::Human,
            warnings: false,
        }
    }

    /// All there is to say, in this form.
    pub(super) const fn everything(console: &Console, format: MessageFormatArg) -> Self {
        Self {
            palette: console.palette,
            format,
            warnings: true,
        }
    }

    fn diagnostics(self, diagnostics: &Diagnostics) -> String {
        match self.format {
            MessageFormatArg::Human => render_diagnostics(diagnostics, &self.palette),
            MessageFormatArg::Short => render_short(diagnostics),
            MessageFormatArg::Json if secrets().is_empty() => render_json(diagnostics),
            MessageFormatArg::Json => render_json(&hidden(diagnostics.clone())),
        }
    }

    fn unreadable(self, found: &Found, error: &CliError) -> String {
        match self.format {
            MessageFormatArg::Human => self.palette.error_line(&error.to_string()),
            MessageFormatArg::Short => format!("{}: error: {error}\n", found.name),
            MessageFormatArg::Json => {
                unreadable_json(&hide(&found.name), &hide(&error.to_string()))
            }
        }
    }
}

/// Mistakes without what nobody may see. What is shown for people is hidden where it is shown; in JSON it is a part of a line.
fn hidden(mut diagnostics: Diagnostics) -> Diagnostics {
    for source in &mut diagnostics.sources {
        source.name = hide(&source.name).into_owned();
    }
    for one in &mut diagnostics.list {
        let texts = [&mut one.message, &mut one.label];
        for text in texts.into_iter().chain(&mut one.help) {
            *text = hide(text).into_owned();
        }
    }
    diagnostics
}

/// What became of one file: what it says, its warnings, and the files that it names.
type Outcome = Result<(Scenario, Diagnostics, Vec<PathBuf>), Problem>;

/// Why a file cannot be played.
enum Problem {
    Unreadable(CliError),
    Mistakes(Diagnostics),
}

impl Load {
    /// Reads all files; several at a time where there are many.
    pub(super) fn of_files(files: Vec<Found>, options: &ReadOptions, showing: Showing) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let each = files.len().div_ceil(threads).max(FILES_A_THREAD);
        let outcomes: Vec<Outcome> = if each >= files.len() {
            files.iter().map(|found| load(found, options)).collect()
        } else {
            thread::scope(|scope| {
                let threads: Vec<_> = files
                    .chunks(each)
                    .map(|chunk| {
                        scope.spawn(|| {
                            chunk
                                .iter()
                                .map(|found| load(found, options))
                                .collect::<Vec<_>>()
                        })
                    })
                    .collect();
                threads
                    .into_iter()
                    .flat_map(|thread| {
                        thread
                            .join()
                            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                    })
                    .collect()
            })
        };
        let mut load = Self::default();
        for (found, outcome) in files.into_iter().zip(outcomes) {
            load.add(found, outcome, showing);
        }
        load
    }

    /// Adds what has been read of another group of files.
    pub(super) fn append(&mut self, group: usize, of_suite: bool, other: Self) {
        let scenarios = other.scenarios.into_iter();
        self.scenarios.extend(scenarios.map(|loaded| Loaded {
            group,
            of_suite,
            ..loaded
        }));
        self.shown.push_str(&other.shown);
        self.files += other.files;
        self.invalid += other.invalid;
        self.errors += other.errors;
        self.warnings += other.warnings;
    }

    /// Adds the configuration of a project: what is wrong with it, if anything is.
    pub(super) fn add_project(
        &mut self,
        found: &Found,
        mistakes: Result<Option<Diagnostics>, CliError>,
        showing: Showing,
    ) {
        self.files += 1;
        match mistakes {
            Ok(None) => {}
            Ok(Some(mistakes)) => {
                self.invalid += 1;
                self.errors += mistakes.errors();
                self.shown.push_str(&showing.diagnostics(&mistakes));
            }
            Err(error) => {
                self.invalid += 1;
                self.errors += 1;
                self.shown.push_str(&showing.unreadable(found, &error));
            }
        }
    }

    /// Adds a file that has been read from elsewhere.
    pub(super) fn add_text(
        &mut self,
        found: Found,
        bytes: &[u8],
        options: &ReadOptions,
        showing: Showing,
    ) {
        let outcome = read_text(&found, bytes, options);
        self.add(found, outcome, showing);
    }

    fn add(&mut self, found: Found, outcome: Outcome, showing: Showing) {
        self.files += 1;
        let of = |list: &Diagnostics, severity| {
            list.list
                .iter()
                .filter(|diagnostic| diagnostic.severity == severity)
                .count()
        };
        let diagnostics = match outcome {
            Ok((scenario, warnings, named)) => {
                self.scenarios.push(Loaded {
                    found,
                    scenario: Arc::new(scenario),
                    group: 0,
                    of_suite: false,
                    named,
                    warnings: (!warnings.list.is_empty()).then(|| Box::new(warnings.clone())),
                });
                if !showing.warnings {
                    return;
                }
                warnings
            }
            Err(Problem::Unreadable(error)) => {
                self.invalid += 1;
                self.errors += 1;
                self.shown.push_str(&showing.unreadable(&found, &error));
                return;
            }
            Err(Problem::Mistakes(mistakes)) => {
                self.invalid += 1;
                mistakes
            }
        };
        self.errors += of(&diagnostics, Severity::Error);
        self.warnings += of(&diagnostics, Severity::Warning);
        self.shown.push_str(&showing.diagnostics(&diagnostics));
    }

    /// The count: `9 files checked: 8 ok, 1 with 4 errors`.
    pub(super) fn count(&self) -> String {
        let mut counted = format!(
            "{} checked: {} ok",
            count(self.files, "file"),
            self.files - self.invalid
        );
        if self.invalid > 0 {
            counted.push_str(&format!(
                ", {} with {}",
                self.invalid,
                count(self.errors, "error")
            ));
        }
        if self.warnings > 0 {
            counted.push_str(&format!(", {}", count(self.warnings, "warning")));
        }
        counted
    }

    /// The scenarios, if no file has a mistake.
    ///
    /// # Errors
    ///
    /// Fails with the count otherwise. The mistakes are for the caller to show.
    pub(super) fn valid(self) -> Result<Vec<Loaded>, CliError> {
        if self.invalid == 0 {
            Ok(self.scenarios)
        } else {
            Err(CliError::Invalid(format!(
                "{}: nothing was sent",
                self.count()
            )))
        }
    }

    /// Whether there are warnings among what is shown.
    pub(super) const fn has_warnings(&self) -> bool {
        self.warnings > 0
    }

    /// Whether no file has a mistake.
    pub(super) const fn is_valid(&self) -> bool {
        self.invalid == 0
    }
}

fn load(found: &Found, options: &ReadOptions) -> Outcome {
    let bytes = files::read(found).map_err(Problem::Unreadable)?;
    read_text(found, &bytes, options)
}

fn read_text(found: &Found, bytes: &[u8], options: &ReadOptions) -> Outcome {
    let tree = Tree::of(found);
    match read_with(&found.name, bytes, options, &tree) {
        Ok((scenario, mut found)) => {
            found.list.extend(foresee(&scenario, &options.vars));
            found.list.extend(wrong_examples(&scenario, &options.vars));
            found.list.sort_by_key(|found| found.span);
            match found.errors() {
                0 => Ok((scenario, found, tree.into_found())),
                _ => Err(Problem::Mistakes(found)),
            }
        }
        Err(mistakes) => Err(Problem::Mistakes(mistakes)),
    }
}
