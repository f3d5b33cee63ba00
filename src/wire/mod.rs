//! Bytes ⇄ messages ⇄ text.
//!
//! The ground of everything: how a byte stream is cut into messages ([`Framing`], [`FrameDecoder`]), how a message is
//! put on a stream ([`Framing::encode`]), how bytes become text however they were cut ([`Utf8Decoder`], [`LossyUtf8`]),
//! and how bytes of a peer are shown to a person ([`escape`]). No I/O, no clock, nothing of scenarios or sessions.

mod decoder;
mod encoder;
mod error;
mod escape;
mod framing;
#[cfg(test)]
mod tests;
mod utf8;

pub use decoder::{Cut, FrameDecoder, Frames};
pub use error::{WireError, WireErrorKind};
pub use escape::{Escaped, escape};
pub use framing::{DEFAULT_MAX_MESSAGE, Framing, LineEnding};
pub use utf8::{LossyUtf8, Utf8Cause, Utf8Decoder, Utf8Error, validate};
