//! One suite of `backchat.json` → what its cases are played against.
//!
//! What a suite says is read as if it were typed, and what makes no sense then is shown where it stands in the file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::args::{DEFAULT_TARGET, ReadyWhen, SpawnArgs, TlsArgs};
use super::super::console::Console;
use super::super::error::CliError;
use super::super::values::ready_when;
use super::super::{tls, under_test};
use super::file::ProjectFile;
use crate::net::{Address, TlsClient};
use crate::runner::Suite;
use crate::scenario::{Diagnostic, ReadOptions, Said, Scenario, SuiteSettings};
use crate::target::{DEFAULT_GRACE, DEFAULT_READY_TIMEOUT, SpawnError, Target};

/// A suite without a target of its own.
pub(in crate::cli) fn named(settings: &SuiteSettings) -> Suite {
    let features = settings.features.iter();
    Suite {
        name: Some(settings.name.text.as_str().into()),
        requires: settings.requires.clone(),
        features: features.map(|said| said.text.clone()).collect(),
        vars: settings.vars.clone(),
        ..Suite::default()
    }
}

/// A suite with its target, and how that is reached. What makes no sense is added to `wrong`.
pub(in crate::cli) fn configured(
    settings: &SuiteSettings,
    file: &ProjectFile,
    options: &ReadOptions,
    console: &Console,
    wrong: &mut Vec<Diagnostic>,
) -> Suite {
    let mut suite = named(settings);
    suite.tls = of_tls(settings, file, wrong).unwrap_or(suite.tls);
    if settings.spawn.is_none() {
        suite.targets = targets(settings, wrong);
    }
    let (key, said) = match (&settings.spawn, &settings.target) {
        (Some(said), _) => ("spawn", said),
        (None, Some(said)) => ("target", said),
        (None, None) => return suite,
    };
    match program(settings, file) {
        Ok(spawn) => {
            let target = settings.target.as_ref();
            let target = target.map_or(DEFAULT_TARGET, |said| &said.text);
            match under_test::target(
                target,
                BTreeMap::new(),
                &spawn,
                Some(file.folder()),
                options,
                console,
            ) {
                Ok(target) => suite.target = listening(target, settings, &[], wrong),
                Err(error) => {
                    let (key, said) = match (&error, &settings.target) {
                        (CliError::Spawn(why), Some(target)) if is_about_target(why) => {
                            ("target", target)
                        }
                        _ => (key, said),
                    };
                    wrong.push(ProjectFile::wrong(said, key, &error));
                }
            }
        }
        Err((said, why)) => {
            let error = CliError::Usage(why);
            wrong.push(ProjectFile::wrong(said, "ready_when", &error));
        }
    }
    suite
}

/// How the clients of a suite use TLS. What makes no sense is added to `wrong`.
pub(super) fn of_tls(
    settings: &SuiteSettings,
    file: &ProjectFile,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Arc<TlsClient>> {
    let error = match tls::client(&tls_args(settings, file)) {
        Ok(tls) => return Some(tls),
        Err(error) => error,
    };
    let tls = &settings.tls;
    let said = tls.ca.iter().chain(&tls.cert).chain(&tls.key).last();
    let said = said.unwrap_or(&settings.name);
    wrong.push(ProjectFile::wrong(said, "tls", &error));
    None
}

/// Whether it is where a program listens that is wrong, not the program.
fn is_about_target(error: &SpawnError) -> bool {
    matches!(
        error,
        SpawnError::Address { .. }
            | SpawnError::NotInCommand { .. }
            | SpawnError::NoBlank(_)
            | SpawnError::NoSocket
    )
}

/// The program of a suite, which listens at its further targets too, but for those that were typed. What makes no sense is added to `wrong`.
pub(super) fn listening(
    mut target: Target,
    settings: &SuiteSettings,
    typed: &[&str],
    wrong: &mut Vec<Diagnostic>,
) -> Target {
    if let Target::Spawned(spawn) = &mut target
        && let Some(spawn) = Arc::get_mut(spawn)
    {
        let not_typed = |(name, _): &&(Said, Said)| !typed.contains(&&*name.text);
        for (name, at) in settings.targets.iter().filter(not_typed) {
            if let Err(error) = spawn.listens_also(&name.text, &at.text) {
                wrong.push(ProjectFile::wrong(at, "targets", &error.into()));
            }
        }
    }
    target
}

/// What clients of a suite connect to that name it. What is no address is added to `wrong`.
fn targets(settings: &SuiteSettings, wrong: &mut Vec<Diagnostic>) -> Vec<(String, Address)> {
    let mut all = Vec::with_capacity(settings.targets.len());
    for (name, at) in &settings.targets {
        match at.text.parse().and_then(Address::reachable) {
            Ok(address) => all.push((name.text.clone(), address)),
            Err(error) => wrong.push(ProjectFile::wrong(at, "targets", &error.into())),
        }
    }
    all
}

/// What is played after each case of a suite.
pub(in crate::cli) fn health(
    settings: &SuiteSettings,
    file: &ProjectFile,
    options: &ReadOptions,
    console: &Console,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Arc<Scenario>> {
    let said = settings.health.as_ref()?;
    match under_test::health(Some(&file.at(said)), options, console) {
        Ok(health) => health,
        Err(error) => {
            wrong.push(ProjectFile::wrong(said, "health", &error));
            None
        }
    }
}

/// What a suite says of its program, as if it were typed.
fn program<'s>(
    settings: &'s SuiteSettings,
    file: &ProjectFile,
) -> Result<SpawnArgs, (&'s Said, String)> {
    let ready_when = match &settings.ready_when {
        None => ReadyWhen::Port,
        Some(said) => match ready_when(&said.text).map_err(|why| (said, why))? {
            ReadyWhen::Scenario(path) => ReadyWhen::Scenario(file.folder().join(path)),
            // One that begins with a blank, such as {dir}, is none of the folder.
            ReadyWhen::File(path) if !path.starts_with('{') => {
                ReadyWhen::File(file.folder().join(path).to_string_lossy().into_owned())
            }
            other => other,
        },
    };
    Ok(SpawnArgs {
        spawn: settings.spawn.as_ref().map(|said| said.text.clone()),
        ready_when,
        ready_timeout: settings.ready_timeout.unwrap_or(DEFAULT_READY_TIMEOUT),
        stop_timeout: settings.stop_timeout.unwrap_or(DEFAULT_GRACE),
        fresh: settings.fresh,
        pass_socket: settings.pass_socket,
        health: None,
    })
}

/// What a suite says of TLS, as if it were typed.
fn tls_args(settings: &SuiteSettings, file: &ProjectFile) -> TlsArgs {
    let path = |said: &Option<Said>| said.as_ref().map(|said| file.at(said));
    TlsArgs {
        tls_ca: path(&settings.tls.ca),
        tls_cert: path(&settings.tls.cert),
        tls_key: path(&settings.tls.key),
        tls_insecure: settings.tls.insecure,
    }
}
