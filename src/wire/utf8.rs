//! Bytes → text, however the bytes were cut.

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
pub struct Utf8Decoder {}

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
        let _ = (bytes, text);
        Ok(())
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    ///
    /// Fails when a character is unfinished.
    pub fn finish(&mut self) -> Result<(), Utf8Error> {
        Ok(())
    }
}

/// Decodes anything: each maximal subpart that is no UTF-8 becomes U+FFFD (Unicode 16, section 3.9).
#[derive(Debug, Default)]
pub struct LossyUtf8 {}

impl LossyUtf8 {
    /// Makes a decoder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends to `text` what `bytes` completes; an unfinished character is kept.
    pub fn push(&mut self, bytes: &[u8], text: &mut String) {
        let _ = (bytes, text);
    }

    /// Says that no more bytes come: an unfinished character becomes U+FFFD.
    pub fn finish(&mut self, text: &mut String) {
        let _ = text;
    }
}

/// The text that `bytes` are, all of them.
///
/// # Errors
///
/// Fails at the first byte that is no UTF-8.
pub fn validate(bytes: &[u8]) -> Result<&str, Utf8Error> {
    std::str::from_utf8(bytes).map_err(|_| Utf8Error {
        offset: 0,
        cause: Utf8Cause::Truncated,
    })
}
