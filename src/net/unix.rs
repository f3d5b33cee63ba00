//! Unix sockets: connecting to a file, and being one.
//!
//! A socket's file outlives its socket, so one that listens may find the file of a server that is gone. Only such a file is
//! ever removed: never one that is no socket, and never one behind which somebody listens.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};
#[cfg(target_os = "linux")]
use tokio::io::unix::AsyncFd;
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{Instant, sleep_until};

#[cfg(target_os = "linux")]
use super::Endpoint;
#[cfg(target_os = "linux")]
use super::packets::{PacketSocket, watch};
#[cfg(target_os = "linux")]
use super::peers::Peers;
use super::{AttemptKind, BACKLOG, BindError, Connection};

/// How long to wait before asking again where as many wait to be accepted as may, the first time. Doubled each time after that.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// How long to wait at most before asking again: 20 ms.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Connects to a stream socket.
pub(super) async fn connect(
    path: &Path,
    deadline: Option<Instant>,
) -> Result<Connection, AttemptKind> {
    let stream = || {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.connect(&SockAddr::unix(path)?)?;
        UnixStream::from_std(socket.into())
    };
    connect_with_room(stream, deadline)
        .await
        .and_then(|stream| {
            Connection::from_unix(stream, Some(path.to_owned())).map_err(Failed::Said)
        })
        .map_err(|failed| failed.at(path))
}

/// Connects to a socket of packets.
#[cfg(target_os = "linux")]
pub(super) async fn connect_packets(
    path: &Path,
    deadline: Option<Instant>,
) -> Result<Connection, AttemptKind> {
    let socket = connect_with_room(|| PacketSocket::connect_unix(path), deadline)
        .await
        .map_err(|failed| failed.at(path))?;
    let peer = Endpoint::Unix(Some(path.to_owned()));
    Ok(Connection::from_packets(socket, peer))
}

/// Makes a socket of datagrams for the one at this path.
#[cfg(target_os = "linux")]
pub(super) fn connect_datagrams(path: &Path) -> Result<Connection, AttemptKind> {
    let socket = PacketSocket::unix(path).map_err(|error| said(path, &error))?;
    let peer = Endpoint::Unix(Some(path.to_owned()));
    Ok(Connection::from_packets(socket, peer))
}

/// Why there is no connection.
enum Failed {
    /// The system said so.
    Said(io::Error),
    /// No answer in this time.
    TimedOut(Duration),
}

impl Failed {
    fn at(self, path: &Path) -> AttemptKind {
        match self {
            Self::Said(error) => said(path, &error),
            Self::TimedOut(time) => AttemptKind::TimedOut(Some(time)),
        }
    }
}

/// Connects once there is room among those that wait to be accepted: the system tells nobody when there is.
async fn connect_with_room<T>(
    mut connect: impl FnMut() -> io::Result<T>,
    deadline: Option<Instant>,
) -> Result<T, Failed> {
    let asked = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match connect() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => return result.map_err(Failed::Said),
        }
        let next = Instant::now() + pause;
        if let Some(deadline) = deadline.filter(|deadline| *deadline <= next) {
            sleep_until(deadline).await;
            return Err(Failed::TimedOut(deadline - asked));
        }
        sleep_until(next).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// What the system said, made clear where it is not.
fn said(path: &Path, error: &io::Error) -> AttemptKind {
    let is_socket = || fs::metadata(path).is_ok_and(|data| data.file_type().is_socket());
    match AttemptKind::from(error) {
        AttemptKind::Refused if !is_socket() => {
            AttemptKind::Other("there is a file, but no socket".to_owned())
        }
        AttemptKind::Other(_) if error.kind() == io::ErrorKind::PermissionDenied => {
            AttemptKind::NotPermitted
        }
        AttemptKind::Other(_) if error.raw_os_error() == Some(WRONG_KIND) => {
            AttemptKind::Other("it is a socket of another kind".to_owned())
        }
        kind => kind,
    }
}

/// `EPROTOTYPE`: the socket is there, and of another kind.
const WRONG_KIND: i32 = if cfg!(target_os = "linux") { 91 } else { 41 };

/// Listens for streams at a path that nobody else listens at.
pub(super) fn listen(path: &Path) -> Result<(SocketFile, UnixListener), BindError> {
    let (socket, file) = bind(path, Type::STREAM)?;
    let listener = socket
        .listen(i32::try_from(BACKLOG).unwrap_or(i32::MAX))
        .and_then(|()| socket.set_nonblocking(true))
        .and_then(|()| UnixListener::from_std(socket.into()));
    listener
        .map(|listener| (file, listener))
        .map_err(|error| no_socket_there(path, &error))
}

