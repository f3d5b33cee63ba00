//! What a file becomes: every key and verb, once.

use std::time::Duration;

use super::{accept, accept_steps};
use crate::scenario::{
    Client, CloseHow, CloseKinds, ConnectAs, Matcher, MatcherNode, Number, Payload, Piece, Reply,
    Scenario, Split, Step, Verb,
};
use crate::wire::{
    DEFAULT_MAX_MESSAGE, Delimiter, Endian, Framing, LengthPrefix, LengthWidth, LineEnding,
};

fn steps(scenario: &Scenario) -> &[Step] {
    &scenario.script.blocks[0].steps
}

/// The words of the file that a step's span covers.
fn words<'a>(scenario: &'a Scenario, step: &Step) -> &'a str {
    &scenario.sources[0].text[step.span.start as usize..step.span.end as usize]
}

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

fn is(payload: &Payload, bytes: &[u8]) -> bool {
    payload.known() == Some(bytes)
}

#[test]
fn a_file_with_all_its_keys() {
    let scenario = accept(
        r#"// Comments, and commas behind the last element, are accepted.
        {
            "$schema": "../scenario.schema.json",
            "name": "{{ user }} is greeted", /* here too */
            "description": "Prose.",
            "tags": ["greeting", "slow"],
            "framing": { "line": { "ending": "crlf", "max_message": 80 } },
            "timeout": "250ms",
            "vars": { "user": "ann" },
            "server": {
                "greeting": ["Welcome", "!"], "reply": "echo", "think_time": "0s", "idle_timeout": "1m",
                "max_message": 100, "max_connections": 3, "framing": "raw"
            },
            "segments": "as-written",
            "skip": "a reason",
            "steps": [{ "expect": "Welcome!" }],
            "finally": [{ "send": "exit" }],
        }"#,
    );
    assert_eq!(scenario.description.as_deref(), Some("Prose."));
    assert_eq!(scenario.tags, ["greeting", "slow"]);
    assert_eq!(scenario.skip.as_deref(), Some("a reason"));
    assert!(scenario.as_written);
    assert!(scenario.name.is_some());
    let script = &scenario.script;
    assert_eq!(script.timeout, Some(Duration::from_millis(250)));
    assert_eq!(script.vars.len(), 1);
    assert_eq!(script.matcher_states, 1);
    let [
        Client {
            name,
            framing,
            max_message,
            ignore,
            split,
            pace,
            tls,
            ..
        },
    ] = &script.clients[..]
    else {
        panic!("one client");
    };
    assert_eq!(name, "client");
    assert_eq!(*framing, Framing::Line(LineEnding::CrLf));
    assert_eq!(*max_message, 80);
    assert!(ignore.is_empty() && split.is_none() && pace.is_none() && tls.is_none());
    let finally = script.finally.expect("final steps");
    assert_eq!(script.blocks[finally.0 as usize].steps.len(), 1);

    let server = scenario.server.expect("a server");
    assert!(matches!(&server.greeting, Some(Some(greeting)) if is(greeting, b"Welcome!")));
    assert_eq!(server.reply, Some(Reply::Echo));
    assert_eq!(server.think_time, Some(Duration::ZERO));
    assert_eq!(server.idle_timeout, Some(Duration::from_secs(60)));
    assert_eq!(server.max_message, Some(100));
    assert_eq!(server.max_connections, Some(3));
    assert_eq!(server.framing, Some(Framing::Raw));
}

