//! What is shown of bytes: by table, and that it can be read back.

use proptest::prelude::*;

use crate::props::shown::shown;
use crate::wire::{dump_char, escape, escape_text, escape_words};

#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    assert_eq!(escape(bytes).to_string(), expected);
}

#[test]
fn text_stays_readable() {
    check(b"", "");
    check(
        b"Hello, \"Rose\"! it's 'fine' ~",
        "Hello, \"Rose\"! it's 'fine' ~",
    );
    check(
        "Zoë · Größe · 你好 · שלום · 😀".as_bytes(),
        "Zoë · Größe · 你好 · שלום · 😀",
    );
    check("ครับ नमस्ते e\u{301}".as_bytes(), "ครับ नमस्ते e\u{301}");
    check("\u{fffd}".as_bytes(), "\u{fffd}");
}

#[test]
fn what_moves_a_cursor_or_text_is_escaped() {
    check(b"a\n\r\t\\", "a\\n\\r\\t\\\\");
    check(b"\0\x07\x08\x1b[2J\x7f", "\\x00\\x07\\x08\\x1b[2J\\x7f");
    check("\u{80}\u{85}\u{9b}".as_bytes(), "\\u{80}\\u{85}\\u{9b}");
    for code in (0x202a..=0x202e)
        .chain(0x2066..=0x2069)
        .chain([0x200e, 0x200f, 0x061c])
    {
        let bidi = char::from_u32(code).unwrap().to_string();
        check(bidi.as_bytes(), &format!("\\u{{{code:x}}}"));
    }
}

#[test]
fn what_cannot_be_seen_is_escaped() {
    let unseen = "\u{a0}\u{ad}\u{34f}\u{1160}\u{180e}\u{200b}\u{200c}\u{200d}\u{2028}\u{2029}\u{2060}\u{2800}\u{3000}\
                  \u{3164}\u{fe0f}\u{feff}\u{fff9}\u{e0041}\u{e0100}";
    for character in unseen.chars() {
        check(
            character.to_string().as_bytes(),
            &format!("\\u{{{:x}}}", u32::from(character)),
        );
        check(
            format!("a{character}").as_bytes(),
            &format!("a\\u{{{:x}}}", u32::from(character)),
        );
    }
    // Private use, noncharacters, unassigned.
    for character in "\u{e000}\u{f0000}\u{10fffd}\u{fdd0}\u{ffff}\u{10ffff}\u{378}".chars() {
        check(
            character.to_string().as_bytes(),
            &format!("\\u{{{:x}}}", u32::from(character)),
        );
    }
}

#[test]
fn a_combining_mark_needs_something_to_stand_on() {
    check("\u{301}a".as_bytes(), "\\u{301}a");
    check("\n\u{301}".as_bytes(), "\\n\\u{301}");
    check(b"\xff\xcc\x81", "\\xff\\u{301}");
}

#[test]
fn bytes_that_are_no_text_are_shown_each() {
    check(b"Zo\xeb!", "Zo\\xeb!");
    check(b"\xe2\x82", "\\xe2\\x82");
    check(b"\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80");
}

#[test]
fn words_keep_the_backslashes_of_what_was_escaped_before() {
    assert_eq!(escape_text("ß\n\\").to_string(), "ß\\n\\\\");
    for (words, shown) in [
        ("ß\\x1b", "ß\\x1b"),
        (
            "\u{9b}\u{90}\u{85}\u{2028}",
            "\\u{9b}\\u{90}\\u{85}\\u{2028}",
        ),
        ("\u{200b}\u{202e}\n", "\\u{200b}\\u{202e}\\n"),
    ] {
        assert_eq!(escape_words(words).to_string(), shown);
    }
}

#[test]
fn the_text_column_of_a_hexdump_is_plain_ascii() {
    let column: String = (0..=255).map(dump_char).collect();
    assert_eq!(column.len(), 256);
    assert_eq!(&column[31..35], ". !\"");
    assert_eq!(&column[125..], &format!("}}~{}", ".".repeat(129)));
}

proptest! {
    #[test]
    fn what_is_shown_can_be_read_back_and_steers_nothing(
        bytes in prop_oneof![proptest::collection::vec(any::<u8>(), 0..40), any::<String>().prop_map(String::into_bytes)],
    ) {
        shown(&bytes);
    }
}
