//! Plays scenarios against a target: one conversation, a suite, its schedule.

mod after;
mod by_suite;
mod conversation;
mod event;
mod fit;
mod held;
mod hiding;
mod inquiry;
mod open_suite;
mod options;
mod order;
mod outcome;
mod program;
mod queue;
mod rush;
mod schedule;
mod seed;
mod shard;
mod shuffle;
mod suite;
#[cfg(test)]
mod tests;
mod threads;
mod tries;
mod unplayed;

pub use event::{Event, Summary};
pub use inquiry::Inquiry;
pub use options::{CaseRef, DEFAULT_JOBS, DEFAULT_SLOW_TIMEOUT, MAX_RETRIES, RunOptions, Suite};
pub use outcome::{CaseResult, Outcome, ProgramNews, Replayed, Suspects};
pub use seed::case_seed;
pub use shard::{Shard, ShardError, ShardRule};
pub use shuffle::shuffle;
pub use suite::{in_words, run_suites};

pub use crate::target::Killed;
