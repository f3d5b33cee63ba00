//! What a person says of the program under test: its command line, where it will listen, when it is ready.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use regex_automata::meta::Regex;
use thiserror::Error;

use super::blanks::{self, Blank};
use crate::net::{Address, AddressError};
use crate::scenario::Scenario;

/// How long a program may take to be ready unless told otherwise: 10 s.
pub const DEFAULT_READY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a program may take to end when it is asked to, before it is killed, unless told otherwise: 2 s.
pub const DEFAULT_GRACE: Duration = Duration::from_secs(2);

/// A program under test, as a person describes it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Spawn {
    /// The command, as it was written.
    pub command: String,
    /// Its words; they may have blanks: `{port}`, `{port:NAME}`, `{socket}`, `{dir}`.
    pub(super) words: Vec<String>,
    /// Where it will listen, as an address that may have the same blanks.
    pub(super) at: String,
    /// When it is ready.
    pub ready: Ready,
    /// How long it may take to be ready.
    pub ready_timeout: Duration,
    /// How long it may take to end when it is asked to, before it is killed.
    pub grace: Duration,
    /// Whether each case has one of its own.
    pub fresh: bool,
    /// Whether it is given its socket, listening, as file descriptor 3.
    pub(super) pass_socket: bool,
    /// The folder it is started in; that of this process unless given.
    pub folder: Option<PathBuf>,
}

/// When a program is ready.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Ready {
    /// Somebody listens where it should.
    #[default]
    Listening,
    /// What it has printed matches.
    Output(Regex),
    /// A file is there; the path may have blanks.
    File(String),
    /// A scenario passes.
    Scenario(Arc<Scenario>),
}

impl Ready {
    /// Ready once what the program has printed matches; `^` and `$` are the ends of a line.
    ///
    /// # Errors
    ///
    /// Fails when it is no regular expression, with the reason.
    pub fn output(pattern: &str) -> Result<Self, String> {
        let syntax = regex_automata::util::syntax::Config::new().multi_line(true);
        let built = Regex::builder().syntax(syntax).build(pattern);
        built.map(Self::Output).map_err(|error| {
            let why = error.syntax_error().map(ToString::to_string);
            why.unwrap_or_else(|| error.to_string())
        })
    }
}

/// What is wrong with the description of a program. Whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// There is no command.
    #[error(
        "the command to spawn is empty: write the program and its arguments, such as './server {{port}}'"
    )]
    Empty,
    /// A quote is not closed.
    #[error("the command to spawn has a quote that is not closed: {command}")]
    Quote {
        /// The command.
        command: String,
    },
    /// The program is not told where to listen.
    #[error(
        "the command to spawn has neither {{port}} nor {{socket}}: write one where the program is told where to listen, or say with --target where it listens by itself"
    )]
    NoPlace,
    /// Its address asks for what the command has not.
    #[error("the target has {blank}, and the command to spawn has not: {command}")]
    NotInCommand {
        /// What it asks for.
        blank: String,
        /// The command.
        command: String,
    },
    /// Its address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A socket is to be passed to a program whose address is not one of its own.
    #[error(
        "a socket can be passed to a program only where its port or path is chosen for it: leave --target out"
    )]
    NoSocket,
}

