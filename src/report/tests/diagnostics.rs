//! Mistakes of files: whatever a file and its mistakes hold, what is shown is plain text at the right place.

use proptest::prelude::*;

use crate::report::{Palette, render_diagnostics};
use crate::scenario::{Code, Diagnostic, Diagnostics, Severity, SourceFile, Span};

/// A mistake at these bytes of a file.
fn mistake(text: &str, start: usize, end: usize, words: &str) -> Diagnostics {
    let small = |n: usize| u32::try_from(n).expect("a short file");
    Diagnostics {
        sources: vec![SourceFile {
            name: "a.json".to_owned(),
            text: text.into(),
        }],
        list: vec![Diagnostic {
            code: Code("BC1004"),
            severity: Severity::Error,
            message: words.to_owned(),
            span: Some(Span {
                file: 0,
                start: small(start),
                end: small(end),
            }),
            label: words.to_owned(),
            help: Some(words.to_owned()),
            included: Vec::new(),
        }],
    }
}

fn shown(diagnostics: &Diagnostics) -> String {
    render_diagnostics(diagnostics, &Palette::plain())
}

/// The line of the file and the caret under it.
fn excerpt(text: &str, start: usize, end: usize) -> (String, String) {
    let shown = shown(&mistake(text, start, end, ""));
    let mut lines = shown.lines().skip(3).map(|line| {
        let (_, line) = line.split_once('|').expect("a margin");
        line.strip_prefix(' ').unwrap_or(line).to_owned()
    });
    (
        lines.next().expect("a line"),
        lines.next().expect("a caret"),
    )
}

#[test]
fn the_caret_is_under_the_word() {
    for (text, word, line, caret) in [
        ("{ \"a\": 1 }", "\"a\"", "{ \"a\": 1 }", "  ^^^"),
        ("{\n  \"a\": 1\n}", "1", "  \"a\": 1", "       ^"),
        ("{\r\n  \"a\": 1\r\n}", "1", "  \"a\": 1", "       ^"),
        ("\t\"a\"", "\"a\"", "    \"a\"", "    ^^^"),
        ("\"é😀\": 1", "1", "\"é😀\": 1", "       ^"),
        ("\"\u{1b}[2J\": 1", "1", "\"\\x1b[2J\": 1", "           ^"),
        ("\"\u{1b}[2J\": 1", "\u{1b}", "\"\\x1b[2J\": 1", " ^^^^"),
        ("one\ntwo\n", "e\ntw", "one", "  ^"),
    ] {
        let start = text.find(word).expect("the word");
        let found = excerpt(text, start, start + word.len());
        assert_eq!(found, (line.to_owned(), caret.to_owned()), "{text:?}");
    }
}

#[test]
fn the_end_of_a_file_can_be_pointed_at() {
    assert_eq!(excerpt("", 0, 0), (String::new(), "^".to_owned()));
    assert_eq!(excerpt("ab", 2, 2), ("ab".to_owned(), "  ^".to_owned()));
    assert_eq!(excerpt("ab\n", 3, 3), (String::new(), "^".to_owned()));
}

#[test]
fn a_cr_is_a_character_of_its_line_wherever_the_mistake_stands() {
    for (text, at, place) in [
        ("\r", 0, "1:1"),
        ("\r", 1, "1:2"),
        ("\r\r\n", 2, "1:3"),
        ("ab\r\n", 2, "1:3"),
        ("ab\r\n", 3, "1:4"),
        ("ab\r\n", 4, "2:1"),
        ("a\rb\r\nc", 2, "1:3"),
        ("a\rb\r\nc", 5, "2:1"),
    ] {
        let all = shown(&mistake(text, at, at, ""));
        assert!(
            all.contains(&format!("a.json:{place}\n")),
            "{text:?}: {all}"
        );
    }
}

#[test]
fn a_line_of_megabytes_is_cut_to_what_stands_around_the_word() {
    let text = format!("{}WORD{}", "a".repeat(4 << 20), "b".repeat(4 << 20));
    let start = 4 << 20;
    let (line, caret) = excerpt(&text, start, start + 4);
    assert!(line.starts_with('…') && line.ends_with('…'), "{line}");
    assert!(line.chars().count() < 140);
    let at = caret.chars().position(|c| c == '^').expect("a caret");
    assert_eq!(line.chars().skip(at).take(4).collect::<String>(), "WORD");
    let all = shown(&mistake(&text, start, start + 4, ""));
    assert!(
        all.contains("a.json:1:4194305"),
        "the column is that of the file"
    );
}

#[test]
fn each_mistake_of_a_line_has_its_own_column_in_whatever_order_they_come() {
    let text = "é😀aébc\nde";
    let at = |word: &str| text.find(word).expect("the word");
    let mut all = mistake(text, 0, 0, "");
    for word in ["a", "c", "c", "b", "e", "d", "a"] {
        all.list
            .extend(mistake(text, at(word), at(word) + 1, "").list);
    }
    let shown = shown(&all);
    let places: Vec<&str> = shown
        .split("a.json:")
        .skip(1)
        .map(|rest| &rest[..3])
        .collect();
    assert_eq!(
        places,
        ["1:1", "1:3", "1:6", "1:6", "1:5", "2:2", "2:1", "1:3"]
    );
}

#[test]
fn colours_are_only_where_they_are_asked_for() {
    let mistake = mistake("{}", 0, 1, "words");
    assert!(!shown(&mistake).contains('\x1b'));
    assert!(render_diagnostics(&mistake, &Palette::colored()).contains('\x1b'));
}

proptest! {
    #[test]
    fn whatever_is_shown_is_plain_text_at_the_right_place(
        text in "[ -~\n\t\r\u{1b}\u{9b}\u{202e}éß漢😀]{0,80}",
        words in any::<String>(),
        at in any::<prop::sample::Index>(),
        len in 0..20_usize,
    ) {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let first = at.index(ends.len());
        let last = (first + len).min(ends.len() - 1);
        let mistake = mistake(&text, ends[first], ends[last], &words);
        let shown = shown(&mistake);
        let steers = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        prop_assert!(!shown.contains(steers), "{:?}", shown);
        let start = u32::try_from(ends[first]).expect("a short file");
        let (line, column) = mistake.sources[0].line_column(start);
        let place = format!("a.json:{line}:{column}");
        prop_assert!(shown.contains(&place), "{} in {}", place, shown);
    }
}
