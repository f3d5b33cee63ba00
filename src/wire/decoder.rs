//! Bytes → messages, however the bytes were cut.

use std::collections::VecDeque;

use super::cut::Flaw;
use super::memory::Memory;
use super::{Cut, Frames, Framing, WireError, WireErrorKind};
use crate::canary::{Bug, sings};

/// How much of a buffer that has grown for a huge message is kept for the next one: 64 KiB.
pub const KEPT_CAPACITY: usize = 64 << 10;

/// What is done about a frame that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BadFrame {
    /// It is an error, and the decoder answers with that for ever.
    #[default]
    Fail,
    /// Where the framing has ends to find ([`Framing::has_ends`]), all is dropped up to and with the next one; elsewhere
    /// it is an error.
    Skip,
}

impl BadFrame {
    /// Whether a frame with this flaw is dropped.
    pub(super) fn drops(self, framing: &Framing, flaw: WireErrorKind) -> bool {
        let too_long = matches!(flaw, WireErrorKind::TooLong { .. });
        self == Self::Skip && too_long && framing.has_ends()
    }
}

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
    pub(super) framing: Framing,
    pub(super) max_message: usize,
    bad_frame: BadFrame,
    pub(super) state: State,
    /// Bytes taken up to `start`, unread ones from there on.
    buffer: Vec<u8>,
    /// Index of the first unread byte: `start <= buffer.len()`.
    start: usize,
    /// What is known of the unread bytes.
    pub(super) memory: Memory,
    /// Stream offset of the first unread byte.
    pub(super) offset: u64,
    /// How many bytes have been dropped with frames that were too long.
    pub(super) skipped: u64,
    /// The lengths of the unread packets, where messages are packets.
    packets: VecDeque<usize>,
    /// How many frames have been dropped, for a planted bug.
    #[cfg(canary)]
    dropped: usize,
}

/// What the next unread byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The first of a frame.
    Stream,
    /// The first of a packet.
    Packets,
    /// Part of a frame that is too long, and dropped.
    Dropping,
    /// Not to be known: this went wrong.
    Failed(WireError),
}

impl FrameDecoder {
    /// Makes a decoder that accepts messages of up to `max_message` bytes.
    pub fn new(framing: Framing, max_message: usize) -> Self {
        Self {
            state: Self::begin(&framing),
            framing,
            max_message,
            bad_frame: BadFrame::default(),
            buffer: Vec::new(),
            start: 0,
            memory: Memory::default(),
            offset: 0,
            skipped: 0,
            packets: VecDeque::new(),
            #[cfg(canary)]
            dropped: 0,
        }
    }

    /// Says what is done about a frame that is too long.
    #[must_use]
    pub fn on_bad_frame(mut self, bad_frame: BadFrame) -> Self {
        self.bad_frame = bad_frame;
        self
    }

    /// Stream offset of the first unread byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes have been dropped with frames that were too long, their endings included.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The bytes pushed and not taken yet.
    #[inline(always)]
    pub fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// How much is held: the unread bytes, and what it takes to tell packets apart.
    ///
    /// A caller who bounds this is safe from empty packets without end, too.
    pub fn held(&self) -> usize {
        self.unread().len() + self.packets.len() * size_of::<usize>()
    }

    /// Keeps `bytes` after the unread ones.
    ///
    /// How much may be kept is for the caller to say, who knows how many messages it wants to have at hand.
    pub fn push(&mut self, bytes: &[u8]) {
        self.reclaim();
        self.buffer.extend_from_slice(bytes);
        if self.framing == Framing::Datagram {
            self.packets.push_back(bytes.len());
        }
    }

    /// Finds the next whole message without taking it.
    ///
    /// Returns `Ok(None)` when more bytes are needed; that is not an error. In `raw` a message is all that is unread, and
    /// no limit is put to it: how much to hold undecided is for the caller to say.
    ///
    /// # Errors
    ///
    /// Fails at bytes that are no message, and once a message grows past the limit, at the first byte past it.
    /// [`unread`](Self::unread) and [`skip`](Self::skip) still work then.
    #[inline(always)]
    pub fn peek_message(&mut self) -> Result<Option<Cut>, WireError> {
        if let State::Stream = self.state {
            let unread = self.buffer.get(self.start..).unwrap_or_default();
            if unread.is_empty() {
                return Ok(None);
            }
            let found = self
                .framing
                .find(unread, self.max_message, &mut self.memory);
            if let Ok(Some(cut)) = found {
                return Ok(Some(cut));
            }
        }
        self.peek_unusual()
    }

