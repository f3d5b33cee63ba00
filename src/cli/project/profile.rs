//! Profiles of `backchat.json`: what stands for flags that were not typed.
//!
//! The words that were typed are read once more, with the profile's values as the defaults of the flags. So a flag beats its
//! variable of the environment, which beats the profile, which beats the default; and a value means what it means as a flag.

use std::ffi::{OsStr, OsString};

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use super::super::args::{Cli, RunArgs, Verb};
use super::super::console::{Console, is_ci};
use super::super::error::CliError;
use super::super::files::safe;
use super::super::report::wanted::wanted;
use super::file::ProjectFile;
use crate::scenario::{Diagnostic, Profile, ProfileFlag, Said};

/// Reads the words of a `backchat run` with what the project's profile says.
///
/// `again`: what is played again, by the paths that the last run was given. Flags may stand there twice, and the later one holds; and
/// suites that a profile names stand for paths that were not given, then as now.
///
/// # Errors
///
/// Fails when there is no such profile, a value is none of its flag, or the words are not those of a run.
pub(in crate::cli) fn with_profile(
    typed: Vec<OsString>,
    args: &RunArgs,
    file: Option<&ProjectFile>,
    again: Option<&[String]>,
    console: &Console,
) -> Result<RunArgs, CliError> {
    let profiles = match file {
        Some(file) => file.profiles(args.project.profile.as_deref(), is_ci())?,
        None => match &args.project.profile {
            Some(name) => {
                return Err(CliError::Usage(format!(
                    "there is no profile {}: there is no backchat.json here or above",
                    safe(name)
                )));
            }
            None => Vec::new(),
        },
    };
    let command = || {
        let command = Cli::command();
        match again.is_some() {
            true => command.mut_subcommand("run", |run| run.args_override_self(true)),
            false => command,
        }
    };
    let first = parse(command(), typed.clone())?;
    let Some(("run", run)) = first.subcommand() else {
        return Err(not_a_run());
    };
    let mut flags: Vec<(&str, Vec<String>)> = Vec::new();
    let mut wrong = Vec::new();
    if let Some(file) = file {
        for flag in flags_of(&profiles) {
            if is_typed(run, flag.name) {
                continue;
            }
            match values(file, flag) {
                Ok(values) => flags.extend(values.map(|values| (id(flag), values))),
                Err(found) => wrong.push(*found),
            }
        }
        if !wrong.is_empty() {
            return Err(file.show(wrong, console));
        }
    }
    let target_is_typed = is_typed(run, "target") || is_typed(run, "spawn");
    let command = command().mut_subcommand("run", |mut run| {
        for (name, values) in flags {
            run = run.mut_arg(name, |arg| arg.default_values(values));
        }
        run
    });
    let second = parse(command, typed)?;
    match Cli::from_arg_matches(&second) {
        Ok(Cli {
            verb: Verb::Run(mut args),
            ..
        }) => {
            // One with a name takes no suite's own from it.
            let of_suites = args.spawn.spawn.is_none()
                && args.target.iter().all(|target| target.name.is_some());
            args.project.target_is_typed = target_is_typed && !of_suites;
            let has_paths = !args.paths.is_empty() || again.is_some_and(|paths| !paths.is_empty());
            if args.project.suite.is_empty() && !has_paths {
                let suites = profiles.iter().find_map(|profile| profile.suites.as_ref());
                let suites = suites.into_iter().flatten();
                args.project.suite = suites.map(|said| said.text.clone()).collect();
            }
            Ok(*args)
        }
        _ => Err(not_a_run()),
    }
}

fn parse(command: Command, typed: Vec<OsString>) -> Result<ArgMatches, CliError> {
    let matches = command.try_get_matches_from(typed);
    // They have been read before, or come from a log.
    matches.map_err(|error| CliError::Usage(safe(error.to_string().trim_end())))
}

fn not_a_run() -> CliError {
    CliError::Usage("these are not the words of a run".into())
}

/// What the profiles say, the first that says something of a flag.
fn flags_of<'p>(profiles: &[&'p Profile]) -> Vec<&'p ProfileFlag> {
    let mut flags: Vec<&ProfileFlag> = Vec::new();
    for flag in profiles.iter().flat_map(|profile| &profile.flags) {
        // When a run stops is said by one of two.
        let same = |known: &&ProfileFlag| {
            let stops = |name| matches!(name, "fail_fast" | "max_fail");
            known.name == flag.name || stops(known.name) && stops(flag.name)
        };
        if !flags.iter().any(same) {
            flags.push(flag);
        }
    }
    flags
}

/// The flag that a setting of a profile stands for.
fn id(flag: &ProfileFlag) -> &'static str {
    match (flag.name, &flag.values[..]) {
        ("fail_fast", [said]) if said.text == "false" => "no_fail_fast",
        (name, _) => name,
    }
}

/// Whether a flag, or one that says the same, was typed or is in the environment.
fn is_typed(run: &ArgMatches, name: &str) -> bool {
    let typed = |name: &str| {
        matches!(
            run.value_source(name),
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        )
    };
    match name {
        "fail_fast" | "max_fail" => ["fail_fast", "no_fail_fast", "max_fail"]
            .into_iter()
            .any(typed),
        name => typed(name),
    }
}

/// The values of a flag, checked; `None`: as without it.
fn values(file: &ProjectFile, flag: &ProfileFlag) -> Result<Option<Vec<String>>, Box<Diagnostic>> {
    let texts = || flag.values.iter().map(|said| said.text.clone()).collect();
    match (flag.name, &flag.values[..]) {
        ("fail_fast", _) => Ok(Some(vec!["true".into()])),
        (_, [said]) if said.text == "false" => Ok(None),
        ("report", said) => said
            .iter()
            .map(|said| report(file, said))
            .collect::<Result<_, _>>()
            .map(Some),
        ("out", [said]) => Ok(Some(vec![file.at(said).to_string_lossy().into_owned()])),
        _ => Ok(Some(texts())),
    }
}

/// All that makes no sense in the profiles of a configuration.
pub(in crate::cli) fn mistakes(file: &ProjectFile) -> Vec<Diagnostic> {
    let profiles = file.project.profiles.iter();
    let flags = profiles.flat_map(|profile| &profile.flags);
    let found = flags.filter_map(|flag| values(file, flag).err());
    found.map(|found| *found).collect()
}

/// A report, its path counted from the folder of the configuration.
fn report(file: &ProjectFile, said: &Said) -> Result<String, Box<Diagnostic>> {
    if let Err(why) = wanted(&said.text) {
        let why = CliError::Usage(why);
        return Err(Box::new(ProjectFile::wrong(said, "report", &why)));
    }
    Ok(match said.text.split_once('=') {
        Some((kind, path)) if path != "-" => {
            let path = Said {
                text: path.to_owned(),
                span: said.span,
            };
            format!("{kind}={}", file.at(&path).to_string_lossy())
        }
        _ => said.text.clone(),
    })
}

/// The words of this process.
pub(in crate::cli) fn typed() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// Puts flags before what was typed after `run`: what stands later holds.
pub(in crate::cli) fn before(mut typed: Vec<OsString>, flags: &[String]) -> Vec<OsString> {
    let run = OsStr::new("run");
    let verb = typed
        .iter()
        .position(|word| word == run)
        .unwrap_or_default();
    typed.splice(verb + 1..verb + 1, flags.iter().map(OsString::from));
    typed
}
