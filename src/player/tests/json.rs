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
fn a_later_key_may_differ_and_what_is_no_number_as_text_is_another_value() {
    for (json, arrives, said) in [
        (
            r#"{ "a": 1, "b": 2 }"#,
            r#"{"a":1,"b":3}"#,
            "/b is 3, not 2",
        ),
        (r#"{ "n": "3" }"#, r#"{"n":4}"#, r#"/n is 4, not "3""#),
        (r#"{ "n": 3 }"#, r#"{"n":"4"}"#, r#"/n is "4", not 3"#),
        (r#"[1, 2, 3]"#, "[1,5,6]", "/1 is 5, not 2; /2 is 6, not 3"),
    ] {
        assert_eq!(judged(json, arrives).as_deref(), Some(said), "{json}");
    }
}

#[test]
fn the_first_differences_are_named_and_the_others_counted() {
    let difference =
        r#"{ "a": [1, 2], "b": { "c/d": "x", "e": true }, "f": 1, "g": 2, "h": 3, "i": 4 }"#;
    let judged = judged(
        difference,
        r#"{"a":[1,3],"b":{"c/d":"y"},"f":2,"g":3,"h":4,"i":5}"#,
    );
    let named = "/a/1 is 3, not 2; /b/c~1d is \"y\", not \"x\"; /b/e is missing; /f is 2, not 1; /g is 3, not 2; and 2 more";
    assert_eq!(judged.as_deref(), Some(named));
    let other = super::json::judged(
        r#"{ "n": "{{ n | string }}", "t": 4 }"#,
        r#"{"n":3,"t":"4"}"#,
    );
    let named = "/n is the number 3, not the text \"3\" (`| int` makes a number of text); /t is the text \"4\", not the number 4";
    assert_eq!(other.as_deref(), Some(named));
}

#[test]
fn what_cannot_become_the_value_any_more_fails_at_once() {
    for (json, arrives) in [
        ("true", "tx"),
        ("null", "nux"),
        ("false", "falsx"),
        ("[]", "x"),
    ] {
        let steps = format!(r#"{{ "expect_bytes": {{ "json": {json} }} }}"#);
        let mut bench = Bench::connected("", &steps);
        for byte in arrives.as_bytes() {
            assert!(bench.verdict().is_none(), "{arrives}");
            bench.receive(&[*byte]);
        }
        assert!(
            matches!(bench.fails(), FailureKind::Mismatch { .. }),
            "{arrives}"
        );
    }
}

#[test]
fn blanks_after_the_value_are_looked_at_once() {
    // Looked at again at each arrival they would be 10¹⁰, and this would not come back.
    const BLANKS: usize = 100_000;
    for (last, passes) in [(b" ", true), (b"x", false)] {
        let steps = format!(
            r#"{{ "expect_bytes": {{ "json": [1], "length": {} }} }}"#,
            BLANKS + 4
        );
        let mut bench = Bench::connected("", &steps);
        for byte in [&b"[1]"[..], &b" ".repeat(BLANKS), last].concat() {
            bench.receive(&[byte]);
        }
        match passes {
            true => bench.passed(),
            false => assert!(matches!(bench.fails(), FailureKind::Mismatch { .. })),
        }
    }
}

#[test]
fn after_the_value_there_are_blanks_at_most() {
    for (arrives, passes) in [
        ("1", true),
        (" 1 \t", true),
        ("1 x", false),
        ("1 2", false),
        ("1]", false),
    ] {
        let mut bench = Bench::connected(r#""framing": "line","#, r#"{ "expect": { "json": 1 } }"#);
        bench.receive(format!("{arrives}\n").as_bytes());
        match passes {
            true => bench.passed(),
            false => assert!(
                matches!(bench.fails(), FailureKind::Mismatch { .. }),
                "{arrives}"
            ),
        }
    }
}

#[test]
fn a_difference_is_named_by_its_path() {
    for (json, arrives, because) in [
        (r#"{ "a": 1 }"#, r#"{"a":2}"#, "/a is 2, not 1"),
        (
            r#"{ "a": { "b/c": [0, 1] } }"#,
            r#"{"a":{"b/c":[0,"1"]}}"#,
            "/a/b~1c/1 is the text \"1\", not the number 1",
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

#[test]
fn numbers_are_the_same_however_they_are_written_and_texts_too() {
    for (json, arrives, same) in [
        ("100", "1e2", true),
        ("-0.5", "-5E-1", true),
        ("0", "-0", true),
        ("9007199254740993", "9007199254740992", false),
        ("1", "01", false),
        ("1", "1.", false),
        ("1", "1e", false),
        ("1", "-", false),
        ("1", "1 1", false),
        (
            r#""\b\f\n\r\t\"\\/""#,
            r#""\u0008\u000C\u000a\u000d\u0009\u0022\u005c\/""#,
            true,
        ),
        (r#""\u0001""#, r#""\b""#, false),
        (r#""\b\f\n\r\t""#, r#""\b\f\n\r\t""#, true),
        (r#""\u0008\u000c""#, r#""\b\f""#, true),
        (
            "\"\u{1f600}\u{10ffff}\u{10000}\"",
            r#""\ud83d\ude00\udbff\udfff\ud800\udc00""#,
            true,
        ),
        ("\"\u{1f600}\"", r#""\ud83d\ue000""#, false),
        ("\"\u{1f600}\"", r#""\ud83d\udbff""#, false),
        ("\"\u{1f600}\"", r#""\ud83d""#, false),
        // What a second half too great by one would come to.
        ("\"\u{1f800}\"", r#""\ud83d\ue000""#, false),
        // Beyond 64 bits.
        ("100000000000000000000", "1e20", true),
        ("100000000000000000000", "200000000000000000000", false),
        ("null", "nuxl", false),
        ("\"A\"", r#""\u0041""#, true),
    ] {
        // In a list: on a stream, a number alone has no end.
        let told = judged(&format!("[{json}]"), &format!("[{arrives}]"));
        assert_eq!(told.is_none(), same, "{json} {arrives}");
    }
}

#[test]
fn a_list_and_an_object_are_named_unless_they_are_empty() {
    const TEXT: &str = "\"t\"";
    for (json, arrives, because) in [
        (TEXT, "[]", "the value is [], not \"t\""),
        (TEXT, "[2]", "the value is a list, not \"t\""),
        (TEXT, "{}", "the value is {}, not \"t\""),
        (TEXT, r#"{"a":2}"#, "the value is an object, not \"t\""),
        ("true", "null", "the value is null, not true"),
        (r#"{ "a~/": 1 }"#, r#"{"a~/":[]}"#, "/a~0~1 is [], not 1"),
        ("[1]", "[1e]", "it is no JSON, at byte 3"),
        ("[1]", "[1.]", "it is no JSON, at byte 3"),
    ] {
        assert_eq!(judged(json, arrives).as_deref(), Some(because), "{json}");
    }
}

#[test]
fn lists_and_objects_are_as_deep_as_the_bound_and_no_deeper_with_lines_and_without() {
    const BOUND: usize = 128;
    for depth in [BOUND, BOUND + 1] {
        // In the object, one level less of each kind.
        let inner = depth - 1;
        let lists = format!(r#"{{"a":{}{}}}"#, "[".repeat(inner), "]".repeat(inner));
        let objects = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        let mixed = format!(
            "{}null{}",
            r#"{"a":["#.repeat(depth / 2) + &r#"{"b":"#.repeat(depth % 2),
            "}".repeat(depth % 2) + &"]}".repeat(depth / 2)
        );
        for arrives in [lists, objects, mixed] {
            let told = judged("{}", &arrives);
            assert_eq!(told.is_none(), depth == BOUND, "{depth} {told:?} {arrives}");
        }
    }
}
