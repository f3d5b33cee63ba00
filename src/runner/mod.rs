//! Plays scenarios against a target: one conversation, a suite, its schedule.

mod event;
mod outcome;

pub use event::{Event, Summary};
pub use outcome::{CaseResult, Outcome};
