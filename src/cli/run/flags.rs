//! The flags of a run, told again: for the line that plays it again, for the log, and to see whether two runs are of one kind.
//!
//! What is as the program has it by itself is not told.

use std::collections::BTreeMap;

use super::super::args::{
    FlakyArg, PlayArgs, ProjectArgs, ReadyWhen, RunArgs, SegmentArg, SpawnArgs, TlsArgs,
};
use super::super::secrets::SecretArg;
use crate::player::{
    DEFAULT_MAX_PAYLOAD, DEFAULT_MAX_STEPS, DEFAULT_SEGMENT_PACE, DEFAULT_TIMEOUT,
};
use crate::report::{shown_seed, typed};
use crate::runner::{DEFAULT_JOBS, DEFAULT_SLOW_TIMEOUT};
use crate::target::{DEFAULT_GRACE, DEFAULT_READY_TIMEOUT};
use crate::time::TimeScale;

/// A flag, and its value where it takes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flag {
    name: &'static str,
    value: Option<String>,
}

/// What machines of one run may have differently: how fast each goes, and when it stops.
const OF_A_MACHINE: [&str; 5] = [
    "--jobs",
    "--slow-timeout",
    "--max-fail",
    "--fail-fast",
    "--no-fail-fast",
];

/// Flags that say nothing of how a case that failed goes.
const NOT_OF_FAILED: [&str; 5] = [
    "--slow-timeout",
    "--max-fail",
    "--fail-fast",
    "--deny-skips",
    "--shuffle",
];

/// Flags whose value is `NAME=VALUE`, of which each machine may have another value.
const NAMED: [&str; 2] = ["--var", "--secret-file"];

/// The flags that decide how each case is played.
pub(super) fn of_cases(args: &RunArgs) -> Vec<Flag> {
    let mut flags = Vec::new();
    of_project(&args.project, &mut flags);
    of_target(args, &mut flags);
    of_spawn(&args.spawn, &mut flags);
    of_tls(&args.tls, &mut flags);
    of_names(args, &mut flags);
    of_play(&args.play, &mut flags);
    flags
}

/// Those that decide how cases which failed go when they are played again: how many at a time, and how often, with the others. Not what
/// ends a run early, for of these each is to be played.
pub(super) fn of_failed(args: &RunArgs) -> Vec<Flag> {
    let mut flags = of_run(args);
    flags.retain(|flag| !NOT_OF_FAILED.contains(&flag.name));
    flags
}

/// All flags that decide how a run goes, but for those that say what is selected and what is left behind.
pub(super) fn of_run(args: &RunArgs) -> Vec<Flag> {
    let mut flags = of_cases(args);
    let play = &args.play;
    if play.jobs.get() != DEFAULT_JOBS {
        flag(&mut flags, "--jobs", play.jobs);
    }
    if play.slow_timeout != DEFAULT_SLOW_TIMEOUT {
        flag(&mut flags, "--slow-timeout", typed(play.slow_timeout));
    }
    if let Some(most) = play.max_fail {
        flag(&mut flags, "--max-fail", most);
    }
    if play.retries > 0 {
        flag(&mut flags, "--retries", play.retries);
    }
    if play.flaky_result == FlakyArg::Fail {
        flag(&mut flags, "--flaky-result", "fail");
    }
    switch(&mut flags, "--fail-fast", play.fail_fast);
    switch(&mut flags, "--deny-skips", play.deny_skips);
    switch(&mut flags, "--shuffle", args.select.shuffle);
    flags
}

/// The flags as words, as they are typed without a shell.
pub(super) fn words(flags: &[Flag]) -> Vec<String> {
    let words = |flag: &Flag| {
        let name = std::iter::once(flag.name.to_owned());
        name.chain(flag.value.clone()).collect::<Vec<_>>()
    };
    flags.iter().flat_map(words).collect()
}

/// What all machines of one run have in common: each flag, and its values.
pub(super) fn settings(flags: &[Flag]) -> BTreeMap<String, Vec<String>> {
    let mut settings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Flag { name, value } in flags {
        if OF_A_MACHINE.contains(name) {
            continue;
        }
        let values = settings.entry((*name).to_owned()).or_default();
        values.extend(value.as_ref().map(|value| match value.split_once('=') {
            Some((one, _)) if NAMED.contains(name) => one.to_owned(),
            _ => value.clone(),
        }));
    }
    settings
}

fn flag(flags: &mut Vec<Flag>, name: &'static str, value: impl ToString) {
    let value = Some(value.to_string());
    flags.push(Flag { name, value });
}

