//! What a session is told before it begins.

use std::time::Duration;

use crate::scenario::Reply;
use crate::wire::{DEFAULT_MAX_MESSAGE, Framing};

/// What the server says first unless told otherwise.
pub const DEFAULT_GREETING: &[u8] = b"Welcome!";

/// After how long without a byte the server hangs up unless told otherwise: 60 s.
pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// What a session is told before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How messages are cut, both ways.
    pub framing: Framing,
    /// Said first, as one message; `None`: nothing.
    pub greeting: Option<Vec<u8>>,
    /// How a message is answered.
    pub reply: Reply,
    /// How long it thinks before each reply.
    pub think_time: Duration,
    /// After how long without a byte from the peer it hangs up; zero: never.
    pub idle_timeout: Duration,
    /// Bytes a received message may have.
    pub max_message: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            framing: Framing::Raw,
            greeting: Some(DEFAULT_GREETING.to_vec()),
            reply: Reply::default(),
            think_time: Duration::ZERO,
            idle_timeout: DEFAULT_IDLE_TIMEOUT,
            max_message: DEFAULT_MAX_MESSAGE,
        }
    }
}
