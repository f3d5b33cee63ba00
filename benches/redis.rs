//! Conversations of `scenarios/redis`, a thousand times each, against the same ones in a client written by hand with tokio.
//!
//! Both talk to one Redis, in turns. backchat is the whole program, with its start, its reading of the files and its report;
//! the client is tasks of one runtime, a buffered reader each, and knows nothing but these conversations.
//!
//! ```text
//! cargo bench --bench redis
//! cargo bench --bench redis -- 31 ping pipelining      # more rounds, of these only
//! ```

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at the first thing that is wrong"
)]

mod measure;
mod processor;

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use std::{env, thread};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use measure::{median, range, rounds};
use processor::times;

/// How often each conversation is held in a round.
const TIMES: usize = 1_000;

/// How many conversations are held at a time, and whether one may be held at the same time as itself. Unless it is told that it may, backchat
/// lets the rounds of each take turns, and so does the client then.
const MODES: [(usize, bool); 3] = [(1, false), (8, true), (8, false)];

/// The scenarios that the client knows too: those that change nothing which another one of them reads.
const NAMES: [&str; 10] = [
    "get-nothing",
    "half-close",
    "inline-errors",
    "ping",
    "pipelining",
    "quit",
    "resp-array",
    "transaction",
    "unbalanced-quotes",
    "unknown-command",
];

/// The program under test.
const BACKCHAT: &str = env!("CARGO_BIN_EXE_backchat");

fn main() {
    let Some(redis) = Redis::start() else {
        println!("SKIPPED: redis-server is not installed");
        return;
    };
    let rounds = rounds();
    let chosen = chosen();
    println!(
        "{} conversations, {TIMES} times each; median of {rounds} rounds in turns",
        chosen.len()
    );
    println!(
        "at a time   overlapping   backchat / client   (from     to)   backchat   client   processor time each: backchat client"
    );
    let all = (chosen.len() * TIMES) as f64;
    for (jobs, overlap) in MODES {
        let (mut ours, mut bares, mut ratios) = (vec![], vec![], vec![]);
        let before = times();
        for _ in 0..rounds {
            let our = all / backchat(redis.address, (jobs, overlap), &chosen);
            let bare = all / client(redis.address, (jobs, overlap), &chosen);
            ours.push(our);
            bares.push(bare);
            ratios.push(our / bare);
        }
        let after = times();
        let each = |seconds: f64| seconds * 1e6 / (all * rounds as f64);
        let (low, high) = range(&ratios);
        println!(
            "{jobs:>9} {overlap:>13} {:>19.2} {low:>9.2} {high:>6.2} {:>9.0}/s {:>6.0}/s {:>30.0} µs {:>3.0} µs",
            median(ratios),
            median(ours),
            median(bares),
            each(after.1 - before.1),
            each(after.0 - before.0),
        );
    }
}

/// The numbers of the conversations that are named on the command line; of all where none is.
fn chosen() -> Vec<usize> {
    let named: Vec<String> = env::args().skip(1).collect();
    let all = 0..NAMES.len();
    let chosen: Vec<usize> = (all.clone())
        .filter(|n| named.iter().any(|name| name == NAMES[*n]))
        .collect();
    match chosen.is_empty() {
        true => all.collect(),
        false => chosen,
    }
}

/// A Redis of its own, ended with it.
struct Redis {
    process: Child,
    address: SocketAddr,
}

