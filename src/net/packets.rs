//! Sockets that carry packets to one peer and from it: UDP, Unix datagrams, Unix packets with connections, ICMP.
//!
//! A packet is read whole, whatever its length: the system is asked for that first. So nothing is ever cut off.

use std::fmt;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvFlags, SendFlags, SocketAddrAny, SocketAddrUnix, recv, recvfrom,
    recvmsg, send, sockopt,
};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{Sleep, sleep};

use super::Endpoint;

/// How often another port is asked for where the system gave the socket the very port it is to talk to.
const OTHER_PORTS: usize = 8;

/// How long to wait before a packet is sent again that the system had no room for, the first time. Doubled each time after that.
const FIRST_PAUSE: Duration = Duration::from_micros(100);

/// How long to wait at most: 10 ms.
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

/// A socket that carries packets to one peer and from it.
pub(super) struct PacketSocket {
    socket: Arc<AsyncFd<Socket>>,
    kind: PacketKind,
    /// Waits until there is something to be read, or to be told.
    news: Option<News>,
    room: Room,
    /// Where the peer of a Unix datagram socket is.
    path: Option<PathBuf>,
    /// The peer's system has said that nobody listens, and what came before is still to be read.
    refused: bool,
}

/// What kind of packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PacketKind {
    /// UDP, and ICMP of version 6.
    Ip,
    /// ICMP of version 4: the system hands out each packet with its IP header before it.
    IcmpV4,
    /// Unix datagrams.
    Unix,
    /// Unix packets with connections.
    UnixConnected,
}

impl PacketSocket {
    fn new(socket: Socket, kind: PacketKind) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket: Arc::new(watch(socket)?),
            kind,
            news: None,
            room: Room::default(),
            path: None,
            refused: false,
        })
    }

    /// A UDP socket for this peer. Nothing is sent.
    pub(super) fn udp(peer: SocketAddr) -> io::Result<Self> {
        for _ in 0..OTHER_PORTS {
            let socket = Socket::new(Domain::for_address(peer), Type::DGRAM, None)?;
            socket.bind(&any_port(peer))?;
            socket.connect(&peer.into())?;
            // Where nobody listens on a port that the system also gives to clients, a socket can be its own peer.
            if socket.local_addr()?.as_socket() != Some(peer) {
                return Self::new(socket, PacketKind::Ip);
            }
        }
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    /// A raw ICMP socket for this peer. Nothing is sent.
    pub(super) fn icmp(peer: IpAddr) -> io::Result<Self> {
        let (protocol, kind) = match peer {
            IpAddr::V4(_) => (Protocol::ICMPV4, PacketKind::IcmpV4),
            IpAddr::V6(_) => (Protocol::ICMPV6, PacketKind::Ip),
        };
        let peer = SocketAddr::new(peer, 0);
        let socket = Socket::new(Domain::for_address(peer), Type::RAW, Some(protocol))?;
        socket.connect(&peer.into())?;
        Self::new(socket, kind)
    }

    /// A Unix datagram socket for the one at this path. It has a name of its own, which no file has, so that it can be answered.
    pub(super) fn unix(path: &Path) -> io::Result<Self> {
        let socket = Socket::new(Domain::UNIX, Type::DGRAM, None)?;
        rustix::net::bind(&socket, &SocketAddrUnix::new_unnamed())?;
        socket.connect(&SockAddr::unix(path)?)?;
        let mut socket = Self::new(socket, PacketKind::Unix)?;
        socket.path = Some(path.to_owned());
        Ok(socket)
    }

    /// A connection to the socket at this path, if there is room for one now.
    pub(super) fn connect_unix(path: &Path) -> io::Result<Self> {
        let socket = Socket::new(Domain::UNIX, Type::SEQPACKET, None)?;
        socket.set_nonblocking(true)?;
        socket.connect(&SockAddr::unix(path)?)?;
        Self::new(socket, PacketKind::UnixConnected)
    }

    /// A connection that was accepted.
    pub(super) fn accepted(socket: Socket) -> io::Result<Self> {
        Self::new(socket, PacketKind::UnixConnected)
    }

    /// Whether both ends know of each other, so that each sees the end of the other.
    pub(super) fn is_connected(&self) -> bool {
        self.kind == PacketKind::UnixConnected
    }

    /// This side's end.
    pub(super) fn local(&self) -> io::Result<Endpoint> {
        let address = self.socket.get_ref().local_addr()?;
        Ok(match (address.as_socket(), self.kind) {
            (Some(address), PacketKind::Ip) if address.port() != 0 => Endpoint::Ip(address),
            (Some(address), _) => Endpoint::Host(address.ip()),
            (None, _) => Endpoint::Unix(address.as_pathname().map(PathBuf::from)),
        })
    }

    /// Reads one packet into `packet`. False: the peer has ended the connection, where there is one.
    pub(super) fn poll_packet(
        &mut self,
        cx: &mut Context<'_>,
        packet: &mut Vec<u8>,
    ) -> Poll<io::Result<bool>> {
        loop {
            if let Some(news) = &mut self.news {
                let came = ready!(news.as_mut().poll(cx));
                self.news = None;
                came?;
            }
            match receive(self.socket.get_ref(), self.kind, packet) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // The answer to a packet that went out, perhaps not the last one; what came in before it is still there.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    self.refused = true;
                    continue;
                }
                received => return Poll::Ready(received),
            }
            if std::mem::take(&mut self.refused) {
                return Poll::Ready(Err(io::ErrorKind::ConnectionRefused.into()));
            }
            self.news = Some(news(Arc::clone(&self.socket)));
        }
    }

    /// Sends one packet.
    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        packet: &[u8],
    ) -> Poll<io::Result<()>> {
        // Somebody may be there by now.
        self.refused = false;
        let mut again = true;
        loop {
            ready!(self.room.poll(cx));
            match self.send_now(packet) {
                // The peer is gone, which the system has said once. At its path there may be another one by now.
                Err(error) if error.kind() == io::ErrorKind::NotConnected && again => {
                    again = false;
                    if self.connect_again().is_err() {
                        return Poll::Ready(Err(io::ErrorKind::ConnectionRefused.into()));
                    }
                }
                // What an earlier packet came to. This one has not been sent.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused && again => {
                    again = false;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.room.wait(),
                sent => {
                    self.room.found();
                    return Poll::Ready(sent);
                }
            }
        }
    }

    /// Has the socket talk to whoever is at the path of its peer now.
    fn connect_again(&self) -> io::Result<()> {
        let path = self.path.as_deref().ok_or(io::ErrorKind::NotConnected)?;
        self.socket.get_ref().connect(&SockAddr::unix(path)?)
    }

    /// Sends one packet if the system takes it at this moment.
    pub(super) fn send_now(&self, packet: &[u8]) -> io::Result<()> {
        send_now(self.socket.get_ref(), packet)
    }

    /// Ends this side of a connection.
    pub(super) fn shutdown_write(&self) -> io::Result<()> {
        match self.kind {
            PacketKind::UnixConnected => self.socket.get_ref().shutdown(Shutdown::Write),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

/// Has the runtime watch a socket that does not block.
#[expect(
    deprecated,
    reason = "the other way is unsafe code, for types that may change their descriptor; a socket2 socket keeps its own"
)]
pub(super) fn watch(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    AsyncFd::new(socket)
}

