//! Properties of the UTF-8 decoders: however the bytes are cut, they say what the standard library says of the whole;
//! and of what is shown of bytes.

use super::shown::shown;
use crate::corpus::{Cuts, Utf8Input};
use crate::wire::{BadSequence, LossyUtf8, Utf8Cause, Utf8Decoder, Utf8Error, validate};

/// Input: `Utf8Input`.
///
/// # Panics
///
/// When a decoder says another thing than the standard library, or says it differently when the bytes are cut
/// differently; or when what is shown of the bytes cannot be read back, or has control characters in it.
#[inline]
pub fn utf8(data: &[u8]) {
    let Some(Utf8Input { cuts, bytes }) = Utf8Input::parse(data) else {
        return;
    };
    shown(bytes);
    let lossy = String::from_utf8_lossy(bytes);
    let strict = naive(bytes);
    if let Some(error) = strict.1 {
        let from = &bytes[error.offset as usize..];
        assert!(from.starts_with(error.sequence.as_bytes()), "{error:?}");
    }
    assert_eq!(validate(bytes), strict.1.map_or_else(|| Ok(strict.0), Err));
    for cuts in [Cuts::WHOLE, Cuts::BYTES, cuts] {
        assert_eq!(decode_lossy(cuts, bytes), lossy, "{cuts:?}");
        assert_eq!(
            decode_strict(cuts, bytes),
            (strict.0.to_owned(), strict.1),
            "{cuts:?}"
        );
    }
}

/// The text before the first error, and the error.
fn decode_strict(cuts: Cuts, bytes: &[u8]) -> (String, Option<Utf8Error>) {
    let mut decoder = Utf8Decoder::new();
    let mut text = String::new();
    for piece in cuts.pieces(bytes) {
        if let Err(error) = decoder.push(piece, &mut text) {
            assert_eq!(decoder.push(b"ok", &mut text), Err(error), "an error stays");
            assert_eq!(decoder.finish(), Err(error), "an error stays");
            return (text, Some(error));
        }
    }
    let end = decoder.finish();
    assert_eq!(decoder.finish(), end, "the end stays the end");
    (text, end.err())
}

fn decode_lossy(cuts: Cuts, bytes: &[u8]) -> String {
    let mut decoder = LossyUtf8::new();
    let mut text = String::new();
    for piece in cuts.pieces(bytes) {
        decoder.push(piece, &mut text);
    }
    decoder.finish(&mut text);
    text
}

/// The standard library on the whole, its errors explained by the bit patterns of RFC 3629.
#[inline]
pub(crate) fn naive(bytes: &[u8]) -> (&str, Option<Utf8Error>) {
    let Err(error) = std::str::from_utf8(bytes) else {
        return (std::str::from_utf8(bytes).unwrap_or_default(), None);
    };
    let (valid, broken) = bytes.split_at(error.valid_up_to());
    let text = std::str::from_utf8(valid).unwrap_or_default();
    let (cause, len) = match error.error_len() {
        None => (Utf8Cause::Truncated, broken.len()),
        Some(len) => match naive_cause(broken) {
            Utf8Cause::Truncated => (Utf8Cause::Truncated, len),
            // The lead byte alone is wrong, or what follows it must be seen.
            cause if naive_cause(&broken[..1]) == cause => (cause, 1),
            cause => (cause, 2),
        },
    };
    let error = Utf8Error {
        offset: valid.len() as u64,
        cause,
        sequence: BadSequence::new(broken, len),
    };
    (text, Some(error))
}

/// Decodes the bits of a broken sequence as if all were allowed, and looks at what comes out.
#[inline]
fn naive_cause(broken: &[u8]) -> Utf8Cause {
    let lead = broken[0];
    let len = lead.leading_ones() as usize;
    match len {
        1 => return Utf8Cause::LoneContinuation,
        2..=4 => {}
        _ => return Utf8Cause::InvalidByte,
    }
    let bits = u32::from(lead) & (0x7F >> len);
    // The second byte alone decides; a sequence cut off before it is judged by its lead byte, with every second byte
    // that may follow.
    let judge = |second: u32| {
        let value = (bits << 6 | second) << (6 * (len - 2));
        let largest = value | ((1 << (6 * (len - 2))) - 1);
        match len {
            _ if value > 0x0010_FFFF => Some(Utf8Cause::AboveMax),
            2 if largest < 0x80 => Some(Utf8Cause::Overlong),
            3 if largest < 0x800 => Some(Utf8Cause::Overlong),
            4 if largest < 0x1_0000 => Some(Utf8Cause::Overlong),
            3 if (0xD800..0xE000).contains(&value) => Some(Utf8Cause::Surrogate),
            _ => None,
        }
    };
    let all = judge(0).filter(|&cause| (1..64).all(|second| judge(second) == Some(cause)));
    if let Some(cause) = all {
        return cause;
    }
    match broken.get(1) {
        Some(&second) if second & 0xC0 == 0x80 => {
            judge(u32::from(second & 0x3F)).unwrap_or(Utf8Cause::Truncated)
        }
        _ => Utf8Cause::Truncated,
    }
}
