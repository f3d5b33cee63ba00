//! Bytes waiting to be written, in one buffer that is used again.

use crate::wire::{EncodeError, Framing};

/// From how many unwritten bytes on no further message is answered, unless a session is told otherwise: 64 KiB.
///
/// One reply may go past it, so a session holds at most this much and one reply.
pub const MAX_OUTBOX: usize = 64 << 10;

/// How much room a buffer keeps when it has been emptied. What one big message made it grow by is given back.
pub(super) const KEPT_ROOM: usize = MAX_OUTBOX;

/// Bytes waiting to be written.
#[derive(Debug)]
pub(super) struct Outbox {
    /// From how many unwritten bytes on it is full, at least 1: nothing could ever be said otherwise.
    full: usize,
    bytes: Vec<u8>,
    /// How many of `bytes` have been written.
    written: usize,
    /// Whether a packet waits, which may be empty. No other one is said before it is written.
    packet: bool,
}

impl Outbox {
    /// Makes one that is full from so many unwritten bytes on.
    pub(super) fn new(full: usize) -> Self {
        Self {
            full: full.max(1),
            bytes: Vec::new(),
            written: 0,
            packet: false,
        }
    }

    /// The bytes to be written.
    pub(super) fn unwritten(&self) -> &[u8] {
        self.bytes.get(self.written..).unwrap_or_default()
    }

    /// Whether all has been written.
    pub(super) fn is_empty(&self) -> bool {
        self.written >= self.bytes.len() && !self.packet
    }

    /// Whether so much waits that nothing more should be said.
    pub(super) fn is_full(&self) -> bool {
        self.packet || self.unwritten().len() >= self.full
    }

    /// Appends `message` as one frame.
    pub(super) fn say(&mut self, framing: &Framing, message: &[u8]) -> Result<(), EncodeError> {
        // Moving no more bytes than were written since the last move keeps the work linear and the buffer at twice
        // what waits, also when the peer reads one byte at a time.
        if self.written >= self.bytes.len().div_ceil(2) {
            self.bytes.drain(..self.written);
            self.written = 0;
        }
        framing.encode(message, &mut self.bytes)?;
        self.packet = *framing == Framing::Datagram;
        Ok(())
    }

    /// Takes off the first `n` bytes: they were written.
    pub(super) fn advance(&mut self, n: usize) {
        // A packet goes whole.
        let n = if self.packet { self.bytes.len() } else { n };
        self.packet = false;
        self.written = self.written.saturating_add(n).min(self.bytes.len());
        if self.is_empty() {
            self.clear();
        }
    }

    /// Forgets everything but the room.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.written = 0;
        self.packet = false;
        self.bytes.shrink_to(KEPT_ROOM);
    }

    /// How many bytes it has room for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.bytes.capacity()
    }
}
