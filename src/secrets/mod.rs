//! Values that nobody may see: found wherever they stand, in whatever way they are written there, and hidden.
//!
//! `pattern` is one way of writing a value as an automaton: as it is (also escaped or percent-encoded), in hexadecimal digits, in
//! base64 at each of the three places in which a group of it may begin. [`Secrets`] hides what they find: each byte becomes a `*`, so that
//! offsets stay what they are. What is cut, so that its rest is elsewhere, is found by its part.

mod build;
mod hide;
mod pattern;
#[cfg(test)]
mod tests;

pub use hide::{Secrets, TooPlain};
