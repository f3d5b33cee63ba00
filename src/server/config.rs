//! What a server is told before it begins.

use std::sync::Arc;
use std::time::Duration;

use crate::net::TlsServer;
use crate::session;

/// How many connections are served at a time unless told otherwise.
pub const DEFAULT_MAX_CONNECTIONS: usize = 10_000;

/// For how long a peer may take nothing of what it is sent unless told otherwise: 10 s.
pub const DEFAULT_WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// For how long a server that is stopping waits for its connections unless told otherwise: 5 s.
pub const DEFAULT_DRAIN_DEADLINE: Duration = Duration::from_secs(5);

/// How many bytes that arrive after a session's end are read and dropped: 64 KiB.
pub const MAX_DRAINED: usize = 64 << 10;

/// How many connections whose sessions are over may wait for their peers' ends at a time; one more is closed at once.
pub const MAX_LINGERING: usize = 1024;

/// For how long a TLS handshake may take: 10 s.
pub(super) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a server is told before it begins.
#[derive(Debug, Clone)]
pub struct Config {
    /// What each session is told.
    pub session: Arc<session::Config>,
    /// How many connections are served at a time. One more is told so and closed.
    pub max_connections: usize,
    /// For how long a peer may take nothing of what it is sent; zero: for ever.
    pub write_timeout: Duration,
    /// With what the server begins TLS on each connection; `None`: without.
    pub tls: Option<TlsServer>,
    /// For how long a server that is stopping waits for its connections.
    pub drain_deadline: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            session: Arc::default(),
            max_connections: DEFAULT_MAX_CONNECTIONS,
            write_timeout: DEFAULT_WRITE_TIMEOUT,
            tls: None,
            drain_deadline: DEFAULT_DRAIN_DEADLINE,
        }
    }
}
