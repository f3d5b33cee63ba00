//! What keeps a command from doing what it was asked: the one error type of the edge, which knows its exit status.

use std::io;

use thiserror::Error;

use super::ExitStatus;
use crate::net::{AddressError, BindError, TlsError};
use crate::target::SpawnError;

/// Why a command could not do what it was asked.
#[derive(Debug, Error)]
pub(super) enum CliError {
    /// Flags that do not go together.
    #[error("{0}")]
    Usage(String),
    /// A path that is not there.
    #[error("no such file or folder: {path}")]
    Missing {
        /// As it was given.
        path: String,
        /// Where it was looked for.
        looked: String,
    },
    /// Folders without a scenario.
    #[error("no scenarios in {looked}")]
    NoScenarios {
        /// The folders.
        looked: String,
    },
    /// Filters that leave nothing.
    #[error("none of {cases} is selected by {filters}")]
    NothingSelected {
        /// How many there were: `12 cases`.
        cases: String,
        /// The filters, as they were typed.
        filters: String,
        /// What there is instead.
        help: Vec<String>,
    },
    /// A file that cannot be read.
    #[error("cannot read {path}: {}", in_words(source))]
    Unreadable {
        /// Its path.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file that a flag names, and that is not there or cannot be read.
    #[error("{0}")]
    Named(Box<Self>),
    /// Scenarios of which no input can be made.
    #[error("these scenarios make no input of {targets}")]
    NoInputs {
        /// The targets that were asked for.
        targets: String,
    },
    /// There is no log of a run.
    #[error("there is no log of a run: {path}")]
    NoLog {
        /// Where it was looked for.
        path: String,
    },
    /// A file that cannot be written.
    #[error("cannot write {path}: {source}")]
    Unwritable {
        /// Its path.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Files that were left as they are because they have other content.
    #[error("{0}")]
    Kept(String),
    /// Files with mistakes, which have been shown.
    #[error("{0}")]
    Invalid(String),
    /// What the run was told not to let pass.
    #[error("{0}")]
    Denied(String),
    /// Logs that are not all the shards of one run, or of a run that was not played to its end.
    #[error("{0}")]
    Incomplete(String),
    /// A target that is no address.
    #[error("{0}")]
    Target(#[from] AddressError),
    /// TLS that cannot be had with the files that were named.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// Not one connection to the target.
    #[error("cannot connect to {target}{}", only(.tried, .target))]
    Unreachable {
        /// What is under test.
        target: String,
        /// What was tried and what the system said, one line each.
        tried: Vec<String>,
        /// What the program under test printed, line by line, where there is one.
        printed: Vec<String>,
        /// What to do.
        help: &'static str,
    },
    /// The program under test could not be made ready.
    #[error("{message}")]
    NotReady {
        /// What happened.
        message: String,
        /// What it printed, and what to do, line by line.
        lines: Vec<String>,
    },
    /// A program under test that cannot be meant.
    #[error("{0}")]
    Spawn(#[from] SpawnError),
    /// An address that cannot be listened on.
    #[error("{0}")]
    Bind(#[from] BindError),
    /// Output that could not be written.
    #[error("cannot write the output: {0}")]
    Output(io::Error),
    /// Something the system must give and did not.
    #[error("cannot {what}: {source}")]
    System {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        source: io::Error,
    },
}

impl CliError {
    /// The same where a flag has named the file: then it is the flag's value that is wrong, whatever is wrong with the file. A
    /// file that is there and has mistakes is not meant.
    pub(super) fn of_a_flag(self) -> Self {
        match self {
            Self::Missing { .. } | Self::NoScenarios { .. } | Self::Unreadable { .. } => {
                Self::Named(Box::new(self))
            }
            other => other,
        }
    }

    /// What the process ends with.
    pub(super) const fn status(&self) -> ExitStatus {
        match self {
            Self::Usage(_) | Self::Target(_) | Self::Spawn(_) | Self::Named(_) => ExitStatus::Usage,
            Self::Missing { .. }
            | Self::NoScenarios { .. }
            | Self::NothingSelected { .. }
            | Self::NoLog { .. }
            | Self::NoInputs { .. } => ExitStatus::NothingSelected,
            Self::Kept(_) | Self::Denied(_) => ExitStatus::Failed,
            Self::Unreadable { .. } | Self::Invalid(_) | Self::Tls(_) => ExitStatus::Invalid,
            Self::Unreachable { .. } | Self::NotReady { .. } | Self::Bind(_) => {
                ExitStatus::Unreachable
            }
            Self::Incomplete(_) => ExitStatus::Incomplete,
            Self::Output(_) | Self::Unwritable { .. } => ExitStatus::Output,
            Self::System { .. } => ExitStatus::Internal,
        }
    }

    /// What to do about it, line by line.
    pub(super) fn help(&self) -> Vec<String> {
        match self {
            Self::Missing { looked, .. } => vec![format!("it was looked for as {looked}")],
            Self::NoScenarios { .. } => vec![
                "scenarios are files that end in .json or .jsonc; names that begin with `_` or `.` are not read".into(),
            ],
            Self::NothingSelected { help, .. } => help
                .iter()
                .cloned()
                .chain(["`backchat run --list` shows the ids there are".into()])
                .collect(),
            Self::Unreachable {
                tried,
                printed,
                help,
                ..
            } => (tried.iter())
                .filter(|_| tried.len() > 1)
                .map(|line| format!("tried {line}"))
                .chain(printed.iter().cloned())
                .chain([format!("help: {help}")])
                .collect(),
            Self::NotReady { lines, .. } => lines.clone(),
            Self::Named(error) => error.help(),
            Self::NoInputs { .. } => vec![
                "inputs have the framings raw, line and those of docs/fuzzing.md, and no more bytes than --max-len".into(),
            ],
            Self::NoLog { .. } => vec![
                "a run keeps its log where a case failed, where CI is set, and with --out or --report".into(),
            ],
            Self::Spawn(error) => error.misspelt().map(ToString::to_string).into_iter().collect(),
            Self::Kept(_) => vec!["`--force` replaces them".into()],
            Self::Bind(error) if error.is_about_a_port() => {
                vec!["`--listen 127.0.0.1:0` takes a port that is free, and prints it".into()]
            }
            _ => Vec::new(),
        }
    }
}

/// What the system said about a file, and what to do where that is known.
fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            format!("{error}: the user who runs this needs the right to read it")
        }
        _ => error.to_string(),
    }
}

/// The only reason for having no connection, without the address where that is the target's.
fn only(tried: &[String], target: &str) -> String {
    let [reason] = tried else {
        return String::new();
    };
    let address = target
        .split_once("://")
        .map_or(target, |(_, address)| address);
    let short = [target, address]
        .iter()
        .find_map(|said| reason.strip_prefix(said)?.strip_prefix(": "));
    format!(": {}", short.unwrap_or(reason))
}
