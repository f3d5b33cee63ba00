//! The UTF-8 decoders against the standard library: all short sequences, all cuts, and causes by table.

use proptest::prelude::*;

use crate::props::utf8;
use crate::wire::{LossyUtf8, Utf8Cause, Utf8Decoder, validate};

#[test]
fn each_error_has_its_offset_and_cause() {
    use Utf8Cause::*;
    let rows: [(&[u8], u64, Utf8Cause, &[u8]); 18] = [
        (b"ab\x80", 2, LoneContinuation, b"\x80"),
        (b"\xbf", 0, LoneContinuation, b"\xbf"),
        (b"a\xc0\xaf", 1, Overlong, b"\xc0"),
        (b"\xc1", 0, Overlong, b"\xc1"),
        (b"\xe0\x9f\xbf", 0, Overlong, b"\xe0\x9f"),
        (b"\xf0\x8f\xbf\xbf", 0, Overlong, b"\xf0\x8f"),
        (b"\xed\xa0\x80", 0, Surrogate, b"\xed\xa0"),
        (b"\xed\xbf\xbf", 0, Surrogate, b"\xed\xbf"),
        (b"\xf4\x90\x80\x80", 0, AboveMax, b"\xf4\x90"),
        (b"\xf5", 0, AboveMax, b"\xf5"),
        (b"\xf7\xbf\xbf\xbf", 0, AboveMax, b"\xf7"),
        (b"\xf8", 0, InvalidByte, b"\xf8"),
        (b"\xff\xfe", 0, InvalidByte, b"\xff"),
        (b"\xc3", 0, Truncated, b"\xc3"),
        (b"\xc3a", 0, Truncated, b"\xc3"),
        (b"ab\xe2\x82", 2, Truncated, b"\xe2\x82"),
        (b"\xe2\x82\xe2\x82\xac", 0, Truncated, b"\xe2\x82"),
        (b"\xf0\x9f\x98a", 0, Truncated, b"\xf0\x9f\x98"),
    ];
    for (bytes, offset, cause, sequence) in rows {
        let error = validate(bytes).unwrap_err();
        assert_eq!((error.offset, error.cause), (offset, cause));
        assert_eq!(error.sequence.as_bytes(), sequence);
        let mut decoder = Utf8Decoder::new();
        let mut text = String::new();
        let said = bytes
            .iter()
            .try_for_each(|byte| decoder.push(&[*byte], &mut text))
            .and_then(|()| decoder.finish());
        assert_eq!(said, Err(error), "{} byte by byte", bytes.escape_ascii());
    }
}

#[test]
fn an_error_says_what_and_where() {
    let said = validate(b"Zo\xeb!").unwrap_err().to_string();
    assert_eq!(said, "invalid UTF-8 at byte 2: character cut off");
}

#[test]
fn all_sequences_of_up_to_two_bytes_agree_with_std() {
    utf8(b"0");
    for first in 0..=255 {
        utf8(&[b'0', first]);
        for second in 0..=255 {
            utf8(&[b'0', first, second]);
        }
    }
}

/// The bytes at which something about UTF-8 changes, with a neighbour on each side.
const EDGES: [u8; 27] = [
    0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED,
    0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFE, 0xFF,
];

#[test]
fn three_bytes_at_the_edges_agree_with_std() {
    // All of them, and all of four bytes, are in `every_sequence`.
    for first in EDGES {
        for second in EDGES {
            for third in EDGES {
                utf8(&[b'0', first, second, third]);
            }
        }
    }
}

#[test]
fn four_bytes_at_the_edges_agree_with_std() {
    let leads = [0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5];
    for first in leads {
        for second in EDGES {
            for third in EDGES {
                for fourth in [0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF] {
                    utf8(&[b'0', first, second, third, fourth]);
                }
            }
        }
    }
}

#[test]
fn every_cut_of_a_text_gives_the_text() {
    let text = "aß€😀\u{10ffff}z";
    for cuts in 0..1_u32 << (text.len() - 1) {
        let mut decoder = Utf8Decoder::new();
        let mut decoded = String::new();
        let mut begin = 0;
        for end in 1..=text.len() {
            if end == text.len() || cuts >> (end - 1) & 1 == 1 {
                decoder
                    .push(&text.as_bytes()[begin..end], &mut decoded)
                    .unwrap();
                begin = end;
            }
        }
        assert_eq!(decoder.finish(), Ok(()));
        assert_eq!(decoded, text, "cuts {cuts:b}");
    }
}

#[test]
fn text_is_lent_and_only_a_character_across_a_cut_is_put_together() {
    let text = "ab\u{e9}cd".repeat(100);
    let (first, second) = text.as_bytes().split_at(3);
    let mut decoder = Utf8Decoder::new();
    let mut parts = Vec::new();
    for piece in [first, second] {
        decoder
            .push_with(piece, |part| parts.push(part.to_owned()))
            .unwrap();
    }
    assert_eq!(parts.len(), 3);
    assert_eq!(&parts[..2], ["ab", "\u{e9}"]);
    assert_eq!(parts.concat(), text);
}

#[test]
fn bytes_that_are_all_wrong_cost_no_more_than_others() {
    // With work that grows with the square this would take minutes.
    let mut text = String::new();
    let mut decoder = LossyUtf8::new();
    decoder.push(&vec![0xFF; 1 << 20], &mut text);
    decoder.finish(&mut text);
    assert_eq!(text.chars().count(), 1 << 20);
}

proptest! {
    #[test]
    fn nearly_valid_bytes_in_random_pieces_agree_with_std(
        cuts in any::<u8>(),
        text in ".{0,80}",
        broken in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = text.into_bytes();
        for (at, byte) in broken {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes.insert(0, cuts);
        utf8(&bytes);
    }
}
