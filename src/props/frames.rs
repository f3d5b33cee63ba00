//! Properties of the frame decoder: whatever is pushed in whatever pieces, it says what a naive one says of the whole.

use std::num::NonZeroUsize;

use super::naive;
use super::pieces::Cuts;
use crate::wire::{
    BadFrame, Delimiter, Endian, FrameDecoder, Framing, LengthPrefix, LengthWidth, LineEnding,
    WireError, WireErrorKind,
};

/// What a decoder said of a stream.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    messages: Vec<Vec<u8>>,
    /// How many bytes went with frames that were too long.
    skipped: u64,
    /// The error that ended it, or how many bytes were left.
    end: Result<usize, WireError>,
}

impl Default for Said {
    fn default() -> Self {
        Self {
            messages: Vec::new(),
            skipped: 0,
            end: Ok(0),
        }
    }
}

impl Said {
    fn failed(mut self, error: WireError) -> Self {
        self.end = Err(error);
        self
    }
}

/// Input: framing, limit, cuts, then the stream.
///
/// # Panics
///
/// When the decoder says another thing than the naive one, or says it differently when the bytes are cut differently,
/// loses count of the offset, holds more than its bound, or searches a byte too often.
pub fn frame_decoder(data: &[u8]) {
    let [framing, limit, cuts, stream @ ..] = data else {
        return;
    };
    let framing = framing_named(*framing);
    let limit = limit_named(*limit);
    let pieces: Vec<&[u8]> = Cuts::named(*cuts).pieces(stream).collect();
    check(&framing, limit, &pieces);
    if !framing.is_by_push() {
        let bytes: Vec<&[u8]> = Cuts::BYTES.pieces(stream).collect();
        check(&framing, limit, &bytes);
        check(&framing, limit, &[stream]);
        round_trip(&framing, stream, limit);
    }
}

/// Checks what is said of these pieces against what is naively said of the whole.
pub(super) fn check(framing: &Framing, limit: usize, pieces: &[&[u8]]) {
    if framing.is_by_push() {
        let expected = naive_pushes(framing, pieces, limit);
        assert_eq!(
            lent(framing, limit, BadFrame::Fail, pieces),
            expected,
            "lent"
        );
        if *framing == Framing::Datagram {
            let kept = kept(framing, limit, BadFrame::Fail, pieces);
            assert_eq!(kept, expected, "kept");
        }
        return;
    }
    let stream = pieces.concat();
    for bad_frame in [BadFrame::Fail, BadFrame::Skip] {
        let expected = naive(framing, &stream, limit, bad_frame);
        for (how, said) in [
            ("lent", lent(framing, limit, bad_frame, pieces)),
            ("stopping", stopping(framing, limit, bad_frame, pieces)),
            ("kept", kept(framing, limit, bad_frame, pieces)),
        ] {
            assert_eq!(
                said, expected,
                "{how}, {bad_frame:?}, {framing:?}, limit {limit}, {pieces:?}"
            );
        }
    }
}

/// The bytes that name framings, for a person who writes an input.
pub(super) const FRAMINGS: &[u8; 26] = b"0123456789ABCDEFGHIJKLMNOP";

/// The framing that this byte of an input names.
///
/// `0` raw, `1` LF, `2` CR LF, `3` either; delimited by `4` a comma, `5` `aab`, `6` `abab`; `7` fixed, 4 bytes;
/// `8` netstring; `9` datagram; length-prefixed by `A` 1, `B` 2, `C` 3, `D` 4, `E` 8 bytes, `F` a varint,
/// `G` to `J` 2, 3, 4, 8 bytes little-endian, and with other things around the length from `K` on.
pub(super) fn framing_named(byte: u8) -> Framing {
    use LengthWidth::{Eight, Four, One, Three, Two, Varint};
    let delimited = |bytes: &[u8]| Delimiter::new(bytes).map_or(Framing::Raw, Framing::Delimited);
    let fixed = |size| NonZeroUsize::new(size).map_or(Framing::Raw, Framing::Fixed);
    let prefixed = |offset, width, endian, adjust| {
        Framing::LengthPrefixed(LengthPrefix {
            offset,
            width,
            endian,
            adjust,
        })
    };
    let big = |width| prefixed(0, width, Endian::Big, 0);
    let little = |width| prefixed(0, width, Endian::Little, 0);
    match byte {
        b'0' => Framing::Raw,
        b'1' => Framing::Line(LineEnding::Lf),
        b'2' => Framing::Line(LineEnding::CrLf),
        b'3' => Framing::Line(LineEnding::Either),
        b'4' => delimited(b","),
        b'5' => delimited(b"aab"),
        b'6' => delimited(b"abab"),
        b'7' => fixed(4),
        b'8' => Framing::Netstring,
        b'9' => Framing::Datagram,
        b'A' => big(One),
        b'B' => big(Two),
        b'C' => big(Three),
        b'D' => big(Four),
        b'E' => big(Eight),
        b'F' => big(Varint),
        b'G' => little(Two),
        b'H' => little(Three),
        b'I' => little(Four),
        b'J' => little(Eight),
        b'K' => prefixed(1, Four, Endian::Big, -4),
        b'L' => prefixed(0, Three, Endian::Big, 6),
        b'M' => prefixed(2, Varint, Endian::Big, -1),
        b'N' => prefixed(3, One, Endian::Little, 2),
        b'O' => prefixed(0, Eight, Endian::Big, i64::MIN),
        b'P' => prefixed(usize::MAX, Eight, Endian::Big, i64::MAX),
        other => framing_named(FRAMINGS[usize::from(other) % FRAMINGS.len()]),
    }
}

