//! What a person writes to say where a server is.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Where a server is: `tcp://127.0.0.1:1234`, or `127.0.0.1:1234` for short. IPv6 addresses stand in brackets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A TCP port of a host.
    Tcp {
        /// A name, or an IP address without brackets.
        host: String,
        /// The port; 0 lets the system choose where one listens.
        port: u16,
    },
}

/// Text that is no address. Whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddressError {
    /// There is no text.
    #[error("address is empty: write HOST:PORT, such as 127.0.0.1:1234")]
    Empty,
    /// There is no host before the port.
    #[error("{given:?} names no host: write HOST:PORT, such as 127.0.0.1:1234")]
    NoHost {
        /// The whole text.
        given: String,
    },
    /// The host has characters that no host has.
    #[error("{host:?} is no host name: write HOST:PORT, such as 127.0.0.1:1234")]
    BadHost {
        /// What stands where the host should.
        host: String,
    },
    /// There is no port.
    #[error("{given:?} names no port: write {given}:PORT")]
    NoPort {
        /// The whole text.
        given: String,
    },
    /// The port is no number, or too large a one.
    #[error("{port:?} is not a port number: ports are numbers from 0 to 65535")]
    BadPort {
        /// What stands where the port should.
        port: String,
    },
    /// An IPv6 address without brackets: where it ends and the port begins cannot be known.
    #[error(
        "{given:?} is an IPv6 address without brackets: write [ADDRESS]:PORT, such as [::1]:1234"
    )]
    NoBrackets {
        /// The whole text.
        given: String,
    },
    /// What stands in brackets is no IPv6 address, or the bracket is not closed.
    #[error(
        "{given:?} has no IPv6 address in its brackets: write [ADDRESS]:PORT, such as [::1]:1234"
    )]
    BadBrackets {
        /// The whole text.
        given: String,
    },
    /// Something follows the port.
    #[error("nothing may follow the port of an address: leave out {rest:?}")]
    Trailing {
        /// What follows.
        rest: String,
    },
    /// A kind of connection that this version lacks.
    #[error("{scheme} is not supported yet: use tcp://HOST:PORT")]
    NotYet {
        /// Its scheme.
        scheme: String,
    },
    /// A kind of connection that there is not.
    #[error("unknown kind of address {scheme:?}: use tcp://HOST:PORT")]
    UnknownScheme {
        /// What stands where the scheme should.
        scheme: String,
    },
}

impl Address {
    /// The host, as a name or an IP address without brackets.
    pub fn host(&self) -> &str {
        match self {
            Self::Tcp { host, .. } => host,
        }
    }

    /// The port, where there are ports.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp { port, .. } => Some(*port),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let rest = match scheme_of(text) {
            None => text,
            Some(("tcp", rest)) => rest,
            Some((scheme, _)) if LATER.contains(&scheme) => {
                return Err(AddressError::NotYet {
                    scheme: scheme.to_owned(),
                });
            }
            Some((scheme, _)) => {
                return Err(AddressError::UnknownScheme {
                    scheme: scheme.to_owned(),
                });
            }
        };
        let (host, port) = split_port(rest)?;
        Ok(Self::Tcp {
            host: host.to_owned(),
            port: parse_port(port)?,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
        }
    }
}

/// Splits off a scheme: what stands before `://`, or before the `:` of a path.
fn scheme_of(text: &str) -> Option<(&str, &str)> {
    text.split_once("://").or_else(|| {
        text.split_once(':')
            .filter(|(scheme, _)| PATH_SCHEMES.contains(scheme))
    })
}

/// Splits `HOST:PORT`.
fn split_port(text: &str) -> Result<(&str, &str), AddressError> {
    let given = || text.to_owned();
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest
            .split_once(']')
            .filter(|(host, _)| host.contains(':') && !host.contains(is_not_of_hosts))
            .ok_or_else(|| AddressError::BadBrackets { given: given() })?;
        let port = port
            .strip_prefix(':')
            .ok_or_else(|| AddressError::NoPort { given: given() })?;
        return Ok((host, port));
    }
    let (host, port) = text
        .split_once(':')
        .ok_or_else(|| AddressError::NoPort { given: given() })?;
    if port.contains(':') {
        return Err(AddressError::NoBrackets { given: given() });
    }
    if host.is_empty() {
        return Err(AddressError::NoHost { given: given() });
    }
    if host.contains(is_not_of_hosts) {
        return Err(AddressError::BadHost {
            host: host.to_owned(),
        });
    }
    Ok((host, port))
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if !digits.is_empty() && rest.starts_with(['/', '?', '#']) {
        return Err(AddressError::Trailing {
            rest: rest.to_owned(),
        });
    }
    digits
        .parse()
        .ok()
        .filter(|_| rest.is_empty())
        .ok_or_else(|| AddressError::BadPort {
            port: text.to_owned(),
        })
}

/// Whether a character cannot be part of a host: it would be part of a URI around it, or of nothing.
fn is_not_of_hosts(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "/@?#[]".contains(c)
}

/// Schemes of the format that this version lacks.
const LATER: &[&str] = &[
    "tls",
    "udp",
    "icmp",
    "unix",
    "unix-seqpacket",
    "unix-datagram",
];

/// Schemes that a path follows, not a host.
const PATH_SCHEMES: &[&str] = &["unix", "unix-seqpacket", "unix-datagram"];
