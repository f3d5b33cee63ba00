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
        /// How many writes of one send they were.
        pieces: u32,
    },
    /// The peer's bytes arrived: the first of them, and how many there were.
    Received {
        /// The first bytes.
        head: Vec<u8>,
        /// How many bytes in all.
        len: usize,
        /// How many reads they were; one that ends with LF is the last.
        pieces: u32,
    },
    /// TLS began on the connection: how.
    Secured(String),
    /// TLS did not begin, and the connection is gone.
    NoTls(Refusal),
    /// The peer ended the connection, or the system did.
    Ended(Ending),
    /// A send failed: the connection had ended so.
    Unwritable(Ending),
    /// A send is a packet larger than the system sends there.
    TooLarge,
    /// This side sent FIN and goes on reading.
    Shutdown,
    /// This side closed the connection.
    Closed,
    /// This side reset the connection.
    Aborted,
    /// This side was to reset the connection and closed it: it is of a kind without RST.
    Dropped,
    /// A step of `finally` was left out: the name it needs was never set.
    Skipped {
        /// The step's number in its block, from 1.
        step: u32,
        /// Why.
        why: String,
    },
}

impl Event {
    /// How many bytes of the peers it holds.
    fn bytes(&self) -> usize {
        match &self.kind {
            EventKind::Sent { head, .. } | EventKind::Received { head, .. } => head.len(),
            _ => 0,
        }
    }
}

/// What was said in a conversation, and apart from that in its `finally`, which pushes none of the conversation out.
///
/// Each ends with its failure, where there is one: what comes after says nothing about it.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    conversation: Log,
    finally: Log,
    /// Whether `finally` has begun.
    in_finally: bool,
}

/// The last events: at most 64 of them and 4 KiB of bytes, whatever is said.
#[derive(Debug, Clone, Default)]
pub struct Log {
    events: VecDeque<Event>,
    /// Whether the last event is a read in the middle of a line, which the next read goes on with.
    unfinished: bool,
    /// Whether nothing more is noted.
    over: bool,
    /// How many bytes the events hold.
    bytes: usize,
    dropped: u64,
    /// Buffers of dropped events, for new ones.
    spare: Vec<Vec<u8>>,
}

impl Transcript {
    /// The events kept of the conversation, oldest first.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.conversation.events()
    }

    /// The conversation.
    pub const fn conversation(&self) -> &Log {
        &self.conversation
    }

    /// What happened in `finally`, where that has begun.
    pub fn finally(&self) -> Option<&Log> {
        self.in_finally.then_some(&self.finally)
    }

    /// The conversation, and its `finally`, to be made fit to be seen.
    pub fn logs_mut(&mut self) -> [&mut Log; 2] {
        [&mut self.conversation, &mut self.finally]
    }

    /// Notes bytes that arrived, for tests of other layers.
    #[cfg(test)]
    pub(crate) fn received_for_tests(&mut self, client: ClientId, bytes: &[u8]) {
        self.received(client, bytes, Time::ZERO);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.conversation.clear();
        self.finally.clear();
        self.in_finally = false;
    }

    /// A step has failed: that was the last event, of the conversation or of `finally`.
    pub(super) fn end(&mut self) {
        self.current().over = true;
    }

    /// What happens from now on happens in `finally`.
    pub(super) fn begin_finally(&mut self) {
        self.in_finally = true;
    }

    /// Notes something that has no bytes.
    pub(super) fn note(&mut self, client: ClientId, kind: EventKind, at: Time) {
        self.current().push(client, kind, at);
    }

    /// Notes a connection that came about.
    pub(super) fn connected(&mut self, client: ClientId, peer: &str, at: Time) {
        self.current().connected(client, peer, at);
    }

    /// Notes bytes that this side sent: a send, or one more piece of it.
    pub(super) fn sent(&mut self, client: ClientId, bytes: &[u8], is_first: bool, at: Time) {
        self.current().sent(client, bytes, is_first, at);
    }

    /// Notes bytes that arrived.
    pub(super) fn received(&mut self, client: ClientId, bytes: &[u8], at: Time) {
        self.current().received(client, bytes, at);
    }

    /// Notes a packet that arrived: no other bytes go on with it.
    pub(super) fn received_packet(&mut self, client: ClientId, bytes: &[u8], at: Time) {
        let log = self.current();
        log.received(client, bytes, at);
        log.unfinished = false;
    }

    /// Where new events belong.
    const fn current(&mut self) -> &mut Log {
        if self.in_finally {
            &mut self.finally
        } else {
            &mut self.conversation
        }
    }
}