/// The limit that this byte of an input names: `0` is 0 … `9` is 9, `A` is 17, up to 63.
pub(super) fn limit_named(byte: u8) -> usize {
    usize::from(byte.wrapping_sub(b'0') & 63)
}

/// What `frames` says, which lends from the pieces.
fn lent(framing: &Framing, limit: usize, bad_frame: BadFrame, pieces: &[&[u8]]) -> Said {
    let mut decoder = FrameDecoder::new(framing.clone(), limit).on_bad_frame(bad_frame);
    let mut said = Said::default();
    let work = Work::begin();
    for (nth, piece) in pieces.iter().enumerate() {
        let mut frames = decoder.frames(piece);
        loop {
            match frames.next_message() {
                Ok(Some(message)) => said.messages.push(message.to_vec()),
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
        let pushed: usize = pieces[..=nth].iter().map(|piece| piece.len()).sum();
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
    let mut said = Said::default();
    for (nth, piece) in pieces.iter().enumerate() {
        let mut rest = *piece;
        loop {
            let mut frames = decoder.frames(rest);
            match frames.next_message() {
                Ok(Some(message)) => said.messages.push(message.to_vec()),
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
    let mut said = Said::default();
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
            let message = peeked.message(decoder.unread()).into_owned();
            if said.messages.len() % 2 == 0 {
                decoder.skip_message(&peeked);
            } else {
                let polled = decoder
                    .poll_message()
                    .map(|polled| polled.map(<[u8]>::to_vec));
                assert_eq!(
                    polled,
                    Ok(Some(message.clone())),
                    "what is peeked is polled"
                );
            }
            said.messages.push(message);
        }
        let held = decoder.unread().len();
        assert_eq!(decoder.offset() + held as u64, pushed as u64, "offset");
        work.check(pushed);
    }
    said.skipped = decoder.skipped();
    said.end = Ok(decoder.unread().len());
    said
}

/// The messages of the whole stream, found one after another.
fn naive(framing: &Framing, stream: &[u8], limit: usize, bad_frame: BadFrame) -> Said {
    let mut said = Said::default();
    let mut begin = 0;
    loop {
        let rest = &stream[begin..];
        match naive::first(framing, rest, limit) {
            Ok(Some((message, len))) => {
                said.messages.push(message);
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

/// Where pushes are messages: each piece is one; in raw only if it is not empty.
fn naive_pushes(framing: &Framing, pieces: &[&[u8]], limit: usize) -> Said {
    let mut said = Said::default();
    let mut offset = 0;
    for piece in pieces {
        if piece.is_empty() && *framing == Framing::Raw {
            continue;
        }
        if piece.len() > limit {
            let kind = WireErrorKind::TooLong { limit };
            let offset = (offset + limit) as u64;
            return said.failed(WireError { offset, kind });
        }
        said.messages.push(piece.to_vec());
        offset += piece.len();
    }
    said
}

/// What is decoded can be encoded, and is decoded to the same again.
fn round_trip(framing: &Framing, stream: &[u8], limit: usize) {
    let messages = naive(framing, stream, limit, BadFrame::Fail).messages;
    let mut encoded = Vec::new();
    for message in &messages {
        // Its CR would become half of the ending that follows.
        if *framing == Framing::LINE && message.ends_with(b"\r") {
            return;
        }
        assert_eq!(framing.encode(message, &mut encoded), Ok(()));
    }
    let said = lent(framing, limit, BadFrame::Fail, &[&encoded]);
    assert_eq!(said.messages, messages, "round trip");
    assert_eq!(said.end, Ok(0), "round trip");
    if !matches!(framing, Framing::Line(_)) {
        assert!(
            stream.starts_with(&encoded),
            "there is one way to write a message"
        );
    }
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
    /// message is put together, once when that is peeked before it is polled.
    fn check(&self, pushed: usize) {
        #[cfg(any(test, fuzzing))]
        {
            let done = crate::wire::work::done();
            assert!(done <= 3 * pushed, "{done} bytes searched of {pushed}");
        }
        let _ = pushed;
    }
}
