//! How a client uses TLS, as a file or a person says it; the names of alerts. Nothing here encrypts.

use std::fmt;
use std::sync::Arc;

use super::{EvalError, Template, Values};

/// How a client uses TLS. What is `None` is as it is around it: as the command line says, else as usual.
///
/// Texts are [`Template`]s in a script and plain where they are known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TlsOptions<T = String> {
    /// The certificates that are trusted instead of the system's.
    pub ca: Option<PemFile>,
    /// The client's certificate, and those between it and its root.
    pub cert: Option<PemFile>,
    /// Its key; looked for in `cert` unless given.
    pub key: Option<PemFile>,
    /// The name that the server is asked for and must prove; the host of its address unless given.
    pub server_name: Option<T>,
    /// The protocols that are offered, the best first.
    pub alpn: Option<Vec<T>>,
    /// The oldest version that will do.
    pub min: Option<TlsVersion>,
    /// The newest version that is offered.
    pub max: Option<TlsVersion>,
    /// Whether the server need not prove who it is.
    pub insecure: Option<bool>,
}

/// The bytes of a PEM file, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PemFile {
    /// As a person knows it.
    pub name: Arc<str>,
    /// What is in it.
    pub bytes: Arc<[u8]>,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// 1.2.
    V1_2,
    /// 1.3.
    V1_3,
}

/// A TLS alert, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alert(pub u8);

/// A set of alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Alerts([u64; 4]);

/// How many bytes a file with certificates or a key may have: 1 MiB.
pub const MAX_PEM: usize = 1 << 20;

/// How many protocols a client may offer.
pub const MAX_ALPN: usize = 16;

/// How many bytes the name of a protocol may have.
pub const MAX_PROTOCOL: usize = 255;

impl<T> Default for TlsOptions<T> {
    fn default() -> Self {
        Self {
            ca: None,
            cert: None,
            key: None,
            server_name: None,
            alpn: None,
            min: None,
            max: None,
            insecure: None,
        }
    }
}

impl<T> TlsOptions<T> {
    /// These options, and what they leave open as `around` says it. A key belongs to its certificate: the one is never taken without
    /// the other.
    #[must_use]
    pub fn within(self, around: Self) -> Self {
        let (cert, key) = match self.cert {
            Some(cert) => (Some(cert), self.key),
            None => (around.cert, around.key),
        };
        Self {
            ca: self.ca.or(around.ca),
            cert,
            key,
            server_name: self.server_name.or(around.server_name),
            alpn: self.alpn.or(around.alpn),
            min: self.min.or(around.min),
            max: self.max.or(around.max),
            insecure: self.insecure.or(around.insecure),
        }
    }

    /// Whether whoever answers is taken for the server.
    pub fn is_insecure(&self) -> bool {
        self.insecure == Some(true)
    }
}

impl TlsOptions<Template> {
    /// The options with the values there are now.
    ///
    /// # Errors
    ///
    /// Fails when a text has no value, or one that is no name.
    pub fn render(&self, values: &Values) -> Result<TlsOptions, EvalError> {
        let server_name = match &self.server_name {
            Some(template) => Some(text(template, values, 253, "the name of a server")?),
            None => None,
        };
        let alpn = match &self.alpn {
            Some(templates) => Some(
                templates
                    .iter()
                    .map(|template| text(template, values, MAX_PROTOCOL, "a protocol"))
                    .collect::<Result<_, _>>()?,
            ),
            None => None,
        };
        Ok(TlsOptions {
            ca: self.ca.clone(),
            cert: self.cert.clone(),
            key: self.key.clone(),
            server_name,
            alpn,
            min: self.min,
            max: self.max,
            insecure: self.insecure,
        })
    }
}

/// The text of a template: from one byte on.
fn text(
    template: &Template,
    values: &Values,
    most: usize,
    what: &str,
) -> Result<String, EvalError> {
    let mut bytes = Vec::new();
    template.render(values, most, &mut bytes)?;
    match String::from_utf8(bytes) {
        Ok(text) if text.is_empty() => Err(EvalError::new(
            format!("{what} cannot be empty"),
            template.span(),
        )),
        Ok(text) => Ok(text),
        Err(_) => Err(EvalError::new(
            format!("{what} must be text"),
            template.span(),
        )),
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_2 => "TLS 1.2",
            Self::V1_3 => "TLS 1.3",
        })
    }
}

