//! Where connections come in.

use std::io;
use std::net::SocketAddr;

#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::net::{TcpListener, TcpSocket, lookup_host};

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
            Address::Tcp { host, port } => bind_tcp(host, *port).await,
            // TLS is begun by who has the certificate.
            Address::Tls { host, port } => {
                let mut listener = bind_tcp(host, *port).await?;
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
            #[cfg(not(unix))]
            Address::Unix { path } => Err(BindError::NoSocketThere {
                path: path.clone(),
                message: "this system has no Unix sockets".to_owned(),
            }),
        }
    }

    /// Where it listens: what one connects to.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Waits for the next connection.
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
        }
    }
}

async fn bind_tcp(host: &str, port: u16) -> Result<Listener, BindError> {
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
        address: Address::tcp(local),
        socket: Socket::Tcp(socket),
    })
}
