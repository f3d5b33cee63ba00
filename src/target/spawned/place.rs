//! Where a program will listen: its ports, its socket's path, its folder with copies of its settings, all of them its own as
//! long as it runs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tempfile::TempDir;

use super::Spawn;
use super::blanks::{self, Blank};
use super::port::Port;
use crate::target::folder::{self, NoFolder, Why, made_in};

/// How long the path of a socket may be for all systems to take it.
const MAX_SOCKET_PATH: usize = 100;

/// How the socket is called in the program's folder.
pub(super) const SOCKET: &str = "socket";

/// Where a program will listen.
#[derive(Debug, Default)]
pub(super) struct Place {
    ports: BTreeMap<String, Port>,
    /// The port of a socket that is passed to the program, with the name of its blank.
    passed: Option<(String, u16)>,
    folder: Option<TempDir>,
}

impl Place {
    /// Makes all that the description asks for, and the socket that is to be passed.
    ///
    /// # Errors
    ///
    /// Fails when no port is free, or the folder cannot be made.
    pub(super) fn of(spawn: &Spawn) -> io::Result<(Self, Option<OwnedFd>)> {
        let mut place = Self::default();
        let mut socket = None;
        let (scheme, rest) = spawn.at.split_once(':').unwrap_or_default();
        let passed_port = blanks::of(&spawn.at)
            .into_iter()
            .find_map(|blank| match blank {
                Blank::Port(name) => Some(name),
                _ => None,
            });
        if let Some(name) = passed_port.filter(|_| spawn.pass_socket) {
            // The system keeps it for us from here on: nobody can take it before the program is there.
            let ip = host_of(rest).ok_or(io::ErrorKind::AddrNotAvailable)?;
            let bound = of_port(ip, scheme == "udp")?;
            let port = bound.local_addr()?.as_socket().map(|at| at.port());
            place.passed = Some((name.to_owned(), port.unwrap_or_default()));
            socket = Some(bound.into());
        }
        for blank in spawn.texts().flat_map(blanks::of) {
            match blank {
                Blank::Port(name) if place.is_passed(name) => {}
                Blank::Port(name) if place.ports.contains_key(name) => {}
                Blank::Port(name) => {
                    place.ports.insert(name.to_owned(), Port::choose()?);
                }
                _ if place.folder.is_some() => {}
                Blank::Socket | Blank::Dir | Blank::File(_) => place.folder = Some(folder()?),
            }
        }
        for file in &spawn.settings {
            fs::write(place.copy_of(&file.path), place.fill(&file.text))?;
        }
        if spawn.pass_socket && socket.is_none() {
            let path = place.fill(rest);
            socket = Some(of_path(Path::new(&path), scheme)?.into());
        }
        Ok((place, socket))
    }

    /// The text with its blanks filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        blanks::fill(text, |blank| match blank {
            Blank::Port(name) => {
                let own = self.ports.get(name).map(|port| port.number);
                let passed = self.passed.as_ref().map(|(_, port)| *port);
                own.or(passed).unwrap_or_default().to_string()
            }
            Blank::Socket => self.socket().display().to_string(),
            Blank::Dir => self.folder().display().to_string(),
            Blank::File(path) => self.copy_of(path).display().to_string(),
        })
    }

    /// Whether the port of this name is that of the socket which is passed.
    fn is_passed(&self, name: &str) -> bool {
        self.passed
            .as_ref()
            .is_some_and(|(passed, _)| passed == name)
    }

    fn folder(&self) -> &Path {
        match &self.folder {
            Some(folder) => folder.path(),
            None => Path::new(""),
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder().join(SOCKET)
    }

    /// Where the copy of a file of settings is.
    fn copy_of(&self, path: &str) -> PathBuf {
        let name = Path::new(path).file_name().unwrap_or_default();
        self.folder().join(name)
    }
}

/// The address of this machine that a host is, where a socket is to be bound to it: what is behind `//` in an address.
pub(super) fn host_of(rest: &str) -> Option<IpAddr> {
    let authority = rest.strip_prefix("//")?;
    // A port may be a blank with a colon in it.
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?.0,
        None => authority.split_once(':')?.0,
    };
    match host {
        "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        host => host.parse().ok(),
    }
}

/// A socket at any port of an address: one that listens, or one that takes packets.
fn of_port(ip: IpAddr, takes_packets: bool) -> io::Result<Socket> {
    let at = SocketAddr::new(ip, 0);
    let (kind, protocol) = match takes_packets {
        true => (Type::DGRAM, Protocol::UDP),
        false => (Type::STREAM, Protocol::TCP),
    };
    let socket = Socket::new(Domain::for_address(at), kind, Some(protocol))?;
    if !takes_packets {
        socket.set_reuse_address(true)?;
    }
    socket.bind(&at.into())?;
    if !takes_packets {
        socket.listen(QUEUE)?;
    }
    Ok(socket)
}

/// A socket that is a file, of the kind that this first word of an address means.
fn of_path(path: &Path, scheme: &str) -> io::Result<Socket> {
    let kind = match scheme {
        "unix-datagram" => Type::DGRAM,
        "unix-seqpacket" => Type::SEQPACKET,
        _ => Type::STREAM,
    };
    let socket = Socket::new(Domain::UNIX, kind, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    if kind != Type::DGRAM {
        socket.listen(QUEUE)?;
    }
    Ok(socket)
}

/// How many connections wait in a passed socket at most until the program accepts them.
const QUEUE: i32 = 128;

/// A folder of one's own, with a path that leaves room for a socket's name.
fn folder() -> io::Result<TempDir> {
    Ok(with_room(folder::folder()?, Path::new("/tmp"))?)
}

/// This folder, or where its path leaves no room for a socket's name, another one made in there.
fn with_room(folder: TempDir, instead: &Path) -> Result<TempDir, NoFolder> {
    let path = folder.path().join(SOCKET);
    match path.as_os_str().len() <= MAX_SOCKET_PATH {
        true => Ok(folder),
        false => made_in(instead, Why::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_too_long_a_path_is_made_elsewhere_and_that_is_said() {
        let within = tempfile::tempdir().unwrap();
        let missing = within.path().join("missing");
        let long = within.path().join("x".repeat(MAX_SOCKET_PATH));
        fs::create_dir(&long).unwrap();
        let in_long = || made_in(&long, Why::Named).unwrap();
        let elsewhere = with_room(in_long(), within.path()).unwrap();
        assert_eq!(elsewhere.path().parent(), Some(within.path()));
        assert_eq!(
            with_room(in_long(), &missing).unwrap_err().to_string(),
            format!(
                "{}, the folder for temporary files, as the path that TMPDIR names is too long for a socket, does not exist",
                missing.display()
            )
        );
        let short = made_in(Path::new("/tmp"), Why::NoneNamed).unwrap();
        let path = short.path().to_owned();
        assert_eq!(with_room(short, &missing).unwrap().path(), path);
    }
}
