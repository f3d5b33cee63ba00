//! TLS that a server refuses, or ends as it should not: certificates of clients, resets in the handshake, and every kind of end.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tempfile::TempDir;

use crate::harness::{Output, Server};
use crate::tls::{GREETED, Stream, certificate, config, greet, named, play, server, tls, write};

/// One who signs certificates.
type Issuer = CertifiedIssuer<'static, KeyPair>;

fn issuer(name: &str) -> Issuer {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("an issuer")
}

/// The certificate of somebody whom this issuer vouches for, and the key to it, both in PEM.
fn vouched(issuer: &Issuer) -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let certificate = named("client.test")
        .signed_by(&key, issuer)
        .expect("signed");
    (certificate.pem(), key.serialize_pem())
}

/// A configuration that wants a certificate of clients, from this issuer, in one version of TLS.
fn demanding(
    made: &(String, String),
    issuer: &Issuer,
    version: &'static SupportedProtocolVersion,
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(issuer.der().clone()).expect("a root");
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .expect("a verifier");
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("a version")
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(made.0.as_bytes()).expect("a certificate")],
            PrivateKeyDer::from_pem_slice(made.1.as_bytes()).expect("a key"),
        )
        .expect("a configuration")
}

/// A folder with the certificates of a server and of three clients: the right one, another's, and the right one with the key of another.
fn folder(made: &(String, String), issuer: &Issuer) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, "ca.pem", &made.0);
    let right = vouched(issuer);
    let wrong = vouched(&self::issuer("somebody.else"));
    for (name, text) in [
        ("right.pem", &right.0),
        ("right.key", &right.1),
        ("wrong.pem", &wrong.0),
        ("wrong.key", &wrong.1),
    ] {
        write(&folder, name, text);
    }
    folder
}

fn with_certificate(folder: &TempDir, server: &Server, scenario: &str, name: &str) -> Output {
    let (cert, key) = (format!("{name}.pem"), format!("{name}.key"));
    let flags = ["--tls-ca", "ca.pem", "--tls-cert", &cert, "--tls-key", &key];
    play(folder, &tls(server), scenario, &flags)
}

