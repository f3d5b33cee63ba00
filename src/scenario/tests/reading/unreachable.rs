//! Alternatives that are never taken.

use std::fmt::Write as _;

use super::{check, outcome};

/// Checks which alternatives of a message are said to be never taken: by their numbers, from 1.
#[track_caller]
fn never_taken(alternatives: &[&str], expected: &[usize]) {
    for verb in ["expect", "skip_until"] {
        let list = alternatives.join(", ");
        let text = format!(r#"{{ "steps": [{{ "{verb}": {{ "one_of": [{list}] }} }}] }}"#);
        let expected: Vec<_> = expected
            .iter()
            .map(|n| format!("BC1041 {}", alternatives[n - 1]))
            .collect();
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        check(&text, &expected);
    }
}

#[test]
fn what_an_earlier_alternative_holds_for_leaves_a_later_one_nothing() {
    for (earlier, later) in [
        (r#""a""#, r#""a""#),
        (r#""a""#, r#"{ "hex": "61" }"#),
        (r#""{{ seed }}""#, r#""{{ seed }}""#),
        (r#"{ "json": { "a": 1 } }"#, r#"{ "json": { "a": 1 } }"#),
        (r#"{ "any": true }"#, r#"{ "regex": "x" }"#),
        (r#"{ "any": true }"#, r#"{ "not": "x" }"#),
        (r#"{ "prefix": "a" }"#, r#""ab""#),
        (r#"{ "prefix": "a" }"#, r#"{ "prefix": "ab" }"#),
        (
            r#"{ "prefix": "a" }"#,
            r#"{ "prefix": "a", "suffix": "b" }"#,
        ),
        (r#"{ "prefix": "a" }"#, r#"["ab", { "length": 2 }]"#),
        (r#"{ "suffix": "b" }"#, r#""ab""#),
        (r#"{ "suffix": "b" }"#, r#"{ "suffix": "ab" }"#),
        (r#"{ "contains": "b" }"#, r#""abc""#),
        (r#"{ "contains": "b" }"#, r#"{ "prefix": "ab" }"#),
        (r#"{ "contains": "b" }"#, r#"[{ "length": 1 }, "b"]"#),
        (r#"{ "length": 2 }"#, r#""ab""#),
        (r#"{ "length": { "min": 2 } }"#, r#"{ "length": 3 }"#),
        (r#"{ "regex": "^a.c$" }"#, r#""abc""#),
        (
            r#"{ "all": [{ "prefix": "a" }, { "suffix": "c" }] }"#,
            r#""abc""#,
        ),
        (r#"{ "one_of": ["x", { "prefix": "a" }] }"#, r#""ab""#),
        (r#"{ "prefix": "a" }"#, r#"{ "one_of": ["ab", "ac"] }"#),
        (
            r#"{ "prefix": "a", "capture": "_x" }"#,
            r#"{ "prefix": "ab", "capture": "_y" }"#,
        ),
    ] {
        never_taken(&[earlier, later], &[2]);
        never_taken(
            &[r#""first""#, earlier, r#""o""#, later],
            if earlier.contains("any") {
                &[3, 4]
            } else {
                &[4]
            },
        );
    }
}

#[test]
fn an_alternative_with_something_of_its_own_is_left_alone() {
    for (earlier, later) in [
        (r#""a""#, r#""b""#),
        (r#""a""#, r#"{ "prefix": "a" }"#),
        (r#""ab""#, r#"{ "contains": "a" }"#),
        (r#""{{ seed }}""#, r#""{{ index }}""#),
        (r#"{ "prefix": "ab" }"#, r#""a""#),
        (
            r#"{ "prefix": "a", "suffix": "x" }"#,
            r#"{ "prefix": "a" }"#,
        ),
        (r#"{ "suffix": "b" }"#, r#"{ "prefix": "ab" }"#),
        (r#"{ "length": 2 }"#, r#"{ "length": { "min": 2 } }"#),
        (r#"{ "regex": "^a" }"#, r#"{ "prefix": "a" }"#),
        (r#"{ "not": "a" }"#, r#""b""#),
        (r#"{ "prefix": "a" }"#, r#"{ "one_of": ["ab", "b"] }"#),
        (r#"{ "prefix": "{{ seed }}" }"#, r#""1""#),
        (r#"{ "json": 1 }"#, r#""1""#),
        // What any byte may stand before: two ways to read the same reply.
        (r#"{ "prefix": "a" }"#, r#"[{ "length": 1 }, "a"]"#),
        (r#""{{ uuid() }}""#, r#""{{ uuid() }}""#),
    ] {
        never_taken(&[earlier, later], &[]);
    }
}

#[test]
fn on_a_stream_a_shorter_alternative_leaves_a_longer_one_nothing() {
    for (list, expected) in [
        (r#""hello", "hell""#, &[r#"BC1041 "hello""#][..]),
        (r#""hell", "hello""#, &[r#"BC1041 "hello""#]),
        (r#""hello", { "contains": "l" }"#, &[r#"BC1041 "hello""#]),
        (r#""hello", { "length": 3 }"#, &[r#"BC1041 "hello""#]),
        (
            r#"["hello", { "length": 3 }], "hell""#,
            &[r#"BC1041 ["hello", { "length": 3 }]"#],
        ),
        // Found already, and once.
        (r#"{ "prefix": "a" }, "ab""#, &[r#"BC1041 "ab""#]),
        (r#""a\r\n", "ab\r\n""#, &[]),
        (r#""hello", { "contains": "o" }"#, &[]),
    ] {
        for steps in [
            format!(r#""framing": "raw", "steps": [{{ "expect": {{ "one_of": [{list}] }} }}]"#),
            format!(r#""steps": [{{ "expect_bytes": {{ "one_of": [{list}] }} }}]"#),
        ] {
            check(&format!("{{ {steps} }}"), expected);
        }
    }
    // As a part of a sequence, or with other conditions, the longer one has its use.
    for matcher in [
        r#"[{ "one_of": ["ab", "abc"] }, "d"]"#,
        r#"{ "one_of": ["ab", "abc"], "length": 3 }"#,
    ] {
        check(
            &format!(r#"{{ "steps": [{{ "expect_bytes": {matcher} }}] }}"#),
            &[],
        );
    }
}

#[test]
fn messages_in_any_order_may_be_the_same() {
    check(
        r#"{ "steps": [{ "expect_any_order": ["a", "a", { "prefix": "a" }] }] }"#,
        &[],
    );
}

#[test]
fn very_many_alternatives_take_no_longer_than_a_few() {
    let mut list = String::new();
    for n in 0..50_000 {
        let _ = write!(list, r#"{{ "contains": "alternative {n};" }},"#);
    }
    let text = format!(r#"{{ "steps": [{{ "expect": {{ "one_of": [{list} "x", "x"] }} }}] }}"#);
    let (_, found) = outcome(&text).expect("a scenario");
    let codes: Vec<_> = found.list.iter().map(|found| found.code.0).collect();
    assert_eq!(
        codes,
        ["BC1041"],
        "what is written twice is found however much there is"
    );
}

#[test]
fn a_thousand_warnings_keep_no_mistake_out_of_sight_and_are_none() {
    let list = vec![r#""x""#; 2000].join(",");
    let text = |steps: &str| {
        format!(r#"{{ "steps": [{{ "expect": {{ "one_of": [{list}] }} }}{steps}] }}"#)
    };
    let (_, found) = outcome(&text("")).expect("warnings only");
    assert_eq!((found.errors(), found.warnings()), (0, 1001));
    let last = found.list.last().expect("the count");
    assert_eq!(last.message, "999 more warnings are not shown");
    let found = outcome(&text(r#", { "sned": 1 }"#)).expect_err("a mistake");
    assert_eq!(found.errors(), 1);
}
