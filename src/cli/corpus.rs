//! `backchat corpus`: scenarios → inputs for fuzz targets, and an input → a scenario.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind::NotADirectory, ErrorKind::NotFound};
use std::path::{Path, PathBuf};

use super::ExitStatus;
use super::args::CorpusArgs;
use super::console::Console;
use super::error::CliError;
use super::files::{self, safe, shown};
use super::keep::{self, Kept};
use super::load::{Load, Loaded, Showing};
use crate::corpus::{REPLAYED, TARGETS, replay, seeds};
use crate::count::count;
use crate::report::render_diagnostics;
use crate::scenario::{ReadOptions, foresee, read};

/// How standard input is asked for.
const STDIN: &str = "-";

/// Makes inputs, or a scenario.
pub(super) fn corpus(args: CorpusArgs, console: &Console) -> Result<ExitStatus, CliError> {
    match &args.from {
        Some(input) => scenario_of(input, &args, console).map_err(CliError::of_a_flag),
        None => inputs_of(args, console),
    }
}

/// What was done with inputs.
#[derive(Debug, Default)]
struct Done {
    written: usize,
    there: usize,
    too_long: usize,
    /// Files with other content.
    kept: Vec<PathBuf>,
}

/// Scenarios → inputs.
fn inputs_of(args: CorpusArgs, console: &Console) -> Result<ExitStatus, CliError> {
    known(&args.target, &TARGETS)?;
    let Some(folder) = &args.output else {
        return Err(CliError::Usage(
            "--output says where inputs are to be written".into(),
        ));
    };
    let paths = if args.paths.is_empty() {
        files::default_of_check()
    } else {
        args.paths
    };
    let load = Load::of_files(
        files::find(&paths)?,
        &ReadOptions::default(),
        Showing::mistakes(console),
    );
    console.say(&load.shown)?;
    if !load.is_valid() {
        let count = load.count();
        return Err(CliError::Invalid(format!("{count}: nothing was written")));
    }
    let targets: Vec<&str> = (TARGETS.iter().copied())
        .filter(|name| args.target.is_empty() || args.target.iter().any(|asked| asked == name))
        .collect();
    let mut there: HashSet<(&str, Vec<u8>)> = HashSet::new();
    for target in &targets {
        let inputs = contents(&folder.join(target), args.max_len.get())?;
        there.extend(inputs.into_iter().map(|bytes| (*target, bytes)));
    }
    let mut done = Done::default();
    for Loaded {
        found, scenario, ..
    } in load.scenarios
    {
        for seed in seeds(&scenario, &found.id) {
            if !targets.contains(&seed.target) {
                continue;
            }
            if seed.bytes.len() > args.max_len.get() {
                done.too_long += 1;
                continue;
            }
            // The same under another name is no news to a fuzzer.
            if there.contains(&(seed.target, seed.bytes.clone())) {
                done.there += 1;
                continue;
            }
            let path = folder.join(seed.target).join(&seed.name);
            match keep::write(&path, &seed.bytes, args.force)? {
                Kept::Written => done.written += 1,
                Kept::Same => done.there += 1,
                Kept::Other => done.kept.push(path),
            }
            there.insert((seed.target, seed.bytes));
        }
    }
    done.tell(folder, &targets, args.max_len.get(), console)
}

impl Done {
    fn tell(
        &self,
        folder: &Path,
        targets: &[&str],
        max_len: usize,
        console: &Console,
    ) -> Result<ExitStatus, CliError> {
        let Self {
            written,
            there,
            too_long,
            kept,
        } = self;
        if written + there + too_long + kept.len() == 0 {
            return Err(CliError::NoInputs {
                targets: targets.join(", "),
            });
        }
        let mut text = format!(
            "{} written to {}, {there} there already",
            count(*written, "input"),
            shown(folder)
        );
        if *too_long > 0 {
            text.push_str(&format!(
                ", {too_long} longer than {max_len} bytes left out"
            ));
        }
        text.push('\n');
        console.say(&text)?;
        if kept.is_empty() {
            return Ok(ExitStatus::Success);
        }
        let names: Vec<String> = kept.iter().map(|path| shown(path)).collect();
        Err(CliError::Kept(format!(
            "{} left alone, with other content: {}",
            count(kept.len(), "file"),
            names.join(", ")
        )))
    }
}

