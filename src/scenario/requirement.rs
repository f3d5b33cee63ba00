//! What must be there for a scenario to be played: `requires`. What is there, others ask.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::nearest;

/// What a scenario needs of the machine, of the target or of the run.
///
/// [`Display`](fmt::Display) writes it as a file does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Requirement {
    /// The machine can do this.
    Ability(Ability),
    /// A program of this name is found.
    Program(String),
    /// The environment has a variable of this name.
    Env(String),
    /// The target is reached in this way: one of [`SCHEMES`].
    Target(&'static str),
    /// The run declares a feature of this name (`--feature`).
    Feature(String),
}

/// What a machine can do, or cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ability {
    /// The loopback of IPv4.
    Ipv4,
    /// The loopback of IPv6.
    Ipv6,
    /// Unix sockets for streams.
    Unix,
    /// Unix sockets for datagrams.
    UnixDatagram,
    /// Unix sockets for packets in a connection.
    UnixSeqpacket,
    /// UDP.
    Udp,
    /// TLS.
    Tls,
    /// Raw sockets, which mostly need a privilege.
    RawSocket,
    /// The rights of root.
    Root,
}

/// The kinds of target that `target:SCHEME` can ask for.
pub const SCHEMES: [&str; 8] = [
    "embedded",
    "tcp",
    "tls",
    "udp",
    "unix",
    "unix-seqpacket",
    "unix-datagram",
    "icmp",
];

/// Text that names no requirement. Whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("nothing of this name can be required: {message}")]
pub struct RequirementError {
    /// What it can be instead, in words.
    pub message: &'static str,
    /// The word that was probably meant.
    pub near: Option<String>,
}

/// What there is to be required, for a person.
pub(in crate::scenario) const CHOICE: &str = "one of ipv4, ipv6, unix, unix-datagram, unix-seqpacket, udp, tls, raw-socket, root, program:NAME, env:NAME, \
     target:SCHEME, feature:NAME";

/// The name of a program: no path.
pub(in crate::scenario) const PROGRAM: &str = "[A-Za-z0-9._+-]+";
/// The name of a variable of the environment.
pub(in crate::scenario) const ENV: &str = "[A-Za-z_][A-Za-z0-9_]*";
/// The name of a feature.
pub(in crate::scenario) const FEATURE: &str = "[A-Za-z0-9._-]+";

/// What stands before the colon of those that name something.
const NAMED: [&str; 4] = ["program:", "env:", "target:", "feature:"];

