//! Whole conversations in memory.

use std::sync::Arc;
use std::time::Duration;

use super::{MAX_TURNS_AT_ONCE, Simulation, Unsupported, play};
use crate::player::{Event, FailureKind, Player, Segment, Setting, Verdict};
use crate::scenario::{ReadOptions, Scenario, read};
use crate::session::Config;
use crate::time::{Time, TimeScale};

fn scenario(text: &str) -> Scenario {
    match read("test.json", text.as_bytes(), &ReadOptions::default()) {
        Ok((scenario, _)) => scenario,
        Err(mistakes) => panic!("{mistakes:?}"),
    }
}

/// What came of a scenario, when, and what was said.
fn outcome(scenario: &Scenario, setting: Setting) -> (Option<Verdict>, Time, Vec<Event>) {
    let config = Arc::new(Config::for_scenario(scenario).expect("a greeting"));
    let mut player = Player::new(Arc::clone(&scenario.script), setting);
    let end = play(&mut player, &config);
    let events = player.transcript().events().cloned().collect();
    (player.verdict().cloned(), end, events)
}

fn check_passes(text: &str, takes: Duration) {
    let (verdict, end, events) = outcome(&scenario(text), Setting::default());
    assert_eq!(verdict, Some(Verdict::Passed), "{text}\n{events:?}");
    assert_eq!(end, Time::ZERO.after(takes), "{text}");
}

#[test]
fn time_passes_only_where_somebody_waits_for_it() {
    check_passes(
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!" }] }"#,
        Duration::ZERO,
    );
    check_passes(
        r#"{ "server": { "think_time": "1m" }, "timeout": "2m",
             "steps": [{ "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!" }] }"#,
        Duration::from_secs(60),
    );
    check_passes(
        r#"{ "steps": [{ "expect": "Welcome!" }, { "expect_silence": "30s" }, { "wait": "10s" }] }"#,
        Duration::from_secs(40),
    );
    check_passes(
        r#"{ "server": { "idle_timeout": "20s" }, "timeout": "1m",
             "steps": [{ "expect": "Welcome!" }, { "expect_close": "clean" }] }"#,
        Duration::from_secs(20),
    );
}

#[test]
fn packets_stay_apart_and_nothing_is_said_before_the_first() {
    check_passes(
        r#"{ "framing": "datagram", "steps": [
             { "expect_silence": "1s" }, { "send": "Rose" }, { "send": "" }, { "expect": "Hello, Rose!" }, { "expect": "Hello, !" } ] }"#,
        Duration::from_secs(1),
    );
    check_passes(
        r#"{ "framing": "datagram", "server": { "reply": "echo", "think_time": "1s" }, "steps": [
             { "send": "a\nb" }, { "send": "" }, { "expect": "a\nb" }, { "expect": "" }, { "send": "exit" }, { "send": "c" },
             { "expect": "c" } ] }"#,
        Duration::from_secs(3),
    );
}

#[test]
fn what_packets_say_at_an_end_is_not_simulated() {
    let text =
        r#"{ "framing": "datagram", "steps": [{ "send": "a" }, { "expect_close": "refused" }] }"#;
    assert_eq!(
        Unsupported::in_scenario(&scenario(text)),
        Some(Unsupported("a packet that is refused"))
    );
}

#[test]
fn a_reply_that_does_not_come_fails_at_the_deadline() {
    let scenario = scenario(
        r#"{ "server": { "think_time": "60m" }, "timeout": "7s",
             "steps": [{ "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!" }] }"#,
    );
    let (verdict, end, _) = outcome(&scenario, Setting::default());
    assert!(matches!(verdict, Some(Verdict::Failed(_))), "{verdict:?}");
    assert_eq!(end, Time::ZERO.after(Duration::from_secs(7)));
}

#[test]
fn what_is_sent_after_the_own_end_fails_in_whatever_pieces() {
    let scenario = scenario(
        r#"{ "vars": { "n": 0 }, "steps": [
             { "close": "write", "when": "{{ n == 0 }}" }, { "send": "Rose" }, { "expect": "Welcome!" } ] }"#,
    );
    for segment in [None, Some(Segment::Byte), Some(Segment::Random)] {
        let setting = Setting {
            segment,
            ..Setting::default()
        };
        let (verdict, end, events) = outcome(&scenario, setting);
        let Some(Verdict::Failed(failure)) = verdict else {
            panic!("{verdict:?} {events:?}");
        };
        assert_eq!((failure.step, end), (2, Time::ZERO));
        assert_eq!(failure.kind, FailureKind::HalfClosed, "{segment:?}");
    }
}

