//! What playing costs in memory: a conversation played again allocates nothing.

use std::sync::Arc;

use backchat::player::{Player, Setting, Verdict};
use backchat::scenario::{ReadOptions, read};
use backchat::session::Config;
use backchat::simulation::Simulation;

const TUTORIAL: &str = r#"{
  "framing": "line",
  "steps": [
    { "expect": "Welcome!" },
    { "send": "Rose" },   { "expect": "Hello, Rose!" },
    { "send": "Think" },  { "expect": "Hello, Think!" },
    { "send": "Babala" }, { "expect": "Hello, Babala!" },
    { "send": "exit" },   { "expect_close": "clean" }
  ]
}"#;

#[test]
fn a_conversation_played_again_allocates_nothing() {
    let (scenario, _) = read(
        "tutorial.json",
        TUTORIAL.as_bytes(),
        &ReadOptions::default(),
    )
    .expect("the scenario is right");
    let config = Arc::new(Config::for_scenario(&scenario).expect("no expressions"));
    let mut player = Player::new(Arc::clone(&scenario.script), Setting::default());
    let mut simulation = Simulation::new(config);
    // The first two fill the buffers.
    for seed in 0..2 {
        player.replay(seed);
        simulation.play(&mut player);
        assert_eq!(player.verdict(), Some(&Verdict::Passed));
    }
    let counted = allocation_counter::measure(|| {
        for seed in 0..100 {
            player.replay(seed);
            simulation.play(&mut player);
            assert_eq!(player.verdict(), Some(&Verdict::Passed));
        }
    });
    assert_eq!(counted.count_total, 0, "{counted:?}");
}

#[test]
fn conversations_played_in_turns_by_one_player_allocate_nothing() {
    const OTHER: &str = r#"{
      "timeout": "1s",
      "steps": [
        { "expect": { "prefix": "Wel", "contains": "come" } },
        { "send": "Rose" }, { "expect": { "suffix": "Rose!" } }
      ],
      "finally": [ { "expect": "Welcome!" } ]
    }"#;
    let scenarios = [TUTORIAL, OTHER].map(|text| {
        let read = read("file.json", text.as_bytes(), &ReadOptions::default());
        read.expect("the scenario is right").0
    });
    let config = Arc::new(Config::for_scenario(&scenarios[0]).expect("no expressions"));
    let setting = Setting::default();
    let mut player = Player::new(Arc::clone(&scenarios[0].script), setting.clone());
    let mut simulation = Simulation::new(config);
    let mut play = |times: usize| {
        for scenario in std::iter::repeat_n(&scenarios, times).flatten() {
            player.turn_to(Arc::clone(&scenario.script), setting.clone());
            simulation.play(&mut player);
            assert_eq!(player.verdict(), Some(&Verdict::Passed));
        }
    };
    // Buffers change their places until each is as large as the longest message.
    play(20);
    let counted = allocation_counter::measure(|| play(100));
    assert_eq!(counted.count_total, 0, "{counted:?}");
}
