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
    /// A step of `finally` was left out: the name it needs was never set.
    Skipped {
        /// The step's number in its block, from 1.
        step: u32,
        /// Why.
        why: String,
    },
}

/// The last events of a conversation: at most 64 of them and 4 KiB of bytes, whatever is said.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    events: VecDeque<Event>,
    /// How many bytes the events hold.
    bytes: usize,
    dropped: u64,
    /// Buffers of dropped events, for new ones.
    spare: Vec<Vec<u8>>,
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

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        while let Some(event) = self.events.pop_front() {
            self.recycle(event);
        }
        self.bytes = 0;
        self.dropped = 0;
    }

    /// Notes something that has no bytes.
    pub(super) fn note(&mut self, client: ClientId, kind: EventKind, at: Time) {
        self.make_room(0);
        self.events.push_back(Event { at, client, kind });
    }

    /// Notes a connection that came about.
    pub(super) fn connected(&mut self, client: ClientId, peer: &str, at: Time) {
        self.make_room(0);
        // A spare buffer is empty, so it is text.
        let mut text = String::from_utf8(self.spare.pop().unwrap_or_default()).unwrap_or_default();
        text.push_str(peer);
        self.events.push_back(Event {
            at,
            client,
            kind: EventKind::Connected(text),
        });
    }

    /// Notes bytes that this side sent.
    pub(super) fn sent(&mut self, client: ClientId, bytes: &[u8], at: Time) {
        let head = self.keep(bytes);
        self.events.push_back(Event {
            at,
            client,
            kind: EventKind::Sent {
                head,
                len: bytes.len(),
            },
        });
    }

    /// Notes bytes that arrived.
    pub(super) fn received(&mut self, client: ClientId, bytes: &[u8], at: Time) {
        let head = self.keep(bytes);
        self.events.push_back(Event {
            at,
            client,
            kind: EventKind::Received {
                head,
                len: bytes.len(),
            },
        });
    }

    /// Copies the first bytes into a buffer of an event that had to make room, so that a long conversation allocates
    /// no more than a short one.
    fn keep(&mut self, bytes: &[u8]) -> Vec<u8> {
        let head = bytes.get(..Self::MAX_HEAD).unwrap_or(bytes);
        self.make_room(head.len());
        self.bytes += head.len();
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.extend_from_slice(head);
        buffer
    }

    fn make_room(&mut self, bytes: usize) {
        while self.events.len() >= Self::MAX_EVENTS || self.bytes + bytes > Self::MAX_BYTES {
            let Some(event) = self.events.pop_front() else {
                return;
            };
            self.dropped += 1;
            self.recycle(event);
        }
    }

    fn recycle(&mut self, event: Event) {
        let mut buffer = match event.kind {
            EventKind::Sent { head, .. } | EventKind::Received { head, .. } => {
                self.bytes = self.bytes.saturating_sub(head.len());
                head
            }
            EventKind::Connected(peer) => peer.into_bytes(),
            _ => return,
        };
        buffer.clear();
        if self.spare.len() < Self::MAX_EVENTS {
            self.spare.push(buffer);
        }
    }
}
