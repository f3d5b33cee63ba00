//! What a person writes to say where a server is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use crate::wire::Carries;

/// How many bytes the path of a Unix socket may have: what the system's `sun_path` has room for, without its final zero.
pub const MAX_SOCKET_PATH: usize = if cfg!(any(target_os = "linux", target_os = "android")) {
    107
} else {
    103
};

/// Where a server is: `tcp://127.0.0.1:1234`, or `127.0.0.1:1234` for short, `udp://127.0.0.1:53`, `unix:/run/server.sock`, and so
/// on. IPv6 addresses stand in brackets.
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
    /// A TCP port of a host, with TLS.
    Tls {
        /// A name, or an IP address without brackets.
        host: String,
        /// The port; 0 lets the system choose where one listens.
        port: u16,
    },
    /// A Unix stream socket.
    Unix {
        /// Its file, relative to the working directory unless it begins with `/`; at most [`MAX_SOCKET_PATH`] bytes, no
        /// control characters.
        path: PathBuf,
    },
    /// A UDP port of a host: packets.
    Udp {
        /// A name, or an IP address without brackets.
        host: String,
        /// The port; 0 lets the system choose where one listens.
        port: u16,
    },
    /// A Unix datagram socket: packets.
    UnixDatagram {
        /// Its file, as of [`Unix`](Self::Unix).
        path: PathBuf,
    },
    /// A Unix socket of packets with connections.
    UnixSeqpacket {
        /// Its file, as of [`Unix`](Self::Unix).
        path: PathBuf,
    },
    /// A host, reached by ICMP through a raw socket: packets. Nobody listens there but the system.
    Icmp {
        /// A name, or an IP address without brackets.
        host: String,
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
    /// There is nothing between the scheme and the port, or the end.
    #[error("{given:?} has no host: write {scheme}://HOST:PORT, such as {scheme}://127.0.0.1:1234")]
    NoUriHost {
        /// The scheme.
        scheme: String,
        /// The whole text.
        given: String,
    },
    /// The host has characters that no host has.
    #[error("{host:?} is no host name, and no IP address: such as localhost, or 127.0.0.1")]
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
    /// Port 0, where one wants to connect.
    #[error(
        "nobody can be reached at port 0: it has a server take a port that is free, so write the one that it has taken"
    )]
    PortZero,
    /// A scheme that a host follows, without both slashes: `tcp:127.0.0.1:80`.
    #[error("{given:?} lacks slashes after {scheme}: write {scheme}://HOST{}", port_of(.scheme))]
    NoSlashes {
        /// The scheme.
        scheme: String,
        /// The whole text.
        given: String,
    },
    /// Something follows the port.
    #[error("nothing may follow the port of an address: leave out {rest:?}")]
    Trailing {
        /// What follows.
        rest: String,
    },
    /// A path without a scheme.
    #[error("{given:?} is a path: write unix:{given}")]
    BarePath {
        /// The whole text.
        given: String,
    },
    /// There is no path after the scheme.
    #[error("{scheme}: names no socket: write {scheme}:PATH, such as {scheme}:/run/server.sock")]
    NoPath {
        /// The scheme.
        scheme: String,
    },
    /// A path that a URI would take for a host: `unix://run/x`.
    #[error(
        "{given:?} has a host before its path: write {scheme}:/PATH, or {scheme}:PATH for a relative one"
    )]
    HostBeforePath {
        /// The scheme.
        scheme: String,
        /// The whole text.
        given: String,
    },
    /// A path with characters that would garble what is printed, or that no path has.
    #[error("the path {path:?} has control characters: name the socket without them")]
    BadPath {
        /// The path.
        path: String,
    },
    /// A path that the system's socket addresses have no room for.
    #[error(
        "the path of a socket may have {MAX_SOCKET_PATH} bytes, and {path:?} has {}: use a shorter one, in /tmp or relative to the \
         working directory", .path.len()
    )]
    PathTooLong {
        /// The path.
        path: String,
    },
    /// An ICMP address without a host.
    #[error("\"icmp://\" has no host: write icmp://HOST, such as icmp://127.0.0.1")]
    NoIcmpHost,
    /// An ICMP address with a port: there are none.
    #[error("ICMP has no ports: write icmp://HOST")]
    IcmpPort,
    /// A kind of connection that there is not.
    #[error("unknown kind of address {scheme:?}: {}", instead_of(.scheme))]
    UnknownScheme {
        /// What stands where the scheme should.
        scheme: String,
    },
}

