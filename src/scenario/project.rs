//! What `backchat.json` says: suites and profiles, each value with its place in the file.

use std::time::Duration;

use super::{Cut, Requirement, Span, Value};

/// The configuration of a project.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// In the order of the file.
    pub suites: Vec<SuiteSettings>,
    /// In the order of the file.
    pub profiles: Vec<Profile>,
}

/// Something that is said, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// What scenarios share: what they are played against, and what they are told.
///
/// What is text here is made sense of where it is used: paths, the target, the command.
#[derive(Debug, Clone)]
pub struct SuiteSettings {
    /// Its name, which no other suite has.
    pub name: Said,
    /// Scenario files, and folders to look for them in, from the folder of the configuration.
    pub paths: Vec<Said>,
    /// What to connect to, or where the program listens.
    pub target: Option<Said>,
    /// Further places to connect to, or where the program listens, by their names.
    pub targets: Vec<(Said, Said)>,
    /// The command of the program under test.
    pub spawn: Option<Said>,
    /// When it is ready.
    pub ready_when: Option<Said>,
    /// How long it may take to be ready.
    pub ready_timeout: Option<Duration>,
    /// How long it may take to end.
    pub stop_timeout: Option<Duration>,
    /// Whether each case has a program of its own.
    pub fresh: bool,
    /// Whether the program is given its socket.
    pub pass_socket: bool,
    /// The scenario that is played after each case.
    pub health: Option<Said>,
    /// What must be there.
    pub requires: Vec<Requirement>,
    /// What the server can do.
    pub features: Vec<Said>,
    /// Names and their values.
    pub vars: Vec<(String, Value)>,
    /// How messages are cut where a scenario does not say.
    pub framing: Option<Cut>,
    /// How connections use TLS.
    pub tls: SuiteTls,
}

/// How the connections of a suite use TLS. The files are read where they are used.
#[derive(Debug, Clone, Default)]
pub struct SuiteTls {
    /// The certificates that are trusted instead of the system's.
    pub ca: Option<Said>,
    /// The client's certificate.
    pub cert: Option<Said>,
    /// Its key.
    pub key: Option<Said>,
    /// Whether any certificate will do.
    pub insecure: bool,
}

/// What stands for flags that are not typed.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name, which no other profile has.
    pub name: Said,
    /// The suites that are played.
    pub suites: Option<Vec<Said>>,
    /// The other settings, in the order of the file.
    pub flags: Vec<ProfileFlag>,
}

/// A flag of a profile.
#[derive(Debug, Clone)]
pub struct ProfileFlag {
    /// Its name, with `_` between words.
    pub name: &'static str,
    /// Its values, as they would be typed: one, or several of a flag that can be repeated. `true` or `false` of a switch.
    pub values: Vec<Said>,
}
