//! What was typed: every verb and flag, with its help text beside it.
//!
//! A flag beats its environment variable (`BACKCHAT_` and the flag's name in capitals), which beats the default.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::values::{duration, jobs, seed, some_time, variable};

/// The target where none is named.
pub(super) const DEFAULT_TARGET: &str = "embedded";

const ABOUT: &str = "Replays JSON conversations over real sockets and judges every reply";

const EXAMPLES: &str = "\
Examples:
  backchat run                              the project's own scenarios, against the built-in server
  backchat run scenarios/redis -t localhost:6379
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
    /// Print the JSON Schema of scenario files, with which editors complete, explain and underline
    Schema(SchemaArgs),
    /// Write scenario files in one form: what fits on a line stands on one; comments stay
    Fmt(FmtArgs),
    /// Make inputs for fuzz targets of scenarios, or a scenario of an input
    Corpus(CorpusArgs),
    /// Make the first files of a project: a scenario, its schema, settings for an editor, a CI workflow
    Init(InitArgs),
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

/// `backchat run`
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Scenario files, and folders to look for them in [default: scenarios/reference, else scenarios]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// What to connect to: `embedded` (a fresh reference server), tcp://HOST:PORT, HOST:PORT
    #[arg(short, long, value_name = "TARGET", default_value = DEFAULT_TARGET)]
    #[arg(env = "BACKCHAT_TARGET", hide_env = true)]
    pub(super) target: String,
    /// Play again whenever a scenario has changed, until Ctrl-C
    #[arg(short, long, conflicts_with = "list")]
    pub(super) watch: bool,
    /// Rewrite exact expectations that differ from what came, and nothing else; not where CI is set
    #[arg(long, conflicts_with_all = ["list", "watch"])]
    pub(super) update: bool,
    /// Which scenarios.
    #[command(flatten)]
    pub(super) select: SelectArgs,
    /// How they are played.
    #[command(flatten)]
    pub(super) play: PlayArgs,
    /// How much is shown.
    #[command(flatten)]
    pub(super) detail: DetailArgs,
}

/// Which scenarios are played.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectArgs {
    /// Only cases whose id contains TEXT, or matches it when it has a `*`; repeatable: any of them
    #[arg(
        short,
        long,
        value_name = "TEXT",
        env = "BACKCHAT_FILTER",
        hide_env = true
    )]
    pub(super) filter: Vec<String>,
    /// Only scenarios with this tag; repeatable: any of them
    #[arg(long, value_name = "TAG", env = "BACKCHAT_TAG", hide_env = true)]
    pub(super) tag: Vec<String>,
    /// No scenarios with this tag; repeatable
    #[arg(long, value_name = "TAG", env = "BACKCHAT_SKIP", hide_env = true)]
    pub(super) skip: Vec<String>,
    /// Print the ids that would be played, one per line, and play nothing
    #[arg(long)]
    pub(super) list: bool,
}

/// How scenarios are played.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Playing")]
pub(super) struct PlayArgs {
    /// How many conversations are played at a time
    #[arg(
        short,
        long,
        value_name = "N",
        default_value = "8",
        value_parser = jobs,
        env = "BACKCHAT_JOBS",
        hide_env = true
    )]
    pub(super) jobs: NonZeroUsize,
    /// How long a step waits where its file does not say
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = some_time)]
    #[arg(env = "BACKCHAT_TIMEOUT", hide_env = true)]
    pub(super) timeout: Duration,
    /// Report a case that runs longer than this
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = some_time)]
    #[arg(env = "BACKCHAT_SLOW_TIMEOUT", hide_env = true)]
    pub(super) slow_timeout: Duration,
    /// Stop at the first failure: the default, unless CI is set in the environment
    #[arg(long, overrides_with = "no_fail_fast")]
    pub(super) fail_fast: bool,
    /// Play on after a failure
    #[arg(long, overrides_with = "fail_fast")]
    pub(super) no_fail_fast: bool,
    /// Set a name for all scenarios; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    #[arg(env = "BACKCHAT_VAR", hide_env = true)]
    pub(super) var: Vec<(String, String)>,
    /// Decide what is random by this seed, as the first line of a run shows it
    #[arg(long, value_name = "HEX", value_parser = seed, env = "BACKCHAT_SEED", hide_env = true)]
    pub(super) seed: Option<u64>,
    /// Cut every send into pieces: `whole` as written, `byte` byte by byte, `random` anywhere
    #[arg(
        long,
        value_name = "HOW",
        default_value = "whole",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_SEGMENT", hide_env = true)]
    pub(super) segment: SegmentArg,
    /// Play against the reference server in memory, without sockets and without waiting
    #[arg(long)]
    pub(super) simulate: bool,
    /// How many steps one conversation may have
    #[arg(
        long,
        value_name = "N",
        default_value = "1000000",
        env = "BACKCHAT_MAX_STEPS",
        hide_env = true
    )]
    pub(super) max_steps: u64,
}

/// How sends are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SegmentArg {
    /// As the scenario says.
    Whole,
    /// Byte by byte.
    Byte,
    /// Anywhere, by the seed.
    Random,
}

/// `backchat serve`
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where to listen; port 0 takes one that is free
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:1234")]
    #[arg(env = "BACKCHAT_LISTEN", hide_env = true)]
    pub(super) listen: String,
    /// Serve one connection to its end, then end
    #[arg(long)]
    pub(super) once: bool,
    /// What is said.
    #[command(flatten)]
    pub(super) protocol: ProtocolArgs,
    /// What is borne.
    #[command(flatten)]
    pub(super) limits: LimitArgs,
}

