//! Properties of the frame decoder: whatever is pushed in whatever pieces, it says what a naive one says of the whole.

use super::pieces::Cuts;
use crate::wire::{FrameDecoder, Framing, LineEnding, WireError, WireErrorKind};

/// What a decoder said of a stream: its messages, then the error that ended it or how many bytes were left.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    messages: Vec<Vec<u8>>,
    end: Result<usize, WireError>,
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

    let Framing::Line(ending) = framing else {
        assert_eq!(lent(&framing, limit, &pieces), naive_raw(&pieces, limit));
        return;
    };
    let expected = naive_lines(ending, stream, limit);
    let bytes: Vec<&[u8]> = Cuts::BYTES.pieces(stream).collect();
    for pieces in [&pieces[..], &bytes, &[stream]] {
        assert_eq!(lent(&framing, limit, pieces), expected, "lent, {pieces:?}");
        assert_eq!(
            stopping(&framing, limit, pieces),
            expected,
            "stopping, {pieces:?}"
        );
        assert_eq!(kept(&framing, limit, pieces), expected, "kept, {pieces:?}");
    }
    round_trip(&framing, &expected.messages);
}

/// The framing that this byte of an input names: `0` raw, `1` LF, `2` CR LF, `3` either.
pub(super) fn framing_named(byte: u8) -> Framing {
    match byte & 3 {
        0 => Framing::Raw,
        1 => Framing::Line(LineEnding::Lf),
        2 => Framing::Line(LineEnding::CrLf),
        _ => Framing::Line(LineEnding::Either),
    }
}

/// The limit that this byte of an input names: `0` is 0 … `9` is 9, `A` is 17, up to 63.
pub(super) fn limit_named(byte: u8) -> usize {
    usize::from(byte.wrapping_sub(b'0') & 63)
}

/// What `frames` says, which lends from the pieces.
fn lent(framing: &Framing, limit: usize, pieces: &[&[u8]]) -> Said {
    let mut decoder = FrameDecoder::new(framing.clone(), limit);
    let mut messages = Vec::new();
    let work = Work::begin();
    for (nth, piece) in pieces.iter().enumerate() {
        let mut frames = decoder.frames(piece);
        loop {
            match frames.next_message() {
                Ok(Some(message)) => messages.push(message.to_vec()),
                Ok(None) => break,
                Err(error) => {
                    let again = decoder.frames(b"ok\r\n").next_message().map(|_| ());
                    assert_eq!(again, Err(error), "an error stays");
                    return Said {
                        messages,
                        end: Err(error),
                    };
                }
            }
        }
        assert_eq!(frames.rest(), b"", "all is taken or kept");
        let held = decoder.unread().len();
        assert!(held <= limit + 2, "{held} bytes held");
        let pushed: usize = pieces[..=nth].iter().map(|piece| piece.len()).sum();
        assert_eq!(decoder.offset() + held as u64, pushed as u64, "offset");
        work.check(pushed);
    }
    let end = Ok(decoder.unread().len());
    Said { messages, end }
}

/// What `frames` says to a caller that stops after each message and goes on later.
fn stopping(framing: &Framing, limit: usize, pieces: &[&[u8]]) -> Said {
    let mut decoder = FrameDecoder::new(framing.clone(), limit);
    let mut messages = Vec::new();
    for (nth, piece) in pieces.iter().enumerate() {
        let mut rest = *piece;
        loop {
            let mut frames = decoder.frames(rest);
            match frames.next_message() {
                Ok(Some(message)) => messages.push(message.to_vec()),
                Ok(None) => break,
                Err(error) => {
                    return Said {
                        messages,
                        end: Err(error),
                    };
                }
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
    let end = Ok(decoder.unread().len());
    Said { messages, end }
}

/// What `push`, `peek_message`, `poll_message` and `skip` say.
fn kept(framing: &Framing, limit: usize, pieces: &[&[u8]]) -> Said {
    let mut decoder = FrameDecoder::new(framing.clone(), limit);
    let mut messages = Vec::new();
    let work = Work::begin();
    let mut pushed = 0;
    for piece in pieces {
        decoder.push(piece);
        pushed += piece.len();
        loop {
            let peeked = match decoder.peek_message() {
                Ok(Some(cut)) => cut,
                Ok(None) => break,
                Err(error) => {
                    return Said {
                        messages,
                        end: Err(error),
                    };
                }
            };
            let message = peeked.message(decoder.unread()).into_owned();
            if messages.len() % 2 == 0 {
                decoder.skip(peeked.len);
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
            messages.push(message);
        }
        let held = decoder.unread().len();
        assert_eq!(decoder.offset() + held as u64, pushed as u64, "offset");
        work.check(pushed);
    }
    let end = Ok(decoder.unread().len());
    Said { messages, end }
}

/// Lines found one after another.
fn naive_lines(ending: LineEnding, stream: &[u8], limit: usize) -> Said {
    let mut messages = Vec::new();
    let mut begin = 0;
    loop {
        match naive_line(ending, &stream[begin..], limit) {
            Ok(Some((line, len))) => {
                messages.push(line.to_vec());
                begin += len;
            }
            Ok(None) => break,
            Err(at) => {
                let offset = (begin + at) as u64;
                let kind = WireErrorKind::TooLong { limit };
                let end = Err(WireError { offset, kind });
                return Said { messages, end };
            }
        }
    }
    let end = Ok(stream.len() - begin);
    Said { messages, end }
}

/// The first line of `stream` and its length with the ending, found with no cleverness at all: byte by byte. Or where it
/// becomes too long.
pub(super) fn naive_line(
    ending: LineEnding,
    stream: &[u8],
    limit: usize,
) -> Result<Option<(&[u8], usize)>, usize> {
    for len in 1..=stream.len() {
        let (line, ended) = match (&stream[..len], ending) {
            ([line @ .., b'\r', b'\n'], _) => (line, true),
            ([line @ .., b'\n'], LineEnding::Lf | LineEnding::Either) => (line, true),
            // This CR may be half an ending.
            ([line @ .., b'\r'], _) => (line, false),
            (line, _) => (line, false),
        };
        if line.len() > limit {
            return Err(limit);
        }
        if ended {
            return Ok(Some((line, len)));
        }
    }
    Ok(None)
}

/// In raw, each piece is a message.
fn naive_raw(pieces: &[&[u8]], limit: usize) -> Said {
    let mut messages = Vec::new();
    let mut offset = 0;
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        if piece.len() > limit {
            let offset = (offset + limit) as u64;
            let kind = WireErrorKind::TooLong { limit };
            return Said {
                messages,
                end: Err(WireError { offset, kind }),
            };
        }
        messages.push(piece.to_vec());
        offset += piece.len();
    }
    Said {
        messages,
        end: Ok(0),
    }
}

/// What is decoded can be encoded, and is decoded to the same again.
fn round_trip(framing: &Framing, messages: &[Vec<u8>]) {
    let mut stream = Vec::new();
    for message in messages {
        // Its CR would become half of the ending that follows.
        if *framing == Framing::LINE && message.ends_with(b"\r") {
            return;
        }
        assert_eq!(framing.encode(message, &mut stream), Ok(()));
    }
    let said = lent(framing, 64, &[&stream]);
    assert_eq!(said.messages, messages, "round trip");
    assert_eq!(said.end, Ok(0), "round trip");
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
