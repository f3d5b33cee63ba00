//! What can be typed about TLS, with the help text beside each flag.

use std::path::PathBuf;

use clap::Args;

/// How connections to the target use TLS.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "TLS")]
pub(in crate::cli) struct TlsArgs {
    /// Trust the certificates in this PEM file instead of the system's
    #[arg(
        long,
        value_name = "FILE",
        env = "BACKCHAT_TLS_CA",
        hide_env = true,
        conflicts_with = "tls_insecure"
    )]
    pub(in crate::cli) tls_ca: Option<PathBuf>,
    /// Show the server the certificate in this PEM file
    #[arg(long, value_name = "FILE", env = "BACKCHAT_TLS_CERT", hide_env = true)]
    pub(in crate::cli) tls_cert: Option<PathBuf>,
    /// The key of that certificate [default: in the same file]
    #[arg(
        long,
        value_name = "FILE",
        env = "BACKCHAT_TLS_KEY",
        hide_env = true,
        requires = "tls_cert"
    )]
    pub(in crate::cli) tls_key: Option<PathBuf>,
    /// Trust whoever answers: any certificate will do
    #[arg(long)]
    pub(in crate::cli) tls_insecure: bool,
}

/// With what the server begins TLS.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "TLS")]
pub(in crate::cli) struct ServerTlsArgs {
    /// Make a certificate for this run; with =FILE it is written there, for `run --tls-ca FILE`
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with = "tls_cert"
    )]
    pub(in crate::cli) tls_self_signed: Option<Option<PathBuf>>,
    /// The server's certificate, and those between it and its root: a PEM file
    #[arg(long, value_name = "FILE", env = "BACKCHAT_TLS_CERT", hide_env = true)]
    pub(in crate::cli) tls_cert: Option<PathBuf>,
    /// The key of that certificate [default: in the same file]
    #[arg(
        long,
        value_name = "FILE",
        env = "BACKCHAT_TLS_KEY",
        hide_env = true,
        requires = "tls_cert"
    )]
    pub(in crate::cli) tls_key: Option<PathBuf>,
}
