//! What can be typed after the verbs that read and write files, with the help text beside each flag.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, CommandFactory, ValueEnum};

use super::super::values::{env_name, max_message, variable};
use super::SecretArgs;

/// `backchat check`
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// Scenario files, and folders to look for them in; `-` is standard input [default: backchat.json and what it names, else
    /// scenarios]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// The project's configuration [default: the nearest backchat.json, from the working directory upwards]
    #[arg(long, value_name = "FILE", env = "BACKCHAT_CONFIG", hide_env = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// How mistakes are shown: `human` with their lines, `short` a line each, `json` an object a line on standard output
    #[arg(
        long,
        value_name = "FORM",
        default_value = "human",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_MESSAGE_FORMAT", hide_env = true)]
    pub(in crate::cli) message_format: MessageFormatArg,
    /// Explain a code, such as BC1004, with an example, and check nothing
    #[arg(long, value_name = "CODE", conflicts_with = "paths")]
    pub(in crate::cli) explain: Option<String>,
    /// Names that `backchat run --var` will set; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    #[arg(env = "BACKCHAT_VAR", hide_env = true)]
    pub(in crate::cli) var: Vec<(String, String)>,
    /// Let templates read this variable of the environment; repeatable
    #[arg(long, value_name = "NAME", value_parser = env_name, value_delimiter = ',')]
    #[arg(env = "BACKCHAT_ALLOW_ENV", hide_env = true)]
    pub(in crate::cli) allow_env: Vec<String>,
    /// What nobody may see.
    #[command(flatten)]
    pub(in crate::cli) secrets: SecretArgs,
    /// How many steps one conversation may have, as for `run`
    #[arg(long, value_name = "N", default_value = "1000000")]
    #[arg(env = "BACKCHAT_MAX_STEPS", hide_env = true)]
    pub(in crate::cli) max_steps: u64,
    /// How many bytes a message may have, as for `run`
    #[arg(long, value_name = "BYTES", default_value = "67108864", value_parser = max_message)]
    #[arg(env = "BACKCHAT_MAX_MESSAGE", hide_env = true)]
    pub(in crate::cli) max_message: usize,
    /// Fail, with code 3, where there are warnings too
    #[arg(long)]
    #[arg(env = "BACKCHAT_DENY_WARNINGS", hide_env = true)]
    pub(in crate::cli) deny_warnings: bool,
}

/// `backchat completions`
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(in crate::cli) shell: clap_complete::Shell,
}

/// `backchat man`
#[derive(Debug, Args)]
pub(in crate::cli) struct ManArgs {
    /// A verb, such as `run` or `report merge` [default: the program as a whole]
    #[arg(value_name = "VERB", num_args = 0..=2, value_parser = VerbParser, hide_possible_values = true)]
    pub(in crate::cli) verb: Vec<String>,
    /// Write the pages of the program and of all verbs into this folder, which is made if it is not there
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    pub(in crate::cli) write: Option<PathBuf>,
}

/// Takes any word, and tells shells which verbs there are.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct VerbParser;

impl TypedValueParser for VerbParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = super::Cli::command()
            .get_subcommands()
            .map(|verb| PossibleValue::new(verb.get_name().to_owned()))
            .collect::<Vec<_>>();
        Some(Box::new(names.into_iter()))
    }
}

/// `backchat init`
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// The folder of the project; made if it is not there. No file in it is changed
    #[arg(value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub(in crate::cli) dir: PathBuf,
}

/// `backchat corpus`
#[derive(Debug, Args)]
pub(in crate::cli) struct CorpusArgs {
    /// Scenario files, and folders to look for them in [default: scenarios]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// The folder to write to, in which each target has its own; with --from: the file, instead of standard output
    #[arg(short, long, value_name = "PATH", required_unless_present = "from")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Only inputs of this target; repeatable. With --from: the target that FILE is an input of [default: its folder's name]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) target: Vec<String>,
    /// Leave out inputs with more bytes than this
    #[arg(
        long,
        value_name = "BYTES",
        default_value = "4096",
        conflicts_with = "from"
    )]
    #[arg(env = "BACKCHAT_MAX_LEN", hide_env = true)]
    pub(in crate::cli) max_len: NonZeroUsize,
    /// Replace files that have other content
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Make a scenario of this input, which sends the same bytes; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub(in crate::cli) from: Option<PathBuf>,
    /// With --from: only send, and say nothing of what the reference server is and answers
    #[arg(long, requires = "from")]
    pub(in crate::cli) plain: bool,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// Scenario files.
    Scenario,
    /// `backchat.json`.
    Project,
    /// The report `json`.
    Report,
}

/// How mistakes of files are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MessageFormatArg {
    /// With their lines, a caret and what to do.
    Human,
    /// A line each.
    Short,
    /// An object a line, for programs.
    Json,
}

/// `backchat fmt`
#[derive(Debug, Args)]
pub(in crate::cli) struct FmtArgs {
    /// Scenario files, and folders to look for them in; `-` formats standard input [default: scenarios]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Change nothing, and only say which files would change: 0 if none, 1 if some
    #[arg(long)]
    pub(in crate::cli) check: bool,
}

/// `backchat schema`
#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArgs {
    /// Of which files: `scenario`, `project` for backchat.json, or `report` for the report `json`
    #[arg(
        value_name = "WHAT",
        default_value = "scenario",
        hide_possible_values = true
    )]
    pub(in crate::cli) what: SchemaOf,
    /// Write it to this file instead of standard output
    #[arg(long, value_name = "PATH", conflicts_with = "check")]
    pub(in crate::cli) write: Option<PathBuf>,
    /// Only say whether this file is the schema of this version: 0 if it is, 1 if not
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) check: Option<PathBuf>,
}
