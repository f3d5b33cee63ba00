//! Bytes and durations as a person reads them: escaped, cut to what fits on a line, measured in columns.

use std::time::Duration;

use crate::count::count;
use crate::wire::{escape, escape_words};

/// How many columns of escaped bytes a line shows.
pub(super) const LINE: usize = 96;

/// How many bytes of words are shown.
const WORDS: usize = 240;

/// The escaped bytes, cut to `columns` with a `…` where more follows.
///
/// `len` is how many bytes there were in all; the rest may not have been kept.
pub(super) fn head(bytes: &[u8], len: usize, columns: usize) -> String {
    let (mut shown, all) = fit(bytes, columns);
    if !all || len > bytes.len() {
        shown.push('…');
    }
    shown
}

/// The longest beginning of `bytes` that fits, escaped, and whether that is all of them.
fn fit(bytes: &[u8], columns: usize) -> (String, bool) {
    // One byte is shown in one column at least, but for UTF-8: four bytes may be one column.
    let mut end = bytes.len().min(columns * 4);
    loop {
        end = boundary(bytes, end);
        let shown = escape(&bytes[..end]).to_string();
        let wide = width(&shown);
        if wide <= columns || end == 0 {
            return (shown, end == bytes.len());
        }
        // A byte takes four columns at most (`\x1b`): this far back is never too far.
        end = end.saturating_sub((wide - columns).div_ceil(10).max(1));
    }
}

/// Words of ours in which names, patterns or a system's messages may stand: whatever could steer a terminal is escaped,
/// and what is too long for a few lines is cut.
///
/// Quotes and backslashes stay as they are: bytes quoted in such words have been escaped where they were put in.
pub(super) fn words(text: &str) -> String {
    let end = boundary(text.as_bytes(), WORDS.min(text.len()));
    let mut shown = escape_words(&text[..end]).to_string();
    if end < text.len() {
        shown.push('…');
    }
    shown
}

/// `at`, or where the character begins that it stands in.
pub(super) fn boundary(bytes: &[u8], mut at: usize) -> usize {
    let lowest = at.saturating_sub(3);
    while at > lowest && bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
        at -= 1;
    }
    at
}

/// How many columns a terminal needs for `text`, which holds nothing that steers it.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// How many columns a character takes: wide ones two, combining ones none.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x2_0000..=0x3_ffff => 2,
        _ => 1,
    }
}

/// `12 bytes`, `1 byte`.
pub(super) fn bytes(n: usize) -> String {
    count(n, "byte")
}

/// A duration in the unit that fits: `480 us`, `2.8 ms`, `5.0 s`.
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if duration < Duration::from_millis(1) {
        format!("{} us", duration.as_micros())
    } else if duration < Duration::from_secs(1) {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.1} s")
    }
}

/// A duration as it is typed, in a file or after a flag: `250us`, `500ms`, `5s`.
pub fn typed(duration: Duration) -> String {
    match duration.as_nanos() {
        ns if ns % 1_000_000_000 == 0 => format!("{}s", ns / 1_000_000_000),
        ns if ns % 1_000_000 == 0 => format!("{}ms", ns / 1_000_000),
        ns if ns % 1000 == 0 => format!("{}us", ns / 1000),
        ns => format!("{}.{:03}us", ns / 1000, ns % 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_shown_whole_and_the_rest_is_a_dot_dot_dot() {
        assert_eq!(head(b"hello", 5, 5), "hello");
        assert_eq!(head(b"hello", 5, 4), "hell…");
        assert_eq!(head(b"hello", 900, 10), "hello…");
        assert_eq!(head(b"", 0, 10), "");
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        let text = "ää€€𝄞𝄞".repeat(20);
        for columns in 0..40 {
            assert!(!head(text.as_bytes(), text.len(), columns).contains("\\x"));
        }
    }

    #[test]
    fn a_cut_uses_most_of_the_line_whatever_the_bytes_are() {
        for byte in [b'a', 0x1b, 0xff, b'\n'] {
            let shown = head(&[byte; 4096], 4096, 96);
            let wide = width(&shown);
            assert!((80..=97).contains(&wide), "{byte:#x}: {wide} columns");
        }
    }

    #[test]
    fn words_keep_their_quotes_and_lose_what_steers_a_terminal() {
        assert_eq!(words("contains \"a\\n\""), "contains \"a\\n\"");
        assert!(!words("\x1b[2J\n\u{9b}\u{202e}").contains(char::is_control));
        assert!(words(&"x".repeat(9000)).len() < WORDS + 8);
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        assert_eq!(duration(Duration::from_micros(480)), "480 us");
        assert_eq!(duration(Duration::from_micros(2800)), "2.8 ms");
        assert_eq!(duration(Duration::from_secs(5)), "5.0 s");
        for (nanos, shown) in [
            (5_000_000_000, "5s"),
            (1_500_000_000, "1500ms"),
            (250_000, "250us"),
            (1_050, "1.050us"),
            (0, "0s"),
        ] {
            assert_eq!(typed(Duration::from_nanos(nanos)), shown);
        }
    }
}
