//! What can be typed about the log of a run and the reports made of it, with the help text beside each flag.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::super::report::wanted::{Wanted, WantedParser};
use super::super::values::run_id;

/// The folder of the log and of the reports where none is named.
pub(in crate::cli) const DEFAULT_OUT: &str = "backchat-out";

/// How many bytes the name of a run may have: 256.
pub(in crate::cli) const MAX_RUN_ID: usize = 256;

/// What a run leaves behind.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reports")]
pub(in crate::cli) struct ReportingArgs {
    /// Write a report (junit, tap, json, github, markdown, html, text) to PATH or into the folder of --out; `-` is standard
    /// output; repeatable
    #[arg(long, value_name = "KIND[=PATH]", value_parser = WantedParser, hide_possible_values = true, conflicts_with_all = ["list", "update"])]
    #[arg(env = "BACKCHAT_REPORT", hide_env = true)]
    pub(in crate::cli) report: Vec<Wanted>,
    /// The folder of the log and of reports that name no PATH [default: backchat-out, kept once a case has failed, where CI
    /// is set or where it is there]
    #[arg(long, value_name = "DIR", env = "BACKCHAT_OUT", hide_env = true)]
    pub(in crate::cli) out: Option<PathBuf>,
    /// What this run is called, where it is played by several machines: `report merge` joins no logs of different runs [default: as
    /// GitHub, GitLab, Jenkins, Buildkite and CircleCI call it]
    #[arg(long, value_name = "ID", value_parser = run_id, env = "BACKCHAT_RUN_ID", hide_env = true)]
    pub(in crate::cli) run_id: Option<String>,
    /// Play what failed in the last run, and what it did not play to its end, in the way it did
    #[arg(long, conflicts_with_all = ["update", "watch"])]
    pub(in crate::cli) rerun_failed: bool,
}

/// `backchat report`
#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// What to do.
    #[command(subcommand)]
    pub(in crate::cli) verb: ReportVerb,
}

/// What can be done with logs.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ReportVerb {
    /// Make reports of the log of a run, also of one that was killed
    Show(ShowArgs),
    /// Join the logs of all shards of a run, and make reports of it; 7: a shard is missing, there twice, or of another run
    Merge(MergeArgs),
}

/// `backchat report show`
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// The log, or the folder it is in
    #[arg(value_name = "DIR|FILE", default_value = DEFAULT_OUT)]
    pub(in crate::cli) log: PathBuf,
    /// Which: as for `run` [default: text to standard output]
    #[arg(long, value_name = "KIND[=PATH]", value_parser = WantedParser, hide_possible_values = true)]
    pub(in crate::cli) report: Vec<Wanted>,
}

/// `backchat report merge`
#[derive(Debug, Args)]
pub(in crate::cli) struct MergeArgs {
    /// The logs of the shards, the folders they are in, or a folder of such folders
    #[arg(value_name = "DIR|FILE", required = true)]
    pub(in crate::cli) logs: Vec<PathBuf>,
    /// Fail where these are not N shards
    #[arg(
        long,
        value_name = "N",
        env = "BACKCHAT_EXPECT_SHARDS",
        hide_env = true
    )]
    pub(in crate::cli) expect_shards: Option<NonZeroU32>,
    /// Fail where these are logs of another run than ID, as `run --run-id` or the CI service called it
    #[arg(long, value_name = "ID", value_parser = run_id, env = "BACKCHAT_RUN_ID", hide_env = true)]
    pub(in crate::cli) run_id: Option<String>,
    /// The folder of the joined log, and of reports that name no PATH
    #[arg(long, value_name = "DIR", default_value = DEFAULT_OUT, env = "BACKCHAT_OUT", hide_env = true)]
    pub(in crate::cli) out: PathBuf,
    /// Which reports: as for `run` [default: text to standard output]
    #[arg(long, value_name = "KIND[=PATH]", value_parser = WantedParser, hide_possible_values = true)]
    pub(in crate::cli) report: Vec<Wanted>,
}
