//! A stream of the system, whatever its kind: what a connection is made of, with TLS around it or without.

use std::io;
use std::net::{Shutdown, SocketAddr};
#[cfg(unix)]
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use super::Endpoint;
use super::error::ending_on;
use crate::player::Ending;

/// A stream of the system.
#[derive(Debug)]
pub(super) enum Plain {
    /// With this side's end once it has been asked for: it stays what it is.
    Tcp(TcpStream, OnceLock<SocketAddr>),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Plain {
    /// This side's end.
    pub(super) fn local(&self) -> io::Result<Endpoint> {
        match self {
            Self::Tcp(stream, known) => {
                let local = match known.get() {
                    Some(local) => *local,
                    None => {
                        let local = stream.local_addr()?;
                        *known.get_or_init(|| local)
                    }
                };
                Ok(Endpoint::Ip(local))
            }
            #[cfg(unix)]
            Self::Unix(stream) => Ok(of_unix(&stream.local_addr()?)),
        }
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream, _) => Pin::new(stream).poll_read(cx, buffer),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }

    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream, _) => Pin::new(stream).poll_write(cx, bytes),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    /// Writes what the system takes at this moment, and wakes nobody when it would take more.
    pub(super) fn write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            // The socket is one that does not block; whether it is known to be writable does not matter.
            Self::Tcp(stream, _) => SockRef::from(stream).send(bytes),
            #[cfg(unix)]
            Self::Unix(stream) => SockRef::from(stream).send(bytes),
        }
    }

    /// Sends FIN.
    pub(super) fn shutdown_write(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream, _) => SockRef::from(stream).shutdown(Shutdown::Write),
            #[cfg(unix)]
            Self::Unix(stream) => SockRef::from(stream).shutdown(Shutdown::Write),
        }
    }

    /// Whether RST can be sent: on TCP.
    pub(super) fn has_reset(&self) -> bool {
        matches!(self, Self::Tcp(..))
    }

    /// How it ended, told by the error that reading or writing met.
    pub(super) fn ending_of(&self, error: &io::Error) -> Ending {
        ending_on(error, self.has_reset())
    }

    /// Closes with RST; where there is none, on Unix sockets, this is a plain close.
    pub(super) fn reset(self) -> io::Result<()> {
        match self {
            // With no time to linger, the close that comes with the drop is an abort.
            Self::Tcp(stream, _) => stream.set_zero_linger(),
            #[cfg(unix)]
            Self::Unix(_) => Ok(()),
        }
    }
}

/// The end of a Unix socket.
#[cfg(unix)]
pub(super) fn of_unix(addr: &tokio::net::unix::SocketAddr) -> Endpoint {
    Endpoint::Unix(addr.as_pathname().map(PathBuf::from))
}