    /// Takes the next whole message.
    ///
    /// Returns `Ok(None)` when more bytes are needed; that is not an error.
    ///
    /// # Errors
    ///
    /// As [`peek_message`](Self::peek_message).
    #[inline(always)]
    pub fn poll_message(&mut self) -> Result<Option<&[u8]>, WireError> {
        if let State::Stream = self.state {
            let unread = self.buffer.get(self.start..).unwrap_or_default();
            let found = self
                .framing
                .find(unread, self.max_message, &mut self.memory);
            if let Ok(Some(cut)) = found
                && cut.head == 0
            {
                let body = self.start + cut.body.start..self.start + cut.body.end;
                self.advance(cut.len);
                return Ok(Some(self.buffer.get(body).unwrap_or_default()));
            }
        }
        self.poll_unusual()
    }

    /// Takes the message that [`peek_message`](Self::peek_message) has found, and drops it.
    ///
    /// A cut is good for one time, and as long as nothing else is taken: what is not there is not skipped.
    pub fn skip_message(&mut self, cut: &Cut) {
        if cut.len > self.unread().len() {
            return;
        }
        self.take(cut);
        self.reclaim();
    }

    /// Takes `n` unread bytes, whatever the framing; all of them when there are fewer.
    pub fn skip(&mut self, n: usize) {
        let n = n.min(self.unread().len());
        self.advance_packets(n);
        self.advance(n);
        self.reclaim();
    }

    /// Takes all unread bytes, and packets that have none.
    pub fn drop_unread(&mut self) {
        self.skip(usize::MAX);
        self.packets.clear();
    }

    /// Whether nothing is unread: no bytes, and no packet that has none.
    pub fn is_empty(&self) -> bool {
        self.unread().is_empty() && self.packets.is_empty()
    }

    /// Forgets all bytes and errors: a new connection begins.
    pub fn reset(&mut self) {
        self.drop_unread();
        self.state = Self::begin(&self.framing);
        self.offset = 0;
        self.skipped = 0;
    }

    /// Forgets all, and cuts in another way from now on: a connection of another kind begins.
    pub fn turn_to(&mut self, framing: Framing, max_message: usize) {
        self.framing = framing;
        self.max_message = max_message;
        self.reset();
    }

    /// Cuts `pushed` into messages that borrow from it; an unfinished tail is kept for the next call.
    ///
    /// In `raw`, `pushed` is one message as it is; none when it is empty. In `datagram` it is one, also when empty. A
    /// caller that stops before [`Frames::next_message`] has said `None` has to see to the rest: by
    /// [`Frames::keep_rest`], or by giving [`Frames::rest`] again, if that is not empty.
    pub fn frames<'d, 'p>(&'d mut self, pushed: &'p [u8]) -> Frames<'d, 'p> {
        Frames::new(self, pushed)
    }

