//! Which files a run plays, and against what: the suites of `backchat.json`, or what was typed.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::slice;
use std::sync::Arc;

use super::super::args::{DEFAULT_TARGET, ProjectArgs, RunArgs, SpawnArgs};
use super::super::console::Console;
use super::super::error::CliError;
use super::super::files::{self, Found};
use super::super::load::{Batch, Load, Showing};
use super::super::{tls, under_test};
use super::file::{ProjectFile, show, var_names};
use super::members::Members;
use super::profile;
use super::suite::{configured, health, listening, named, of_tls};
use crate::count::count;
use crate::runner::Suite;
use crate::scenario::{Diagnostic, Diagnostics, ReadOptions, Requirement, SuiteSettings};
use crate::target::{DEFAULT_GRACE, DEFAULT_READY_TIMEOUT, Target};

/// Files that are read and played alike.
#[derive(Debug)]
pub(in crate::cli) struct Group {
    /// The suite of the configuration; `None`: files that belong to none.
    suite: Option<usize>,
    found: Vec<Found>,
}

/// Why there are no groups.
#[derive(Debug)]
pub(in crate::cli) enum Ungrouped {
    /// Paths of suites are not there, or cannot be read: where each stands in the configuration.
    Paths(Diagnostics),
    /// Something else.
    Other(CliError),
}

impl Ungrouped {
    /// Shows where each path stands, and says what to end with.
    pub(in crate::cli) fn shown(self, console: &Console) -> CliError {
        match self {
            Self::Paths(wrong) => show(&wrong, console),
            Self::Other(error) => error,
        }
    }
}

impl From<CliError> for Ungrouped {
    fn from(error: CliError) -> Self {
        Self::Other(error)
    }
}

/// The files that were asked for, each with its suite; a file of several suites is there for each.
///
/// Without paths these are the files of the suites that were asked for, else those of all suites, else `default`. An id is
/// that of the file; where files of several suites have the same, `@` and the name of the suite follow.
///
/// # Errors
///
/// Fails when a path or a suite is not there, or there is no scenario at all.
pub(in crate::cli) fn groups(
    file: Option<&ProjectFile>,
    args: &ProjectArgs,
    paths: &[PathBuf],
    default: impl FnOnce() -> Vec<PathBuf>,
) -> Result<Vec<Group>, Ungrouped> {
    let Some(file) = file.filter(|file| !file.project.suites.is_empty()) else {
        if let Some(name) = args.suite.first() {
            let why = match file {
                Some(file) => format!(
                    "there is no suite {}: {} has none",
                    files::safe(name),
                    files::shown(&file.path)
                ),
                None => format!(
                    "there is no suite {}: there is no backchat.json here or above",
                    files::safe(name)
                ),
            };
            return Err(CliError::Usage(why).into());
        }
        let found = match paths.is_empty() {
            true => files::find(&default())?,
            false => files::find(paths)?,
        };
        return Ok(vec![Group { suite: None, found }]);
    };
    let asked = (args.suite.iter())
        .map(|name| file.suite(name))
        .collect::<Result<HashSet<usize>, _>>()?;
    let is_asked = |n: usize| asked.is_empty() || asked.contains(&n);
    // Also those that are not asked for: an id is the same whatever is.
    let mut all: Vec<Result<Vec<Found>, CliError>> = (file.project.suites.iter())
        .map(|suite| {
            let mut of_suite: Vec<PathBuf> = suite.paths.iter().map(|said| file.at(said)).collect();
            let found = files::find(&of_suite);
            if found.is_ok() || paths.is_empty() {
                return found;
            }
            // A path that is not there has no files, and takes none from the others.
            of_suite.retain(|path| files::find(slice::from_ref(path)).is_ok());
            match of_suite.is_empty() {
                true => Ok(Vec::new()),
                false => files::find(&of_suite),
            }
        })
        .collect();
    tell_apart(&mut all, &file.project.suites);
    if paths.is_empty() {
        let suites = all.iter().zip(&file.project.suites).enumerate();
        let failed = suites.filter(|(n, (found, _))| is_asked(*n) && found.is_err());
        let wrong: Vec<Diagnostic> = failed
            .flat_map(|(_, (_, suite))| file.missing_paths(suite))
            .collect();
        if !wrong.is_empty() {
            return Err(Ungrouped::Paths(file.with_text(wrong)));
        }
        let found = all.into_iter().enumerate().filter(|(n, _)| is_asked(*n));
        return found
            .map(|(n, found)| {
                let suite = Some(n);
                Ok(Group {
                    suite,
                    found: found?,
                })
            })
            .collect();
    }
    let mut members = Members::of(all);
    let mut found = files::find(paths)?;
    if !asked.is_empty() {
        members.refuse_others(paths, &asked, file)?;
        members.keep(&asked);
        found.retain(|found| members.has(found));
    }
    let groups = members.sort_out(found).into_iter();
    Ok(groups
        .map(|(suite, found)| Group { suite, found })
        .collect())
}