/// What the server says.
#[derive(Debug, Args)]
#[command(next_help_heading = "Protocol")]
pub(super) struct ProtocolArgs {
    /// What a message is: `raw` (whatever one read brings), `line` (ends with LF), `crlf` (ends with CR LF)
    #[arg(
        long,
        value_name = "HOW",
        default_value = "raw",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_FRAMING", hide_env = true)]
    pub(super) framing: FramingArg,
    /// What is said first; empty: nothing
    #[arg(long, value_name = "TEXT", default_value = "Welcome!")]
    #[arg(env = "BACKCHAT_GREETING", hide_env = true)]
    pub(super) greeting: String,
    /// How a message M is answered: `hello` (Hello, M!) or `echo` (M)
    #[arg(
        long,
        value_name = "HOW",
        default_value = "hello",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_REPLY", hide_env = true)]
    pub(super) reply: ReplyArg,
    /// How long to think before each reply
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    #[arg(env = "BACKCHAT_THINK_TIME", hide_env = true)]
    pub(super) think_time: Duration,
}

/// What the server bears.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// How many connections are served at a time; one more is told so and closed
    #[arg(long, value_name = "N", default_value = "10000")]
    #[arg(env = "BACKCHAT_MAX_CONNECTIONS", hide_env = true)]
    pub(super) max_connections: NonZeroUsize,
    /// How many bytes a message may have
    #[arg(long, value_name = "BYTES", default_value = "1048576")]
    #[arg(env = "BACKCHAT_MAX_MESSAGE", hide_env = true)]
    pub(super) max_message: NonZeroUsize,
    /// After how long without a byte a connection is closed; 0s: never
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    #[arg(env = "BACKCHAT_IDLE_TIMEOUT", hide_env = true)]
    pub(super) idle_timeout: Duration,
}

/// How messages are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FramingArg {
    /// Whatever one read brings.
    Raw,
    /// Lines that end with LF.
    Line,
    /// Lines that end with CR LF.
    Crlf,
}

/// How a message is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReplyArg {
    /// `Hello, M!`
    Hello,
    /// `M`
    Echo,
}

/// `backchat check`
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Scenario files, and folders to look for them in; `-` is standard input [default: scenarios]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// How mistakes are shown: `human` with their lines, `short` a line each, `json` an object a line on standard output
    #[arg(
        long,
        value_name = "FORM",
        default_value = "human",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_MESSAGE_FORMAT", hide_env = true)]
    pub(super) message_format: MessageFormatArg,
    /// Explain a code, such as BC1004, with an example, and check nothing
    #[arg(long, value_name = "CODE", conflicts_with = "paths")]
    pub(super) explain: Option<String>,
    /// Names that `backchat run --var` will set; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    #[arg(env = "BACKCHAT_VAR", hide_env = true)]
    pub(super) var: Vec<(String, String)>,
}

/// `backchat completions`
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

/// `backchat man`
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// A verb, such as `run` [default: the program as a whole]
    #[arg(value_name = "VERB")]
    pub(super) verb: Option<String>,
}

/// `backchat init`
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder of the project; made if it is not there. No file in it is changed
    #[arg(value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub(super) dir: PathBuf,
}

/// `backchat corpus`
#[derive(Debug, Args)]
pub(super) struct CorpusArgs {
    /// Scenario files, and folders to look for them in [default: scenarios]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// The folder to write to, in which each target has its own; with --from: the file, instead of standard output
    #[arg(short, long, value_name = "PATH", required_unless_present = "from")]
    pub(super) output: Option<PathBuf>,
    /// Only inputs of this target; repeatable. With --from: the target that FILE is an input of [default: its folder's name]
    #[arg(long, value_name = "NAME")]
    pub(super) target: Vec<String>,
    /// Leave out inputs with more bytes than this
    #[arg(
        long,
        value_name = "BYTES",
        default_value = "4096",
        conflicts_with = "from"
    )]
    #[arg(env = "BACKCHAT_MAX_LEN", hide_env = true)]
    pub(super) max_len: NonZeroUsize,
    /// Replace files that have other content
    #[arg(long)]
    pub(super) force: bool,
    /// Make a scenario of this input, which sends the same bytes; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub(super) from: Option<PathBuf>,
    /// With --from: only send, and say nothing of what the reference server is and answers
    #[arg(long, requires = "from")]
    pub(super) plain: bool,
}

/// How mistakes of files are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormatArg {
    /// With their lines, a caret and what to do.
    Human,
    /// A line each.
    Short,
    /// An object a line, for programs.
    Json,
}

/// `backchat fmt`
#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Scenario files, and folders to look for them in; `-` formats standard input [default: scenarios]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Change nothing, and only say which files would change: 0 if none, 1 if some
    #[arg(long)]
    pub(super) check: bool,
}

/// `backchat schema`
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Write it to this file instead of standard output
    #[arg(long, value_name = "PATH", conflicts_with = "check")]
    pub(super) write: Option<PathBuf>,
    /// Only say whether this file is the schema of this version: 0 if it is, 1 if not
    #[arg(long, value_name = "PATH")]
    pub(super) check: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::player::{DEFAULT_MAX_STEPS, DEFAULT_TIMEOUT};
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
        assert_eq!(serve.protocol.greeting.as_bytes(), DEFAULT_GREETING);
        let Verb::Run(run) = Cli::parse_from(["backchat", "run"]).verb else {
            panic!("run");
        };
        assert_eq!(run.play.timeout, DEFAULT_TIMEOUT);
        assert_eq!(run.play.slow_timeout, DEFAULT_SLOW_TIMEOUT);
        assert_eq!(run.play.jobs.get(), DEFAULT_JOBS);
        assert_eq!(run.play.max_steps, DEFAULT_MAX_STEPS);
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
}