#[test]
fn a_server_that_wants_a_certificate_of_the_client_says_so_in_an_alert() {
    let (made, issuer) = (certificate(named("127.0.0.1")), issuer("ca.test"));
    let folder = folder(&made, &issuer);
    // In TLS 1.3 the client's handshake is over before the server has looked: the alert ends the connection.
    let server = server(demanding(&made, &issuer, &rustls::version::TLS13), greet);
    with_certificate(&folder, &server, GREETED, "right").ends_with(0);
    play(&folder, &tls(&server), GREETED, &["--tls-ca", "ca.pem"])
        .ends_with(1)
        .says("ended by the peer with the TLS alert certificate_required")
        .says("--tls-cert FILE");
    with_certificate(&folder, &server, GREETED, "wrong")
        .ends_with(1)
        .says("ended by the peer with the TLS alert unknown_ca")
        .says("--tls-cert FILE");
    for (alert, flags) in [
        (
            r#"{ "alert": "certificate_required" }"#,
            &["--tls-ca", "ca.pem"][..],
        ),
        (r#""alert""#, &["--tls-ca", "ca.pem"]),
        (
            r#"{ "alert": "unknown_ca" }"#,
            &[
                "--tls-insecure",
                "--tls-cert",
                "wrong.pem",
                "--tls-key",
                "wrong.key",
            ],
        ),
    ] {
        let scenario = format!(r#"{{ "steps": [{{ "expect_close": {alert} }}] }}"#);
        play(&folder, &tls(&server), &scenario, flags).ends_with(0);
    }
    let clean = r#"{ "steps": [{ "expect_close": "clean" }] }"#;
    play(&folder, &tls(&server), clean, &["--tls-ca", "ca.pem"])
        .ends_with(1)
        .says("TLS alert certificate_required instead of a clean close (FIN)");
}

#[test]
fn where_tls_is_older_the_handshake_itself_fails() {
    let (made, issuer) = (certificate(named("127.0.0.1")), issuer("ca.test"));
    let folder = folder(&made, &issuer);
    let server = server(demanding(&made, &issuer, &rustls::version::TLS12), greet);
    with_certificate(&folder, &server, GREETED, "right").ends_with(0);
    for (output, alert) in [
        (
            play(&folder, &tls(&server), GREETED, &["--tls-ca", "ca.pem"]),
            "certificate_required",
        ),
        (
            with_certificate(&folder, &server, GREETED, "wrong"),
            "unknown_ca",
        ),
    ] {
        output
            .ends_with(5)
            .says(&format!(
                "the peer refused the TLS handshake: alert {alert}"
            ))
            .says("--tls-cert FILE");
    }
    let refused = r#"{ "steps": [{ "connect": "tls-refused" }] }"#;
    play(&folder, &tls(&server), refused, &["--tls-ca", "ca.pem"]).ends_with(0);
}

#[test]
fn a_handshake_that_is_cut_off_says_how() {
    let folder = tempfile::tempdir().expect("a folder");
    let resetting = Server::start(|mut stream| {
        // The rest of what the client said is never read, so the system resets the connection.
        let _ = stream.read(&mut [0]);
    });
    let said = "the peer reset the connection (RST) in the middle of the TLS handshake";
    play(&folder, &tls(&resetting), GREETED, &["--tls-insecure"])
        .ends_with(5)
        .says(said)
        .says("Its log may say why it hung up");
    let closing = Server::start(|mut stream| {
        let _ = stream.read(&mut [0; 16 << 10]);
    });
    play(&folder, &tls(&closing), GREETED, &["--tls-insecure"])
        .ends_with(5)
        .says("the peer closed the connection (FIN) instead of answering the TLS handshake");
    // The beginning of a record, and no more.
    let half = Server::start(|mut stream| {
        let _ = stream.read(&mut [0; 16 << 10]);
        let _ = stream.write_all(b"\x16\x03\x03\x00\x7a\x02\x00");
    });
    play(&folder, &tls(&half), GREETED, &["--tls-insecure"])
        .ends_with(5)
        .says("the peer closed the connection (FIN) in the middle of the TLS handshake");
}

#[cfg(unix)]
#[test]
fn a_handshake_that_is_cut_off_on_a_unix_socket_is_no_reset() {
    use std::os::unix::net::UnixListener;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).expect("a socket");
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        stream.read_exact(&mut [0]).expect("a byte");
    });
    let begins = r#"{ "steps": [{ "start_tls": { "insecure": true } }] }"#;
    play(&folder, &format!("unix:{}", path.display()), begins, &[])
        .ends_with(1)
        .says("the peer closed the connection in the middle of the TLS handshake")
        .does_not_say("RST");
    serving.join().expect("served");
}

/// Says hello to the client, which then says the last words.
fn answer(stream: &mut Stream) {
    stream.read_exact(&mut [0; 5]).expect("Rose and a line end");
    stream.sock.set_nodelay(true).expect("set");
    stream.write_all(b"Hello, Rose!\n").expect("written");
    // Once the client has heard that, nothing of it can be lost.
    stream.read_exact(&mut [0; 5]).expect("Fine and a line end");
}

#[test]
fn each_end_under_tls_has_its_own_name() {
    let made = certificate(named("127.0.0.1"));
    let folder = tempfile::tempdir().expect("a folder");
    let ends = [
        (
            server(config(&made), |stream| {
                answer(stream);
                stream.conn.send_close_notify();
                stream.flush().expect("written");
            }),
            "\"clean\"",
            "closed by the peer (FIN)",
        ),
        (
            server(config(&made), answer),
            "\"truncated\"",
            "no close_notify",
        ),
        (
            server(config(&made), |stream| {
                answer(stream);
                // With no time to linger, the close is an abort.
                let socket = socket2::SockRef::from(&stream.sock);
                socket.set_linger(Some(Duration::ZERO)).expect("set");
            }),
            "\"reset\"",
            "reset by the peer (RST)",
        ),
        (
            server(config(&made), |stream| {
                answer(stream);
                stream.sock.write_all(b"200 in clear\r\n").expect("written");
                // Until the client has gone.
                let _ = stream.sock.read(&mut [0; 64]);
            }),
            "\"any\"",
            "broken: what came under TLS is no TLS",
        ),
    ];
    for (server, right, said) in &ends {
        for (_, how, _) in &ends {
            let steps = format!(
                r#"{{ "steps": [{{ "send": "Rose" }}, {{ "expect": "Hello, Rose!" }}, {{ "send": "Fine" }}, {{ "expect_close": {how} }}] }}"#
            );
            let output = play(&folder, &tls(server), &steps, &["--tls-insecure"]);
            let passes = how == right || *how == "\"any\"";
            output.ends_with(i32::from(!passes)).says(said);
        }
    }
}
