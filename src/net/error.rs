//! What can go wrong with connections, said so that one knows whose fault it is.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::{Address, Endpoint, TlsEnd};
use crate::player::{Ending, Refusal, RefusalKind};

/// A connection that did not come about, with everything that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The host's name has no address.
    #[error(
        "{host}: cannot be resolved: {message}: is the name right, and known to this machine (/etc/hosts, DNS)?"
    )]
    NotResolved {
        /// The name.
        host: String,
        /// What the system said.
        message: String,
    },
    /// This system has no such sockets, as far as this version knows.
    #[error("{scheme} sockets are supported on Linux only")]
    NotHere {
        /// The first word of the address.
        scheme: &'static str,
    },
    /// The address is none that one may connect to.
    #[error("{address} is no address of a target")]
    NotAllowed {
        /// The address.
        address: Address,
    },
    /// Each address of the host was tried in vain.
    #[error("{}", Attempts(.0))]
    Failed(Vec<Attempt>),
}

/// An address that was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The address.
    pub endpoint: Endpoint,
    /// Why there is no connection.
    pub kind: AttemptKind,
}

/// Why an attempt to connect failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AttemptKind {
    /// The host answered that nobody listens.
    #[error("connection refused")]
    Refused,
    /// There is no such socket file, so nobody listens.
    #[error("there is no such socket")]
    NoSocket,
    /// Something answered, or the system knew, that there is no way to the host.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// No answer in the time there was.
    #[error("no answer{}", within(.0))]
    TimedOut(Option<Duration>),
    /// A socket file that this user may not use.
    #[error(
        "permission denied: connecting takes the right to write to the socket, and to enter its folder"
    )]
    NotPermitted,
    /// This side is at fault, or the system.
    #[error("{0}")]
    Other(String),
}

impl ConnectError {
    /// Whether it is known that nobody listens: a host answered so, or there is no such socket file.
    pub fn is_refused(&self) -> bool {
        match self {
            Self::NotResolved { .. } | Self::NotHere { .. } | Self::NotAllowed { .. } => false,
            Self::Failed(attempts) => attempts.iter().any(|attempt| {
                matches!(attempt.kind, AttemptKind::Refused | AttemptKind::NoSocket)
            }),
        }
    }
}

impl From<&ConnectError> for Refusal {
    fn from(error: &ConnectError) -> Self {
        Self {
            kind: match error {
                ConnectError::NotAllowed { .. } => RefusalKind::NotAllowed,
                error if error.is_refused() => RefusalKind::Refused,
                _ => RefusalKind::Unreachable,
            },
            message: error.to_string(),
        }
    }
}

impl From<&io::Error> for AttemptKind {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::NotFound => Self::NoSocket,
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable => Self::Unreachable(error.to_string()),
            io::ErrorKind::TimedOut => Self::TimedOut(None),
            _ => Self::Other(error.to_string()),
        }
    }
}

/// How a connection ended, told by the error that reading or writing met.
pub fn ending_of(error: &io::Error) -> Ending {
    let inner = error.get_ref();
    if let Some(end) = inner.and_then(|inner| inner.downcast_ref::<TlsEnd>()) {
        return Ending::from(*end);
    }
    match error.kind() {
        // A write after the peer's RST was reported elsewhere gives "broken pipe", a shutdown "not connected".
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => Ending::Reset,
        io::ErrorKind::ConnectionRefused => Ending::Refused,
        io::ErrorKind::TimedOut => Ending::TimedOut,
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => Ending::Unreachable,
        _ => Ending::Lost,
    }
}

/// The same on a connection with RST or without: nothing is taken for one where there is none.
pub(super) fn ending_on(error: &io::Error, has_reset: bool) -> Ending {
    match (ending_of(error), error.kind()) {
        (how, _) if has_reset => how,
        (Ending::Reset, io::ErrorKind::BrokenPipe | io::ErrorKind::NotConnected) => Ending::Clean,
        (Ending::Reset, _) => Ending::Unread,
        (how, _) => how,
    }
}

/// Whether a packet was not sent because the system sends none of that size there.
pub fn is_too_large(error: &io::Error) -> bool {
    error.raw_os_error() == Some(TOO_LARGE)
}

