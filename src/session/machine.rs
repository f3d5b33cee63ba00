//! The session itself.

use std::sync::Arc;

use super::Config;
use crate::time::Time;

/// Why the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The peer said `exit`.
    Exit,
    /// The peer's input ended.
    EndOfInput,
    /// The peer sent what is no message; it has been told.
    BadInput,
    /// The peer was silent for too long.
    Idle,
    /// The server is stopping.
    Stopping,
}

/// One connection of the reference server.
///
/// In: `handle_*`. Out: write [`outbox`](Self::outbox), then say how much with [`handle_written`](Self::handle_written); read only while
/// [`wants_bytes`](Self::wants_bytes); call [`handle_timeout`](Self::handle_timeout) at [`poll_timeout`](Self::poll_timeout); once
/// [`poll_close`](Self::poll_close) says so and the outbox is empty, send FIN.
#[derive(Debug)]
pub struct Session {
    config: Arc<Config>,
}

impl Session {
    /// Begins a session: the greeting is in the outbox.
    pub fn new(config: Arc<Config>, now: Time) -> Self {
        let _ = now;
        Self { config }
    }

    /// Begins again with the same buffers.
    pub fn reset(&mut self, now: Time) {
        let _ = (now, &self.config);
    }

    /// Bytes of the peer arrived. In raw, these are one message.
    pub fn handle_received(&mut self, bytes: &[u8], now: Time) {
        let _ = (bytes, now);
    }

    /// The peer's input ended.
    pub fn handle_ended(&mut self, now: Time) {
        let _ = now;
    }

    /// The first `n` bytes of the outbox were written.
    pub fn handle_written(&mut self, n: usize, now: Time) {
        let _ = (n, now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        let _ = now;
    }

    /// The server is stopping: what has been received is answered, then the connection ends.
    pub fn stop(&mut self, now: Time) {
        let _ = now;
    }

    /// Bytes to be written.
    pub fn outbox(&self) -> &[u8] {
        &[]
    }

    /// Whether the driver should read.
    pub fn wants_bytes(&self) -> bool {
        false
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Time> {
        None
    }

    /// Why the session is over, once it is and the outbox has been written.
    pub fn poll_close(&self) -> Option<Closing> {
        None
    }
}
