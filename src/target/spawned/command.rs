//! What a person says of the program under test: its command line, where it will listen, when it is ready.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use regex_automata::meta::Regex;
use thiserror::Error;

use super::blanks::{self, Blank, Misspelt};
use super::place::host_of;
use super::settings::{self, Settings};
use super::unready::died;
use super::{Exit, NotReady};
use crate::net::{Address, AddressError};
use crate::player::Failure;
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
    /// Its words; they may have blanks: `{port}`, `{port:NAME}`, `{socket}`, `{dir}`, `{file:PATH}`.
    pub(super) words: Vec<String>,
    /// The files that its words name as `{file:PATH}`, each once.
    pub(super) settings: Vec<Settings>,
    /// Where it will listen, as an address that may have the same blanks.
    pub(super) at: String,
    /// Where else it will listen, by names; addresses that may have the same blanks.
    pub(super) named: Vec<(String, String)>,
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
    /// The folder it is started in; that of this process where there is none.
    pub(super) folder: Option<PathBuf>,
}

/// When a program is ready.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Ready {
    /// Somebody listens where it should.
    #[default]
    Listening,
    /// What it has printed matches.
    Output {
        /// What was written.
        pattern: String,
        /// The same, ready to be searched for.
        regex: Regex,
    },
    /// A file is there; the path may have blanks.
    File(String),
    /// A scenario passes.
    Scenario {
        /// The scenario.
        scenario: Arc<Scenario>,
        /// Its file, as it was named.
        file: String,
        /// What says in a line why it failed.
        words: fn(&Failure) -> String,
    },
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
        let built = built.map_err(|error| {
            let why = error.syntax_error().map(ToString::to_string);
            why.unwrap_or_else(|| error.to_string())
        });
        Ok(Self::Output {
            pattern: pattern.to_owned(),
            regex: built?,
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
        "the command to spawn has neither {{port}} nor {{socket}}, nor does a {{file:PATH}} of it: write one where the program is told where to listen, or say with --target where it listens by itself"
    )]
    NoPlace {
        /// What of it was probably meant to tell.
        misspelt: Option<Misspelt>,
    },
    /// Its address asks for what neither the command nor its files have.
    #[error("the target has {blank}, and the command to spawn has not: {command}")]
    NotInCommand {
        /// What it asks for.
        blank: String,
        /// The command.
        command: String,
        /// What of that was probably meant to tell.
        misspelt: Option<Misspelt>,
    },
    /// A file of settings cannot be used.
    #[error("{{file:{path}}} of the command to spawn: {why}")]
    Settings {
        /// The path, as it was written.
        path: String,
        /// Why not, and what to do.
        why: String,
    },
    /// Its address is none.
    #[error("{error}")]
    Address {
        /// Why not.
        error: AddressError,
        /// What of it was probably meant to be filled in.
        misspelt: Option<Misspelt>,
    },
    /// Its address is one, but with something in braces that nothing is filled in for.
    #[error("the target has {}, which nothing is filled in for", .0.written)]
    NoBlank(Misspelt),
    /// A socket is to be passed to a program whose address is not one of its own.
    #[error(
        "a socket can be passed to a program only where its port or path is chosen for it: leave --target out"
    )]
    NoSocket,
    /// A socket is to be passed for a host that nothing can be bound to before it has been looked up.
    #[error(
        "a socket cannot be passed for {at}: write an address of this machine as its host, such as 127.0.0.1 or [::1]"
    )]
    NoHostOfSocket {
        /// The address, with its blanks.
        at: String,
    },
}

impl SpawnError {
    /// What in braces was probably meant otherwise.
    pub fn misspelt(&self) -> Option<&Misspelt> {
        match self {
            Self::NoPlace { misspelt }
            | Self::NotInCommand { misspelt, .. }
            | Self::Address { misspelt, .. } => misspelt.as_ref(),
            Self::NoBlank(misspelt) => Some(misspelt),
            _ => None,
        }
    }
}