/// Listens for connections that carry packets.
#[cfg(target_os = "linux")]
pub(super) fn listen_for_packets(path: &Path) -> Result<(SocketFile, AsyncFd<Socket>), BindError> {
    let (socket, file) = bind(path, Type::SEQPACKET)?;
    let listener = socket
        .listen(i32::try_from(BACKLOG).unwrap_or(i32::MAX))
        .and_then(|()| socket.set_nonblocking(true))
        .and_then(|()| watch(socket));
    listener
        .map(|listener| (file, listener))
        .map_err(|error| no_socket_there(path, &error))
}

/// Accepts a connection that carries packets.
#[cfg(target_os = "linux")]
pub(super) async fn accept(socket: &AsyncFd<Socket>) -> io::Result<Connection> {
    loop {
        let mut ready = socket.readable().await?;
        if let Ok(accepted) = ready.try_io(|socket| socket.get_ref().accept()) {
            let (socket, from) = accepted?;
            let peer = Endpoint::Unix(from.as_pathname().map(Path::to_owned));
            let socket = PacketSocket::accepted(socket)?;
            return Ok(Connection::from_packets(socket, peer));
        }
    }
}

/// Receives datagrams.
#[cfg(target_os = "linux")]
pub(super) fn listen_for_datagrams(path: &Path) -> Result<(SocketFile, Peers), BindError> {
    let (socket, file) = bind(path, Type::DGRAM)?;
    let peers = Peers::new(socket);
    peers
        .map(|peers| (file, peers))
        .map_err(|error| no_socket_there(path, &error))
}

/// Makes a socket at a path, in the place of one that is dead.
fn bind(path: &Path, kind: Type) -> Result<(Socket, SocketFile), BindError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => BindError::NoFolder {
            path: path.to_owned(),
        },
        _ => no_socket_there(path, &error),
    };
    let address = SockAddr::unix(path).map_err(failed)?;
    let socket = Socket::new(Domain::UNIX, kind, None).map_err(failed)?;
    if let Err(error) = socket.bind(&address) {
        if error.kind() != io::ErrorKind::AddrInUse {
            return Err(failed(error));
        }
        remove_dead(path, &address)?;
        socket.bind(&address).map_err(failed)?;
    }
    let file = SocketFile::new(path).map_err(failed)?;
    Ok((socket, file))
}

/// Removes the file of a socket behind which nobody is.
fn remove_dead(path: &Path, address: &SockAddr) -> Result<(), BindError> {
    let failed = |error: io::Error| no_socket_there(path, &error);
    let in_use = || BindError::SocketInUse {
        path: path.to_owned(),
    };
    let found = fs::symlink_metadata(path).map_err(failed)?;
    if !found.file_type().is_socket() {
        return Err(BindError::NoSocket {
            path: path.to_owned(),
        });
    }
    let probe = Socket::new(Domain::UNIX, Type::STREAM, None).map_err(failed)?;
    // Where as many wait as may, the probe does not wait with them.
    probe.set_nonblocking(true).map_err(failed)?;
    match probe.connect(address) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
        // Connected, of another kind, no room, no right: there is somebody, or nobody knows.
        _ => return Err(in_use()),
    }
    // Somebody else may have replaced it meanwhile.
    let now = fs::symlink_metadata(path).map_err(failed)?;
    let when = |data: &Metadata| (data.ctime(), data.ctime_nsec());
    if identity(&now) != identity(&found) || when(&now) != when(&found) {
        return Err(in_use());
    }
    fs::remove_file(path).map_err(failed)
}

/// The file of a socket that this process made. Dropped, it is removed.
///
/// To be dropped before the socket: as long as that lives, nobody else takes the file for a dead one, and no other file gets
/// its number.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    fn new(path: &Path) -> io::Result<Self> {
        // A change of the working directory must not change which file is meant.
        let path = std::path::absolute(path)?;
        Ok(Self {
            identity: identity(&fs::symlink_metadata(&path)?),
            path,
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|data| identity(&data) == self.identity) {
            // Where it cannot be removed it stays, and whoever listens there next finds it dead.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What tells a file from all others that there are at the same time: its device, and its number there.
fn identity(data: &Metadata) -> (u64, u64) {
    (data.dev(), data.ino())
}

fn no_socket_there(path: &Path, error: &io::Error) -> BindError {
    BindError::NoSocketThere {
        path: path.to_owned(),
        message: error.to_string(),
    }
}