impl Address {
    /// The same address, where one may connect to it: at port 0 one can only listen.
    ///
    /// # Errors
    ///
    /// Fails when its port is 0.
    pub fn reachable(self) -> Result<Self, AddressError> {
        match self.port() {
            Some(0) => Err(AddressError::PortZero),
            _ => Ok(self),
        }
    }

    /// The address in its shortest form, in which it can be read again: TCP without its scheme.
    pub fn short(&self) -> String {
        let shown = self.to_string();
        shown
            .strip_prefix("tcp://")
            .map_or_else(|| shown.clone(), str::to_owned)
    }

    /// The host, as a name or an IP address without brackets, where it has one.
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Tcp { host, .. }
            | Self::Tls { host, .. }
            | Self::Udp { host, .. }
            | Self::Icmp { host } => Some(host),
            Self::Unix { .. } | Self::UnixDatagram { .. } | Self::UnixSeqpacket { .. } => None,
        }
    }

    /// The port, where there are ports.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp { port, .. } | Self::Tls { port, .. } | Self::Udp { port, .. } => Some(*port),
            _ => None,
        }
    }

    /// The file of the socket, where it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Unix { path } | Self::UnixDatagram { path } | Self::UnixSeqpacket { path } => {
                Some(path)
            }
            _ => None,
        }
    }

    /// Its first word, as it is written: `tcp`.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Tcp { .. } => "tcp",
            Self::Tls { .. } => "tls",
            Self::Udp { .. } => "udp",
            Self::Icmp { .. } => "icmp",
            Self::Unix { .. } => "unix",
            Self::UnixDatagram { .. } => "unix-datagram",
            Self::UnixSeqpacket { .. } => "unix-seqpacket",
        }
    }

    /// What goes there and comes from there.
    pub fn carries(&self) -> Carries {
        match self {
            Self::Tcp { .. } | Self::Tls { .. } | Self::Unix { .. } => Carries::Bytes,
            Self::UnixSeqpacket { .. } => Carries::PacketsConnected,
            Self::Udp { .. } | Self::UnixDatagram { .. } | Self::Icmp { .. } => Carries::Packets,
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.starts_with(['/', '.']) {
            return Err(AddressError::BarePath {
                given: text.to_owned(),
            });
        }
        let Some((scheme, rest)) = scheme_of(text) else {
            return match slashless(text) {
                Some(scheme) => Err(AddressError::NoSlashes {
                    scheme: scheme.to_owned(),
                    given: text.to_owned(),
                }),
                None => read_tcp(text),
            };
        };
        let address = match scheme {
            "tcp" => read_tcp(rest),
            "tls" => read_port(rest).map(|(host, port)| Self::Tls { host, port }),
            "udp" => read_port(rest).map(|(host, port)| Self::Udp { host, port }),
            "icmp" => read_host(rest).map(|host| Self::Icmp { host }),
            "unix" => socket_path(scheme, text, rest).map(|path| Self::Unix { path }),
            "unix-datagram" => {
                socket_path(scheme, text, rest).map(|path| Self::UnixDatagram { path })
            }
            "unix-seqpacket" => {
                socket_path(scheme, text, rest).map(|path| Self::UnixSeqpacket { path })
            }
            _ => Err(AddressError::UnknownScheme {
                scheme: scheme.to_owned(),
            }),
        };
        address.map_err(|error| match error {
            AddressError::NoHost { .. } => AddressError::NoUriHost {
                scheme: scheme.to_owned(),
                given: text.to_owned(),
            },
            other => other,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme();
        match self {
            Self::Tcp { host, port } | Self::Tls { host, port } | Self::Udp { host, port } => {
                write!(f, "{scheme}://{}", Port(host, *port))
            }
            Self::Icmp { host } if host.contains(':') => write!(f, "{scheme}://[{host}]"),
            Self::Icmp { host } => write!(f, "{scheme}://{host}"),
            Self::Unix { path } | Self::UnixDatagram { path } | Self::UnixSeqpacket { path } => {
                write!(f, "{scheme}:{}", path.display())
            }
        }
    }
}

/// Splits off a scheme: what stands before `://`, or before the `:` of a path.
fn scheme_of(text: &str) -> Option<(&str, &str)> {
    text.split_once(':')
        .filter(|(scheme, _)| PATH_SCHEMES.contains(scheme))
        .or_else(|| text.split_once("://"))
}

/// The scheme of an address that has one and lacks slashes after it. A host may be called as a scheme is: `tcp:80`.
fn slashless(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = HOST_SCHEMES.contains(&scheme);
    (is_scheme && parse_port(rest).is_err()).then_some(scheme)
}

/// What follows the host of an address with this scheme.
fn port_of(scheme: &str) -> &'static str {
    if scheme == "icmp" { "" } else { ":PORT" }
}

fn read_tcp(text: &str) -> Result<Address, AddressError> {
    read_port(text).map(|(host, port)| Address::Tcp { host, port })
}

/// Reads `HOST:PORT`.
fn read_port(text: &str) -> Result<(String, u16), AddressError> {
    let (host, port) = split_port(text)?;
    Ok((host.to_owned(), parse_port(port)?))
}

/// Reads `HOST`, after which nothing may follow.
fn read_host(text: &str) -> Result<String, AddressError> {
    // With a port of ours, so that it is read as all hosts are.
    let with_port = format!("{text}:0");
    match split_port(&with_port) {
        Ok((host, "0")) => Ok(host.to_owned()),
        Ok(_) => Err(AddressError::IcmpPort),
        Err(AddressError::NoHost { .. }) => Err(AddressError::NoIcmpHost),
        // One colon parts a port from a host, several are of an IPv6 address.
        Err(AddressError::NoBrackets { .. }) if text.matches(':').count() == 1 => {
            Err(AddressError::IcmpPort)
        }
        Err(error) => Err(error),
    }
}

/// A host and a port, as they stand in an address.
struct Port<'a>(&'a str, u16);

