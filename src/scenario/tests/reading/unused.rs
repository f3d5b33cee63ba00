//! Names that nothing reads.

use super::{check, check_steps};

#[test]
fn a_name_that_nothing_reads_is_shown_where_it_is_first_set() {
    for (text, expected) in [
        (
            r#"{ "vars": { "a": 1, "b": "{{ a }}" }, "steps": [{ "send": "hi" }] }"#,
            &[r#"BC1040 "b""#][..],
        ),
        (
            r#"{ "cases": [{ "a": 1, "b": 2 }, { "a": 2, "b": 3 }], "steps": [{ "send": "{{ a }}" }] }"#,
            &[r#"BC1040 "b""#],
        ),
        (
            r#"{ "vars": { "a": 1 }, "steps": [{ "set": { "a": 2 } }] }"#,
            &[r#"BC1040 "a""#],
        ),
        (
            r#"{ "ignore": [{ "match": { "any": true, "capture": "a" }, "send": "hi" }], "steps": [{ "send": "hi" }] }"#,
            &[r#"BC1040 "a""#],
        ),
    ] {
        check(text, expected);
    }
    for (steps, expected) in [
        (
            r#"{ "expect": { "any": true }, "capture": "a" }"#,
            r#"BC1040 "a""#,
        ),
        (
            r#"{ "expect": { "any": true, "capture": "a" } }"#,
            r#"BC1040 "a""#,
        ),
        (r#"{ "expect": { "regex": "^(?<who>.+)$" } }"#, "BC1040 who"),
        (
            r#"{ "expect": { "any": true, "capture": { "a": "/b" } } }"#,
            r#"BC1040 "a""#,
        ),
        (r#"{ "set": { "a": 1 } }"#, r#"BC1040 "a""#),
        (
            r#"{ "repeat": [{ "set": { "a": 1 } }], "times": 2 }"#,
            r#"BC1040 "a""#,
        ),
    ] {
        check_steps(steps, &[expected]);
    }
}

#[test]
fn whatever_reads_a_name_uses_it() {
    let set = r#"{ "set": { "a": 1 } }"#;
    for reader in [
        r#"{ "send": "{{ a }}" }"#,
        r#"{ "expect": { "prefix": "{{ a }}" } }"#,
        r#"{ "expect": { "regex": "^{{ a | regex_escape }}$" } }"#,
        r#"{ "expect": { "length": "{{ a }}" } }"#,
        r#"{ "send": { "json": { "a": "{{ a }}" } } }"#,
        r#"{ "send": { "u8": "{{ a }}" } }"#,
        r#"{ "send": "x", "when": "{{ a == 1 }}" }"#,
        r#"{ "send": "x", "when": "{{ a is defined }}" }"#,
        r#"{ "assert": "{{ a == 1 }}" }"#,
        r#"{ "set": { "a": "{{ a + 1 }}" } }"#,
        r#"{ "repeat": [{ "send": "x" }], "times": "{{ a }}" }"#,
        r#"{ "connect": true, "as": "client" }, { "start_tls": { "server_name": "{{ a }}.test" } }"#,
    ] {
        check(
            &format!(r#"{{ "description": "BC1040", "steps": [{set}, {reader}] }}"#),
            &[],
        );
        let text = format!(r#"{{ "steps": [{set}, {reader}] }}"#);
        let (_, found) = super::outcome(&text).expect("a scenario");
        assert!(found.list.is_empty(), "{text}: {:?}", found.list);
    }
}

#[test]
fn a_name_for_people_begins_with_a_low_line() {
    let text = r#"{ "cases": [{ "_why": "it is long" }], "vars": { "_": 1 }, "steps": [{ "expect": { "regex": "^(?<_id>.)" } }] }"#;
    let (_, found) = super::outcome(text).expect("a scenario");
    assert!(found.list.is_empty(), "{:?}", found.list);
}

#[test]
fn a_file_with_mistakes_may_use_its_names_where_they_are() {
    check(
        r#"{ "vars": { "a": 1 }, "steps": [{ "sned": "{{ a }}" }] }"#,
        &[r#"BC1004 "sned""#],
    );
}
