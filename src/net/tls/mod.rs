//! TLS around a connection: who the peer must be, the handshake, and records.
//!
//! A [`TlsClient`] makes TLS of a connection as its client, a [`TlsServer`] as its server. What they agree on is rustls' matter, with
//! the one provider that is named here; nothing depends on what a process has set for all.

mod client;
mod error;
mod fault;
mod handshake;
mod server;
mod stream;
mod verify;

pub use client::{Securing, TlsClient};
pub use error::{TlsEnd, TlsError};
pub use server::{SelfSigned, TlsServer};
pub(super) use stream::TlsStream;
