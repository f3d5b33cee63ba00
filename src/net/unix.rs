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
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{Instant, sleep, timeout_at};

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
    let asked = Instant::now();
    let connecting = connect_with_room(path);
    let connected = match deadline {
        None => connecting.await,
        Some(deadline) => timeout_at(deadline, connecting)
            .await
            .map_err(|_| AttemptKind::TimedOut(Some(deadline - asked)))?,
    };
    connected
        .and_then(|stream| Connection::from_unix(stream, Some(path.to_owned())))
        .map_err(|error| said(path, &error))
}

/// Connects once there is room among those that wait to be accepted: the system tells nobody when there is.
async fn connect_with_room(path: &Path) -> io::Result<UnixStream> {
    let mut pause = FIRST_PAUSE;
    loop {
        match UnixStream::connect(path).await {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            result => return result,
        }
    }
}

/// What the system said, made clear where it is not.
fn said(path: &Path, error: &io::Error) -> AttemptKind {
    let is_socket = || fs::metadata(path).is_ok_and(|data| data.file_type().is_socket());
    match AttemptKind::from(error) {
        AttemptKind::Refused if !is_socket() => {
            AttemptKind::Other("there is a file, but no socket".to_owned())
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
