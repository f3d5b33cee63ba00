//! Whom a client takes for the server that is meant.
//!
//! Certificates are judged by webpki. In one point it is stricter than others: a certificate that says it may sign others cannot be a
//! server's own. `openssl req -x509` makes such ones, so one that is trusted by itself is taken for the server's, too.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::error::TlsError;

/// Trusts certificates that these roots vouch for, and the roots themselves; or whoever answers.
#[derive(Debug)]
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    /// `None`: whoever answers.
    judge: Option<Arc<WebPkiServerVerifier>>,
    /// Those that are trusted by themselves.
    trusted: Vec<CertificateDer<'static>>,
}

impl Verifier {
    /// Trusts what these roots vouch for, and `trusted` by themselves.
    pub(super) fn new(
        provider: Arc<CryptoProvider>,
        roots: Arc<RootCertStore>,
        trusted: Vec<CertificateDer<'static>>,
    ) -> Result<Self, TlsError> {
        let judge = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
            .build()
            .map_err(|error| TlsError::Other(error.to_string()))?;
        Ok(Self {
            provider,
            judge: Some(judge),
            trusted,
        })
    }

    /// Trusts whoever answers.
    pub(super) fn trusting(provider: Arc<CryptoProvider>) -> Self {
        Self {
            provider,
            judge: None,
            trusted: Vec::new(),
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(judge) = &self.judge else {
            return Ok(ServerCertVerified::assertion());
        };
        let judged =
            judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match judged {
            // Whether it is valid now has been looked at before.
            Err(Error::InvalidCertificate(error))
                if may_sign_others(&error) && self.trusted.contains(end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// Whether webpki refuses a certificate only because it may sign others; it says so by this name.
pub(super) fn may_sign_others(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(other) if other.0.to_string() == "CaUsedAsEndEntity")
}
