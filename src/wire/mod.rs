//! Bytes ⇄ messages ⇄ text.
//!
//! The ground of everything: how a byte stream is cut into messages ([`Framing`], [`FrameDecoder`]), how a message is
//! put on a stream ([`Framing::encode`]), how bytes become text however they were cut ([`Utf8Decoder`], [`LossyUtf8`]),
//! and how bytes of a peer are shown to a person ([`escape`]). No I/O, no clock, nothing of scenarios or sessions.

mod cut;
mod decoder;
mod encoder;
mod error;
mod escape;
mod framing;
mod line;
mod scan;
#[cfg(test)]
mod tests;
mod utf8;

pub use cut::Cut;
pub use decoder::{FrameDecoder, Frames, KEPT_CAPACITY};
pub use error::{EncodeError, WireError, WireErrorKind};
pub use escape::{Escaped, dump_char, escape, escape_first, escape_text};
pub use framing::{DEFAULT_MAX_MESSAGE, Framing, LineEnding};
pub use utf8::{LossyUtf8, Utf8Cause, Utf8Decoder, Utf8Error, validate};

#[cfg(any(test, fuzzing))]
pub(crate) use scan::work;
