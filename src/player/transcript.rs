//! The last things that happened, for the person who reads a failure.

use std::collections::VecDeque;

use super::{Ending, Refusal};
use crate::scenario::ClientId;
use crate::time::Time;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Time,
    /// On whose connection.
    pub client: ClientId,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// The connection came about; the peer's address.
    Connected(String),
    /// The connection did not come about.
    Refused(Refusal),
    /// This side sent bytes: the first of them, and how many there were.
    Sent {
        /// The first bytes.
        head: Vec<u8>,
        /// How many bytes in all.
        len: usize,
    },
    /// The peer's bytes arrived: the first of them, and how many there were.
    Received {
        /// The first bytes.
        head: Vec<u8>,
        /// How many bytes in all.
        len: usize,
    },
    /// The peer ended the connection, or the system did.
    Ended(Ending),
    /// A send failed: the connection had ended so.
    Unwritable(Ending),
    /// This side sent FIN and goes on reading.
    Shutdown,
    /// This side closed the connection.
    Closed,
    /// This side reset the connection.
    Aborted,
}

/// The last events of a conversation: at most 64 of them and 4 KiB of bytes, whatever is said.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    pub(super) events: VecDeque<Event>,
    pub(super) bytes: usize,
    pub(super) dropped: u64,
}

impl Transcript {
    /// How many events are kept.
    pub const MAX_EVENTS: usize = 64;
    /// How many bytes of the peers are kept, in all.
    pub const MAX_BYTES: usize = 4096;
    /// How many bytes of one event are kept.
    pub const MAX_HEAD: usize = 256;

    /// The events kept, oldest first.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    /// How many older events were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}
