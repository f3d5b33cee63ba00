//! What is under test: the embedded server, an address.
//!
//! A [`Target`] is what a person names. [Opened](Target::open) for a run, it gives each case the [`Peer`] it talks to.

mod choice;
mod embedded;
mod open;
#[cfg(test)]
mod tests;

pub use choice::Target;
pub use open::{OpenTarget, Peer, Unavailable};
