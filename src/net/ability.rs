//! What this machine can do, tried out: nothing is sent, and nothing stays open.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};

use crate::scenario::Ability;

/// Tries whether the machine can do this.
///
/// # Errors
///
/// Fails with the reason, in a few words, when it cannot.
pub fn try_ability(ability: Ability) -> Result<(), String> {
    let tried = match ability {
        Ability::Ipv4 => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map(drop),
        Ability::Ipv6 => TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).map(drop),
        Ability::Udp => UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .or_else(|_| UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)))
            .map(drop),
        Ability::Unix => unix_pair(socket2::Type::STREAM),
        Ability::UnixDatagram => unix_pair(socket2::Type::DGRAM),
        Ability::UnixSeqpacket => unix_pair(socket2::Type::SEQPACKET),
        Ability::RawSocket => raw(),
        Ability::Tls => Ok(()),
        Ability::Root => return is_root(),
    };
    tried.map_err(|error| error.to_string())
}

#[cfg(unix)]
fn unix_pair(kind: socket2::Type) -> io::Result<()> {
    socket2::Socket::pair(socket2::Domain::UNIX, kind, None).map(drop)
}

#[cfg(not(unix))]
fn unix_pair(_: socket2::Type) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn raw() -> io::Result<()> {
    let icmp = Some(socket2::Protocol::ICMPV4);
    socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::RAW, icmp).map(drop)
}

#[cfg(unix)]
fn is_root() -> Result<(), String> {
    match rustix::process::geteuid() {
        user if user.is_root() => Ok(()),
        user => Err(format!("this is user {}", user.as_raw())),
    }
}

#[cfg(not(unix))]
fn is_root() -> Result<(), String> {
    Err("there is no root on this system".to_owned())
}
