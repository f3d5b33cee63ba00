//! What can be typed about a program under test, with the help text beside each flag.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::super::values::{duration, ready_when, some_time};

/// A program under test.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Program under test")]
pub(in crate::cli) struct SpawnArgs {
    /// Start this program and play against it: words as a shell splits them, but without a shell. {port} becomes a port that
    /// nobody else has, {socket} the path of a Unix socket, {dir} a new folder, {file:PATH} a copy of this file of settings
    /// with the same filled in. With --target, that is where it listens
    #[arg(long, value_name = "CMD", env = "BACKCHAT_SPAWN", hide_env = true)]
    pub(in crate::cli) spawn: Option<String>,
    /// When it is ready: `port` (somebody listens), `output:REGEX` (it printed that), `file:PATH` (is there),
    /// `scenario:FILE` (passes)
    #[arg(long, value_name = "WHEN", default_value = "port", value_parser = ready_when, requires = "spawn")]
    #[arg(env = "BACKCHAT_READY_WHEN", hide_env = true)]
    pub(in crate::cli) ready_when: ReadyWhen,
    /// How long it may take to be ready
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = some_time)]
    #[arg(env = "BACKCHAT_READY_TIMEOUT", hide_env = true)]
    pub(in crate::cli) ready_timeout: Duration,
    /// How long it may take to end after SIGTERM, before it is killed
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration)]
    #[arg(env = "BACKCHAT_STOP_TIMEOUT", hide_env = true)]
    pub(in crate::cli) stop_timeout: Duration,
    /// Start a fresh one for each case, and end it after that; also one of backchat.json
    #[arg(long)]
    pub(in crate::cli) fresh: bool,
    /// Give it its socket, listening, as file descriptor 3, as socket activation does: LISTEN_FDS, LISTEN_PID
    #[arg(long, requires = "spawn")]
    pub(in crate::cli) pass_socket: bool,
    /// Play this scenario after each case; where it fails, the case before it has failed. With any target
    #[arg(long, value_name = "FILE", env = "BACKCHAT_HEALTH", hide_env = true)]
    pub(in crate::cli) health: Option<PathBuf>,
}

/// When a program is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum ReadyWhen {
    /// Somebody listens where it should.
    Port,
    /// What it printed matches this pattern.
    Output(String),
    /// A file is there.
    File(String),
    /// A scenario passes.
    Scenario(PathBuf),
}
