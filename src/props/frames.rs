//! Properties of the frame decoder: whatever is pushed in whatever pieces, it says what a naive one says of the whole.

use std::fmt;

use super::naive;
use super::skipping::skipping;
use crate::corpus::{Cuts, FrameInput};
use crate::wire::{BadFrame, FrameDecoder, Framing, WireError, WireErrorKind};

/// What a decoder said of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) messages: Messages,
    /// How many bytes went with frames that were too long.
    pub(super) skipped: u64,
    /// The error that ended it, or how many bytes were left.
    pub(super) end: Result<usize, WireError>,
}

impl Said {
    /// Nothing yet, of a stream of so many bytes.
    #[inline]
    fn of(bytes: usize) -> Self {
        Self {
            messages: Messages {
                bytes: Vec::with_capacity(bytes),
                ends: Vec::new(),
            },
            skipped: 0,
            end: Ok(0),
        }
    }

    #[inline]
    fn failed(mut self, error: WireError) -> Self {
        self.end = Err(error);
        self
    }
}

/// Messages one after another: a fuzzer has no time for an allocation each.
#[derive(PartialEq, Eq)]
pub(super) struct Messages {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Messages {
    #[inline]
    pub(super) fn push(&mut self, message: &[u8]) {
        self.bytes.extend_from_slice(message);
        self.ends.push(self.bytes.len());
    }

    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins
            .zip(&self.ends)
            .map(|(&begin, &end)| &self.bytes[begin..end])
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = self
            .iter()
            .map(|message| message.escape_ascii().to_string());
        f.debug_list().entries(messages).finish()
    }
}

/// A way to use a decoder: what it says of these pieces.
type Way = fn(&Framing, usize, BadFrame, &[&[u8]]) -> Said;

/// All ways, those that differ the most first.
const WAYS: &[(&str, Way)] = &[
    ("lent", lent),
    ("kept", kept),
    ("stopping", stopping),
    #[cfg(feature = "codec")]
    ("codec", codec),
];

/// Input: `FrameInput`; the lowest six bits of its third byte are also how many bytes are taken away once.
///
/// # Panics
///
/// When the decoder says another thing than the naive one, or says it differently when the bytes are cut differently,
/// loses count of the offset, holds more than its bound, or searches a byte too often.
#[inline]
pub fn frame_decoder(data: &[u8]) {
    let Some(input) = FrameInput::parse(data) else {
        return;
    };
    let FrameInput {
        framing,
        limit,
        cuts,
        stream,
    } = input;
    let gone = usize::from(data.get(2).copied().unwrap_or_default() & 63);
    let pieces: Vec<&[u8]> = cuts.pieces(stream).collect();
    skipping(&framing, limit, &pieces, gone);
    if framing.is_by_push() {
        return check_pushes(&framing, limit, &pieces);
    }
    if cfg!(fuzzing) {
        let header = data.iter().take(3).zip([1, 3, 7]);
        let choice = header.map(|(byte, times)| usize::from(*byte) * times).sum();
        return check_one_way(choice, &framing, limit, stream, &pieces);
    }
    let bytes: Vec<&[u8]> = Cuts::BYTES.pieces(stream).collect();
    for bad_frame in [BadFrame::Fail, BadFrame::Skip] {
        let expected = naive(&framing, stream, limit, bad_frame);
        check_ways(WAYS, &framing, limit, bad_frame, &pieces, &expected);
        if cuts != Cuts::BYTES {
            check_ways(&WAYS[..2], &framing, limit, bad_frame, &bytes, &expected);
        }
        // Where nothing is wrong there is nothing to skip.
        if expected.end.is_ok() {
            return;
        }
    }
}

/// Checks one of the ways, of the cuts and of the answers to a bad frame: a fuzzer comes to the others with other headers, and each
/// execution costs a fraction. Whatever fails so fails with all of them too.
#[inline]
fn check_one_way(choice: usize, framing: &Framing, limit: usize, stream: &[u8], pieces: &[&[u8]]) {
    let bad_frame = [BadFrame::Fail, BadFrame::Skip][choice % 2];
    let way = &WAYS[choice / 2 % WAYS.len()..][..1];
    let expected = naive(framing, stream, limit, bad_frame);
    if (choice / 6).is_multiple_of(2) {
        check_ways(way, framing, limit, bad_frame, pieces, &expected);
    } else {
        let bytes: Vec<&[u8]> = Cuts::BYTES.pieces(stream).collect();
        check_ways(way, framing, limit, bad_frame, &bytes, &expected);
    }
}