impl Redis {
    /// Starts it, where it is installed, and waits until it answers.
    fn start() -> Option<Self> {
        // The port is free a moment before, and nothing else is started in between.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a port");
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args(["--port", &address.port().to_string()]);
        let process = command
            .current_dir(env::temp_dir())
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        while std::net::TcpStream::connect(address).is_err() {
            thread::yield_now();
        }
        Some(Self { process, address })
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

/// Seconds that `backchat run` takes.
fn backchat(address: SocketAddr, (jobs, overlap): (usize, bool), chosen: &[usize]) -> f64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/redis");
    let files = (chosen.iter()).map(|n| folder.join(NAMES[*n]).with_extension("json"));
    let empty: PathBuf = env::temp_dir();
    let begin = Instant::now();
    let status = Command::new(BACKCHAT)
        .args(["run", "-q", "--target", &format!("tcp://{address}")])
        .args(["--jobs", &jobs.to_string(), "--repeat", &TIMES.to_string()])
        .args(overlap.then_some("--overlap"))
        .args(files)
        .current_dir(empty)
        .stderr(Stdio::null())
        .status();
    let seconds = begin.elapsed().as_secs_f64();
    assert!(status.expect("it starts").success(), "a scenario failed");
    seconds
}

/// Seconds that the client takes.
fn client(address: SocketAddr, (jobs, overlap): (usize, bool), chosen: &[usize]) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // What may be begun, each with how often: what is being held is not among them, unless it may be held beside itself.
    let all = chosen.iter().map(|which| (*which, TIMES));
    let open = Arc::new(Mutex::new(all.collect::<VecDeque<_>>()));
    let begin = Instant::now();
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for _ in 0..jobs {
            let open = Arc::clone(&open);
            tasks.spawn(async move {
                let next = || open.lock().expect("no panic").pop_front();
                let again = |(which, times): (usize, usize)| {
                    if times > 1 {
                        let mut open = open.lock().expect("no panic");
                        open.push_back((which, times - 1));
                    }
                };
                // Where nothing is left to take, those that hold a conversation go on with it.
                while let Some(one) = next() {
                    if overlap {
                        again(one);
                    }
                    converse(address, one.0).await;
                    if !overlap {
                        again(one);
                    }
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.expect("all conversations go well");
        }
    });
    begin.elapsed().as_secs_f64()
}

/// One conversation, the one of this number in [`NAMES`].
async fn converse(address: SocketAddr, which: usize) {
    let mut talk = Talk::connect(address).await;
    match which {
        0 => {
            talk.say("GET backchat:get-nothing\r\n").await;
            talk.hears("$-1").await;
            talk.say("PING\r\n").await;
            talk.hears("+PONG").await;
        }
        1 => {
            talk.say("PING\r\n").await;
            talk.hears("+PONG").await;
            talk.stream.get_mut().shutdown().await.expect("a FIN");
            talk.hears_the_end().await;
        }
        2 => mistakes(&mut talk).await,
        3 => {
            talk.say("PING\r\n").await;
            talk.hears("+PONG").await;
            talk.say("PING hello\r\n").await;
            talk.hears("$5").await;
            talk.hears("hello").await;
        }
        4 => pipelining(&mut talk).await,
        5 => {
            talk.say("QUIT\r\n").await;
            talk.hears("+OK").await;
            talk.hears_the_end().await;
        }
        6 => {
            talk.say("*1\r\n$4\r\nPING\r\n").await;
            talk.hears_bytes("+PONG\r\n").await;
            talk.say("*2\r\n$4\r\nECHO\r\n$6\r\nBabala\r\n").await;
            talk.hears_bytes("$6\r\nBabala\r\n").await;
        }
        7 => transaction(talk, address).await,
        8 => {
            talk.say("SET backchat:quotes \"Rose\r\n").await;
            talk.hears("-ERR Protocol error: unbalanced quotes in request")
                .await;
            talk.hears_the_end().await;
        }
        _ => {
            talk.say("BABALA rose think\r\n").await;
            talk.hears_of("-ERR unknown command", "BABALA").await;
            talk.say("PING\r\n").await;
            talk.hears("+PONG").await;
        }
    }
}

async fn mistakes(talk: &mut Talk) {
    talk.say("GET\r\n").await;
    talk.hears("-ERR wrong number of arguments for 'get' command")
        .await;
    talk.say("SET backchat:inline-errors 1 WHAT\r\n").await;
    talk.hears_of("-ERR", "syntax error").await;
    talk.say("INCRBY backchat:inline-errors many\r\n").await;
    talk.hears_of("-ERR", "not an integer").await;
    talk.say("PING\r\n").await;
    talk.hears("+PONG").await;
}

async fn pipelining(talk: &mut Talk) {
    talk.say("PING\r\nECHO Rose\r\nNOPE\r\n").await;
    talk.hears("+PONG").await;
    talk.hears("$4").await;
    talk.hears("Rose").await;
    talk.hears_of("-ERR unknown command", "").await;
    for n in 0..100 {
        talk.say(&format!("ECHO {n}\r\n")).await;
    }
    for n in 0..100 {
        talk.hears_of("$", "").await;
        talk.hears(&n.to_string()).await;
    }
}

async fn transaction(mut talk: Talk, address: SocketAddr) {
    for (said, heard) in [
        ("MULTI\r\n", "+OK"),
        ("SET backchat:transaction 41\r\n", "+QUEUED"),
        ("INCR backchat:transaction\r\n", "+QUEUED"),
        ("EXEC\r\n", "*2"),
    ] {
        talk.say(said).await;
        talk.hears(heard).await;
    }
    talk.hears("+OK").await;
    talk.hears(":42").await;
    // What the scenario does in `finally`, on a connection of its own.
    drop(talk);
    let mut talk = Talk::connect(address).await;
    talk.say("DEL backchat:transaction\r\n").await;
    talk.hears_of(":", "").await;
}

/// A connection and the line that was read last.
struct Talk {
    stream: BufReader<TcpStream>,
    line: Vec<u8>,
}

impl Talk {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self {
            stream: BufReader::new(stream),
            line: Vec::new(),
        }
    }

    async fn say(&mut self, words: &str) {
        let written = self.stream.get_mut().write_all(words.as_bytes()).await;
        written.expect("written");
    }

    async fn next_line(&mut self) -> &[u8] {
        self.line.clear();
        let read = self.stream.read_until(b'\n', &mut self.line).await;
        read.expect("a line");
        self.line.strip_suffix(b"\r\n").expect("its end")
    }

    async fn hears(&mut self, words: &str) {
        assert_eq!(self.next_line().await, words.as_bytes());
    }

    async fn hears_of(&mut self, begin: &str, within: &str) {
        let line = String::from_utf8_lossy(self.next_line().await);
        assert!(line.starts_with(begin) && line.contains(within), "{line}");
    }

    async fn hears_bytes(&mut self, words: &str) {
        self.line.resize(words.len(), 0);
        let read = self.stream.read_exact(&mut self.line).await;
        read.expect("so many bytes");
        assert_eq!(self.line, words.as_bytes());
    }

    async fn hears_the_end(&mut self) {
        let read = self.stream.read(&mut [0]).await;
        assert_eq!(read.expect("an end"), 0);
    }
}
