//! Answers to ignored messages that wait to be written, framed.

use std::collections::VecDeque;

use crate::wire::{EncodeError, Framing};

/// Answers that wait to be written, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Their bytes; those before `taken` are being written or have been.
    bytes: Vec<u8>,
    taken: usize,
    /// How many bytes each of them has, where they are packets.
    packets: VecDeque<usize>,
}

impl Answers {
    /// Adds a message as it is to be written.
    pub(super) fn add(&mut self, framing: &Framing, message: &[u8]) -> Result<(), EncodeError> {
        // No more bytes are moved than were taken since the last move: the work stays linear, and the room within twice what waits.
        if self.taken >= self.bytes.len().div_ceil(2) {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        let before = self.bytes.len();
        framing.encode(message, &mut self.bytes)?;
        if *framing == Framing::Datagram {
            self.packets.push_back(self.bytes.len() - before);
        }
        Ok(())
    }

    /// Whether none waits.
    pub(super) fn is_empty(&self) -> bool {
        self.packets.is_empty() && self.taken == self.bytes.len()
    }

    /// How much waits: a byte counts one, and so does a packet.
    pub(super) fn waiting(&self) -> usize {
        self.bytes.len() - self.taken + self.packets.len()
    }

    /// Moves what is to be written next to `outbox`, which is emptied: a packet, or all of a stream.
    pub(super) fn take_next(&mut self, outbox: &mut Vec<u8>) {
        outbox.clear();
        match self.packets.pop_front() {
            Some(len) => {
                let packet = self.bytes.get(self.taken..).unwrap_or_default();
                outbox.extend_from_slice(packet.get(..len).unwrap_or_default());
                self.taken += outbox.len();
                if self.is_empty() {
                    self.clear();
                }
            }
            None => {
                std::mem::swap(outbox, &mut self.bytes);
                self.taken = 0;
            }
        }
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.taken = 0;
        self.packets.clear();
    }

    /// Gives back room for more than so many bytes.
    pub(super) fn shrink_to(&mut self, kept: usize) {
        self.bytes.shrink_to(kept);
    }
}
