//! TLS over real sockets, with certificates that the tests make themselves: what is agreed on, what fails, and what is said about it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use tempfile::TempDir;

use crate::harness::{Output, Program, Server};

pub(crate) type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A certificate for these names, signed by its own key, and that key, both in PEM.
pub(crate) fn certificate(params: CertificateParams) -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.pem(), key.serialize_pem())
}

pub(crate) fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).expect("a name")
}

pub(crate) fn config((certificate, key): &(String, String)) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate")],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key"),
        )
        .expect("a configuration")
}

/// A server that does this under TLS. Where the handshake fails, nothing more.
pub(crate) fn server(
    config: ServerConfig,
    serve: impl FnMut(&mut Stream) + Send + 'static,
) -> Server {
    after(config, |_| {}, serve)
}

/// As [`server`], with something said in clear before.
fn after(
    config: ServerConfig,
    mut before: impl FnMut(&mut TcpStream) + Send + 'static,
    mut serve: impl FnMut(&mut Stream) + Send + 'static,
) -> Server {
    let config = Arc::new(config);
    Server::start(move |mut socket| {
        before(&mut socket);
        let session = ServerConnection::new(Arc::clone(&config)).expect("a session");
        let mut stream = StreamOwned::new(session, socket);
        if stream.flush().is_ok() {
            serve(&mut stream);
        }
    })
}

pub(crate) fn tls(server: &Server) -> String {
    format!("tls://{}", server.target())
}

pub(crate) fn write(folder: &TempDir, name: &str, text: &str) {
    std::fs::write(folder.path().join(name), text).expect("written");
}

/// Plays one scenario in a folder.
pub(crate) fn play(folder: &TempDir, target: &str, scenario: &str, more: &[&str]) -> Output {
    write(folder, "a.json", scenario);
    let args = ["run", "a.json", "-v", "-t", target];
    Program::new(args.iter().chain(more))
        .dir(folder.path())
        .output()
}

pub(crate) const GREETED: &str =
    r#"{ "steps": [{ "expect": "Welcome!" }, { "expect_close": "clean" }] }"#;

/// Says `Welcome!` and ends TLS as it should be ended.
pub(crate) fn greet(stream: &mut Stream) {
    stream.write_all(b"Welcome!\n").expect("written");
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

#[test]
fn a_certificate_is_trusted_where_it_is_named_and_the_report_says_what_was_agreed_on() {
    let made = certificate(named("127.0.0.1"));
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, "ca.pem", &made.0);
    let server = server(config(&made), greet);
    let output = play(&folder, &tls(&server), GREETED, &["--tls-ca", "ca.pem"]);
    output.ends_with(0).says("(TLS 1.3)");
    let older = r#"{ "clients": { "c": { "tls": { "ca": "ca.pem", "max": "1.2" } } }, "steps": [{ "expect": "Welcome!" }] }"#;
    play(&folder, &server.target(), older, &[])
        .ends_with(0)
        .says("(TLS 1.2)");
}

#[test]
fn a_certificate_that_may_sign_others_is_trusted_by_itself_too() {
    let mut params = named("127.0.0.1");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let made = certificate(params);
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, "ca.pem", &made.0);
    let right = server(config(&made), greet);
    play(&folder, &tls(&right), GREETED, &["--tls-ca", "ca.pem"]).ends_with(0);
    // Its name and its time count nevertheless.
    let mut params = named("other.test");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let made = certificate(params);
    write(&folder, "ca.pem", &made.0);
    let other = server(config(&made), greet);
    play(&folder, &tls(&other), GREETED, &["--tls-ca", "ca.pem"])
        .ends_with(5)
        .says("is not for \"127.0.0.1\" but for other.test");
}

#[test]
fn whoever_is_not_trusted_is_refused_and_the_report_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut old = named("127.0.0.1");
    (old.not_before, old.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    let other = certificate(named("127.0.0.1"));
    for (made, trusted, said, help) in [
        (
            certificate(named("127.0.0.1")),
            &other,
            "nobody whom this side trusts",
            "--tls-ca FILE",
        ),
        (
            certificate(old),
            &(String::new(), String::new()),
            "is not valid since",
            "--tls-insecure",
        ),
        (
            certificate(named("a.test")),
            &(String::new(), String::new()),
            "is not for \"127.0.0.1\" but for a.test",
            "server_name",
        ),
    ] {
        let ca = if trusted.0.is_empty() {
            &made.0
        } else {
            &trusted.0
        };
        write(&folder, "ca.pem", ca);
        let server = server(config(&made), greet);
        let output = play(&folder, &tls(&server), GREETED, &["--tls-ca", "ca.pem"]);
        output
            .ends_with(5)
            .says("cannot connect to tls://")
            .says(said)
            .says(help);
        let refused = r#"{ "steps": [{ "connect": "tls-refused" }] }"#;
        play(&folder, &tls(&server), refused, &["--tls-ca", "ca.pem"]).ends_with(0);
        play(&folder, &tls(&server), GREETED, &["--tls-insecure"])
            .ends_with(0)
            .says("NOT VERIFIED");
    }
}