impl Spawn {
    /// Describes a program. `at` is where it will listen, where that is said: an address that may have blanks.
    ///
    /// # Errors
    ///
    /// Fails when the command has no words, or nobody could know where the program listens.
    pub fn new(command: &str, at: Option<&str>, pass_socket: bool) -> Result<Self, SpawnError> {
        let owned = || command.to_owned();
        let words =
            shell_words::split(command).map_err(|_| SpawnError::Quote { command: owned() })?;
        if words.first().is_none_or(String::is_empty) {
            return Err(SpawnError::Empty);
        }
        let blanks: Vec<Blank<'_>> = words.iter().flat_map(|word| blanks::of(word)).collect();
        let has_socket = blanks.contains(&Blank::Socket);
        let has_port = blanks.iter().any(|blank| matches!(blank, Blank::Port(_)));
        let at = match at {
            Some(at) => at.to_owned(),
            None if has_socket => "unix:{socket}".to_owned(),
            None if has_port || pass_socket => {
                let first = blanks.iter().find(|blank| matches!(blank, Blank::Port(_)));
                let port = first.map_or_else(|| "{port}".to_owned(), Blank::to_string);
                format!("tcp://127.0.0.1:{port}")
            }
            None => return Err(SpawnError::NoPlace),
        };
        let asked = blanks::of(&at);
        if pass_socket && asked.is_empty() {
            return Err(SpawnError::NoSocket);
        }
        if let Some(missing) = asked
            .iter()
            .find(|blank| !blanks.contains(blank) && !pass_socket)
        {
            return Err(SpawnError::NotInCommand {
                blank: missing.to_string(),
                command: owned(),
            });
        }
        // Whether it is an address does not depend on what is filled in.
        blanks::fill(&at, |blank| match blank {
            Blank::Port(_) => "1".to_owned(),
            Blank::Socket => "/tmp/socket".to_owned(),
            Blank::Dir => "/tmp".to_owned(),
        })
        .parse::<Address>()?;
        Ok(Self {
            command: owned(),
            words,
            at,
            ready: Ready::default(),
            ready_timeout: DEFAULT_READY_TIMEOUT,
            grace: DEFAULT_GRACE,
            fresh: false,
            pass_socket,
            folder: None,
        })
    }

    /// Where it will listen: an address that may have blanks.
    pub fn at(&self) -> &str {
        &self.at
    }

    /// The texts in which blanks are filled in.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let file = match &self.ready {
            Ready::File(path) => Some(&**path),
            _ => None,
        };
        self.words
            .iter()
            .map(|word| &**word)
            .chain([&*self.at])
            .chain(file)
    }
}

impl fmt::Display for Spawn {
    /// In words, for the head of a report.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fresh = if self.fresh {
            " (a fresh one for each case)"
        } else {
            ""
        };
        write!(f, "{}{fresh}", self.command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_splits_it_and_tells_where_it_listens() {
        for (command, at, words, listens) in [
            (
                "./server {port}",
                None,
                &["./server", "{port}"][..],
                "tcp://127.0.0.1:{port}",
            ),
            (
                "s --at=[::1]:{port}",
                Some("tcp://[::1]:{port}"),
                &["s", "--at=[::1]:{port}"],
                "tcp://[::1]:{port}",
            ),
            (
                "sh -c 'exec s \"$0\"' {port}",
                None,
                &["sh", "-c", "exec s \"$0\"", "{port}"],
                "tcp://127.0.0.1:{port}",
            ),
            (
                "s {port:a} {port:b}",
                None,
                &["s", "{port:a}", "{port:b}"],
                "tcp://127.0.0.1:{port:a}",
            ),
            (
                "s",
                Some("tcp://127.0.0.1:7000"),
                &["s"],
                "tcp://127.0.0.1:7000",
            ),
            (
                "awk '{print}' {port}",
                None,
                &["awk", "{print}", "{port}"],
                "tcp://127.0.0.1:{port}",
            ),
        ] {
            let spawn = Spawn::new(command, at, false).unwrap();
            assert_eq!(
                (&*spawn.words, &*spawn.at),
                (
                    &words
                        .iter()
                        .map(|word| (*word).to_owned())
                        .collect::<Vec<_>>()[..],
                    listens
                )
            );
        }
    }

    #[test]
    fn a_command_that_cannot_be_meant_is_refused() {
        let refused = |command: &str, at, pass| Spawn::new(command, at, pass).unwrap_err();
        assert_eq!(refused("  ", None, false), SpawnError::Empty);
        assert_eq!(refused("'' {port}", None, false), SpawnError::Empty);
        assert!(matches!(
            refused("a 'b {port}", None, false),
            SpawnError::Quote { .. }
        ));
        assert_eq!(refused("./server {prot}", None, false), SpawnError::NoPlace);
        let missing = refused("./server", Some("tcp://127.0.0.1:{port}"), false);
        assert!(
            matches!(missing, SpawnError::NotInCommand { .. }),
            "{missing}"
        );
        let scheme = refused("./server {port}", Some("ftp://127.0.0.1:{port}"), false);
        assert!(matches!(scheme, SpawnError::Address(_)), "{scheme}");
        assert_eq!(
            refused("./s", Some("tcp://127.0.0.1:1"), true),
            SpawnError::NoSocket
        );
    }
}
