//! TLS: the options of a client, of a `connect` and of `start_tls`; and the files in them, looked into as far as that needs no
//! cryptography.

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::super::json::{self, Object, Value};
use super::super::keys::{self, Form, Place};
use super::super::{
    Alert, CloseKinds, ConnectAs, Diagnostic, MAX_ALPN, MAX_PEM, MAX_PROTOCOL, PemFile, Template,
    TlsAs, TlsOptions, TlsVersion, Verb, code,
};
use super::fields::{Fields, Given, quoted};
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The value of a client's `tls`. What it says may be needed at any time.
    pub(super) fn client_tls(&mut self, given: Given<'_, 'a>) -> Option<Box<TlsOptions<Template>>> {
        let before = self.scope.anytime;
        self.scope.anytime = true;
        let options = self.tls(given);
        self.scope.anytime = before;
        options
    }

    /// The value of `tls`: true, or options.
    fn tls(&mut self, given: Given<'_, 'a>) -> Option<Box<TlsOptions<Template>>> {
        match given.value {
            Value::BooleanLit(literal) if literal.value => Some(Box::default()),
            Value::Object(object) => {
                let fields = self.fields(object, Place::Tls);
                self.tls_options(&fields).map(Box::new)
            }
            _ => {
                self.wrong_type(given, given.key.form);
                None
            }
        }
    }

    /// The value of `start_tls`.
    pub(super) fn start_tls(&mut self, given: Given<'_, 'a>) -> Option<Verb> {
        let (options, must) = match given.value {
            Value::BooleanLit(literal) if literal.value => (Box::default(), TlsAs::Open),
            Value::Object(object) => {
                let fields = self.fields(object, Place::StartTls);
                let must = match fields.get("expect") {
                    Some(given) => self.word(given, keys::STARTS).map(|_| TlsAs::Refused),
                    None => Some(TlsAs::Open),
                };
                (Box::new(self.tls_options(&fields)?), must?)
            }
            _ => {
                self.word(given, keys::STARTS)?;
                (Box::default(), TlsAs::Refused)
            }
        };
        Some(Verb::StartTls { options, must })
    }

    /// The value of `connect`.
    pub(super) fn connect(&mut self, given: Given<'_, 'a>) -> Option<Verb> {
        let mut address = None;
        let (must, tls) = match given.value {
            Value::BooleanLit(literal) if literal.value => (ConnectAs::Open, None),
            Value::Object(object) => {
                let fields = self.fields(object, Place::Connect);
                if fields.list.is_empty() && !fields.faulty {
                    self.empty(given.span(), "`connect` with nothing to say otherwise");
                    return None;
                }
                let tls = match fields.get("tls") {
                    Some(given) => Some(self.tls(given)?),
                    None => None,
                };
                if let Some(given) = fields.get("address") {
                    address = Some(self.address(given)?);
                }
                let must = match fields.get("expect") {
                    Some(given) => self.no_connection(given)?,
                    None => ConnectAs::Open,
                };
                (must, tls)
            }
            _ => (self.no_connection(given)?, None),
        };
        Some(Verb::Connect { must, address, tls })
    }

    /// What a `connect` must come to instead of a connection.
    fn no_connection(&mut self, given: Given<'_, 'a>) -> Option<ConnectAs> {
        Some(match self.word(given, keys::CONNECTS)? {
            "refused" => ConnectAs::Refused,
            "tls-refused" => ConnectAs::TlsRefused,
            _ => ConnectAs::Unreachable,
        })
    }

    fn tls_options(&mut self, fields: &Fields<'_, 'a>) -> Option<TlsOptions<Template>> {
        let before = self.mistakes();
        let get = |name| fields.get(name);
        let options = TlsOptions {
            ca: get("ca").and_then(|given| self.certificates(given)),
            cert: get("cert").and_then(|given| self.certificates(given)),
            key: get("key").and_then(|given| self.private_key(given)),
            server_name: get("server_name").and_then(|given| self.some_text(given, usize::MAX)),
            alpn: get("alpn").and_then(|given| self.protocols(given)),
            min: get("min").and_then(|given| self.version(given)),
            max: get("max").and_then(|given| self.version(given)),
            insecure: get("insecure").and_then(|given| self.flag(given)),
        };
        if let (Some(given), None) = (get("key"), get("cert")) {
            self.report(
                Diagnostic::error(
                    code::CONTRADICTION,
                    given.name,
                    "`key` without `cert` has no effect",
                )
                .label("the key of a certificate that is not given")
                .help("add \"cert\" with the certificate that the key belongs to"),
            );
        }
        if let (Some(given), Some(cert), None) = (get("cert"), &options.cert, get("key"))
            && !has_key(cert)
        {
            let message = format!("{} has no private key, and `key` is not given", cert.name);
            self.report(
                Diagnostic::error(code::CONTRADICTION, given.span(), message)
                    .label("a certificate without its key proves nothing")
                    .help("add \"key\" with the file of its private key"),
            );
        }
        if let (Some(given), Some(true)) = (get("ca"), options.insecure) {
            self.report(
                Diagnostic::error(
                    code::CONTRADICTION,
                    given.name,
                    "`ca` has no effect beside `insecure`",
                )
                .label("whoever answers is taken for the server")
                .help("leave out `insecure`, so that the server has to prove who it is"),
            );
        }
        if let (Some(given), Some(min), Some(max)) = (get("min"), options.min, options.max)
            && min > max
        {
            self.report(
                Diagnostic::error(code::CONTRADICTION, given.span(), "`min` is above `max`")
                    .label("no version is left"),
            );
        }
        (self.mistakes() == before).then_some(options)
    }

    fn version(&mut self, given: Given<'_, 'a>) -> Option<TlsVersion> {
        Some(match self.choice(given)? {
            "1.2" => TlsVersion::V1_2,
            _ => TlsVersion::V1_3,
        })
    }

    /// Text that may hold templates, and is more than nothing.
    fn some_text(&mut self, given: Given<'_, 'a>, most: usize) -> Option<Template> {
        let literal = self.string(given, Form::Template)?;
        if literal.value.is_empty() {
            self.empty(given.span(), format!("{} needs a name", given.words()));
            return None;
        }
        if literal.value.len() > most && !literal.value.contains("{{") {
            let message = format!("{} has at most {most} bytes", given.words());
            self.too_much(given.span(), message);
            return None;
        }
        self.template(literal)
    }

    fn protocols(&mut self, given: Given<'_, 'a>) -> Option<Vec<Template>> {
        let Value::Array(array) = given.value else {
            self.wrong_type(given, given.key.form);
            return None;
        };
        if array.elements.is_empty() {
            self.empty(given.span(), "`alpn` needs at least one protocol");
            return None;
        }
        if array.elements.len() > MAX_ALPN {
            let message = format!("`alpn` has at most {MAX_ALPN} protocols");
            self.too_much(given.span(), message);
            return None;
        }
        let read = array
            .elements
            .iter()
            .map(|element| self.some_text(given.element(element), MAX_PROTOCOL));
        let read: Vec<_> = read.collect();
        read.into_iter().collect()
    }

    /// A file with certificates.
    fn certificates(&mut self, given: Given<'_, 'a>) -> Option<PemFile> {
        let file = self.pem(given)?;
        let mut certificates = CertificateDer::pem_slice_iter(&file.bytes);
        let wrong = match certificates.next() {
            None => "has no certificate",
            Some(first) if first.is_err() || certificates.any(|one| one.is_err()) => {
                "has a certificate that cannot be read"
            }
            Some(_) => return Some(file),
        };
        self.bad_pem(given, &file, wrong, "-----BEGIN CERTIFICATE-----");
        None
    }

    /// A file with a private key.
    fn private_key(&mut self, given: Given<'_, 'a>) -> Option<PemFile> {
        let file = self.pem(given)?;
        if has_key(&file) {
            return Some(file);
        }
        self.bad_pem(
            given,
            &file,
            "has no private key that can be read",
            "-----BEGIN PRIVATE KEY-----",
        );
        None
    }

    fn bad_pem(&mut self, given: Given<'_, 'a>, file: &PemFile, wrong: &str, begins: &str) {
        self.report(
            Diagnostic::error(
                code::BAD_PEM,
                given.span(),
                format!("{} {wrong}", quoted(&file.name)),
            )
            .label("not what TLS needs here")
            .help(format!(
                "a PEM file is wanted: text in which a line says {begins}"
            )),
        );
    }

    fn pem(&mut self, given: Given<'_, 'a>) -> Option<PemFile> {
        let path = self.path(given)?;
        match self.library.files.read(self.place(), path, MAX_PEM) {
            Ok(file) if file.bytes.len() <= MAX_PEM => Some(PemFile {
                name: file.name.into(),
                bytes: file.bytes.into(),
            }),
            Ok(_) => {
                let message = format!("{} has more than {MAX_PEM} bytes", quoted(path));
                self.too_much(given.span(), message);
                None
            }
            Err(error) => {
                self.no_file(given.span(), path, error);
                None
            }
        }
    }

    /// Adds an end that is named by a TLS alert.
    pub(super) fn add_alert(&mut self, object: &Object<'a>, kinds: &mut CloseKinds) -> Option<()> {
        let fields = self.fields(object, Place::Alert);
        let Some(given) = fields.get("alert") else {
            if !fields.faulty {
                let message = "this end of a connection needs `alert`";
                self.report(
                    Diagnostic::error(code::MISSING_KEY, json::span_of(object), message)
                        .label("does not say which")
                        .help("add \"alert\": \"handshake_failure\""),
                );
            }
            return None;
        };
        let literal = self.string(given, Form::Alert)?;
        if let Some(alert) = Alert::named(&literal.value) {
            kinds.alerts.insert(alert);
            return Some(());
        }
        let message = format!("no TLS alert is named {}", quoted(&literal.value));
        let found = Diagnostic::error(code::UNKNOWN_WORD, given.span(), message)
            .label("a name as RFC 8446 writes it");
        self.report(match keys::nearest(&literal.value, Alert::names()) {
            _ if literal.value == "close_notify" => {
                found.help("an end with close_notify is \"clean\"")
            }
            Some(near) => found.help(format!("did you mean \"{near}\"?")),
            None => found.help("\"alert\" alone stands for any of them"),
        });
        None
    }
}

fn has_key(file: &PemFile) -> bool {
    PrivateKeyDer::from_pem_slice(&file.bytes).is_ok()
}