#[test]
fn files_that_are_not_what_tls_needs_are_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (certificate(named("a.test")), certificate(named("b.test")));
    write(&folder, "a.json", GREETED);
    for (name, text) in [
        ("a.pem", &a.0),
        ("b.key", &b.1),
        ("no.pem", &"hello".to_owned()),
    ] {
        write(&folder, name, text);
    }
    for (flags, code, said) in [
        (&["--tls-ca", "none.pem"][..], 2, "cannot read none.pem"),
        (&["--tls-ca", "."], 2, "it is a folder"),
        (
            &["--tls-ca", "no.pem"],
            3,
            "no.pem has no certificate that can be read",
        ),
        (&["--tls-cert", "a.pem"], 3, "a.pem has no private key"),
        (
            &["--tls-cert", "a.pem", "--tls-key", "b.key"],
            3,
            "is not that of the certificate",
        ),
        (&["--tls-key", "b.key"], 2, "--tls-cert"),
        (
            &["--tls-ca", "a.pem", "--tls-insecure"],
            2,
            "cannot be used with",
        ),
    ] {
        let args = ["run", "a.json", "-t", "tls://127.0.0.1:1"];
        let output = Program::new(args.iter().chain(flags))
            .dir(folder.path())
            .output();
        output.ends_with(code).says(said);
    }
}

#[test]
fn ends_under_tls_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = certificate(named("127.0.0.1"));
    let ends = |how: &str| {
        format!(r#"{{ "steps": [{{ "expect": "Welcome!" }}, {{ "expect_close": {how} }}] }}"#)
    };
    let truncating = server(config(&made), |stream| {
        stream.write_all(b"Welcome!\n").expect("written");
        stream
            .sock
            .shutdown(std::net::Shutdown::Write)
            .expect("FIN");
        let _ = stream.sock.read(&mut [0; 64]);
    });
    let target = tls(&truncating);
    play(
        &folder,
        &target,
        &ends(r#""truncated""#),
        &["--tls-insecure"],
    )
    .ends_with(0);
    play(&folder, &target, &ends(r#""clean""#), &["--tls-insecure"])
        .ends_with(1)
        .says("connection closed without close_notify instead of a clean close (FIN)")
        .says("\"truncated\"");
}

#[test]
fn an_alert_is_told_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = certificate(named("127.0.0.1"));
    let mut config = config(&made);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let server = server(config, greet);
    let offers = |protocol: &str| {
        format!(
            r#"{{ "clients": {{ "c": {{ "tls": {{ "alpn": ["{protocol}"] }} }} }}, "steps": [{{ "expect": "Welcome!" }}] }}"#
        )
    };
    play(&folder, &tls(&server), &offers("h2"), &["--tls-insecure"])
        .ends_with(0)
        .says("ALPN h2");
    play(&folder, &tls(&server), &offers("x"), &["--tls-insecure"])
        .ends_with(5)
        .says("alert no_application_protocol");
}

#[test]
fn plain_servers_and_servers_that_say_nothing_are_told_from_servers_with_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = Server::start(|mut stream| {
        stream.write_all(b"220 ready\r\n").expect("written");
        let _ = stream.read(&mut [0; 4096]);
    });
    play(&folder, &tls(&plain), GREETED, &["--tls-insecure"])
        .ends_with(5)
        .says("the peer does not speak TLS: it sent \"220 ready\\r\\n\"")
        .says("tcp://HOST:PORT");
    let silent =
        Server::start(|mut stream| while stream.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {});
    play(
        &folder,
        &tls(&silent),
        GREETED,
        &["--tls-insecure", "--timeout", "200ms"],
    )
    .ends_with(5)
    .says("the TLS handshake did not end within")
    .says("the peer sent nothing");
}

const STARTTLS: &str = r#"{ "clients": { "c": {} },
  "steps": [{ "expect": "220 go ahead" }, { "start_tls": { "insecure": true } }, { "expect": "Welcome!" }, { "expect_close": "clean" }] }"#;

