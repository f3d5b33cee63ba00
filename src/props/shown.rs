//! Properties of what is shown of a peer's bytes: it can be read back, and steers nothing.

use crate::wire::{dump_char, escape, escape_text, escape_words};

/// # Panics
///
/// When what is shown of these bytes has a control character in it or cannot be read back, or text is shown in another
/// way than the bytes it is made of.
#[inline]
pub(crate) fn shown(bytes: &[u8]) {
    let shown = escape(bytes).to_string();
    assert_eq!(unescape(&shown).as_deref(), Some(bytes), "{shown}");
    steers_nothing(&shown);
    let column: String = bytes.iter().map(|byte| dump_char(*byte)).collect();
    assert_eq!(column.len(), bytes.len(), "a byte is one column wide");
    steers_nothing(&column);
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert_eq!(escape_text(text).to_string(), shown);
        let words = escape_words(text).to_string();
        steers_nothing(&words);
        assert_eq!(escape_words(&words).to_string(), words, "once is enough");
    }
}

#[track_caller]
#[inline]
fn steers_nothing(shown: &str) {
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
}

/// Reads escaped text back; `None`: it is not what [`escape`] writes.
#[inline]
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let (kind, after) = rest[at + 1..].split_at_checked(1)?;
        rest = after;
        match kind {
            "n" => bytes.push(b'\n'),
            "r" => bytes.push(b'\r'),
            "t" => bytes.push(b'\t'),
            "\\" => bytes.push(b'\\'),
            "x" => {
                let (digits, after) = after.split_at_checked(2)?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = after;
            }
            "u" => {
                let (code, after) = after.strip_prefix('{')?.split_once('}')?;
                let character = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
                bytes.extend_from_slice(character.to_string().as_bytes());
                rest = after;
            }
            _ => return None,
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}
