//! Who listens where, as the system tells it: nobody is connected to for that, so no server sees a client that says nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::net::Address;

/// A socket of the system's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Listed {
    at: SocketAddr,
    inode: u64,
}

/// Whether somebody listens there; `None`: the system does not tell. A socket for all addresses of IPv6 takes those of
/// IPv4 too and stands in the other list, whose end the system takes long to find: it is read where the look is `thorough`.
pub(super) fn is_listening(address: &Address, thorough: bool) -> Option<bool> {
    let uri = address.to_string();
    let (scheme, rest) = uri.split_once(':')?;
    match scheme {
        "tcp" | "tls" => has(address, "tcp", thorough),
        "udp" => has(address, "udp", thorough),
        "unix" | "unix-seqpacket" | "unix-datagram" => unix(scheme, rest),
        _ => None,
    }
}

/// A place where somebody listens, or takes packets from anybody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listening {
    /// The first word of its address.
    pub(super) scheme: &'static str,
    /// The address, or the path of a socket that is a file.
    pub(super) at: Result<SocketAddr, String>,
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Ok(at) => write!(f, "{}://{at}", self.scheme),
            Err(path) => write!(f, "{}:{path}", self.scheme),
        }
    }
}

/// Where the processes of a group listen.
pub(super) fn of_group(group: i32) -> Vec<Listening> {
    let sockets = sockets_of(group);
    let lists = [
        ("tcp", "tcp"),
        ("tcp6", "tcp"),
        ("udp", "udp"),
        ("udp6", "udp"),
    ];
    let all = lists.into_iter().flat_map(|(name, scheme)| {
        let state = if scheme == "tcp" { LISTEN } else { UNCONNECTED };
        let listed = in_state(name, scheme == "tcp", state).unwrap_or_default();
        listed
            .into_iter()
            .map(move |one| (one.inode, scheme, Ok(one.at)))
    });
    let files = unix_sockets().into_iter();
    let files = files.map(|one| (one.inode, one.scheme, Err(one.path)));
    let own = (all.chain(files)).filter(|(inode, ..)| sockets.contains(inode));
    let own: BTreeSet<Listening> = own
        .map(|(_, scheme, at)| Listening { scheme, at })
        .collect();
    own.into_iter().collect()
}

fn has(address: &Address, kind: &str, thorough: bool) -> Option<bool> {
    let host = (address.host()).and_then(|host| host.parse::<IpAddr>().ok());
    let reaches = |at: IpAddr| match (host, at) {
        (Some(host), at) => host == at || at.is_unspecified() && (at.is_ipv6() || host.is_ipv4()),
        (None, at) => at.is_loopback() || at.is_unspecified(),
    };
    let is_v6 = host.is_some_and(|host| host.is_ipv6());
    let lists = [
        (kind.to_owned(), !is_v6),
        (format!("{kind}6"), is_v6 || thorough),
    ];
    let mut told = None;
    for (name, _) in lists.into_iter().filter(|(_, wanted)| *wanted) {
        let Some(listed) = listed(&name, kind == "tcp") else {
            continue;
        };
        let found = (listed.iter())
            .any(|one| Some(one.at.port()) == address.port() && reaches(one.at.ip()));
        told = Some(found);
        if found {
            break;
        }
    }
    told
}

/// The sockets of a list; of TCP those that listen, which the system lists first.
fn listed(name: &str, only_listening: bool) -> Option<Vec<Listed>> {
    let all = if only_listening { LISTEN } else { "" };
    in_state(name, only_listening, all)
}

/// The sockets of a list that are in a state, or in any; all, or until the first that is not.
fn in_state(name: &str, only_first: bool, wanted: &str) -> Option<Vec<Listed>> {
    let file = File::open(format!("/proc/net/{name}")).ok()?;
    let mut all = Vec::new();
    for line in BufReader::with_capacity(4 << 10, file).lines().skip(1) {
        let Ok(line) = line else {
            break;
        };
        let Some((state, socket)) = entry(&line) else {
            break;
        };
        if wanted.is_empty() || state == wanted {
            all.push(socket);
        } else if only_first {
            break;
        }
    }
    Some(all)
}

/// The state of a socket that listens, as the system writes it.
const LISTEN: &str = "0A";

/// That of a socket which takes packets from anybody.
const UNCONNECTED: &str = "07";

/// A line of the list: the state, and the socket.
fn entry(line: &str) -> Option<(&str, Listed)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (ip, port) = fields.get(1)?.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    // Words of 32 bits, each in the order of this machine.
    let words = ip.as_bytes().chunks(8).map(|word| {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        Some(word.to_ne_bytes())
    });
    let bytes: Vec<u8> = words.collect::<Option<Vec<_>>>()?.concat();
    let ip = match bytes.len() {
        4 => IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(&*bytes).ok()?)),
        _ => Ipv6Addr::from(<[u8; 16]>::try_from(&*bytes).ok()?).to_canonical(),
    };
    let listed = Listed {
        at: SocketAddr::new(ip, port),
        inode: fields.get(9)?.parse().ok()?,
    };
    Some((fields.get(3)?, listed))
}

