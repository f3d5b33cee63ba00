//! What is said of an expectation, and of what is wrong with what came.

use super::bench::Bench;
use crate::player::FailureKind;

/// A condition, a message, what is said of the one, at which byte the other is wrong, and why.
const TOLD: &str = r##"
"ab" | ac | the message "ab" | 1 | -
{ "prefix": "ab" } | ac | a message that begins with "ab" | 1 | it does not begin with "ab"
{ "prefix": "ab" } | a | a message that begins with "ab" | 1 | it does not begin with "ab"
{ "suffix": "b" } | a | a message that ends with "b" | - | it does not end with "b"
{ "contains": "b" } | a | a message that contains "b" | - | it does not contain "b"
{ "regex": "^aab" } | aac | a message that matches the regex `^aab` | 2 | it does not match the regex `^aab`; it fits the first 2 bytes
{ "regex": "^aab" } | aa | a message that matches the regex `^aab` | - | it does not match the regex `^aab`
{ "length": { "min": 2, "max": 3 } } | a | a message that has 2 to 3 bytes | - | it has 1 byte, not 2 to 3 bytes
{ "length": { "min": 2 } } | a | a message that has at least 2 bytes | - | it has 1 byte, not at least 2 bytes
{ "length": { "max": 1 } } | ab | a message that has at most 1 byte | - | it has 2 bytes, not at most 1 byte
{ "length": 0 } | ab | a message that has 0 bytes | - | it has 2 bytes, not 0 bytes
{ "length": "{{ n }}" } | ab | a message that has 3 bytes | - | it has 2 bytes, not 3 bytes
{ "one_of": ["a", { "length": 2 }] } | b | a message that is exactly "a" or has 2 bytes | - | none of the 2 alternatives holds
{ "not": "a" } | a | a message that is not "a" | - | it is exactly "a", and must not
{ "not": { "prefix": "a" } } | a | a message that does not begin with "a" | - | it begins with "a", and must not
{ "not": { "suffix": "a" } } | a | a message that does not end with "a" | - | it ends with "a", and must not
{ "not": { "contains": "a" } } | a | a message that does not contain "a" | - | it contains "a", and must not
{ "not": { "regex": "a" } } | a | a message that does not match the regex `a` | - | it matches the regex `a`, and must not
{ "not": { "length": 1 } } | a | a message that does not have 1 byte | - | it has 1 byte, and must not
{ "not": { "any": true } } | a | a message that is not one that may be anything | - | it may be anything, and must not
{ "not": ["a", { "length": 1 }] } | ab | a message that is not one that is exactly "a", then has 1 byte | - | it is exactly "a", then has 1 byte, and must not
"##;

/// What a message was to be, where it is wrong, and why.
fn told(matcher: &str, arrives: &str) -> (String, Option<usize>, String) {
    let steps = format!(r#"{{ "expect": {matcher} }}"#);
    let mut bench = Bench::connected(r#""framing": "line", "vars": { "n": 3 },"#, &steps);
    bench.receive(format!("{arrives}\n").as_bytes());
    match bench.fails() {
        FailureKind::Mismatch {
            expected,
            at,
            because,
            ..
        } => (expected.words, at, because.unwrap_or_default()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_condition_says_what_it_asks_for_where_a_message_is_wrong_and_why() {
    let rows = TOLD.lines().filter(|line| !line.is_empty());
    for row in rows {
        let row: Vec<&str> = row.split(" | ").collect();
        let [matcher, arrives, words, at, because] = row[..] else {
            panic!("{row:?}");
        };
        let expected = (
            words.to_owned(),
            at.parse().ok(),
            because.trim_matches('-').to_owned(),
        );
        assert_eq!(told(matcher, arrives), expected, "{matcher} {arrives}");
    }
}

#[test]
fn of_several_conditions_the_one_is_named_that_a_byte_has_ruled_out() {
    for (all, arrives, at, because) in [
        // `z` may still come; that the message does not begin with `b` cannot change.
        (
            r#"[{ "contains": "z" }, { "prefix": "b" }]"#,
            "ab",
            Some(0),
            r#"it does not begin with "b""#,
        ),
        // Both may still come: the first one is named.
        (
            r#"[{ "contains": "z" }, { "prefix": "abc" }]"#,
            "ab",
            None,
            r#"it does not contain "z""#,
        ),
        // A pattern that ends before the message does holds nevertheless.
        (
            r#"[{ "regex": "^a" }, { "contains": "z" }]"#,
            "ab",
            None,
            r#"it does not contain "z""#,
        ),
        (
            r#"[{ "any": true }, "ab"]"#,
            "ac",
            Some(1),
            r#"it is not "ab""#,
        ),
        (
            r#"[{ "all": [{ "prefix": "a" }, { "suffix": "z" }] }, { "length": 9 }]"#,
            "ab",
            None,
            r#"it does not end with "z""#,
        ),
    ] {
        let (_, told_at, told_because) = told(&format!(r#"{{ "all": {all} }}"#), arrives);
        assert_eq!((told_at, told_because.as_str()), (at, because), "{all}");
    }
}

#[test]
fn a_part_that_does_not_hold_is_named_with_its_place() {
    for (parts, arrives, at, because) in [
        (
            r#"[{ "length": 2 }, "cd"]"#,
            "abce",
            Some(3),
            r#"part 2 of 2, from byte 2 on: it is not "cd""#,
        ),
        (
            r#"["ab", { "length": 2 }]"#,
            "axcd",
            Some(1),
            r#"part 1 of 2, from byte 0 on: it is not "ab""#,
        ),
        (
            r#"["a", { "any": true }, "zy"]"#,
            "abbb",
            None,
            "part 3 of 3 does not stand anywhere from byte 1 on",
        ),
        (
            r#"["a", { "length": 1 }, "z"]"#,
            "ab",
            Some(2),
            r#"part 3 of 3, from byte 2 on: it is not "z""#,
        ),
    ] {
        let (_, told_at, told_because) = told(parts, arrives);
        assert_eq!((told_at, told_because.as_str()), (at, because), "{parts}");
    }
}

#[test]
fn of_a_long_value_the_beginning_is_shown() {
    let shown = |len: usize| told(&format!(r#"{{ "contains": "{}" }}"#, "a".repeat(len)), "b").0;
    let (sixty, words) = ("a".repeat(60), "a message that contains");
    assert_eq!(shown(60), format!(r#"{words} "{sixty}""#));
    assert_eq!(shown(61), format!(r#"{words} "{sixty}…" (61 bytes)"#));
}
