//! Matchers one after another: what each part takes, of messages and of streams.

use super::bench::Bench;
use crate::player::FailureKind;

const LINE: &str = r#""framing": "line","#;

/// What is sent once an expectation has taken this, in one push and byte by byte.
fn sent(head: &str, expect: &str, arrives: &[u8]) -> Vec<Vec<u8>> {
    [arrives.len(), 1]
        .map(|size| {
            let mut bench = Bench::connected(head, expect);
            for piece in arrives.chunks(size) {
                bench.receive(piece);
            }
            let written = bench.written();
            bench.passed();
            written
        })
        .to_vec()
}

#[test]
fn fields_of_a_binary_message_are_captured_apart() {
    let expect = r#"{ "expect": [{ "hex": "8102" }, { "length": 4 }, { "length": 2, "capture": "cas" }] },
                    { "send": ["<", "{{cas}}", ">"] }"#;
    let reply = b"\x81\x02....\xff\xfe";
    for written in sent("", expect, reply) {
        assert_eq!(written, b"<\xff\xfe>");
    }
    let fixed = r#""framing": { "fixed": { "size": 8 } },"#;
    let expect = expect.replace(
        r#""<", "{{cas}}", ">"]"#,
        r#"{ "repeat": "{{cas}}", "times": 4 }]"#,
    );
    for written in sent(fixed, &expect, reply) {
        assert_eq!(written, b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe");
    }
}

#[test]
fn a_part_of_any_length_goes_on_to_what_the_next_begins_with() {
    let steps = r#"{ "expect": ["VALUE ", { "any": true, "capture": "key" }, " 0 ", { "regex": "^(?<size>[0-9]+)" },
                                { "prefix": "\r\n", "length": 7, "capture": "data" }] },
                   { "send": "{{key}}|{{size}}|{{data}}" }"#;
    for written in sent("", steps, b"VALUE k 1 0 12\r\nhello") {
        assert_eq!(written, b"k 1|12|\r\nhello");
    }
    for written in sent(
        r#""framing": "netstring","#,
        steps,
        b"21:VALUE k 1 0 12\r\nhello,",
    ) {
        assert_eq!(written, b"14:k 1|12|\r\nhello,");
    }
}

#[test]
fn of_a_message_the_last_part_must_hold_for_all_that_is_left() {
    let steps = r#"{ "expect": ["a", { "length": 2 }, { "regex": "^c" }] }"#;
    let mut bench = Bench::connected(LINE, steps);
    bench.receive(b"axxcde\n");
    bench.passed();
    let mut bench = Bench::connected(LINE, r#"{ "expect": ["a", { "length": 2 }, "c"] }"#);
    bench.receive(b"axxcd\n");
    assert!(matches!(bench.fails(), FailureKind::Mismatch { .. }));
}

#[test]
fn a_failure_names_the_part_and_where_it_begins() {
    for (head, arrives) in [(LINE, &b"ok 12345\n"[..]), ("", b"ok 12345")] {
        let mut bench = Bench::connected(
            head,
            r#"{ "expect": ["ok ", { "length": 3 }, { "hex": "34 36" }] }"#,
        );
        bench.receive(arrives);
        match bench.fails() {
            FailureKind::Mismatch { at, because, .. } => {
                assert_eq!(at, Some(7));
                assert_eq!(
                    because.as_deref(),
                    Some("part 3 of 3, from byte 6 on: it is not \"46\"")
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_part_that_stands_nowhere_is_named() {
    let mut bench = Bench::connected(
        LINE,
        r#"{ "expect": ["a", { "any": true }, "!", { "any": true }] }"#,
    );
    bench.receive(b"a b c\n");
    match bench.fails() {
        FailureKind::Mismatch { at, because, .. } => {
            let nowhere = "part 3 of 4 does not stand anywhere from byte 1 on";
            assert_eq!((at, because.as_deref()), (None, Some(nowhere)));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn exact_parts_do_not_count_against_the_limit() {
    let head = r#""framing": { "raw": { "max_message": 10 } },"#;
    let steps = r#"{ "expect": [{ "length": 10 }, { "repeat": "x", "times": 100 }] }"#;
    let mut bench = Bench::connected(head, steps);
    bench.receive(&b"x".repeat(60)).receive(&b"x".repeat(50));
    bench.passed();
    let mut bench = Bench::connected(head, r#"{ "expect": [{ "any": true }, "end"] }"#);
    bench.receive(&b"x".repeat(60));
    assert!(matches!(bench.fails(), FailureKind::TooLong { .. }));
}

#[test]
fn a_value_cannot_make_a_part_look_past_its_end() {
    let head = r#""framing": "line", "vars": { "v": "b$" },"#;
    let steps = r#"{ "expect": [{ "regex": "^{{v}}" }, "c"] }"#;
    let mut bench = Bench::connected(head, steps);
    assert!(matches!(bench.fails(), FailureKind::NoValue(_)));
}
