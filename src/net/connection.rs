//! One connection, whatever its kind.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};

use tokio::io::ReadBuf;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use super::error::ending_on;
#[cfg(target_os = "linux")]
use super::packets::PacketSocket;
#[cfg(target_os = "linux")]
use super::peers::Peer;
use super::plain::Plain;
#[cfg(unix)]
use super::plain::of_unix;
use super::tls::TlsStream;
use crate::player::Ending;
use crate::wire::{Carries, escape_text};

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// An IP address, where there are no ports.
    Host(IpAddr),
    /// A Unix socket, with its file if it has one: those that connect have none.
    Unix(Option<PathBuf>),
}

impl Endpoint {
    /// The IP address and port, where it has them.
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Ip(addr) => Some(*addr),
            Self::Host(_) | Self::Unix(_) => None,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(addr) => addr.fmt(f),
            Self::Host(addr) => addr.fmt(f),
            // The peer chooses the path of its own end.
            Self::Unix(Some(path)) => write!(f, "unix:{}", escape_text(&path.to_string_lossy())),
            Self::Unix(None) => f.write_str("unix (unnamed)"),
        }
    }
}

/// An open connection; on packets, a socket that has one peer.
///
/// Reading and writing are tried at once; where there is nothing to be had, the task is woken when there is. So one task
/// can wait for any number of connections and a timer. Dropped, a connection is closed: with FIN, or with RST when
/// received bytes are unread (see [`drive::linger`](crate::drive::linger) for a close that is always clean).
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    peer: Endpoint,
}

#[derive(Debug)]
enum Stream {
    Plain(Plain),
    Tls(Box<TlsStream>),
    #[cfg(target_os = "linux")]
    Packets(PacketSocket),
    #[cfg(target_os = "linux")]
    Peer(Box<Peer>),
}

impl Connection {
    /// Takes over a TCP connection.
    ///
    /// # Errors
    ///
    /// Fails when the connection is gone already.
    pub(super) fn from_tcp(stream: TcpStream, peer: SocketAddr) -> io::Result<Self> {
        // Each write of a conversation is its own segment: how it is cut is part of what is tested.
        stream.set_nodelay(true)?;
        Ok(Self {
            peer: Endpoint::Ip(peer),
            stream: Stream::Plain(Plain::Tcp(stream, OnceLock::new())),
        })
    }

    /// Takes over a Unix connection; `peer` is the file it was made to, where this side made it.
    #[cfg(unix)]
    pub(super) fn from_unix(stream: UnixStream, peer: Option<PathBuf>) -> io::Result<Self> {
        let peer = match peer {
            Some(path) => Endpoint::Unix(Some(path)),
            None => of_unix(&stream.peer_addr()?),
        };
        Ok(Self {
            peer,
            stream: Stream::Plain(Plain::Unix(stream)),
        })
    }

    /// A socket of packets that has this peer.
    #[cfg(target_os = "linux")]
    pub(super) fn from_packets(socket: PacketSocket, peer: Endpoint) -> Self {
        Self {
            stream: Stream::Packets(socket),
            peer,
        }
    }

    /// One of the peers of a socket that serves many.
    #[cfg(target_os = "linux")]
    pub(super) fn from_peer(peer: Peer) -> Self {
        Self {
            peer: peer.endpoint(),
            stream: Stream::Peer(Box::new(peer)),
        }
    }

    /// What TLS was to begin on and did not.
    pub(super) fn from_plain(stream: Plain, peer: Endpoint) -> Self {
        Self {
            peer,
            stream: Stream::Plain(stream),
        }
    }

    /// The same connection, under TLS.
    pub(super) fn from_tls(stream: TlsStream, peer: Endpoint) -> Self {
        Self {
            peer,
            stream: Stream::Tls(Box::new(stream)),
        }
    }

    /// The stream of the system; `None`: there is TLS around it, or there are packets.
    pub(super) fn into_plain(self) -> Option<(Plain, Endpoint)> {
        match self.stream {
            Stream::Plain(stream) => Some((stream, self.peer)),
            _ => None,
        }
    }

    /// What goes over it.
    pub fn carries(&self) -> Carries {
        match &self.stream {
            Stream::Plain(_) | Stream::Tls(_) => Carries::Bytes,
            #[cfg(target_os = "linux")]
            Stream::Packets(socket) if socket.is_connected() => Carries::PacketsConnected,
            #[cfg(target_os = "linux")]
            Stream::Packets(_) | Stream::Peer(_) => Carries::Packets,
        }
    }

    /// How it ended, told by the error that reading or writing met: as [`ending_of`](super::ending_of) says, but nothing is taken for RST where there
    /// is [none](Self::has_reset). On Unix sockets the system says `ECONNRESET` to whom the peer left bytes unread, and `EPIPE` to whoever
    /// writes to a peer that has closed.
    pub fn ending_of(&self, error: &io::Error) -> Ending {
        ending_on(error, self.has_reset())
    }