impl Spawn {
    /// Describes a program. `at` is where it will listen, where that is said: an address that may have blanks.
    ///
    /// Files of settings are read now, `{file:PATH}` from the folder of this process.
    ///
    /// # Errors
    ///
    /// Fails when the command has no words, a file of settings cannot be used, or nobody could know where the program
    /// listens.
    pub fn new(command: &str, at: Option<&str>, pass_socket: bool) -> Result<Self, SpawnError> {
        Self::described(command, at, pass_socket, None)
    }

    /// The same of a program that is started in this folder, from which its files of settings are counted too.
    ///
    /// # Errors
    ///
    /// As [`Spawn::new`].
    pub fn in_folder(
        folder: PathBuf,
        command: &str,
        at: Option<&str>,
        pass_socket: bool,
    ) -> Result<Self, SpawnError> {
        Self::described(command, at, pass_socket, Some(folder))
    }

    fn described(
        command: &str,
        at: Option<&str>,
        pass_socket: bool,
        folder: Option<PathBuf>,
    ) -> Result<Self, SpawnError> {
        let owned = || command.to_owned();
        let words =
            shell_words::split(command).map_err(|_| SpawnError::Quote { command: owned() })?;
        if words.first().is_none_or(String::is_empty) {
            return Err(SpawnError::Empty);
        }
        let settings = settings::of(&words, folder.as_deref())?;
        let texts = || told(&words, &settings);
        let blanks: Vec<Blank<'_>> = texts().flat_map(blanks::of).collect();
        let at = match at {
            Some(at) => at.to_owned(),
            None => listens_at(&blanks, pass_socket).ok_or_else(|| SpawnError::NoPlace {
                misspelt: blanks::misspelt(texts()),
            })?,
        };
        let asked = blanks::of(&at);
        if pass_socket && asked.is_empty() {
            return Err(SpawnError::NoSocket);
        }
        let is_port = |blank: &Blank<'_>| matches!(blank, Blank::Port(_));
        if pass_socket && asked.iter().any(is_port) {
            let (_, rest) = at.split_once(':').unwrap_or_default();
            host_of(rest).ok_or_else(|| SpawnError::NoHostOfSocket { at: at.clone() })?;
        }
        let has = |blank: &Blank<'_>| blanks.contains(blank) || pass_socket;
        if let Some(missing) = asked.iter().find(|blank| !has(blank)) {
            return Err(SpawnError::NotInCommand {
                blank: missing.to_string(),
                command: owned(),
                misspelt: blanks::misspelt(texts()),
            });
        }
        is_address(&at)?;
        Ok(Self {
            command: owned(),
            words,
            settings,
            at,
            named: Vec::new(),
            ready: Ready::default(),
            ready_timeout: DEFAULT_READY_TIMEOUT,
            grace: DEFAULT_GRACE,
            fresh: false,
            pass_socket,
            folder,
        })
    }

    /// Adds another place where it will listen, which clients know by this name: an address that may have blanks.
    ///
    /// # Errors
    ///
    /// Fails when it is no address, or asks for what the command has not.
    pub fn listens_also(&mut self, name: &str, at: &str) -> Result<(), SpawnError> {
        let texts = || told(&self.words, &self.settings);
        let given: Vec<Blank<'_>> = texts().flat_map(blanks::of).collect();
        let asked = blanks::of(at);
        if let Some(missing) = asked.iter().find(|blank| !given.contains(blank)) {
            return Err(SpawnError::NotInCommand {
                blank: missing.to_string(),
                command: self.command.clone(),
                misspelt: blanks::misspelt(texts()),
            });
        }
        is_address(at)?;
        self.named.push((name.to_owned(), at.to_owned()));
        Ok(())
    }

    /// Where it will listen: an address that may have blanks.
    pub fn at(&self) -> &str {
        &self.at
    }

    /// Why a program was not ready after all that has ended without a word to anybody, where only that tells: a socket that is
    /// passed to it listens before it does anything.
    pub fn never_begun(&self, exit: Exit) -> Option<Box<NotReady>> {
        self.pass_socket.then(|| died(self, exit))
    }

