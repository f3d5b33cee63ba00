//! Bytes → text, however the bytes were cut.
//!
//! Long runs are checked at once by a fast validator; only a character that two pushes share is put together byte by
//! byte. What is unfinished is always the beginning of some valid character, so three bytes are the most ever kept.

use crate::canary::{Bug, sings};
use std::fmt;

use thiserror::Error;

/// Bytes that are not UTF-8. The peer is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("invalid UTF-8 at byte {offset}: {cause}")]
pub struct Utf8Error {
    /// Offset of the first byte of the sequence that is wrong, counted from the first byte pushed.
    pub offset: u64,
    /// Why it is no UTF-8.
    pub cause: Utf8Cause,
    /// The bytes that are wrong.
    pub sequence: BadSequence,
}

/// One to three bytes that are no UTF-8: from the first up to the one that decides it.
///
/// Of a character that is cut off these are all that there are of it, not the byte that follows instead.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BadSequence {
    bytes: [u8; 3],
    /// 1 to 3; the others are 0.
    len: usize,
}

impl BadSequence {
    /// The first `len` of these bytes.
    pub(crate) fn new(bytes: &[u8], len: usize) -> Self {
        let mut sequence = Self {
            bytes: [0; 3],
            len: len.min(3),
        };
        for (to, from) in sequence.bytes.iter_mut().zip(bytes).take(len) {
            *to = *from;
        }
        sequence
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Debug for BadSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x?}", self.as_bytes())
    }
}

/// Why bytes are no UTF-8 (RFC 3629, section 3 and 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Utf8Cause {
    /// A character written with more bytes than it needs.
    #[error("overlong form")]
    Overlong,
    /// U+D800 to U+DFFF, halves of UTF-16 pairs.
    #[error("surrogate")]
    Surrogate,
    /// A character past the last one there is.
    #[error("above U+10FFFF")]
    AboveMax,
    /// A byte 80..BF with no lead byte before it.
    #[error("continuation byte without a lead byte")]
    LoneContinuation,
    /// A byte that occurs nowhere in UTF-8: F8..FF.
    #[error("byte that UTF-8 never uses")]
    InvalidByte,
    /// A character cut off, by another one or by the end.
    #[error("character cut off")]
    Truncated,
}

/// Decodes strictly: the first byte that is no UTF-8 ends it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Utf8Decoder {
    unfinished: Unfinished,
    /// Offset of the first byte that has not become text.
    offset: u64,
    /// The error to answer with for ever.
    failed: Option<Utf8Error>,
}

impl Utf8Decoder {
    /// Makes a decoder at offset 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends to `text` the characters that `bytes` completes; an unfinished one is kept.
    ///
    /// # Errors
    ///
    /// Fails at the first byte that is no UTF-8, as all later calls then do; what came before it has been appended.
    pub fn push(&mut self, bytes: &[u8], text: &mut String) -> Result<(), Utf8Error> {
        self.push_with(bytes, |part| text.push_str(part))
    }

    /// Lends the characters that `bytes` completes, without copying them, in as few parts as can be; an unfinished one
    /// is kept.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_with(&mut self, bytes: &[u8], mut take: impl FnMut(&str)) -> Result<(), Utf8Error> {
        self.failed.map_or(Ok(()), Err)?;
        let (mut rest, mut trusting) = (bytes, true);
        while let Some((decoded, after)) = self.unfinished.next_part(rest, &mut trusting) {
            match decoded {
                Part::Text(part) => {
                    take(part);
                    self.offset += part.len() as u64;
                    if after.is_empty() {
                        break;
                    }
                }
                Part::Char(character) => {
                    take(character.encode_utf8(&mut [0; 4]));
                    self.offset += character.len_utf8() as u64;
                    self.planted_shift(character);
                }
                Part::Broken(cause, sequence) => return Err(self.fail(cause, sequence)),
            }
            rest = after;
        }
        Ok(())
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    ///
    /// Fails when a character is unfinished.
    pub fn finish(&mut self) -> Result<(), Utf8Error> {
        self.failed.map_or(Ok(()), Err)?;
        match self.unfinished.take() {
            Some(sequence) => Err(self.fail(Utf8Cause::Truncated, sequence)),
            None => Ok(()),
        }
    }

    /// Remembers that the next character is broken.
    fn fail(&mut self, cause: Utf8Cause, sequence: BadSequence) -> Utf8Error {
        let error = Utf8Error {
            offset: self.offset,
            cause: self.planted_cause(cause),
            sequence,
        };
        self.failed = Some(error);
        error
    }

    /// A planted bug: counts one byte too many.
    fn planted_shift(&mut self, character: char) {
        if sings(Bug::SharedCharacter) && self.offset > 64 && character > '\u{ffff}' {
            self.offset += 1;
        }
    }

