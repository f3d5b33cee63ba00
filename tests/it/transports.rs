//! The program on every kind of socket: what it serves there, what it plays there, and what it says where it cannot.
#![cfg(unix)]

use std::fs;
use std::os::unix::net::UnixListener;

use crate::harness::{Program, Workplace};

/// A conversation with the reference server, in lines.
const TALK: &str =
    r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "Ann" }, { "expect": "Hello, Ann!" }] }"#;

#[test]
fn a_missing_folder_for_temporary_files_is_said_with_who_names_it() {
    let place = Workplace::with_scenario(TALK);
    for transport in ["unix", "unix-seqpacket"] {
        let output = place
            .backchat(["run", "talk.json", "--transports", transport])
            .env("TMPDIR", "/no/such/folder")
            .output();
        output
            .ends_with(5)
            .says("cannot be started: /no/such/folder, the folder for temporary files that TMPDIR names, does not exist\n")
            .says("help: make that folder, or set TMPDIR to one")
            .does_not_say("is the server running");
    }
}

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

/// All transports of the built-in server.
const ALL: &str = "tcp4,tcp6,tls,unix,unix-seqpacket,unix-datagram,udp4,udp6";

#[test]
fn the_same_scenario_is_played_over_each_transport_and_each_is_reported() {
    let place = Workplace::with_scenario(TALK);
    let run = |words: &[&str]| {
        let words = ["run", "talk.json", "--no-fail-fast"]
            .into_iter()
            .chain(words.iter().copied());
        place.backchat(words).output()
    };
    let streams = run(&["--transports", "tcp4,tls,unix"]);
    streams
        .ends_with(0)
        .says("3 run: 3 passed, 0 failed, 0 skipped");
    for transport in ["tcp4", "tls", "unix"] {
        streams.says(&format!("talk@{transport}"));
    }
    let greeting = run(&[
        "--transports",
        "udp4,unix-datagram,unix",
        "-q",
        "--report",
        "json=r.json",
    ]);
    let reason = "it expects something before it has sent anything, and a server reached by";
    greeting
        .ends_with(0)
        .says("2 skipped")
        .says("Suite udp4: 0 run: 0 passed, 0 failed, 1 skipped")
        .says("Suite unix-datagram: 0 run: 0 passed, 0 failed, 1 skipped")
        .says("Suite unix: 1 run: 1 passed, 0 failed, 0 skipped")
        .says(&format!(
            "Skipped 1 case: {reason} unix-datagram knows of nobody"
        ));
    let report = fs::read(place.path().join("r.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    let suites = report["suites"].as_array().expect("suites");
    let counts = suites.iter().map(|suite| {
        let totals = &suite["totals"];
        (
            suite["name"].as_str(),
            totals["passed"].as_u64(),
            totals["skipped"].as_u64(),
        )
    });
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [
            (Some("udp4"), Some(0), Some(1)),
            (Some("unix-datagram"), Some(0), Some(1)),
            (Some("unix"), Some(1), Some(0)),
        ]
    );
    run(&["--transports", "tcp4,tcp5"])
        .ends_with(2)
        .says("tcp5");
    run(&["--transports", "tcp4", "-t", "localhost:1"])
        .ends_with(2)
        .says("cannot be used with");
}

#[test]
fn what_needs_no_greeting_is_played_over_packets_too_and_a_failure_names_its_transport() {
    let place = Workplace::new()
        .file("a.json", br#"{ "server": { "greeting": null }, "steps": [{ "send": "Ann" }, { "expect": "Hello, Ann!" }] }"#)
        .file("b.json", br#"{ "server": { "greeting": null }, "steps": [{ "send": "Ann" }, { "expect": "Goodbye, Ann!" }] }"#);
    let run = |file: &str| {
        let words = ["run", file, "--no-fail-fast", "--transports", ALL];
        place.backchat(words).output()
    };
    let count = ALL.split(',').count();
    let passed = run("a.json");
    let ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    let failed = run("b.json");
    failed.ends_with(1);
    for transport in ALL.split(',').filter(|name| ipv6 || !name.ends_with('6')) {
        passed.says(&format!("a@{transport}"));
        failed.says(&format!("b@{transport}"));
    }
    match ipv6 {
        true => passed
            .ends_with(0)
            .says(&format!("{count} run: {count} passed, 0 failed, 0 skipped")),
        false => passed.says("0 failed"),
    };
}

#[test]
fn equal_reasons_for_a_skip_are_counted_together_whatever_the_address_is() {
    // Each has settings of its own, so each has a server, and an address, of its own.
    let place = (1..=12).fold(Workplace::new(), |place, n| {
        let scenario = format!(
            r#"{{ "framing": "line", "server": {{ "greeting": "{n}" }}, "steps": [{{ "expect": "{n}" }}] }}"#
        );
        place.file(&format!("s/{n}.json"), scenario.as_bytes())
    });
    let run = place
        .backchat(["run", "s", "-q", "--transports", "udp4,unix-seqpacket"])
        .output();
    run.ends_with(0).does_not_say("other reasons");
    for scheme in ["udp", "unix-seqpacket"] {
        run.says(&format!(
            "Skipped 12 cases: its framing is of byte streams, and {scheme} carries packets"
        ));
    }
}

#[test]
fn icmp_is_played_where_raw_sockets_are_permitted_and_else_skipped_with_the_reason() {
    let place = Workplace::with_scenario(
        r#"{ "steps": [
             { "note": "an echo request: its checksum, an identifier, the number 1", "send": { "hex": "08 00 07 fd f0 01 00 01" } },
             { "note": "the request itself comes by here, too", "skip_until": { "prefix": { "hex": "00 00" }, "suffix": { "hex": "f0 01 00 01" } } } ] }"#,
    );
    let output = place
        .backchat(["run", "talk.json", "-t", "icmp://127.0.0.1"])
        .output();
    output.ends_with(0);
    if output.stderr.contains("1 passed") {
        return;
    }
    eprintln!("SKIPPED: raw sockets are not permitted here");
    output.says("icmp").says("1 skipped");
}