impl fmt::Display for Port<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self(host, port) => write!(f, "{host}:{port}"),
        }
    }
}

/// Reads what stands after the `:` of a path's scheme: a path, or `//` and an absolute one.
fn socket_path(scheme: &str, text: &str, rest: &str) -> Result<PathBuf, AddressError> {
    let path = match rest.strip_prefix("//") {
        Some(path) if path.is_empty() || path.starts_with('/') => path,
        Some(_) => {
            return Err(AddressError::HostBeforePath {
                scheme: scheme.to_owned(),
                given: text.to_owned(),
            });
        }
        None => rest,
    };
    if path.is_empty() {
        return Err(AddressError::NoPath {
            scheme: scheme.to_owned(),
        });
    }
    if path.contains(char::is_control) {
        return Err(AddressError::BadPath {
            path: path.to_owned(),
        });
    }
    if path.len() > MAX_SOCKET_PATH {
        return Err(AddressError::PathTooLong {
            path: path.to_owned(),
        });
    }
    Ok(path.into())
}

/// Splits `HOST:PORT`.
fn split_port(text: &str) -> Result<(&str, &str), AddressError> {
    let given = || text.to_owned();
    if text.is_empty() {
        return Err(AddressError::NoHost { given: given() });
    }
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

/// What to write instead of a scheme that is not known.
const USE: &str = "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT, unix:/PATH, unix-datagram:/PATH, unix-seqpacket:/PATH or \
                   icmp://HOST";

/// What to write instead of this scheme.
fn instead_of(scheme: &str) -> String {
    let lower = scheme.to_ascii_lowercase();
    match HOST_SCHEMES.iter().find(|known| **known == lower) {
        Some(known) => format!("write {known}:// in small letters"),
        None => format!("use {USE}"),
    }
}

/// Schemes that a host follows.
const HOST_SCHEMES: &[&str] = &["tcp", "tls", "udp", "icmp"];

/// Schemes that a path follows, not a host.
const PATH_SCHEMES: &[&str] = &["unix", "unix-seqpacket", "unix-datagram"];