/// Adds the suite to ids that files of several suites have.
fn tell_apart(all: &mut [Result<Vec<Found>, CliError>], suites: &[SuiteSettings]) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for found in all.iter().flatten().flatten() {
        *times.entry(found.id.clone()).or_default() += 1;
    }
    for (found, suite) in all.iter_mut().zip(suites) {
        for found in found.iter_mut().flatten() {
            if times.get(&found.id).is_some_and(|times| *times > 1) {
                found.id = format!("{}@{}", found.id, suite.name.text);
            }
        }
    }
}

/// What a file of this group may use, besides what was typed.
pub(in crate::cli) fn read_options(
    group: &Group,
    file: Option<&ProjectFile>,
    typed: &ReadOptions,
) -> ReadOptions {
    let mut options = typed.clone();
    if let Some(suite) = settings(group.suite, file) {
        options.vars.extend(var_names(suite));
        options.framing.clone_from(&suite.framing);
    }
    options
}

/// Reads the files of all groups. Each scenario has the number of its group.
pub(in crate::cli) fn load(
    groups: Vec<Group>,
    file: Option<&ProjectFile>,
    typed: &ReadOptions,
    showing: Showing,
) -> Load {
    let batches = groups.into_iter().map(|group| Batch {
        options: read_options(&group, file, typed),
        of_suite: group.suite.is_some(),
        found: group.found,
    });
    Load::of_batches(batches.collect(), showing)
}

fn settings(suite: Option<usize>, file: Option<&ProjectFile>) -> Option<&SuiteSettings> {
    file?.project.suites.get(suite?)
}

/// What each group is played against.
///
/// # Errors
///
/// Fails when a setting of a suite makes no sense, which has then been shown, or what was typed does not.
pub(in crate::cli) fn suites(
    groups: &[Group],
    file: Option<&ProjectFile>,
    args: &RunArgs,
    typed: &ReadOptions,
    console: &Console,
) -> Result<Vec<Suite>, CliError> {
    let mut wrong = Vec::new();
    let mut suites = Vec::with_capacity(groups.len());
    let configured = groups.iter();
    let configured: Vec<_> = configured
        .filter_map(|group| settings(group.suite, file))
        .collect();
    let has_own = |suite: &&&SuiteSettings| {
        suite.target.is_some() || suite.spawn.is_some() || !suite.targets.is_empty()
    };
    let own = configured.iter().find(has_own);
    if let Some(own) = own.filter(|_| args.project.target_is_typed && configured.len() > 1) {
        return Err(CliError::Usage(format!(
            "which suite is to be played against this target? Several are selected, and {} has a target of its own: \
             say --suite, or name paths",
            own.name.text
        )));
    }
    for group in groups {
        let Some((settings, file)) = settings(group.suite, file).zip(file) else {
            suites.push(typed_suite(args, typed, console)?);
            continue;
        };
        let options = read_options(group, Some(file), typed);
        suites.push(suite(settings, file, args, &options, console, &mut wrong)?);
    }
    let is_started = |suite: &Suite| matches!(suite.target, Target::Spawned(_));
    match (wrong.is_empty(), file) {
        (false, Some(file)) => Err(file.show(wrong, console)),
        _ if args.spawn.fresh && !suites.iter().any(is_started) => Err(CliError::Usage(
            "--fresh starts a program for each case, and none is to be started: name it with --spawn, or as `spawn` in backchat.json".into(),
        )),
        _ => Ok(suites),
    }
}

