//! Reading scenario files: text → compiled scenario, against serde_json reading the same bytes into its own tree.
//!
//! The second table shows that the cost of a step does not depend on how many there are; then comes a file of 10 MB, read in
//! a process of its own, so that its peak of memory is its own.
//!
//! ```text
//! cargo bench --bench reading
//! ```

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

mod measure;
mod peak;

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use backchat::player::wrong_examples;
use backchat::scenario::{ReadOptions, foresee, read};

use measure::{median, range, rounds};
use peak::peak_memory;

/// How long one side of a round takes, at least.
const ROUND: Duration = Duration::from_millis(40);

/// The numbers of steps at which the cost of one is compared.
const STEPS: [usize; 3] = [1_000, 10_000, 100_000];

/// Makes the program a process that reads the large file.
const LARGE: &str = "--large";

fn main() {
    if std::env::args().any(|arg| arg == LARGE) {
        return large();
    }
    println!("{} rounds in turns, median", rounds());
    println!(
        "file                       bytes   read and compile   serde_json   ratio   (lowest to highest)"
    );
    compare("5 steps", &small(2));
    compare("20 steps", &small(10));
    compare("20 steps, all templates", &templates(10));
    println!();
    println!("steps     nanoseconds a step   against {}", STEPS[0]);
    let costs = linear();
    for (steps, cost) in STEPS.iter().zip(&costs) {
        println!("{steps:>7}   {cost:>18.0}   {:>13.2}", cost / costs[0]);
    }
    println!();
    let status = Command::new(std::env::current_exe().expect("a program"))
        .arg(LARGE)
        .arg(rounds().to_string())
        .status()
        .expect("it starts");
    assert!(status.success(), "the large file");
}

/// Reads a file of 10 MB, of 100,000 steps, and prints how long that takes and the most memory that it took.
fn large() {
    let text = scenario(STEPS[2] / 2, |n| {
        let name = format!("name {n}, and so that each step has a hundred bytes, some words more");
        (name.clone(), format!("Hello, {name}, once again!"))
    });
    let before = peak_memory("self").unwrap_or_default();
    compile(&text);
    let peak = (peak_memory("self").unwrap_or_default() - before) * 1024.0;
    let times = (0..rounds()).map(|_| {
        let begin = Instant::now();
        compile(&text);
        begin.elapsed().as_secs_f64()
    });
    println!(
        "{} bytes: {:.2} s, median; peak of memory {:.0} MiB, {:.1} times the file",
        text.len(),
        median(times.collect()),
        peak / f64::from(1 << 20),
        peak / text.len() as f64,
    );
}

/// Measures both readers of one text and prints a line.
fn compare(what: &str, text: &str) {
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds() {
        let our = time(|| compile(text));
        let their = time(|| {
            black_box(serde_json::from_str::<serde_json::Value>(black_box(text)).expect("JSON"));
        });
        // The first round warms up.
        if round > 0 {
            ours.push(our);
            theirs.push(their);
            ratios.push(our / their);
        }
    }
    let (low, high) = range(&ratios);
    println!(
        "{what:<24} {:>7}   {:>13.1} µs   {:>7.1} µs   {:>5.1}   ({low:.1} to {high:.1})",
        text.len(),
        median(ours),
        median(theirs),
        median(ratios),
    );
}

/// What one step costs, in nanoseconds, at each of the [`STEPS`], measured in turns.
fn linear() -> Vec<f64> {
    let texts = STEPS.map(|steps| small(steps / 2));
    let mut costs = STEPS.map(|_| Vec::new());
    for _ in 0..rounds() {
        for ((text, steps), costs) in texts.iter().zip(STEPS).zip(&mut costs) {
            // The allocator first has to sort what the longer text before left.
            compile(text);
            costs.push(time(|| compile(text)) * 1e3 / steps as f64);
        }
    }
    costs.map(median).into()
}

/// Microseconds that one call takes, the mean of as many as fill [`ROUND`].
fn time(mut work: impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut calls = 0_u32;
    while begin.elapsed() < ROUND || calls == 0 {
        work();
        calls += 1;
    }
    begin.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

/// All that `check` does with a text.
fn compile(text: &str) {
    let options = ReadOptions::default();
    let read = read("bench.json", black_box(text.as_bytes()), &options);
    let (scenario, _) = read.expect("the scenario is right");
    assert!(foresee(&scenario, &options.vars).is_empty());
    assert!(wrong_examples(&scenario, &options.vars).is_empty());
    black_box(scenario);
}

/// A scenario of so many pairs of `send` and `expect`.
fn small(pairs: usize) -> String {
    scenario(pairs, |n| {
        (format!("name {n}"), format!("Hello, name {n}!"))
    })
}

/// The same, with a template in each step.
fn templates(pairs: usize) -> String {
    scenario(pairs, |n| {
        (
            format!("{{{{who}}}} {n}"),
            format!("Hello, {{{{ who }}}} {n}!"),
        )
    })
}

fn scenario(pairs: usize, step: impl Fn(usize) -> (String, String)) -> String {
    let mut text = String::from(
        "{\n  \"description\": \"Names are greeted.\",\n  \"tags\": [\"bench\"],\n  \"framing\": \"line\",\n  \
         \"vars\": { \"who\": \"Rose\" },\n  \"steps\": [\n    { \"expect\": \"Welcome!\" }",
    );
    for n in 0..pairs {
        let (send, expect) = step(n);
        write!(
            text,
            ",\n    {{ \"send\": \"{send}\" }},\n    {{ \"expect\": \"{expect}\" }}"
        )
        .expect("a string takes what is written");
    }
    text.push_str("\n  ]\n}\n");
    text
}
