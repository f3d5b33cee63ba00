//! Carries bytes and time between a machine and its connections; decides nothing.

mod linger;

pub use linger::{LINGER, Lingering, linger};
