//! What a file becomes: every key and verb, once.

use std::time::Duration;

use super::{accept, accept_steps};
use crate::scenario::{
    Client, CloseHow, CloseKinds, ConnectAs, Number, Payload, Reply, Scenario, Split, Step, Verb,
};
use crate::wire::{
    DEFAULT_MAX_MESSAGE, Delimiter, Endian, Framing, LengthPrefix, LengthWidth, LineEnding,
};

pub(super) fn steps(scenario: &Scenario) -> &[Step] {
    &scenario.script.blocks[0].steps
}

/// The words of the file that a step's span covers.
fn words<'a>(scenario: &'a Scenario, step: &Step) -> &'a str {
    &scenario.sources[0].text[step.span.start as usize..step.span.end as usize]
}

pub(super) fn is(payload: &Payload, bytes: &[u8]) -> bool {
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
