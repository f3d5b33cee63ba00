//! Carries bytes and time between a machine and its connections; decides nothing.

mod alarm;
mod asked;
mod cancel;
mod linger;
mod open;
mod play;
mod serve;
#[cfg(test)]
mod tests;

pub use alarm::Alarm;
pub use asked::Asked;
pub use cancel::Cancel;
pub use linger::{LINGER, Lingering, linger};
pub use play::{Peers, PlayStats, play, play_with};
pub use serve::{READ_SIZE, Served, Serving};
