//! JSON as a condition.

use super::bench::Bench;
use crate::player::FailureKind;

/// What is said of the difference; `None`: the message matches. The same in one push and byte by byte, with lines and without.
fn judged(json: &str, arrives: &str) -> Option<String> {
    let steps = format!(r#"{{ "expect": {{ "json": {json} }} }}, {{ "expect_bytes": "!" }}"#);
    let heads = [
        r#""framing": "line", "vars": { "n": 3 },"#,
        r#""framing": "raw", "vars": { "n": 3 },"#,
    ];
    let mut all = Vec::new();
    for (head, end) in heads.into_iter().zip(["\n!", "!"]) {
        let bytes = format!("{arrives}{end}");
        for size in [bytes.len(), 1] {
            let mut bench = Bench::connected(head, &steps);
            for piece in bytes.as_bytes().chunks(size) {
                bench.receive(piece);
            }
            all.push(match bench.verdict() {
                Some(crate::player::Verdict::Passed) => None,
                _ => match bench.fails() {
                    FailureKind::Mismatch { because, .. } => Some(because.unwrap_or_default()),
                    other => panic!("{other:?}"),
                },
            });
        }
    }
    assert!(
        all.windows(2)
            .all(|two| two[0].is_none() == two[1].is_none()),
        "{all:?}"
    );
    all.swap_remove(0)
}

#[test]
fn objects_have_at_least_the_keys_that_are_expected_and_numbers_their_value() {
    for (json, arrives) in [
        (r#"{ "a": 1 }"#, r#"{"b":[{}],"a":1.0}"#),
        (
            r#"{ "a": { "b": [1, { "c": "}\"" }] } }"#,
            r#" { "a" : { "x": 0, "b": [ 1e0, {"c":"}\"", "d":2} ] } }"#,
        ),
        (r#"["x", null, true]"#, r#"["\u0078",null,true]"#),
        (r#""text""#, r#""te\u0078t""#),
        ("null", "null"),
        (r#"{ "n": "{{ n }}" }"#, r#"{"n":3}"#),
    ] {
        assert_eq!(judged(json, arrives), None, "{json}");
    }
}

#[test]
fn a_difference_is_named_by_its_path() {
    for (json, arrives, because) in [
        (r#"{ "a": 1 }"#, r#"{"a":2}"#, "/a is 2, not 1"),
        (
            r#"{ "a": { "b/c": [0, 1] } }"#,
            r#"{"a":{"b/c":[0,"1"]}}"#,
            "/a/b~1c/1 is \"1\", not 1",
        ),
        (r#"{ "a": 1 }"#, r#"{"A":1}"#, "/a is missing"),
        ("[1]", "[1,2]", "the value has 2 elements, not 1"),
        ("{}", "[]", "the value is [], not {}"),
    ] {
        assert_eq!(judged(json, arrives).as_deref(), Some(because), "{json}");
    }
    assert!(judged("{}", "{a}").is_some_and(|because| because.starts_with("it is no JSON")));
}

#[test]
fn what_is_nested_without_end_is_given_up() {
    let deep = "[".repeat(200_000);
    let mut bench = Bench::connected("", r#"{ "expect": { "json": [] } }"#);
    bench.receive(deep.as_bytes());
    assert!(matches!(bench.fails(), FailureKind::Mismatch { .. }));
    let mut bench = Bench::connected(r#""framing": "line","#, r#"{ "expect": { "json": [] } }"#);
    bench.receive(deep.as_bytes()).receive(b"\n");
    assert!(matches!(bench.fails(), FailureKind::Mismatch { .. }));
}
