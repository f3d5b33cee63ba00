//! Carries bytes and time between a machine and its connections; decides nothing.

mod cancel;
mod linger;
mod play;

pub use cancel::Cancel;
pub use linger::{LINGER, Lingering, linger};
pub use play::{PlayStats, play};
