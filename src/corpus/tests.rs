//! The way there and back: what a scenario says is what its inputs say, and what is made of them says it again.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::talk::{Spoken, talk};
use super::*;
use crate::player::{Player, Setting, Verdict};
use crate::scenario::{ReadOptions, Scenario, read};
use crate::session::Config;
use crate::simulation;

fn scenario(name: &str, text: &[u8]) -> Scenario {
    // Some are without end, as `--max-steps` allows them to be.
    let options = ReadOptions {
        max_steps: Some(u64::MAX),
        ..ReadOptions::default()
    };
    match read(name, text, &options) {
        Ok((scenario, mut warnings)) => {
            // Some are pieces, whose names nothing uses.
            warnings.list.retain(|found| found.code.0 != "BC1040");
            assert!(warnings.list.is_empty(), "{name}: {:?}", warnings.list);
            scenario
        }
        Err(mistakes) => panic!(
            "{name}: {:?}\n{}",
            mistakes.list,
            String::from_utf8_lossy(text)
        ),
    }
}

/// The scenarios of the project, with their ids.
fn project() -> Vec<(String, Scenario)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut found = Vec::new();
    for folder in ["reference", "redis"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            // Fragments and tables are none, and what names them cannot be read without them.
            let is_json = path.extension().is_some_and(|ending| ending == "json");
            let Some(stem) = path.file_stem().filter(|_| is_json) else {
                continue;
            };
            let stem = stem.to_string_lossy();
            if stem.starts_with('_') {
                continue;
            }
            let id = format!("{folder}/{stem}");
            let text = fs::read(&path).expect("readable");
            if String::from_utf8_lossy(&text).contains("\"_") {
                continue;
            }
            found.push((id.clone(), scenario(&id, &text)));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// All that was sent, on all connections.
fn sent(spoken: &[Spoken]) -> Vec<u8> {
    spoken
        .iter()
        .flat_map(|spoken| spoken.sent.concat())
        .collect()
}

/// The bytes of an input that are not header.
fn stream(target: &str, input: &[u8]) -> Option<Vec<u8>> {
    Some(
        match target {
            "session" => SessionInput::parse(input)?.stream,
            "frame_decoder" => FrameInput::parse(input)?.stream,
            "frame_roundtrip" => RoundTripInput::parse(input)?.stream,
            _ => return None,
        }
        .to_vec(),
    )
}

/// Checks that an input can be made a scenario which says the same bytes, and that the reference server answers as that says.
fn check_replay(target: &str, input: &[u8]) {
    for plain in [true, false] {
        let text = match replay(target, input, "an input", plain) {
            Ok(text) => text,
            Err(NoScenario::Framing(_) | NoScenario::Short(_)) => return,
            Err(error) => panic!("{target}: {error}"),
        };
        let scenario = scenario(target, text.as_bytes());
        let spoken = talk(&scenario, "replay", 0);
        assert_eq!(Some(sent(&spoken)), stream(target, input), "{text}");
        let config = Config::for_scenario(&scenario).expect("no expressions");
        let mut player = Player::new(Arc::clone(&scenario.script), Setting::default());
        simulation::play(&mut player, &Arc::new(config));
        assert_eq!(player.verdict(), Some(&Verdict::Passed), "{text}");
    }
}

#[test]
fn what_clients_send_is_in_the_inputs_of_a_session() {
    let text = br#"{
        "cases": [{ "case": "Ann!", "name": "Ann" }, { "name": "Zo\u00eb" }],
        "server": { "reply": "echo", "think_time": "1ms" },
        "steps": [
            { "expect": "Welcome!" },
            { "send": "{{name}}", "split": 1 },
            { "expect": { "regex": "^Hello, (?<who>\\w+)" } },
            { "send": "again, {{who}}" },
            { "close": "clean" }
        ]
    }"#;
    let seeds = seeds(&scenario("a", text), "a/talk");
    let session: Vec<_> = (seeds.iter())
        .filter(|seed| seed.target == "session")
        .map(|seed| (&*seed.name, seed.bytes.escape_ascii().to_string()))
        .collect();
    assert_eq!(
        session,
        [
            ("a_talk_ann", "1oC02Ann\\nagain, 1\\n".to_owned()),
            ("a_talk_2", "1oC02Zo\\xc3\\xab\\nagain, 1\\n".to_owned()),
        ]
    );
    let heard = (seeds.iter()).find(|seed| seed.name == "a_talk_ann_heard");
    assert_eq!(
        heard.map(|seed| (seed.target, seed.bytes.escape_ascii().to_string())),
        Some(("frame_decoder", "1o2Welcome!\\nHello, 1\\n".to_owned()))
    );
    let utf8 = seeds.iter().filter(|seed| seed.target == "utf8");
    assert_eq!(utf8.count(), 1, "only one of them is more than ASCII");
}

