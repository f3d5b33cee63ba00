//! Where connections come in.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

use super::{Address, BindError, Connection, Endpoint};

/// How many connections may wait to be accepted; the system may have a lower limit.
pub const BACKLOG: u32 = 4096;

/// Accepts connections.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    local: Endpoint,
}

impl Listener {
    /// Listens at an address; with port 0 the system chooses one, which [`local`](Self::local) tells.
    ///
    /// # Errors
    ///
    /// Fails when one cannot listen there.
    pub async fn bind(address: &Address) -> Result<Self, BindError> {
        let Address::Tcp { host, port } = address;
        let not_resolved = |message| BindError::NotResolved {
            host: host.clone(),
            message,
        };
        let found = lookup_host((host.as_str(), *port))
            .await
            .map_err(|error| not_resolved(error.to_string()))?;
        let mut failed = not_resolved("the name has no address".to_owned());
        for address in found {
            match listen(address) {
                Ok(listener) => return Ok(listener),
                Err(error) => failed = BindError::new(host, *port, &error),
            }
        }
        Err(failed)
    }

    /// Where it listens.
    pub fn local(&self) -> Endpoint {
        self.local
    }

    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// Fails when the system has no connection to give, or none at the moment. The listener stays usable.
    pub async fn accept(&self) -> io::Result<Connection> {
        let (stream, peer) = self.socket.accept().await?;
        Connection::from_tcp(stream, peer)
    }
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
    Ok(Listener {
        local: Endpoint::Ip(socket.local_addr()?),
        socket,
    })
}