#[test]
fn each_client_faces_a_session_of_its_own() {
    check_passes(
        r#"{ "clients": ["ann", "bob"], "steps": [
             { "as": "ann", "expect": "Welcome!" }, { "as": "bob", "expect": "Welcome!" },
             { "as": "ann", "send": "exit" }, { "as": "bob", "send": "Bob" },
             { "as": "bob", "expect": "Hello, Bob!" }, { "as": "ann", "expect_close": "clean" } ] }"#,
        Duration::ZERO,
    );
}

#[test]
fn the_same_seed_says_the_same_in_the_same_pieces() {
    let scenario = scenario(
        r#"{ "steps": [
             { "expect": "Welcome!" }, { "send": "a name that is long enough to be cut", "split": "random", "pace": "3ms" },
             { "expect": { "prefix": "Hello, a name" } }, { "send": "exit" }, { "expect_close": "clean" } ] }"#,
    );
    let seeded = |seed| {
        let setting = Setting {
            seed,
            ..Setting::default()
        };
        outcome(&scenario, setting)
    };
    let first = seeded(1);
    assert_eq!(first.0, Some(Verdict::Passed));
    assert_eq!(first, seeded(1));
    assert!(
        (2..20).any(|seed| seeded(seed) != first),
        "no seed cuts otherwise"
    );
}

#[test]
fn a_player_turns_from_any_script_to_any_other_and_plays_it_as_a_new_one_does() {
    let scenarios = [
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "exit" }, { "expect_close": "clean" }] }"#,
        r#"{ "framing": { "delimited": { "by": "::" } }, "vars": { "who": "Rose" }, "finally": [{ "send": "{{who}}" }, { "expect": "Hello, Rose!" }],
             "steps": [{ "expect": { "regex": "Wel(?<rest>.*)" } }, { "send": "{{rest}}" }, { "expect": "Hello, {{rest}}!" }] }"#,
        r#"{ "framing": "datagram", "steps": [{ "send": "Rose" }, { "expect": "Hello, Rose!" }] }"#,
        r#"{ "framing": "raw", "steps": [{ "expect": { "regex": "W[a-z]+!\n" } }, { "send": "Rose\n" }, { "expect": "Hello, Rosa!\n" }] }"#,
        r#"{ "clients": ["a", "b", "c"], "framing": { "line": { "max_message": 100 } }, "steps": [
             { "parallel": [[{ "as": "a", "expect": "Welcome!" }], [{ "as": "b", "expect": { "regex": "^W" } }], [{ "as": "c", "expect": "Welcome!" }]] },
             { "as": "c", "expect_any_order": ["Hello, 1!", "Hello, 2!"], "within": "1s" }] }"#,
        r#"{ "vars": { "rest": "of its own" }, "steps": [{ "expect": "Welcome!" },
             { "repeat": [{ "send": "{{index}} {{rest}}" }, { "expect": "Hello, {{index}} {{rest}}!" }], "times": 40 },
             { "retry": [{ "send": "Think" }, { "expect": "Hello, nobody!" }], "every": "10ms", "within": "100ms" }] }"#,
    ]
    .map(scenario);
    let alone = scenarios
        .each_ref()
        .map(|scenario| outcome(scenario, Setting::default()));
    let mut player = Player::new(Arc::clone(&scenarios[0].script), Setting::default());
    for (before, after) in
        (0..scenarios.len()).flat_map(|n| (0..scenarios.len()).map(move |m| (n, m)))
    {
        for n in [before, after] {
            let config = Arc::new(Config::for_scenario(&scenarios[n]).expect("a greeting"));
            player.turn_to(Arc::clone(&scenarios[n].script), Setting::default());
            let end = play(&mut player, &config);
            let events: Vec<Event> = player.transcript().events().cloned().collect();
            let again = (player.verdict().cloned(), end, events);
            assert_eq!(again, alone[n], "{n} after {before}");
        }
    }
}

#[test]
fn a_network_is_used_again() {
    let scenario = scenario(
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "exit" }, { "expect_close": "clean" },
             { "connect": true }, { "expect": "Welcome!" }] }"#,
    );
    let config = Arc::new(Config::for_scenario(&scenario).expect("a greeting"));
    let mut network = Simulation::new(config);
    let mut player = Player::new(Arc::clone(&scenario.script), Setting::default());
    for round in 0..3 {
        network.play(&mut player);
        assert_eq!(player.verdict(), Some(&Verdict::Passed), "round {round}");
        let segment = Some(Segment::Byte).filter(|_| round == 0);
        player.reset(Setting {
            segment,
            ..Setting::default()
        });
    }
}

