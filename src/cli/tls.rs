//! TLS on the command line: the files that are named, read and looked into before anything is sent, and the warnings where nobody has to
//! prove who they are.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::args::{ServerTlsArgs, TlsArgs};
use super::console::Console;
use super::error::CliError;
use super::files::{safe, shown};
use super::replace::replace;
use crate::net::{Address, SelfSigned, TlsClient, TlsServer};
use crate::runner::CaseRef;
use crate::scenario::{MAX_PEM, PemFile, TlsOptions};

/// What makes TLS of a run's connections.
pub(super) fn client(args: &TlsArgs) -> Result<Arc<TlsClient>, CliError> {
    let options = TlsOptions {
        ca: args.tls_ca.as_deref().map(pem).transpose()?,
        cert: args.tls_cert.as_deref().map(pem).transpose()?,
        key: args.tls_key.as_deref().map(pem).transpose()?,
        insecure: args.tls_insecure.then_some(true),
        ..TlsOptions::default()
    };
    Ok(Arc::new(TlsClient::new(options)?))
}

/// What makes TLS of a server's connections, where its address wants that.
pub(super) fn server(
    args: &ServerTlsArgs,
    address: &Address,
) -> Result<Option<TlsServer>, CliError> {
    let usage = |message: &str| Err(CliError::Usage(message.into()));
    let host = match address {
        Address::Tls { host, .. } => host,
        _ if args.tls_self_signed.is_some() || args.tls_cert.is_some() => {
            return usage("a certificate is of use only where --listen is tls://HOST:PORT");
        }
        _ => return Ok(None),
    };
    if let Some(cert) = &args.tls_cert {
        let key = args.tls_key.as_deref().map(pem).transpose()?;
        return Ok(Some(TlsServer::new(&pem(cert)?, key.as_ref())?));
    }
    let Some(path) = &args.tls_self_signed else {
        return usage(
            "a tls:// server needs a certificate: --tls-self-signed makes one, --tls-cert and --tls-key name one",
        );
    };
    let mut names = NAMES.to_vec();
    if !names.contains(&&**host) {
        names.push(host);
    }
    let SelfSigned {
        server,
        certificate,
    } = TlsServer::self_signed(&names)?;
    if let Some(path) = path {
        replace(path, &certificate.bytes).map_err(|source| CliError::Unwritable {
            path: shown(path),
            source,
        })?;
    }
    Ok(Some(server))
}

/// Warnings where whoever answers is taken for the server.
pub(super) fn trusting(
    args: &TlsArgs,
    suites: &[&str],
    cases: &[CaseRef],
    console: &Console,
) -> String {
    let mut warnings = String::new();
    if args.tls_insecure {
        let message = "--tls-insecure: certificates are NOT VERIFIED, whoever answers is taken for the server";
        warnings.push_str(&console.palette.warning_line(message));
    }
    for suite in suites {
        let message =
            format!("the suite {suite} is `insecure`: certificates are NOT VERIFIED there");
        warnings.push_str(&console.palette.warning_line(&message));
    }
    let files: BTreeSet<&str> = (cases.iter())
        .filter(|case| case.scenario.script.trusts_anyone())
        .map(|case| &*case.file)
        .collect();
    for file in files.iter().take(MAX_TRUSTING) {
        let message = format!(
            "{} is `insecure`: certificates are NOT VERIFIED there",
            safe(file)
        );
        warnings.push_str(&console.palette.warning_line(&message));
    }
    if let Some(more) = files
        .len()
        .checked_sub(MAX_TRUSTING)
        .filter(|more| *more > 0)
    {
        let message = format!("and so {}", are(more));
        warnings.push_str(&console.palette.warning_line(&message));
    }
    warnings
}

fn are(more: usize) -> String {
    match more {
        1 => "is 1 more scenario".into(),
        n => format!("are {n} more scenarios"),
    }
}

/// How many scenarios that trust whoever answers are named.
const MAX_TRUSTING: usize = 8;

/// Whom a certificate made for a run is for, beside the host that is listened on.
const NAMES: &[&str] = &["localhost", "127.0.0.1", "::1"];

/// A PEM file; what is in it is looked at when it is used.
fn pem(path: &Path) -> Result<PemFile, CliError> {
    let unreadable = |source| CliError::Unreadable {
        path: shown(path),
        source,
    };
    let other = |message: &str| unreadable(io::Error::new(io::ErrorKind::InvalidInput, message));
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(other("it is a folder"));
    }
    let mut bytes = Vec::new();
    // A pipe will do, as `<(…)` of a shell is one.
    File::open(path)
        .and_then(|file| file.take(MAX_PEM as u64 + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() > MAX_PEM {
        return Err(other("it has more than 1 MiB"));
    }
    Ok(PemFile {
        name: shown(path).into(),
        bytes: bytes.into(),
    })
}
