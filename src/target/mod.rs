//! What is under test: the embedded server, an address.
//!
//! A [`Target`] is what a person names. [Opened](Target::open) for a run, it gives each case the [`Peer`] it talks to.

mod capabilities;
mod choice;
mod embedded;
mod open;
#[cfg(test)]
mod tests;

pub use capabilities::Capabilities;
pub use choice::Target;
pub use open::{OpenTarget, Peer, Unavailable};
