//! The table of keys and the table of codes: whole, and in step with the reader and the reference.

use std::collections::HashSet;

use super::{UNUSED, outcome};
use crate::scenario::filters::{FILTERS, TESTS};
use crate::scenario::keys::{Form, Key, Place, Role, Since, Word, nearest};
use crate::scenario::tests::any_file::AnyFile;
use crate::scenario::{EXPLANATIONS, ReadOptions, WRONG_EXAMPLE, explain, foresee, read_with};

pub(super) const REFERENCE: &str = include_str!("../../../../docs/scenario-format.md");

fn words(form: Form) -> &'static [Word] {
    match form {
        Form::Word(words) | Form::Ends(words) | Form::TrueOrOptions(words) => words,
        _ => &[],
    }
}

#[test]
fn every_key_is_there_once_and_has_its_line() {
    for place in Place::ALL {
        let mut names = HashSet::new();
        for key in place.keys() {
            assert!(names.insert(key.name), "{place:?} has {} twice", key.name);
            assert!(key.doc.ends_with(['.', ',']), "{}: {}", key.name, key.doc);
            assert_eq!(place.find(key.name), Some(key));
            for also in key.also {
                assert!(place.find(also).is_none(), "{also} is a key itself");
            }
            for word in words(key.form) {
                assert!(!word.doc.is_empty());
            }
        }
        for key in place.keys() {
            if let Role::Beside(verbs) = key.role {
                for verb in verbs {
                    let verb = place.find(verb).expect("a key");
                    assert_eq!(verb.role, Role::Verb);
                }
            }
        }
    }
}

