//! The client's side of a scenario as a state machine.
//!
//! A [`Player`] plays a compiled [`Script`](crate::scenario::Script): it says which connections to open, what to write and when to close
//! ([`Player::poll_action`]), is told what happens ([`Player::handle_received`] and its siblings), and in the end knows
//! the [`Verdict`]. It owns no socket and reads no clock; a driver carries bytes and time.

mod action;
mod answering;
mod answers;
mod capturing;
mod connecting;
mod core;
mod cursor;
mod examples;
mod expecting;
mod explain;
mod failing;
mod flow;
mod json;
mod link;
mod machine;
mod matching;
mod needle;
mod order;
mod parallel;
mod probing;
mod retrying;
mod searching;
mod securing;
mod sending;
mod sequence;
mod setting;
mod skipping;
mod streaming;
#[cfg(test)]
mod tests;
mod transcript;
mod verdict;
mod waiting;
mod wanted;

pub use action::{Action, Ending, Refusal, RefusalKind, TlsFault};
pub use examples::{MAX_COMPARED, wrong_examples};
pub use machine::Player;
#[cfg(any(feature = "props", test))]
pub(crate) use matching::Matching;
pub use searching::{MAX_AGAIN, MAX_AGAIN_A_BYTE};
pub use setting::{
    DEFAULT_BEGAN, DEFAULT_MAX_PAYLOAD, DEFAULT_MAX_STEPS, DEFAULT_SEGMENT_PACE, DEFAULT_TIMEOUT,
    MAX_PACED, Segment, Setting,
};
#[cfg(any(feature = "props", test))]
pub(crate) use streaming::Hold;
pub use transcript::{Cut, Event, EventKind, Log, Transcript};
pub use verdict::{
    Awaited, EndedBy, Expected, Failure, FailureKind, FirstEnd, Inside, Instead, LinkState,
    Meanwhile, ProgramFault, Retried, Verdict,
};
pub use waiting::Waiting;
pub(crate) use wanted::{Deed, Wanted};