#[test]
fn each_connection_of_each_client_is_an_input_of_its_own() {
    let text = br#"{
        "clients": ["alice", "bob"],
        "steps": [
            { "as": "alice", "send": "one" },
            { "as": "bob", "connect": "refused" },
            { "as": "bob", "connect": true },
            { "as": "alice", "expect_close": "clean" },
            { "as": "alice", "connect": true },
            { "as": "alice", "send": "two" },
            { "as": "bob", "send": "three" },
            { "as": "bob", "close": "reset" }
        ]
    }"#;
    let seeds = seeds(&scenario("a", text), "a");
    let session: Vec<_> = (seeds.iter())
        .filter(|seed| seed.target == "session")
        .map(|seed| (&*seed.name, seed.bytes.escape_ascii().to_string()))
        .collect();
    let expected = [
        // The server ended the first one, a reset the last; at the end of a scenario the client ends what is open.
        ("a_alice", "1o000one\\n"),
        ("a_bob", "1o000three\\n"),
        ("a_alice_2", "1o@00two\\n"),
    ]
    .map(|(name, input)| (name, input.to_owned()));
    assert_eq!(session, expected);
}

#[test]
fn names_are_words_and_no_two_are_the_same() {
    let text = br#"{ "cases": [{ "case": "A b", "n": "1" }, { "case": "a-B", "n": "2" }],
        "steps": [{ "send": "{{n}}" }] }"#;
    for id in ["x/../Y z\u{e9}", "", "////", &"long/".repeat(100)] {
        let seeds = seeds(&scenario("a", text), id);
        let mut names: Vec<_> = (seeds.iter())
            .map(|seed| (seed.target, &seed.name))
            .collect();
        for (_, name) in &names {
            let is_word = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_');
            assert!(!name.is_empty() && name.chars().all(is_word), "{name:?}");
            assert!(name.len() < 110, "{name}");
        }
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "{names:?}");
    }
}

#[test]
fn a_conversation_without_end_makes_inputs_that_have_one() {
    for text in [
        r#"{ "steps": [{ "repeat": [{ "send": "ping" }], "times": 1000000000000 }] }"#,
        r#"{ "steps": [{ "send": { "repeat": "a", "times": 60000000 } }] }"#,
        r#"{ "steps": [{ "repeat": [{ "send": { "repeat": "a", "times": 60000 } }], "times": 1000 }] }"#,
        r#"{ "steps": [{ "repeat": [{ "expect": { "length": 60000 } }], "times": 1000 }] }"#,
    ] {
        let scenario = scenario("a", text.as_bytes());
        let bytes: usize = (seeds(&scenario, "a").iter())
            .map(|seed| seed.bytes.len())
            .sum();
        assert!(bytes < 4 << 20, "{bytes} bytes of {text}");
    }
}

#[test]
fn the_scenarios_of_the_project_are_inputs_and_come_back() {
    let mut counts = std::collections::BTreeMap::new();
    for (id, scenario) in project() {
        for seed in seeds(&scenario, &id) {
            *counts.entry(seed.target).or_insert(0) += 1;
            match seed.target {
                "session" | "frame_decoder" | "frame_roundtrip" => {
                    check_replay(seed.target, &seed.bytes);
                }
                "scenario_json" => {
                    let text = replay(seed.target, &seed.bytes, "x", false).expect("text");
                    assert_eq!(text.as_bytes(), seed.bytes);
                }
                _ => {}
            }
        }
    }
    assert!(counts.keys().copied().eq(TARGETS), "{counts:?}");
    assert!(counts["session"] >= 60, "{counts:?}");
}

#[test]
fn what_is_no_conversation_is_refused() {
    for (target, input, expected) in [
        ("utf8", &b"0abc"[..], "an input of utf8 is no conversation"),
        (
            "session",
            b"1o0",
            "the input has 3 bytes, fewer than the header of its target",
        ),
        (
            "frame_decoder",
            b"9o0abc",
            "the framing of the input is one that scenarios do not have: datagram",
        ),
        (
            "frame_decoder",
            b"Po0abc",
            "the framing of the input is one that scenarios do not have: a length prefix at the edge of what numbers hold",
        ),
        (
            "scenario_json",
            b"\xff",
            "the input is not UTF-8, so it is no scenario file",
        ),
    ] {
        let error = replay(target, input, "x", false).expect_err("refused");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn the_language_of_conversations_comes_with_its_server() {
    let input = b"11o21<Welcome!\n>Rose\n<Hello, Rose!\n>exit\n.";
    let text = replay("conversation", input, "x", false).expect("a scenario");
    let scenario = scenario("a", text.as_bytes());
    let config = Config::for_scenario(&scenario).expect("no expressions");
    assert_eq!(
        config,
        ConversationInput::parse(input).expect("an input").config()
    );
    let plain = replay("conversation", input, "x", true).expect("a scenario");
    assert!(!plain.contains("server"), "{plain}");
}

proptest! {
    #[test]
    fn any_input_is_a_scenario_or_says_why_not(
        target in prop::sample::select(&["session", "frame_decoder", "frame_roundtrip"][..]),
        header in prop::collection::vec(b'0'..b'Z', 0..6),
        stream in prop::collection::vec(
            prop_oneof![Just(b'\n'), Just(b'a'), Just(b'{'), Just(4), Just(0), any::<u8>()], 0..40),
    ) {
        check_replay(target, &[header, stream].concat());
    }
}
