//! The tutorial's conversation in memory: a player facing a session, no sockets, no clock.
//!
//! What a fuzzer, a property or a simulation pays for one whole conversation, its transcript kept. The session alone, handed
//! the client's lines one after another, is the baseline of the same run: the rest is the player.
//!
//! ```text
//! cargo bench --bench memory                  # 11 rounds
//! ```

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

mod measure;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use backchat::player::{Player, Setting, Verdict};
use backchat::scenario::{ReadOptions, read};
use backchat::session::{Config, Session};
use backchat::simulation::Simulation;
use backchat::time::Time;

use measure::{median, range, rounds};

/// Conversations a side and round.
const CONVERSATIONS: usize = 200_000;

const SCENARIO: &str = r#"{
  "framing": "line",
  "steps": [
    { "expect": "Welcome!" },
    { "send": "Rose" },
    { "expect": "Hello, Rose!" },
    { "send": "Think" },
    { "expect": "Hello, Think!" },
    { "send": "Babala" },
    { "expect": "Hello, Babala!" },
    { "send": "exit" },
    { "expect_close": "clean" }
  ]
}"#;

fn main() {
    let (scenario, _) = read(
        "tutorial.json",
        SCENARIO.as_bytes(),
        &ReadOptions::default(),
    )
    .expect("the scenario is right");
    let config = Arc::new(Config::for_scenario(&scenario).expect("no expressions"));
    let mut player = Player::new(Arc::clone(&scenario.script), Setting::default());
    let mut simulation = Simulation::new(Arc::clone(&config));
    let mut session = Session::new(config, Time::ZERO);

    let mut rates = Vec::new();
    let mut ratios = Vec::new();
    for _ in 0..rounds() {
        let whole = rate(|| {
            player.replay(0);
            simulation.play(&mut player);
            assert_eq!(player.verdict(), Some(&Verdict::Passed));
        });
        let alone = rate(|| alone(&mut session));
        rates.push(whole);
        ratios.push(alone / whole);
    }
    let (low, high) = range(&rates);
    println!(
        "{:.0} conversations/s (median; {low:.0} to {high:.0})",
        median(rates)
    );
    println!(
        "{:.2} times what the session alone takes (median of {})",
        median(ratios.clone()),
        ratios.len()
    );
}

/// How often a second something is done.
fn rate(mut what: impl FnMut()) -> f64 {
    let began = Instant::now();
    for _ in 0..CONVERSATIONS {
        what();
    }
    CONVERSATIONS as f64 / began.elapsed().as_secs_f64()
}

/// The session's side of the conversation, with nobody who judges it.
fn alone(session: &mut Session) {
    session.reset(Time::ZERO);
    for line in [&b"Rose\n"[..], b"Think\n", b"Babala\n", b"exit\n"] {
        let said = black_box(session.outbox()).len();
        session.handle_written(said, Time::ZERO);
        session.handle_received(line, Time::ZERO);
    }
    assert!(session.poll_close().is_some());
}
