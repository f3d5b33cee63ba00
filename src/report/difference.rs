//! What was expected against what came, as text: the two lines, and a caret under the first character that differs.

use super::palette::{Palette, paint};
use super::text::{LINE, boundary, head, width};
use crate::wire::escape;

/// How many bytes before the first difference are shown once a line is too long to be shown whole.
const LEAD: usize = 24;

/// The offset of the first byte in which the two differ, the end of the shorter one where it is the beginning of the
/// other; `None` when they are equal.
pub(super) fn first_difference(expected: &[u8], received: &[u8]) -> Option<usize> {
    let common = expected
        .iter()
        .zip(received)
        .take_while(|(a, b)| a == b)
        .count();
    (common < expected.len().max(received.len())).then_some(common)
}

/// The two texts, and the caret. `received_len` is how many bytes arrived in all.
pub(super) fn text(
    palette: &Palette,
    expected: &[u8],
    received: &[u8],
    received_len: usize,
    at: usize,
) -> Vec<String> {
    let at = boundary(expected, at).min(boundary(received, at));
    let from = window(received, at).min(window(expected, at));
    let lead = if from > 0 { "…" } else { "" };
    let row = |bytes: &[u8], len: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        if len == 0 {
            paint(palette.dim, "(nothing)".to_owned()).to_string()
        } else {
            format!("{lead}{}", head(rest, len.saturating_sub(from), LINE))
        }
    };
    let common = received.get(from..at).unwrap_or_default();
    let column = width(lead) + width(&escape(common).to_string());
    vec![
        format!(
            "  {:<9}{} {}",
            "text",
            paint(palette.removed, "-"),
            row(expected, expected.len())
        ),
        format!(
            "           {} {}",
            paint(palette.added, "+"),
            row(received, received_len)
        ),
        format!("             {:column$}{}", "", paint(palette.bad, "^")),
    ]
}

/// Where the shown part of `bytes` begins: at its start, unless what stands before `at` takes most of a line.
pub(super) fn window(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or(bytes);
    if before.len() <= LINE / 2 && width(&escape(before).to_string()) <= LINE / 2 {
        0
    } else {
        boundary(bytes, at.saturating_sub(LEAD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &[u8], received: &[u8], lines: [&str; 3]) {
        let at = first_difference(expected, received).expect("they differ");
        let shown = text(&Palette::plain(), expected, received, received.len(), at);
        assert_eq!(shown, lines, "\n{}", shown.join("\n"));
    }

    #[test]
    fn equal_bytes_have_no_difference() {
        assert_eq!(first_difference(b"", b""), None);
        assert_eq!(first_difference(b"ab", b"ab"), None);
        assert_eq!(first_difference(b"ab", b"abc"), Some(2));
        assert_eq!(first_difference(b"abc", b"ab"), Some(2));
    }

    #[test]
    fn the_caret_stands_under_the_first_character_that_differs() {
        check(
            b"530 denied",
            b"535 denied",
            [
                "  text     - 530 denied",
                "           + 535 denied",
                "               ^",
            ],
        );
    }

    #[test]
    fn an_escaped_byte_moves_the_caret_as_far_as_it_is_wide() {
        check(
            b"a\x01b",
            b"a\x01c",
            [
                r"  text     - a\x01b",
                r"           + a\x01c",
                "                  ^",
            ],
        );
    }

    #[test]
    fn characters_that_differ_in_their_last_byte_are_shown_as_characters() {
        check(
            "caf\u{e9}!".as_bytes(),
            "caf\u{e8}!".as_bytes(),
            [
                "  text     - café!",
                "           + cafè!",
                "                ^",
            ],
        );
    }

    #[test]
    fn a_message_of_no_bytes_is_said_to_be_nothing() {
        check(
            b"",
            b"x",
            ["  text     - (nothing)", "           + x", "             ^"],
        );
    }

    #[test]
    fn of_long_messages_only_the_place_is_shown() {
        let (mut expected, received) = (vec![b'a'; 4096], vec![b'a'; 4096]);
        expected[2000] = b'b';
        let lines = text(
            &Palette::plain(),
            &expected,
            &received,
            received.len(),
            2000,
        );
        assert!(lines[0].starts_with(&format!("  text     - …{}b", "a".repeat(LEAD))));
        assert!(lines.iter().all(|line| width(line) < 120));
        assert_eq!(lines[2], format!("             {:25}^", ""));
    }
}
