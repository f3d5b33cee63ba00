//! What is an address, and what is said of text that is none.

use std::path::Path;

use crate::net::{Address, MAX_SOCKET_PATH};

#[test]
fn addresses_are_read_and_shown_with_their_scheme() {
    for (text, shown, host, port) in [
        ("127.0.0.1:1234", "tcp://127.0.0.1:1234", "127.0.0.1", 1234),
        (
            "tcp://127.0.0.1:1234",
            "tcp://127.0.0.1:1234",
            "127.0.0.1",
            1234,
        ),
        ("localhost:0", "tcp://localhost:0", "localhost", 0),
        ("[::1]:65535", "tcp://[::1]:65535", "::1", 65535),
        (
            "tcp://[fe80::1%eth0]:80",
            "tcp://[fe80::1%eth0]:80",
            "fe80::1%eth0",
            80,
        ),
        (
            "tcp://redis.example:6379",
            "tcp://redis.example:6379",
            "redis.example",
            6379,
        ),
        ("udp://[::1]:53", "udp://[::1]:53", "::1", 53),
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.to_string(), shown, "{text}");
        assert_eq!(
            (address.host(), address.port()),
            (Some(host), Some(port)),
            "{text}"
        );
        assert_eq!(
            shown.parse(),
            Ok(address),
            "{text}: shown, it is the same address"
        );
    }
}

/// Text that is no address, and what is said of it.
const NO_ADDRESSES: &[(&str, &str)] = &[
    (
        "",
        "address is empty: write HOST:PORT, such as 127.0.0.1:1234",
    ),
    (
        "localhost",
        "\"localhost\" names no port: write localhost:PORT",
    ),
    (
        ":80",
        "\":80\" names no host: write HOST:PORT, such as 127.0.0.1:1234",
    ),
    (
        "a b:80",
        "\"a b\" is no host name, and no IP address: such as localhost, or 127.0.0.1",
    ),
    (
        "tcp://me@host:80",
        "\"me@host\" is no host name, and no IP address: such as localhost, or 127.0.0.1",
    ),
    (
        "\x1b[2J:80",
        "\"\\u{1b}[2J\" is no host name, and no IP address: such as localhost, or 127.0.0.1",
    ),
    (
        "host:",
        "\"\" is not a port number: ports are numbers from 0 to 65535",
    ),
    (
        "host:http",
        "\"http\" is not a port number: ports are numbers from 0 to 65535",
    ),
    (
        "host:65536",
        "\"65536\" is not a port number: ports are numbers from 0 to 65535",
    ),
    (
        "host:-1",
        "\"-1\" is not a port number: ports are numbers from 0 to 65535",
    ),
    (
        "host:80x",
        "\"80x\" is not a port number: ports are numbers from 0 to 65535",
    ),
    (
        "tcp://host:80/path",
        "nothing may follow the port of an address: leave out \"/path\"",
    ),
    (
        "::1:80",
        "\"::1:80\" is an IPv6 address without brackets: write [ADDRESS]:PORT, such as [::1]:1234",
    ),
    (
        "[::1:80",
        "\"[::1:80\" has no IPv6 address in its brackets: write [ADDRESS]:PORT, such as [::1]:1234",
    ),
    (
        "[host]:80",
        "\"[host]:80\" has no IPv6 address in its brackets: write [ADDRESS]:PORT, such as [::1]:1234",
    ),
    ("[::1]", "\"[::1]\" names no port: write [::1]:PORT"),
    ("tls://host", "\"host\" names no port: write host:PORT"),
    ("udp://host", "\"host\" names no port: write host:PORT"),
    ("icmp://host:7", "ICMP has no ports: write icmp://HOST"),
    ("icmp://[::1]:7", "ICMP has no ports: write icmp://HOST"),
    (
        "icmp://",
        "\"icmp://\" has no host: write icmp://HOST, such as icmp://127.0.0.1",
    ),
    (
        "tcp://",
        "\"tcp://\" has no host: write tcp://HOST:PORT, such as tcp://127.0.0.1:1234",
    ),
    (
        "tls://",
        "\"tls://\" has no host: write tls://HOST:PORT, such as tls://127.0.0.1:1234",
    ),
    (
        "udp://:53",
        "\"udp://:53\" has no host: write udp://HOST:PORT, such as udp://127.0.0.1:1234",
    ),
    (
        "TCP://host:1",
        "unknown kind of address \"TCP\": write tcp:// in small letters",
    ),
    (
        "icmp://::1",
        "\"::1:0\" is an IPv6 address without brackets: write [ADDRESS]:PORT, such as [::1]:1234",
    ),
    (
        "tcp:/host:80",
        "\"tcp:/host:80\" lacks slashes after tcp: write tcp://HOST:PORT",
    ),
    (
        "udp:127.0.0.1:53",
        "\"udp:127.0.0.1:53\" lacks slashes after udp: write udp://HOST:PORT",
    ),
    (
        "icmp:host",
        "\"icmp:host\" lacks slashes after icmp: write icmp://HOST",
    ),
    (
        "/run/x.sock",
        "\"/run/x.sock\" is a path: write unix:/run/x.sock",
    ),
    (
        "unix:",
        "unix: names no socket: write unix:PATH, such as unix:/run/server.sock",
    ),
    (
        "unix://",
        "unix: names no socket: write unix:PATH, such as unix:/run/server.sock",
    ),
    (
        "unix://run/x.sock",
        "\"unix://run/x.sock\" has a host before its path: write unix:/PATH, or unix:PATH for a relative one",
    ),
    (
        "unix:/tmp/\x1b[2J",
        "the path \"/tmp/\\u{1b}[2J\" has control characters: name the socket without them",
    ),
    (
        "http://host:80",
        "unknown kind of address \"http\": use tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT, unix:/PATH, unix-datagram:/PATH, unix-seqpacket:/PATH or icmp://HOST",
    ),
];