#[test]
fn what_is_not_given_has_its_default() {
    let scenario = accept_steps(r#"{ "expect": "Welcome!" }"#);
    assert!(scenario.name.is_none() && scenario.server.is_none() && scenario.skip.is_none());
    assert!(!scenario.as_written);
    let script = &scenario.script;
    assert_eq!(script.timeout, None);
    assert_eq!(script.finally, None);
    assert_eq!(script.clients[0].framing, Framing::LINE);
    assert_eq!(script.clients[0].max_message, DEFAULT_MAX_MESSAGE);
    let silent = accept(r#"{ "server": { "greeting": null }, "steps": [{ "send": "x" }] }"#);
    let server = silent.server.expect("a server");
    assert!(matches!(server.greeting, Some(None)));
    assert!(server.reply.is_none() && server.framing.is_none());
}

#[test]
fn framings_can_be_words_or_have_options() {
    for (text, framing, max) in [
        (r#""raw""#, Framing::Raw, DEFAULT_MAX_MESSAGE),
        (r#""line""#, Framing::LINE, DEFAULT_MAX_MESSAGE),
        (r#"{ "line": {} }"#, Framing::LINE, DEFAULT_MAX_MESSAGE),
        (
            r#"{ "line": { "ending": "lf" } }"#,
            Framing::LINE,
            DEFAULT_MAX_MESSAGE,
        ),
        (
            r#"{ "line": { "ending": "either" } }"#,
            Framing::Line(LineEnding::Either),
            DEFAULT_MAX_MESSAGE,
        ),
        (r#"{ "line": { "max_message": 5 } }"#, Framing::LINE, 5),
        (r#"{ "raw": { "max_message": 7 } }"#, Framing::Raw, 7),
        (r#""netstring""#, Framing::Netstring, DEFAULT_MAX_MESSAGE),
        (
            r#"{ "netstring": { "max_message": 9 } }"#,
            Framing::Netstring,
            9,
        ),
        (
            r#"{ "delimited": { "by": { "hex": "0d0a 2e" }, "max_message": 3 } }"#,
            Framing::Delimited(Delimiter::new(b"\r\n.").unwrap()),
            3,
        ),
        (
            r#"{ "delimited": { "by": "\u0000" } }"#,
            Framing::Delimited(Delimiter::new(b"\0").unwrap()),
            DEFAULT_MAX_MESSAGE,
        ),
        (
            r#"{ "fixed": { "size": 4 } }"#,
            Framing::Fixed(4.try_into().unwrap()),
            DEFAULT_MAX_MESSAGE,
        ),
        (
            r#"{ "fixed": { "size": 2000000 } }"#,
            Framing::Fixed(2_000_000.try_into().unwrap()),
            2_000_000,
        ),
    ] {
        let scenario = accept(&format!(
            r#"{{ "framing": {text}, "steps": [{{ "send": "x" }}] }}"#
        ));
        assert_eq!(scenario.script.clients[0].framing, framing, "{text}");
        assert_eq!(scenario.script.clients[0].max_message, max, "{text}");
    }
}

#[test]
fn lengths_stand_where_their_options_say() {
    for (text, framing, max) in [
        (
            r#"{ "length_prefixed": {} }"#,
            Framing::LengthPrefixed(LengthPrefix::default()),
            DEFAULT_MAX_MESSAGE,
        ),
        (
            r#"{ "length_prefixed": { "offset": 1, "adjust": -4, "max_message": 5 } }"#,
            Framing::LengthPrefixed(LengthPrefix {
                offset: 1,
                adjust: -4,
                ..LengthPrefix::default()
            }),
            5,
        ),
        (
            r#"{ "length_prefixed": { "width": 3, "endian": "little", "adjust": 6 } }"#,
            Framing::LengthPrefixed(LengthPrefix {
                offset: 0,
                width: LengthWidth::Three,
                endian: Endian::Little,
                adjust: 6,
            }),
            DEFAULT_MAX_MESSAGE,
        ),
        (
            r#"{ "length_prefixed": { "width": "varint" } }"#,
            Framing::LengthPrefixed(LengthPrefix {
                width: LengthWidth::Varint,
                ..LengthPrefix::default()
            }),
            DEFAULT_MAX_MESSAGE,
        ),
    ] {
        let scenario = accept(&format!(
            r#"{{ "framing": {text}, "steps": [{{ "send": "x" }}] }}"#
        ));
        assert_eq!(scenario.script.clients[0].framing, framing, "{text}");
        assert_eq!(scenario.script.clients[0].max_message, max, "{text}");
    }
}

#[test]
fn clients_have_the_scenarios_settings_or_their_own() {
    let scenario = accept(
        r#"{
            "framing": { "line": { "max_message": 80 } },
            "clients": {
                "alice": {},
                "bob-2": { "framing": "raw", "split": 3, "pace": "5ms" },
                "carol": { "ignore": ["only", "hers"] }
            },
            "ignore": [{ "prefix": "PING" }],
            "steps": [
                { "as": "bob-2", "send": "x" },
                { "as": "alice", "repeat": [
                    { "send": "y" }, { "as": "carol", "send": "z" }, { "send": "w" }
                ], "times": 2 },
                { "wait": "1ms" },
                { "note": "nobody's" }
            ]
        }"#,
    );
    let clients = &scenario.script.clients;
    let ignored: Vec<_> = clients.iter().map(|client| client.ignore.len()).collect();
    assert_eq!(ignored, [1, 0, 2], "in raw there are no messages to ignore");
    assert_eq!(clients[0].max_message, 80);
    assert_eq!(
        (clients[1].framing.clone(), clients[1].max_message),
        (Framing::Raw, DEFAULT_MAX_MESSAGE)
    );
    assert_eq!(clients[1].split, Some(Split::Every(3)));
    assert_eq!(clients[1].pace, Some(Duration::from_millis(5)));
    let whose = |steps: &[Step]| steps.iter().map(|step| step.client.0).collect::<Vec<_>>();
    assert_eq!(whose(steps(&scenario)), [1, 0, 0, 0]);
    assert_eq!(whose(&scenario.script.blocks[1].steps), [0, 2, 0]);
}

#[test]
fn steps_know_their_number_their_place_and_their_note() {
    let scenario = accept_steps(
        r#"{ "note": "first" }, { "note": "n", "send": "x" }, { "expect": { "any": true }, "within": "2s" }"#,
    );
    let told: Vec<_> = steps(&scenario)
        .iter()
        .map(|step| {
            (
                step.number,
                words(&scenario, step),
                step.note.as_deref(),
                step.within,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "\"first\"", Some("first"), None),
            (2, "\"x\"", Some("n"), None),
            (3, "{ \"any\": true }", None, Some(Duration::from_secs(2))),
        ]
    );
}

#[test]
fn sends_have_their_pieces() {
    let scenario = accept_steps(
        r#"{ "send": "x", "split": 1, "pace": "5ms", "may_fail": true },
           { "send_bytes": "x", "split": [3, 5] }, { "send": "x", "split": "random" }, { "send": "x" }"#,
    );
    let told: Vec<_> = steps(&scenario)
        .iter()
        .map(|step| match &step.verb {
            Verb::Send {
                framed,
                split,
                pace,
                may_fail,
                ..
            } => (*framed, split.clone(), *pace, *may_fail),
            verb => panic!("{verb:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                true,
                Some(Split::Every(1)),
                Some(Duration::from_millis(5)),
                true
            ),
            (false, Some(Split::At([3, 5].into())), None, false),
            (true, Some(Split::Random), None, false),
            (true, None, None, false),
        ]
    );
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

#[test]
fn ends_and_connections_have_their_kinds() {
    let kinds = |text: &str| match accept_steps(&format!("{{ \"expect_close\": {text} }}"))
        .script
        .blocks[0]
        .steps[0]
        .verb
    {
        Verb::ExpectClose { kinds, stay_open } => (kinds.clean, kinds.reset, stay_open),
        ref verb => panic!("{verb:?}"),
    };
    assert_eq!(kinds(r#""clean""#), (true, false, false));
    assert_eq!(kinds(r#""reset""#), (false, true, false));
    assert_eq!(kinds(r#""any""#), (true, true, false));
    assert_eq!(kinds(r#"["clean", "reset"]"#), (true, true, false));
    assert_eq!(kinds(r#"["reset"], "then": "open""#), (false, true, true));
    assert_eq!(CloseKinds::default(), CloseKinds::NONE);

    for (text, how) in [
        ("clean", CloseHow::Clean),
        ("write", CloseHow::Write),
        ("reset", CloseHow::Reset),
    ] {
        let scenario = accept_steps(&format!("{{ \"close\": \"{text}\" }}"));
        assert!(matches!(steps(&scenario)[0].verb, Verb::Close(found) if found == how));
    }
    for (text, expected) in [
        ("true", ConnectAs::Open),
        ("\"refused\"", ConnectAs::Refused),
        ("\"unreachable\"", ConnectAs::Unreachable),
        ("\"tls-refused\"", ConnectAs::TlsRefused),
    ] {
        let scenario = accept_steps(&format!("{{ \"connect\": {text} }}"));
        assert!(
            matches!(steps(&scenario)[0].verb, Verb::Connect { must, tls: None, address: None } if must == expected)
        );
    }
}

#[test]
fn the_other_verbs() {
    let scenario = accept_steps(
        r#"{ "expect_bytes": "x" }, { "expect_silence": "5ms" }, { "wait": "5ms" },
           { "repeat": [{ "repeat": [{ "send": "x" }], "times": "{{ index }}", "index": "i" }], "times": 3 }"#,
    );
    let script = &scenario.script;
    let [bytes, silence, wait, repeat] = steps(&scenario) else {
        panic!("four steps");
    };
    assert!(matches!(bytes.verb, Verb::Expect { framed: false, .. }));
    assert!(matches!(silence.verb, Verb::ExpectSilence(time) if time == Duration::from_millis(5)));
    assert!(matches!(wait.verb, Verb::Wait(time) if time == Duration::from_millis(5)));
    let Verb::Repeat {
        block,
        times: Number::Fixed(3),
        index,
    } = repeat.verb
    else {
        panic!("a repeat");
    };
    assert_eq!(script.names.name(index), "index");
    let inner = &script.blocks[block.0 as usize].steps;
    let Verb::Repeat {
        block,
        times: Number::Template(_),
        index,
    } = &inner[0].verb
    else {
        panic!("a repeat");
    };
    assert_eq!(script.names.name(*index), "i");
    assert_eq!(script.blocks[block.0 as usize].steps.len(), 1);
    let scenario = accept_steps(
        r#"{ "expect_silence": { "probe": { "send": "PING", "expect": "PONG" } }, "within": "1s" }"#,
    );
    assert!(matches!(steps(&scenario)[0].verb, Verb::Probe { .. }));
}
