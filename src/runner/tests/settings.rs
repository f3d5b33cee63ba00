//! What a case is given: names, a seed, a server of its own.

use tokio::io::AsyncWriteExt;

use super::*;
use crate::player::Segment;
use crate::scenario::Value;

const EXPECT_ALL: &str = r#"{
  "name": "{{name}}, {{case}} in {{scenario}}, number {{index}}",
  "cases": [{ "name": "Rose", "case": "first" }, { "name": "Think" }],
  "server": { "reply": "echo", "greeting": "Hi" },
  "steps": [
    { "expect": "Hi" },
    { "send": "{{name}} {{case}} {{scenario}} {{index}} {{seed}} {{target.host}} {{extra}}" },
    { "expect": "{{name}} {{case}} {{scenario}} {{index}} 7 127.0.0.1 more" },
    { "send": "{{target.port}} {{run_id}}" },
    { "expect": { "regex": "^[0-9]+ [0-9a-f]{16}$" } }
  ]
}"#;

#[tokio::test]
async fn built_in_names_those_of_the_run_and_those_of_the_case_have_values() {
    let options = ReadOptions {
        vars: vec!["extra".to_owned()],
        ..ReadOptions::default()
    };
    let (scenario, _) = read("dir/all", EXPECT_ALL.as_bytes(), &options).unwrap();
    let scenario = Arc::new(scenario);
    let cases = ["dir/all#first", "dir/all#2"]
        .into_iter()
        .enumerate()
        .map(|(case, id)| CaseRef {
            round: 0,
            id: id.into(),
            file: "dir/all".into(),
            scenario: Arc::clone(&scenario),
            case,
            suite: 0,
        })
        .collect();
    let options = RunOptions {
        seed: 7,
        vars: vec![("extra".to_owned(), Value::from("more"))],
        ..RunOptions::default()
    };
    let ran = run(cases, options).await;
    let results: Vec<_> = ran.outcomes().iter().map(|o| &o.result).collect();
    assert_eq!(ran.summary.passed, 2, "{results:#?}");
    let names: Vec<_> = ran.outcomes().iter().map(|o| o.name.clone()).collect();
    assert_eq!(
        names,
        [
            Some("Rose, first in dir/all, number 0".to_owned()),
            Some("Think, 2 in dir/all, number 1".to_owned()),
        ]
    );
}

