//! Bytes of a peer, made fit to be shown.
//!
//! What is printed stays readable where it is text, and can neither steer a terminal, nor reorder or hide what stands
//! beside it, nor be mistaken for something else: different bytes are always shown differently.
//!
//! | bytes | shown as |
//! | --- | --- |
//! | printable characters, blanks | themselves |
//! | line feed, carriage return, tab, backslash | `\n` `\r` `\t` `\\` |
//! | other control characters of one byte | `\x1b` |
//! | other characters that cannot be seen or that move text: controls, format and bidirectional controls, zero width, unusual blanks, private use, unassigned, combining marks with nothing to combine with | `\u{202e}` |
//! | bytes that are no UTF-8 | `\xff` |

use std::fmt;

/// Shows `bytes` as text in which nothing can steer a terminal or be mistaken for something else.
pub fn escape(bytes: &[u8]) -> Escaped<'_> {
    Escaped {
        bytes,
        backslashes: false,
    }
}

/// Shows `text` by the same rules as [`escape`].
pub fn escape_text(text: &str) -> Escaped<'_> {
    escape(text.as_bytes())
}

/// Shows words in which escaped bytes may stand already: by the rules of [`escape`], but backslashes stay as they are.
pub fn escape_words(words: &str) -> Escaped<'_> {
    Escaped {
        bytes: words.as_bytes(),
        backslashes: true,
    }
}

/// Shows one byte in the text column of a hexdump: itself, or `.` where it is no printable ASCII.
pub fn dump_char(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' {
        char::from(byte)
    } else {
        '.'
    }
}

/// Bytes that display as escaped text. Made by [`escape`], [`escape_text`] and [`escape_words`].
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a> {
    bytes: &'a [u8],
    /// Whether backslashes stay as they are.
    backslashes: bool,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut has_base = false;
        for chunk in self.bytes.utf8_chunks() {
            write_text(chunk.valid(), self.backslashes, &mut has_base, f)?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
                has_base = false;
            }
        }
        Ok(())
    }
}

/// Writes `text`, runs of what stays as it is in one go.
///
/// `backslashes`: they stay. `has_base`: the last thing written is a character that a combining mark may stand on.
fn write_text(
    text: &str,
    backslashes: bool,
    has_base: &mut bool,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut plain_from = 0;
    for (at, character) in text.char_indices() {
        let stays = stays(character, *has_base) || backslashes && character == '\\';
        *has_base = stays;
        if stays {
            continue;
        }
        f.write_str(&text[plain_from..at])?;
        plain_from = at + character.len_utf8();
        match character {
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\\' => f.write_str("\\\\")?,
            '\0'..='\x7f' => write!(f, "\\x{:02x}", u32::from(character))?,
            _ => write!(f, "\\u{{{:x}}}", u32::from(character))?,
        }
    }
    f.write_str(&text[plain_from..])
}

/// Whether `character` is shown as itself.
fn stays(character: char, has_base: bool) -> bool {
    match character {
        '\\' => false,
        ' '..='~' => true,
        _ => !is_invisible(character) && is_printable(character, has_base),
    }
}

/// Whether the standard library's table has `character` as printable: neither control, format, blank, private use,
/// surrogate nor unassigned, and no combining mark without a base.
fn is_printable(character: char, has_base: bool) -> bool {
    if character.escape_debug().len() == 1 {
        return true;
    }
    // A lone `char` always has its combining mark escaped, a `str` only at its beginning.
    let mut pair = [b'a'; 5];
    let len = 1 + character.encode_utf8(&mut pair[1..]).len();
    has_base && std::str::from_utf8(&pair[..len]).is_ok_and(|pair| pair.escape_debug().count() == 2)
}

/// Whether `character` takes no room though it counts as printable: fillers, variation selectors, joiners.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{34f}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}'
        | '\u{e0100}'..='\u{e01ef}')
}
