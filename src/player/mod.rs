//! The client's side of a scenario as a state machine.
//!
//! A [`Player`] plays a compiled [`Script`](crate::scenario::Script): it says which connections to open, what to write and when to close
//! ([`Player::poll_action`]), is told what happens ([`Player::handle_received`] and its siblings), and in the end knows
//! the [`Verdict`]. It owns no socket and reads no clock; a driver carries bytes and time.

mod action;
mod cursor;
mod link;
mod machine;
mod matching;
#[cfg(test)]
mod tests;
mod transcript;
mod verdict;

pub use action::{Action, Ending, Refusal};
pub use machine::{DEFAULT_TIMEOUT, Player, Segment, Setting};
pub use transcript::{Event, EventKind, Transcript};
pub use verdict::{Expected, Failure, FailureKind, LinkState, Verdict};
