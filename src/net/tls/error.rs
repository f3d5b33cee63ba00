//! What can be wrong with the options of TLS, and how TLS ends.

use std::io;

use rustls::Error;
use thiserror::Error as ThisError;

use crate::player::Ending;
use crate::scenario::Alert;

/// Options that no TLS can be made with. Whoever gave them is at fault.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum TlsError {
    /// A file without a certificate, or with one that cannot be read.
    #[error(
        "{file} has no certificate that can be read: a PEM file is wanted, in which a line says -----BEGIN CERTIFICATE-----"
    )]
    NoCertificate {
        /// The file.
        file: String,
    },
    /// A file without a private key, or with one that cannot be read.
    #[error(
        "{file} has no private key that can be read: a PEM file is wanted, in which a line says -----BEGIN PRIVATE KEY-----"
    )]
    NoKey {
        /// The file.
        file: String,
    },
    /// A certificate that cannot be used, and why.
    #[error("the certificate in {file} cannot be used: {message}")]
    BadCertificate {
        /// The file.
        file: String,
        /// Why.
        message: String,
    },
    /// A key that is not that of the certificate.
    #[error("the key in {key} is not that of the certificate in {cert}")]
    KeyMismatch {
        /// The file with the certificate.
        cert: String,
        /// The file with the key.
        key: String,
    },
    /// The system trusts nobody.
    #[error(
        "this system has no certificates to trust{0}: name those to trust with --tls-ca, or `ca` in a scenario"
    )]
    NoRoots(String),
    /// The name of the server is none.
    #[error("{name:?} cannot be the name of a server: a host name or an IP address is wanted")]
    BadName {
        /// What was given.
        name: String,
    },
    /// A key without its certificate.
    #[error("a key without a certificate has no effect: name the certificate, too")]
    LoneKey,
    /// No version is left between the oldest and the newest one.
    #[error("no version of TLS is left between `min` and `max`")]
    NoVersion,
    /// The options cannot be used for another reason.
    #[error("TLS cannot be set up: {0}")]
    Other(String),
}

/// How TLS ended, if not with close_notify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum TlsEnd {
    /// FIN without close_notify.
    #[error("closed without close_notify")]
    Truncated,
    /// The peer sent this alert.
    #[error("TLS alert {0}")]
    Alert(Alert),
    /// What the peer sent is no TLS, or not that of this connection.
    #[error("what came is no TLS")]
    Garbled,
}

impl From<&Error> for TlsEnd {
    fn from(error: &Error) -> Self {
        match error {
            Error::AlertReceived(alert) => Self::Alert(Alert(u8::from(*alert))),
            _ => Self::Garbled,
        }
    }
}

impl From<TlsEnd> for io::Error {
    fn from(end: TlsEnd) -> Self {
        Self::other(end)
    }
}

impl From<TlsEnd> for Ending {
    fn from(end: TlsEnd) -> Self {
        match end {
            TlsEnd::Truncated => Self::Truncated,
            TlsEnd::Alert(alert) => Self::Alert(alert),
            TlsEnd::Garbled => Self::Garbled,
        }
    }
}