/// Waits for something to happen to a socket.
type News = Pin<Box<dyn Future<Output = io::Result<()>> + Send + Sync>>;

/// Waits until a socket has something to be read, or an error to be told: that alone does not make it readable.
fn news(socket: Arc<AsyncFd<Socket>>) -> News {
    Box::pin(async move {
        socket
            .ready(Interest::READABLE | Interest::ERROR)
            .await?
            .clear_ready();
        Ok(())
    })
}

/// Waits for room to send in.
///
/// By time: a socket that serves many peers, or one that has met an error, is not told when there is room.
#[derive(Debug, Default)]
pub(super) struct Room {
    pause: Option<Pin<Box<Sleep>>>,
    last: Duration,
}

impl Room {
    /// Is ready when it is time to try.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(())
    }

    /// There was none: it is tried again after a while, which grows.
    pub(super) fn wait(&mut self) {
        self.last = (self.last * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.pause = Some(Box::pin(sleep(self.last)));
    }

    /// There was some.
    pub(super) fn found(&mut self) {
        self.last = Duration::ZERO;
    }
}

impl fmt::Debug for PacketSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketSocket")
            .field("socket", &self.socket)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The address that any free port of the peer's family is asked for with.
fn any_port(peer: SocketAddr) -> SockAddr {
    let any = match peer {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    SocketAddr::new(any, 0).into()
}

fn send_now(socket: &Socket, packet: &[u8]) -> io::Result<()> {
    send(socket, packet, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Takes the next packet, whole. False: there will be none, the connection has ended.
fn receive(socket: &Socket, kind: PacketKind, packet: &mut Vec<u8>) -> io::Result<bool> {
    let len = next_len(socket)?;
    if len == 0 && kind == PacketKind::UnixConnected && has_ended(socket)? {
        return Ok(false);
    }
    packet.clear();
    packet.resize(len, 0);
    recv(socket, &mut packet[..], RecvFlags::empty())?;
    if kind == PacketKind::IcmpV4 {
        // The length of the header, in words of four bytes, is the lower half of its first byte.
        let header = packet
            .first()
            .map_or(0, |first| usize::from(first & 0xf) * 4);
        packet.drain(..header.min(len));
    }
    Ok(true)
}

/// Takes the next packet, whole, and tells whose it is.
pub(super) fn receive_from(socket: &Socket) -> io::Result<(Vec<u8>, Option<SocketAddrAny>)> {
    let mut packet = vec![0; next_len(socket)?];
    let (_, _, from) = recvfrom(socket, &mut packet[..], RecvFlags::empty())?;
    Ok((packet, from))
}

/// How long the next packet is. It stays where it is.
fn next_len(socket: &Socket) -> io::Result<usize> {
    let mut none = [0; 1];
    let (_, len) = recv(socket, &mut none, RecvFlags::PEEK | RecvFlags::TRUNC)?;
    Ok(len)
}

/// Whether a read that gave no bytes met the end of the connection, and no empty packet.
///
/// A packet comes with its sender's credentials, where those are asked for; the end of a connection has none.
fn has_ended(socket: &Socket) -> io::Result<bool> {
    sockopt::set_socket_passcred(socket, true)?;
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
    let mut credentials = RecvAncillaryBuffer::new(&mut room);
    let mut none = [0; 1];
    let looked = recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut none)],
        &mut credentials,
        RecvFlags::PEEK,
    );
    sockopt::set_socket_passcred(socket, false)?;
    looked?;
    Ok(credentials.drain().next().is_none())
}
