//! Bytes written as a scenario writes them: what an expectation would have to be, ready to be pasted.

use std::fmt::Write;

use crate::wire::escape;

/// How many bytes are suggested whole; of more, the beginning and the length.
const WHOLE: usize = 160;

/// How many bytes of a longer message are suggested.
const BEGINNING: usize = 48;

/// A matcher for a message of `len` bytes, of which `bytes` are known.
pub(super) fn matcher(bytes: &[u8], len: usize) -> String {
    if len <= WHOLE && bytes.len() == len {
        return payload(bytes);
    }
    let beginning = &bytes[..super::text::boundary(bytes, bytes.len().min(BEGINNING))];
    format!(
        "{{ \"prefix\": {}, \"length\": {len} }}",
        payload(beginning)
    )
}

/// A payload of exactly `bytes`: text where they are text, hexadecimal digits otherwise.
pub fn payload(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("{{") => format!("{{ \"literal\": {} }}", string(text)),
        Ok(text) => string(text),
        Err(_) => hex(bytes),
    }
}

/// A payload of exactly `bytes`, in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut hex = String::from("{ \"hex\": \"");
    for (i, byte) in bytes.iter().enumerate() {
        let blank = if i == 0 { "" } else { " " };
        let _ = write!(hex, "{blank}{byte:02x}");
    }
    hex + "\" }"
}

/// A JSON string, in which whatever could steer a terminal is escaped.
fn string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            c if is_shown_as_itself(c) => json.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json.push('"');
    json
}

/// Whether the character is safe to be shown, by the one rule for that.
fn is_shown_as_itself(c: char) -> bool {
    let mut buffer = [0; 4];
    let text = c.encode_utf8(&mut buffer);
    escape(text.as_bytes()).to_string() == *text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_ready_to_be_pasted() {
        for (bytes, json) in [
            (&b"530 denied"[..], r#""530 denied""#),
            (b"", r#""""#),
            (b"a\r\n\t\"\\", r#""a\r\n\t\"\\""#),
            (b"\x1b[2J\x00", r#""\u001b[2J\u0000""#),
            (b"{{name}}", r#"{ "literal": "{{name}}" }"#),
            (b"\xff\x00a", r#"{ "hex": "ff 00 61" }"#),
        ] {
            assert_eq!(payload(bytes), json);
        }
    }

    #[test]
    fn a_string_means_the_same_text_to_a_json_reader() {
        let text: String = ('\0'..='\u{2fff}')
            .chain("𝄞😀\u{e000}\u{10ffff}".chars())
            .collect();
        let read: String = serde_json::from_str(&string(&text)).expect("it is JSON");
        assert_eq!(read, text);
    }

    #[test]
    fn a_long_message_is_suggested_by_its_beginning_and_length() {
        let long = [b'x'; 500];
        assert_eq!(
            matcher(&long, 70_000),
            format!(
                r#"{{ "prefix": "{}", "length": 70000 }}"#,
                "x".repeat(BEGINNING)
            )
        );
    }
}
