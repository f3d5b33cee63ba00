//! `set`, `assert` and `when`: which values they take, and what they do to names and connections.

use super::{accept, accept_steps, check, check_steps};
use crate::scenario::{ClientId, DEFAULT_EVERY, Verb};

#[test]
fn a_condition_is_one_expression() {
    accept_steps(r#"{ "assert": "{{ 1 < 2 }}" }, { "wait": "1s", "when": "{{ 1 < 2 }}" }"#);
    for bad in [
        r#""1 < 2""#,
        r#""""#,
        r#""{{ 1 }} < {{ 2 }}""#,
        r#""{{ 1 < 2 }} ""#,
    ] {
        check_steps(
            &format!(r#"{{ "assert": {bad} }}"#),
            &[&format!("BC1015 {bad}")],
        );
        check_steps(
            &format!(r#"{{ "wait": "1s", "when": {bad} }}"#),
            &[&format!("BC1015 {bad}")],
        );
    }
    for bad in ["true", "1", "[]", "{}"] {
        check_steps(
            &format!(r#"{{ "assert": {bad} }}"#),
            &[&format!("BC1006 {bad}")],
        );
    }
}

#[test]
fn set_takes_names_that_may_be_set() {
    check_steps(r#"{ "set": {} }"#, &["BC1026 {}"]);
    check_steps(r#"{ "set": "a" }"#, &["BC1006 \"a\""]);
    check_steps(
        r#"{ "set": { "seed": 1, "client": 2, "a b": 3, "a": "{{", "c": 1e999 } }"#,
        &[
            "BC1021 \"seed\"",
            "BC1021 \"client\"",
            "BC1021 \"a b\"",
            "BC1015 {{",
            "BC1012 1e999",
        ],
    );
    check_steps(r#"{ "set": { "a": 1, "a": 2 } }"#, &["BC1005 \"a\""]);
    let scenario = accept_steps(r#"{ "set": { "a": 1, "b": "{{ a }}" } }"#);
    let Verb::Set(vars) = &scenario.script.blocks[0].steps[0].verb else {
        panic!("another verb");
    };
    assert_eq!(vars.len(), 2);
}

#[test]
fn a_name_is_set_by_the_steps_before_and_by_earlier_entries() {
    check_steps(r#"{ "set": { "a": "{{ a }}" } }"#, &["BC1020 a"]);
    check_steps(r#"{ "set": { "a": "{{ b }}", "b": 1 } }"#, &["BC1020 b"]);
    check_steps(
        r#"{ "send": "{{ a }}" }, { "set": { "a": 1 } }"#,
        &["BC1020 a"],
    );
    check(
        r#"{ "vars": { "a": 0 }, "steps": [{ "set": { "a": "{{ a + 1 }}" } }] }"#,
        &[],
    );
}

#[test]
fn what_only_a_later_round_reads_may_be_set_at_its_end() {
    for step in [
        r#"{ "send": "{{ a }}", "when": "{{ a is defined }}" }"#,
        r#"{ "send": "{{ a | default('none') }}" }"#,
        r#"{ "send": "{{ a }}", "when": "{{ index > 0 }}" }"#,
    ] {
        accept_steps(&format!(
            r#"{{ "repeat": [{step}, {{ "set": {{ "a": 1 }} }}], "times": 2 }}"#
        ));
        check_steps(
            &format!(r#"{{ "repeat": [{step}], "times": 2 }}, {{ "set": {{ "b": 1 }} }}"#),
            &vec!["BC1019 a"; step.matches("{{ a").count()],
        );
        check_steps(
            &format!(r#"{{ "repeat": [{step}], "times": 2 }}, {{ "set": {{ "a": 1 }} }}"#),
            &vec!["BC1020 a"; step.matches("{{ a").count()],
        );
    }
}

#[test]
fn a_step_that_may_be_left_out_makes_nothing_certain() {
    let when = r#""when": "{{ seed > 1 }}""#;
    accept_steps(&format!(
        r#"{{ "close": "clean", {when} }}, {{ "send": "x" }}"#
    ));
    accept_steps(&format!(
        r#"{{ "close": "clean" }}, {{ "send": "x", {when} }}"#
    ));
    accept_steps(&format!(
        r#"{{ "send": "x", {when} }}, {{ "connect": true }}"#
    ));
    accept_steps(&format!(
        r#"{{ "repeat": [{{ "close": "clean" }}], "times": 1, {when} }}, {{ "send": "x" }}"#
    ));
    check_steps(
        &format!(r#"{{ "close": "clean" }}, {{ "send": "x", {when} }}, {{ "send": "y" }}"#),
        &["BC1028 \"y\""],
    );
}

#[test]
fn a_retry_has_steps_and_time_for_more_than_one_round() {
    for good in [
        r#"{ "retry": [{ "send": "x" }] }"#,
        r#"{ "retry": [{ "send": "x" }], "every": "1ms", "within": "2ms" }"#,
        r#"{ "retry": [{ "retry": [{ "send": "x" }] }], "every": "9s" }"#,
    ] {
        accept_steps(good);
    }
    check_steps(r#"{ "retry": [] }"#, &["BC1026 []"]);
    check_steps(
        r#"{ "retry": [{ "send": "x" }], "every": "2ms", "within": "2ms" }"#,
        &["BC1030 \"2ms\""],
    );
    check_steps(
        r#"{ "retry": [{ "send": "x" }], "every": "0s" }"#,
        &["BC1012 \"0s\""],
    );
    check_steps(r#"{ "wait": "1s", "every": "1s" }"#, &["BC1010 \"every\""]);
}

#[test]
fn a_retry_knows_its_clients_and_its_default_one() {
    let scenario = accept(
        r#"{ "clients": ["a", "b", "c"], "steps": [{ "as": "c", "retry": [
            { "send": "x" }, { "repeat": [{ "as": "a", "send": "y" }], "times": 2 }, { "send": "z" }
        ] }] }"#,
    );
    let Verb::Retry { clients, every, .. } = &scenario.script.blocks[0].steps[0].verb else {
        panic!("another verb");
    };
    assert_eq!(clients[..], [ClientId(0), ClientId(2)]);
    assert_eq!(*every, DEFAULT_EVERY);
}

#[test]
fn a_retry_is_judged_as_one_round() {
    check_steps(
        r#"{ "close": "clean" }, { "retry": [{ "send": "x" }] }"#,
        &["BC1028 \"x\""],
    );
    accept_steps(r#"{ "retry": [{ "send": "x" }, { "close": "clean" }] }"#);
    check_steps(
        r#"{ "retry": [{ "send": "x" }, { "close": "clean" }] }, { "send": "y" }"#,
        &["BC1028 \"y\""],
    );
    check_steps(
        r#"{ "retry": [{ "send": "{{ a }}" }, { "set": { "a": 1 } }] }"#,
        &["BC1020 a"],
    );
}