/// What must stand beside a key for it to say something.
const NEEDS: [(&str, &str); 4] = [
    ("as", r#""wait": "1s""#),
    ("repeat", r#""times": 2"#),
    ("when", r#""wait": "1s""#),
    ("pace", r#""split": 1"#),
];

/// A file in which `key` has this value, where it belongs.
fn with_key(place: Place, key: &Key, value: &str) -> String {
    let mut parts = vec![format!("\"{}\": {value}", key.name)];
    let mut names = vec![key.name];
    if let Role::Beside([verb, ..]) = key.role {
        let verb = place.find(verb).expect("a key");
        let value = match verb.name {
            "expect" => r#"{ "any": true }"#.to_owned(),
            _ => verb.example_json(),
        };
        parts.push(format!("\"{}\": {value}", verb.name));
        names.push(verb.name);
    }
    for (_, needed) in NEEDS.iter().filter(|(name, _)| names.contains(name)) {
        if !needed.starts_with(&format!("\"{}\"", key.name)) {
            parts.push((*needed).to_owned());
        }
    }
    let object = parts.join(", ");
    let waits = r#""steps": [{ "wait": "1s" }]"#;
    let framing = |object: &str| format!("{{ \"framing\": {{ {object} }}, {waits} }}");
    match place {
        Place::Scenario if key.name == "steps" => format!("{{ {object} }}"),
        Place::Scenario => format!("{{ {object}, {waits} }}"),
        Place::Client => format!("{{ \"clients\": {{ \"a\": {{ {object} }} }}, {waits} }}"),
        Place::Answered if key.name == "match" => {
            format!("{{ \"ignore\": [{{ {object}, \"send\": \"x\" }}], {waits} }}")
        }
        Place::Answered => {
            let matched = r#""match": { "regex": "(?<t>.)" }"#;
            format!("{{ \"ignore\": [{{ {matched}, {object} }}], {waits} }}")
        }
        Place::Server => format!("{{ \"server\": {{ {object} }}, {waits} }}"),
        Place::Step => format!("{{ \"steps\": [{{ {object} }}] }}"),
        Place::Payload => format!("{{ \"steps\": [{{ \"send\": {{ {object} }} }}] }}"),
        Place::Matcher if matches!(key.name, "capture" | "example") => {
            format!("{{ \"steps\": [{{ \"expect\": {{ \"any\": true, {object} }} }}] }}")
        }
        Place::Matcher => format!("{{ \"steps\": [{{ \"expect\": {{ {object} }} }}] }}"),
        Place::Length => {
            format!("{{ \"steps\": [{{ \"expect\": {{ \"length\": {{ {object} }} }} }}] }}")
        }
        Place::Framing => framing(&object),
        Place::Line => framing(&format!("\"line\": {{ {object} }}")),
        Place::Raw => framing(&format!("\"raw\": {{ {object} }}")),
        Place::Delimited if key.name == "by" => framing(&format!("\"delimited\": {{ {object} }}")),
        Place::Delimited => framing(&format!("\"delimited\": {{ \"by\": \"x\", {object} }}")),
        Place::LengthPrefixed => framing(&format!("\"length_prefixed\": {{ {object} }}")),
        Place::Fixed if key.name == "size" => framing(&format!("\"fixed\": {{ {object} }}")),
        Place::Fixed => framing(&format!("\"fixed\": {{ \"size\": 1, {object} }}")),
        Place::Netstring => framing(&format!("\"netstring\": {{ {object} }}")),
        Place::Datagram => framing(&format!("\"datagram\": {{ {object} }}")),
        // It stands in a file of its own.
        Place::Fragment => format!("{{ {waits} }}"),
        Place::Silence => format!("{{ \"steps\": [{{ \"expect_silence\": {{ {object} }} }}] }}"),
        Place::Probe => {
            let other = match key.name {
                "send" => r#""expect": "x""#,
                _ => r#""send": "x""#,
            };
            format!(
                "{{ \"steps\": [{{ \"expect_silence\": {{ \"probe\": {{ {object}, {other} }} }} }}] }}"
            )
        }
        Place::Tls | Place::StartTls if key.name == "key" => {
            format!("{{ \"steps\": [{{ \"start_tls\": {{ \"cert\": \"_a.pem\", {object} }} }}] }}")
        }
        Place::Tls => format!("{{ \"steps\": [{{ \"start_tls\": {{ {object} }} }}] }}"),
        Place::Connect => format!("{{ \"steps\": [{{ \"connect\": {{ {object} }} }}] }}"),
        Place::StartTls => format!("{{ \"steps\": [{{ \"start_tls\": {{ {object} }} }}] }}"),
        Place::Alert => format!("{{ \"steps\": [{{ \"expect_close\": {{ {object} }} }}] }}"),
        Place::Table => format!("{{ \"cases\": {{ {object} }}, {waits} }}"),
        // No place of a scenario.
        Place::Project | Place::Suite | Place::SuiteTls | Place::Profile => String::new(),
    }
}

#[test]
fn the_example_and_the_default_of_every_key_are_values_that_it_takes() {
    let options = ReadOptions {
        vars: vec!["user".to_owned()],
        ..ReadOptions::default()
    };
    for place in Place::ALL {
        // Random bytes can be sent only.
        let sent = |key: &&Key| place != Place::Matcher || key.name != "random";
        let keys = place.keys().filter(|key| key.since == Since::Version1);
        for key in keys.filter(sent) {
            let default = key.default.map(str::to_owned);
            for value in default.into_iter().chain([key.example_json()]) {
                let file = with_key(place, key, &value);
                if let Err(mistakes) = read_with("example", file.as_bytes(), &options, &AnyFile) {
                    panic!("{file}\n{:#?}", mistakes.list);
                }
            }
        }
    }
}

#[test]
fn the_schema_knows_the_keys_of_all_options() {
    for place in Place::ALL {
        let keys = place.keys().filter(|key| key.since == Since::Version1);
        for key in keys.filter(|key| key.form == Form::Options) {
            assert!(key.holds.is_some(), "{place:?}: {} of what?", key.name);
        }
    }
}

#[test]
fn keys_of_later_versions_are_refused_as_such() {
    for (place, open, close) in [
        (
            Place::Scenario,
            "{ \"steps\": [{ \"wait\": \"1s\" }], ",
            " }",
        ),
        (
            Place::Client,
            "{ \"steps\": [{ \"wait\": \"1s\" }], \"clients\": { \"a\": { ",
            " } } }",
        ),
        (Place::Step, "{ \"steps\": [{ ", " }] }"),
        (Place::Payload, "{ \"steps\": [{ \"send\": { ", " } }] }"),
        (Place::Matcher, "{ \"steps\": [{ \"expect\": { ", " } }] }"),
        (
            Place::Framing,
            "{ \"steps\": [{ \"wait\": \"1s\" }], \"framing\": { ",
            " } }",
        ),
    ] {
        for key in place.keys().filter(|key| key.since == Since::Later) {
            let text = format!("{open}\"{}\": [1]{close}", key.name);
            let refused = outcome(&text).map(|_| ()).expect_err("refused");
            let codes: Vec<_> = refused.list.iter().map(|found| found.code.0).collect();
            assert_eq!(codes, ["BC1008"], "{text}");
        }
    }
}

#[test]
fn the_reference_has_every_key_and_word_that_can_be_played() {
    for place in Place::ALL {
        for key in place.keys().filter(|key| key.since == Since::Version1) {
            assert!(
                REFERENCE.contains(&format!("`{}`", key.name)),
                "docs lack `{}`",
                key.name
            );
            for word in words(key.form)
                .iter()
                .filter(|word| word.since == Since::Version1)
            {
                let quoted = format!("\"{}\"", word.name);
                assert!(
                    REFERENCE.contains(&quoted),
                    "docs lack {quoted} of {}",
                    key.name
                );
            }
        }
    }
}

/// A block of the reference as a file: it is one, or lines that are steps each, or keys of a file.
fn as_file(block: &str) -> String {
    let steps = "\"steps\": [{ \"wait\": \"1s\" }]";
    if block.contains("\"steps\"") && !block.starts_with('{') {
        format!("{{ {block} }}")
    } else if block.contains("\"steps\"") {
        block.to_owned()
    } else if block.starts_with('{') {
        let lines: Vec<_> = block.lines().collect();
        format!("{{ \"steps\": [{}] }}", lines.join(","))
    } else {
        format!("{{ {block}, {steps} }}")
    }
}

#[test]
fn the_examples_of_the_reference_are_read_without_a_mistake() {
    let options = ReadOptions {
        vars: ["count", "high", "low", "port", "token", "user"]
            .map(str::to_owned)
            .into(),
        env: vec![("TOKEN".to_owned(), true)],
        ..ReadOptions::default()
    };
    let blocks = REFERENCE.split("```json\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("```").next());
    let mut count = 0;
    for block in blocks {
        count += 1;
        let file = as_file(block.trim());
        if let Err(mistakes) = read_with("example", file.as_bytes(), &options, &AnyFile) {
            panic!("{file}\n{:#?}", mistakes.list);
        }
    }
    assert!(count >= 8, "{count} examples");
}

#[test]
fn every_code_is_explained_once_and_in_order() {
    let codes: Vec<_> = EXPLANATIONS.iter().map(|entry| entry.code.0).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    for code in codes {
        let digits = code.strip_prefix("BC1").unwrap_or_default();
        assert!(
            digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()),
            "{code}"
        );
    }
    for entry in EXPLANATIONS {
        assert!(entry.text.ends_with('.'), "{}", entry.text);
        assert!(!entry.text.contains("  "), "{}", entry.text);
        assert!(!entry.title.is_empty());
    }
    assert_eq!(
        explain("bc1004").map(|entry| entry.title),
        Some("unknown key")
    );
    assert_eq!(explain("BC9999"), None);
}

#[test]
fn every_example_of_an_explanation_has_the_mistake_and_its_correction_has_none() {
    let codes = |example: &str| -> Vec<&str> {
        let found = match outcome(&as_file(example)) {
            Ok((scenario, mut warnings)) => {
                warnings.list.extend(foresee(&scenario, &[]));
                warnings
            }
            Err(mistakes) => mistakes,
        };
        found.list.iter().map(|found| found.code.0).collect()
    };
    let mut without = Vec::new();
    for entry in EXPLANATIONS {
        let Some((wrong, right)) = entry.example else {
            without.push(entry.code.0);
            continue;
        };
        // What the player finds, its own tests compare.
        assert!(
            codes(wrong).contains(&entry.code.0) || entry.code == WRONG_EXAMPLE,
            "{}: {wrong}",
            entry.code.0
        );
        // A piece need not say what its names are for, unless it is about that.
        let mut left = codes(right);
        if entry.code.0 != UNUSED {
            left.retain(|code| *code != UNUSED);
        }
        assert_eq!(left, Vec::<&str>::new(), "{}: {right}", entry.code.0);
    }
    // Of these, a whole file is the example.
    assert_eq!(
        without,
        ["BC1000", "BC1001", "BC1003", "BC1032", "BC1038", "BC1039"]
    );
}

#[test]
fn the_reference_lists_the_filters_and_tests_that_there_are() {
    let (_, section) = REFERENCE
        .split_once("### Filters and tests\n")
        .expect("the section");
    let (section, _) = section.split_once("\n## ").expect("its end");
    let (filters, tests) = section.split_once("A test follows").expect("two lists");
    for (text, known) in [(filters, &FILTERS[..]), (tests, &TESTS[..])] {
        // The lists, without the sentences around them.
        let (_, list) = text.split_once("\n- ").expect("a list");
        let list = list.split("\n\n").next().expect("its lines");
        let mut listed: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        listed.sort_unstable();
        assert_eq!(listed, known);
    }
}

#[test]
fn the_nearest_word_is_near() {
    let near = |word: &str| nearest(word, Place::Step.keys().map(|key| key.name));
    for (word, expected) in [
        ("exepct", Some("expect")),
        ("Send", Some("send")),
        ("sendbytes", Some("send_bytes")),
        ("send-bytes", Some("send_bytes")),
        ("expect_closed", Some("expect_close")),
        ("tims", Some("times")),
        ("noet", Some("note")),
        ("xyzzy", None),
        ("", None),
        ("a", Some("as")),
    ] {
        assert_eq!(near(word), expected, "{word}");
    }
    assert_eq!(near(&"send".repeat(1000)), None);
}
