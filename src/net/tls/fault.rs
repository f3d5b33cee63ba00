//! Why a handshake failed, in words that say what to look at.

use std::time::Duration;

use rustls::{CertificateError, Error};

use super::super::error::whole_millis;
use super::super::plain::Plain;
use super::stream::HandshakeError;
use super::verify::may_sign_others;
use crate::player::{Ending, TlsFault};
use crate::scenario::Alert;
use crate::wire::escape;

/// How many bytes of what the peer sent are shown where it does not speak TLS.
pub(super) const SHOWN: usize = 48;

/// The first bytes that the peer sent, and how many there were.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) head: Vec<u8>,
    pub(super) len: usize,
}

impl Heard {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let room = SHOWN.saturating_sub(self.head.len()).min(bytes.len());
        self.head
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.len += bytes.len();
    }

    /// Whether it begins as a record of TLS does.
    fn is_tls(&self) -> bool {
        match &self.head[..] {
            [] => true,
            [kind] => (20..=24).contains(kind),
            [kind, major, ..] => (20..=24).contains(kind) && *major == 3,
        }
    }

    fn shown(&self) -> String {
        let more = if self.len > self.head.len() {
            "…"
        } else {
            ""
        };
        format!("\"{}\"{more}", escape(&self.head))
    }
}

/// Which fault it is, and what happened; `host` is the name that was asked for.
pub(super) fn explain(
    error: &HandshakeError,
    heard: &Heard,
    host: &str,
    plain: &Plain,
) -> (TlsFault, String) {
    if !heard.is_tls() {
        let message = format!("the peer does not speak TLS: it sent {}", heard.shown());
        return (TlsFault::NotTls, message);
    }
    let error = match error {
        HandshakeError::Ended if heard.len == 0 => {
            let message =
                "the peer closed the connection (FIN) instead of answering the TLS handshake";
            return (TlsFault::Ended, message.into());
        }
        HandshakeError::Ended => {
            let message = "the peer closed the connection (FIN) in the middle of the TLS handshake";
            return (TlsFault::Ended, message.into());
        }
        HandshakeError::Io(error) => {
            let message = match plain.ending_of(error) {
                Ending::Reset => {
                    "the peer reset the connection (RST) in the middle of the TLS handshake".into()
                }
                Ending::Unread | Ending::Clean => {
                    "the peer closed the connection in the middle of the TLS handshake".into()
                }
                _ => format!("the connection failed in the middle of the TLS handshake: {error}"),
            };
            return (TlsFault::Ended, message);
        }
        HandshakeError::Tls(error) => error,
    };
    match error {
        Error::InvalidCertificate(error) => of_certificate(error, host),
        Error::AlertReceived(alert) => {
            let alert = Alert(u8::from(*alert));
            (
                TlsFault::Alert(alert),
                format!("the peer refused the TLS handshake: alert {alert}"),
            )
        }
        Error::PeerIncompatible(why) => (
            TlsFault::NothingInCommon,
            format!("the peer has no version or cipher of TLS in common with this side: {why:?}"),
        ),
        Error::NoApplicationProtocol => (TlsFault::NoProtocol, NO_PROTOCOL.into()),
        error => (
            TlsFault::Broken,
            format!("the TLS handshake failed: {error}"),
        ),
    }
}

/// Where the peer did not choose a protocol.
pub(super) const NO_PROTOCOL: &str =
    "the peer chose none of the protocols that were offered (ALPN)";