    /// How many bytes the buffer has room for.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    fn begin(framing: &Framing) -> State {
        match framing {
            Framing::Datagram => State::Packets,
            _ => State::Stream,
        }
    }

    /// [`poll_message`](Self::poll_message) when there may be no message, or not in one piece.
    #[inline(never)]
    fn poll_unusual(&mut self) -> Result<Option<&[u8]>, WireError> {
        Ok(self.peek_unusual()?.map(|cut| self.take(&cut)))
    }

    /// [`peek_message`](Self::peek_message) when there may be no message.
    #[inline(never)]
    fn peek_unusual(&mut self) -> Result<Option<Cut>, WireError> {
        loop {
            let unread = self.buffer.get(self.start..).unwrap_or_default();
            let found = match self.state {
                State::Failed(error) => return Err(error),
                State::Packets => match self.packets.front() {
                    Some(&len) => {
                        let packet = unread.get(..len).unwrap_or(unread);
                        self.framing
                            .find(packet, self.max_message, &mut self.memory)
                    }
                    None => Ok(None),
                },
                State::Stream => self
                    .framing
                    .find(unread, self.max_message, &mut self.memory),
                State::Dropping => {
                    let (n, ended) = self.framing.bad_part(unread, &mut self.memory);
                    self.drop_part(n, ended);
                    self.advance(n);
                    if ended { continue } else { Ok(None) }
                }
            };
            match found {
                Ok(found) => {
                    if found.is_none() {
                        self.reclaim();
                    }
                    return Ok(found);
                }
                Err(flaw) => self.judge(flaw),
            }
        }
    }

    /// Decides what becomes of a frame with a flaw: it is dropped, or the decoder has failed.
    pub(super) fn judge(&mut self, flaw: Flaw) {
        self.state = match self.bad_frame.drops(&self.framing, flaw.kind) {
            true => State::Dropping,
            false => State::Failed(flaw.behind(self.offset)),
        };
        #[cfg(canary)]
        {
            self.dropped += usize::from(self.state == State::Dropping);
        }
    }

    /// Notes that `n` bytes of a frame that is too long are dropped, and whether that was the end of it.
    pub(super) fn drop_part(&mut self, n: usize, ended: bool) {
        self.skipped += n as u64;
        if ended && !self.planted_miss() {
            self.state = State::Stream;
        }
    }

    /// A planted bug: whether the end of what is dropped is missed.
    fn planted_miss(&self) -> bool {
        #[cfg(canary)]
        let eighth = self.dropped == 8;
        #[cfg(not(canary))]
        let eighth = false;
        sings(Bug::ManyDrops) && self.max_message > 8 && eighth
    }

    /// Takes a frame of the unread bytes and lends its message, which stays where it is until the next call.
    pub(super) fn take(&mut self, cut: &Cut) -> &[u8] {
        let frame = self.start;
        self.packets.pop_front();
        self.advance(cut.len);
        let body = frame + cut.body.start..frame + cut.body.end;
        if cut.head == 0 {
            return self.buffer.get(body).unwrap_or_default();
        }
        // The length field is not needed any more: the head of the message takes its place.
        let message = body.start.saturating_sub(cut.head)..body.end;
        self.buffer
            .copy_within(frame..frame + cut.head, message.start);
        self.buffer.get(message).unwrap_or_default()
    }

    /// Marks `n` unread bytes as taken.
    #[inline(always)]
    fn advance(&mut self, n: usize) {
        self.start += n;
        self.memory.advance(n);
        self.offset += n as u64;
    }

    /// Notes that `n` unread bytes of packets are taken, wherever those end.
    fn advance_packets(&mut self, mut n: usize) {
        while let Some(len) = self.packets.front_mut()
            && n > 0
        {
            if *len > n {
                *len -= n;
                return;
            }
            n -= *len;
            self.packets.pop_front();
        }
    }

    /// Gives room of taken bytes back once they outnumber the unread ones.
    ///
    /// So no more bytes are moved than were taken since the last time.
    fn reclaim(&mut self) {
        let unread = self.unread().len();
        if self.start == 0 || self.start < unread {
            return;
        }
        #[cfg(any(test, fuzzing))]
        super::scan::work::add_moved(unread);
        self.buffer.copy_within(self.start.., 0);
        self.buffer.truncate(unread);
        self.start = 0;
        let kept = unread.max(KEPT_CAPACITY);
        if self.buffer.capacity() / 2 > kept {
            self.buffer.shrink_to(kept);
        }
    }
}

impl Framing {
    /// How many of these bytes belong to a frame that is too long, and whether it ends with them.
    pub(super) fn bad_part(&self, bytes: &[u8], memory: &mut Memory) -> (usize, bool) {
        match self.find(bytes, usize::MAX, memory) {
            Ok(Some(cut)) => (cut.len, true),
            _ => (bytes.len() - self.undecided(bytes, memory), false),
        }
    }
}
