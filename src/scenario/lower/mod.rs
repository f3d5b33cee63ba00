//! The tree of a file → a compiled scenario, or all that is wrong with it.
//!
//! [`read`](read()) is the way in; `file` walks the file's own keys and calls one file a subject. All of them are
//! methods of the one [`Reader`](reader::Reader), which collects the mistakes: a method that answers `None` has already
//! reported why, and its caller goes on with the next value, so that every mistake is found.

mod addresses;
mod captures;
mod cases;
mod clients;
mod connections;
mod durations;
mod examples;
mod expecting;
mod fields;
mod file;
mod files;
mod flow;
mod framings;
mod ignored;
mod include;
mod json_payloads;
mod length;
mod library;
mod matchers;
mod names;
mod numbers;
mod packets;
mod parallel;
mod patterns;
mod payloads;
mod project;
mod read;
mod reader;
mod sequences;
mod server;
mod silence;
mod steps;
mod streams;
mod tables;
mod tls;
mod unreachable;
mod unused;
mod verbs;
mod waits;

pub use durations::{DurationError, MAX_DURATION, parse as parse_duration};
pub use flow::DEFAULT_EVERY;
pub use framings::Cut;
pub use include::{MAX_INCLUDED, MAX_INCLUDES};
pub use length::MAX_SCRIPT;
pub use names::BUILT_IN;
pub(in crate::scenario) use names::WORDS;
pub use parallel::MAX_BRANCHES;
pub use payloads::MAX_PAYLOAD;
pub use project::read_project;
pub(crate) use project::wrong_setting;
pub use read::{DEFAULT_MAX_STEPS, MAX_FILE, MAX_MISTAKES, ReadOptions, read, read_with};
pub(in crate::scenario) use read::{alone, read_text};
pub use tables::MAX_CASES;
