//! A client's side of TLS: options → a handshake.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, InconsistentKeys, RootCertStore, SupportedProtocolVersion,
    version,
};
use tokio::time::Instant;

use super::super::Connection;
use super::error::TlsError;
use super::fault::NO_PROTOCOL;
use super::handshake::{Failed, shake_hands};
use super::stream::TlsStream;
use super::verify::Verifier;
use crate::player::{Refusal, RefusalKind, TlsFault};
use crate::scenario::{PemFile, TlsOptions, TlsVersion};

/// Makes TLS of connections, as their client: with options that hold for all of them, and others for each.
#[derive(Debug)]
pub struct TlsClient {
    base: TlsOptions,
    /// What has been made of options. A run uses few different ones.
    configs: Mutex<HashMap<TlsOptions, Arc<ClientConfig>>>,
    /// Whom the system trusts.
    system: OnceLock<Result<Arc<RootCertStore>, TlsError>>,
}

/// What is done with a connection that TLS is to begin on.
#[derive(Debug, Clone, Copy)]
pub struct Securing<'a> {
    /// Options before those that hold for all.
    pub options: Option<&'a TlsOptions>,
    /// The host of the address, where it has one: the name of the server unless the options say another.
    pub host: Option<&'a str>,
    /// Until when the handshake may take.
    pub deadline: Option<Instant>,
}

impl Default for TlsClient {
    fn default() -> Self {
        Self {
            base: TlsOptions::default(),
            configs: Mutex::default(),
            system: OnceLock::new(),
        }
    }
}

impl TlsClient {
    /// Takes options that hold for all connections, where these have no others of their own.
    ///
    /// # Errors
    ///
    /// Fails when they cannot be used. Whom the system trusts is looked at only when that is needed.
    pub fn new(base: TlsOptions) -> Result<Self, TlsError> {
        let client = Self {
            base,
            ..Self::default()
        };
        let mut options = client.base.clone();
        if options.ca.is_none() {
            options.insecure = Some(true);
        }
        client.make(&options)?;
        Ok(client)
    }

    /// The options that hold for all.
    pub fn base(&self) -> &TlsOptions {
        &self.base
    }

    /// Begins TLS on a connection.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be had; the connection is closed then.
    pub async fn secure(
        &self,
        connection: Connection,
        securing: Securing<'_>,
    ) -> Result<Connection, Refusal> {
        let peer = connection.peer().to_string();
        let refused = |fault, message: String| Refusal {
            kind: RefusalKind::Tls(fault),
            message: format!("{peer}: {message}"),
        };
        let own = securing.options.cloned().unwrap_or_default();
        let options = own.within(self.base.clone());
        let host = (options.server_name.as_deref())
            .or(securing.host)
            .unwrap_or(NOBODY);
        let made = self.config(&options).and_then(|config| {
            let name = name_of(host)?;
            ClientConnection::new(config, name).map_err(|error| TlsError::Other(error.to_string()))
        });
        let session = made.map_err(|error| refused(TlsFault::Options, error.to_string()))?;
        let Some((plain, endpoint)) = connection.into_plain() else {
            let message = "there is TLS on the connection already: TLS in TLS cannot be had";
            return Err(refused(TlsFault::Options, message.into()));
        };
        let stream = TlsStream::new(plain, session.into(), options.is_insecure());
        let stream = shake_hands(stream, securing.deadline, host)
            .await
            .map_err(|Failed { fault, message, .. }| refused(fault, message))?;
        if options.alpn.is_some() && stream.session().alpn_protocol().is_none() {
            return Err(refused(TlsFault::NoProtocol, NO_PROTOCOL.into()));
        }
        Ok(Connection::from_tls(stream, endpoint))
    }

    fn config(&self, options: &TlsOptions) -> Result<Arc<ClientConfig>, TlsError> {
        let known = |configs: &HashMap<_, _>| configs.get(options).cloned();
        let lock = || self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = known(&lock()) {
            return Ok(config);
        }
        let config = Arc::new(self.make(options)?);
        let mut configs = lock();
        // Names from templates may be another one each time.
        if configs.len() >= MOST_CONFIGS {
            configs.clear();
        }
        configs.insert(options.clone(), Arc::clone(&config));
        Ok(config)
    }

