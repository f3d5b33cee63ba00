//! A datagram socket that serves: one task reads it, and each peer has a queue of its own.
//!
//! A peer is whoever sends from an address that is not known yet. It is forgotten when its [`Peer`] is dropped: what it sends
//! after that, or has in its queue, makes a new one. Packets for which there is no room are lost, as they may be everywhere on
//! their way. What is sent waits in the one buffer of the socket: on Unix sockets, where nothing is lost, a peer that does not read
//! can fill it, and then the others wait until it reads or goes away.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::net::{SendFlags, SocketAddrAny, SocketAddrUnix, sendto};
use socket2::Socket;
use tokio::io::unix::AsyncFd;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::AbortHandle;
use tokio::time::sleep;
use tracing::debug;

use super::Endpoint;
use super::packets::{Room, receive_from, watch};

/// How many peers a datagram listener knows at a time. Packets of one more are lost.
pub const MAX_PEERS: usize = 16_384;

/// How many peers may wait to be accepted.
pub const MAX_NEW_PEERS: usize = 1024;

/// How many packets of one peer may wait to be read.
pub const MAX_QUEUED_PACKETS: usize = 64;

/// How many bytes of packets of all peers together may wait to be read: 16 MiB.
pub const MAX_QUEUED_BYTES: usize = 16 << 20;

/// How long to wait after the system could not give a packet: 1 ms.
const PAUSE: Duration = Duration::from_millis(1);

/// A datagram socket, and who is known of those that send to it.
#[derive(Debug)]
pub(super) struct Peers {
    hub: Arc<Hub>,
    /// Reads the socket for as long as there is somebody to read for.
    _reading: Arc<Reading>,
    new: tokio::sync::Mutex<mpsc::Receiver<Peer>>,
}

impl Peers {
    /// Begins to read a bound socket.
    pub(super) fn new(socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let (accept, new) = mpsc::channel(MAX_NEW_PEERS);
        let hub = Arc::new(Hub {
            socket: watch(socket)?,
            state: Mutex::new(State {
                known: HashMap::new(),
                accept: Some(accept),
            }),
            room: Arc::new(Semaphore::new(MAX_QUEUED_BYTES)),
            reading: OnceLock::new(),
        });
        let task = tokio::spawn(read(Arc::clone(&hub)));
        let reading = Arc::new(Reading(task.abort_handle()));
        // Nobody else sets it.
        let _ = hub.reading.set(Arc::downgrade(&reading));
        Ok(Self {
            hub,
            _reading: reading,
            new: tokio::sync::Mutex::new(new),
        })
    }

    /// The next peer that was not known.
    pub(super) async fn accept(&self) -> io::Result<Peer> {
        let mut new = self.new.lock().await;
        // The sender is there as long as `self` is.
        new.recv()
            .await
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // Those that wait are forgotten, and forget themselves when nobody holds the lock.
        let accept = self.hub.state().accept.take();
        drop(accept);
    }
}

/// Ends the task that reads when nobody is left to read for.
#[derive(Debug)]
struct Reading(AbortHandle);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Debug)]
struct Hub {
    socket: AsyncFd<Socket>,
    state: Mutex<State>,
    /// One permit for each byte that may wait.
    room: Arc<Semaphore>,
    reading: OnceLock<Weak<Reading>>,
}

#[derive(Debug)]
struct State {
    known: HashMap<SocketAddrAny, mpsc::Sender<Packet>>,
    /// Where new peers go; `None`: none are taken any more.
    accept: Option<mpsc::Sender<Peer>>,
}