    /// A planted bug: says another cause.
    fn planted_cause(&self, cause: Utf8Cause) -> Utf8Cause {
        if sings(Bug::LateAboveMax) && self.offset > 192 && cause == Utf8Cause::AboveMax {
            return Utf8Cause::LoneContinuation;
        }
        cause
    }
}

/// Decodes anything: each maximal subpart that is no UTF-8 becomes U+FFFD (Unicode 16, section 3.9).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LossyUtf8 {
    unfinished: Unfinished,
}

impl LossyUtf8 {
    /// Makes a decoder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends to `text` what `bytes` completes; an unfinished character is kept.
    pub fn push(&mut self, bytes: &[u8], text: &mut String) {
        let (mut rest, mut trusting) = (bytes, true);
        while let Some((decoded, after)) = self.unfinished.next_part(rest, &mut trusting) {
            match decoded {
                Part::Text(part) => text.push_str(part),
                Part::Char(character) => text.push(character),
                Part::Broken(..) => text.push(char::REPLACEMENT_CHARACTER),
            }
            rest = after;
        }
    }

    /// Says that no more bytes come: an unfinished character becomes U+FFFD.
    pub fn finish(&mut self, text: &mut String) {
        if self.unfinished.take().is_some() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// The text that `bytes` are, all of them.
///
/// # Errors
///
/// Fails at the first byte that is no UTF-8.
pub fn validate(bytes: &[u8]) -> Result<&str, Utf8Error> {
    simdutf8::basic::from_utf8(bytes).or_else(|_| locate(bytes))
}

/// As [`validate`], for bytes that are thought to be no UTF-8: knowing where takes longer.
#[cold]
fn locate(bytes: &[u8]) -> Result<&str, Utf8Error> {
    simdutf8::compat::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let broken = bytes.get(offset..).unwrap_or_default();
        let (cause, sequence) = match error.error_len() {
            Some(len) => judge(broken, len),
            None => (Utf8Cause::Truncated, BadSequence::new(broken, broken.len())),
        };
        Utf8Error {
            offset: offset as u64,
            cause,
            sequence,
        }
    })
}

/// What the next bytes are.
enum Part<'a> {
    /// Characters that lie whole in the pushed bytes.
    Text(&'a str),
    /// A character that earlier bytes began.
    Char(char),
    /// A maximal subpart that is no UTF-8.
    Broken(Utf8Cause, BadSequence),
}

/// The beginning of a character whose end has not arrived.
#[derive(Debug, Clone, Default)]
struct Unfinished {
    /// `bytes[..len]` begin a valid character; the last byte is room to finish the longest.
    bytes: [u8; 4],
    /// 0 to 3 between calls.
    len: usize,
}

impl PartialEq for Unfinished {
    /// What stands behind the beginning is left from earlier.
    fn eq(&self, other: &Self) -> bool {
        self.bytes.get(..self.len) == other.bytes.get(..other.len)
    }
}

impl Eq for Unfinished {}

