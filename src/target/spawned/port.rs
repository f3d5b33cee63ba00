//! A port for a program that is about to be started, which nobody else takes meanwhile.
//!
//! The port is none of those that the system gives to sockets without one (on Linux), was free for TCP and UDP on all
//! addresses when it was chosen, and is locked against all other runs on this machine until the program has ended. So
//! only a program that was told this very number can take it: parallel runs never do.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixDatagram};
use std::sync::atomic::{AtomicUsize, Ordering};

use socket2::{Domain, Protocol, Socket, Type};

/// The lowest port that is given: those below are known for other things.
const LOWEST: u16 = 20_000;

/// Where the system's own ports begin unless it says otherwise.
const EPHEMERAL: RangeInclusive<u16> = 32_768..=60_999;

/// The next place in the range that is tried: another one for each process, then one after the other.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A port that is this run's as long as this lives.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) number: u16,
    /// A socket in the namespace of this network, whose name is the port's: the system frees it whatever becomes of us.
    _lock: UnixDatagram,
}

impl Port {
    /// Chooses a port.
    ///
    /// # Errors
    ///
    /// Fails when none is free.
    pub(super) fn choose() -> io::Result<Self> {
        let candidates = candidates(&ephemeral());
        if NEXT.load(Ordering::Relaxed) == 0 {
            let any = RandomState::new().hash_one(std::process::id());
            let any = usize::try_from(any % (1 << 16)).unwrap_or_default() + 1;
            // Where another thread was first, its beginning is as good.
            let _ = NEXT.compare_exchange(0, any, Ordering::Relaxed, Ordering::Relaxed);
        }
        for _ in 0..candidates.len() {
            let next = NEXT.fetch_add(1, Ordering::Relaxed) % candidates.len();
            let Some(number) = candidates.clone().nth(next) else {
                continue;
            };
            if let Some(lock) = lock(number)
                && is_free(number)
            {
                return Ok(Self {
                    number,
                    _lock: lock,
                });
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "all ports are in use",
        ))
    }
}

/// The ports the system gives to sockets that ask for none.
fn ephemeral() -> RangeInclusive<u16> {
    let read = || {
        let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
        let mut ends = text.split_whitespace().map(str::parse);
        Some(ends.next()?.ok()?..=ends.next()?.ok()?)
    };
    read().unwrap_or(EPHEMERAL)
}

/// The ports that may be given: those below the system's, else those above, else any.
fn candidates(ephemeral: &RangeInclusive<u16>) -> RangeInclusive<u16> {
    /// How many there must be at least.
    const ENOUGH: u16 = 1_000;
    let (first, last) = (*ephemeral.start(), *ephemeral.end());
    if first >= LOWEST + ENOUGH {
        LOWEST..=first - 1
    } else if last <= u16::MAX - ENOUGH {
        last + 1..=u16::MAX
    } else {
        LOWEST..=u16::MAX
    }
}

fn lock(port: u16) -> Option<UnixDatagram> {
    let name = format!("backchat/port/{port}");
    let name = UnixAddr::from_abstract_name(name).ok()?;
    UnixDatagram::bind_addr(&name).ok()
}

/// Whether a program can listen there, also one that does not ask to take over what old connections hold.
fn is_free(port: u16) -> bool {
    let everywhere = [
        SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)),
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
    ];
    everywhere.iter().all(|address| {
        let domain = Domain::for_address(*address);
        [(Type::STREAM, Protocol::TCP), (Type::DGRAM, Protocol::UDP)]
            .into_iter()
            .all(|(kind, protocol)| {
                // A machine without this family has nobody there either.
                let Ok(socket) = Socket::new(domain, kind, Some(protocol)) else {
                    return true;
                };
                if domain == Domain::IPV6 && socket.set_only_v6(true).is_err() {
                    return true;
                }
                match socket.bind(&(*address).into()) {
                    Ok(()) => true,
                    Err(error) => error.kind() == io::ErrorKind::AddrNotAvailable,
                }
            })
    })
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;

    #[test]
    fn ports_are_chosen_outside_of_those_that_the_system_gives() {
        for (ephemeral, expected) in [
            (32_768..=60_999, 20_000..=32_767),
            (1_024..=60_999, 61_000..=65_535),
            (1_024..=65_535, 20_000..=65_535),
            (20_500..=30_000, 30_001..=65_535),
        ] {
            assert_eq!(candidates(&ephemeral), expected);
        }
    }

    #[test]
    fn a_port_is_nobody_elses_and_can_be_listened_on() {
        let ports: Vec<Port> = (0..200).map(|_| Port::choose().unwrap()).collect();
        let mut numbers: Vec<u16> = ports.iter().map(|port| port.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 200);
        for port in &ports {
            assert!(lock(port.number).is_none(), "it is locked");
        }
        let number = ports[0].number;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).unwrap();
        assert!(!is_free(number));
        drop(listener);
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).unwrap();
        assert!(!is_free(number));
        drop((socket, ports));
        assert!(lock(number).is_some(), "it is given back");
    }
}
