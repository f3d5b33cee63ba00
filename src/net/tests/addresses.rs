//! What is an address, and what is said of text that is none.

use crate::net::Address;

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
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.to_string(), shown, "{text}");
        assert_eq!(
            (address.host(), address.port()),
            (host, Some(port)),
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
        "\"a b\" is no host name: write HOST:PORT, such as 127.0.0.1:1234",
    ),
    (
        "tcp://me@host:80",
        "\"me@host\" is no host name: write HOST:PORT, such as 127.0.0.1:1234",
    ),
    (
        "\x1b[2J:80",
        "\"\\u{1b}[2J\" is no host name: write HOST:PORT, such as 127.0.0.1:1234",
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
    (
        "tls://host:443",
        "tls is not supported yet: use tcp://HOST:PORT",
    ),
    (
        "unix:/run/x.sock",
        "unix is not supported yet: use tcp://HOST:PORT",
    ),
    (
        "icmp://host",
        "icmp is not supported yet: use tcp://HOST:PORT",
    ),
    (
        "http://host:80",
        "unknown kind of address \"http\": use tcp://HOST:PORT",
    ),
];

#[test]
fn text_that_is_no_address_is_refused_with_what_to_write() {
    for (text, message) in NO_ADDRESSES {
        let error = text.parse::<Address>().unwrap_err();
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
}
