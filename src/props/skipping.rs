//! Properties of a caller that takes unread bytes away, whatever the framing.

use crate::wire::{FrameDecoder, Framing};

/// How much longer messages may be than the input says: so that more is known of the bytes when some are taken.
const ROOM: usize = 4;

/// Pushes all pieces, lets the decoder look at them, and takes `n` bytes away: from there on it says what a new decoder says.
///
/// # Panics
///
/// When it says another thing, or has lost count of the bytes.
pub(super) fn skipping(framing: &Framing, limit: usize, pieces: &[&[u8]], n: usize) {
    let limit = limit.saturating_mul(ROOM);
    let mut decoder = FrameDecoder::new(framing.clone(), limit);
    for piece in pieces {
        decoder.push(piece);
    }
    let failed = decoder.peek_message().is_err();
    let stream = pieces.concat();
    let n = n.min(stream.len());
    decoder.skip(n);
    assert_eq!(decoder.unread(), &stream[n..]);
    assert_eq!(decoder.offset(), n as u64);
    if failed {
        return;
    }

    let mut new = FrameDecoder::new(framing.clone(), limit);
    for piece in rest(pieces, n) {
        new.push(piece);
    }
    loop {
        let expected = new.poll_message().map_err(|mut error| {
            error.offset += n as u64;
            error
        });
        assert_eq!(decoder.poll_message(), expected, "{n} bytes are gone");
        if !matches!(expected, Ok(Some(_))) {
            return;
        }
    }
}

/// What is left of the pieces without their first `n` bytes. One that is gone whole is no piece any more.
fn rest<'a>(pieces: &[&'a [u8]], mut n: usize) -> impl Iterator<Item = &'a [u8]> {
    pieces.iter().filter_map(move |piece| {
        if n == 0 {
            return Some(*piece);
        }
        let gone = n.min(piece.len());
        n -= gone;
        piece.get(gone..).filter(|rest| !rest.is_empty())
    })
}
