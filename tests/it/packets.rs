//! The program over sockets of packets: what it serves there, what it plays there, what it says of peers that misbehave, and why it
//! skips what cannot be played.
#![cfg(target_os = "linux")]

use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::thread;

use crate::harness::{Output, Workplace};

/// What is played over every kind: it needs neither a greeting nor an end.
const TALK: &str = r#"{ "steps": [
  { "send": "Ann" }, { "expect": "Hello, Ann!" },
  { "send": "" }, { "expect": "Hello, !" },
  { "send": "two\nlines" }, { "expect": "Hello, two\nlines!" },
  { "send": { "hex": "ff" } }, { "expect": "error: invalid UTF-8 at byte 0" }
] }"#;

fn run(place: &Workplace, target: &str) -> Output {
    place.backchat(["run", "talk.json", "-t", target]).output()
}

#[test]
fn every_kind_of_packets_is_served_and_played_against() {
    let place = Workplace::with_scenario(TALK);
    for listen in ["udp://127.0.0.1:0", "udp://[::1]:0", "unix-datagram:d"] {
        let (server, address) = place.serve(&["-l", listen]);
        run(&place, &address).ends_with(0).says(&address);
        server.signal("TERM");
        server.end().ends_with(0);
    }
    assert!(!place.path().join("d").exists());
    let place = place.file(
        "talk.json",
        TALK.replace(r#""steps": ["#, r#""steps": [ { "expect": "Welcome!" },"#)
            .replace(
                r#"{ "send": { "hex": "ff" } }, { "expect": "error: invalid UTF-8 at byte 0" }"#,
                r#"{ "send": "exit" }, { "expect_close": "clean" }"#,
            )
            .as_bytes(),
    );
    let (_server, address) = place.serve(&["-l", "unix-seqpacket:s"]);
    run(&place, &address).ends_with(0);
    let half = r#"{ "steps": [ { "send": "Ann" }, { "close": "write" }, { "expect": "Welcome!" },
      { "expect": "Hello, Ann!" }, { "expect_close": "clean" } ] }"#;
    let place = place.file("talk.json", half.as_bytes());
    run(&place, &address).ends_with(0);
}

#[test]
fn a_datagram_server_forgets_whom_it_has_served_and_greets_only_where_it_is_told_to() {
    let again = r#"{ "framing": "datagram", "steps": [
      { "send": "a" }, { "expect": "hi" }, { "expect": "Hello, a!" },
      { "send": "exit" }, { "send": "b" }, { "expect": "hi" }, { "expect": "Hello, b!" } ] }"#;
    let place = Workplace::with_scenario(again);
    for listen in ["udp://127.0.0.1:0", "unix-datagram:d"] {
        let (_server, address) = place.serve(&["-l", listen, "--greeting", "hi"]);
        run(&place, &address).ends_with(0);
    }
}

#[test]
fn one_peer_too_many_is_told_so_and_those_that_are_idle_are_forgotten() {
    let two = r#"{ "clients": { "ann": {}, "bob": {} }, "framing": "datagram", "steps": [
      { "as": "ann", "send": "a" }, { "as": "ann", "expect": "Hello, a!" },
      { "as": "bob", "send": "b" }, { "as": "bob", "expect": "error: too many connections" },
      { "as": "bob", "retry": [ { "send": "b" }, { "expect": "Hello, b!" } ], "within": "20s" } ] }"#;
    let place = Workplace::with_scenario(two);
    let limits = ["--max-connections", "1", "--idle-timeout", "50ms"];
    let (_server, address) = place.serve(&[&["-l", "udp://127.0.0.1:0"][..], &limits].concat());
    run(&place, &address).ends_with(0);
}

#[test]
fn once_serves_one_peer_to_its_end() {
    let talk = r#"{ "steps": [ { "send": "a" }, { "expect": "Hello, a!" }, { "send": "b" }, { "expect": "Hello, b!" },
      { "send": "exit" } ] }"#;
    let place = Workplace::with_scenario(talk);
    let (server, address) = place.serve(&["--once", "-l", "udp://127.0.0.1:0"]);
    run(&place, &address).ends_with(0);
    server.end().ends_with(0);
}

#[test]
fn where_nobody_listens_any_more_the_verdict_is_a_refusal() {
    let place = Workplace::with_scenario(
        r#"{ "steps": [ { "send": "a" }, { "expect_close": "refused", "then": "open" }, { "send": "b" },
             { "expect_close": ["refused", "reset"] } ] }"#,
    );
    let closed = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = format!("udp://{}", closed.local_addr().expect("bound"));
    drop(closed);
    run(&place, &address).ends_with(0);
    // Nobody answers what is expected, and that is known at once.
    let place = place.file(
        "talk.json",
        br#"{ "timeout": "20s", "steps": [ { "send": "a" }, { "expect": "b" } ] }"#,
    );
    run(&place, &address)
        .ends_with(1)
        .says("error[BC2003]: refused instead of a reply at step 2 of 2");
    // There is a file, and nobody behind it.
    drop(UnixDatagram::bind(place.path().join("dead")).expect("a socket"));
    run(&place, "unix-datagram:dead")
        .ends_with(5)
        .says("cannot connect to unix-datagram:dead: unix:dead: connection refused");
}

