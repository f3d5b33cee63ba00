//! Names: which may be read where.

use super::{accept, accept_steps, check, check_steps};
use crate::scenario::{ReadOptions, read};

#[test]
fn every_way_to_set_a_name_lets_later_steps_read_it() {
    for text in [
        r#"{ "vars": { "a": "1" }, "steps": [{ "send": "{{ a }}" }] }"#,
        r#"{ "vars": { "a": 1, "b": "{{ a }}" }, "steps": [{ "send": "{{ b }}" }] }"#,
        r#"{ "cases": [{ "a": 1 }, { "a": 2 }], "steps": [{ "send": "{{ a }}" }] }"#,
        r#"{ "cases": [{ "a": 1 }, {}], "vars": { "a": 3 }, "steps": [{ "send": "{{ a }}" }] }"#,
        r#"{ "steps": [{ "expect": "x", "capture": "a" }, { "send": "{{ a }}" }] }"#,
        r#"{ "steps": [{ "expect": { "any": true, "capture": "a" } }, { "send": "{{ a }}" }] }"#,
        r#"{ "steps": [{ "expect": { "regex": "(?<a>x)" } }, { "send": "{{ a }}" }] }"#,
        r#"{ "steps": [{ "expect": { "one_of": ["x", { "suffix": "y", "capture": "a" }] } }, { "send": "{{ a }}" }] }"#,
        r#"{ "steps": [{ "repeat": [{ "send": "{{ index }}" }], "times": 2 }] }"#,
        r#"{ "steps": [{ "repeat": [{ "send": "{{ i }}" }], "times": 2, "index": "i" }] }"#,
        r#"{ "steps": [{ "repeat": [{ "expect": "x", "capture": "a" }], "times": 2 }, { "send": "{{ a }}" }] }"#,
        r#"{ "steps": [{ "send": "{{ scenario }}{{ case }}{{ index }}{{ run_id }}{{ seed }}{{ target.port }}" }] }"#,
        // Whenever it is ignored, and after whatever end: a later capture may have been made.
        r#"{ "ignore": [{ "prefix": "{{ a }}" }], "steps": [{ "expect": "x", "capture": "a" }] }"#,
        r#"{ "finally": [{ "send": "{{ a }}" }], "steps": [{ "expect": "x", "capture": "a" }] }"#,
    ] {
        accept(text);
    }
}

#[test]
fn a_name_is_refused_where_it_cannot_have_a_value() {
    let tables: [(&str, &[&str]); 11] = [
        (r#"{ "steps": [{ "send": "{{ a }}" }] }"#, &["BC1019 a"]),
        (
            r#"{ "steps": [{ "send": "{{ a }}" }, { "expect": "x", "capture": "a" }] }"#,
            &["BC1020 a"],
        ),
        // A matcher cannot read what it captures itself.
        (
            r#"{ "steps": [{ "expect": { "prefix": "{{ a }}", "capture": "a" } }] }"#,
            &["BC1020 a"],
        ),
        // The first round reads before the first round sets.
        (
            r#"{ "steps": [{ "repeat": [{ "send": "{{ a }}" }, { "expect": "x", "capture": "a" }], "times": 2 }] }"#,
            &["BC1020 a"],
        ),
        (
            r#"{ "name": "{{ a }}", "steps": [{ "expect": "x", "capture": "a" }] }"#,
            &["BC1020 a"],
        ),
        (
            r#"{ "vars": { "a": "{{ a }}" }, "steps": [{ "wait": "1s" }] }"#,
            &["BC1020 a"],
        ),
        (
            r#"{ "vars": { "a": "{{ b }}", "b": "1" }, "steps": [{ "wait": "1s" }] }"#,
            &["BC1020 b"],
        ),
        (
            r#"{ "cases": [{ "a": 1 }, {}], "steps": [{ "send": "{{ a }}{{ a }}" }] }"#,
            &["BC1019 {}"],
        ),
        // Nothing captures inside of a `not`, so this group sets no name.
        (
            r#"{ "steps": [{ "expect": { "not": { "regex": "(?<a>x)" } } }, { "send": "{{ a }}" }] }"#,
            &["BC1019 a"],
        ),
        (
            r#"{ "finally": [{ "send": "{{ a }}" }], "steps": [{ "wait": "1s" }] }"#,
            &["BC1019 a"],
        ),
        (
            r#"{ "clients": ["ann"], "steps": [{ "send": "{{ client.local_port }}" }] }"#,
            &["BC1019 client"],
        ),
    ];
    for (text, expected) in tables {
        check(text, expected);
    }
}

#[test]
fn values_of_clients_are_there_once_they_are_connected() {
    accept_steps(r#"{ "send": "{{ client.local_port }}" }"#);
    accept_steps(r#"{ "connect": true }, { "assert": "{{ client.local_port > 0 }}" }"#);
    accept_steps(r#"{ "repeat": [{ "send": "{{ client.local_port }}" }], "times": 2 }"#);
    for early in [
        r#"{ "assert": "{{ client.local_port > 0 }}" }, { "send": "x" }"#,
        r#"{ "set": { "p": "{{ client.local_port }}" } }, { "send": "x" }"#,
        r#"{ "connect": "refused" }, { "assert": "{{ client.local_port > 0 }}" }"#,
        r#"{ "wait": "1s" }, { "assert": "{{ client.local_port > 0 }}" }"#,
        r#"{ "send": "x", "when": "{{ client.local_port > 0 }}" }"#,
    ] {
        check_steps(early, &["BC1020 client"]);
    }
    let two = |steps: &str| format!(r#"{{ "clients": ["ann", "bob"], "steps": [{steps}] }}"#);
    accept(&two(
        r#"{ "as": "ann", "send": "x" }, { "as": "bob", "send": "{{ ann.local_port }}" }"#,
    ));
    check(
        &two(r#"{ "as": "bob", "send": "{{ ann.local_port }}" }"#),
        &["BC1020 ann"],
    );
}

#[test]
fn what_the_run_sets_may_be_read_everywhere() {
    let text =
        r#"{ "name": "{{ a }}", "cases": [{ "a": 1 }, {}], "steps": [{ "send": "{{ a }}" }] }"#;
    let options = ReadOptions {
        vars: vec!["a".to_owned()],
        ..ReadOptions::default()
    };
    assert!(read("x", text.as_bytes(), &options).is_ok());
    check(text, &["BC1019 {}"]);
}

#[test]
fn names_that_cannot_be_read_or_are_built_in_cannot_be_set() {
    for name in [
        "", "a-b", "1a", "a.b", "ä", "a b", "and", "true", "None", "seed", "index", "client",
    ] {
        let quoted = format!("BC1021 \"{name}\"");
        check(
            &format!(r#"{{ "vars": {{ "{name}": 1 }}, "steps": [{{ "wait": "1s" }}] }}"#),
            &[&quoted],
        );
        check_steps(
            &format!(r#"{{ "expect": "x", "capture": "{name}" }}"#),
            &[&quoted],
        );
    }
    for name in ["a", "_", "A1", "loop", "nothing", "indexes"] {
        accept_steps(&format!(r#"{{ "expect": "x", "capture": "{name}" }}"#));
    }
}

#[test]
fn built_in_names_come_first() {
    let scenario = accept(r#"{ "vars": { "a": 1 }, "steps": [{ "wait": "1s" }] }"#);
    let names = &scenario.script.names;
    let at = |name: &str| names.find(name).expect("a name").0;
    for name in [
        "scenario", "case", "index", "run_id", "seed", "target", "client",
    ] {
        assert!(at(name) < at("a"), "{name}");
    }
}