/// An input → a scenario.
fn scenario_of(path: &Path, args: &CorpusArgs, console: &Console) -> Result<ExitStatus, CliError> {
    let target = target_of(path, &args.target)?;
    let from_stdin = path == Path::new(STDIN);
    let name = if from_stdin {
        "<stdin>".to_owned()
    } else {
        shown(path)
    };
    let unreadable = |source| CliError::Unreadable {
        path: name.clone(),
        source,
    };
    let input = if from_stdin {
        files::read_all(io::stdin().lock()).map_err(unreadable)?
    } else {
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            let why = io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file");
            return Err(unreadable(why));
        }
        files::read_all(fs::File::open(path).map_err(unreadable)?).map_err(unreadable)?
    };
    let title = path.file_name().unwrap_or_default().to_string_lossy();
    let text = replay(&target, &input, &title.replace("{{", "{ {"), args.plain)
        .map_err(|error| CliError::Usage(safe(&format!("{name}: {error}"))))?;
    let mistakes = match read(&name, text.as_bytes(), &ReadOptions::default()) {
        Ok((scenario, mut found)) => {
            found.list = foresee(&scenario, &[]);
            Some(found).filter(|found| found.errors() > 0)
        }
        Err(mistakes) => Some(mistakes),
    };
    if let Some(mistakes) = mistakes {
        console.say(&render_diagnostics(&mistakes, &console.palette))?;
        return Err(CliError::Invalid(format!(
            "{name} is no valid scenario: nothing was written"
        )));
    }
    let Some(output) = &args.output else {
        console.print_json(&text)?;
        return Ok(ExitStatus::Success);
    };
    match keep::write(output, text.as_bytes(), args.force)? {
        Kept::Written | Kept::Same => Ok(ExitStatus::Success),
        Kept::Other => Err(CliError::Kept(format!(
            "left alone, with other content: {}",
            shown(output)
        ))),
    }
}

/// The target that a file is an input of: the one that was named, or its folder.
fn target_of(path: &Path, named: &[String]) -> Result<String, CliError> {
    known(named, &REPLAYED)?;
    let folder = || {
        let folder = std::path::absolute(path).ok()?;
        let name = folder.parent()?.file_name()?.to_str()?.to_owned();
        REPLAYED.contains(&&*name).then_some(name)
    };
    match named {
        [one] => Ok(one.clone()),
        [] => folder().ok_or_else(|| {
            CliError::Usage(format!(
                "--target says which target this is an input of: {}",
                REPLAYED.join(", ")
            ))
        }),
        _ => Err(CliError::Usage("an input is of one target".into())),
    }
}

/// Whether all these targets are known.
fn known(named: &[String], targets: &[&str]) -> Result<(), CliError> {
    match named.iter().find(|name| !targets.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(CliError::Usage(format!(
            "scenarios and inputs of {name:?} cannot be made of each other; of these they can: {}",
            targets.join(", ")
        ))),
    }
}

/// What the files of a folder hold, where they are no longer than `max_len`; nothing where there is no folder.
fn contents(folder: &Path, max_len: usize) -> Result<Vec<Vec<u8>>, CliError> {
    let unreadable = |source| CliError::Unreadable {
        path: shown(folder),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // What is in the way of a folder shows when something is to be written there.
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut contents = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        let fits = |file: &fs::Metadata| file.is_file() && file.len() <= max_len as u64;
        if fs::metadata(&path).is_ok_and(|file| fits(&file)) {
            contents.push(fs::read(&path).map_err(unreadable)?);
        }
    }
    Ok(contents)
}
