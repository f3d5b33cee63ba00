//! The reference server: sessions over listeners, limits, graceful stop.
//!
//! Each connection is a task that carries bytes and time between it and its session, and costs little more than the two
//! while it is idle. What the server says is the [session](crate::session)'s matter.

mod accept;
mod config;
mod connections;
#[cfg(test)]
mod tests;

pub use accept::Server;
pub use config::{
    Config, DEFAULT_DRAIN_DEADLINE, DEFAULT_MAX_CONNECTIONS, DEFAULT_WRITE_TIMEOUT, MAX_DRAINED,
    MAX_LINGERING,
};
pub use connections::Open;