fn of_certificate(error: &CertificateError, host: &str) -> (TlsFault, String) {
    let host = escape(host.as_bytes());
    match error {
        // One that has the name of somebody who is trusted, and not the key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            TlsFault::UnknownIssuer,
            "nobody whom this side trusts vouches for the server's certificate".into(),
        ),
        CertificateError::Expired => (
            TlsFault::Expired,
            "the server's certificate is no longer valid".into(),
        ),
        CertificateError::ExpiredContext { time, not_after } => {
            let since = time.as_secs().saturating_sub(not_after.as_secs());
            let message = format!(
                "the server's certificate is not valid since {} ago",
                days(since)
            );
            (TlsFault::Expired, message)
        }
        CertificateError::NotValidYet => (
            TlsFault::Expired,
            "the server's certificate is not valid yet".into(),
        ),
        CertificateError::NotValidYetContext { time, not_before } => {
            let until = not_before.as_secs().saturating_sub(time.as_secs());
            let message = format!("the server's certificate is valid only in {}", days(until));
            (TlsFault::Expired, message)
        }
        CertificateError::NotValidForName => (
            TlsFault::WrongName,
            format!("the server's certificate is not for \"{host}\""),
        ),
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => (
            TlsFault::WrongName,
            format!(
                "the server's certificate is not for \"{host}\": it names nobody (a subjectAltName is wanted)"
            ),
        ),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<_> = (presented.iter().take(MOST_NAMES))
                .map(|name| escape(plain_name(name).as_bytes()).to_string())
                .collect();
            let more = if presented.len() > MOST_NAMES {
                " and others"
            } else {
                ""
            };
            (
                TlsFault::WrongName,
                format!(
                    "the server's certificate is not for \"{host}\" but for {}{more}",
                    names.join(", ")
                ),
            )
        }
        error if may_sign_others(error) => (
            TlsFault::UnknownIssuer,
            "the server's certificate is one that signs others, as `openssl req -x509` makes it: it is the server's own only where it is \
             itself among those that are trusted"
                .into(),
        ),
        // Without what its type is called.
        CertificateError::Other(other) => (
            TlsFault::BadCertificate,
            format!("the server's certificate cannot be trusted: {}", other.0),
        ),
        error => (
            TlsFault::BadCertificate,
            format!("the server's certificate cannot be trusted: {error}"),
        ),
    }
}

/// How many names of a certificate are shown.
const MOST_NAMES: usize = 8;

/// `DnsName("a")` → `a`: rustls says names as it debugs them.
fn plain_name(name: &str) -> &str {
    name.split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'))
        .map_or(name, |inner| inner.trim_matches('"'))
}

/// A length of time as one says it of certificates.
fn days(seconds: u64) -> String {
    let (n, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

/// What was waited for in vain.
pub(super) fn timed_out(time: Duration, heard: &Heard) -> String {
    let heard = match heard.len {
        0 => "the peer sent nothing".to_owned(),
        n => format!("the peer had sent {n} bytes"),
    };
    let time = whole_millis(time);
    format!("the TLS handshake did not end within {time:?}: {heard}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_said_in_their_unit() {
        for (seconds, said) in [
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7199, "119 minutes"),
            (7200, "2 hours"),
            (172_800, "2 days"),
            (31_536_000, "365 days"),
        ] {
            assert_eq!(days(seconds), said);
        }
    }

    #[test]
    fn a_certificate_that_signs_others_is_said_to_and_nothing_is_said_as_it_is_debugged() {
        let other = |words: &str| {
            let error = std::io::Error::other(words.to_owned());
            CertificateError::Other(rustls::OtherError(std::sync::Arc::new(error)))
        };
        let (fault, words) = of_certificate(&other("CaUsedAsEndEntity"), "a.test");
        assert_eq!(fault, TlsFault::UnknownIssuer);
        assert!(words.contains("openssl req -x509"), "{words}");
        let (fault, words) = of_certificate(&other("SomethingElse"), "a.test");
        assert_eq!(fault, TlsFault::BadCertificate);
        assert!(
            words.ends_with("cannot be trusted: SomethingElse"),
            "{words}"
        );
    }

    #[test]
    fn names_are_taken_out_of_their_wrapping() {
        assert_eq!(plain_name("DnsName(\"a.test\")"), "a.test");
        assert_eq!(plain_name("IpAddress(127.0.0.1)"), "127.0.0.1");
        assert_eq!(plain_name("other"), "other");
    }

    #[test]
    fn what_is_no_tls_is_told_by_its_first_bytes() {
        for (bytes, is_tls) in [
            (&b""[..], true),
            (b"\x16", true),
            (b"\x16\x03\x03", true),
            (b"\x15\x03\x01\x00\x02", true),
            (b"220 ready\r\n", false),
            (b"\x16\x16", false),
        ] {
            let mut heard = Heard::default();
            heard.push(bytes);
            assert_eq!(heard.is_tls(), is_tls, "{bytes:?}");
        }
    }
}
