//! The command line as a whole.

use clap::{CommandFactory, Parser};

use super::*;
use crate::player::{DEFAULT_MAX_STEPS, DEFAULT_SEGMENT_PACE, DEFAULT_TIMEOUT, MAX_PACED};
use crate::runner::{DEFAULT_JOBS, DEFAULT_SLOW_TIMEOUT};
use crate::server::DEFAULT_MAX_CONNECTIONS;
use crate::session::{DEFAULT_GREETING, DEFAULT_IDLE_TIMEOUT};
use crate::wire::DEFAULT_MAX_MESSAGE;

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn the_defaults_shown_are_the_defaults_of_the_layers() {
    let Verb::Serve(serve) = Cli::parse_from(["backchat", "serve"]).verb else {
        panic!("serve");
    };
    assert_eq!(serve.limits.max_connections.get(), DEFAULT_MAX_CONNECTIONS);
    assert_eq!(serve.limits.max_message.get(), DEFAULT_MAX_MESSAGE);
    assert_eq!(serve.limits.idle_timeout, DEFAULT_IDLE_TIMEOUT);
    // As its help says.
    assert_eq!(serve.protocol.greeting, None);
    assert_eq!(DEFAULT_GREETING, b"Welcome!");
    let Verb::Run(run) = Cli::parse_from(["backchat", "run"]).verb else {
        panic!("run");
    };
    assert_eq!(run.play.timeout, DEFAULT_TIMEOUT);
    assert_eq!(run.play.slow_timeout, DEFAULT_SLOW_TIMEOUT);
    assert_eq!(run.play.jobs.get(), DEFAULT_JOBS);
    assert_eq!(run.play.max_steps, DEFAULT_MAX_STEPS);
    assert_eq!(run.play.segment_pace, DEFAULT_SEGMENT_PACE);
    assert_eq!(MAX_PACED, 64);
}

#[test]
fn the_last_of_two_contrary_flags_holds() {
    let fail_fast = |args: &[&str]| {
        let args = ["backchat", "run"].iter().chain(args);
        match Cli::parse_from(args).verb {
            Verb::Run(run) => (run.play.fail_fast, run.play.no_fail_fast),
            _ => panic!("run"),
        }
    };
    assert_eq!(fail_fast(&["--fail-fast", "--no-fail-fast"]), (false, true));
    assert_eq!(fail_fast(&["--no-fail-fast", "--fail-fast"]), (true, false));
}
