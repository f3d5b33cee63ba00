//! Bytes written as text: hexadecimal digits and base64. Strict, and an error says which character is wrong.

use std::ops::Range;

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use thiserror::Error;

/// Text that is no encoding of bytes. The scenario's author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct PayloadError {
    /// What is wrong, one line, a lowercase fragment.
    pub message: String,
    /// Which bytes of the text.
    pub range: Range<usize>,
}

/// Decodes hexadecimal digits; blanks, tabs and line ends may stand anywhere.
///
/// # Errors
///
/// Fails at the first character that is neither digit nor blank, and at the last digit when their number is odd.
pub fn parse_hex(text: &str) -> Result<Vec<u8>, PayloadError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high: Option<(usize, u8)> = None;
    for (at, c) in text.char_indices() {
        if matches!(c, ' ' | '\t' | '\r' | '\n') {
            continue;
        }
        let Some(digit) = hex_digit(c) else {
            return Err(PayloadError {
                message: format!("{c:?} is not a hexadecimal digit"),
                range: at..at + c.len_utf8(),
            });
        };
        high = match high {
            None => Some((at, digit)),
            Some((_, first)) => {
                bytes.push(first << 4 | digit);
                None
            }
        };
    }
    match high {
        None => Ok(bytes),
        Some((at, _)) => Err(PayloadError {
            message: "an odd number of hexadecimal digits: the last one is half a byte".into(),
            range: at..at + 1,
        }),
    }
}

/// Decodes base64 as in RFC 4648, section 4: the standard alphabet, with padding, no blanks.
///
/// # Errors
///
/// Fails at the first character that is not of the alphabet, and when the padding or the last character is wrong.
pub fn parse_base64(text: &str) -> Result<Vec<u8>, PayloadError> {
    STANDARD
        .decode(text)
        .map_err(|error| base64_error(text, error))
}

/// The digits of `bytes`, lowercase, without blanks.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'a' + n - 10 });
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// The base64 of `bytes`, with padding.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn hex_digit(c: char) -> Option<u8> {
    c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Says what is wrong with text that the decoder refused.
fn base64_error(text: &str, error: DecodeError) -> PayloadError {
    // The decoder works on bytes, and not always from the left.
    let foreign = text
        .char_indices()
        .find(|(_, c)| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '='));
    if let Some((at, c)) = foreign {
        return PayloadError {
            message: format!("{c:?} is not a character of base64"),
            range: at..at + c.len_utf8(),
        };
    }
    // From here on all characters are ASCII.
    let last = text.len().saturating_sub(1);
    let (message, at) = match error {
        DecodeError::InvalidByte(at, _) => {
            ("padding (`=`) where there must be none".to_owned(), at)
        }
        DecodeError::InvalidLastSymbol { offset, .. } => (
            "the last character before the end holds bits that belong to no byte".to_owned(),
            offset,
        ),
        DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => {
            let count = text.len() % 4;
            let message = match count {
                0 => "the padding is wrong".to_owned(),
                _ => {
                    format!("base64 comes in groups of 4 characters, the last one here has {count}")
                }
            };
            (message, last)
        }
    };
    PayloadError {
        message,
        range: at.min(last)..at.min(last) + 1,
    }
}
