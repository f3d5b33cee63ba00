//! Bytes → text, however the bytes were cut.
//!
//! Long runs are checked at once by a fast validator; only a character that two pushes share is put together byte by
//! byte. What is unfinished is always the beginning of some valid character, so three bytes are the most ever kept.

use thiserror::Error;

/// Bytes that are not UTF-8. The peer is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("invalid UTF-8 at byte {offset}: {cause}")]
pub struct Utf8Error {
    /// Offset of the first byte of the sequence that is wrong, counted from the first byte pushed.
    pub offset: u64,
    /// Why it is no UTF-8.
    pub cause: Utf8Cause,
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
#[derive(Debug, Default)]
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
        self.failed.map_or(Ok(()), Err)?;
        let mut rest = bytes;
        while let Some((decoded, after)) = self.unfinished.next_part(rest) {
            match decoded {
                Part::Text(part) => {
                    text.push_str(part);
                    self.offset += part.len() as u64;
                }
                Part::Char(character) => {
                    text.push(character);
                    self.offset += character.len_utf8() as u64;
                }
                Part::Broken(cause) => return Err(self.fail(cause)),
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
        if self.unfinished.take() {
            return Err(self.fail(Utf8Cause::Truncated));
        }
        Ok(())
    }

    /// Remembers that the next character is broken.
    fn fail(&mut self, cause: Utf8Cause) -> Utf8Error {
        let error = Utf8Error {
            offset: self.offset,
            cause,
        };
        self.failed = Some(error);
        error
    }
}

/// Decodes anything: each maximal subpart that is no UTF-8 becomes U+FFFD (Unicode 16, section 3.9).
#[derive(Debug, Default)]
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
        let mut rest = bytes;
        while let Some((decoded, after)) = self.unfinished.next_part(rest) {
            match decoded {
                Part::Text(part) => text.push_str(part),
                Part::Char(character) => text.push(character),
                Part::Broken(_) => text.push(char::REPLACEMENT_CHARACTER),
            }
            rest = after;
        }
    }

    /// Says that no more bytes come: an unfinished character becomes U+FFFD.
    pub fn finish(&mut self, text: &mut String) {
        if self.unfinished.take() {
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
    simdutf8::compat::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let cause = match error.error_len() {
            Some(_) => cause_of(&bytes[offset..]),
            None => Utf8Cause::Truncated,
        };
        Utf8Error {
            offset: offset as u64,
            cause,
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
    Broken(Utf8Cause),
}

/// The beginning of a character whose end has not arrived.
#[derive(Debug, Default)]
struct Unfinished {
    /// `bytes[..len]` begin a valid character; the last byte is room to finish the longest.
    bytes: [u8; 4],
    /// 0 to 3 between calls.
    len: usize,
}

impl Unfinished {
    /// What comes next in `bytes`, and what is left after it.
    ///
    /// `None`: nothing more can be said before more bytes come; what there was has been kept.
    fn next_part<'a>(&mut self, bytes: &'a [u8]) -> Option<(Part<'a>, &'a [u8])> {
        if self.len > 0 {
            return self.complete(bytes);
        }
        if bytes.is_empty() {
            return None;
        }
        let error = match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => return Some((Part::Text(text), &[])),
            Err(error) => error,
        };
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        if let (false, Ok(text)) = (valid.is_empty(), std::str::from_utf8(valid)) {
            return Some((Part::Text(text), rest));
        }
        let Some(len) = error.error_len() else {
            self.len = rest.len();
            self.bytes[..rest.len()].copy_from_slice(rest);
            return None;
        };
        Some((Part::Broken(cause_of(rest)), &rest[len..]))
    }

    /// Adds bytes to the character that was begun until it is whole or broken.
    fn complete<'a>(&mut self, bytes: &'a [u8]) -> Option<(Part<'a>, &'a [u8])> {
        for (taken, &byte) in bytes.iter().enumerate() {
            self.bytes[self.len] = byte;
            let begun = &self.bytes[..=self.len];
            match std::str::from_utf8(begun) {
                Ok(text) => {
                    let character = text.chars().next()?;
                    self.len = 0;
                    return Some((Part::Char(character), &bytes[taken + 1..]));
                }
                Err(error) if error.error_len().is_some() => {
                    let cause = cause_of(begun);
                    self.len = 0;
                    // The byte that broke it may begin the next one.
                    return Some((Part::Broken(cause), &bytes[taken..]));
                }
                Err(_) => self.len += 1,
            }
        }
        None
    }

    /// Forgets the unfinished character; says whether there was one.
    fn take(&mut self) -> bool {
        std::mem::take(&mut self.len) > 0
    }
}

/// Why the sequence that `bytes` begin with is no UTF-8 (Unicode 16, table 3-7).
fn cause_of(bytes: &[u8]) -> Utf8Cause {
    match bytes {
        [0x80..=0xBF, ..] => Utf8Cause::LoneContinuation,
        [0xC0 | 0xC1, ..] | [0xE0, 0x80..=0x9F, ..] | [0xF0, 0x80..=0x8F, ..] => {
            Utf8Cause::Overlong
        }
        [0xED, 0xA0..=0xBF, ..] => Utf8Cause::Surrogate,
        [0xF5..=0xF7, ..] | [0xF4, 0x90..=0xBF, ..] => Utf8Cause::AboveMax,
        [0xF8..=0xFF, ..] => Utf8Cause::InvalidByte,
        _ => Utf8Cause::Truncated,
    }
}
