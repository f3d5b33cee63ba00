//! Matching a reply of 64 MiB that arrives 1 KiB at a time: what a byte costs, and how much memory it takes.
//!
//! A player is told of each piece, as a driver would tell it. The bare side looks for the last line in each piece with memchr, and
//! does nothing else. A quarter of the reply is matched too: a cost that grows with what came before would show. Each way to match
//! has a process of its own, so that its peak of memory is its own.
//!
//! ```text
//! cargo bench --bench matching                # 11 rounds
//! ```

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

mod measure;
mod peak;

use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use backchat::player::{Action, Player, Setting, Verdict};
use backchat::scenario::{ReadOptions, Script, read};
use backchat::time::Time;
use memchr::memmem;

use measure::{median, range, rounds};
use peak::peak_memory;

/// How many bytes the reply has, but for a last piece that is shorter.
const REPLY: usize = 64 << 20;

/// How many bytes arrive at a time.
const PIECE: usize = 1 << 10;

/// How many different pieces there are; then they come again.
const PIECES: usize = 64;

/// What the reply ends with. Nothing before is like it.
const LAST: &[u8] = b"code=4711;\n";

/// Says which way a process of its own measures.
const ONE: &str = "--one";

/// One way to match the reply.
struct Way {
    what: &'static str,
    framing: &'static str,
    step: &'static str,
    text: Text,
    /// How many bytes of a reply there are.
    bytes: usize,
}

/// What the reply is made of.
#[derive(Clone, Copy)]
enum Text {
    /// The same sixteen bytes.
    Same,
    /// Lines of 64 bytes.
    Lines,
    /// One line.
    Line,
    /// `0` and `1` by chance.
    Bits,
}

/// A framing whose message the whole reply can be.
const LONG_LINE: &str = r#"{ "line": { "max_message": 67108864 } }"#;

