//! The program on every kind of socket: what it serves there, what it plays there, and what it says where it cannot.
#![cfg(unix)]

use std::fs;
use std::os::unix::net::UnixListener;

use crate::harness::{Program, Workplace};

/// A conversation with the reference server, in lines.
const TALK: &str =
    r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "Ann" }, { "expect": "Hello, Ann!" }] }"#;

#[test]
fn a_unix_socket_is_served_played_against_and_removed_at_the_end() {
    let place = Workplace::with_scenario(TALK);
    let mut server = place
        .backchat(["serve", "--framing", "line", "-l", "unix:s"])
        .start();
    assert_eq!(server.line(), "listening on unix:s");
    let run = || {
        place
            .backchat(["run", "talk.json", "-t", "unix:s"])
            .output()
    };
    run().ends_with(0).says(" unix:s ");
    let second = place.backchat(["serve", "-l", "unix:s"]).output();
    second
        .ends_with(5)
        .says("error: s is in use: another program listens there");
    server.signal("TERM");
    server.end().ends_with(0);
    assert!(!place.path().join("s").exists());
    run()
        .ends_with(5)
        .says("error: cannot connect to unix:s: there is no such socket\n");
}

#[test]
fn a_socket_of_a_dead_server_is_replaced_and_anything_else_is_left_alone() {
    let place = Workplace::with_scenario(TALK).file("precious", b"data");
    drop(UnixListener::bind(place.path().join("s")).expect("a socket"));
    let refused = place
        .backchat(["run", "talk.json", "-t", "unix:s"])
        .output();
    refused
        .ends_with(5)
        .says("error: cannot connect to unix:s: connection refused\n");
    let server = place.backchat(["serve", "-l", "unix:s"]).start();
    drop(server);
    let mut server = place.backchat(["serve", "-l", "unix:s"]).start();
    assert_eq!(server.line(), "listening on unix:s");
    let output = place.backchat(["serve", "-l", "unix:precious"]).output();
    output
        .ends_with(5)
        .says("precious is there already, and no socket: name another path")
        .does_not_say("127.0.0.1:0");
    assert_eq!(
        fs::read(place.path().join("precious")).expect("there"),
        b"data"
    );
}

#[test]
fn an_address_that_is_none_says_what_to_write() {
    let long = format!("unix:/tmp/{}", "x".repeat(200));
    for (address, said) in [
        ("/run/x.sock", "is a path: write unix:/run/x.sock"),
        ("unix:", "such as unix:/run/server.sock"),
        (long.as_str(), "use a shorter one"),
        ("http://127.0.0.1:80", "unknown kind of address \"http\""),
    ] {
        for args in [["serve", "-l", address], ["run", "-t", address]] {
            Program::new(args).output().ends_with(2).says(said);
        }
    }
}
