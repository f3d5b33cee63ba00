//! Messages → bytes.

use super::{EncodeError, Framing, fixed, netstring};

impl Framing {
    /// Appends `message` to `out` as one frame; nothing when it fails.
    ///
    /// The limit on messages is the receiver's: a message of any length is encoded, also one that holds line ends or
    /// delimiters of its own (the receiver will then see several messages).
    ///
    /// # Errors
    ///
    /// Fails when the framing cannot carry a message of this length.
    pub fn encode(&self, message: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            Self::Raw | Self::Datagram => out.extend_from_slice(message),
            Self::Line(ending) => end_with(ending.as_sent(), message, out),
            Self::Delimited(delimiter) => end_with(delimiter.as_bytes(), message, out),
            Self::LengthPrefixed(prefix) => return prefix.encode(message, out),
            Self::Fixed(size) => return fixed::encode(*size, message, out),
            Self::Netstring => netstring::encode(message, out),
        }
        Ok(())
    }
}

fn end_with(ending: &[u8], message: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(message);
    out.extend_from_slice(ending);
}
