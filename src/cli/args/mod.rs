//! What was typed: every verb and flag, with its help text beside it.
//!
//! A flag beats its environment variable (`BACKCHAT_` and the flag's name in capitals), which beats the default.

mod files;
mod project;
mod report;
mod run;
mod secret;
mod serve;
mod shard;
mod spawn;
#[cfg(test)]
mod tests;
mod tls;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub(super) use files::{
    CheckArgs, CompletionsArgs, CorpusArgs, FmtArgs, InitArgs, ManArgs, MessageFormatArg,
    SchemaArgs, SchemaOf,
};
pub(super) use project::ProjectArgs;
pub(super) use report::{
    DEFAULT_OUT, MAX_RUN_ID, MergeArgs, ReportArgs, ReportVerb, ReportingArgs, ShowArgs,
};
pub(super) use run::{FlakyArg, PlayArgs, RunArgs, SegmentArg, SelectArgs, TargetArg};
pub(super) use secret::SecretArgs;
pub(super) use serve::{FramingArg, ReplyArg, ServeArgs};
pub(super) use shard::ShardArg;
pub(super) use spawn::{ReadyWhen, SpawnArgs};
pub(super) use tls::{ServerTlsArgs, TlsArgs};

/// The target where none is named.
pub(super) const DEFAULT_TARGET: &str = "embedded";

const ABOUT: &str = "Replays JSON conversations over real sockets and judges every reply";

const EXAMPLES: &str = "\
Examples:
  backchat run                              the project's own scenarios, against the built-in server
  backchat run scenarios/redis -t localhost:6379
  backchat run my.json --spawn './server --port {port}'
  backchat run -f 'login/*' --segment byte  every send byte by byte: the verdict must not change
  backchat serve                            the reference server on 127.0.0.1:1234
  backchat check scenarios/                 every mistake of every file, with its line
  backchat corpus -o seeds                  the project's scenarios as inputs for fuzz targets

Flags with a value can stand in the environment too: BACKCHAT_TARGET, BACKCHAT_JOBS, and so on.
Exit codes: 0 passed, 1 failed, 2 usage, 3 invalid file, 4 nothing selected, 5 no connection.";

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "backchat", version, about = ABOUT, after_help = EXAMPLES, styles = STYLES, max_term_width = 100)]
#[command(disable_help_subcommand = true, infer_long_args = false)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) verb: Verb,
    /// What holds for every verb.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Replay scenarios and judge every reply
    Run(Box<RunArgs>),
    /// Serve the reference protocol: a greeting, then `Hello, M!` for each message M, until `exit`
    Serve(Box<ServeArgs>),
    /// Check scenario files and show every mistake, without connecting anywhere
    Check(CheckArgs),
    /// Print the JSON Schema of scenario files, or of backchat.json, with which editors complete, explain and underline
    Schema(SchemaArgs),
    /// Write scenario files in one form: what fits on a line stands on one; comments stay
    Fmt(FmtArgs),
    /// Make inputs for fuzz targets of scenarios, or a scenario of an input
    Corpus(CorpusArgs),
    /// Make the first files of a project: a scenario, its schema, settings for an editor, a CI workflow
    Init(InitArgs),
    /// Make reports of the log of a run, or of the logs of its shards
    Report(ReportArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page of the program, or of a verb
    Man(ManArgs),
}

/// What is shown, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// Whether to use colours; `auto`: on a terminal, unless NO_COLOR is set or TERM is `dumb`
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_COLOR", hide_env = true)]
    pub(super) color: ColorArg,
}

/// How much of a run is shown.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct DetailArgs {
    /// Show the conversation of each case; twice: with a hex dump
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// Show failures and the count only
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// Whether to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    /// Where there is a terminal.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}
