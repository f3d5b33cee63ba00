//! Property bodies: each stands here once and is driven by both proptest and a fuzz target.
//!
//! Each takes arbitrary bytes, and panics when the property does not hold. The first bytes choose how the property is
//! tried (fixed width, so that the rest of an input can be read), the others are what it is tried on. How they are laid out
//! stands in `corpus`, which writes inputs too.
//!
//! What only compares, and the naive models, is `#[inline]`, so that it is compiled into the fuzz target and not with this crate: a
//! fuzzer counts the edges of this crate alone, and what it counts costs it time. What calls the code under test is not, as that may
//! be inlined there and has to be counted.

#[cfg(feature = "cli")]
mod conversation;
mod frames;
#[cfg(feature = "cli")]
pub(crate) mod matching;
#[cfg(feature = "cli")]
mod mutate;
mod naive;
#[cfg(feature = "cli")]
mod played;
#[cfg(feature = "cli")]
mod player;
#[cfg(feature = "cli")]
mod printed;
mod round_trip;
#[cfg(feature = "cli")]
mod scenario;
#[cfg(feature = "cli")]
mod session;
#[cfg(feature = "cli")]
pub(crate) mod session_model;
pub(crate) mod shown;
mod skipping;
#[cfg(test)]
mod splits;
#[cfg(feature = "cli")]
mod template;
#[cfg(all(test, feature = "cli"))]
mod tests;
#[cfg(feature = "cli")]
mod tree;
mod utf8;

#[cfg(feature = "cli")]
pub use conversation::conversation;
pub use frames::{FRAME_DECODER_TURNS, frame_decoder, frame_decoder_room};
#[cfg(feature = "cli")]
pub use matching::matcher;
#[cfg(feature = "cli")]
pub use mutate::{cross_scenarios, mutate_scenario};
#[cfg(feature = "cli")]
pub use player::{mutate_player, player};
pub use round_trip::frame_roundtrip;
#[cfg(feature = "cli")]
pub use scenario::scenario_json;
#[cfg(feature = "cli")]
pub use session::session;
#[cfg(feature = "cli")]
pub use template::template;
#[cfg(test)]
pub(crate) use utf8::naive as naive_utf8;
pub use utf8::utf8;

/// Wakes the planted bug that the environment variable `BACKCHAT_CANARY` names, in builds that have planted bugs.
///
/// # Panics
///
/// When it names none of them: a fuzzer that then found nothing would prove nothing.
pub fn wake_canary() {
    #[cfg(canary)]
    if let Ok(name) = std::env::var("BACKCHAT_CANARY") {
        assert!(crate::canary::wake(&name), "no planted bug is named {name}");
    }
}
