//! What `jsonc-parser` lets pass and is no JSON: raw control characters in strings, blanks that are none, nesting without end.

use std::ops::Range;

use super::super::{Diagnostic, code};
use super::{MAX_DEPTH, span};

/// A mistake that the parser lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A control character inside a string.
    Control(u8),
    /// A character between values that looks blank and is no blank of JSON.
    Blank(char),
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
}

impl Fault {
    pub(super) fn diagnostic(self, text: &str, range: Range<usize>) -> Diagnostic {
        let at = span(range.clone());
        match self {
            Self::Control(b'\n' | b'\r') => {
                let quote = text[..range.start].rfind('"').unwrap_or(range.start);
                let line = span(quote..range.start);
                Diagnostic::error(code::SYNTAX, line, "this string does not end on its line")
                    .label("no closing quote before the end of the line")
                    .help("close it with \"; a line break inside a string is written \\n")
            }
            Self::Control(byte) => {
                Diagnostic::error(code::SYNTAX, at, "a control character inside a string")
                    .label(format!("the byte {byte:02x}"))
                    .help(match byte {
                        b'\t' => "write \\t".to_owned(),
                        _ => format!("write \\u{byte:04x}"),
                    })
            }
            Self::Blank(blank) => {
                let number = u32::from(blank);
                let message = format!(
                    "U+{number:04X} cannot stand here: it is not one of the blanks of JSON"
                );
                Diagnostic::error(code::SYNTAX, at, message)
                    .label("looks like a space, but is not one")
                    .help("replace it with a space")
            }
            Self::Depth => {
                let message = format!("nested deeper than {MAX_DEPTH} levels");
                Diagnostic::error(code::DEPTH, at, message).label("the limit is reached here")
            }
        }
    }
}

/// The first mistake before `end` that the parser lets pass.
///
/// Reads the text as JSON with comments: up to `end` the parser has found it to be that.
pub(super) fn first_fault(text: &str, end: usize) -> Option<(Range<usize>, Fault)> {
    let bytes = text.as_bytes().get(..end)?;
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => match string_end(bytes, at + 1) {
                Ok(end) => at = end,
                Err(fault) => return fault,
            },
            b'/' => at = comment_end(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some((at..at + 1, Fault::Depth));
                }
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            0x0b | 0x0c => return Some((at..at + 1, Fault::Blank(char::from(byte)))),
            0x80.. => {
                let c = text.get(at..).and_then(|rest| rest.chars().next())?;
                if c.is_whitespace() {
                    return Some((at..at + c.len_utf8(), Fault::Blank(c)));
                }
                at += c.len_utf8();
            }
            _ => at += 1,
        }
    }
    None
}

/// Where the string that begins before `at` ends; `Err`: it holds a control character, or has no end.
pub(super) fn string_end(
    bytes: &[u8],
    mut at: usize,
) -> Result<usize, Option<(Range<usize>, Fault)>> {
    loop {
        match bytes.get(at) {
            None => return Err(None),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += 2,
            Some(&byte @ 0..0x20) => return Err(Some((at..at + 1, Fault::Control(byte)))),
            Some(_) => at += 1,
        }
    }
}

/// Where the comment that begins at `at` ends.
pub(super) fn comment_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at + 2..).unwrap_or_default();
    match bytes.get(at + 1) {
        Some(b'/') => {
            let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            at + 2 + end
        }
        Some(b'*') => memchr::memmem::find(rest, b"*/").map_or(bytes.len(), |end| at + 2 + end + 2),
        _ => at + 1,
    }
}
