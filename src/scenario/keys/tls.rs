//! The keys of TLS options, and of what goes with them.

use super::conversation::CONNECTS;
use super::key::{Form, Key, Place, Word};

/// How a client uses TLS.
pub(super) const TLS: &[Key] = &[
    Key::new(
        "ca",
        Form::Path,
        "A PEM file in the scenario's tree: the certificates that are trusted instead of the system's.",
    )
    .example(r#""_ca.pem""#)
    .also(&["ca_file", "cacert", "root", "roots"]),
    Key::new(
        "cert",
        Form::Path,
        "A PEM file in the scenario's tree: the client's certificate, and those between it and its root.",
    )
    .example(r#""_client.pem""#)
    .also(&["certificate", "client_cert"]),
    Key::new(
        "key",
        Form::Path,
        "A PEM file in the scenario's tree: the key of `cert`; looked for in that file unless given.",
    )
    .example(r#""_client.key""#)
    .also(&["private_key", "client_key"]),
    Key::new(
        "server_name",
        Form::Template,
        "The name that the server is asked for (SNI) and must prove; the host of its address unless given.",
    )
    .example(r#""example.com""#)
    .also(&["sni", "servername", "host", "hostname"]),
    Key::new(
        "alpn",
        Form::Protocols,
        "The protocols that are offered, the best first; the server must choose one of them.",
    )
    .also(&["protocols", "alpn_protocols"]),
    Key::new("min", Form::Word(VERSIONS), "The oldest version that will do.")
        .default(r#""1.2""#)
        .also(&["min_version"]),
    Key::new("max", Form::Word(VERSIONS), "The newest version that is offered.")
        .default(r#""1.3""#)
        .also(&["max_version"]),
    Key::new(
        "insecure",
        Form::Flag,
        "The server need not prove who it is: any certificate will do.",
    )
    .default("false")
    .also(&["verify", "no_verify", "skip_verify"]),
];

const VERSIONS: &[Word] = &[Word::new("1.2", "TLS 1.2."), Word::new("1.3", "TLS 1.3.")];

/// What a connection has that its client has otherwise.
pub(super) const CONNECT: &[Key] = &[
    Key::new(
        "address",
        Form::Template,
        "Where it connects to this time, as --target has it: a host of the target, or one that --allow-host allows.",
    )
    .example(r#""tcp://{{target.host}}:7001""#)
    .also(&["url", "uri", "host", "to"]),
    Key::new(
        "tls",
        Form::TrueOrOptions(&[]),
        "It uses TLS, with these options before those of the client.",
    )
    .holds(Place::Tls)
    .example(r#"{ "max": "1.2" }"#)
    .also(&["ssl"]),
    Key::new(
        "expect",
        Form::Word(CONNECTS),
        "What it must come to instead of a connection.",
    )
    .also(OUTCOMES),
];

/// What a `start_tls` has beside the options of TLS.
pub(super) const START_TLS: &[Key] = &[Key::new(
    "expect",
    Form::Word(STARTS),
    "What it must come to instead of TLS.",
)
.also(OUTCOMES)];

/// How an outcome is called elsewhere.
const OUTCOMES: &[&str] = &["must", "result", "outcome"];

/// An end by a TLS alert.
pub(super) const ALERT: &[Key] = &[Key::new(
    "alert",
    Form::Alert,
    "The alert's name, as RFC 8446 writes it.",
)
.required()
.example(r#""certificate_required""#)];

/// What a `start_tls` may come to.
pub(in crate::scenario) const STARTS: &[Word] = &[Word::new("refused", "The TLS handshake fails.")];
