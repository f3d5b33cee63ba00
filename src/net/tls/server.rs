//! A server's side of TLS: a certificate → handshakes.

use std::sync::Arc;

use rcgen::generate_simple_self_signed;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ServerConfig, ServerConnection};
use tokio::time::Instant;

use super::super::Connection;
use super::client::{certificates, private_key, provider, unusable};
use super::error::TlsError;
use super::handshake::{Failed, shake_hands};
use super::stream::TlsStream;
use crate::scenario::PemFile;

/// Makes TLS of connections, as their server. Clones are the same one.
#[derive(Debug, Clone)]
pub struct TlsServer {
    config: Arc<ServerConfig>,
}

/// A certificate that its own key has signed, fresh, and a server that has it.
#[derive(Debug, Clone)]
pub struct SelfSigned {
    /// The server.
    pub server: TlsServer,
    /// The certificate, for those who are to trust it.
    pub certificate: PemFile,
}

impl TlsServer {
    /// A server with this certificate, and with those after it in its file between it and its root. The key is looked for in the
    /// same file unless there is one of its own.
    ///
    /// # Errors
    ///
    /// Fails when they cannot be used, or not together.
    pub fn new(cert: &PemFile, key: Option<&PemFile>) -> Result<Self, TlsError> {
        let key = key.unwrap_or(cert);
        Self::with(certificates(cert)?, private_key(key)?)
            .map_err(|error| unusable(&error, cert, key))
    }

    /// A server with a fresh certificate that its own key has signed, for these names and IP addresses. The key is kept nowhere.
    ///
    /// # Errors
    ///
    /// Fails when one of the names is none.
    pub fn self_signed(names: &[&str]) -> Result<SelfSigned, TlsError> {
        let other = |error: String| TlsError::Other(error);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = generate_simple_self_signed(names).map_err(|error| other(error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes())
            .map_err(|error| other(error.to_string()))?;
        let certificate = made.cert.der().clone();
        let server =
            Self::with(vec![certificate], key).map_err(|error| other(error.to_string()))?;
        Ok(SelfSigned {
            server,
            certificate: PemFile {
                name: "the self-signed certificate".into(),
                bytes: made.cert.pem().into_bytes().into(),
            },
        })
    }

    fn with(
        certificates: Vec<rustls::pki_types::CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certificates, key)?;
        // Nobody comes back: no ticket is a record that nobody has asked for.
        config.send_tls13_tickets = 0;
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// Lets a client begin TLS.
    ///
    /// # Errors
    ///
    /// Fails, with words for a log, when TLS does not come about in time; what is left of the connection is to be closed.
    pub async fn accept(
        &self,
        connection: Connection,
        deadline: Option<Instant>,
    ) -> Result<Connection, (String, Option<Connection>)> {
        let session = match ServerConnection::new(Arc::clone(&self.config)) {
            Ok(session) => session,
            Err(error) => return Err((error.to_string(), Some(connection))),
        };
        let Some((plain, endpoint)) = connection.into_plain() else {
            return Err(("there is TLS on the connection already".into(), None));
        };
        let stream = TlsStream::new(plain, session.into(), false);
        match shake_hands(stream, deadline, "").await {
            Ok(stream) => Ok(Connection::from_tls(stream, endpoint)),
            Err(Failed { plain, message, .. }) => {
                Err((message, Some(Connection::from_plain(plain, endpoint))))
            }
        }
    }
}
