//! Where a program will listen: its ports, its socket's path, its folder with copies of its settings, all of them its own as
//! long as it runs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Spawn;
use super::blanks::{self, Blank};
use super::port::Port;

/// How long the path of a socket may be for all systems to take it.
const MAX_SOCKET_PATH: usize = 100;

/// How the socket is called in the program's folder.
pub(super) const SOCKET: &str = "socket";

/// Where a program will listen.
#[derive(Debug, Default)]
pub(super) struct Place {
    ports: BTreeMap<String, Port>,
    /// The port of a socket that is passed to the program.
    passed: Option<u16>,
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
        if spawn.pass_socket && !blanks::of(&spawn.at).contains(&Blank::Socket) {
            // The system keeps it for us from here on: nobody can take it before the program is there.
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            place.passed = Some(listener.local_addr()?.port());
            socket = Some(listener.into());
        }
        for blank in spawn.texts().flat_map(blanks::of) {
            match blank {
                Blank::Port("") if place.passed.is_some() => {}
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
            socket = Some(UnixListener::bind(place.socket())?.into());
        }
        Ok((place, socket))
    }

    /// The text with its blanks filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        blanks::fill(text, |blank| match blank {
            Blank::Port(name) => {
                let own = self.ports.get(name).map(|port| port.number);
                own.or(self.passed).unwrap_or_default().to_string()
            }
            Blank::Socket => self.socket().display().to_string(),
            Blank::Dir => self.folder().display().to_string(),
            Blank::File(path) => self.copy_of(path).display().to_string(),
        })
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

/// A folder of one's own, with a path that leaves room for a socket's name.
fn folder() -> io::Result<TempDir> {
    let make = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix("backchat-");
        builder
    };
    let folder = make().tempdir()?;
    let path = folder.path().join(SOCKET);
    if path.as_os_str().len() <= MAX_SOCKET_PATH {
        return Ok(folder);
    }
    make().tempdir_in("/tmp")
}
