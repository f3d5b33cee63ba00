//! Bytes → messages, however the bytes were cut.

use super::{Cut, Framing, WireError, WireErrorKind};

/// How much of a buffer that has grown for a huge message is kept for the next one: 64 KiB.
pub const KEPT_CAPACITY: usize = 64 << 10;

/// Cuts a stream of bytes into messages.
///
/// Two ways to use it:
///
/// - [`frames`](Self::frames) lends messages straight out of the pushed slice and copies only an unfinished tail;
/// - [`push`](Self::push) keeps the bytes, then [`peek_message`](Self::peek_message), [`poll_message`](Self::poll_message) and
///   [`skip`](Self::skip) take them, so that a caller may change its mind about what comes next.
///
/// Bytes kept in one way come before what the other brings. The work is linear in the bytes, also one byte at a time:
/// none is searched again for the end of the same message, and none is moved more often than a constant number of times.
#[derive(Debug)]
pub struct FrameDecoder {
    framing: Framing,
    max_message: usize,
    /// Bytes taken up to `start`, unread ones from there on.
    buffer: Vec<u8>,
    /// Index of the first unread byte: `start <= buffer.len()`.
    start: usize,
    /// How many unread bytes are known to hold no end of a message: `scanned <= unread().len()`.
    scanned: usize,
    /// Stream offset of the first unread byte.
    offset: u64,
    /// The error to answer with for ever.
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
    ///
    /// How much may be kept is for the caller to say, who knows how many messages it wants to have at hand.
    pub fn push(&mut self, bytes: &[u8]) {
        self.reclaim();
        self.buffer.extend_from_slice(bytes);
    }

    /// Finds the next whole message without taking it.
    ///
    /// Returns `Ok(None)` when more bytes are needed; that is not an error. In `raw` a message is all that is unread, and
    /// no limit is put to it: how much to hold undecided is for the caller to say.
    ///
    /// # Errors
    ///
    /// Fails once a message grows past the limit, at the first byte past it. [`unread`](Self::unread) and
    /// [`skip`](Self::skip) still work then.
    pub fn peek_message(&mut self) -> Result<Option<Cut>, WireError> {
        self.check()?;
        self.reclaim();
        let unread = &self.buffer[self.start..];
        self.framing
            .find(unread, self.max_message, &mut self.scanned)
            .map_err(|too_long| self.fail(too_long.at))
    }

    /// Takes the next whole message.
    ///
    /// Returns `Ok(None)` when more bytes are needed; that is not an error.
    ///
    /// # Errors
    ///
    /// As [`peek_message`](Self::peek_message).
    pub fn poll_message(&mut self) -> Result<Option<&[u8]>, WireError> {
        Ok(self.peek_message()?.map(|cut| self.take(&cut)))
    }

    /// Takes the message that [`peek_message`](Self::peek_message) has found, and drops it.
    pub fn skip_message(&mut self, cut: &Cut) {
        self.skip(cut.len);
    }

    /// Takes `n` unread bytes, whatever the framing; all of them when there are fewer.
    pub fn skip(&mut self, n: usize) {
        self.advance(n.min(self.unread().len()));
        self.reclaim();
    }

    /// Forgets all bytes and errors: a new connection begins.
    pub fn reset(&mut self) {
        self.skip(usize::MAX);
        self.offset = 0;
        self.failed = None;
    }

    /// Cuts `pushed` into messages that borrow from it; an unfinished tail is kept for the next call.
    ///
    /// In `raw`, `pushed` is one message as it is; none when it is empty. A caller that stops before
    /// [`Frames::next_message`] has said `None` has to see to the rest: by [`Frames::keep_rest`], or by giving
    /// [`Frames::rest`] again.
    pub fn frames<'d, 'p>(&'d mut self, pushed: &'p [u8]) -> Frames<'d, 'p> {
        Frames {
            decoder: self,
            pushed,
        }
    }

    /// How many bytes the buffer has room for.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Answers with the error of an earlier call, if there was one.
    fn check(&self) -> Result<(), WireError> {
        self.failed.map_or(Ok(()), Err)
    }

