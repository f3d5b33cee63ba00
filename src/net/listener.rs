//! Where connections come in.

use std::io;
use std::net::SocketAddr;

#[cfg(target_os = "linux")]
use tokio::io::unix::AsyncFd;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::net::{TcpListener, TcpSocket, lookup_host};

#[cfg(target_os = "linux")]
use super::peers::Peers;
#[cfg(unix)]
use super::unix::{self, SocketFile};
use super::{Address, BindError, Connection};

/// How many connections may wait to be accepted; the system may have a lower limit.
pub const BACKLOG: u32 = 4096;

/// Accepts connections.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: Address,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    // In this order: the file goes before the socket.
    Unix {
        _file: SocketFile,
        listener: UnixListener,
    },
    #[cfg(target_os = "linux")]
    Packets {
        _file: SocketFile,
        socket: AsyncFd<socket2::Socket>,
    },
    #[cfg(target_os = "linux")]
    Datagrams {
        _file: Option<SocketFile>,
        peers: Peers,
    },
}

impl Listener {
    /// Listens at an address; with port 0 the system chooses one, which [`address`](Self::address) tells. The file of a Unix
    /// socket is removed with the listener; one that is there already and dead is replaced.
    ///
    /// # Errors
    ///
    /// Fails when one cannot listen there.
    pub async fn bind(address: &Address) -> Result<Self, BindError> {
        match address {
            Address::Tcp { host, port } => bind_ip(host, *port, listen).await,
            // TLS is begun by who has the certificate.
            Address::Tls { host, port } => {
                let mut listener = bind_ip(host, *port, listen).await?;
                if let Address::Tcp { host, port } = listener.address {
                    listener.address = Address::Tls { host, port };
                }
                Ok(listener)
            }
            #[cfg(unix)]
            Address::Unix { path } => {
                let (file, listener) = unix::listen(path)?;
                Ok(Self {
                    socket: Socket::Unix {
                        _file: file,
                        listener,
                    },
                    address: address.clone(),
                })
            }
            #[cfg(target_os = "linux")]
            Address::UnixSeqpacket { path } => {
                let (file, socket) = unix::listen_for_packets(path)?;
                Ok(Self {
                    socket: Socket::Packets {
                        _file: file,
                        socket,
                    },
                    address: address.clone(),
                })
            }
            #[cfg(target_os = "linux")]
            Address::UnixDatagram { path } => {
                let (file, peers) = unix::listen_for_datagrams(path)?;
                Ok(Self {
                    socket: Socket::Datagrams {
                        _file: Some(file),
                        peers,
                    },
                    address: address.clone(),
                })
            }
            #[cfg(target_os = "linux")]
            Address::Udp { host, port } => bind_ip(host, *port, receive).await,
            Address::Icmp { .. } => Err(BindError::NobodyCan {
                address: address.to_string(),
            }),
            #[cfg(not(target_os = "linux"))]
            other => Err(BindError::NotHere {
                scheme: other.scheme(),
            }),
        }
    }

    /// Where it listens: what one connects to.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Waits for the next connection; on datagrams, for the next peer that is not known.
    ///
    /// # Errors
    ///
    /// Fails when the system has no connection to give, or none at the moment. The listener stays usable.
    pub async fn accept(&self) -> io::Result<Connection> {
        match &self.socket {
            Socket::Tcp(socket) => {
                let (stream, peer) = socket.accept().await?;
                Connection::from_tcp(stream, peer)
            }
            #[cfg(unix)]
            Socket::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                Connection::from_unix(stream, None)
            }
            #[cfg(target_os = "linux")]
            Socket::Packets { socket, .. } => unix::accept(socket).await,
            #[cfg(target_os = "linux")]
            Socket::Datagrams { peers, .. } => peers.accept().await.map(Connection::from_peer),
        }
    }
}

/// Listens at the first of the addresses of a host where that can be done.
async fn bind_ip(
    host: &str,
    port: u16,
    listen: impl Fn(SocketAddr) -> io::Result<Listener>,
) -> Result<Listener, BindError> {
    let not_resolved = |message| BindError::NotResolved {
        host: host.to_owned(),
        message,
    };
    let found = lookup_host((host, port))
        .await
        .map_err(|error| not_resolved(error.to_string()))?;
    let mut failed = not_resolved("the name has no address".to_owned());
    for address in found {
        match listen(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = BindError::new(host, port, &error),
        }
    }
    Err(failed)
}

fn listen(address: SocketAddr) -> io::Result<Listener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A server that was just stopped may be started again at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let socket = socket.listen(BACKLOG)?;
    let local = socket.local_addr()?;
    Ok(Listener {
        address: Address::Tcp {
            host: host_of(local),
            port: local.port(),
        },
        socket: Socket::Tcp(socket),
    })
}

/// Receives UDP packets at an address.
#[cfg(target_os = "linux")]
fn receive(address: SocketAddr) -> io::Result<Listener> {
    let domain = socket2::Domain::for_address(address);
    // Without the right to share the port: on UDP that would take the packets of the one who has it.
    let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, None)?;
    socket.bind(&address.into())?;
    let local = socket.local_addr()?.as_socket().unwrap_or(address);
    Ok(Listener {
        socket: Socket::Datagrams {
            _file: None,
            peers: Peers::new(socket)?,
        },
        address: Address::Udp {
            host: host_of(local),
            port: local.port(),
        },
    })
}

/// An IP address as addresses have it, with its zone if it has one.
fn host_of(address: SocketAddr) -> String {
    match address {
        SocketAddr::V6(address) if address.scope_id() != 0 => {
            format!("{}%{}", address.ip(), address.scope_id())
        }
        _ => address.ip().to_string(),
    }
}
