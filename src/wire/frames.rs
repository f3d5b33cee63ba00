//! The messages of one push, lent one after another.

use super::cut::Flaw;
use super::decoder::State;
use super::memory::Memory;
use super::{Cut, FrameDecoder, Framing, WireError};

/// The messages of one push, lent one after another. See [`FrameDecoder::frames`].
#[derive(Debug)]
pub struct Frames<'d, 'p> {
    decoder: &'d mut FrameDecoder,
    /// What neither a message nor the decoder's buffer has taken yet.
    pushed: &'p [u8],
    /// What is known of `pushed`.
    memory: Memory,
    /// Whether the next byte of `pushed` begins a frame of a stream, with nothing kept from before.
    lending: bool,
    /// Whether `pushed` is a packet that is not taken yet.
    packet: bool,
}

impl<'d, 'p> Frames<'d, 'p> {
    pub(super) fn new(decoder: &'d mut FrameDecoder, pushed: &'p [u8]) -> Self {
        Self {
            packet: decoder.framing == Framing::Datagram,
            decoder,
            pushed,
            memory: Memory::default(),
            lending: false,
        }
    }

    /// Lends the next message. `Ok(None)`: all that was pushed has been taken or kept.
    ///
    /// # Errors
    ///
    /// As [`FrameDecoder::peek_message`], and in `raw` when the push is longer than the limit.
    #[inline(always)]
    pub fn next_message(&mut self) -> Result<Option<&[u8]>, WireError> {
        if self.lending {
            let decoder = &mut *self.decoder;
            let found = decoder
                .framing
                .find(self.pushed, decoder.max_message, &mut self.memory);
            if let Ok(Some(cut)) = found
                && cut.head == 0
            {
                return Ok(Some(self.lend(&cut)));
            }
        }
        self.next_unusual()
    }

    /// The bytes of this push that no message has taken yet.
    pub fn rest(&self) -> &'p [u8] {
        self.pushed
    }

    /// Keeps what is left of this push for later: the next [`FrameDecoder::frames`] goes on with it.
    ///
    /// For a caller that stops between two messages. It costs a copy.
    pub fn keep_rest(self) {
        if self.packet || !self.pushed.is_empty() {
            self.decoder.push(self.pushed);
        }
    }

    /// Lends the message of a frame that lies in the push.
    #[inline(always)]
    fn lend(&mut self, cut: &Cut) -> &'p [u8] {
        let message = self.pushed.get(cut.body.clone()).unwrap_or_default();
        self.pass(cut.len);
        message
    }

    /// Leaves `n` bytes of the push behind: they are a frame, or dropped.
    #[inline(always)]
    fn pass(&mut self, n: usize) {
        self.pushed = self.pushed.get(n..).unwrap_or_default();
        self.memory.advance(n);
        self.decoder.offset += n as u64;
    }

    /// [`next_message`](Self::next_message) when bytes are kept from before, or there may be no message.
    #[inline(never)]
    fn next_unusual(&mut self) -> Result<Option<&[u8]>, WireError> {
        self.lending = false;
        // A message begun earlier is finished where it has been kept.
        loop {
            let cut = self.decoder.peek_message()?;
            if let Some(cut) = cut {
                return Ok(Some(self.decoder.take(&cut)));
            }
            if self.decoder.unread().is_empty() {
                break;
            }
            if self.pushed.is_empty() {
                return Ok(None);
            }
            self.complete();
        }
        match self.decoder.framing {
            Framing::Raw | Framing::Datagram => self.whole_push(),
            _ => self.next_of_push(),
        }
    }

    /// Copies what the unfinished message needs next.
    fn complete(&mut self) {
        let decoder = &mut *self.decoder;
        let missing = decoder.framing.missing(
            decoder.unread(),
            self.pushed,
            decoder.max_message,
            &decoder.memory,
        );
        let (head, rest) = self.pushed.split_at(missing.min(self.pushed.len()));
        decoder.push(head);
        self.pushed = rest;
    }

    /// Lends the push as one message; nothing is kept from before.
    fn whole_push(&mut self) -> Result<Option<&[u8]>, WireError> {
        if !self.packet && self.pushed.is_empty() {
            return Ok(None);
        }
        let cut = Cut::bare(self.pushed.len());
        if cut.len > self.decoder.max_message {
            let limit = self.decoder.max_message;
            return self.fail(match self.packet {
                true => Flaw::long_packet(cut.len, limit),
                false => Flaw::too_long(limit),
            });
        }
        self.packet = false;
        Ok(Some(self.lend(&cut)))
    }

    /// Finds the next message in the push itself; nothing is kept from before.
    fn next_of_push(&mut self) -> Result<Option<&[u8]>, WireError> {
        loop {
            let decoder = &mut *self.decoder;
            if decoder.state == State::Dropping {
                let (n, ended) = decoder.framing.bad_part(self.pushed, &mut self.memory);
                decoder.drop_part(n, ended);
                self.pass(n);
                if !ended {
                    return Ok(self.keep());
                }
                continue;
            }
            let found = decoder
                .framing
                .find(self.pushed, decoder.max_message, &mut self.memory);
            match found {
                Ok(Some(cut)) if cut.head == 0 => {
                    self.lending = true;
                    return Ok(Some(self.lend(&cut)));
                }
                Ok(Some(cut)) => return Ok(Some(self.join(&cut))),
                Ok(None) => return Ok(self.keep()),
                Err(flaw) => decoder.judge(flaw),
            }
            if let State::Failed(error) = self.decoder.state {
                return Err(error);
            }
        }
    }

    /// Keeps the unfinished tail.
    fn keep(&mut self) -> Option<&'static [u8]> {
        self.decoder.push(self.pushed);
        self.decoder.memory = std::mem::take(&mut self.memory);
        self.pushed = &[];
        None
    }

    /// Takes a message that a length field parts: it is put together in the decoder's buffer.
    fn join(&mut self, cut: &Cut) -> &[u8] {
        let (frame, rest) = self.pushed.split_at(cut.len.min(self.pushed.len()));
        self.decoder.push(frame);
        self.pushed = rest;
        self.memory.advance(cut.len);
        self.decoder.take(cut)
    }

    #[cold]
    fn fail(&mut self, flaw: Flaw) -> Result<Option<&[u8]>, WireError> {
        self.decoder.judge(flaw);
        match self.decoder.state {
            State::Failed(error) => Err(error),
            _ => Ok(None),
        }
    }
}