fn switch(flags: &mut Vec<Flag>, name: &'static str, is_on: bool) {
    flags.extend(is_on.then_some(Flag { name, value: None }));
}

/// What of the project's file holds.
fn of_project(args: &ProjectArgs, flags: &mut Vec<Flag>) {
    if let Some(path) = &args.config {
        flag(flags, "--config", path.to_string_lossy());
    }
    if let Some(name) = &args.profile {
        flag(flags, "--profile", name);
    }
    for name in &args.suite {
        flag(flags, "--suite", name);
    }
}

/// What clients connect to.
fn of_target(args: &RunArgs, flags: &mut Vec<Flag>) {
    if args.target() != "embedded" {
        flag(flags, "-t", args.target());
    }
    for (name, at) in args.named_targets() {
        flag(flags, "-t", format!("{name}={at}"));
    }
    if !args.transports.is_empty() {
        let names: Vec<&str> = args.transports.iter().map(|one| one.name()).collect();
        flag(flags, "--transports", names.join(","));
    }
    for host in &args.allow_host {
        flag(flags, "--allow-host", host);
    }
}

/// What is started, and what is played beside.
fn of_spawn(spawn: &SpawnArgs, flags: &mut Vec<Flag>) {
    if let Some(command) = &spawn.spawn {
        flag(flags, "--spawn", command);
        match &spawn.ready_when {
            ReadyWhen::Port => {}
            ReadyWhen::Output(pattern) => {
                flag(flags, "--ready-when", format!("output:{pattern}"));
            }
            ReadyWhen::File(path) => flag(flags, "--ready-when", format!("file:{path}")),
            ReadyWhen::Scenario(path) => {
                flag(
                    flags,
                    "--ready-when",
                    format!("scenario:{}", path.display()),
                );
            }
        }
    }
    // These count for the program of the project's file, too.
    if spawn.ready_timeout != DEFAULT_READY_TIMEOUT {
        flag(flags, "--ready-timeout", typed(spawn.ready_timeout));
    }
    if spawn.stop_timeout != DEFAULT_GRACE {
        flag(flags, "--stop-timeout", typed(spawn.stop_timeout));
    }
    if let Some(path) = &spawn.health {
        flag(flags, "--health", path.display());
    }
    switch(flags, "--fresh", spawn.fresh);
    switch(flags, "--pass-socket", spawn.pass_socket);
}

fn of_tls(tls: &TlsArgs, flags: &mut Vec<Flag>) {
    let paths = [
        ("--tls-ca", &tls.tls_ca),
        ("--tls-cert", &tls.tls_cert),
        ("--tls-key", &tls.tls_key),
    ];
    for (name, path) in paths {
        if let Some(path) = path {
            flag(flags, name, path.to_string_lossy());
        }
    }
    switch(flags, "--tls-insecure", tls.tls_insecure);
}

/// What scenarios may name. A secret's value is never told.
fn of_names(args: &RunArgs, flags: &mut Vec<Flag>) {
    for (name, value) in &args.play.var {
        flag(flags, "--var", format!("{name}={value}"));
    }
    for name in args.secrets.secret.iter().filter_map(SecretArg::name) {
        flag(flags, "--secret", name);
    }
    for (name, path) in &args.secrets.secret_file {
        flag(flags, "--secret-file", format!("{name}={}", path.display()));
    }
    for name in &args.play.allow_env {
        flag(flags, "--allow-env", name);
    }
    for name in &args.play.feature {
        flag(flags, "--feature", name);
    }
}