    /// Remembers that a message is too long, from the unread byte `at` on.
    fn fail(&mut self, at: usize) -> WireError {
        let error = WireError {
            offset: self.offset + at as u64,
            kind: WireErrorKind::TooLong {
                limit: self.max_message,
            },
        };
        self.failed = Some(error);
        error
    }

    /// Takes a frame of the unread bytes and lends its message, which stays where it is until the next call.
    fn take(&mut self, cut: &Cut) -> &[u8] {
        let frame = self.start;
        self.advance(cut.len);
        &self.buffer[frame + cut.body.start..frame + cut.body.end]
    }

    /// Marks `n` unread bytes as taken.
    fn advance(&mut self, n: usize) {
        self.start += n;
        self.scanned = self.scanned.saturating_sub(n);
        self.offset += n as u64;
    }

    /// Gives room of taken bytes back once they outnumber the unread ones.
    ///
    /// So no more bytes are moved than were taken since the last time.
    fn reclaim(&mut self) {
        let unread = self.buffer.len() - self.start;
        if self.start == 0 || self.start < unread {
            return;
        }
        self.buffer.copy_within(self.start.., 0);
        self.buffer.truncate(unread);
        self.start = 0;
        let kept = unread.max(KEPT_CAPACITY);
        if self.buffer.capacity() / 2 > kept {
            self.buffer.shrink_to(kept);
        }
    }
}

/// The messages of one push, lent one after another. See [`FrameDecoder::frames`].
#[derive(Debug)]
pub struct Frames<'d, 'p> {
    decoder: &'d mut FrameDecoder,
    /// What neither a message nor the decoder's buffer has taken yet.
    pushed: &'p [u8],
}

impl<'p> Frames<'_, 'p> {
    /// Lends the next message. `Ok(None)`: all that was pushed has been taken or kept.
    ///
    /// # Errors
    ///
    /// As [`FrameDecoder::peek_message`], and in `raw` when the push is longer than the limit.
    pub fn next_message(&mut self) -> Result<Option<&[u8]>, WireError> {
        // A message begun earlier is finished where it has been kept.
        loop {
            let cut = self.decoder.peek_message()?;
            if let Some(cut) = cut {
                return Ok(Some(self.decoder.take(&cut)));
            }
            if self.decoder.unread().is_empty() {
                return self.next_of_push();
            }
            if self.pushed.is_empty() {
                return Ok(None);
            }
            self.complete();
        }
    }

    /// The bytes of this push that no message has taken yet.
    pub fn rest(&self) -> &'p [u8] {
        self.pushed
    }

    /// Keeps what is left of this push for later: the next [`FrameDecoder::frames`] goes on with it.
    ///
    /// For a caller that stops between two messages. It costs a copy.
    pub fn keep_rest(self) {
        self.decoder.push(self.pushed);
    }

    /// Copies what the unfinished message needs next.
    fn complete(&mut self) {
        let decoder = &mut *self.decoder;
        let missing = decoder
            .framing
            .missing(decoder.unread(), self.pushed, decoder.max_message);
        let (head, rest) = self.pushed.split_at(missing);
        decoder.buffer.extend_from_slice(head);
        self.pushed = rest;
    }

    /// Lends a message of the pushed slice itself; nothing is kept from before.
    fn next_of_push(&mut self) -> Result<Option<&[u8]>, WireError> {
        let decoder = &mut *self.decoder;
        let mut scanned = 0;
        let found = decoder
            .framing
            .find(self.pushed, decoder.max_message, &mut scanned)
            .map_err(|too_long| decoder.fail(too_long.at))?;
        let Some(cut) = found else {
            decoder.push(self.pushed);
            decoder.scanned = scanned;
            self.pushed = &[];
            return Ok(None);
        };
        if cut.body.len() > decoder.max_message {
            return Err(decoder.fail(cut.body.start + decoder.max_message));
        }
        decoder.offset += cut.len as u64;
        let (frame, rest) = self.pushed.split_at(cut.len);
        self.pushed = rest;
        Ok(Some(&frame[cut.body]))
    }
}