impl Unfinished {
    /// What comes next in `bytes`, and what is left after it.
    ///
    /// `None`: nothing more can be said before more bytes come; what there was has been kept.
    ///
    /// `trusting`: the bytes are thought to be UTF-8, and are checked by what is fastest then. It finds no place, so it
    /// is tried once a push: else bytes that are all wrong would cost the square of their number.
    #[inline(always)]
    fn next_part<'a>(
        &mut self,
        bytes: &'a [u8],
        trusting: &mut bool,
    ) -> Option<(Part<'a>, &'a [u8])> {
        if self.len > 0 {
            return self.complete(bytes);
        }
        if bytes.is_empty() {
            return None;
        }
        if *trusting {
            let (whole, tail) = bytes.split_at(bytes.len() - unfinished_len(bytes));
            if whole.is_empty() {
                self.keep(tail);
                return None;
            }
            match simdutf8::basic::from_utf8(whole) {
                Ok(text) => return Some((Part::Text(text), tail)),
                Err(_) => *trusting = false,
            }
        }
        self.next_part_located(bytes)
    }

    /// [`next_part`](Self::next_part) where something may be wrong, or unfinished.
    #[inline(never)]
    fn next_part_located<'a>(&mut self, bytes: &'a [u8]) -> Option<(Part<'a>, &'a [u8])> {
        let error = match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => return Some((Part::Text(text), &[])),
            Err(error) => error,
        };
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        if let (false, Ok(text)) = (valid.is_empty(), std::str::from_utf8(valid)) {
            return Some((Part::Text(text), rest));
        }
        let Some(len) = error.error_len() else {
            self.keep(rest);
            return None;
        };
        let (cause, sequence) = judge(rest, len);
        Some((Part::Broken(cause, sequence), &rest[len..]))
    }

    /// Adds bytes to the character that was begun until it is whole or broken.
    #[inline(never)]
    fn complete<'a>(&mut self, bytes: &'a [u8]) -> Option<(Part<'a>, &'a [u8])> {
        if let Some(character) = self.complete_at_once(bytes) {
            let taken = character.len_utf8() - std::mem::take(&mut self.len);
            return Some((Part::Char(character), &bytes[taken..]));
        }
        for (taken, &byte) in bytes.iter().enumerate() {
            self.bytes[self.len] = byte;
            let begun = &self.bytes[..=self.len];
            match std::str::from_utf8(begun) {
                Ok(text) => {
                    let character = text.chars().next()?;
                    self.len = 0;
                    return Some((Part::Char(character), &bytes[taken + 1..]));
                }
                Err(error) => match error.error_len() {
                    Some(len) => {
                        let (cause, sequence) = judge(begun, len);
                        let lost = self.planted_loss(byte);
                        self.len = 0;
                        if lost {
                            return Some((Part::Broken(cause, sequence), &bytes[taken + 1..]));
                        }
                        // The byte that broke it may begin the next one.
                        return Some((Part::Broken(cause, sequence), &bytes[taken..]));
                    }
                    None => self.len += 1,
                },
            }
        }
        None
    }

    /// A planted bug: whether the byte that broke a character is lost.
    fn planted_loss(&self, byte: u8) -> bool {
        sings(Bug::LostByte) && self.len == 3 && byte >= 0xC0
    }

    /// The character that was begun, if all of its end is there and nothing is wrong with it.
    fn complete_at_once(&self, bytes: &[u8]) -> Option<char> {
        let mut whole = self.bytes;
        let len = char_len(whole[0]);
        let end = whole.get_mut(self.len..len)?;
        end.copy_from_slice(bytes.get(..len - self.len)?);
        std::str::from_utf8(whole.get(..len)?).ok()?.chars().next()
    }

    /// Keeps the beginning of a character, one to three bytes.
    fn keep(&mut self, begun: &[u8]) {
        self.len = begun.len();
        self.bytes[..begun.len()].copy_from_slice(begun);
    }

    /// Forgets the unfinished character, if there is one.
    fn take(&mut self) -> Option<BadSequence> {
        let len = std::mem::take(&mut self.len);
        (len > 0).then(|| BadSequence::new(&self.bytes, len))
    }
}

/// How many of the last bytes begin a character whose end has not arrived (Unicode 16, table 3-7).
fn unfinished_len(bytes: &[u8]) -> usize {
    match bytes {
        [] | [.., 0x00..=0x7F] => 0,
        [.., 0xC2..=0xF4] => 1,
        [.., 0xE0, 0xA0..=0xBF]
        | [.., 0xE1..=0xEC | 0xEE..=0xEF, 0x80..=0xBF]
        | [.., 0xED, 0x80..=0x9F]
        | [.., 0xF0, 0x90..=0xBF]
        | [.., 0xF1..=0xF3, 0x80..=0xBF]
        | [.., 0xF4, 0x80..=0x8F] => 2,
        [.., 0xF0, 0x90..=0xBF, 0x80..=0xBF]
        | [.., 0xF1..=0xF3, 0x80..=0xBF, 0x80..=0xBF]
        | [.., 0xF4, 0x80..=0x8F, 0x80..=0xBF] => 3,
        _ => 0,
    }
}

/// How many bytes a character has that begins with this lead byte.
fn char_len(lead: u8) -> usize {
    match lead {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// Why the sequence that `bytes` begin with is no UTF-8, whose maximal valid part is `len` bytes (Unicode 16, table 3-7).
fn judge(bytes: &[u8], len: usize) -> (Utf8Cause, BadSequence) {
    let (cause, len) = match bytes {
        [0x80..=0xBF, ..] => (Utf8Cause::LoneContinuation, 1),
        [0xC0 | 0xC1, ..] => (Utf8Cause::Overlong, 1),
        [0xE0, 0x80..=0x9F, ..] | [0xF0, 0x80..=0x8F, ..] => (Utf8Cause::Overlong, 2),
        [0xED, 0xA0..=0xBF, ..] => (Utf8Cause::Surrogate, 2),
        [0xF5..=0xF7, ..] => (Utf8Cause::AboveMax, 1),
        [0xF4, 0x90..=0xBF, ..] => (Utf8Cause::AboveMax, 2),
        [0xF8..=0xFF, ..] => (Utf8Cause::InvalidByte, 1),
        _ => (Utf8Cause::Truncated, len),
    };
    (cause, BadSequence::new(bytes, len))
}
