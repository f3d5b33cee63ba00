//! `backchat serve`: says where it listens, serves, and stops when it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::harness::{Program, Running, Workplace};

/// A server on a port that was free, and its address.
fn serve(args: &[&str]) -> (Running, String) {
    let args = ["serve", "-l", "127.0.0.1:0"].iter().chain(args);
    let mut server = Program::new(args).start();
    let line = server.line();
    let address = line
        .strip_prefix("listening on ")
        .unwrap_or_else(|| panic!("{line:?}"))
        .to_owned();
    (server, address)
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("set");
    stream
}

/// Reads exactly this.
#[track_caller]
fn hear(stream: &mut TcpStream, expected: &str) {
    let mut bytes = vec![0; expected.len()];
    stream.read_exact(&mut bytes).expect("readable");
    assert_eq!(String::from_utf8_lossy(&bytes), expected);
}

#[test]
fn port_0_prints_the_real_port_and_the_server_speaks() {
    let (_server, address) = serve(&[]);
    let mut stream = connect(&address);
    hear(&mut stream, "Welcome!");
    stream.write_all(b"Rose").expect("written");
    hear(&mut stream, "Hello, Rose!");
    stream.write_all(b"exit").expect("written");
    assert_eq!(stream.read(&mut [0]).expect("a clean end"), 0);
}

#[test]
fn what_is_said_can_be_chosen() {
    let (_server, address) = serve(&[
        "--framing",
        "crlf",
        "--greeting",
        "220 ready",
        "--reply",
        "echo",
    ]);
    let mut stream = connect(&address);
    hear(&mut stream, "220 ready\r\n");
    stream.write_all(b"NOOP\r\n").expect("written");
    hear(&mut stream, "NOOP\r\n");
    let (_server, address) = serve(&["--greeting", "", "--idle-timeout", "100ms"]);
    let mut stream = connect(&address);
    assert_eq!(stream.read(&mut [0]).expect("a clean end"), 0);
}

#[test]
fn one_connection_too_many_is_told_so() {
    let (_server, address) = serve(&["--max-connections", "1"]);
    let mut first = connect(&address);
    hear(&mut first, "Welcome!");
    hear(&mut connect(&address), "error: too many connections");
}

#[test]
fn once_is_one_connection_and_then_the_end() {
    let (server, address) = serve(&["--once"]);
    let mut stream = connect(&address);
    hear(&mut stream, "Welcome!");
    stream.write_all(b"Rose").expect("written");
    hear(&mut stream, "Hello, Rose!");
    // It listens no more, however long the first one stays.
    let patience = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < patience, "it still listens");
    }
    stream.write_all(b"exit").expect("written");
    assert_eq!(stream.read(&mut [0]).expect("a clean end"), 0);
    drop(stream);
    server.end().ends_with(0);
    let (server, address) = serve(&["--once"]);
    hear(&mut connect(&address), "Welcome!");
    server.signal("TERM");
    server.end().ends_with(0);
}

#[test]
fn it_can_be_run_against() {
    let (_server, address) = serve(&["--framing", "line"]);
    Workplace::with_scenario(
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "Ann" }, { "expect": "Hello, Ann!" }] }"#,
    )
    .backchat(["run", "talk.json", "-t", &address])
    .output()
    .ends_with(0)
    .says(&address);
}

#[test]
fn a_port_in_use_ends_with_5_and_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound");
    let output = Program::new(["serve", "-l", &address.to_string()]).output();
    output
        .ends_with(5)
        .says(&format!("port {} of 127.0.0.1 is in use", address.port()));
    assert!(output.stdout.is_empty(), "{output}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_port_that_needs_more_rights_ends_with_5_and_says_so() {
    const PORT: u16 = 1009;
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    let first: u16 = first.map_or(0, |text| text.trim().parse().expect("a number"));
    let may_not = |program: Program| match rustix::process::geteuid().is_root() {
        true => program.by_nobody(),
        false => program,
    };
    if first <= PORT || !may_not(Program::new(["-V"])).starts() {
        eprintln!(
            "SKIPPED: here everybody may listen at port {PORT}, or nobody may start backchat"
        );
        return;
    }
    may_not(Program::new(["serve", "-l", "127.0.0.1:1009"]))
        .output()
        .ends_with(5)
        .says("port 1009 of 127.0.0.1 is not permitted: ports below 1024 need more rights")
        .says("`--listen 127.0.0.1:0` takes a port that is free");
}

#[cfg(target_os = "linux")]
#[test]
fn what_may_not_be_read_or_made_is_told_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, "").expect("written");
    std::fs::set_permissions(&ca, PermissionsExt::from_mode(0o000)).expect("its own");
    let may_not = |words: &[&str]| {
        let program = Program::new(words);
        match rustix::process::geteuid().is_root() {
            true => program.by_nobody(),
            false => program,
        }
    };
    if !may_not(&["-V"]).starts() {
        eprintln!("SKIPPED: nobody may start backchat here");
        return;
    }
    // The folder is root's, and where the tests are not root's, nobody's to read.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o555)).expect("its own");
    let path = ca.to_str().expect("text");
    may_not(&[
        "serve",
        "-l",
        "tls://127.0.0.1:0",
        "--tls-cert",
        path,
        "--tls-key",
        path,
    ])
    .output()
    .ends_with(2)
    .says("the user who runs this needs the right to read it");
    let when = format!("scenario:{path}");
    for flags in [
        &["--health", path][..],
        &["--spawn", "server {port}", "--ready-when", &when],
    ] {
        may_not(&[&["run", path], flags].concat())
            .output()
            .ends_with(2)
            .says("the user who runs this needs the right to read it");
    }
    let socket = format!("unix:{}/socket", folder.path().display());
    may_not(&["serve", "-l", &socket])
        .output()
        .ends_with(5)
        .says("name a path in a folder that may be written to");
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).expect("its own");
}

#[test]
fn a_signal_lets_conversations_end_and_then_it_ends_with_0() {
    for signal in ["INT", "TERM"] {
        let (server, address) = serve(&["--framing", "line", "--think-time", "300ms"]);
        let mut stream = connect(&address);
        hear(&mut stream, "Welcome!\n");
        // Both arrive together: once the first is answered, the second has been heard and is being thought about.
        stream.write_all(b"Rose\nAnn\n").expect("written");
        hear(&mut stream, "Hello, Rose!\n");
        server.signal(signal);
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("a clean end");
        assert_eq!(String::from_utf8_lossy(&rest), "Hello, Ann!\n", "{signal}");
        server.end().ends_with(0);
        assert!(TcpStream::connect(&address).is_err(), "it still listens");
    }
}
