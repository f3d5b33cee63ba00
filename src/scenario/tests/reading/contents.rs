//! What payloads and matchers become: each of their forms, once.

use super::accept_steps;
use super::lowering::{is, steps};
use crate::scenario::{Matcher, MatcherNode, Number, Piece, Step, Verb};

/// The known bytes of the one payload that is sent.
#[track_caller]
fn sends(payload: &str, expected: &[u8]) {
    let scenario = accept_steps(&format!("{{ \"send\": {payload} }}"));
    let [
        Step {
            verb: Verb::Send { payload, .. },
            ..
        },
    ] = steps(&scenario)
    else {
        panic!("a send");
    };
    assert_eq!(payload.known(), Some(expected), "{payload:?}");
}

/// The one matcher of a file with one expectation.
#[track_caller]
fn matcher(text: &str, check: impl FnOnce(&Matcher)) {
    let scenario = accept_steps(&format!("{{ \"expect\": {text} }}"));
    let [
        Step {
            verb:
                Verb::Expect {
                    matcher,
                    framed: true,
                    optional: false,
                },
            ..
        },
    ] = steps(&scenario)
    else {
        panic!("an expectation");
    };
    check(matcher);
}

#[test]
fn payloads_without_templates_are_bytes() {
    sends(r#""Zoë\n""#, b"Zo\xc3\xab\n");
    sends(r#""\u00ff""#, b"\xc3\xbf");
    sends(r#""""#, b"");
    sends(
        r#""only {%, {# and }} are text""#,
        b"only {%, {# and }} are text",
    );
    sends(r#"{ "literal": "{{ as it is }}" }"#, b"{{ as it is }}");
    sends(r#"{ "hex": "00 fF\t0a" }"#, b"\x00\xff\x0a");
    sends(r#"{ "base64": "AP8=" }"#, b"\x00\xff");
    sends(
        r#"["a", { "hex": "62" }, ["c", { "literal": "d" }], []]"#,
        b"abcd",
    );
    sends("[]", b"");
}

#[test]
fn payloads_that_depend_on_the_run_stay_in_pieces() {
    let scenario = accept_steps(
        r#"{ "send": ["a", "b{{ seed }}", { "hex": "{{ seed }}" }, { "base64": "{{ seed }}" },
                      { "repeat": ["x", "y"], "times": 3 }, { "repeat": "z", "times": "{{ seed }}" }] }"#,
    );
    let Verb::Send { payload, .. } = &steps(&scenario)[0].verb else {
        panic!("a send");
    };
    assert!(matches!(
        &*payload.pieces,
        [
            Piece::Bytes(_),
            Piece::Text(_),
            Piece::Hex(_),
            Piece::Base64(_),
            Piece::Repeat { times: Number::Fixed(3), payload: inner },
            Piece::Repeat { times: Number::Template(_), .. },
        ] if is(inner, b"xy")
    ));
}

#[test]
fn matchers_are_what_their_keys_say() {
    matcher(r#""x""#, |m| {
        assert!(matches!(&m.node, MatcherNode::Exact(p) if is(p, b"x")))
    });
    matcher(r#"["x", { "hex": "00" }]"#, |m| {
        assert!(matches!(&m.node, MatcherNode::Exact(p) if is(p, b"x\0")));
    });
    matcher(r#"{ "hex": "00", "capture": "c" }"#, |m| {
        assert!(matches!(&m.node, MatcherNode::Exact(p) if is(p, b"\0")) && m.capture.is_some());
    });
    matcher(r#"{ "prefix": "x" }"#, |m| {
        assert!(matches!(&m.node, MatcherNode::Prefix(p) if is(p, b"x")))
    });
    matcher(r#"{ "suffix": "x" }"#, |m| {
        assert!(matches!(&m.node, MatcherNode::Suffix(p) if is(p, b"x")))
    });
    matcher(r#"{ "contains": "x" }"#, |m| {
        assert!(matches!(&m.node, MatcherNode::Contains(p) if is(p, b"x")))
    });
    matcher(r#"{ "any": true }"#, |m| {
        assert!(matches!(m.node, MatcherNode::Any))
    });
    matcher(r#"{ "length": 3 }"#, |m| {
        assert!(matches!(m.node, MatcherNode::Length { min: 3, max: 3 }))
    });
    matcher(r#"{ "length": { "min": 3 } }"#, |m| {
        assert!(matches!(
            m.node,
            MatcherNode::Length {
                min: 3,
                max: u64::MAX
            }
        ));
    });
    matcher(r#"{ "length": { "max": 3 } }"#, |m| {
        assert!(matches!(m.node, MatcherNode::Length { min: 0, max: 3 }))
    });
    matcher(r#"{ "length": "{{ seed }}" }"#, |m| {
        assert!(matches!(m.node, MatcherNode::Counted(_)))
    });
    matcher(r#"{ "not": "x" }"#, |m| {
        assert!(matches!(m.node, MatcherNode::Not(_)))
    });
    matcher(r#"{ "one_of": ["x"] }"#, |m| {
        assert!(matches!(&m.node, MatcherNode::OneOf(l) if l.len() == 1))
    });
    matcher(r#"{ "all": ["x", "y"] }"#, |m| {
        assert!(matches!(&m.node, MatcherNode::All(l) if l.len() == 2))
    });
    matcher(r#"{ "suffix": "x", "prefix": "y" }"#, |m| {
        let MatcherNode::All(list) = &m.node else {
            panic!("all")
        };
        assert!(
            matches!(&list[0].node, MatcherNode::Suffix(_)),
            "in the order of the file"
        );
    });
}

