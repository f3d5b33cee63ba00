//! Who ended a connection first, and how: as the terminal says it, and as the JSON report does.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::harness::{Output, Program, Server};

/// Plays one scenario with one target, for the terminal and the JSON report.
fn play(target: &str, steps: &str) -> (Output, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("a.json"),
        format!(r#"{{ "steps": [{steps}] }}"#),
    )
    .expect("written");
    let args = ["run", "a.json", "-v", "-t", target, "--report", "json=-"];
    let output = Program::new(args).dir(folder.path()).output();
    let report = serde_json::from_str(&output.stdout).expect("JSON");
    (output, report)
}

/// Who ended it first, by whom and how.
fn first(report: &Value) -> (&str, &str) {
    let first = &report["cases"][0]["failure"]["ended_first"][0];
    let text = |key: &str| first[key].as_str().expect("text");
    assert_eq!(text("client"), "client", "{report:#}");
    assert!(first["at_us"].is_u64(), "{report:#}");
    (text("by"), text("how"))
}

/// Reads one byte of several, and closes.
fn read_one(mut stream: impl std::io::Read) {
    stream.read_exact(&mut [0]).expect("a byte");
}

const SENT: &str = r#"{ "send": "several bytes" }"#;

#[test]
fn a_peer_that_leaves_bytes_unread_resets_tcp() {
    let server = Server::start(read_one);
    let target = format!("tcp://{}", server.target());
    let steps = format!(r#"{SENT}, {{ "expect_close": "clean" }}"#);
    let (output, report) = play(&target, &steps);
    output.ends_with(1).says("reset by the peer (RST)");
    assert_eq!(first(&report), ("peer", "reset"));
}

#[test]
fn the_half_that_ended_first_is_told_from_the_one_that_did_then() {
    let server = Server::start(|mut stream: TcpStream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).expect("read");
        stream.write_all(b"two\nand").expect("written");
    });
    let target = format!("tcp://{}", server.target());
    let steps =
        format!(r#"{SENT}, {{ "close": "write" }}, {{ "expect": "two" }}, {{ "expect": "more" }}"#);
    let (output, report) = play(&target, &steps);
    output
        .ends_with(1)
        .says("closed by the peer (FIN), after this side had no more to send (FIN)");
    assert_eq!(first(&report), ("backchat", "write"));

    let server = Server::start(drop);
    let target = format!("tcp://{}", server.target());
    let steps = r#"{ "expect_close": "clean", "then": "open" }, { "close": "write" }, { "assert": "{{ 1 > 2 }}" }"#;
    let (output, report) = play(&target, steps);
    output.ends_with(1);
    assert_eq!(first(&report), ("peer", "clean"));
    assert_eq!(
        report["cases"][0]["failure"]["connections"],
        json!(["at the failure: closed by the peer (FIN), before this side had no more to send"])
    );
}

#[test]
fn a_connection_that_this_side_ended_is_said_to_be_closed_by_it() {
    let server = Server::start(|mut stream: TcpStream| {
        let _ = stream.read(&mut [0]);
    });
    let target = format!("tcp://{}", server.target());
    for (how, word, said) in [
        ("clean", "clean", "closed by this side"),
        ("reset", "reset", "reset by this side (RST)"),
    ] {
        let steps = format!(
            r#"{{ "connect": true }}, {{ "close": "{how}" }}, {{ "assert": "{{{{ 1 > 2 }}}}" }}"#
        );
        let (output, report) = play(&target, &steps);
        output.ends_with(1).says(said);
        assert_eq!(first(&report), ("backchat", word));
        assert_eq!(
            report["cases"][0]["failure"]["connections"],
            json!([format!("at the failure: {said}")])
        );
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::net::UnixListener;
    use std::thread;

    use super::*;

    /// Plays with a peer that leaves bytes unread, on a Unix socket.
    fn play_unread(steps: &str) -> (Output, Value) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).expect("a socket");
        let serving = thread::spawn(move || read_one(listener.accept().expect("a client").0));
        let played = play(&format!("unix:{}", path.display()), steps);
        serving.join().expect("served");
        played
    }

    #[test]
    fn a_peer_that_leaves_bytes_unread_is_no_reset_on_unix_sockets_but_what_comes_nearest() {
        let (output, _) = play_unread(&format!(r#"{SENT}, {{ "expect_close": "reset" }}"#));
        output
            .ends_with(0)
            .says("closed by the peer with bytes of this side unread (ECONNRESET, no RST)");

        let (output, report) = play_unread(&format!(r#"{SENT}, {{ "expect_close": "clean" }}"#));
        output
            .ends_with(1)
            .says("connection closed before all was read");
        assert!(!output.stderr.contains("(RST)"), "{}", output.stderr);
        assert_eq!(first(&report), ("peer", "unread"));
    }

    #[test]
    fn a_reset_of_this_side_is_said_to_be_a_plain_close_on_unix_sockets() {
        let steps = format!(r#"{SENT}, {{ "close": "reset" }}, {{ "assert": "{{{{ 1 > 2 }}}}" }}"#);
        let (output, report) = play_unread(&steps);
        output
            .ends_with(1)
            .says("closed by this side: such a socket has no RST");
        assert_eq!(first(&report), ("backchat", "closed"));
    }
}