#[tokio::test]
async fn a_file_keeps_its_name_whatever_it_ends_in() {
    let steps = r#""steps": [{ "expect": "Welcome!" }]"#;
    let unlabelled = format!(r#"{{ "name": "{{{{scenario}}}}", {steps} }}"#);
    let labelled =
        format!(r#"{{ "name": "{{{{scenario}}}}", "cases": [{{ "case": "a" }}], {steps} }}"#);
    for (file, text) in [
        ("x#", &unlabelled),
        ("x#", &labelled),
        ("a", &labelled),
        ("##a", &labelled),
    ] {
        let ran = run(cases(file, text), RunOptions::default()).await;
        assert_eq!(ran.outcomes()[0].name.as_deref(), Some(file), "{text}");
    }
}

#[tokio::test]
async fn a_scenario_with_server_settings_has_a_server_of_its_own_and_the_others_share_one() {
    // With room for one connection only, each of these would be in the way of the others on a shared server.
    let own = r#"{
      "server": { "max_connections": 1, "greeting": "Only you" },
      "cases": [{}, {}, {}, {}, {}, {}, {}, {}],
      "steps": [{ "expect": "Only you" }, { "send": "a" }, { "expect": "Hello, a!" }]
    }"#;
    let shared = r#"{ "steps": [{ "expect": "Welcome!" }] }"#;
    let raw = r#"{ "framing": "raw", "steps": [{ "expect": "Welcome!" }, { "send": "a" }, { "expect": "Hello, a!" }] }"#;
    let all = [
        cases("own", own),
        cases("shared", shared),
        cases("raw", raw),
    ]
    .concat();
    let ran = run(all, RunOptions::default()).await;
    assert_eq!(ran.summary.passed, 10, "{:#?}", ran.outcomes());
}

#[tokio::test]
async fn server_settings_skip_a_scenario_on_another_target() {
    let target = server(|_| async {}).await;
    for settings in [r#""framing": "raw""#, r#""reply": "echo""#] {
        let text = format!(r#"{{ "server": {{ {settings} }}, "steps": [{{ "expect": "x" }}] }}"#);
        let ran = run_at(target.clone(), cases("own", &text), RunOptions::default()).await;
        assert_eq!((ran.summary.skipped, ran.summary.run), (1, 0));
        let CaseResult::Skipped(reason) = &ran.outcomes()[0].result else {
            panic!("{:?}", ran.outcomes());
        };
        assert!(reason.contains("embedded reference server"), "{reason}");
    }
}

#[tokio::test]
async fn a_scenario_that_says_so_is_skipped_with_its_reason() {
    let text = r#"{ "name": "later", "skip": "not today", "steps": [{ "expect": "x" }] }"#;
    let ran = run(cases("skipped", text), RunOptions::default()).await;
    assert!(
        matches!(&ran.outcomes()[0].result, CaseResult::Skipped(reason) if reason == "not today")
    );
    assert_eq!(ran.outcomes()[0].name.as_deref(), Some("later"));
    let began = |event: &Event| matches!(event, Event::CaseStarted { .. });
    assert!(!ran.events.iter().any(began));
    assert!(!ran.summary.connected);
}

#[tokio::test]
async fn a_scenario_is_skipped_where_what_it_requires_is_missing() {
    let steps = r#""steps": [{ "expect": "Welcome!" }]"#;
    for simulate in [false, true] {
        for (requires, missing) in [
            (r#"["feature:there", "target:embedded", "ipv4"]"#, None),
            ("[]", None),
            (
                r#"["target:tcp", "feature:away"]"#,
                Some("requires feature:away (not declared by --feature away)"),
            ),
            (
                r#"["target:icmp"]"#,
                Some("requires target:icmp (the target is embedded reference server)"),
            ),
        ] {
            let text = format!(r#"{{ "requires": {requires}, {steps} }}"#);
            let suite = Suite {
                features: vec!["there".to_owned()],
                ..Suite::default()
            };
            let options = RunOptions {
                simulate,
                ..RunOptions::default()
            };
            let ran = run_of(vec![suite], cases("requires", &text), options).await;
            match (&ran.outcomes()[0].result, missing) {
                (CaseResult::Played(Verdict::Passed), None) => assert_eq!(ran.summary.passed, 1),
                (CaseResult::Skipped(reason), Some(missing)) => {
                    assert_eq!(reason, missing);
                    assert_eq!((ran.summary.skipped, ran.summary.passed), (1, 0));
                }
                (result, _) => panic!("{requires}: {result:?}"),
            }
        }
    }
}

#[tokio::test]
async fn each_suite_has_its_own_target_names_and_requirements() {
    let here = r#"{ "vars": { "own": "{{ word }}!" }, "steps": [{ "expect": "Welcome!" }, { "send": "{{ own }}" }, { "expect": "Hello, a!!" }] }"#;
    let there = r#"{ "steps": [{ "expect_bytes": "over there" }, { "expect_close": "clean" }] }"#;
    let away = r#"{ "steps": [{ "expect": "never" }] }"#;
    let elsewhere = server(|mut stream| async move {
        let _ = stream.write_all(b"over there").await;
    });
    let suite = |name: &str, target, requires: &[&str]| Suite {
        name: Some(name.into()),
        requires: requires.iter().map(|text| text.parse().unwrap()).collect(),
        // The file's own `own` beats that of the suite.
        vars: vec![
            ("word".into(), Value::from("a")),
            ("own".into(), Value::from("weaker")),
        ],
        ..Suite::of(target)
    };
    let suites = vec![
        suite("here", Target::Embedded, &["target:embedded"]),
        suite("there", elsewhere.await, &["target:tcp"]),
        suite("away", Target::Embedded, &["feature:none"]),
    ];
    let options = ReadOptions {
        vars: vec!["word".to_owned()],
        ..ReadOptions::default()
    };
    let mut all = Vec::new();
    for (suite, text) in [here, there, away, here].into_iter().enumerate() {
        let (scenario, _) = read("x", text.as_bytes(), &options).unwrap();
        all.push(CaseRef {
            round: 0,
            id: format!("{suite}").into(),
            file: "x".into(),
            scenario: Arc::new(scenario),
            case: 0,
            suite: suite % 3,
        });
    }
    let ran = run_of(suites, all, RunOptions::default()).await;
    assert_eq!(
        (ran.summary.passed, ran.summary.skipped),
        (3, 1),
        "{:#?}",
        ran.outcomes()
    );
    assert!(matches!(&ran.outcomes()[2].result, CaseResult::Skipped(why) if why.contains("none")));
    assert!(
        matches!(&ran.events[0], Event::RunStarted { target, .. } if target == "suites here, there, away")
    );
}

#[tokio::test]
async fn other_pieces_are_tried_but_on_scenarios_that_are_about_theirs() {
    // In raw, each piece is a message of its own: cut otherwise, the conversation is another one.
    let talk = r#""framing": "raw", "steps": [{ "expect": "Welcome!" }, { "send": "ab" }, { "expect": "Hello, ab!" }]"#;
    let framed =
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "ab" }, { "expect": "Hello, ab!" }] }"#;
    let all = [
        cases(
            "as-written",
            &format!(r#"{{ "segments": "as-written", {talk} }}"#),
        ),
        cases("framed", framed),
    ]
    .concat();
    for segment in [Segment::Byte, Segment::Random] {
        let options = RunOptions {
            segment: Some(segment),
            ..RunOptions::default()
        };
        let ran = run(all.clone(), options).await;
        assert_eq!((ran.summary.passed, ran.summary.as_written), (2, 1));
    }
    let ran = run(all, RunOptions::default()).await;
    assert_eq!((ran.summary.passed, ran.summary.as_written), (2, 0));
}

#[tokio::test]
async fn the_transcript_of_what_has_passed_is_kept_only_where_it_is_asked_for() {
    let text = r#"{ "steps": [{ "expect": "Welcome!" }] }"#;
    for keep_transcripts in [false, true] {
        let options = RunOptions {
            keep_transcripts,
            ..RunOptions::default()
        };
        let ran = run(cases("passes", text), options).await;
        let events = ran.outcomes()[0].transcript.events().count();
        assert_eq!(events > 0, keep_transcripts);
    }
}