    /// Whether RST can be sent. Where it cannot, a reset is a plain close: the peer sees more only if it sent what was not read.
    pub fn has_reset(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.has_reset(),
            Stream::Tls(stream) => stream.plain().has_reset(),
            #[cfg(target_os = "linux")]
            Stream::Packets(_) | Stream::Peer(_) => false,
        }
    }

    /// What was agreed on with the peer, where there is TLS: `TLS 1.3, ALPN h2`.
    pub fn tls(&self) -> Option<String> {
        match &self.stream {
            Stream::Tls(stream) => Some(stream.agreed()),
            _ => None,
        }
    }

    /// This side's end.
    ///
    /// # Errors
    ///
    /// Fails when the system does not tell.
    pub fn local(&self) -> io::Result<Endpoint> {
        match &self.stream {
            Stream::Plain(stream) => stream.local(),
            Stream::Tls(stream) => stream.plain().local(),
            #[cfg(target_os = "linux")]
            Stream::Packets(socket) => socket.local(),
            #[cfg(target_os = "linux")]
            Stream::Peer(peer) => peer.local(),
        }
    }

    /// The peer's end.
    pub fn peer(&self) -> &Endpoint {
        &self.peer
    }

    /// Reads what has arrived, as far as `buffer` has room for it. 0 bytes: the peer sent FIN; under TLS, close_notify. What is
    /// read so of packets is only good to be dropped: [`poll_packet`](Self::poll_packet) reads them whole.
    ///
    /// # Errors
    ///
    /// Fails when the connection ended otherwise: [`ending_of`](Self::ending_of) tells how.
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(self.poll_read_buf(cx, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Reads as [`poll_read`](Self::poll_read) does, into a buffer that need not be initialised.
    ///
    /// # Errors
    ///
    /// As [`poll_read`](Self::poll_read).
    pub fn poll_read_buf(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.poll_read(cx, buffer),
            Stream::Tls(stream) => stream.poll_read(cx, buffer),
            #[cfg(target_os = "linux")]
            Stream::Packets(_) | Stream::Peer(_) => {
                let mut packet = Vec::new();
                if ready!(self.poll_packet(cx, &mut packet))? {
                    let read = packet.get(..buffer.remaining()).unwrap_or(&packet);
                    // The end of packets is told by no bytes: an empty one counts as a byte.
                    buffer.put_slice(if read.is_empty() { &[0] } else { read });
                }
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Reads one packet, whole, into `packet`. False: the peer has ended the connection, where there is one.
    ///
    /// # Errors
    ///
    /// Fails when the connection ended otherwise, or nobody listens where packets went; and where there are no packets.
    pub fn poll_packet(
        &mut self,
        cx: &mut Context<'_>,
        packet: &mut Vec<u8>,
    ) -> Poll<io::Result<bool>> {
        match &mut self.stream {
            #[cfg(target_os = "linux")]
            Stream::Packets(socket) => socket.poll_packet(cx, packet),
            #[cfg(target_os = "linux")]
            Stream::Peer(peer) => peer.poll_packet(cx, packet),
            _ => {
                let (_, _) = (cx, packet);
                Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
            }
        }
    }

    /// Writes `bytes`, or the first of them; says how many. Under TLS they are a record of their own, or several, and the system
    /// has taken them all; of packets they are one, also where there are none. Where it is `Pending`, it is to be called again with the same bytes, or more after them.
    ///
    /// # Errors
    ///
    /// Fails when the connection has ended: [`ending_of`](Self::ending_of) tells how. What the peer had sent before can still be read.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.poll_write(cx, bytes),
            Stream::Tls(stream) => stream.poll_write(cx, bytes),
            #[cfg(target_os = "linux")]
            Stream::Packets(socket) => {
                ready!(socket.poll_send(cx, bytes))?;
                Poll::Ready(Ok(bytes.len()))
            }
            #[cfg(target_os = "linux")]
            Stream::Peer(peer) => {
                ready!(peer.poll_send(cx, bytes))?;
                Poll::Ready(Ok(bytes.len()))
            }
        }
    }

    /// Writes what the system takes of `bytes` at this moment, and wakes nobody when it would take more.
    ///
    /// # Errors
    ///
    /// Fails when the system takes nothing, or the connection has ended.
    pub fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_now(bytes),
            Stream::Tls(stream) => stream.write_now(bytes),
            #[cfg(target_os = "linux")]
            Stream::Packets(socket) => socket.send_now(bytes).map(|()| bytes.len()),
            #[cfg(target_os = "linux")]
            Stream::Peer(peer) => peer.send_now(bytes).map(|()| bytes.len()),
        }
    }

    /// Sends FIN, under TLS close_notify before it; reading goes on. What the system does not take of that at once is sent while
    /// the connection is read.
    ///
    /// # Errors
    ///
    /// Fails when the connection has ended otherwise, and where nobody can be told: on datagrams.
    pub fn shutdown_write(&mut self) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.shutdown_write(),
            Stream::Tls(stream) => stream.shutdown_write(),
            #[cfg(target_os = "linux")]
            Stream::Packets(socket) => socket.shutdown_write(),
            #[cfg(target_os = "linux")]
            Stream::Peer(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Sends RST and forgets the connection. Where there is [none](Self::has_reset), this is a plain close.
    ///
    /// # Errors
    ///
    /// Fails when the system does not let the connection be reset; it is closed all the same.
    pub fn reset(self) -> io::Result<()> {
        match self.stream {
            Stream::Plain(stream) => stream.reset(),
            Stream::Tls(stream) => stream.into_plain().reset(),
            #[cfg(target_os = "linux")]
            Stream::Packets(_) | Stream::Peer(_) => Ok(()),
        }
    }
}