/// How many bytes of memory [`frame_decoder`] may hold at once while it tries an input of this length, and so also ask for
/// in one piece; in all it may ask for [`FRAME_DECODER_TURNS`] times as many.
///
/// A hundred times less than any length that a peer could claim and get away with; a few times what is needed.
pub const fn frame_decoder_room(input: usize) -> u64 {
    (8 << 10) + 64 * input as u64
}

/// How often the room of [`frame_decoder_room`] may be filled anew.
pub const FRAME_DECODER_TURNS: u64 = 16;

/// Checks what is said of these pieces against what is naively said of the whole; returns that, and what is said where bad
/// frames are dropped if anything is wrong.
#[cfg(test)]
pub(super) fn check(framing: &Framing, limit: usize, pieces: &[&[u8]]) -> (Said, Option<Said>) {
    if framing.is_by_push() {
        check_pushes(framing, limit, pieces);
        return (naive_pushes(framing, pieces, limit), None);
    }
    let [failing, skipping] = [BadFrame::Fail, BadFrame::Skip]
        .map(|bad_frame| naive(framing, &pieces.concat(), limit, bad_frame));
    check_ways(WAYS, framing, limit, BadFrame::Fail, pieces, &failing);
    // Where nothing is wrong there is nothing to skip.
    if failing.end.is_ok() {
        return (failing, None);
    }
    check_ways(WAYS, framing, limit, BadFrame::Skip, pieces, &skipping);
    (failing, Some(skipping))
}

#[inline]
fn check_ways(
    ways: &[(&str, Way)],
    framing: &Framing,
    limit: usize,
    bad_frame: BadFrame,
    pieces: &[&[u8]],
    expected: &Said,
) {
    for (how, way) in ways {
        let said = way(framing, limit, bad_frame, pieces);
        assert_eq!(
            said, *expected,
            "{how}, {bad_frame:?}, {framing:?}, limit {limit}, {pieces:?}"
        );
    }
}

#[inline]
fn check_pushes(framing: &Framing, limit: usize, pieces: &[&[u8]]) {
    let expected = naive_pushes(framing, pieces, limit);
    let said = lent(framing, limit, BadFrame::Fail, pieces);
    assert_eq!(said, expected, "lent");
    if *framing == Framing::Datagram {
        let said = kept(framing, limit, BadFrame::Fail, pieces);
        assert_eq!(said, expected, "kept");
    }
}

/// What `frames` says, which lends from the pieces.
pub(super) fn lent(framing: &Framing, limit: usize, bad_frame: BadFrame, pieces: &[&[u8]]) -> Said {
    let mut decoder = FrameDecoder::new(framing.clone(), limit).on_bad_frame(bad_frame);
    let mut said = Said::of(total(pieces));
    let work = Work::begin();
    let mut pushed = 0;
    for piece in pieces {
        pushed += piece.len();
        let mut frames = decoder.frames(piece);
        loop {
            match frames.next_message() {
                Ok(Some(message)) => said.messages.push(message),
                Ok(None) => break,
                Err(error) => {
                    let again = decoder.frames(b"ok\r\n").next_message().map(|_| ());
                    assert_eq!(again, Err(error), "an error stays");
                    return said.failed(error);
                }
            }
        }
        assert_eq!(frames.rest(), b"", "all is taken or kept");
        let held = decoder.unread().len();
        assert!(
            held <= limit.saturating_add(framing.around()),
            "{held} bytes held"
        );
        assert_eq!(decoder.offset() + held as u64, pushed as u64, "offset");
        work.check(pushed);
    }
    said.skipped = decoder.skipped();
    said.end = Ok(decoder.unread().len());
    said
}

/// What `frames` says to a caller that stops after each message and goes on later.
fn stopping(framing: &Framing, limit: usize, bad_frame: BadFrame, pieces: &[&[u8]]) -> Said {
    let mut decoder = FrameDecoder::new(framing.clone(), limit).on_bad_frame(bad_frame);
    let mut said = Said::of(total(pieces));
    for (nth, piece) in pieces.iter().enumerate() {
        let mut rest = *piece;
        loop {
            let mut frames = decoder.frames(rest);
            match frames.next_message() {
                Ok(Some(message)) => said.messages.push(message),
                Ok(None) => break,
                Err(error) => return said.failed(error),
            }
            // Both ways to see to the rest, in turn.
            rest = if nth % 2 == 0 {
                frames.rest()
            } else {
                frames.keep_rest();
                b""
            };
        }
    }
    said.skipped = decoder.skipped();
    said.end = Ok(decoder.unread().len());
    said
}

