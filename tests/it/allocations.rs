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
