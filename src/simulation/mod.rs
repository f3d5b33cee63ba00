//! Player ⇄ sessions in memory under a virtual clock: no sockets, no sleeping.
//!
//! Each client of the script faces a session of its own. A second of think time costs nothing; the same script, seed and
//! cuts give the same transcript, byte for byte.

mod pair;
#[cfg(test)]
mod tests;

pub use pair::{MAX_TURNS_AT_ONCE, Simulation, Toward, Unsupported, play};
