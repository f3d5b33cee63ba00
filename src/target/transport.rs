//! Over what the reference server in this process is reached.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::net::Address;
use crate::wire::Carries;

/// Over what the reference server in this process is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transport {
    /// TCP over IPv4.
    #[default]
    Tcp4,
    /// TCP over IPv6.
    Tcp6,
    /// TLS, with a certificate made for the run, which its clients trust.
    Tls,
    /// A Unix stream socket.
    Unix,
    /// A Unix socket of packets with connections.
    UnixSeqpacket,
    /// A Unix datagram socket.
    UnixDatagram,
    /// UDP over IPv4.
    Udp4,
    /// UDP over IPv6.
    Udp6,
}

/// Text that names no transport.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{given:?} is no transport: there are {}", names())]
pub struct NoTransport {
    /// What was given.
    pub given: String,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Tcp4,
        Self::Tcp6,
        Self::Tls,
        Self::Unix,
        Self::UnixSeqpacket,
        Self::UnixDatagram,
        Self::Udp4,
        Self::Udp6,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp4 => "tcp4",
            Self::Tcp6 => "tcp6",
            Self::Tls => "tls",
            Self::Unix => "unix",
            Self::UnixSeqpacket => "unix-seqpacket",
            Self::UnixDatagram => "unix-datagram",
            Self::Udp4 => "udp4",
            Self::Udp6 => "udp6",
        }
    }

    /// The first word of its addresses.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Tcp4 | Self::Tcp6 => "tcp",
            Self::Udp4 | Self::Udp6 => "udp",
            other => other.name(),
        }
    }

    /// What goes over it.
    pub fn carries(self) -> Carries {
        match self {
            Self::Tcp4 | Self::Tcp6 | Self::Tls | Self::Unix => Carries::Bytes,
            Self::UnixSeqpacket => Carries::PacketsConnected,
            Self::UnixDatagram | Self::Udp4 | Self::Udp6 => Carries::Packets,
        }
    }

    /// Whether its sockets are files.
    pub(super) fn has_files(self) -> bool {
        matches!(self, Self::Unix | Self::UnixSeqpacket | Self::UnixDatagram)
    }

    /// An address on this machine that is free: the system chooses the port; a socket is made in `file`.
    pub(super) fn address(self, file: &std::path::Path) -> Address {
        let (host, port, path) = (HOST.to_owned(), 0, file.to_owned());
        match self {
            Self::Tcp4 => Address::Tcp { host, port },
            Self::Tcp6 => Address::Tcp {
                host: HOST6.to_owned(),
                port,
            },
            Self::Tls => Address::Tls { host, port },
            Self::Unix => Address::Unix { path },
            Self::UnixSeqpacket => Address::UnixSeqpacket { path },
            Self::UnixDatagram => Address::UnixDatagram { path },
            Self::Udp4 => Address::Udp { host, port },
            Self::Udp6 => Address::Udp {
                host: HOST6.to_owned(),
                port,
            },
        }
    }
}

/// Where it listens: nobody outside this machine can connect.
const HOST: &str = "127.0.0.1";

/// The same of IPv6.
const HOST6: &str = "::1";

impl FromStr for Transport {
    type Err = NoTransport;

    fn from_str(text: &str) -> Result<Self, NoTransport> {
        let given = match text {
            "tcp" => "tcp4",
            "udp" => "udp4",
            other => other,
        };
        let found = Self::ALL.into_iter().find(|one| one.name() == given);
        found.ok_or_else(|| NoTransport {
            given: text.to_owned(),
        })
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// All names, for those who wrote another.
fn names() -> String {
    let names: Vec<_> = Transport::ALL.into_iter().map(Transport::name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_shown_and_others_are_refused_with_all_there_are() {
        for one in Transport::ALL {
            assert_eq!(one.name().parse(), Ok(one));
            let address = one.address(std::path::Path::new("/tmp/s"));
            assert_eq!(address.scheme(), one.scheme());
            assert_eq!(address.carries(), one.carries());
        }
        assert_eq!("tcp".parse(), Ok(Transport::Tcp4));
        assert_eq!("udp".parse(), Ok(Transport::Udp4));
        let error = "sctp".parse::<Transport>().unwrap_err().to_string();
        assert!(
            error.contains("\"sctp\"") && error.contains("unix-seqpacket"),
            "{error}"
        );
    }
}
