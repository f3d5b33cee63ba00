//! Bytes → messages, however the bytes were cut.

use std::ops::Range;

use super::{Framing, WireError};

/// Where the next message lies in the unread bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The message, as a range of [`FrameDecoder::unread`].
    pub message: Range<usize>,
    /// How many unread bytes the frame takes, its ending or header included.
    pub len: usize,
}

/// Cuts a stream of bytes into messages.
///
/// Two ways to use it, not to be mixed on one stream:
///
/// - [`frames`](Self::frames) lends messages straight out of the pushed slice and copies only an unfinished tail;
/// - [`push`](Self::push) keeps the bytes, then [`peek_message`](Self::peek_message), [`poll_message`](Self::poll_message) and
///   [`skip`](Self::skip) take them, so that a caller may change its mind about what comes next.
#[derive(Debug)]
pub struct FrameDecoder {
    framing: Framing,
    max_message: usize,
    /// Bytes pushed and not taken yet, from `start` on.
    buffer: Vec<u8>,
    start: usize,
    /// How many unread bytes are known to hold no end of a message.
    scanned: usize,
    /// Stream offset of the first unread byte.
    offset: u64,
    failed: Option<WireError>,
}

impl FrameDecoder {
    /// Makes a decoder that accepts messages of up to `max_message` bytes.
    pub fn new(framing: Framing, max_message: usize) -> Self {
        Self {
            framing,
            max_message,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            offset: 0,
            failed: None,
        }
    }

    /// Stream offset of the first unread byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes pushed and not taken yet.
    pub fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Keeps `bytes` after the unread ones.
    pub fn push(&mut self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// Finds the next whole message without taking it.
    ///
    /// Returns `Ok(None)` when more bytes are needed; that is not an error. In `raw` a message is all that is unread.
    ///
    /// # Errors
    ///
    /// Fails once a message grows past the limit.
    pub fn peek_message(&mut self) -> Result<Option<Cut>, WireError> {
        let _ = (self.framing, self.max_message, self.scanned, self.failed);
        Ok(None)
    }

    /// Takes the next whole message.
    ///
    /// Returns `Ok(None)` when more bytes are needed; that is not an error.
    ///
    /// # Errors
    ///
    /// As [`peek_message`](Self::peek_message).
    pub fn poll_message(&mut self) -> Result<Option<&[u8]>, WireError> {
        Ok(None)
    }

    /// Takes `n` unread bytes, whatever the framing; all of them when there are fewer.
    pub fn skip(&mut self, n: usize) {
        let _ = n;
    }

    /// Forgets all bytes and errors: a new connection begins.
    pub fn reset(&mut self) {
        self.buffer.clear();
    }

    /// Cuts `pushed` into messages that borrow from it; an unfinished tail is kept for the next call.
    pub fn frames<'a>(&'a mut self, pushed: &'a [u8]) -> Frames<'a> {
        Frames {
            decoder: self,
            pushed,
        }
    }
}

/// The messages of one push, lent one after another. See [`FrameDecoder::frames`].
#[derive(Debug)]
pub struct Frames<'a> {
    decoder: &'a mut FrameDecoder,
    pushed: &'a [u8],
}

impl Frames<'_> {
    /// Lends the next message. `Ok(None)`: all that was pushed has been taken or kept.
    ///
    /// # Errors
    ///
    /// As [`FrameDecoder::peek_message`].
    pub fn next_message(&mut self) -> Result<Option<&[u8]>, WireError> {
        let _ = (&self.decoder, self.pushed);
        Ok(None)
    }

    /// The bytes of this push that no message has taken yet.
    pub fn rest(&self) -> &[u8] {
        self.pushed
    }
}
