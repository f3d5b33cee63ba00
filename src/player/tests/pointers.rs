//! Captures by JSON pointers.

use super::bench::Bench;
use crate::player::{FailureKind, Verdict};

const LINES: &str = r#""framing": "line","#;

/// What the conversation says after it has captured by these pointers; or why it could not.
fn said(capture: &str, arrives: &str, says: &str) -> Result<String, String> {
    let steps = format!(
        r#"{{ "expect": {{ "any": true, "capture": {capture} }} }}, {{ "send": {says} }}, {{ "expect": "over" }}"#
    );
    let on_stream = format!(
        r#"{{ "expect_bytes": {{ "json": {{}}, "capture": {capture} }} }}, {{ "expect_bytes": "\n" }}, {{ "send": {says} }}, {{ "expect": "over" }}"#
    );
    let bytes = format!("{arrives}\n");
    let mut all = Vec::new();
    for (steps, size) in [
        (&steps, bytes.len()),
        (&steps, 1),
        (&on_stream, bytes.len()),
        (&on_stream, 1),
    ] {
        let mut bench = Bench::connected(LINES, steps);
        for piece in bytes.as_bytes().chunks(size) {
            bench.receive(piece);
        }
        all.push(match bench.verdict() {
            None => Ok(String::from_utf8(bench.outbox().to_vec()).unwrap()),
            Some(Verdict::Failed(_)) => match bench.fails() {
                FailureKind::Mismatch { because, .. } => Err(because.unwrap_or_default()),
                other => panic!("{other:?}"),
            },
            Some(other) => panic!("{other:?}"),
        });
    }
    assert!(all.windows(2).all(|two| two[0] == two[1]), "{all:?}");
    all.swap_remove(0)
}

#[test]
fn what_stands_at_a_pointer_keeps_its_type() {
    let arrives = r#"{"result":{"id":7,"name":"Zo\u00eb","ok":true,"none":null,"rows":[1.5,{"a/b":2,"m~n":3,"":4}]},"big":18446744073709551616}"#;
    for (pointer, as_json) in [
        ("/result/id", "7"),
        ("/result/name", "\"Zoë\""),
        ("/result/ok", "true"),
        ("/result/none", "null"),
        ("/result/rows/0", "1.5"),
        ("/result/rows/1/a~1b", "2"),
        ("/result/rows/1/m~0n", "3"),
        ("/result/rows/1/", "4"),
        ("/big", "18446744073709551616"),
        ("/result/rows", r#"[1.5,{"":4,"a/b":2,"m~n":3}]"#),
    ] {
        let capture = format!(r#"{{ "x": "{pointer}" }}"#);
        let says = r#"{ "json": "{{ x }}" }"#;
        assert_eq!(
            said(&capture, arrives, says),
            Ok(format!("{as_json}\n")),
            "{pointer}"
        );
    }
    let both = r#"{ "id": "/result/id", "name": "/result/name" }"#;
    let says = r#""{{ id + 1 }} {{ name }}""#;
    assert_eq!(said(both, arrives, says), Ok("8 Zoë\n".to_owned()));
}

#[test]
fn the_last_of_two_equal_keys_counts() {
    let says = r#""{{ x }}""#;
    assert_eq!(
        said(r#"{ "x": "/a" }"#, r#"{"a":1,"a":2}"#, says),
        Ok("2\n".to_owned())
    );
}

#[test]
fn a_pointer_that_leads_nowhere_says_where_it_ends() {
    for (pointer, arrives, because) in [
        (
            "/result/id",
            r#"{"result":{"code":1}}"#,
            r#"the pointer "/result/id" leads nowhere: /result has no key "id""#,
        ),
        (
            "/a/b",
            r#"{"a":"text"}"#,
            r#"the pointer "/a/b" leads nowhere: /a is "text", in which there is nothing"#,
        ),
        (
            "/a/2",
            r#"{"a":[1,2]}"#,
            r#"the pointer "/a/2" leads nowhere: /a has 2 elements, and no "2""#,
        ),
        (
            "/a/-",
            r#"{"a":[]}"#,
            r#"the pointer "/a/-" leads nowhere: /a has 0 elements, and no "-""#,
        ),
        (
            "/a/01",
            r#"{"a":[1,2]}"#,
            r#"the pointer "/a/01" leads nowhere: /a has 2 elements, and no "01""#,
        ),
        (
            "/a",
            "{}",
            r#"the pointer "/a" leads nowhere: the value has no key "a""#,
        ),
    ] {
        let capture = format!(r#"{{ "x": "{pointer}" }}"#);
        assert_eq!(
            said(&capture, arrives, r#""{{ x }}""#),
            Err(because.to_owned()),
            "{pointer}"
        );
    }
}

#[test]
fn what_is_no_json_is_said_to_be_none() {
    let steps = r#"{ "expect": { "any": true, "capture": { "x": "/a" } } }"#;
    let mut bench = Bench::connected(LINES, steps);
    bench.receive(b"+OK\n");
    let FailureKind::Mismatch { because, .. } = bench.fails() else {
        panic!("it passes");
    };
    assert_eq!(because.as_deref(), Some("it is no JSON, at byte 0"));
}