#[test]
fn conditions_are_numbered_in_the_order_of_the_file() {
    matcher(
        r#"{ "one_of": [{ "not": "a" }, { "prefix": "b", "suffix": "c" }], "length": 5 }"#,
        |matcher| {
            let mut ids = Vec::new();
            fn visit(matcher: &Matcher, ids: &mut Vec<(u16, &'static str)>) {
                let (name, inner): (_, &[Matcher]) = match &matcher.node {
                    MatcherNode::All(list) => ("all", list),
                    MatcherNode::OneOf(list) => ("one_of", list),
                    MatcherNode::Not(inner) => ("not", std::slice::from_ref(inner)),
                    MatcherNode::Exact(_) => ("exact", &[]),
                    MatcherNode::Prefix(_) => ("prefix", &[]),
                    MatcherNode::Suffix(_) => ("suffix", &[]),
                    _ => ("length", &[]),
                };
                ids.push((matcher.id, name));
                for matcher in inner {
                    visit(matcher, ids);
                }
            }
            visit(matcher, &mut ids);
            assert_eq!(
                ids,
                [
                    (0, "all"),
                    (1, "one_of"),
                    (2, "not"),
                    (3, "exact"),
                    (4, "all"),
                    (5, "prefix"),
                    (6, "suffix"),
                    (7, "length")
                ]
            );
            assert_eq!(matcher.states(), 8);
        },
    );
}

#[test]
fn captures_may_stand_in_the_matcher_beside_the_verb_or_in_both() {
    let scenario = accept_steps(
        r#"{ "expect": "x", "capture": "a" }, { "expect": { "any": true, "capture": "b" }, "capture": "c" },
           { "expect": { "regex": "(?<d>x)(?P<e>y)?" } }, { "expect": { "regex": "{{ d | regex_escape }} (?<f>\\d+)" } }"#,
    );
    let names = &scenario.script.names;
    let captures: Vec<_> = steps(&scenario)
        .iter()
        .map(|step| match &step.verb {
            Verb::Expect { matcher, .. } => matcher,
            verb => panic!("{verb:?}"),
        })
        .collect();
    let name = |matcher: &Matcher| matcher.capture.map(|slot| names.name(slot).to_owned());
    assert_eq!(name(captures[0]).as_deref(), Some("a"));
    assert_eq!(name(captures[1]).as_deref(), Some("c"));
    assert!(
        matches!(&captures[1].node, MatcherNode::All(list) if name(&list[0]).as_deref() == Some("b"))
    );
    let groups = |matcher: &Matcher| match &matcher.node {
        MatcherNode::Regex(pattern) => {
            let group =
                |(group, slot): &(Box<str>, _)| (group.to_string(), names.name(*slot).to_owned());
            pattern.captures.iter().map(group).collect::<Vec<_>>()
        }
        node => panic!("{node:?}"),
    };
    let same = |name: &str| (name.to_owned(), name.to_owned());
    assert_eq!(groups(captures[2]), [same("d"), same("e")]);
    assert_eq!(
        groups(captures[3]),
        [same("f")],
        "also where the pattern is compiled only when it is played"
    );
}
