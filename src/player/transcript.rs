//! The last things that happened, for the person who reads a failure.

use std::collections::VecDeque;

use super::verdict::Inside;
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
        /// Where in all that this side has said on the connection the first byte stands; `None`: in a packet, whose bytes are no stream.
        from: Option<u64>,
        /// Where one of them ended and the next began: the first [`Log::MAX_CUTS`].
        cuts: Vec<Cut>,
    },
    /// The peer's bytes arrived: the first of them, and how many there were.
    Received {
        /// The first bytes.
        head: Vec<u8>,
        /// How many bytes in all.
        len: usize,
        /// How many reads they were; one that ends with LF is the last.
        pieces: u32,
        /// Where in all that this side has said on the connection the first byte stands; `None`: in a packet, whose bytes are no stream.
        from: Option<u64>,
        /// Where one of them ended and the next began: the first [`Log::MAX_CUTS`].
        cuts: Vec<Cut>,
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
        /// Which step plays that block; `None`: it is that of `finally`, or of a branch.
        inside: Option<Inside>,
        /// Why.
        why: String,
    },
}

/// Where one read or write ended and the next began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// How many bytes of the event stand before it.
    pub offset: usize,
    /// When what comes after it was read or written.
    pub at: Time,
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
    /// How many bytes each client has sent and received on its connection.
    said: Vec<[u64; 2]>,
}

/// Which side has said it: an index into what a client's connection has carried.
#[derive(Debug, Clone, Copy)]
enum Side {
    Client,
    Peer,
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
    /// Those of their cuts.
    spare_cuts: Vec<Vec<Cut>>,
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
        self.said.fill([0; 2]);
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
        if let Some(said) = self.said.get_mut(usize::from(client.0)) {
            *said = [0; 2];
        }
        self.current().connected(client, peer, at);
    }

    /// Notes bytes that this side sent: a send, or one more piece of it.
    pub(super) fn sent(&mut self, client: ClientId, bytes: &[u8], is_first: bool, at: Time) {
        let from = self.count(client, Side::Client, bytes);
        self.current().sent(client, bytes, Some(from), is_first, at);
    }

    /// Notes a packet that this side sent.
    pub(super) fn sent_packet(&mut self, client: ClientId, bytes: &[u8], at: Time) {
        self.current().sent(client, bytes, None, true, at);
    }

    /// Notes bytes that arrived.
    pub(super) fn received(&mut self, client: ClientId, bytes: &[u8], at: Time) {
        let from = self.count(client, Side::Peer, bytes);
        self.current().received(client, bytes, Some(from), at);
    }

    /// Notes a packet that arrived: no other bytes go on with it.
    pub(super) fn received_packet(&mut self, client: ClientId, bytes: &[u8], at: Time) {
        let log = self.current();
        log.received(client, bytes, None, at);
        log.unfinished = false;
    }

    /// Counts bytes; how many this side had said on the connection before.
    fn count(&mut self, client: ClientId, side: Side, bytes: &[u8]) -> u64 {
        let client = usize::from(client.0);
        if self.said.len() <= client {
            self.said.resize(client + 1, [0; 2]);
        }
        let said = (self.said.get_mut(client)).map(|said| &mut said[side as usize]);
        said.map_or(0, |said| {
            let before = *said;
            *said += bytes.len() as u64;
            before
        })
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
    /// Of how many cuts of one event it is kept where they are.
    pub const MAX_CUTS: usize = 16;

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

    fn sent(
        &mut self,
        client: ClientId,
        bytes: &[u8],
        from: Option<u64>,
        is_first: bool,
        at: Time,
    ) {
        let follows_a_send =
            (self.events.back()).is_some_and(|last| matches!(last.kind, EventKind::Sent { .. }));
        if !is_first && follows_a_send && self.goes_on(client, bytes, at) {
            return;
        }
        let kind = EventKind::Sent {
            head: self.keep(bytes),
            len: bytes.len(),
            pieces: 1,
            from,
            cuts: Vec::new(),
        };
        self.push(client, kind, at);
    }

    fn received(&mut self, client: ClientId, bytes: &[u8], from: Option<u64>, at: Time) {
        if !(self.unfinished && self.goes_on(client, bytes, at)) {
            let kind = EventKind::Received {
                head: self.keep(bytes),
                len: bytes.len(),
                pieces: 1,
                from,
                cuts: Vec::new(),
            };
            self.push(client, kind, at);
        }
        self.unfinished = bytes.last() != Some(&b'\n');
    }

    /// Adds bytes to the last event, if it is of this client: many small pieces take the room of one.
    fn goes_on(&mut self, client: ClientId, bytes: &[u8], at: Time) -> bool {
        if self.over {
            return true;
        }
        let Some(last) = self.events.back_mut().filter(|last| last.client == client) else {
            return false;
        };
        let (EventKind::Sent {
            head,
            len,
            pieces,
            cuts,
            ..
        }
        | EventKind::Received {
            head,
            len,
            pieces,
            cuts,
            ..
        }) = &mut last.kind
        else {
            return false;
        };
        if cuts.capacity() == 0 {
            let spare = self.spare_cuts.pop();
            *cuts = spare.unwrap_or_else(|| Vec::with_capacity(Self::MAX_CUTS));
        }
        if cuts.len() < Self::MAX_CUTS {
            cuts.push(Cut { offset: *len, at });
        }
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
        let (mut buffer, mut cuts) = match event.kind {
            EventKind::Sent { head, cuts, .. } | EventKind::Received { head, cuts, .. } => {
                (head, cuts)
            }
            EventKind::Connected(peer) => (peer.into_bytes(), Vec::new()),
            _ => return,
        };
        buffer.clear();
        if self.spare.len() < Self::MAX_EVENTS {
            self.spare.push(buffer);
        }
        cuts.clear();
        if cuts.capacity() > 0 && self.spare_cuts.len() < Self::MAX_EVENTS {
            self.spare_cuts.push(cuts);
        }
    }
}
