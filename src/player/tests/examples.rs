//! Examples for which their own expectation does not hold.

use super::bench::scenario;
use crate::player::{MAX_COMPARED, wrong_examples};
use crate::scenario::explain;

/// How many examples are wrong; `run` sets these names.
fn wrong(json: &str, run: &[&str]) -> usize {
    let run: Vec<String> = run.iter().map(|name| (*name).to_owned()).collect();
    wrong_examples(&scenario(json), &run).len()
}

#[test]
fn values_that_are_known_before_the_conversation_are_compared() {
    let steps = r#""steps": [{ "expect": { "prefix": "{{ a }}" }, "example": "{{ b }}!" }]"#;
    for (vars, expected) in [
        (r#"{ "a": "x", "b": "{{ a }}y" }"#, 0),
        (r#"{ "a": "x", "b": "y{{ a }}" }"#, 1),
    ] {
        let json = format!(r#"{{ "vars": {vars}, {steps} }}"#);
        assert_eq!(wrong(&json, &[]), expected, "{vars}");
        assert_eq!(wrong(&json, &["b"]), 0, "the run may set it to anything");
    }
}

#[test]
fn every_case_is_compared_up_to_a_bound() {
    let row = |user: &str| format!(r#"{{ "user": "{user}" }}"#);
    let file = |rows: &[String]| {
        format!(
            r#"{{ "cases": [{}], "steps": [{{ "expect": {{ "length": 4 }}, "example": "{{{{ user }}}}" }}] }}"#,
            rows.join(",")
        )
    };
    assert_eq!(wrong(&file(&[row("Rose")]), &[]), 0);
    assert_eq!(wrong(&file(&[row("Rose"), row("Think")]), &[]), 1);
    let mut rows = vec![row("Rose"); MAX_COMPARED];
    rows.push(row("Think"));
    assert_eq!(wrong(&file(&rows), &[]), 0, "one too many");
}

#[test]
fn names_that_steps_set_are_not_known_even_if_vars_give_them_first() {
    for step in [
        r#"{ "set": { "a": "z" } }"#,
        r#"{ "expect": { "any": true }, "capture": "a" }"#,
        r#"{ "expect": { "regex": "(?<a>.)" } }"#,
        r#"{ "expect": { "any": true }, "capture": { "a": "/a" } }"#,
        r#"{ "repeat": [{ "note": "x" }], "times": 1, "index": "a" }"#,
        r#"{ "skip_until": { "regex": "(?<a>.)" } }"#,
        r#"{ "expect_any_order": ["x", { "all": [{ "prefix": "x" }, { "any": true, "capture": "a" }] }] }"#,
    ] {
        let json = format!(
            r#"{{ "vars": {{ "a": "x" }}, "steps": [{step}, {{ "expect": {{ "prefix": "y" }}, "example": "{{{{ a }}}}" }}] }}"#
        );
        assert_eq!(wrong(&json, &[]), 0, "{step}");
    }
    let json = r#"{ "vars": { "a": "x" }, "steps": [{ "expect": { "prefix": "y" }, "example": "{{ a }}" }] }"#;
    assert_eq!(wrong(json, &[]), 1);
}

#[test]
fn an_example_is_compared_as_its_step_takes_it() {
    let rows = [
        // On a stream the shortest run is taken, and that must be all of it; a message is a whole.
        (
            "line",
            r#"{ "expect": { "prefix": "ab", "example": "abc" } }"#,
            0,
        ),
        (
            "raw",
            r#"{ "expect": { "prefix": "ab", "example": "abc" } }"#,
            1,
        ),
        (
            "raw",
            r#"{ "expect": { "prefix": "ab", "example": "ab" } }"#,
            0,
        ),
        (
            "line",
            r#"{ "expect_bytes": { "prefix": "ab", "example": "abc" } }"#,
            1,
        ),
        (
            "line",
            r#"{ "expect_bytes": { "prefix": "ab", "example": "ab" } }"#,
            0,
        ),
        // What is skipped before it is no part of it.
        (
            "raw",
            r#"{ "skip_until": { "contains": "ab", "example": "ab" } }"#,
            0,
        ),
        (
            "raw",
            r#"{ "skip_until": { "prefix": "ab", "example": "abc" } }"#,
            0,
        ),
        (
            "raw",
            r#"{ "skip_until": { "prefix": "ab", "example": "b" } }"#,
            1,
        ),
        // Of a part there is more around it.
        (
            "raw",
            r#"{ "expect": ["x", { "prefix": "ab", "example": "abc" }] }"#,
            0,
        ),
        (
            "raw",
            r#"{ "expect_any_order": [{ "prefix": "ab", "example": "c" }, "x"] }"#,
            1,
        ),
        (
            "raw",
            r#"{ "expect_any_order": [{ "prefix": "ab", "example": "ab" }, "x"] }"#,
            0,
        ),
        (
            "line",
            r#"{ "expect_any_order": ["x", { "prefix": "ab", "example": "abc" }] }"#,
            0,
        ),
    ];
    for (framing, step, expected) in rows {
        let json = format!(r#"{{ "framing": "{framing}", "steps": [{step}] }}"#);
        assert_eq!(wrong(&json, &[]), expected, "{framing} {step}");
    }
}

#[test]
fn as_much_of_an_example_is_shown_as_has_room() {
    for (len, dots) in [(59, false), (60, false), (61, true)] {
        let json = format!(
            r#"{{ "steps": [{{ "expect": {{ "prefix": "a" }}, "example": "{}" }}] }}"#,
            "b".repeat(len)
        );
        let found = wrong_examples(&scenario(&json), &[]);
        let label = &found[0].label;
        assert_eq!(label.contains('…'), dots, "{len} {label}");
        assert!(
            label.contains(&"b".repeat(len.min(60))) && !label.contains(&"b".repeat(61)),
            "{label}"
        );
    }
}

#[test]
fn the_explanation_has_an_example_that_is_wrong_and_one_that_is_right() {
    let explanation = explain("BC1035").expect("an explanation");
    let (bad, good) = explanation.example.expect("an example");
    assert_eq!(wrong(&format!("{{ \"steps\": [{bad}] }}"), &[]), 1);
    assert_eq!(wrong(&format!("{{ \"steps\": [{good}] }}"), &[]), 0);
}
