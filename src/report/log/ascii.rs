//! JSON of plain ASCII: what is no printable ASCII stands as `\u....`, which means the same to a program and cannot steer a
//! terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Writes a value as JSON on one line, or indented.
///
/// # Errors
///
/// Fails when `out` does.
pub(in crate::report) fn write_json(
    value: &impl Serialize,
    pretty: bool,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let written = if pretty {
        let ascii = Ascii(PrettyFormatter::new());
        value.serialize(&mut serde_json::Serializer::with_formatter(out, ascii))
    } else {
        let ascii = Ascii(CompactFormatter);
        value.serialize(&mut serde_json::Serializer::with_formatter(out, ascii))
    };
    written.map_err(io::Error::from)
}

/// Writes strings as ASCII, and leaves all else to another formatter.
struct Ascii<F>(F);

impl<F: Formatter> Formatter for Ascii<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly always. All of it is looked at, which takes less time than to ask after each byte whether to go on.
        let is_plain = |plain, byte| plain & matches!(byte, b' '..=b'~');
        if fragment.bytes().fold(true, is_plain) {
            return out.write_all(fragment.as_bytes());
        }
        let mut plain_from = 0;
        for (at, c) in fragment.char_indices() {
            if matches!(c, ' '..='~') {
                continue;
            }
            out.write_all(&fragment.as_bytes()[plain_from..at])?;
            plain_from = at + c.len_utf8();
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        out.write_all(&fragment.as_bytes()[plain_from..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str, pretty: bool) -> String {
        let mut out = Vec::new();
        write_json(&[text], pretty, &mut out).expect("written");
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn what_is_no_printable_ascii_is_escaped_and_means_the_same() {
        let text = "a\"\\\u{0}\u{1b}\n\u{7f}\u{9b}é\u{202e}\u{1f600}z";
        for pretty in [false, true] {
            let shown = json(text, pretty);
            assert!(shown.is_ascii());
            assert!(!shown.contains(|c: char| c.is_control() && c != '\n'));
            let back: Vec<String> = serde_json::from_str(&shown).expect("JSON");
            assert_eq!(back, [text]);
        }
        assert_eq!(json("é", false), r#"["\u00e9"]"#);
    }
}
