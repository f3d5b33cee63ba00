//! Bytes of a peer, made fit to be shown.

use std::fmt;

/// Shows `bytes` as text in which nothing can steer a terminal or be mistaken for something else.
pub fn escape(bytes: &[u8]) -> Escaped<'_> {
    Escaped(bytes)
}

/// Bytes that display as escaped text. Made by [`escape`].
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}