/// What `push`, `peek_message`, `poll_message` and `skip` say.
fn kept(framing: &Framing, limit: usize, bad_frame: BadFrame, pieces: &[&[u8]]) -> Said {
    let mut decoder = FrameDecoder::new(framing.clone(), limit).on_bad_frame(bad_frame);
    let mut said = Said::of(total(pieces));
    let work = Work::begin();
    let mut pushed = 0;
    for piece in pieces {
        decoder.push(piece);
        pushed += piece.len();
        loop {
            let peeked = match decoder.peek_message() {
                Ok(Some(cut)) => cut,
                Ok(None) => break,
                Err(error) => return said.failed(error),
            };
            said.messages.push(&peeked.message(decoder.unread()));
            if said.messages.ends.len() % 2 == 1 {
                decoder.skip_message(&peeked);
            } else {
                let polled = decoder.poll_message();
                let peeked = said.messages.iter().last();
                assert_eq!(polled, Ok(peeked), "what is peeked is polled");
            }
        }
        let held = decoder.unread().len();
        assert_eq!(decoder.offset() + held as u64, pushed as u64, "offset");
        work.check(pushed);
    }
    said.skipped = decoder.skipped();
    said.end = Ok(decoder.unread().len());
    said
}

/// What the codec for tokio-util says, to which the unread bytes do not belong.
#[cfg(feature = "codec")]
fn codec(framing: &Framing, limit: usize, bad_frame: BadFrame, pieces: &[&[u8]]) -> Said {
    use crate::wire::{CodecError, FrameCodec};
    use tokio_util::codec::Decoder as _;

    let mut codec = FrameCodec::new(framing.clone(), limit).on_bad_frame(bad_frame);
    let mut said = Said::of(total(pieces));
    let mut unread = bytes::BytesMut::new();
    let mut pushed = 0;
    for piece in pieces {
        unread.extend_from_slice(piece);
        pushed += piece.len();
        loop {
            match codec.decode(&mut unread) {
                Ok(Some(message)) => said.messages.push(&message),
                Ok(None) => break,
                Err(CodecError::Wire(error)) => return said.failed(error),
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(
            codec.offset() + unread.len() as u64,
            pushed as u64,
            "offset"
        );
    }
    said.skipped = codec.skipped();
    said.end = Ok(unread.len());
    said
}

/// The messages of the whole stream, found one after another.
#[inline]
pub(super) fn naive(framing: &Framing, stream: &[u8], limit: usize, bad_frame: BadFrame) -> Said {
    let mut said = Said::of(stream.len());
    let mut begin = 0;
    loop {
        let rest = &stream[begin..];
        match naive::first(framing, rest, limit) {
            Ok(Some((message, len))) => {
                said.messages.push(&message);
                begin += len;
            }
            Ok(None) => break,
            Err(_) if bad_frame == BadFrame::Skip && framing.has_ends() => {
                let (len, ended) = naive::bad_frame(framing, rest);
                said.skipped += len as u64;
                begin += len;
                if !ended {
                    break;
                }
            }
            Err((at, kind)) => {
                let offset = (begin + at) as u64;
                return said.failed(WireError { offset, kind });
            }
        }
    }
    said.end = Ok(stream.len() - begin);
    said
}

/// How many bytes these pieces are.
#[inline]
fn total(pieces: &[&[u8]]) -> usize {
    pieces.iter().map(|piece| piece.len()).sum()
}

/// Where pushes are messages: each piece is one; in raw only if it is not empty.
#[inline]
fn naive_pushes(framing: &Framing, pieces: &[&[u8]], limit: usize) -> Said {
    let mut said = Said::of(total(pieces));
    let mut offset = 0;
    for piece in pieces {
        if piece.is_empty() && *framing == Framing::Raw {
            continue;
        }
        if piece.len() > limit {
            let len = piece.len();
            let kind = match framing {
                Framing::Datagram => WireErrorKind::PacketTooLong { len, limit },
                _ => WireErrorKind::TooLong { limit },
            };
            let offset = (offset + limit) as u64;
            return said.failed(WireError { offset, kind });
        }
        said.messages.push(piece);
        offset += piece.len();
    }
    said
}

/// Counts the bytes that are looked at; only where tests and fuzzers are built.
struct Work;

impl Work {
    fn begin() -> Self {
        #[cfg(any(test, fuzzing))]
        crate::wire::work::reset();
        Self
    }

    /// Checks that no byte of the `pushed` ones was searched more than three times: once where it arrives, once where its
    /// message is put together, once when that is peeked before it is polled. And that no more were moved to the front of a buffer
    /// than there were.
    fn check(&self, pushed: usize) {
        #[cfg(any(test, fuzzing))]
        {
            let done = crate::wire::work::done();
            assert!(done <= 3 * pushed, "{done} bytes searched of {pushed}");
            let moved = crate::wire::work::moved();
            assert!(moved <= pushed, "{moved} bytes moved of {pushed}");
        }
        let _ = pushed;
    }
}