impl Ability {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Unix,
        Self::UnixDatagram,
        Self::UnixSeqpacket,
        Self::Udp,
        Self::Tls,
        Self::RawSocket,
        Self::Root,
    ];

    /// As a file writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Unix => "unix",
            Self::UnixDatagram => "unix-datagram",
            Self::UnixSeqpacket => "unix-seqpacket",
            Self::Udp => "udp",
            Self::Tls => "tls",
            Self::RawSocket => "raw-socket",
            Self::Root => "root",
        }
    }

    /// What it is, for the schema.
    pub(in crate::scenario) const fn doc(self) -> &'static str {
        match self {
            Self::Ipv4 => "The machine has IPv4.",
            Self::Ipv6 => "The machine has IPv6.",
            Self::Unix => "The machine has Unix sockets.",
            Self::UnixDatagram => "The machine has Unix sockets for datagrams.",
            Self::UnixSeqpacket => "The machine has Unix sockets for packets.",
            Self::Udp => "The machine has UDP.",
            Self::Tls => "This program can speak TLS.",
            Self::RawSocket => "This program may open raw sockets.",
            Self::Root => "This program runs as root.",
        }
    }
}

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        if let Some(ability) = Ability::ALL.iter().find(|ability| ability.word() == text) {
            return Ok(Self::Ability(*ability));
        }
        let Some((kind, name)) = text.split_once(':') else {
            let bare = Ability::ALL.iter().map(|ability| ability.word());
            let near = nearest(text, bare.chain(NAMED));
            return Err(RequirementError::unknown(near.map(str::to_owned)));
        };
        let made_of = |more: &str| {
            let is_fine = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
            !name.is_empty() && name.chars().all(is_fine)
        };
        match kind {
            "program" if made_of("._+-") => Ok(Self::Program(name.to_owned())),
            "program" => Err(RequirementError::name(
                "the name of a program: letters, digits, `.`, `_`, `+` and `-`",
            )),
            "env" if made_of("_") && !name.starts_with(|c: char| c.is_ascii_digit()) => {
                Ok(Self::Env(name.to_owned()))
            }
            "env" => Err(RequirementError::name(
                "a name of the environment: letters, digits and `_`, the first no digit",
            )),
            "feature" if made_of("._-") => Ok(Self::Feature(name.to_owned())),
            "feature" => Err(RequirementError::name(
                "the name of a feature: letters, digits, `.`, `_` and `-`",
            )),
            "target" => match SCHEMES.iter().find(|scheme| **scheme == name) {
                Some(scheme) => Ok(Self::Target(scheme)),
                None => Err(RequirementError {
                    message: "one of embedded, tcp, tls, udp, unix, unix-seqpacket, unix-datagram, icmp",
                    near: nearest(name, SCHEMES.iter().copied())
                        .map(|near| format!("target:{near}")),
                }),
            },
            _ => {
                let kinds = NAMED.iter().map(|kind| kind.trim_end_matches(':'));
                let near = nearest(kind, kinds);
                Err(RequirementError::unknown(
                    near.map(|near| format!("{near}:{name}")),
                ))
            }
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ability(ability) => f.write_str(ability.word()),
            Self::Program(name) => write!(f, "program:{name}"),
            Self::Env(name) => write!(f, "env:{name}"),
            Self::Target(scheme) => write!(f, "target:{scheme}"),
            Self::Feature(name) => write!(f, "feature:{name}"),
        }
    }
}

impl RequirementError {
    fn unknown(near: Option<String>) -> Self {
        Self {
            message: CHOICE,
            near,
        }
    }

    const fn name(message: &'static str) -> Self {
        Self {
            message,
            near: None,
        }
    }
}

/// Whether this is the name of a feature.
pub fn is_feature(name: &str) -> bool {
    matches!(
        format!("feature:{name}").parse(),
        Ok(Requirement::Feature(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_required_is_read_and_written_back() {
        let named = [
            "program:redis-server",
            "program:g++",
            "env:TOKEN_1",
            "feature:quota.v2",
        ];
        let schemes = SCHEMES.map(|scheme| format!("target:{scheme}"));
        let words = (Ability::ALL.iter().map(|ability| ability.word().to_owned()))
            .chain(named.map(str::to_owned))
            .chain(schemes);
        for word in words {
            let read: Requirement = word
                .parse()
                .unwrap_or_else(|error| panic!("{word}: {error:?}"));
            assert_eq!(read.to_string(), word);
        }
    }

    #[test]
    fn everything_else_is_refused_with_the_nearest_word() {
        for (text, near) in [
            ("", None),
            ("ipv5", Some("ipv4")),
            ("IPv6", Some("ipv6")),
            ("unix_datagram", Some("unix-datagram")),
            ("raw", None),
            ("program", Some("program:")),
            ("progam:nc", Some("program:nc")),
            ("program:", None),
            ("program:/bin/sh", None),
            ("program:a b", None),
            ("env:1A", None),
            ("env:", None),
            ("target:tpc", Some("target:tcp")),
            ("target:", None),
            ("feature:", None),
            ("features:x", Some("feature:x")),
            ("root ", Some("root")),
            ("ipv4:", None),
        ] {
            let error = text.parse::<Requirement>().expect_err(text);
            assert_eq!(error.near.as_deref(), near, "{text}");
            assert!(!error.message.is_empty());
        }
    }
}
