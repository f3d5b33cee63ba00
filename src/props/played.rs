//! Properties of scenarios that are played: in memory, the same again and again.

use std::sync::Arc;

use crate::player::{Event, Log, Player, Setting};
use crate::scenario::Scenario;
use crate::session::Config;
use crate::simulation::{Simulation, Unsupported};

/// How many cases of a scenario are played.
const CASES: usize = 2;

/// How many steps one has at most, and bytes a payload: a fuzzer has no time for more.
const MAX_STEPS: u64 = 200;
const MAX_PAYLOAD: usize = 1 << 12;

/// How much happens at one moment at most without a step: a fuzzer has no time for two sides that answer each other for ever.
const MAX_TURNS_AT_ONCE: u32 = 1 << 10;

/// Plays the first cases of a scenario against the reference server, each twice with the same player.
///
/// # Panics
///
/// When a conversation comes to no verdict, or the second time to another one or by another way.
pub(super) fn played(scenario: &Scenario) {
    if Unsupported::in_scenario(scenario).is_some() {
        return;
    }
    let Ok(config) = Config::for_scenario(scenario).map(Arc::new) else {
        return;
    };
    for case in scenario.cases.iter().take(CASES) {
        let setting = Setting {
            case: case.values.clone(),
            max_steps: MAX_STEPS,
            max_payload: MAX_PAYLOAD,
            ..Setting::default()
        };
        let mut player = Player::new(Arc::clone(&scenario.script), setting.clone());
        let mut simulation =
            Simulation::new(Arc::clone(&config)).max_turns_at_once(MAX_TURNS_AT_ONCE);
        let time = simulation.play(&mut player);
        let verdict = player.verdict().cloned();
        let transcript = player.transcript().clone();
        assert!(verdict.is_some(), "no verdict");

        player.reset(setting);
        assert_eq!(player.verdict(), None, "it begins again");
        assert_eq!(simulation.play(&mut player), time, "when it is over");
        assert_eq!(player.verdict(), verdict.as_ref());
        let again = player.transcript();
        assert!(again.events().eq(transcript.events()), "what happens");
        let events = |log: Option<&Log>| -> Vec<Event> {
            log.map_or_else(Vec::new, |log| log.events().cloned().collect())
        };
        assert_eq!(events(again.finally()), events(transcript.finally()));
    }
}
