//! An address → a connection.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

#[cfg(target_os = "linux")]
use super::packets::PacketSocket;
#[cfg(unix)]
use super::unix;
use super::{Address, AllowedHosts, Attempt, AttemptKind, ConnectError, Connection, Endpoint};

/// Connects: all addresses of the host are tried, one after the other, each for as long as the system tries.
///
/// # Errors
///
/// Fails when none of them gives a connection, with all that was tried.
pub async fn connect(address: &Address) -> Result<Connection, ConnectError> {
    connect_by(address, None).await
}

/// Connects within a time, of which resolving takes what it needs and each address of the host an equal share of the rest.
///
/// # Errors
///
/// As [`connect`].
pub async fn connect_within(address: &Address, time: Duration) -> Result<Connection, ConnectError> {
    connect_by(address, Instant::now().checked_add(time)).await
}

/// Connects as [`connect_within`] does, to what is allowed alone: those IP addresses of the host that are one of these, or a socket
/// file that is.
///
/// # Errors
///
/// As [`connect`], and when nothing of it is allowed.
pub async fn connect_among(
    address: &Address,
    allowed: &AllowedHosts,
    time: Duration,
) -> Result<Connection, ConnectError> {
    let deadline = Instant::now().checked_add(time);
    let not_allowed = || ConnectError::NotAllowed {
        address: address.clone(),
    };
    if let Some(path) = address.path() {
        return match allowed.has_path(path) {
            true => connect_by(address, deadline).await,
            false => Err(not_allowed()),
        };
    }
    let host = address.host().unwrap_or_default();
    let mut found = resolve(host, address.port().unwrap_or_default(), deadline).await?;
    let ips = match deadline {
        None => allowed.ips().await,
        Some(deadline) => timeout_at(deadline, allowed.ips())
            .await
            .unwrap_or_default(),
    };
    // What is connected to is what was looked at: a name is not asked for again.
    found.retain(|address| ips.contains(&address.ip()));
    match found.is_empty() {
        true => Err(not_allowed()),
        false => connect_to(address, &found, deadline).await,
    }
}

async fn connect_by(
    address: &Address,
    deadline: Option<Instant>,
) -> Result<Connection, ConnectError> {
    if let Some(host) = address.host() {
        let found = resolve(host, address.port().unwrap_or_default(), deadline).await?;
        return connect_to(address, &found, deadline).await;
    }
    connect_to(address, &[], deadline).await
}

/// Connects; `found` are the IP addresses of its host, where it has one.
async fn connect_to(
    address: &Address,
    found: &[SocketAddr],
    deadline: Option<Instant>,
) -> Result<Connection, ConnectError> {
    match address {
        // TLS is begun by who knows how.
        Address::Tcp { .. } | Address::Tls { .. } => connect_tcp(found, deadline).await,
        #[cfg(unix)]
        Address::Unix { path } => unix::connect(path, deadline)
            .await
            .map_err(|kind| failed_at(path, kind)),
        #[cfg(target_os = "linux")]
        Address::UnixSeqpacket { path } => unix::connect_packets(path, deadline)
            .await
            .map_err(|kind| failed_at(path, kind)),
        #[cfg(target_os = "linux")]
        Address::UnixDatagram { path } => {
            unix::connect_datagrams(path).map_err(|kind| failed_at(path, kind))
        }
        #[cfg(target_os = "linux")]
        Address::Udp { .. } => first_of(found, Endpoint::Ip, |peer| PacketSocket::udp(*peer)),
        #[cfg(target_os = "linux")]
        Address::Icmp { .. } => {
            let endpoint = |peer: SocketAddr| Endpoint::Host(peer.ip());
            first_of(found, endpoint, |peer| PacketSocket::icmp(peer.ip()))
        }
        #[cfg(not(target_os = "linux"))]
        other => Err(ConnectError::NotHere {
            scheme: other.scheme(),
        }),
    }
}

/// The socket at a path gives no connection.
#[cfg(unix)]
fn failed_at(path: &std::path::Path, kind: AttemptKind) -> ConnectError {
    ConnectError::Failed(vec![Attempt {
        endpoint: Endpoint::Unix(Some(path.to_owned())),
        kind,
    }])
}

/// A socket for the first of these peers that there can be one for. Nothing is sent, so nobody answers either.
#[cfg(target_os = "linux")]
fn first_of(
    peers: &[SocketAddr],
    endpoint: impl Fn(SocketAddr) -> Endpoint,
    mut make: impl FnMut(&SocketAddr) -> std::io::Result<PacketSocket>,
) -> Result<Connection, ConnectError> {
    let mut attempts = Vec::new();
    for peer in peers {
        match make(peer) {
            Ok(socket) => return Ok(Connection::from_packets(socket, endpoint(*peer))),
            Err(error) => attempts.push(Attempt {
                endpoint: endpoint(*peer),
                kind: AttemptKind::from(&error),
            }),
        }
    }
    Err(ConnectError::Failed(attempts))
}

async fn connect_tcp(
    addresses: &[SocketAddr],
    deadline: Option<Instant>,
) -> Result<Connection, ConnectError> {
    let mut attempts = Vec::new();
    for (i, address) in addresses.iter().enumerate() {
        let share = deadline.map(|deadline| {
            let left = deadline.saturating_duration_since(Instant::now());
            left / u32::try_from(addresses.len() - i).unwrap_or(u32::MAX)
        });
        match attempt(*address, share).await {
            Ok(connection) => return Ok(connection),
            Err(kind) => attempts.push(Attempt {
                endpoint: Endpoint::Ip(*address),
                kind,
            }),
        }
    }
    Err(ConnectError::Failed(attempts))
}

/// All addresses of a host; at least one.
async fn resolve(
    host: &str,
    port: u16,
    deadline: Option<Instant>,
) -> Result<Vec<SocketAddr>, ConnectError> {
    let failed = |message: String| ConnectError::NotResolved {
        host: host.to_owned(),
        message,
    };
    let lookup = lookup_host((host, port));
    let found = match deadline {
        None => lookup.await,
        Some(deadline) => timeout_at(deadline, lookup)
            .await
            .map_err(|_| failed("no answer in time".to_owned()))?,
    };
    let addresses: Vec<_> = found.map_err(|error| failed(error.to_string()))?.collect();
    if addresses.is_empty() {
        return Err(failed("the name has no address".to_owned()));
    }
    Ok(addresses)
}

async fn attempt(address: SocketAddr, share: Option<Duration>) -> Result<Connection, AttemptKind> {
    let connecting = TcpStream::connect(address);
    let connected = match share {
        None => connecting.await,
        Some(share) => tokio::time::timeout(share, connecting)
            .await
            .map_err(|_| AttemptKind::TimedOut(Some(share)))?,
    };
    let connection = connected
        .and_then(|stream| Connection::from_tcp(stream, address))
        .map_err(|error| AttemptKind::from(&error))?;
    // Where nobody listens on a port that the system also gives to clients, it can connect a socket to itself.
    if connection
        .local()
        .is_ok_and(|local| local == *connection.peer())
    {
        return Err(AttemptKind::Refused);
    }
    Ok(connection)
}
