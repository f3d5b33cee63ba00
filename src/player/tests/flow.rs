//! Steps that govern the flow: `set`, `assert`, `when`.

use super::bench::Bench;
use crate::player::FailureKind;

fn no_value(bench: &mut Bench) -> String {
    match bench.fails() {
        FailureKind::NoValue(error) => error.message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn set_gives_values_one_after_the_other_and_keeps_their_types() {
    let mut bench = Bench::connected(
        r#""vars": { "n": 1 },"#,
        r#"{ "set": { "n": "{{ n + 1 }}", "twice": "{{ n * 2 }}", "list": [1, 2], "text": "<{{ n }}>", "yes": true } },
           { "send": "{{ n + 1 }} {{ twice + 1 }} {{ list | last }} {{ text }} {{ yes }}" }"#,
    );
    assert_eq!(bench.written(), b"3 5 2 <2> true");
    bench.passed();
}

#[test]
fn a_set_in_rounds_counts() {
    let mut bench = Bench::connected(
        r#""vars": { "n": 0 },"#,
        r#"{ "repeat": [{ "set": { "n": "{{ n + index }}" } }], "times": 5 }, { "send": "{{ n }}" }"#,
    );
    assert_eq!(bench.written(), b"10");
    bench.passed();
}

#[test]
fn a_set_in_rounds_makes_no_value_that_is_too_deep_or_too_large() {
    for grow in ["[x]", "[x, x]", "{'a': x, 'b': x}"] {
        let steps = format!(
            r#"{{ "repeat": [{{ "set": {{ "x": "{{{{ {grow} }}}}" }} }}], "times": 100000 }}"#
        );
        let mut bench = Bench::new(r#""vars": { "x": "" },"#, &steps);
        assert_eq!(bench.action(), None);
        let why = no_value(&mut bench);
        assert!(why.contains("65536 entries"), "{why}");
    }
}

#[test]
fn an_assertion_that_is_false_shows_the_values_in_it() {
    let mut bench = Bench::connected(
        r#""vars": { "n": 7, "list": [1, "a\u001bb"] },"#,
        r#"{ "expect": { "length": 3, "capture": "kept" } },
           { "assert": "{{ n == 7 and kept == 'abc' }}" },
           { "assert": "{{ n == 8 or kept != 'abc' or list is undefined or target is defined }}" }"#,
    );
    bench.receive(b"abc");
    let values = match bench.fails() {
        FailureKind::NotTrue { values } => values,
        other => panic!("{other:?}"),
    };
    let shown: Vec<String> = values
        .into_iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    assert_eq!(shown[0], "n = 7");
    assert_eq!(shown[1], "kept = \"abc\"");
    assert!(
        shown[2].starts_with("list = [1, ") && !shown[2].contains('\u{1b}'),
        "{shown:?}"
    );
    assert_eq!(shown[3], "target = not set");
}

#[test]
fn values_are_shown_up_to_a_bound() {
    let mut bench = Bench::connected(
        r#""vars": { "list": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40] },"#,
        r#"{ "expect": { "length": 1000, "capture": "kept" } }, { "assert": "{{ kept == list }}" }"#,
    );
    bench.receive(&[b'a'; 1000]);
    let FailureKind::NotTrue { values } = bench.fails() else {
        panic!("another failure");
    };
    assert_eq!(values[0].1, format!("\"{}…\"", "a".repeat(120)));
    assert!(
        values[1].1.ends_with('…') && values[1].1.len() < 130,
        "{values:?}"
    );
}

#[test]
fn a_step_is_left_out_unless_its_condition_holds() {
    let mut bench = Bench::connected(
        r#""vars": { "yes": true, "no": "false", "n": 2 },"#,
        r#"{ "send": "a", "when": "{{ yes }}" }, { "send": "b", "when": "{{ no }}" },
           { "send": "c", "when": "{{ n > 2 }}" }, { "send": "d", "when": "{{ n > 1 }}" },
           { "repeat": [{ "send": "e" }], "times": 3, "when": "{{ not yes }}" },
           { "repeat": [{ "send": "{{ index }}", "when": "{{ index is odd }}" }], "times": 4 },
           { "expect": "f", "when": "{{ 'f' in 'abc' }}" }"#,
    );
    for expected in ["a", "d", "1", "3"] {
        assert_eq!(bench.written(), expected.as_bytes());
    }
    bench.passed();
}

#[test]
fn a_step_that_is_left_out_connects_nobody() {
    let mut bench = Bench::new("", r#"{ "send": "a", "when": "{{ 1 > 2 }}" }"#);
    assert_eq!(bench.action(), None);
    bench.passed();
}

#[test]
fn a_condition_is_true_or_false_and_nothing_else() {
    for (value, shown) in [
        ("\"no\"", "the text \"no\""),
        ("0", "the number 0"),
        ("null", "null"),
        ("[1]", "a list"),
    ] {
        for step in [
            r#"{ "assert": "{{ value }}" }"#,
            r#"{ "note": "x", "assert": "{{ 1 == 1 }}", "when": "{{ value }}" }"#,
        ] {
            let mut bench = Bench::new(&format!(r#""vars": {{ "value": {value} }},"#), step);
            assert_eq!(bench.action(), None);
            let why = no_value(&mut bench);
            assert!(why.contains(shown), "{why}");
        }
    }
}

#[test]
fn a_later_round_may_read_what_an_earlier_one_has_set() {
    let mut bench = Bench::connected(
        "",
        r#"{ "repeat": [
               { "expect": { "length": 1, "capture": "new" } },
               { "assert": "{{ new != old }}", "when": "{{ old is defined }}" },
               { "assert": "{{ old is undefined or new != old }}" },
               { "set": { "old": "{{ new }}" } }
             ], "times": 3 }"#,
    );
    bench.receive(b"aba");
    bench.passed();
}

#[test]
fn steps_that_are_left_out_count_against_the_limit() {
    let setting = crate::player::Setting {
        max_steps: 50,
        ..Default::default()
    };
    let mut bench = Bench::with(
        "",
        r#"{ "repeat": [{ "note": "x", "set": { "a": 1 }, "when": "{{ 1 > 2 }}" }], "times": 1000000000000 }"#,
        setting,
    );
    assert_eq!(bench.action(), None);
    assert_eq!(bench.fails(), FailureKind::TooManySteps { limit: 50 });
}

#[test]
fn finally_leaves_out_what_needs_a_name_that_was_never_set() {
    let mut bench = Bench::connected(
        r#""finally": [{ "send": "a", "when": "{{ id == '1' }}" }, { "send": "b" }],"#,
        r#"{ "expect": "x", "capture": "id" }"#,
    );
    bench.receive(b"y");
    assert!(matches!(
        bench.action(),
        Some(crate::player::Action::Close(_))
    ));
    bench.connect();
    assert_eq!(bench.written(), b"b");
}
