//! Property bodies: each stands here once and is driven by both proptest and a fuzz target.
//!
//! Each takes arbitrary bytes, and panics when the property does not hold. The first bytes choose how the property is
//! tried (fixed width, so that the rest of an input can be read), the others are what it is tried on.

mod conversation;
mod frames;
mod naive;
mod pieces;
mod printed;
mod scenario;
mod session;
#[cfg(test)]
mod tests;
mod utf8;

pub use conversation::conversation;
pub use frames::frame_decoder;
pub use scenario::scenario_json;
pub use session::session;
pub use utf8::utf8;