impl Alert {
    /// The alert of this name, as RFC 8446 and those before it write it.
    pub fn named(name: &str) -> Option<Self> {
        ALERTS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, number)| Self(*number))
    }

    /// Its name, where it has one.
    pub fn name(self) -> Option<&'static str> {
        ALERTS
            .iter()
            .find(|(_, number)| *number == self.0)
            .map(|(name, _)| *name)
    }

    /// All names, in the order of their numbers.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        ALERTS.iter().map(|(name, _)| *name)
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "number {}", self.0),
        }
    }
}

impl Alerts {
    /// None.
    pub const NONE: Self = Self([0; 4]);

    /// Every alert there can be.
    pub const ALL: Self = Self([u64::MAX; 4]);

    /// Adds one.
    pub fn insert(&mut self, alert: Alert) {
        if let Some(word) = self.0.get_mut(usize::from(alert.0 / 64)) {
            *word |= 1 << (alert.0 % 64);
        }
    }

    /// Whether it is one of them.
    pub fn contains(&self, alert: Alert) -> bool {
        self.0
            .get(usize::from(alert.0 / 64))
            .is_some_and(|word| word >> (alert.0 % 64) & 1 == 1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Those of them that have names.
    pub fn iter(&self) -> impl Iterator<Item = Alert> {
        ALERTS
            .iter()
            .map(|(_, number)| Alert(*number))
            .filter(|alert| self.contains(*alert))
    }
}

/// The alerts that end a connection; `close_notify` is not one of them: that is a clean end.
const ALERTS: &[(&str, u8)] = &[
    ("unexpected_message", 10),
    ("bad_record_mac", 20),
    ("decryption_failed", 21),
    ("record_overflow", 22),
    ("decompression_failure", 30),
    ("handshake_failure", 40),
    ("no_certificate", 41),
    ("bad_certificate", 42),
    ("unsupported_certificate", 43),
    ("certificate_revoked", 44),
    ("certificate_expired", 45),
    ("certificate_unknown", 46),
    ("illegal_parameter", 47),
    ("unknown_ca", 48),
    ("access_denied", 49),
    ("decode_error", 50),
    ("decrypt_error", 51),
    ("export_restriction", 60),
    ("protocol_version", 70),
    ("insufficient_security", 71),
    ("internal_error", 80),
    ("inappropriate_fallback", 86),
    ("user_canceled", 90),
    ("no_renegotiation", 100),
    ("missing_extension", 109),
    ("unsupported_extension", 110),
    ("certificate_unobtainable", 111),
    ("unrecognized_name", 112),
    ("bad_certificate_status_response", 113),
    ("bad_certificate_hash_value", 114),
    ("unknown_psk_identity", 115),
    ("certificate_required", 116),
    ("no_application_protocol", 120),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alert_has_one_name_and_one_number() {
        for name in Alert::names() {
            let alert = Alert::named(name).unwrap();
            assert_eq!(alert.name(), Some(name));
            assert_eq!(alert.to_string(), name);
        }
        assert_eq!(Alert::named("close_notify"), None);
        assert_eq!(Alert(0).name(), None);
        assert_eq!(Alert(255).to_string(), "number 255");
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let mut set = Alerts::default();
        assert!(set.is_empty());
        for alert in [Alert(40), Alert(120), Alert(255)] {
            assert!(!set.contains(alert));
            set.insert(alert);
            assert!(set.contains(alert));
        }
        assert!(!set.contains(Alert(41)));
        // The last one has no name.
        assert_eq!(set.iter().collect::<Vec<_>>(), [Alert(40), Alert(120)]);
        assert!(Alerts::ALL.contains(Alert(255)));
    }

    #[test]
    fn a_key_stays_with_its_certificate() {
        let pem = |name: &str| PemFile {
            name: name.into(),
            bytes: [].into(),
        };
        let around = TlsOptions::<String> {
            cert: Some(pem("a.pem")),
            key: Some(pem("a.key")),
            insecure: Some(true),
            ..TlsOptions::default()
        };
        let own = TlsOptions {
            cert: Some(pem("b.pem")),
            max: Some(TlsVersion::V1_2),
            ..TlsOptions::default()
        };
        let both = own.within(around.clone());
        assert_eq!((both.cert, both.key), (Some(pem("b.pem")), None));
        assert_eq!(both.insecure, Some(true));
        assert_eq!(both.max, Some(TlsVersion::V1_2));
        assert_eq!(TlsOptions::default().within(around.clone()), around);
    }
}
