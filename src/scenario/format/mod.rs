//! One way to write a file: `parts` takes its text apart, with every comment and every value as it is written, and
//! `layout` puts it together again.
//!
//! It knows no keys but `steps` and `finally`: what can be read can be formatted, also where `check` finds mistakes. What
//! is formatted twice is the same as what is formatted once.

mod layout;
mod parts;

pub use layout::{WIDTH, format};