fn of_play(play: &PlayArgs, flags: &mut Vec<Flag>) {
    match play.segment {
        SegmentArg::Whole => {}
        SegmentArg::Byte => flag(flags, "--segment", "byte"),
        SegmentArg::Random => flag(flags, "--segment", "random"),
    }
    if play.segment_pace != DEFAULT_SEGMENT_PACE {
        flag(flags, "--segment-pace", typed(play.segment_pace));
    }
    if let Some(seed) = play.seed {
        flag(flags, "--seed", shown_seed(seed));
    }
    if play.repeat.get() > 1 {
        flag(flags, "--repeat", play.repeat);
    }
    switch(flags, "--overlap", play.overlap);
    switch(flags, "--simulate", play.simulate);
    switch(flags, "--no-fail-fast", play.no_fail_fast);
    if play.timeout != DEFAULT_TIMEOUT {
        flag(flags, "--timeout", typed(play.timeout));
    }
    if play.time_scale != TimeScale::ONE {
        flag(flags, "--time-scale", play.time_scale);
    }
    if play.max_message != DEFAULT_MAX_PAYLOAD {
        flag(flags, "--max-message", play.max_message);
    }
    if play.max_steps != DEFAULT_MAX_STEPS {
        flag(flags, "--max-steps", play.max_steps);
    }
    switch(flags, "--deny-leftover", play.deny_leftover);
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::super::args::{Cli, Verb};
    use super::*;
    use crate::report::quoted;

    fn read<'a>(words: impl IntoIterator<Item = &'a &'a str>) -> RunArgs {
        match Cli::parse_from(words).verb {
            Verb::Run(args) => *args,
            _ => panic!("run"),
        }
    }

    #[test]
    fn the_command_keeps_what_matters_and_drops_the_filters() {
        for (typed, expected) in [
            (&["run"][..], ""),
            (
                &["run", "-f", "x", "--tag", "y", "-j", "1", "--shuffle"],
                "--jobs 1",
            ),
            (&["run", "--repeat", "50"], "--repeat 50"),
            (
                &["run", "--repeat", "50", "--overlap"],
                "--repeat 50 --overlap",
            ),
            (
                &["run", "--ready-timeout", "20s", "--stop-timeout", "3s"],
                "--ready-timeout 20s --stop-timeout 3s",
            ),
            (
                &["run", "--no-fail-fast", "--retries", "2"],
                "--no-fail-fast --retries 2",
            ),
            (
                &[
                    "run",
                    "-t",
                    "localhost:1",
                    "--segment",
                    "random",
                    "--segment-pace",
                    "0s",
                    "--seed",
                    "7f",
                ],
                "-t localhost:1 --segment random --segment-pace 0s --seed 0000007f",
            ),
            (
                &[
                    "run",
                    "--var",
                    "a=it's",
                    "--timeout",
                    "2s",
                    "--max-steps",
                    "9",
                ],
                r"--var 'a=it'\''s' --timeout 2s --max-steps 9",
            ),
            (
                &[
                    "run",
                    "--secret",
                    "pw=hunter2",
                    "--secret",
                    "PW",
                    "--secret-file",
                    "k=f",
                ],
                "--secret pw --secret PW --secret-file k=f",
            ),
            (&["run", "--var", "x=\x1b[31m"], r"--var $'x=\x1b[31m'"),
        ] {
            let args = std::iter::once(&"backchat").chain(typed);
            let words = words(&of_failed(&read(args)));
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            assert_eq!(words.join(" "), expected);
        }
    }

    #[test]
    fn a_log_has_all_that_decides_how_a_run_goes() {
        let typed = "run --shuffle --deny-skips --jobs 2 --slow-timeout 1s --max-fail 3 --retries 2 --flaky-result fail --repeat 4";
        let all: Vec<&str> = std::iter::once("backchat")
            .chain(typed.split(' '))
            .collect();
        let mut words = words(&of_run(&read(&all)));
        let mut expected: Vec<&str> = typed.split(' ').skip(1).collect();
        words.sort();
        expected.sort_unstable();
        assert_eq!(words, expected);
        // Nothing that was selected, and nothing that is left behind.
        let typed = "backchat run a.json -f x --tag y --shard 1/2 --report json --out o -q";
        let all: Vec<&str> = typed.split(' ').collect();
        assert_eq!(of_run(&read(&all)), []);
    }

    #[test]
    fn machines_of_one_run_have_the_same_settings_but_go_each_at_its_pace() {
        let settings = |typed: &str| {
            let all: Vec<&str> = typed.split(' ').collect();
            settings(&of_run(&read(&all)))
        };
        let one = settings("backchat run --var a=1 -j 2 --max-fail 3 --retries 1 -t x:1 -t y=x:2");
        let other = settings("backchat run --var a=2 --no-fail-fast --retries 1 -t x:1 -t y=x:2");
        assert_eq!(one, other);
        assert_eq!(one["-t"], ["x:1", "y=x:2"]);
        for typed in [
            "backchat run --var b=1 --retries 1 -t x:1 -t y=x:2",
            "backchat run --var a=1 --retries 2 -t x:1 -t y=x:2",
            "backchat run --var a=1 --retries 1 -t x:2 -t y=x:2",
            "backchat run --var a=1 --retries 1 -t x:1 -t y=x:2 --simulate",
        ] {
            assert_ne!(one, settings(typed), "{typed}");
        }
    }
}