#[rustfmt::skip]
const WAYS: [Way; 11] = [
    way("bytes: exact", r#""raw""#, r#"{ "expect_bytes": [{ "repeat": "0123456789abcdef", "times": "{{ size }}" }, "code=4711;\n"] }"#, Text::Same),
    way("bytes: contains", r#""raw""#, r#"{ "expect_bytes": { "contains": "code=4711;\n" } }"#, Text::Lines),
    way("bytes: regex", r#""raw""#, r#"{ "expect_bytes": { "regex": "code=[0-9]+;\n" } }"#, Text::Lines),
    way("bytes: skip_until", r#""raw""#, r#"{ "skip_until": "code=4711;\n" }"#, Text::Lines),
    way("bytes: skip_until, regex with a group", r#""raw""#, r#"{ "skip_until": { "regex": "code=(?<code>[0-9]+);\n" } }"#, Text::Lines),
    way("bytes: skip_until, bytes, then a regex", r#""raw""#, r#"{ "skip_until": ["code=", { "regex": "^[0-9]+;\n" }] }"#, Text::Lines),
    way("a message: contains", LONG_LINE, r#"{ "expect": { "contains": "code=4711;" } }"#, Text::Line),
    way("a message: regex", LONG_LINE, r#"{ "expect": { "regex": "code=[0-9]+;" } }"#, Text::Line),
    way("messages: skip_until", r#""line""#, r#"{ "skip_until": "code=4711;" }"#, Text::Lines),
    way("messages: skip_until, regex", r#""line""#, r#"{ "skip_until": { "regex": "^code=[0-9]+;$" } }"#, Text::Lines),
    // After each byte one of 2^100 states: none is met again, so each has to be made.
    Way { bytes: REPLY / 64, ..way("bytes: regex whose states blow up", r#""raw""#, r#"{ "expect_bytes": { "regex": "1[01]{100}[01]*code=" } }"#, Text::Bits) },
];

const fn way(what: &'static str, framing: &'static str, step: &'static str, text: Text) -> Way {
    Way {
        what,
        framing,
        step,
        text,
        bytes: REPLY,
    }
}

fn main() {
    let mut args = std::env::args().skip_while(|arg| arg != ONE).skip(1);
    if let Some(number) = args.next() {
        let way = number.parse().ok().and_then(|n: usize| WAYS.get(n));
        let rounds = args.next().and_then(|rounds| rounds.parse().ok());
        return measure(way.expect("one of them"), rounds.expect("a number"));
    }
    println!(
        "pieces of {PIECE} bytes, {} rounds in turns, median",
        rounds()
    );
    println!(
        "way                                        bytes       MB/s   (lowest to highest)   of memchr   a byte, to a quarter's   peak memory"
    );
    for (n, way) in WAYS.iter().enumerate() {
        let rounds = if way.bytes < REPLY { 3 } else { rounds() };
        let status = Command::new(std::env::current_exe().expect("a program"))
            .args([ONE, &n.to_string(), &rounds.to_string()])
            .status()
            .expect("it starts");
        assert!(status.success(), "{} failed", way.what);
    }
}

/// Measures one way, and prints its line.
fn measure(way: &Way, rounds: usize) {
    let pieces = pieces(way.text);
    let (whole, quarter) = (script(way, way.bytes), script(way, way.bytes / 4));
    let (mut rates, mut to_quarters, mut to_bares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let each = |seconds: f64, bytes: usize| seconds / bytes as f64;
        let (bare, our) = (look(&pieces, way.bytes), play(&whole, &pieces, way.bytes));
        let our_quarter = play(&quarter, &pieces, way.bytes / 4);
        rates.push(way.bytes as f64 / our / 1e6);
        to_quarters.push(each(our, way.bytes) / each(our_quarter, way.bytes / 4));
        to_bares.push(bare / our);
    }
    let (low, high) = range(&rates);
    println!(
        "{:<38} {:>9} {:>10.1}   ({low:>7.1} to {high:>7.1}) {:>12.4} {:>24.2} {:>9.1} MiB",
        way.what,
        way.bytes,
        median(rates),
        median(to_bares),
        median(to_quarters),
        peak_memory("self").unwrap_or_default() / 1024.0,
    );
}

/// The pieces that come again and again; before them, a reply's are no others.
fn pieces(text: Text) -> Vec<u8> {
    let mut random = 1_u64;
    let byte = |at: usize| match text {
        Text::Same => b"0123456789abcdef"[at % 16],
        Text::Lines if at % 64 == 63 => b'\n',
        Text::Lines | Text::Line => b"the code=fish of the day; "[(at + at / 64) % 26],
        Text::Bits => {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            b"01"[(random >> 60) as usize % 2]
        }
    };
    (0..PIECES * PIECE).map(byte).collect()
}

fn script(way: &Way, bytes: usize) -> Arc<Script> {
    let text = format!(
        r#"{{ "framing": {}, "vars": {{ "size": {} }}, "steps": [{}] }}"#,
        way.framing,
        (bytes - PIECE) / 16,
        way.step
    );
    let (scenario, _) = read("bench.json", text.as_bytes(), &ReadOptions::default())
        .expect("the scenario is right");
    Arc::clone(&scenario.script)
}

/// How many seconds a player takes that is told of a reply of so many bytes, piece by piece, and then of its end.
fn play(script: &Arc<Script>, pieces: &[u8], bytes: usize) -> f64 {
    let mut player = Player::new(Arc::clone(script), Setting::default());
    let Some(Action::Connect(client)) = player.poll_action(Time::ZERO) else {
        panic!("a player connects first");
    };
    player.handle_connected(client, "nobody", Time::ZERO);
    let begin = Instant::now();
    for at in (0..bytes - PIECE).step_by(PIECE) {
        let piece = &pieces[at % pieces.len()..][..PIECE];
        assert!(player.wants_bytes(client), "it reads on");
        player.handle_received(client, piece, Time::ZERO);
    }
    player.handle_received(client, LAST, Time::ZERO);
    let elapsed = begin.elapsed().as_secs_f64();
    while player.poll_action(Time::ZERO).is_some() {}
    assert_eq!(player.verdict(), Some(&Verdict::Passed));
    elapsed
}

/// How many seconds it takes to look for the last line in pieces.
fn look(pieces: &[u8], bytes: usize) -> f64 {
    let begin = Instant::now();
    let last = memmem::Finder::new(LAST);
    for at in (0..bytes).step_by(PIECE) {
        let piece = &pieces[at % pieces.len()..][..PIECE];
        assert_eq!(last.find(black_box(piece)), None);
    }
    begin.elapsed().as_secs_f64()
}
