//! Bytes as hexadecimal digits: one side with the text beside it, or two sides with what differs in brackets.
//!
//! Only the rows around one place are shown, so a dump never grows with a message.

use std::fmt::Write;

use super::palette::{Palette, paint};
use crate::wire::dump_char;

/// Bytes in a row of a comparison.
const COMPARED: usize = 8;

/// Bytes in a row of one side.
const ALONE: usize = 16;

/// Rows shown before the one with the place.
const BEFORE: usize = 1;

/// Rows shown in all.
const ROWS: usize = 4;

/// The rows of both sides around `at`, the first place that differs.
pub(super) fn compare(
    palette: &Palette,
    expected: &[u8],
    received: &[u8],
    at: usize,
) -> Vec<String> {
    let len = expected.len().max(received.len());
    let rows: Vec<_> = around(at, len, COMPARED)
        .map(|offset| {
            let left = row(expected, offset, COMPARED);
            let right = row(received, offset, COMPARED);
            let differs = |i: usize| left.get(i) != right.get(i);
            (
                offset,
                Cells::new(left, &differs),
                Cells::new(right, &differs),
            )
        })
        .collect();
    let text = rows
        .iter()
        .map(|(_, left, _)| left.text_width())
        .max()
        .unwrap_or(0);
    let mut lines = vec![format!("  {:<18}{:<26}received", "bytes", "expected")];
    for (offset, left, right) in rows {
        let mut line = format!("  {}  ", paint(palette.dim, format_args!("{offset:08x}")));
        left.write_hex(&mut line, palette.removed, COMPARED);
        line.push(' ');
        right.write_hex(&mut line, palette.added, COMPARED);
        line.push_str("  ");
        left.write_text(&mut line, palette.removed);
        let _ = write!(line, "{:1$} │ ", "", text - left.text_width());
        right.write_text(&mut line, palette.added);
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The rows of one side around `at`, whose byte is marked; from the start where there is no place.
pub(super) fn one_side(palette: &Palette, bytes: &[u8], at: Option<usize>) -> Vec<String> {
    dump(
        palette,
        bytes,
        around(at.unwrap_or(0), bytes.len(), ALONE),
        at,
    )
}

/// All the rows of `bytes`.
pub(super) fn whole(palette: &Palette, bytes: &[u8]) -> Vec<String> {
    dump(palette, bytes, (0..bytes.len()).step_by(ALONE), None)
}

fn dump(
    palette: &Palette,
    bytes: &[u8],
    offsets: impl Iterator<Item = usize>,
    at: Option<usize>,
) -> Vec<String> {
    offsets
        .map(|offset| {
            let cells = Cells::new(row(bytes, offset, ALONE), &|i| at == Some(offset + i));
            let mut line = format!("{}  ", paint(palette.dim, format_args!("{offset:08x}")));
            cells.write_hex(&mut line, palette.added, ALONE);
            line.push_str("  ");
            cells.write_text(&mut line, palette.added);
            line
        })
        .collect()
}

/// The offsets of the rows shown around the byte at `at`.
fn around(at: usize, len: usize, width: usize) -> impl Iterator<Item = usize> {
    let first = (at / width).saturating_sub(BEFORE);
    (first..first + ROWS)
        .map(move |row| row * width)
        .filter(move |offset| *offset < len)
}

/// The bytes of the row at `offset`; none when it lies past the end.
fn row(bytes: &[u8], offset: usize, width: usize) -> &[u8] {
    let rest = bytes.get(offset..).unwrap_or_default();
    rest.get(..width).unwrap_or(rest)
}

/// One side of one row: bytes, and which of them are marked.
struct Cells<'a> {
    bytes: &'a [u8],
    marked: Vec<bool>,
}

impl<'a> Cells<'a> {
    fn new(bytes: &'a [u8], marked: &dyn Fn(usize) -> bool) -> Self {
        Self {
            bytes,
            marked: (0..bytes.len()).map(marked).collect(),
        }
    }

    /// Whether the byte at `i` is marked; there is none before the first and after the last.
    fn is_marked(&self, i: Option<usize>) -> bool {
        i.and_then(|i| self.marked.get(i))
            .is_some_and(|marked| *marked)
    }

    /// What stands before the byte at `i`: brackets stand where a marked run begins and ends.
    fn separator(&self, i: usize) -> char {
        match (self.is_marked(i.checked_sub(1)), self.is_marked(Some(i))) {
            (false, true) => '[',
            (true, false) => ']',
            _ => ' ',
        }
    }

    /// Digits with a separator before, between and after them, as wide as a full row of `width` bytes.
    fn write_hex(&self, line: &mut String, style: anstyle::Style, width: usize) {
        for (i, byte) in self.bytes.iter().enumerate() {
            let digits = format_args!("{byte:02x}").to_string();
            line.push(self.separator(i));
            self.write(line, style, i, &digits);
        }
        line.push(self.separator(self.bytes.len()));
        for _ in self.bytes.len()..width {
            line.push_str("   ");
        }
    }

    /// The bytes as ASCII, a dot for what is none, with brackets around marked runs.
    fn write_text(&self, line: &mut String, style: anstyle::Style) {
        for (i, byte) in self.bytes.iter().enumerate() {
            self.write_bracket(line, i);
            self.write(line, style, i, dump_char(*byte).encode_utf8(&mut [0; 4]));
        }
        self.write_bracket(line, self.bytes.len());
    }

    fn write(&self, line: &mut String, style: anstyle::Style, i: usize, text: &str) {
        if self.is_marked(Some(i)) {
            let _ = write!(line, "{}", paint(style, text));
        } else {
            line.push_str(text);
        }
    }

    fn write_bracket(&self, line: &mut String, i: usize) {
        let separator = self.separator(i);
        if separator != ' ' {
            line.push(separator);
        }
    }

    /// The columns that [`write_text`](Self::write_text) takes.
    fn text_width(&self) -> usize {
        self.bytes.len()
            + (0..=self.bytes.len())
                .filter(|i| self.separator(*i) != ' ')
                .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &[u8], received: &[u8], at: usize, lines: &[&str]) {
        let shown = compare(&Palette::plain(), expected, received, at);
        assert_eq!(shown, lines, "\n{}", shown.join("\n"));
    }

    #[test]
    fn the_byte_that_differs_is_in_brackets_on_both_sides() {
        check(
            b"530 deni",
            b"535 deni",
            2,
            &[
                "  bytes             expected                  received",
                "  00000000   35 33[30]20 64 65 6e 69   35 33[35]20 64 65 6e 69   53[0] deni │ 53[5] deni",
            ],
        );
    }

    #[test]
    fn a_missing_tail_is_marked_on_the_side_that_has_it() {
        check(
            b"ok",
            b"ok\r\n",
            2,
            &[
                "  bytes             expected                  received",
                "  00000000   6f 6b                     6f 6b[0d 0a]              ok │ ok[..]",
            ],
        );
    }

    #[test]
    fn a_row_that_only_one_side_has_keeps_the_columns() {
        check(
            b"12345678",
            b"123456789",
            8,
            &[
                "  bytes             expected                  received",
                "  00000000   31 32 33 34 35 36 37 38   31 32 33 34 35 36 37 38   12345678 │ 12345678",
                "  00000008                            [39]                                │ [9]",
            ],
        );
    }

    #[test]
    fn only_the_rows_around_the_place_are_shown() {
        let (mut expected, received) = (vec![b'a'; 4096], vec![b'a'; 4096]);
        expected[2051] = b'b';
        let lines = compare(&Palette::plain(), &expected, &received, 2051);
        assert_eq!(lines.len(), 1 + ROWS);
        assert!(lines[1].starts_with("  000007f8"), "{}", lines[1]);
    }

    #[test]
    fn one_side_alone_has_sixteen_bytes_a_row() {
        assert_eq!(
            one_side(&Palette::plain(), b"0123456789abcdef\x1b", None),
            [
                "00000000   30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66   0123456789abcdef",
                "00000010   1b                                                .",
            ]
        );
    }
}
