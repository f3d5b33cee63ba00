//! The cases that were asked for, and warnings about what none of them reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::args::RunArgs;
use super::super::console::Console;
use super::super::error::CliError;
use super::super::files;
use super::super::load::Loaded;
use super::options::names;
use super::select::Selection;
use crate::count::count;
use crate::runner::{CaseRef, Suite};
use crate::scenario::{BUILT_IN, Scenario, nearest};
use crate::target::{Ready, Target};

/// The cases that were asked for.
pub(super) fn cases(
    args: &RunArgs,
    loaded: &[Loaded],
    suites: &[Suite],
    console: &Console,
) -> Result<Vec<CaseRef>, CliError> {
    let selection = Selection::new(&args.select);
    let mut all = 0;
    let mut cases = Vec::new();
    for Loaded {
        found,
        scenario,
        group,
        ..
    } in loaded
    {
        all += scenario.cases.len();
        if !selection.allows(scenario) {
            continue;
        }
        let file: Arc<str> = found.id.as_str().into();
        for (number, case) in scenario.cases.iter().enumerate() {
            let id = match &case.label {
                Some(label) => format!("{}#{label}", found.id),
                None => found.id.clone(),
            };
            if selection.matches(&id) {
                cases.push(CaseRef {
                    round: 0,
                    id: id.into(),
                    file: Arc::clone(&file),
                    scenario: Arc::clone(scenario),
                    case: number,
                    suite: *group,
                });
            }
        }
    }
    if cases.is_empty() {
        return Err(CliError::NothingSelected {
            cases: count(all, "case"),
            filters: selection.describe(),
            help: selection.help(loaded),
        });
    }
    let played: Vec<&Scenario> = (cases.iter().map(|case| &*case.scenario))
        .chain(suites.iter().flat_map(beside))
        .collect();
    console.say(&unread(names(args), &played, console))?;
    console.say(&unmet(args, &played, console))?;
    Ok(cases)
}

/// The scenarios that are played beside the cases of a suite: the health check, and that which says when the program is ready.
fn beside(suite: &Suite) -> impl Iterator<Item = &Scenario> {
    let ready = match &suite.target {
        Target::Spawned(spawn) => match &spawn.ready {
            Ready::Scenario { scenario, .. } => Some(&**scenario),
            _ => None,
        },
        _ => None,
    };
    suite.health.as_deref().into_iter().chain(ready)
}

/// A warning for each target that was named and that no client talks to: without a name it would be what is under test.
fn unmet(args: &RunArgs, played: &[&Scenario], console: &Console) -> String {
    let is_met = |name: &str| {
        let clients = played.iter().flat_map(|scenario| &scenario.script.clients);
        clients
            .filter_map(|client| client.target.as_deref())
            .any(|target| target == name)
    };
    let mut warnings = String::new();
    for (name, at) in args.named_targets() {
        if !is_met(name) {
            let (name, at) = (files::safe(name), files::safe(at));
            let message = format!(
                "no client of the selected scenarios talks to the target `{name}`; what is under test has no name: --target {at}"
            );
            warnings.push_str(&console.palette.warning_line(&message));
        }
    }
    warnings
}

/// A warning for each variable that nothing reads, with the name that was probably meant.
fn unread<'a>(
    vars: impl Iterator<Item = (&'a str, &'static str)>,
    played: &[&Scenario],
    console: &Console,
) -> String {
    let scripts = || played.iter().map(|scenario| &scenario.script);
    let mut warnings = String::new();
    for (name, flag) in vars {
        if scripts().any(|script| script.names.find(name).is_some()) {
            continue;
        }
        let names: BTreeSet<&str> = scripts()
            .flat_map(|script| script.names.iter())
            .filter(|name| !BUILT_IN.contains(name))
            .collect();
        let help = nearest(name, names.iter().copied())
            .map(|near| format!("; did you mean \"{}\"?", files::safe(near)))
            .unwrap_or_default();
        let message = format!("no selected scenario reads `{name}`, which {flag} sets{help}");
        warnings.push_str(&console.palette.warning_line(&message));
    }
    warnings
}
