//! Addresses and connections; the one owner of sockets and of the clock.
//!
//! An [`Address`] is what a person writes. [`connect`](connect()) makes a [`Connection`] of it, a [`Listener`] accepts them. All kinds of
//! connection look alike from outside: bytes in, bytes out, FIN, RST, and how it [ended](ending_of). What is read and written, and
//! when, is decided above.

mod ability;
mod allowed;
mod clock;
mod connect;
mod connection;
mod error;
mod listener;
#[cfg(target_os = "linux")]
mod packets;
#[cfg(target_os = "linux")]
mod peers;
mod plain;
#[cfg(test)]
mod tests;
mod tls;
#[cfg(unix)]
mod unix;

pub use crate::scenario::{Address, AddressError, MAX_SOCKET_PATH};
pub use ability::try_ability;
pub use allowed::AllowedHosts;
pub use clock::Clock;
pub use connect::{connect, connect_among, connect_within};
pub use connection::{Connection, Endpoint};
pub use error::{Attempt, AttemptKind, BindError, ConnectError, ending_of, is_too_large};
pub use listener::{BACKLOG, Listener};
#[cfg(target_os = "linux")]
pub use peers::{MAX_NEW_PEERS, MAX_PEERS, MAX_QUEUED_BYTES, MAX_QUEUED_PACKETS};
pub use tls::{Securing, SelfSigned, TlsClient, TlsEnd, TlsError, TlsServer};