/// What was typed is played against.
fn typed_suite(args: &RunArgs, typed: &ReadOptions, console: &Console) -> Result<Suite, CliError> {
    Ok(Suite {
        target: under_test::target(
            args.target(),
            args.named_targets(),
            &args.spawn,
            None,
            typed,
            console,
        )
        .map_err(CliError::of_a_flag)?,
        targets: under_test::named(args)?,
        allowed: under_test::allowed(args),
        features: args.play.feature.clone(),
        health: under_test::health(args.spawn.health.as_deref(), typed, console)
            .map_err(CliError::of_a_flag)?,
        tls: tls::client(&args.tls).map_err(CliError::of_a_flag)?,
        ..Suite::default()
    })
}

/// A suite of the configuration; what was typed is stronger. What makes no sense is added to `wrong`.
fn suite(
    settings: &SuiteSettings,
    file: &ProjectFile,
    args: &RunArgs,
    options: &ReadOptions,
    console: &Console,
    wrong: &mut Vec<Diagnostic>,
) -> Result<Suite, CliError> {
    let mut suite = match args.project.target_is_typed {
        true => Suite {
            target: instead(settings, args, options, console, wrong)?,
            requires: beside_its_program(settings),
            ..named(settings)
        },
        false => {
            let mut suite = configured(settings, file, options, console, wrong);
            started_as_typed(&mut suite.target, &args.spawn);
            suite
        }
    };
    // It is reached as that of the suite; what is typed of TLS is stronger, below.
    if is_another_program(settings, args) {
        suite.tls = of_tls(settings, file, wrong).unwrap_or(suite.tls);
    }
    // Of the same name, the first one counts.
    suite.targets.splice(..0, under_test::named(args)?);
    suite.allowed = under_test::allowed(args);
    suite.features.extend(args.play.feature.iter().cloned());
    if args.spawn.health.is_some() {
        suite.health = under_test::health(args.spawn.health.as_deref(), options, console)
            .map_err(CliError::of_a_flag)?;
    } else {
        suite.health = health(settings, file, options, console, wrong);
    }
    let typed = &args.tls;
    if typed.tls_ca.is_some() || typed.tls_cert.is_some() || typed.tls_insecure {
        suite.tls = tls::client(typed).map_err(CliError::of_a_flag)?;
    }
    Ok(suite)
}

/// Whether another program than the suite's was typed, and not where it listens: then it listens where that one does.
fn is_another_program(settings: &SuiteSettings, args: &RunArgs) -> bool {
    settings.spawn.is_some() && args.spawn.spawn.is_some() && args.target() == DEFAULT_TARGET
}

/// What was typed instead of what a suite is played against.
fn instead(
    settings: &SuiteSettings,
    args: &RunArgs,
    options: &ReadOptions,
    console: &Console,
    wrong: &mut Vec<Diagnostic>,
) -> Result<Target, CliError> {
    let is_another = is_another_program(settings, args);
    let at = (settings.target.as_ref())
        .filter(|_| is_another)
        .map_or_else(|| args.target(), |said| &said.text);
    let named = args.named_targets();
    let typed: Vec<&str> = named.keys().copied().collect();
    let target = under_test::target(at, named, &args.spawn, None, options, console)
        .map_err(CliError::of_a_flag)?;
    Ok(match is_another {
        true => listening(target, settings, &typed, wrong),
        false => target,
    })
}