#[test]
fn a_peer_that_goes_away_in_the_middle_is_refused_on_unix_datagrams_too() {
    let place = Workplace::with_scenario(
        r#"{ "steps": [ { "send": "a" }, { "expect": "b" }, { "wait": "1ms" },
             { "retry": [ { "send": "c" }, { "expect_close": "refused", "then": "open", "within": "10ms" } ], "within": "20s" } ] }"#,
    );
    let peer = UnixDatagram::bind(place.path().join("d")).expect("a socket");
    let answering = thread::spawn(move || {
        let mut packet = [0; 16];
        let (n, from) = peer.recv_from(&mut packet).expect("a packet");
        assert_eq!(&packet[..n], b"a");
        assert!(!from.is_unnamed(), "it could not be answered");
        peer.send_to_addr(b"b", &from).expect("answered");
    });
    run(&place, "unix-datagram:d").ends_with(0);
    answering.join().expect("answered");
}

#[test]
fn a_packet_larger_than_may_be_is_told_with_its_length_and_nothing_is_cut() {
    let place = Workplace::with_scenario(
        r#"{ "framing": { "datagram": { "max_message": 1000 } }, "steps": [ { "send": "a" }, { "expect": { "length": 1000 } },
             { "expect": "b" } ] }"#,
    );
    let peer = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = format!("udp://{}", peer.local_addr().expect("bound"));
    let answering = thread::spawn(move || {
        let (_, from) = peer.recv_from(&mut [0; 16]).expect("a packet");
        for len in [1000, 40_000] {
            peer.send_to(&vec![b'x'; len], from).expect("answered");
        }
    });
    run(&place, &address)
        .ends_with(1)
        .says("error[BC2005]: what arrived is no message at step 3 of 3")
        .says("packet of 40000 bytes, where a message may have 1000");
    answering.join().expect("answered");
}

#[test]
fn a_send_larger_than_the_system_sends_fails_by_itself() {
    let place = Workplace::with_scenario(
        r#"{ "steps": [ { "send": "a" }, { "send": { "repeat": "x", "times": 70000 }, "may_fail": true } ] }"#,
    );
    let peer = UdpSocket::bind("127.0.0.1:0").expect("a port");
    run(
        &place,
        &format!("udp://{}", peer.local_addr().expect("bound")),
    )
    .ends_with(1)
    .says("error[BC2040]: packet of 70000 bytes larger than the system sends at step 2 of 2");
}

#[test]
fn what_cannot_be_played_over_packets_is_skipped_with_the_reason() {
    let peer = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = format!("udp://{}", peer.local_addr().expect("bound"));
    for (scenario, reason) in [
        (
            r#"{ "framing": "line", "steps": [{ "send": "a" }] }"#,
            "its framing is of byte streams, and udp carries packets",
        ),
        (
            r#"{ "steps": [{ "send": "a", "split": 1 }] }"#,
            "`split` is for byte streams, and udp carries packets",
        ),
        (
            r#"{ "steps": [{ "send": "a" }, { "expect_close": "clean" }] }"#,
            "needs a connection that ends, and with udp there is none",
        ),
        (
            r#"{ "steps": [{ "send": "a" }, { "close": "write" }] }"#,
            "`close: \"write\"` needs a connection that ends",
        ),
        (
            r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "a" }] }"#,
            "it expects something before it has sent anything",
        ),
        (
            r#"{ "clients": { "a": {}, "b": { "tls": true } }, "steps": [{ "as": "a", "send": "x" }, { "as": "b", "send": "y" }] }"#,
            "client b: TLS is for byte streams",
        ),
    ] {
        let place = Workplace::with_scenario(scenario);
        run(&place, &address).ends_with(0).says(reason);
    }
    let packets = r#"{ "framing": "datagram", "steps": [{ "send": "a" }] }"#;
    run(&Workplace::with_scenario(packets), "127.0.0.1:1")
        .ends_with(0)
        .says("the framing `datagram` is of packets, and tcp carries bytes");
}

#[test]
fn a_server_of_packets_takes_no_framing_and_nobody_listens_on_icmp() {
    let place = Workplace::new();
    place
        .backchat(["serve", "-l", "udp://127.0.0.1:0", "--framing", "line"])
        .output()
        .ends_with(2)
        .says("--framing is for byte streams");
    place
        .backchat(["serve", "-l", "icmp://127.0.0.1"])
        .output()
        .ends_with(5)
        .says("nobody can listen at icmp://127.0.0.1: the system itself answers there");
    let taken = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port().to_string();
    place
        .backchat(["serve", "-l", &format!("udp://127.0.0.1:{port}")])
        .output()
        .ends_with(5)
        .says(&format!("port {port} of 127.0.0.1 is in use"));
}
