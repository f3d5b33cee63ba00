//! Framings with no cleverness at all: the first message of a stream that lies there whole, written to be read.

use std::borrow::Cow;

use crate::wire::{Endian, Framing, LengthPrefix, LengthWidth, LineEnding, WireErrorKind};

/// The first message and how many bytes its frame takes; or what is wrong and at which byte. `None`: it is not all there.
pub(super) type First<'a> = Result<Option<(Cow<'a, [u8]>, usize)>, (usize, WireErrorKind)>;

/// The first message of `stream`, in a framing in which pushes mean nothing.
#[inline]
pub(super) fn first<'a>(framing: &Framing, stream: &'a [u8], limit: usize) -> First<'a> {
    match framing {
        Framing::Line(ending) => match naive_line(*ending, stream, limit) {
            Ok(found) => Ok(found.map(|(line, len)| (line.into(), len))),
            Err(at) => Err((at, WireErrorKind::TooLong { limit })),
        },
        Framing::Delimited(delimiter) => delimited(delimiter.as_bytes(), stream, limit),
        Framing::LengthPrefixed(prefix) => length_prefixed(*prefix, stream, limit),
        Framing::Fixed(size) if size.get() > limit => cut_off(stream, limit),
        Framing::Fixed(size) => {
            let message = stream.get(..size.get());
            Ok(message.map(|message| (message.into(), size.get())))
        }
        Framing::Netstring => netstring(stream, limit),
        _ => Ok(None),
    }
}

/// A message that is known to be too long before it ends.
#[inline]
fn cut_off(stream: &[u8], limit: usize) -> First<'_> {
    if stream.len() > limit {
        return Err((limit, WireErrorKind::TooLong { limit }));
    }
    Ok(None)
}

/// The first line of `stream` and its length with the ending, Or where it becomes too long.
#[inline]
pub(super) fn naive_line(
    ending: LineEnding,
    stream: &[u8],
    limit: usize,
) -> Result<Option<(&[u8], usize)>, usize> {
    let found = match ending {
        LineEnding::CrLf => stream.windows(2).position(|two| two == b"\r\n"),
        LineEnding::Lf | LineEnding::Either => stream.iter().position(|&byte| byte == b'\n'),
    };
    // Without an ending, a CR may be half of one.
    let line = &stream[..found.unwrap_or(stream.len())];
    let line = match ending {
        LineEnding::CrLf if found.is_some() => line,
        _ => line.strip_suffix(b"\r").unwrap_or(line),
    };
    if line.len() > limit {
        return Err(limit);
    }
    let ending = if ending == LineEnding::CrLf { 2 } else { 1 };
    Ok(found.map(|at| (line, at + ending)))
}

#[inline]
fn delimited<'a>(delimiter: &[u8], stream: &'a [u8], limit: usize) -> First<'a> {
    let found = stream
        .windows(delimiter.len())
        // The first byte alone: soon answered, without a call that a fuzzer listens to.
        .position(|part| part[0] == delimiter[0] && part == delimiter);
    // Without a delimiter, the last bytes may be half of one.
    let len = found.unwrap_or_else(|| stream.len() - undecided(delimiter, stream));
    if len > limit {
        return Err((limit, WireErrorKind::TooLong { limit }));
    }
    Ok(found.map(|at| (stream[..at].into(), at + delimiter.len())))
}

/// With how much of a delimiter the bytes end.
#[inline]
fn undecided(delimiter: &[u8], bytes: &[u8]) -> usize {
    (0..=delimiter.len())
        .rev()
        .find(|&begun| bytes.ends_with(&delimiter[..begun]))
        .unwrap_or(0)
}

#[inline]
fn length_prefixed(prefix: LengthPrefix, stream: &[u8], limit: usize) -> First<'_> {
    let offset = prefix.offset;
    if offset > limit {
        return cut_off(stream, limit);
    }
    let Some((header, rest)) = stream.split_at_checked(offset) else {
        return Ok(None);
    };
    let width = match prefix.width {
        LengthWidth::One => 1,
        LengthWidth::Two => 2,
        LengthWidth::Three => 3,
        LengthWidth::Four => 4,
        LengthWidth::Eight => 8,
        LengthWidth::Varint => match rest.iter().take(10).position(|byte| *byte < 0x80) {
            Some(last) => last + 1,
            None if rest.len() < 10 => return Ok(None),
            None => return Err((offset + 9, WireErrorKind::VarintOverflow)),
        },
    };
    let Some((field, rest)) = rest.split_at_checked(width) else {
        return Ok(None);
    };
    let mut length = 0_u128;
    for (place, byte) in field.iter().enumerate() {
        length += match (prefix.width, prefix.endian) {
            (LengthWidth::Varint, _) => u128::from(byte & 0x7F) << (7 * place),
            (_, Endian::Big) => u128::from(*byte) << (8 * (width - 1 - place)),
            (_, Endian::Little) => u128::from(*byte) << (8 * place),
        };
    }
    if prefix.width == LengthWidth::Varint {
        if length > u128::from(u64::MAX) {
            return Err((offset + 9, WireErrorKind::VarintOverflow));
        }
        if width > 1 && field.ends_with(b"\0") {
            return Err((offset + width - 1, WireErrorKind::VarintOverlong));
        }
    }
    let (body, adjust) = (length as i128 + i128::from(prefix.adjust), prefix.adjust);
    let length = length as u64;
    if body < 0 {
        return Err((offset, WireErrorKind::NegativeLength { length, adjust }));
    }
    if offset as i128 + body > limit as i128 {
        return Err((offset, WireErrorKind::LengthTooLong { length, limit }));
    }
    let body = rest.get(..body as usize);
    Ok(body.map(|body| {
        let message = match header {
            [] => Cow::Borrowed(body),
            _ => Cow::Owned([header, body].concat()),
        };
        (message, offset + width + body.len())
    }))
}

#[inline]
fn netstring(stream: &[u8], limit: usize) -> First<'_> {
    let mut digits = String::new();
    for (at, byte) in stream.iter().enumerate() {
        if byte.is_ascii_digit() {
            digits.push(char::from(*byte));
            if digits.starts_with('0') && digits.len() > 1 {
                return Err((0, WireErrorKind::LeadingZero));
            }
            if digits.parse::<usize>().unwrap_or(usize::MAX) > limit {
                return Err((0, WireErrorKind::TooLong { limit }));
            }
            continue;
        }
        let (b':', Ok(len)) = (byte, digits.parse::<usize>()) else {
            return Err((at, WireErrorKind::NotADigit));
        };
        let rest = &stream[at + 1..];
        return match rest.get(len) {
            None => Ok(None),
            Some(b',') => Ok(Some((rest[..len].into(), at + 1 + len + 1))),
            Some(_) => Err((at + 1 + len, WireErrorKind::MissingComma)),
        };
    }
    Ok(None)
}

/// How many bytes a frame that is too long takes, and whether it ends: what cannot be told yet is not counted.
#[inline]
pub(super) fn bad_frame(framing: &Framing, stream: &[u8]) -> (usize, bool) {
    if let Ok(Some((_, len))) = first(framing, stream, usize::MAX) {
        return (len, true);
    }
    let undecided = match framing {
        Framing::Line(LineEnding::CrLf) => undecided(b"\r\n", stream),
        Framing::Delimited(delimiter) => undecided(delimiter.as_bytes(), stream),
        _ => 0,
    };
    (stream.len() - undecided, false)
}