#[test]
fn a_play_goes_on_where_it_was_left_and_can_be_cancelled_there() {
    let scenario = scenario(
        r#"{ "steps": [{ "expect": "Welcome!" },
             { "repeat": [{ "send": "Rose" }, { "expect": "Hello, Rose!" }, { "wait": "1s" }], "times": 100 }],
             "finally": [{ "wait": "7s" }] }"#,
    );
    let config = Arc::new(Config::for_scenario(&scenario).expect("a greeting"));
    let mut network = Simulation::new(config);
    let mut player = Player::new(Arc::clone(&scenario.script), Setting::default());
    network.begin(&player);
    let mut pauses = 0;
    while !network.go_on(&mut player, 3) {
        pauses += 1;
    }
    assert!(pauses > 60, "{pauses}");
    assert_eq!(player.verdict(), Some(&Verdict::Passed));
    assert_eq!(network.now(), Time::ZERO.after(Duration::from_secs(107)));

    player.reset(Setting::default());
    network.begin(&player);
    while network.now() < Time::ZERO.after(Duration::from_secs(5)) {
        assert!(!network.go_on(&mut player, 1));
    }
    player.cancel(network.now());
    while !network.go_on(&mut player, 1) {}
    assert_eq!(player.verdict(), Some(&Verdict::Cancelled));
    assert_eq!(network.now(), Time::ZERO.after(Duration::from_secs(12)));
}

#[test]
fn what_needs_real_sockets_is_told() {
    for (text, expected) in [
        (r#"{ "steps": [{ "expect": "Welcome!" }] }"#, None),
        (
            r#"{ "server": { "max_connections": 1 }, "steps": [{ "expect": "Welcome!" }] }"#,
            Some("a limit on connections cannot be simulated: it needs real sockets"),
        ),
        (
            r#"{ "steps": [{ "connect": "refused" }] }"#,
            Some(
                "a connection that does not come about cannot be simulated: it needs real sockets",
            ),
        ),
    ] {
        let unsupported = Unsupported::in_scenario(&scenario(text));
        assert_eq!(
            unsupported.map(|why| why.to_string()).as_deref(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn at_the_end_of_time_all_that_is_waited_for_is_over() {
    // A thousand times a day each: the clock ends after some hundred of them.
    let text =
        r#"{ "framing": "line", "steps": [{ "repeat": [{ "wait": "1440m" }], "times": 1000 }] }"#;
    let setting = Setting {
        time_scale: TimeScale::new(TimeScale::MAX).expect("a factor"),
        ..Setting::default()
    };
    let (verdict, end, _) = outcome(&scenario(text), setting);
    assert_eq!((verdict, end), (Some(Verdict::Passed), Time::NEVER));
}

#[test]
fn two_sides_that_answer_each_other_for_ever_do_so_until_the_step_is_over() {
    let text = r#"{ "framing": "line", "ignore": [{ "match": { "prefix": "Hello" }, "send": "you" }],
        "steps": [{ "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "never", "within": "3s" }] }"#;
    let scenario = scenario(text);
    let config = Arc::new(Config::for_scenario(&scenario).expect("a greeting"));
    let mut player = Player::new(Arc::clone(&scenario.script), Setting::default());
    let mut simulation = Simulation::new(config).max_turns_at_once(100);
    let end = simulation.play(&mut player);
    assert_eq!(end, Time::ZERO.after(Duration::from_secs(3)));
    match player.verdict() {
        Some(Verdict::Failed(failure)) => {
            assert!(matches!(failure.kind, FailureKind::TimedOut { .. }));
        }
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn steps_may_take_as_many_turns_as_they_are() {
    assert_eq!(MAX_TURNS_AT_ONCE, 1_048_576);
    let text = r#"{ "framing": "line", "steps": [{ "expect": "Welcome!" },
        { "repeat": [{ "send": "Rose" }, { "expect": "Hello, Rose!" }], "times": 200 }] }"#;
    let scenario = scenario(text);
    let config = Arc::new(Config::for_scenario(&scenario).expect("a greeting"));
    let mut player = Player::new(Arc::clone(&scenario.script), Setting::default());
    let mut simulation = Simulation::new(config).max_turns_at_once(10);
    assert_eq!(simulation.play(&mut player), Time::ZERO);
    assert_eq!(player.verdict(), Some(&Verdict::Passed));
}