/// `EMSGSIZE`.
const TOO_LARGE: i32 = if cfg!(target_os = "linux") { 90 } else { 40 };

/// A place where one cannot listen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another socket listens there.
    #[error("port {port} of {host} is in use: another program listens there")]
    InUse {
        /// The host, as given.
        host: String,
        /// The port.
        port: u16,
    },
    /// The port needs more rights than this process has.
    #[error("port {port} of {host} is not permitted: ports below 1024 need more rights")]
    NotPermitted {
        /// The host, as given.
        host: String,
        /// The port.
        port: u16,
    },
    /// The address is not this machine's.
    #[error("{host} is not an address of this machine, so port {port} cannot be listened on there")]
    NotLocal {
        /// The host, as given.
        host: String,
        /// The port.
        port: u16,
    },
    /// The host's name has no address.
    #[error("{host}: cannot be resolved: {message}")]
    NotResolved {
        /// The name.
        host: String,
        /// What the system said.
        message: String,
    },
    /// Another socket listens at the path.
    #[error("{} is in use: another program listens there", .path.display())]
    SocketInUse {
        /// The path.
        path: PathBuf,
    },
    /// There is something at the path which is not a socket. It is left alone.
    #[error("{} is there already, and no socket: name another path", .path.display())]
    NoSocket {
        /// The path.
        path: PathBuf,
    },
    /// The folder of the path is not there.
    #[error("the folder of {} does not exist: make it first", .path.display())]
    NoFolder {
        /// The path.
        path: PathBuf,
    },
    /// The system does not let a socket be made at the path.
    #[error("a socket cannot be made at {}: {message}: name a path in a folder that may be written to", .path.display())]
    NoSocketThere {
        /// The path.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
    /// Nobody listens on ICMP but the system.
    #[error("nobody can listen at {address}: the system itself answers there")]
    NobodyCan {
        /// The address.
        address: String,
    },
    /// This system has no such sockets, as far as this version knows.
    #[error("{scheme} sockets are supported on Linux only")]
    NotHere {
        /// The first word of the address.
        scheme: &'static str,
    },
    /// The system refused for another reason.
    #[error("port {port} of {host} cannot be listened on: {message}")]
    Other {
        /// The host, as given.
        host: String,
        /// The port.
        port: u16,
        /// What the system said.
        message: String,
    },
}

impl BindError {
    /// Whether another port would do.
    pub fn is_about_a_port(&self) -> bool {
        matches!(
            self,
            Self::InUse { .. }
                | Self::NotPermitted { .. }
                | Self::Other { .. }
                | Self::NotLocal { .. }
        )
    }

    pub(super) fn new(host: &str, port: u16, error: &io::Error) -> Self {
        let host = host.to_owned();
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::InUse { host, port },
            io::ErrorKind::PermissionDenied => Self::NotPermitted { host, port },
            io::ErrorKind::AddrNotAvailable => Self::NotLocal { host, port },
            _ => Self::Other {
                host,
                port,
                message: error.to_string(),
            },
        }
    }
}

/// All attempts on one line.
struct Attempts<'a>(&'a [Attempt]);

impl fmt::Display for Attempts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, attempt) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{}: {}", attempt.endpoint, attempt.kind)?;
        }
        Ok(())
    }
}

fn within(time: &Option<Duration>) -> String {
    time.map_or_else(String::new, |time| {
        format!(" within {:?}", whole_millis(time))
    })
}

/// A length of time as one says it: what was given, not what is left of it some microseconds later.
pub(super) fn whole_millis(time: Duration) -> Duration {
    let rounded = time.saturating_add(Duration::from_micros(500));
    match u64::try_from(rounded.as_millis()) {
        Ok(millis @ 1..) => Duration::from_millis(millis),
        _ => time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_as_it_was_given() {
        for (micros, said) in [
            (999_990, " within 1s"),
            (1_000_000, " within 1s"),
            (497_700, " within 498ms"),
            (300, " within 300µs"),
        ] {
            assert_eq!(within(&Some(Duration::from_micros(micros))), said);
        }
        assert_eq!(within(&None), "");
    }
}
