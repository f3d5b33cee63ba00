//! Files → scenarios, or all that is wrong with them: every file is read before anything is sent.

use std::collections::{BTreeSet, HashMap, HashSet};
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
use crate::scenario::{Diagnostics, ReadOptions, Scenario, foresee, read_with};

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

/// Files that are read alike.
pub(super) struct Batch {
    /// Which.
    pub(super) found: Vec<Found>,
    /// What the reader must know besides their texts.
    pub(super) options: ReadOptions,
    /// Whether they are those of a suite.
    pub(super) of_suite: bool,
}

/// What became of one file: what it says, its warnings, and the files that it names.
type Outcome = Result<(Arc<Scenario>, Diagnostics, Vec<PathBuf>), Problem>;

/// Why a file cannot be played.
enum Problem {
    Unreadable(CliError),
    Mistakes(Diagnostics),
}

impl Load {
    /// Reads all files; several at a time where there are many.
    pub(super) fn of_files(found: Vec<Found>, options: &ReadOptions, showing: Showing) -> Self {
        let options = options.clone();
        let of_suite = false;
        Self::of_batches(
            vec![Batch {
                found,
                options,
                of_suite,
            }],
            showing,
        )
    }

    /// Reads the files of all batches. A file of several is played in each, but counted once, and what is wrong with it is told once:
    /// it is read again only where another batch may read it otherwise.
    pub(super) fn of_batches(batches: Vec<Batch>, showing: Showing) -> Self {
        let mut load = Self::default();
        let mut files: Vec<Readings> = Vec::new();
        let mut places: HashMap<PathBuf, usize> = HashMap::new();
        let is_only = batches.len() == 1;
        for (group, batch) in batches.into_iter().enumerate() {
            let Batch {
                found: all,
                options,
                of_suite,
            } = batch;
            let options = Arc::new(options);
            let place_of = |found: &Found| {
                let path = match is_only {
                    true => found.path.clone(),
                    false => files::resolved(&found.path),
                };
                *places.entry(path).or_insert_with(|| {
                    files.push(Readings::default());
                    files.len() - 1
                })
            };
            let of_all: Vec<usize> = all.iter().map(place_of).collect();
            let mut outcomes: Vec<Option<Arc<Outcome>>> = (all.iter().zip(&of_all))
                .map(|(found, place)| files[*place].earlier(found, &options))
                .collect();
            let fresh = all.iter().zip(&outcomes);
            let fresh: Vec<&Found> = fresh
                .filter_map(|(found, earlier)| earlier.is_none().then_some(found))
                .collect();
            let mut read = read_all(&fresh, &options).into_iter();
            for (n, found) in all.into_iter().enumerate() {
                let readings = &mut files[of_all[n]];
                let outcome = match outcomes[n].take() {
                    Some(earlier) => earlier,
                    None => match read.next() {
                        Some(outcome) => readings.add(&found, &options, outcome),
                        None => continue,
                    },
                };
                load.play(found, group, of_suite, &outcome);
            }
        }
        for readings in &files {
            load.tell(&readings.list, showing);
        }
        load
    }

    /// Adds what has been read elsewhere.
    pub(super) fn append(&mut self, other: Self) {
        self.scenarios.extend(other.scenarios);
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
        let mut readings = Readings::default();
        let outcome = read_text(&found, bytes, options);
        let outcome = readings.add(&found, &Arc::new(options.clone()), outcome);
        self.tell(&readings.list, showing);
        self.play(found, 0, false, &outcome);
    }

    /// Adds a file to those that can be played, if it can.
    fn play(&mut self, found: Found, group: usize, of_suite: bool, outcome: &Outcome) {
        if let Ok((scenario, warnings, named)) = outcome {
            self.scenarios.push(Loaded {
                found,
                scenario: Arc::clone(scenario),
                group,
                of_suite,
                named: named.clone(),
                warnings: (!warnings.list.is_empty()).then(|| Box::new(warnings.clone())),
            });
        }
    }

    /// Counts a file and shows what is wrong with it, whichever of its readings found it.
    fn tell(&mut self, readings: &[Reading], showing: Showing) {
        self.files += 1;
        let mut all: Option<Diagnostics> = None;
        let (mut unreadable, mut is_invalid) = (None, false);
        for Reading { found, outcome, .. } in readings {
            let diagnostics = match &**outcome {
                Ok((_, warnings, _)) if showing.warnings => warnings,
                Ok(_) => continue,
                Err(Problem::Mistakes(mistakes)) => {
                    is_invalid = true;
                    mistakes
                }
                Err(Problem::Unreadable(error)) => {
                    unreadable.get_or_insert((found, error));
                    continue;
                }
            };
            match &mut all {
                Some(all) => all.join(diagnostics),
                None => all = Some(diagnostics.clone()),
            }
        }
        if let Some((found, error)) = unreadable {
            is_invalid = true;
            self.errors += 1;
            self.shown.push_str(&showing.unreadable(found, error));
        }
        self.invalid += usize::from(is_invalid);
        if let Some(all) = all {
            self.errors += all.errors();
            self.warnings += all.warnings();
            self.shown.push_str(&showing.diagnostics(&all));
        }
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

/// The readings of one file, each with other options.
#[derive(Default)]
struct Readings {
    list: Vec<Reading>,
}

/// A file, read with these options.
struct Reading {
    found: Found,
    options: Arc<ReadOptions>,
    outcome: Arc<Outcome>,
}

impl Readings {
    /// What became of the file when it was read in the same way.
    fn earlier(&self, found: &Found, options: &ReadOptions) -> Option<Arc<Outcome>> {
        let same = self.list.iter().find(|reading| {
            // The name is shown, and the folder that was given says which files it may name.
            (&reading.found.name, &reading.found.given) == (&found.name, &found.given)
                && alike(&reading.options, options)
        })?;
        Some(Arc::clone(&same.outcome))
    }

    fn add(&mut self, found: &Found, options: &Arc<ReadOptions>, outcome: Outcome) -> Arc<Outcome> {
        let outcome = Arc::new(outcome);
        self.list.push(Reading {
            found: found.clone(),
            options: Arc::clone(options),
            outcome: Arc::clone(&outcome),
        });
        outcome
    }
}

/// Whether files mean the same with both.
fn alike(one: &ReadOptions, other: &ReadOptions) -> bool {
    let names = |options: &ReadOptions| options.vars.iter().cloned().collect::<BTreeSet<_>>();
    let rest = |options: &ReadOptions| ReadOptions {
        vars: Vec::new(),
        ..options.clone()
    };
    names(one) == names(other) && rest(one) == rest(other)
}

/// What becomes of each of these files; several are read at a time where there are many.
fn read_all(files: &[&Found], options: &ReadOptions) -> Vec<Outcome> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let each = files.len().div_ceil(threads).max(FILES_A_THREAD);
    let load_each = |files: &[&Found]| -> Vec<Outcome> {
        files.iter().map(|found| load(found, options)).collect()
    };
    if each >= files.len() {
        return load_each(files);
    }
    thread::scope(|scope| {
        let chunks = files.chunks(each);
        let threads: Vec<_> = chunks
            .map(|chunk| scope.spawn(move || load_each(chunk)))
            .collect();
        let outcomes = threads.into_iter().flat_map(|thread| {
            let outcome = thread.join();
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        outcomes.collect()
    })
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
                0 => Ok((Arc::new(scenario), found, tree.into_found())),
                _ => Err(Problem::Mistakes(found)),
            }
        }
        Err(mistakes) => Err(Problem::Mistakes(mistakes)),
    }
}
