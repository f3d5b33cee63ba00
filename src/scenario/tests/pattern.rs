//! Patterns on whole messages and on streams.

use crate::scenario::{Pattern, StreamFound, StreamSearch};

fn compiled(text: &str) -> std::sync::Arc<crate::scenario::Compiled> {
    Pattern::compile(text).unwrap().known().unwrap().clone()
}

/// The end of the shortest run with a match, found with every cut of the stream into two pieces and byte by byte.
fn end_on_stream(pattern: &str, stream: &[u8]) -> StreamFound {
    let pattern = compiled(pattern);
    let mut whole = StreamSearch::default();
    let expected = whole.feed(&pattern, stream);
    for cut in 0..=stream.len() {
        let mut pieces = StreamSearch::default();
        pieces.feed(&pattern, &stream[..cut]);
        assert_eq!(pieces.feed(&pattern, stream), expected, "cut at {cut}");
    }
    let mut bytes = StreamSearch::default();
    let mut found = StreamFound::Later;
    for n in 0..=stream.len() {
        found = bytes.feed(&pattern, &stream[..n]);
    }
    assert_eq!(found, expected, "byte by byte");
    expected
}

#[test]
fn a_stream_gives_the_shortest_run_however_it_is_cut() {
    use StreamFound::{End, Later, Never};
    for (pattern, stream, expected) in [
        (r"id=(\d+)", &b"id=123\r\n"[..], End(4)),
        (r"id=(\d+)\r\n", b"id=123\r\n", End(8)),
        (r"id=(\d+)\r\n", b"noise id=123\r\nmore", End(14)),
        (r"^id", b"noise id", Never),
        (r"^id", b"i", Later),
        (r"a|abc", b"abc", End(1)),
        (r"abc|b", b"abc", End(2)),
        (r"\xff+", b"ab\xff\xff", End(3)),
        (r".", b"\n\xe9", End(2)),
        (r"é", "xé".as_bytes(), End(3)),
        (r"(?m)^b\n", b"a\nb\n", End(4)),
        (r"(?s)a.\bc", b"a c", End(3)),
    ] {
        assert_eq!(
            end_on_stream(pattern, stream),
            expected,
            "{pattern} on {}",
            stream.escape_ascii()
        );
    }
}

#[test]
fn what_cannot_be_told_on_a_stream_is_known_beforehand() {
    for (pattern, empty, past, anchored) in [
        ("a*", true, false, false),
        ("", true, false, false),
        ("a$", false, true, false),
        (r"a\b", false, true, false),
        (r"a\z", false, true, false),
        (r"\ba", false, false, false),
        ("^a", false, false, true),
        ("(?m)a$\n", false, false, false),
        ("a|b$", false, true, false),
        // Where nothing has to follow, too.
        ("a$b*", false, true, false),
        (r"a\b(?<x>[^!]*)c?", false, true, false),
        (r"(a\b)+b?", false, true, false),
        (r"a\b.*\n", false, false, false),
        ("(?m)a\n^b*", false, false, false),
    ] {
        let compiled = compiled(pattern);
        assert_eq!(compiled.matches_empty(), empty, "{pattern}");
        assert_eq!(compiled.looks_past_its_end(), past, "{pattern}");
        assert_eq!(compiled.is_anchored(), anchored, "{pattern}");
    }
    assert!(compiled(r"(?u)\ba").has_unicode_word_boundary());
    assert!(!compiled(r"\ba").has_unicode_word_boundary());
}

#[test]
fn groups_are_found_by_name_in_a_message() {
    let pattern = compiled(r"^(?<user>\w+)(?:@(?<host>.+))?$");
    assert_eq!(pattern.groups().collect::<Vec<_>>(), ["user", "host"]);
    let found = pattern.captures(b"ann@\xff").unwrap();
    assert_eq!(found.group("user"), Some(&b"ann"[..]));
    assert_eq!(found.group("host"), Some(&b"\xff"[..]));
    assert_eq!(pattern.captures(b"ann").unwrap().group("host"), None);
    assert!(pattern.captures(b"ann@").is_none());
    assert!(
        compiled(r"[^\r\n]*$").is_match(b"caf\xe9"),
        "classes are bytes unless the pattern says otherwise"
    );
}

#[test]
fn a_wrong_pattern_is_pointed_at() {
    let error = Pattern::compile("ab(c").unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.range),
        ("unclosed group", 2..3)
    );
    let error = Pattern::compile(r"(?:[a-z]{1000}){1000}").unwrap_err();
    assert_eq!(
        error.message,
        "the pattern compiles to more than 1048576 bytes"
    );
    let error = Pattern::compile(&"(".repeat(10_000)).unwrap_err();
    assert!(!error.message.is_empty());
}

#[test]
fn a_pattern_whose_states_blow_up_stays_linear_and_small() {
    let pattern = compiled(r"[01]*1[01]{16}x");
    let stream: Vec<u8> = (0..200_000u32)
        .map(|n| b'0' + (n.wrapping_mul(2_654_435_761) >> 31) as u8)
        .collect();
    let mut search = StreamSearch::default();
    for end in (0..=stream.len()).step_by(1000) {
        assert_eq!(search.feed(&pattern, &stream[..end]), StreamFound::Later);
    }
    assert!(
        search.memory_usage() <= crate::scenario::MAX_CACHE,
        "{} bytes",
        search.memory_usage()
    );
}

#[test]
fn reach_tells_how_far_an_anchored_pattern_got() {
    assert_eq!(compiled("^250 OK").reach(b"250 no"), 4);
    assert_eq!(compiled("OK").reach(b"250 no"), 6);
}