#[test]
fn tls_begins_in_the_middle_of_a_conversation_unless_something_in_clear_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = certificate(named("127.0.0.1"));
    let honest = after(
        config(&made),
        |socket| socket.write_all(b"220 go ahead\n").expect("written"),
        greet,
    );
    play(&folder, &honest.target(), STARTTLS, &[])
        .ends_with(0)
        .says("TLS began: TLS 1.3, NOT VERIFIED")
        .says("is `insecure`");
    let injecting = after(
        config(&made),
        |socket| {
            socket
                .write_all(b"220 go ahead\n250 INJECTED\n")
                .expect("written")
        },
        greet,
    );
    play(&folder, &injecting.target(), STARTTLS, &[])
        .ends_with(1)
        .says("13 bytes instead of the beginning of TLS")
        .says("250 INJECTED");
    let refusing = Server::start(|mut stream| {
        stream.write_all(b"220 go ahead\n").expect("written");
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"no TLS here\n");
    });
    play(&folder, &refusing.target(), STARTTLS, &[])
        .ends_with(1)
        .says("does not speak TLS");
    let refused = r#"{ "steps": [{ "expect": "220 go ahead" }, { "start_tls": "refused" }, { "connect": true }] }"#;
    play(&folder, &refusing.target(), refused, &[]).ends_with(0);
}

#[test]
fn a_handshake_with_options_can_be_expected_to_be_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = certificate(named("127.0.0.1"));
    write(&folder, "ca.pem", &made.0);
    let ready = |socket: &mut TcpStream| socket.write_all(b"220 go ahead\n").expect("written");
    for (name, code) in [("other.test", 0), ("127.0.0.1", 1)] {
        let options = format!(r#"{{ "ca": "ca.pem", "server_name": "{name}" }}"#);
        let server = after(config(&made), ready, greet);
        let steps = format!(
            r#"{{ "steps": [{{ "expect": "220 go ahead" }}, {{ "start_tls": {} }}, {{ "connect": true }}] }}"#,
            options.replace(" }", r#", "expect": "refused" }"#)
        );
        let output = play(&folder, &server.target(), &steps, &[]);
        output.ends_with(code);
        if code == 1 {
            output.says("TLS 1.3");
        }
        let server = self::server(config(&made), greet);
        let steps = format!(
            r#"{{ "steps": [{{ "connect": {{ "tls": {options}, "expect": "tls-refused" }} }}] }}"#
        );
        play(&folder, &server.target(), &steps, &[]).ends_with(code);
    }
}

#[test]
fn the_reference_server_speaks_tls_with_half_closes_and_much_both_ways_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = "serve --listen tls://127.0.0.1:0 --framing line --reply echo --greeting= --tls-self-signed=ca.pem";
    let mut server = Program::new(args.split(' ')).dir(folder.path()).start();
    let line = server.line();
    let target = line
        .trim()
        .strip_prefix("listening on ")
        .expect("an address")
        .to_owned();
    assert!(target.starts_with("tls://127.0.0.1:"), "{target}");
    let much = r#"{ "timeout": "30s", "steps": [{ "parallel": [
        [{ "repeat": [{ "send": { "repeat": "0123456789abcdef", "times": 16384 } }], "times": 40 }],
        [{ "repeat": [{ "expect": { "length": 262144 } }], "times": 40 }] ] },
        { "send": "last" }, { "close": "write" }, { "expect": "last" }, { "expect_close": "clean" }] }"#;
    play(&folder, &target, much, &["--tls-ca", "ca.pem"]).ends_with(0);
    let reset = r#"{ "steps": [{ "send": "x" }, { "expect": "x" }, { "close": "reset" }] }"#;
    play(&folder, &target, reset, &["--tls-ca", "ca.pem"]).ends_with(0);
    let bytes = r#"{ "steps": [{ "send": "Zo\u00eb" }, { "expect": "Zo\u00eb" }] }"#;
    play(
        &folder,
        &target,
        bytes,
        &["--tls-ca", "ca.pem", "--segment", "byte"],
    )
    .ends_with(0);
    // Without TLS, its answer shows what it is.
    let plain = target.replace("tls://", "tcp://");
    play(&folder, &plain, bytes, &[]).ends_with(1);
    server.signal("TERM");
    server.end();
}

#[test]
fn a_server_with_tls_needs_a_certificate_and_one_without_has_no_use_for_it() {
    for (args, said) in [
        (
            "serve --listen tls://127.0.0.1:0",
            "a tls:// server needs a certificate",
        ),
        (
            "serve --listen 127.0.0.1:0 --tls-self-signed",
            "only where --listen is tls://HOST:PORT",
        ),
    ] {
        Program::new(args.split(' '))
            .output()
            .ends_with(2)
            .says(said);
    }
}
