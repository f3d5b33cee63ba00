//! The reference protocol as a state machine: the server's side of the built-in protocol.
//!
//! On connect the server says its greeting. Each message M is answered by `Hello, M!` (or by M). `exit` and the end of
//! the input close the connection cleanly. A message that is no UTF-8 is answered by `error: invalid UTF-8 at byte N` (N counts
//! from the first byte of the message), one over the limit by `error: message longer than N bytes`; then the connection is closed
//! cleanly too. No socket, no clock: a driver carries bytes and time.
mod config;
mod machine;
mod outbox;
#[cfg(test)]
mod tests;
mod voice;

pub use config::{Config, DEFAULT_GREETING, DEFAULT_IDLE_TIMEOUT, MAX_GREETING};
pub use machine::{Closing, Session};
pub use outbox::MAX_OUTBOX;
