//! Servers that misbehave: a clear verdict, in time, in bounded memory, and nothing raw on the terminal.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::harness::{Output, Server, Workplace};

const GREETED: &str = r#"{ "timeout": "1s", "steps": [{ "expect": "Welcome!" }] }"#;

/// How much memory a run may hold while it is flooded, in KiB: 64 MiB.
const MOST_MEMORY: u64 = 64 << 10;

/// Plays a scenario against a server.
fn play(scenario: &str, serve: impl FnMut(TcpStream) + Send + 'static) -> Output {
    let server = Server::start(serve);
    let output = Workplace::with_scenario(scenario)
        .backchat(["run", "talk.json", "-t", &server.target()])
        .output();
    output.shows_nothing_raw();
    output
}

#[test]
fn a_server_that_never_greets() {
    play(GREETED, |mut stream| {
        // Until the client has gone.
        let _ = stream.read(&mut [0]);
    })
    .ends_with(1)
    .says("error[BC2002]: no reply within 1s at step 1")
    .says("received nothing")
    .says("connection        at the failure: open");
}

#[test]
fn a_server_that_closes_at_once() {
    play(GREETED, drop)
        .ends_with(1)
        .says("error[BC2003]: connection closed instead of a reply")
        .says("closed by the peer (FIN)");
}

#[test]
fn a_server_that_floods_without_end() {
    for (scenario, found) in [
        (GREETED, "error[BC2005]"),
        (
            r#"{ "framing": "raw", "steps": [{ "expect": "Welcome!" }] }"#,
            "error[BC2001]",
        ),
        (
            r#"{ "framing": "raw", "timeout": "500ms", "steps": [{ "expect": { "contains": "x" } }] }"#,
            "error[BC2002]",
        ),
        (
            r#"{ "framing": "raw", "timeout": "500ms", "steps": [{ "expect": { "regex": "^(z|y)*x" } }] }"#,
            "error[BC2002]",
        ),
        (
            r#"{ "framing": "raw", "timeout": "500ms", "steps": [{ "expect": { "regex": "[a-y]x" } }] }"#,
            "error[BC2002]",
        ),
    ] {
        let server = Server::start(|mut stream: TcpStream| {
            // Until the client has gone.
            while stream.write_all(&[b'z'; 65536]).is_ok() {}
        });
        let began = Instant::now();
        let place = Workplace::with_scenario(scenario);
        let (output, peak) = place
            .backchat(["run", "talk.json", "-t", &server.target()])
            .start()
            .end_with_peak();
        output.ends_with(1).says(found).shows_nothing_raw();
        assert!(began.elapsed() < Duration::from_secs(20));
        if cfg!(target_os = "linux") {
            let peak = peak.expect("the system says how much");
            assert!(
                peak < MOST_MEMORY,
                "{peak} KiB, playing {scenario}\n{output}"
            );
        }
    }
}

#[test]
fn a_server_that_sends_escape_sequences() {
    let greeting = b"\x1b[2J\x1b]0;owned\x07\x9b31m\xe2\x80\xae\x00\r\n";
    for (scenario, found) in [
        (GREETED, "error[BC2001]"),
        (
            r#"{ "steps": [{ "expect": { "contains": "x" } }] }"#,
            "error[BC2001]",
        ),
        (
            r#"{ "steps": [{ "expect_silence": "1s" }] }"#,
            "error[BC2008]",
        ),
        (
            r#"{ "steps": [{ "expect_close": "reset" }] }"#,
            "error[BC2008]",
        ),
    ] {
        play(scenario, move |mut stream| {
            stream.write_all(greeting).expect("written");
            let _ = stream.read(&mut [0]);
        })
        .ends_with(1)
        .says(found)
        .says(r"\x1b[2J\x1b]0;owned\x07\x9b31m");
    }
}

#[test]
fn a_server_that_does_not_read() {
    let scenario =
        r#"{ "timeout": "500ms", "steps": [{ "send": { "repeat": "x", "times": 30000000 } }] }"#;
    let mut held = Vec::new();
    play(scenario, move |stream| held.push(stream))
        .ends_with(1)
        .says("error[BC2011]")
        .says("the peer does not read");
}

#[test]
fn a_server_that_sends_one_byte_at_a_time() {
    play(GREETED, |mut stream| {
        stream.set_nodelay(true).expect("set");
        for byte in b"Welcome!\n" {
            stream.write_all(&[*byte]).expect("written");
        }
        let _ = stream.read(&mut [0]);
    })
    .ends_with(0);
}

#[test]
fn a_server_that_sends_half_a_message_and_closes() {
    play(GREETED, |mut stream| {
        stream.write_all(b"Welc").expect("written")
    })
    .ends_with(1)
    .says("error[BC2003]: connection closed before the reply was whole")
    .says(r#"{ "expect_bytes": "Welc" }"#);
}
