//! Inputs of fuzz targets: the bytes, what they mean, and the way from a scenario to inputs and back.
//!
//! The properties read their inputs with what stands here, and `backchat corpus` writes them with it: so there is one
//! layout of each. `header` and `pieces` are what layouts are made of, `layout` has one type a target, `language` the steps
//! of a conversation in a line each, `peer` what happens to a player. `talk` plays a scenario against a peer that says what is expected, `seeds` makes
//! inputs of what was said, `replay` makes a scenario of an input.
//!
//! No I/O: files are the caller's.

mod header;
#[cfg(feature = "cli")]
mod language;
mod layout;
#[cfg(feature = "cli")]
mod peer;
mod pieces;
#[cfg(feature = "cli")]
mod quoting;
#[cfg(feature = "cli")]
mod replay;
#[cfg(feature = "cli")]
mod seeds;
#[cfg(feature = "cli")]
mod talk;
#[cfg(all(test, feature = "cli"))]
mod tests;

#[cfg(test)]
pub(crate) use header::{FRAMINGS, framing_named};
#[cfg(feature = "cli")]
pub(crate) use layout::{ConversationInput, Options, SessionInput};
pub(crate) use layout::{FrameInput, RoundTripInput, Utf8Input};
#[cfg(feature = "cli")]
pub(crate) use peer::{Condition, PlayerInput, Turn};
pub(crate) use pieces::Cuts;
#[cfg(feature = "cli")]
pub(crate) use pieces::Random;
#[cfg(feature = "cli")]
pub(crate) use quoting::quoted;
#[cfg(all(test, feature = "cli"))]
pub(crate) use replay::NoScenario;
#[cfg(feature = "cli")]
pub(crate) use replay::{REPLAYED, replay};
#[cfg(feature = "cli")]
pub(crate) use seeds::{TARGETS, seeds};