    fn make(&self, options: &TlsOptions) -> Result<ClientConfig, TlsError> {
        let provider = provider();
        let verifier = match &options.ca {
            _ if options.is_insecure() => Verifier::trusting(Arc::clone(&provider)),
            None => Verifier::new(Arc::clone(&provider), self.system()?, Vec::new())?,
            Some(file) => {
                let trusted = certificates(file)?;
                let mut roots = RootCertStore::empty();
                for certificate in &trusted {
                    roots
                        .add(certificate.clone())
                        .map_err(|error| TlsError::BadCertificate {
                            file: file.name.to_string(),
                            message: error.to_string(),
                        })?;
                }
                Verifier::new(Arc::clone(&provider), Arc::new(roots), trusted)?
            }
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions(options)?)
            .map_err(|error| TlsError::Other(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match (&options.cert, &options.key) {
            (None, None) => builder.with_no_client_auth(),
            (None, Some(_)) => return Err(TlsError::LoneKey),
            (Some(cert), key) => {
                let key = key.as_ref().unwrap_or(cert);
                builder
                    .with_client_auth_cert(certificates(cert)?, private_key(key)?)
                    .map_err(|error| unusable(&error, cert, key))?
            }
        };
        config.alpn_protocols = (options.alpn.iter().flatten())
            .map(|protocol| protocol.as_bytes().to_vec())
            .collect();
        // Conversations do not depend on those before them.
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    fn system(&self) -> Result<Arc<RootCertStore>, TlsError> {
        let load = || {
            let found = rustls_native_certs::load_native_certs();
            let mut roots = RootCertStore::empty();
            // Of a system's many certificates some are always odd; the others count.
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                let why = found.errors.first();
                let why = why.map_or_else(String::new, |error| format!(" ({error})"));
                return Err(TlsError::NoRoots(why));
            }
            Ok(Arc::new(roots))
        };
        self.system.get_or_init(load).clone()
    }
}

/// How many configurations are kept.
const MOST_CONFIGS: usize = 64;

/// The name of a server that has none and was given none: on a Unix socket, say.
const NOBODY: &str = "localhost";

/// The one provider of cryptography.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The certificates in a file; at least one.
pub(super) fn certificates(file: &PemFile) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&file.bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(TlsError::NoCertificate {
            file: file.name.to_string(),
        }),
    }
}

/// The private key in a file.
pub(super) fn private_key(file: &PemFile) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(&file.bytes).map_err(|_| TlsError::NoKey {
        file: file.name.to_string(),
    })
}

/// Why a certificate and its key cannot be used.
pub(super) fn unusable(error: &rustls::Error, cert: &PemFile, key: &PemFile) -> TlsError {
    match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::KeyMismatch {
            cert: cert.name.to_string(),
            key: key.name.to_string(),
        },
        error => TlsError::BadCertificate {
            file: cert.name.to_string(),
            message: error.to_string(),
        },
    }
}

fn versions(options: &TlsOptions) -> Result<Vec<&'static SupportedProtocolVersion>, TlsError> {
    let all = [
        (TlsVersion::V1_3, &version::TLS13),
        (TlsVersion::V1_2, &version::TLS12),
    ];
    let versions: Vec<_> = (all.into_iter())
        .filter(|(version, _)| options.min.is_none_or(|min| *version >= min))
        .filter(|(version, _)| options.max.is_none_or(|max| *version <= max))
        .map(|(_, version)| version)
        .collect();
    if versions.is_empty() {
        return Err(TlsError::NoVersion);
    }
    Ok(versions)
}

fn name_of(host: &str) -> Result<ServerName<'static>, TlsError> {
    // The zone of an address is a matter of this machine.
    let plain = host.split_once('%').map_or(host, |(address, _)| address);
    ServerName::try_from(plain.to_owned()).map_err(|_| TlsError::BadName {
        name: host.to_owned(),
    })
}
