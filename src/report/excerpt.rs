//! A piece of a file as it is shown: nothing in it can steer a terminal, and the caret stays under what it is about.
//!
//! Every line of a file that reaches a person goes through here: a mistake's and a failed step's.

use std::ops::Range;

use crate::wire::escape_words;

/// A tab, as it is shown.
const TAB: &str = "    ";

/// A piece of a file, escaped, and what is underlined in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// What is shown.
    pub(super) text: String,
    /// What is underlined, in bytes of `text`.
    pub(super) caret: Range<usize>,
}

impl Excerpt {
    /// Shows what stands before the caret, above it and after it.
    pub(super) fn new(before: &str, marked: &str, after: &str) -> Self {
        let mut text = String::with_capacity(before.len() + marked.len() + after.len());
        push(before, &mut text);
        let start = text.len();
        push(marked, &mut text);
        let caret = start..text.len();
        push(after, &mut text);
        Self { text, caret }
    }

    /// Puts `front` before it all.
    pub(super) fn begin_with(&mut self, front: char) {
        self.text.insert(0, front);
        self.caret.start += front.len_utf8();
        self.caret.end += front.len_utf8();
    }

    /// What the renderer made of it, with the column of the file: the renderer counts in what is shown.
    pub(super) fn at(&self, rendered: &str, name: &str, line: usize, column: usize) -> String {
        let before = &self.text[..self.caret.start];
        let counted = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let place = |column| format!("{name}:{line}:{column}");
        rendered.replacen(&place(counted), &place(column), 1)
    }
}

/// Adds lines, escaped. Quotes and backslashes stay as they are.
fn push(text: &str, shown: &mut String) {
    for line in text.split_inclusive('\n') {
        let whole = line.strip_suffix('\n');
        let line = whole.map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        for (n, part) in line.split('\t').enumerate() {
            if n > 0 {
                shown.push_str(TAB);
            }
            shown.push_str(&escape_words(part).to_string());
        }
        if whole.is_some() {
            shown.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_escaped_one_by_one_and_the_caret_moves_with_them() {
        for (before, marked, after, text, caret) in [
            ("a", "b", "c", "abc", 1..2),
            ("\t", "\"x\"", "", "    \"x\"", 4..7),
            ("\u{9b}", "b\\n", "\u{202e}", "\\u{9b}b\\n\\u{202e}", 6..9),
            ("a\r\n", "b\u{85}\r\nc", "\r\n", "a\nb\\u{85}\nc\n", 2..11),
        ] {
            let found = Excerpt::new(before, marked, after);
            assert_eq!((&*found.text, found.caret), (text, caret));
        }
    }
}