impl Log {
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

    /// The events kept, to be made fit to be seen: of bytes, only which they are may change.
    pub fn events_mut(&mut self) -> impl Iterator<Item = &mut Event> {
        self.events.iter_mut()
    }

    /// How many older events were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Forgets everything.
    fn clear(&mut self) {
        while let Some(event) = self.events.pop_front() {
            self.recycle(event);
        }
        self.bytes = 0;
        self.dropped = 0;
        self.unfinished = false;
        self.over = false;
    }

    fn connected(&mut self, client: ClientId, peer: &str, at: Time) {
        // A spare buffer is empty, so it is text.
        let mut text = String::from_utf8(self.spare.pop().unwrap_or_default()).unwrap_or_default();
        text.push_str(peer);
        self.push(client, EventKind::Connected(text), at);
    }

    fn sent(&mut self, client: ClientId, bytes: &[u8], is_first: bool, at: Time) {
        let follows_a_send =
            (self.events.back()).is_some_and(|last| matches!(last.kind, EventKind::Sent { .. }));
        if !is_first && follows_a_send && self.goes_on(client, bytes) {
            return;
        }
        let (head, len) = (self.keep(bytes), bytes.len());
        let pieces = 1;
        self.push(client, EventKind::Sent { head, len, pieces }, at);
    }

    fn received(&mut self, client: ClientId, bytes: &[u8], at: Time) {
        if !(self.unfinished && self.goes_on(client, bytes)) {
            let (head, len) = (self.keep(bytes), bytes.len());
            let pieces = 1;
            self.push(client, EventKind::Received { head, len, pieces }, at);
        }
        self.unfinished = bytes.last() != Some(&b'\n');
    }

    /// Adds bytes to the last event, if it is of this client: many small pieces take the room of one.
    fn goes_on(&mut self, client: ClientId, bytes: &[u8]) -> bool {
        if self.over {
            return true;
        }
        let Some(last) = self.events.back_mut().filter(|last| last.client == client) else {
            return false;
        };
        let (EventKind::Sent { head, len, pieces } | EventKind::Received { head, len, pieces }) =
            &mut last.kind
        else {
            return false;
        };
        let room = Self::MAX_HEAD.saturating_sub(head.len());
        let more = bytes.get(..room).unwrap_or(bytes);
        head.extend_from_slice(more);
        *len += bytes.len();
        *pieces = pieces.saturating_add(1);
        self.bytes += more.len();
        self.make_room(Self::MAX_EVENTS + 1);
        true
    }

    /// Copies the first bytes into a buffer of an event that had to make room, so that a long conversation allocates
    /// no more than a short one.
    fn keep(&mut self, bytes: &[u8]) -> Vec<u8> {
        let head = bytes.get(..Self::MAX_HEAD).unwrap_or(bytes);
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.extend_from_slice(head);
        buffer
    }

    fn push(&mut self, client: ClientId, kind: EventKind, at: Time) {
        let event = Event { at, client, kind };
        self.unfinished = false;
        if self.over {
            return self.recycle(event);
        }
        self.bytes += event.bytes();
        self.make_room(Self::MAX_EVENTS);
        self.events.push_back(event);
    }

    /// Drops the oldest events until there are fewer than `events` and no more bytes than may be.
    fn make_room(&mut self, events: usize) {
        while self.events.len() >= events || self.bytes > Self::MAX_BYTES {
            let Some(event) = self.events.pop_front() else {
                return;
            };
            self.dropped += 1;
            self.bytes = self.bytes.saturating_sub(event.bytes());
            self.recycle(event);
        }
    }

    fn recycle(&mut self, event: Event) {
        let mut buffer = match event.kind {
            EventKind::Sent { head, .. } | EventKind::Received { head, .. } => head,
            EventKind::Connected(peer) => peer.into_bytes(),
            _ => return,
        };
        buffer.clear();
        if self.spare.len() < Self::MAX_EVENTS {
            self.spare.push(buffer);
        }
    }
}