#[derive(Debug)]
struct Packet {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

/// Reads packets and gives each to its peer.
async fn read(hub: Arc<Hub>) {
    loop {
        tokio::task::consume_budget().await;
        let Ok(mut ready) = hub.socket.readable().await else {
            return;
        };
        match ready.try_io(|socket| receive_from(socket.get_ref())) {
            Ok(Ok((bytes, Some(from)))) if is_named(&from) => hub.deliver(from, bytes),
            Ok(Ok(_)) => debug!("a packet of a socket without a name, which cannot be answered"),
            Ok(Err(error)) => {
                debug!(%error, "a packet cannot be read");
                sleep(PAUSE).await;
            }
            Err(_nothing) => {}
        }
    }
}

/// Whether one can send to this address.
fn is_named(address: &SocketAddrAny) -> bool {
    match SocketAddrUnix::try_from(address.clone()) {
        Ok(unix) => !unix.is_unnamed(),
        Err(_) => true,
    }
}

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic happens under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a packet to its peer, who may be new.
    fn deliver(self: &Arc<Self>, from: SocketAddrAny, bytes: Vec<u8>) {
        // An empty packet takes room as well.
        let len = u32::try_from(bytes.len().max(1)).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(len) else {
            debug!(len, "no room for a packet");
            return;
        };
        let packet = Packet { bytes, _room: room };
        let mut state = self.state();
        match state.known.get(&from) {
            Some(peer) => {
                if peer.try_send(packet).is_err() {
                    debug!(len, "no room in the queue of a peer");
                }
            }
            None => self.begin(&mut state, from, vec![packet]),
        }
    }

    /// Makes a peer that has sent these packets, if there is room for one more.
    fn begin(self: &Arc<Self>, state: &mut State, at: SocketAddrAny, first: Vec<Packet>) {
        let State { known, accept } = state;
        let reading = self.reading.get().and_then(Weak::upgrade);
        let (Some(accept), Some(reading)) = (accept, reading) else {
            return;
        };
        if known.len() >= MAX_PEERS {
            debug!("a packet of one peer too many");
            return;
        }
        // Reserved first, so that no peer is dropped, and forgets itself, under the lock.
        let Ok(place) = accept.try_reserve() else {
            debug!("too many peers wait to be accepted");
            return;
        };
        let (queue, packets) = mpsc::channel(MAX_QUEUED_PACKETS);
        for packet in first {
            // There are not more of them than there were in such a queue.
            let _ = queue.try_send(packet);
        }
        known.insert(at.clone(), queue);
        place.send(Peer {
            hub: Arc::clone(self),
            _reading: reading,
            at,
            packets,
            room: Room::default(),
        });
    }
}

/// One peer of a datagram socket.
#[derive(Debug)]
pub(super) struct Peer {
    hub: Arc<Hub>,
    _reading: Arc<Reading>,
    at: SocketAddrAny,
    packets: mpsc::Receiver<Packet>,
    room: Room,
}

impl Peer {
    /// Its end.
    pub(super) fn endpoint(&self) -> Endpoint {
        if let Ok(address) = SocketAddr::try_from(self.at.clone()) {
            return Endpoint::Ip(address);
        }
        let path = SocketAddrUnix::try_from(self.at.clone()).ok();
        let path = path.and_then(|unix| {
            let bytes = unix.path_bytes().map(<[u8]>::to_vec);
            bytes.map(|bytes| Path::new(std::ffi::OsStr::from_bytes(&bytes)).to_owned())
        });
        Endpoint::Unix(path)
    }

    /// This side's end.
    pub(super) fn local(&self) -> io::Result<Endpoint> {
        let address = self.hub.socket.get_ref().local_addr()?;
        Ok(match address.as_socket() {
            Some(address) => Endpoint::Ip(address),
            None => Endpoint::Unix(address.as_pathname().map(Path::to_owned)),
        })
    }

    /// Reads one packet into `packet`.
    pub(super) fn poll_packet(
        &mut self,
        cx: &mut Context<'_>,
        packet: &mut Vec<u8>,
    ) -> Poll<io::Result<bool>> {
        match ready!(self.packets.poll_recv(cx)) {
            Some(Packet { bytes, .. }) => {
                *packet = bytes;
                Poll::Ready(Ok(true))
            }
            // The sender is there until this is dropped.
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    /// Sends one packet.
    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        packet: &[u8],
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.room.poll(cx));
            match self.send_now(packet) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.room.wait(),
                sent => {
                    self.room.found();
                    return Poll::Ready(sent);
                }
            }
        }
    }

    /// Sends one packet if the system takes it at this moment.
    pub(super) fn send_now(&self, packet: &[u8]) -> io::Result<()> {
        let socket = self.hub.socket.get_ref();
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        sendto(socket, packet, flags, &self.at)?;
        Ok(())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        state.known.remove(&self.at);
        let mut left = Vec::new();
        while let Ok(packet) = self.packets.try_recv() {
            left.push(packet);
        }
        if !left.is_empty() {
            self.hub.begin(&mut state, self.at.clone(), left);
        }
    }
}
