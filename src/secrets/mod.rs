//! Values that nobody may see: found wherever they stand, in whatever way they are written there, and hidden.
//!
//! `pattern` is one way of writing a value as an automaton: as it is (also escaped or percent-encoded), in hexadecimal digits, as a list of
//! decimal numbers, in base64 at each of the three places in which a group of it may begin; `build` makes them. [`Secrets`] hides what they
//! find: each byte becomes a `*`, so that offsets stay what they are. Half of a value is found wherever it stands, and what is cut, so that
//! its rest is elsewhere, by less.

mod build;
mod builder;
mod characters;
mod hide;
mod pattern;
#[cfg(test)]
mod tests;

pub use hide::{Secrets, TooPlain};
