//! The reference protocol as a state machine: the server's side of the built-in protocol.
//!
//! On connect the server says its greeting. Each message M is answered by `Hello, M!` (or by M). `exit` and the end of
//! the input close the connection cleanly. No socket, no clock: a driver carries bytes and time.
mod config;
mod machine;
#[cfg(test)]
mod tests;

pub use config::{Config, DEFAULT_GREETING, DEFAULT_IDLE_TIMEOUT};
pub use machine::{Closing, Session};
