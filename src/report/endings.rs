//! Ends of connections in words, and what to do where TLS did not begin.

use crate::player::{Ending, RefusalKind, TlsFault};
use crate::scenario::{Alerts, CloseKinds};

/// What happened to the connection.
pub(super) fn end(how: Ending) -> String {
    match how {
        Ending::Clean => "connection closed".into(),
        Ending::Reset => "connection reset".into(),
        Ending::Unread => "connection closed before all was read".into(),
        Ending::Truncated => "connection closed without close_notify".into(),
        Ending::Alert(alert) => format!("TLS alert {alert}"),
        Ending::Garbled => "broken TLS".into(),
        Ending::Refused => "refused".into(),
        Ending::Unreachable => "peer unreachable".into(),
        Ending::TimedOut => "connection timed out".into(),
        Ending::Lost => "connection lost".into(),
    }
}

/// What `expect_close` calls this end, as it stands in a file.
pub(super) fn kind_of(how: Ending) -> Option<String> {
    match how {
        Ending::Clean => Some("\"clean\"".into()),
        Ending::Reset | Ending::Unread => Some("\"reset\"".into()),
        Ending::Refused => Some("\"refused\"".into()),
        Ending::Truncated => Some("\"truncated\"".into()),
        Ending::Alert(alert) => Some(match alert.name() {
            Some(name) => format!("{{ \"alert\": \"{name}\" }}"),
            None => "\"alert\"".into(),
        }),
        Ending::Garbled | Ending::Unreachable | Ending::TimedOut | Ending::Lost => None,
    }
}

/// The ends that are right.
pub(super) fn close(kinds: CloseKinds) -> String {
    if kinds.any {
        return "an end of any kind".into();
    }
    let all = [
        (kinds.clean, "a clean close (FIN)"),
        (kinds.reset, "a reset (RST)"),
        (kinds.truncated, "a close without close_notify"),
        (kinds.refused, "a refusal"),
    ];
    let mut words: Vec<String> = (all.iter())
        .filter(|(right, _)| *right)
        .map(|(_, words)| (*words).to_owned())
        .collect();
    if kinds.alerts == Alerts::ALL {
        words.push("a TLS alert".into());
    } else {
        words.extend(
            kinds
                .alerts
                .iter()
                .map(|alert| format!("the TLS alert {alert}")),
        );
    }
    match &words[..] {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// What to do about a connection that failed, where that is a matter of TLS, or of the server of this program.
pub fn help_with(kind: RefusalKind) -> Option<&'static str> {
    match kind {
        RefusalKind::Tls(fault) => Some(tls_advice(fault)),
        RefusalKind::NotStarted => Some(
            "the server is backchat's own, and the system did not let it listen: for the reason above",
        ),
        RefusalKind::NoFolder => Some(
            "make that folder, or set TMPDIR to one that is there and may be written to: the socket of backchat's own server is made there",
        ),
        _ => None,
    }
}

/// What to do where TLS did not begin.
pub(super) fn tls_advice(fault: TlsFault) -> &'static str {
    match fault {
        TlsFault::UnknownIssuer => {
            "is this the server that is meant? `--tls-ca FILE` (in a scenario `\"ca\"`) trusts the certificates in a PEM file; \
             `--tls-insecure` trusts whoever answers"
        }
        TlsFault::Expired => {
            "the server needs a new certificate, or a clock is wrong; `--tls-insecure` trusts whoever answers"
        }
        TlsFault::WrongName => {
            "is this the server that is meant? `\"tls\": { \"server_name\": \"NAME\" }` asks for another name; `--tls-insecure` trusts \
             whoever answers"
        }
        TlsFault::BadCertificate => {
            "the server needs another certificate; `--tls-insecure` trusts whoever answers"
        }
        TlsFault::NotTls => {
            "does the server speak TLS on this port? Without it the address is tcp://HOST:PORT; where TLS begins later, `start_tls` \
             begins it"
        }
        TlsFault::Alert(alert) => match alert.name() {
            Some(
                "certificate_required"
                | "handshake_failure"
                | "bad_certificate"
                | "unsupported_certificate"
                | "certificate_revoked"
                | "certificate_expired"
                | "certificate_unknown"
                | "unknown_ca"
                | "access_denied"
                | "decrypt_error",
            ) => {
                "the server refused: does it want a certificate of the client, or another one? `--tls-cert FILE` and `--tls-key FILE` give it one"
            }
            Some("unrecognized_name") => {
                "the server refused the name it was asked for: `\"tls\": { \"server_name\": \"NAME\" }` asks for another one"
            }
            Some("no_application_protocol") => {
                "the server speaks none of the protocols of `alpn`: is one missing there?"
            }
            Some("protocol_version") => {
                "the server speaks none of the versions from `min` to `max`: TLS 1.2 and 1.3 unless they say otherwise"
            }
            _ => "the server refused: its log may say why",
        },
        TlsFault::NothingInCommon => {
            "do `min` and `max` leave a version that the server speaks? Unless they say otherwise it is TLS 1.2 or 1.3"
        }
        TlsFault::NoProtocol => {
            "the server chose none of the protocols of `alpn`: leave `alpn` out where that is right"
        }
        TlsFault::Ended => "does the server speak TLS on this port? Its log may say why it hung up",
        TlsFault::TimedOut => {
            "does the server speak TLS on this port? One that waits for plain bytes looks like this"
        }
        TlsFault::Options => "these options cannot be used together: see above",
        TlsFault::Broken => "does the server speak TLS as it should? Its log may say more",
    }
}
