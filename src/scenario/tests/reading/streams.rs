//! What may be expected on a byte stream.

use super::check;

/// Checks one expectation in `raw`, with `expect_bytes` on lines, and as a message of lines, where all is accepted.
#[track_caller]
fn on_streams(matcher: &str, expected: &[&str]) {
    for (framing, verb) in [
        ("raw", "expect"),
        ("raw", "expect_bytes"),
        ("line", "expect_bytes"),
    ] {
        let text = format!(r#"{{ "framing": "{framing}", "steps": [{{ "{verb}": {matcher} }}] }}"#);
        check(&text, expected);
    }
    check(
        &format!(r#"{{ "steps": [{{ "expect": {matcher} }}] }}"#),
        &[],
    );
}

#[test]
fn what_takes_some_bytes_is_accepted() {
    for matcher in [
        r#""x""#,
        r#"{ "hex": "00" }"#,
        r#"{ "prefix": "x" }"#,
        r#"{ "suffix": "x" }"#,
        r#"{ "contains": "x" }"#,
        r#"{ "length": 1 }"#,
        r#"{ "length": { "min": 1, "max": 5 } }"#,
        r#"{ "length": 5, "not": "hello" }"#,
        r#"{ "any": true, "contains": "x" }"#,
        r#"{ "one_of": ["x", { "suffix": "y" }] }"#,
        r#"{ "regex": "^x" }"#,
        r#"{ "regex": "^x+\\r\\n" }"#,
        r#"{ "regex": "^(?<a>\\d+) " }"#,
        r#"{ "repeat": "x", "times": 3 }"#,
        // How many bytes these have is known only when the step runs.
        r#"{ "contains": "{{ seed }}" }"#,
        r#"{ "regex": "{{ seed | regex_escape }}$" }"#,
    ] {
        on_streams(matcher, &[]);
    }
}

#[test]
fn what_holds_for_no_bytes_is_refused() {
    for (matcher, words) in [
        (r#""""#, r#""""#),
        (r#"[]"#, "[]"),
        (r#"{ "hex": "" }"#, r#"{ "hex": "" }"#),
        (r#"{ "prefix": "" }"#, r#""""#),
        (r#"{ "suffix": "" }"#, r#""""#),
        (r#"{ "contains": "" }"#, r#""""#),
        (
            r#"{ "repeat": "x", "times": 0 }"#,
            r#"{ "repeat": "x", "times": 0 }"#,
        ),
        (r#"{ "length": 0 }"#, "0"),
        (r#"{ "length": { "max": 5 } }"#, r#"{ "max": 5 }"#),
        (r#"{ "any": true }"#, "true"),
        (r#"{ "not": "x" }"#, r#""x""#),
        (
            r#"{ "any": true, "not": "x" }"#,
            r#"{ "any": true, "not": "x" }"#,
        ),
        (
            r#"{ "one_of": ["x", { "any": true }] }"#,
            r#"["x", { "any": true }]"#,
        ),
        (
            r#"{ "all": [{ "not": "x" }, { "length": { "max": 3 } }] }"#,
            r#"[{ "not": "x" }, { "length": { "max": 3 } }]"#,
        ),
        (r#"{ "regex": "^a*" }"#, r#""^a*""#),
        (r#"{ "regex": "" }"#, r#""""#),
        (r#"{ "regex": "^(a|)" }"#, r#""^(a|)""#),
    ] {
        on_streams(matcher, &[&format!("BC1022 {words}")]);
    }
}

#[test]
fn patterns_that_look_at_the_end_are_refused_wherever_they_stand() {
    for pattern in [
        "^x$", r"^x\\z", r"^x\\b", "^(x|y$)", "(?m)^x$", "x$", "x$y*",
    ] {
        let words = format!("BC1023 \"{pattern}\"");
        on_streams(&format!(r#"{{ "regex": "{pattern}" }}"#), &[&words]);
        on_streams(
            &format!(r#"{{ "length": 5, "not": {{ "regex": "{pattern}" }} }}"#),
            &[&words],
        );
        on_streams(
            &format!(r#"{{ "one_of": ["a", {{ "regex": "{pattern}" }}] }}"#),
            &[&words],
        );
    }
}

#[test]
fn patterns_that_may_begin_anywhere_are_warned_of() {
    on_streams(r#"{ "regex": "x" }"#, &[r#"BC1024 "x""#]);
    on_streams(r#"{ "regex": "^x|y" }"#, &[r#"BC1024 "^x|y""#]);
    on_streams(r#"{ "length": 5, "not": { "regex": "x" } }"#, &[]);
}