/// What was typed of how a program is started holds for those of the configuration, too.
fn started_as_typed(target: &mut Target, typed: &SpawnArgs) {
    let Target::Spawned(spawn) = target else {
        return;
    };
    let Some(spawn) = Arc::get_mut(spawn) else {
        return;
    };
    spawn.fresh |= typed.fresh;
    if typed.ready_timeout != DEFAULT_READY_TIMEOUT {
        spawn.ready_timeout = typed.ready_timeout;
    }
    if typed.stop_timeout != DEFAULT_GRACE {
        spawn.grace = typed.stop_timeout;
    }
}

/// What a suite requires where another target was typed: its own program is not started, so none has to be there for that.
fn beside_its_program(settings: &SuiteSettings) -> Vec<Requirement> {
    let is_of_program =
        |one: &&Requirement| settings.spawn.is_some() && matches!(one, Requirement::Program(_));
    let required = settings.requires.iter();
    required
        .filter(|one| !is_of_program(one))
        .cloned()
        .collect()
}

/// All that makes no sense in the suites and profiles of a configuration.
pub(in crate::cli) fn mistakes(
    file: &ProjectFile,
    typed: &ReadOptions,
    console: &Console,
) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    for (n, suite) in file.project.suites.iter().enumerate() {
        let group = Group {
            suite: Some(n),
            found: Vec::new(),
        };
        let options = read_options(&group, Some(file), typed);
        configured(suite, file, &options, console, &mut wrong);
        health(suite, file, &options, console, &mut wrong);
        for said in &suite.paths {
            if let Err(error) = files::find(&[file.at(said)]) {
                wrong.push(ProjectFile::wrong(said, "paths", &error));
            }
        }
    }
    wrong.extend(profile::mistakes(file));
    wrong
}

/// The suites whose connections trust whoever answers.
pub(in crate::cli) fn trusting<'f>(
    groups: &[Group],
    file: Option<&'f ProjectFile>,
) -> Vec<&'f str> {
    let of_groups = groups
        .iter()
        .filter_map(|group| settings(group.suite, file));
    let insecure = of_groups.filter(|suite| suite.tls.insecure);
    insecure.map(|suite| &*suite.name.text).collect()
}

/// A warning where files are in no suite, though there are suites, and nothing was typed to play them against: few want the built-in
/// server then.
pub(in crate::cli) fn without_suite(
    groups: &[Group],
    file: Option<&ProjectFile>,
    args: &RunArgs,
    console: &Console,
) -> String {
    let has_suites = file.is_some_and(|file| !file.project.suites.is_empty());
    let is_typed = args.project.target_is_typed
        || args.play.simulate
        || !args.transports.is_empty()
        || args.select.list;
    let mut alone = groups.iter().filter(|group| group.suite.is_none());
    let first = alone.next().and_then(|group| {
        let first = group.found.first()?;
        Some((first, group.found.len() - 1))
    });
    match first.filter(|_| has_suites && !is_typed) {
        None => String::new(),
        Some((first, more)) => {
            let name = &first.name;
            let are = match more {
                0 => format!("{name} is"),
                more => format!("{name} and {} are", count(more, "more file")),
            };
            console.palette.warning_line(&format!(
                "{are} in no suite of backchat.json, and played against the {}: --target or --spawn names something else",
                Target::default()
            ))
        }
    }
}

/// Where the files of a run are, for those who watch them.
pub(in crate::cli) fn roots(groups: &[Group]) -> Vec<PathBuf> {
    let mut roots = Vec::new();
    for found in groups.iter().flat_map(|group| &group.found) {
        let root = found.given.as_ref().unwrap_or(&found.path);
        if !roots.contains(root) {
            roots.push(root.clone());
        }
    }
    roots
}
