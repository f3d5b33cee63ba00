//! Text and bytes as JSON that a scenario has.

use std::fmt::Write as _;

/// Text as a string of JSON.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\0'..='\x1f' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// Bytes as a payload of a scenario: text where it is such and can be read, digits where not.
pub(crate) fn payload(bytes: &[u8]) -> String {
    let readable = |c: char| {
        c == ' ' || c.is_ascii_graphic() || matches!(c, '\n' | '\r' | '\t') || c.is_alphanumeric()
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(readable) && text.contains("{{") => {
            format!(r#"{{ "literal": {} }}"#, quoted(text))
        }
        Ok(text) if text.chars().all(readable) => quoted(text),
        _ => format!(r#"{{ "hex": "{}" }}"#, hex(bytes)),
    }
}

/// Hexadecimal digits, two a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a `String` cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
