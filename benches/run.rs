//! The whole program, as a person runs it: 10,000 generated files of one conversation each, and one small file.
//!
//! The many files are compared with a bare blocking client that holds as many conversations, the one file with a program that
//! does nothing. Peak memory is what Linux counts for the process (`VmHWM`).
//!
//! ```text
//! cargo bench --bench run
//! ```

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

mod bare;
mod measure;
mod peak;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use measure::{median, range, rounds};
use peak::peak_memory;

/// How many files there are, fewer first: memory must not grow with what the report does not need.
const FILES: [usize; 3] = [100, 1_000, 10_000];

/// Conversations at a time, on both sides.
const JOBS: usize = 8;

/// How often the process is looked at while it runs.
const LOOK: Duration = Duration::from_millis(2);

/// The program under test.
const BACKCHAT: &str = env!("CARGO_BIN_EXE_backchat");

fn main() {
    if bare::is_server() {
        return;
    }
    let rounds = rounds();
    many(rounds);
    println!();
    one(rounds * 3);
}

/// Many files: read only, and run, against the bare client.
fn many(rounds: usize) {
    let server = bare::Server::start();
    println!("median of rounds in turns, {JOBS} conversations at a time");
    println!(
        "files        check     a file     peak         run     a file     peak   bare client   run / bare"
    );
    for files in FILES {
        let folder = tempfile::tempdir().expect("a folder");
        generate(folder.path(), files);
        let (mut checks, mut runs, mut bares, mut ratios) = (vec![], vec![], vec![], vec![]);
        let (mut check_peaks, mut run_peaks) = (vec![], vec![]);
        // The long ones are steady with fewer rounds.
        for _ in 0..(rounds * FILES[1] / files).clamp(3, rounds) {
            let (check, check_peak) = backchat("check", folder.path());
            let (run, run_peak) = backchat("run", folder.path());
            let bare = bare::converse(server.address, &["visitor 1"], files, JOBS).as_secs_f64();
            checks.push(check);
            check_peaks.push(check_peak);
            runs.push(run);
            run_peaks.push(run_peak);
            bares.push(bare);
            ratios.push(run / bare);
        }
        let (check, run) = (median(checks), median(runs));
        let each = |seconds: f64| seconds * 1e6 / files as f64;
        println!(
            "{files:>6} {check:>8.3} s {:>7.1} µs {:>5.1} MiB {run:>9.3} s {:>7.1} µs {:>5.1} MiB {:>11.3} s {:>12.2}",
            each(check),
            median(check_peaks) / 1024.0,
            each(run),
            median(run_peaks) / 1024.0,
            median(bares),
            median(ratios),
        );
    }
}

/// The whole process for one small file, against one that does nothing.
fn one(rounds: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    generate(folder.path(), 1);
    let (mut ours, mut nothing, mut differences) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let our = process(Command::new(BACKCHAT).arg("run").arg(folder.path())) * 1e3;
        let none = process(&mut Command::new("true")) * 1e3;
        ours.push(our);
        nothing.push(none);
        differences.push(our - none);
    }
    let (low, high) = range(&ours);
    println!("one small file, the whole process, {rounds} rounds");
    println!(
        "backchat run {:.2} ms ({low:.2} to {high:.2}), `true` {:.2} ms, difference {:.2} ms",
        median(ours),
        median(nothing),
        median(differences),
    );
}

/// Writes so many scenarios, a hundred to a folder.
fn generate(folder: &Path, files: usize) {
    for n in 0..files {
        let inner = folder.join(format!("{:03}", n / 100));
        fs::create_dir_all(&inner).expect("a folder");
        let text = format!(
            "{{\n  \"description\": \"Visitor {n} is greeted, then leaves.\",\n  \"framing\": \"line\",\n  \"steps\": [\n    \
             {{ \"expect\": \"Welcome!\" }},\n    {{ \"send\": \"visitor {n}\" }},\n    \
             {{ \"expect\": \"Hello, visitor {n}!\" }},\n    {{ \"send\": \"exit\" }},\n    \
             {{ \"expect_close\": \"clean\" }}\n  ]\n}}\n"
        );
        fs::write(inner.join(format!("visitor-{n:05}.json")), text).expect("a file");
    }
}

/// Seconds that a process takes; it must succeed.
fn process(command: &mut Command) -> f64 {
    let begin = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let elapsed = begin.elapsed().as_secs_f64();
    assert!(status.expect("it starts").success(), "{command:?} failed");
    elapsed
}

/// Seconds and peak memory in KiB of one verb of backchat over a folder.
fn backchat(verb: &str, folder: &Path) -> (f64, f64) {
    let mut command = Command::new(BACKCHAT);
    command.arg(verb);
    if verb == "run" {
        command.args(["--jobs", &JOBS.to_string()]);
    }
    let begin = Instant::now();
    let mut child = command
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut peak = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        peak = peak_memory(&child.id().to_string()).unwrap_or(peak);
        thread::sleep(LOOK);
    };
    let elapsed = begin.elapsed().as_secs_f64();
    assert!(status.success(), "backchat {verb} failed");
    (elapsed, peak)
}
