//! The tutorial's conversation over real sockets: backchat's engine against a bare blocking client.
//!
//! Both talk to the same server, a bare `std::net` one with a thread a connection, in a process of its own. At each number of
//! conversations at a time the two sides take turns; the ratio of neighbours counts, never a time alone.
//!
//! ```text
//! cargo bench --bench conversation            # 11 rounds
//! cargo bench --bench conversation -- 31      # more of them
//! ```

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

mod bare;
mod measure;
mod processor;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backchat::drive::{Cancel, Lingering, Peers, play};
use backchat::net::Address;
use backchat::player::{Player, Setting, Verdict};
use backchat::scenario::{ReadOptions, Script, read};

use measure::{median, range, rounds};
use processor::times;

/// Conversations a side and round.
const CONVERSATIONS: usize = 800;

/// How many are held at a time.
const AT_A_TIME: [usize; 3] = [1, 8, 32];

/// What is sent.
const NAMES: [&str; 3] = ["Rose", "Think", "Babala"];

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
    if bare::is_server() {
        return;
    }
    let server = bare::Server::start();
    let (scenario, _) = read(
        "tutorial.json",
        SCENARIO.as_bytes(),
        &ReadOptions::default(),
    )
    .expect("the scenario is right");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let engine = |at: usize| engine(&runtime, &scenario.script, server.address, at);
    let bare = |at: usize| bare::converse(server.address, &NAMES, CONVERSATIONS, at);
    println!(
        "{CONVERSATIONS} conversations a side and round, {} rounds in turns, median",
        rounds()
    );
    println!(
        "at a time   bare client      backchat   ratio   (lowest to highest)   CPU each: bare   backchat"
    );
    for at in AT_A_TIME {
        // Warm caches and the server's memory.
        bare(at);
        engine(at);
        let (mut bares, mut engines) = (Side::default(), Side::default());
        for round in 0..rounds() {
            // Who comes first changes from round to round.
            if round % 2 == 0 {
                bares.take(|| bare(at));
                engines.take(|| engine(at));
            } else {
                engines.take(|| engine(at));
                bares.take(|| bare(at));
            }
        }
        let ratios: Vec<f64> = (bares.rates.iter().zip(&engines.rates))
            .map(|(bare, engine)| engine / bare)
            .collect();
        let (low, high) = range(&ratios);
        println!(
            "{at:>9} {:>11.0}/s {:>11.0}/s   {:>5.2}   ({low:>4.2} to {high:>4.2}) {:>21.0} µs {:>7.0} µs",
            median(bares.rates.clone()),
            median(engines.rates.clone()),
            median(ratios),
            bares.cpu_each(),
            engines.cpu_each(),
        );
    }
}

/// What one side has shown.
#[derive(Default)]
struct Side {
    /// Conversations a second, by round.
    rates: Vec<f64>,
    /// Time of processors that all rounds took of this process, in seconds.
    cpu: f64,
}

impl Side {
    fn take(&mut self, round: impl FnOnce() -> Duration) {
        let before = times().0;
        let elapsed = round();
        self.cpu += times().0 - before;
        self.rates
            .push(CONVERSATIONS as f64 / elapsed.as_secs_f64());
    }

    /// Microseconds a conversation.
    fn cpu_each(&self) -> f64 {
        self.cpu * 1e6 / (self.rates.len() * CONVERSATIONS) as f64
    }
}

/// How long backchat takes: the player, the driver and the runtime that `run` uses.
fn engine(
    runtime: &tokio::runtime::Runtime,
    script: &Arc<Script>,
    address: SocketAddr,
    at_a_time: usize,
) -> Duration {
    let address: Address = format!("tcp://{address}").parse().expect("an address");
    let peers = Arc::new(Peers {
        asked: Default::default(),
        allowed: Arc::default(),
        addresses: vec![address],
        tls: Arc::default(),
    });
    let begin = Instant::now();
    runtime.block_on(async {
        let (lingering, cancel) = (Lingering::default(), Cancel::default());
        let tasks: Vec<_> = (0..at_a_time)
            .map(|_| {
                let (script, peers) = (Arc::clone(script), Arc::clone(&peers));
                let (lingering, cancel) = (lingering.clone(), cancel.clone());
                tokio::spawn(async move {
                    for _ in 0..CONVERSATIONS / at_a_time {
                        let mut player = Player::new(Arc::clone(&script), Setting::default());
                        play(&mut player, &peers, &lingering, &cancel).await;
                        let verdict = player.verdict();
                        assert!(matches!(verdict, Some(Verdict::Passed)), "{verdict:?}");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("every conversation passes");
        }
    });
    begin.elapsed()
}