/// Whether a Unix socket of this kind has this path; and listens, where its kind does.
fn unix(scheme: &str, path: &str) -> Option<bool> {
    // The list is long, and before there is a file there is nothing to be found in it.
    if !std::path::Path::new(path).exists() {
        return Some(false);
    }
    let list = fs::read_to_string("/proc/net/unix").ok()?;
    let is_it = |one: &UnixSocket| one.scheme == scheme && one.path == path;
    let mut named = list.lines().filter(|line| line.ends_with(path));
    Some(named.any(|line| unix_socket(line).as_ref().is_some_and(is_it)))
}

/// A Unix socket that is a file.
struct UnixSocket {
    inode: u64,
    scheme: &'static str,
    path: String,
}

/// The Unix sockets that are files and listen, or take packets.
fn unix_sockets() -> Vec<UnixSocket> {
    let list = fs::read_to_string("/proc/net/unix").unwrap_or_default();
    list.lines().filter_map(unix_socket).collect()
}

/// A line of the list: number, references, protocol, flags, kind, state, inode, path; a path may have spaces.
fn unix_socket(line: &str) -> Option<UnixSocket> {
    let mut fields = line.splitn(7, ' ');
    let (flags, kind) = (fields.nth(3)?, fields.next()?);
    let (inode, path) = fields.nth(1)?.trim_start().split_once(' ')?;
    let scheme = match (kind, flags == LISTENS) {
        ("0001", true) => "unix",
        ("0005", true) => "unix-seqpacket",
        ("0002", _) => "unix-datagram",
        _ => return None,
    };
    // One that begins with @ is a name, and no file.
    Some(UnixSocket {
        inode: inode.parse().ok()?,
        scheme,
        path: Some(path).filter(|path| !path.starts_with('@'))?.to_owned(),
    })
}

/// The flags of a Unix socket that listens, as the system writes them.
const LISTENS: &str = "00010000";

/// The inodes of all sockets of a group's processes.
fn sockets_of(group: i32) -> BTreeSet<u64> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let of_group = processes.filter(|process| {
        let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // The name may hold anything; behind its bracket: state, parent, group.
        let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
        behind
            .split_whitespace()
            .nth(2)
            .and_then(|own| own.parse().ok())
            == Some(group)
    });
    let links = of_group.flat_map(|process| {
        let files = fs::read_dir(process.path().join("fd"));
        files.into_iter().flatten().flatten()
    });
    let inode = |link: fs::DirEntry| {
        let to = fs::read_link(link.path()).ok()?;
        let inode = to.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        inode.parse().ok()
    };
    links.filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::net::{UnixDatagram, UnixListener};

    use socket2::{Domain, Socket, Type};

    use super::*;

    fn listening(uri: &str) -> Option<bool> {
        is_listening(&uri.parse().unwrap(), true)
    }

    #[test]
    fn who_listens_is_seen_without_a_connection() {
        for host in ["127.0.0.1", "0.0.0.0", "[::1]", "[::]"] {
            let at: SocketAddr = format!("{host}:0").parse().unwrap();
            let domain = Domain::for_address(at);
            let socket = Socket::new(domain, Type::STREAM, None);
            let Some(socket) = socket.ok().filter(|new| new.bind(&at.into()).is_ok()) else {
                // A machine without this family.
                continue;
            };
            // It is this test's, and nobody listens there yet.
            let at = socket.local_addr().unwrap().as_socket().unwrap();
            let port = at.port();
            assert_eq!(listening(&at.to_string()), Some(false), "{host}");
            socket.listen(1).unwrap();
            let v4 = !host.contains("::1");
            let v6 = host.contains("::");
            assert_eq!(listening(&format!("127.0.0.1:{port}")), Some(v4), "{host}");
            assert_eq!(listening(&format!("[::1]:{port}")), Some(v6), "{host}");
            assert_eq!(
                listening(&format!("localhost:{port}")),
                Some(true),
                "{host}"
            );
        }
    }

    #[test]
    fn sockets_are_known_by_their_group() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let group = rustix::process::getpgrp().as_raw_nonzero().get();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a socket");
        let _unix = UnixListener::bind(&path).unwrap();
        let packets = folder.path().join("packets");
        let _packets = UnixDatagram::bind(&packets).unwrap();
        let all = of_group(group);
        for (scheme, at) in [
            ("tcp", Ok(listener.local_addr().unwrap())),
            ("udp", Ok(udp.local_addr().unwrap())),
            ("unix", Err(path.display().to_string())),
            ("unix-datagram", Err(packets.display().to_string())),
        ] {
            assert!(all.contains(&Listening { scheme, at }), "{all:?}");
        }
        assert_eq!(of_group(i32::MAX), []);
    }

    #[test]
    fn other_sockets_are_in_the_lists_too() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let at = socket.local_addr().unwrap();
        assert!(listed("udp", false).unwrap().iter().any(|one| one.at == at));

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("its socket");
        let name = path.display().to_string();
        assert_eq!(unix("unix", &name), Some(false));
        let listener = UnixListener::bind(&path).unwrap();
        assert_eq!(unix("unix", &name), Some(true));
        assert_eq!(unix("unix-seqpacket", &name), Some(false), "another kind");
        drop(listener);
        assert_eq!(
            unix("unix", &name),
            Some(false),
            "the file is still there, and nobody listens"
        );
    }
}