#[test]
fn text_that_is_no_address_is_refused_with_what_to_write() {
    for (text, message) in NO_ADDRESSES {
        let error = text.parse::<Address>().unwrap_err();
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
}

#[test]
fn a_host_may_be_called_as_a_scheme_is() {
    let address: Address = "tls:443".parse().unwrap();
    assert_eq!((address.host(), address.port()), (Some("tls"), Some(443)));
}

#[test]
fn one_listens_at_port_0_and_connects_to_none() {
    for (text, reachable) in [
        ("127.0.0.1:0", false),
        ("tls://host:0", false),
        ("udp://[::1]:0", false),
        ("127.0.0.1:1", true),
        ("icmp://127.0.0.1", true),
        ("unix:/run/x.sock", true),
    ] {
        let address: Address = text.parse().unwrap();
        let found = address.clone().reachable();
        assert_eq!(found.is_ok(), reachable, "{text}");
        assert!(found.is_err() || found == Ok(address));
    }
}

#[test]
fn hosts_without_ports_are_read_and_shown() {
    for (text, host) in [
        ("icmp://127.0.0.1", "127.0.0.1"),
        ("icmp://[::1]", "::1"),
        ("icmp://a.example", "a.example"),
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.to_string(), text);
        assert_eq!((address.host(), address.port()), (Some(host), None));
    }
}

#[test]
fn sockets_are_named_by_their_paths() {
    for (text, shown, path) in [
        ("unix:/run/x.sock", "unix:/run/x.sock", "/run/x.sock"),
        ("unix:///run/x.sock", "unix:/run/x.sock", "/run/x.sock"),
        ("unix:x.sock", "unix:x.sock", "x.sock"),
        ("unix-datagram:/run/d", "unix-datagram:/run/d", "/run/d"),
        ("unix-seqpacket:///run/s", "unix-seqpacket:/run/s", "/run/s"),
        ("unix:/tmp/a:b c@d", "unix:/tmp/a:b c@d", "/tmp/a:b c@d"),
        ("unix:/tmp/a://b", "unix:/tmp/a://b", "/tmp/a://b"),
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.to_string(), shown, "{text}");
        assert_eq!(address.short(), shown, "{text}");
        assert_eq!(address.path(), Some(Path::new(path)), "{text}");
        assert_eq!((address.host(), address.port()), (None, None), "{text}");
        assert_eq!(
            shown.parse(),
            Ok(address),
            "{text}: shown, it is the same address"
        );
    }
}

#[test]
fn a_path_that_the_system_has_no_room_for_is_refused_at_once() {
    let path = |len: usize| format!("unix:/{}", "x".repeat(len - 1));
    assert!(path(MAX_SOCKET_PATH).parse::<Address>().is_ok());
    let error = path(MAX_SOCKET_PATH + 1).parse::<Address>().unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("the path of a socket may have ") && said.contains("use a shorter one"),
        "{said}"
    );
}