    /// The texts in which blanks are filled in.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let file = match &self.ready {
            Ready::File(path) => Some(&**path),
            _ => None,
        };
        told(&self.words, &self.settings)
            .chain([&*self.at])
            .chain(self.named.iter().map(|(_, at)| &**at))
            .chain(file)
    }
}

/// Where a program with these blanks listens, unless that is said: on its socket, else on the first of its ports.
fn listens_at(blanks: &[Blank<'_>], pass_socket: bool) -> Option<String> {
    if blanks.contains(&Blank::Socket) {
        return Some("unix:{socket}".to_owned());
    }
    let mut ports = (blanks.iter()).filter(|blank| matches!(blank, Blank::Port(_)));
    match ports.next() {
        Some(port) => Some(format!("tcp://127.0.0.1:{port}")),
        None => pass_socket.then(|| "tcp://127.0.0.1:{port}".to_owned()),
    }
}

/// What a program is told: the words of its command, and the files of settings that they name.
fn told<'a>(words: &'a [String], settings: &'a [Settings]) -> impl Iterator<Item = &'a str> {
    let texts = words.iter().chain(settings.iter().map(|file| &file.text));
    texts.map(|text| &**text)
}

/// Whether something that may have blanks is an address.
fn is_address(at: &str) -> Result<(), SpawnError> {
    let misspelt = blanks::misspelt([at].into_iter());
    match (
        example_of(at).parse().and_then(Address::reachable),
        misspelt,
    ) {
        (Err(error), misspelt) => Err(SpawnError::Address { error, misspelt }),
        (Ok(_), Some(misspelt)) => Err(SpawnError::NoBlank(misspelt)),
        (Ok(_), None) => Ok(()),
    }
}

/// An address with its blanks filled in somehow: whether it is one does not depend on how.
fn example_of(at: &str) -> String {
    blanks::fill(at, |blank| match blank {
        Blank::Port(_) => "1".to_owned(),
        Blank::Socket => "/tmp/socket".to_owned(),
        Blank::Dir | Blank::File(_) => "/tmp".to_owned(),
    })
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
    fn a_port_in_a_file_of_settings_is_where_it_listens() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join("s.conf"), text).unwrap();
        let described = |at| {
            let command = "./server {file:s.conf}";
            Spawn::in_folder(folder.path().to_owned(), command, at, false)
        };
        write("{ listen {port:web}; }");
        assert_eq!(described(None).unwrap().at, "tcp://127.0.0.1:{port:web}");
        let tls = described(Some("tls://localhost:{port:tls}")).unwrap_err();
        assert!(matches!(tls, SpawnError::NotInCommand { .. }), "{tls}");
        write("socket {socket} port {port}");
        assert_eq!(described(None).unwrap().at, "unix:{socket}");
        write("port 7000");
        let misspelt = None;
        assert_eq!(
            described(None).unwrap_err(),
            SpawnError::NoPlace { misspelt }
        );
        assert!(described(Some("tcp://127.0.0.1:7000")).is_ok());
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
        let said = "{prot} stays as it is; did you mean \"{port}\"?";
        for (command, at) in [
            ("./server {prot}", None),
            ("./server {prot}", Some("tcp://127.0.0.1:{port}")),
            ("./server {port}", Some("tcp://127.0.0.1:{prot}")),
            ("./server {port}", Some("unix:/tmp/{prot}")),
        ] {
            let error = refused(command, at, false);
            let misspelt = error.misspelt().map(ToString::to_string);
            assert_eq!(misspelt.as_deref(), Some(said), "{error}");
        }
        let missing = refused("./server", Some("tcp://127.0.0.1:{port}"), false);
        assert!(
            matches!(missing, SpawnError::NotInCommand { .. }),
            "{missing}"
        );
        let scheme = refused("./server {port}", Some("ftp://127.0.0.1:{port}"), false);
        assert!(matches!(scheme, SpawnError::Address { .. }), "{scheme}");
        assert_eq!(
            refused("./s", Some("tcp://127.0.0.1:1"), true),
            SpawnError::NoSocket
        );
    }
}
