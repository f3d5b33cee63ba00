//! Durations, numbers, encodings: each form that is accepted, and some that are not.

use std::time::Duration;

use super::{accept, accept_steps, check_steps};
use crate::scenario::Verb;

#[test]
fn durations_have_a_number_and_a_unit() {
    for (text, nanos) in [
        ("250us", 250_000),
        ("50ms", 50_000_000),
        ("2s", 2_000_000_000),
        ("1m", 60_000_000_000),
        ("0s", 0),
        ("007ms", 7_000_000),
        ("1.5s", 1_500_000_000),
        ("1.50000s", 1_500_000_000),
        ("0.001us", 1),
        ("0.25ms", 250_000),
        ("0.5m", 30_000_000_000),
        ("1.000000001s", 1_000_000_001),
    ] {
        let scenario = accept_steps(&format!(r#"{{ "wait": "{text}" }}"#));
        let Verb::Wait(duration) = scenario.script.blocks[0].steps[0].verb else {
            panic!("a wait");
        };
        assert_eq!(duration, Duration::from_nanos(nanos), "{text}");
    }
}

#[test]
fn other_durations_are_refused() {
    for text in [
        "",
        " ",
        "5",
        "s",
        ".5s",
        "5.s",
        "1.2.3s",
        "5 s",
        " 5s",
        "5s ",
        "+5s",
        "-5s",
        "1e3s",
        "5S",
        "5sec",
        "5h",
        "0.0001us",
        "1.0000000001s",
        "٥s",
        "5ns",
    ] {
        check_steps(
            &format!(r#"{{ "wait": "{text}" }}"#),
            &[&format!("BC1013 \"{text}\"")],
        );
    }
}

#[test]
fn zero_is_no_time_to_wait_for_something() {
    check_steps(r#"{ "expect": "x", "within": "0s" }"#, &[r#"BC1012 "0s""#]);
    check_steps(r#"{ "expect_silence": "0s" }"#, &[r#"BC1012 "0s""#]);
    accept_steps(r#"{ "wait": "0s" }"#);
    accept_steps(r#"{ "send": "x", "split": 1, "pace": "0s" }"#);
}

#[test]
fn vars_and_cases_keep_their_types() {
    let scenario = accept(
        r#"{
            "vars": { "n": 12, "yes": true, "none_at_all": null, "text": "12", "list": [1, "a"], "map": { "k": [2.5] },
                      "big": 18446744073709551615, "negative": -3 },
            "cases": [{ "case": "first", "a": 1, "b": "{{ no template }}" }, { "a": "2", "b": [] }],
            "steps": [{ "send": "{{ n }}{{ a }}{{ list[0] }}{{ map.k }}" }]
        }"#,
    );
    let script = &scenario.script;
    let values = crate::scenario::Values::new(script.names.len());
    let shown: Vec<String> = script
        .vars
        .iter()
        .map(|(_, template)| format!("{:?}", template.eval(&values).expect("a value")))
        .collect();
    assert_eq!(
        shown,
        [
            "12",
            "True",
            "None",
            "'12'",
            "[1, 'a']",
            "{'k': [2.5]}",
            "18446744073709551615",
            "-3"
        ]
    );
    let [first, second] = &scenario.cases[..] else {
        panic!("two cases");
    };
    assert_eq!(first.label.as_deref(), Some("first"));
    assert_eq!(second.label.as_deref(), Some("2"), "numbered from 1");
    let values = |case: &crate::scenario::Case| {
        case.values
            .iter()
            .map(|(_, value)| format!("{value:?}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(values(first), ["1", "'{{ no template }}'"]);
    assert_eq!(values(second), ["'2'", "[]"]);
}

#[test]
fn a_file_without_cases_is_one_case_without_a_label() {
    let scenario = accept_steps(r#"{ "wait": "1s" }"#);
    assert_eq!(scenario.cases.len(), 1);
    assert_eq!(scenario.cases[0].label, None);
}
