//! What may come in any order.

use super::bench::Bench;
use crate::player::{Ending, FailureKind};

const LINE: &str = r#""framing": "line","#;

#[test]
fn messages_may_come_in_any_order_one_for_each() {
    let steps = r#"{ "expect_any_order": ["a", { "regex": "^b(?<n>[0-9])$" }, { "any": true, "capture": "rest" }] },
                   { "send": "{{n}}{{rest}}" }"#;
    for (arrives, sent) in [
        ("a\nb1\nc\n", "1c"),
        ("b1\na\nc\n", "1c"),
        ("c\nb2\na\n", "2c"),
        ("a\na\nb3\n", "3a"),
    ] {
        let mut bench = Bench::connected(LINE, steps);
        for byte in arrives.bytes() {
            bench.receive(&[byte]);
        }
        assert_eq!(bench.written(), format!("{sent}\n").into_bytes());
        bench.passed();
    }
}

#[test]
fn a_message_goes_to_the_first_that_is_free_and_holds() {
    let mut bench = Bench::connected(
        LINE,
        r#"{ "expect_any_order": [{ "any": true }, "b"] }, { "expect": "c" }"#,
    );
    // The first takes the `b`, so the second has none.
    bench.receive(b"b\na\n");
    match bench.fails() {
        FailureKind::Mismatch { expected, .. } => {
            assert_eq!(expected.words, "the message \"b\", after 1 of 2");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_a_stream_the_first_to_be_complete_takes_its_bytes() {
    let steps = r#"{ "expect_any_order": ["abc", { "regex": "^[a-z]+;", "capture": "x" }, "ab"] }, { "send": "{{x}}" }"#;
    for arrives in [&b"abxyz;abc"[..], b"abcdef;abc"] {
        let mut whole = Bench::connected("", steps);
        whole.receive(arrives);
        let mut single = Bench::connected("", steps);
        for byte in arrives {
            single.receive(&[*byte]);
        }
        let (whole, single) = (whole.written(), single.written());
        assert_eq!(whole, single);
    }
}

#[test]
fn what_has_not_come_is_named() {
    let steps = r#"{ "expect_any_order": ["a", "b", { "prefix": "c" }], "within": "50ms" }"#;
    let mut bench = Bench::connected(LINE, steps);
    bench.receive(b"b\n").pass(50);
    match bench.fails() {
        FailureKind::TimedOut { expected, .. } => assert_eq!(
            expected.words,
            "a message that is exactly \"a\" or begins with \"c\", after 1 of 3"
        ),
        other => panic!("{other:?}"),
    }
    let mut bench = Bench::connected(LINE, steps);
    bench.receive(b"b\n").end(Ending::Clean);
    assert!(matches!(bench.fails(), FailureKind::Ended { .. }));
    let mut bench = Bench::connected("", steps);
    bench.receive(b"bx");
    assert!(matches!(bench.fails(), FailureKind::Mismatch { .. }));
}
