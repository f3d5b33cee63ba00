//! Bytes ⇄ messages ⇄ text.
//!
//! The ground of everything: how a byte stream is cut into messages ([`Framing`], [`FrameDecoder`]), how a message is
//! put on a stream ([`Framing::encode`]), how bytes become text however they were cut ([`Utf8Decoder`], [`LossyUtf8`]),
//! and how bytes of a peer are shown to a person ([`escape`](escape())). No I/O, no clock, nothing of scenarios or sessions.

mod carries;
#[cfg(feature = "codec")]
mod codec;
mod cut;
mod decoder;
mod delimited;
mod encoder;
mod ends;
mod error;
mod escape;
mod fits;
mod fixed;
mod frames;
mod framing;
mod length_prefixed;
mod line;
mod memory;
mod netstring;
mod scan;
#[cfg(test)]
mod tests;
mod utf8;
mod varint;

pub use carries::Carries;
#[cfg(feature = "codec")]
pub use codec::{CodecError, FrameCodec};
pub use cut::Cut;
pub use decoder::{BadFrame, FrameDecoder, KEPT_CAPACITY};
pub use delimited::Delimiter;
pub use error::{EncodeError, WireError, WireErrorKind};
pub use escape::{Escaped, dump_char, escape, escape_text, escape_words};
pub use frames::Frames;
pub use framing::{DEFAULT_MAX_MESSAGE, Framing};
pub use length_prefixed::{Endian, LengthPrefix, LengthWidth};
pub use line::LineEnding;
pub use utf8::{BadSequence, LossyUtf8, Utf8Cause, Utf8Decoder, Utf8Error, validate};

#[cfg(any(test, fuzzing))]
pub(crate) use scan::work;
