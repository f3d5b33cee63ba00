//! A scriptable protocol test harness and fuzz target: conversations written as JSON, replayed byte for byte over real
//! sockets, every reply judged.
//!
//! Two state machines that never touch a socket face each other: a [`Player`], the client's side of a
//! scenario, and a [`Session`](session::Session), the server's side of the reference protocol. Everything that does I/O
//! only carries bytes and time between a machine and the world. So the same scenario plays over sockets, in memory under
//! a virtual clock, and under a fuzzer, and comes to the same verdict.
//!
//! # Layers
//!
//! Imports point down only; `tests/it/tidy.rs` reads the tree and fails when one does not.
//!
//! ```text
//! cli         the only room that parses arguments, prints and exits
//! report      run events → what people and programs read
//! runner      plays scenarios against a target: one conversation, a suite, its schedule
//! target      what is under test: the embedded server, an address
//! server      the reference server: sessions over listeners, limits, graceful stop
//! drive       carries bytes and time between a machine and its connections; decides nothing
//! net         addresses and connections: the one owner of sockets and of the clock
//! ---------   below this line: no I/O, no clock (`now` is an argument), deterministic
//! corpus      inputs of fuzz targets: their layouts, and scenarios → inputs → scenarios
//! simulation  player ⇄ sessions in memory under a virtual clock
//! player      a compiled scenario as a state machine
//! session     the reference protocol as a state machine
//! scenario    JSON → model with positions, payloads, matchers, templates
//! wire        bytes ⇄ messages ⇄ text
//! time        a moment: nanoseconds since the conversation began
//! count       how many there are of something, in words
//! ```
//!
//! # Example
//!
//! A conversation, played in memory against the reference protocol:
//!
//! ```
//! use std::sync::Arc;
//!
//! use backchat::session::Config;
//! use backchat::wire::Framing;
//! use backchat::{Player, ReadOptions, Setting, Verdict, read, simulation};
//!
//! let text = br#"{
//!     "steps": [
//!         { "expect": "Welcome!" },
//!         { "send": "Rose" },
//!         { "expect": "Hello, Rose!" },
//!         { "send": "exit" },
//!         { "expect_close": "clean" }
//!     ]
//! }"#;
//! let (scenario, warnings) = read("talk.json", text, &ReadOptions::default()).expect("no mistakes");
//! assert!(warnings.list.is_empty());
//!
//! let server = Config { framing: Framing::LINE, ..Config::default() };
//! let mut player = Player::new(scenario.script, Setting::default());
//! simulation::play(&mut player, &Arc::new(server));
//! assert_eq!(player.verdict(), Some(&Verdict::Passed));
//! ```
//!
//! # Features
//!
//! `cli`, on unless default features are off, is all of the above. Without it there is only [`wire`], for programs that want
//! its framings and nothing else; `codec` adds them as codecs of tokio-util. `props` is for the project's own tests and fuzz targets.

mod canary;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(any(feature = "cli", feature = "props", test))]
#[cfg_attr(
    not(any(feature = "props", test)),
    expect(
        dead_code,
        unused_imports,
        reason = "the properties read inputs, the program writes them"
    )
)]
mod corpus;
#[cfg(feature = "cli")]
mod count;
#[cfg(feature = "cli")]
pub mod drive;
#[cfg(feature = "cli")]
pub mod net;
#[cfg(feature = "cli")]
pub mod player;
#[cfg(any(feature = "props", test))]
#[doc(hidden)]
pub mod props;
#[cfg(feature = "cli")]
pub mod report;
#[cfg(feature = "cli")]
pub mod runner;
#[cfg(feature = "cli")]
pub mod scenario;
#[cfg(feature = "cli")]
pub mod secrets;
#[cfg(feature = "cli")]
pub mod server;
#[cfg(feature = "cli")]
pub mod session;
#[cfg(feature = "cli")]
pub mod simulation;
#[cfg(feature = "cli")]
pub mod target;
#[cfg(feature = "cli")]
pub mod time;
pub mod wire;

#[cfg(feature = "cli")]
pub use player::{Failure, Player, Setting, Verdict};
#[cfg(feature = "cli")]
pub use runner::{CaseRef, Event, Outcome, RunOptions, Suite, run_suites};
#[cfg(feature = "cli")]
pub use scenario::{Files, ReadOptions, Scenario, read, read_with};
#[cfg(feature = "cli")]
pub use target::Target;
