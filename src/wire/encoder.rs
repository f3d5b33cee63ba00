//! Messages → bytes.

use super::{EncodeError, Framing, LineEnding};

impl Framing {
    /// Appends `message` to `out` as one frame.
    ///
    /// The limit on messages is the receiver's: a message of any length is encoded, also one that holds line ends of
    /// its own (the receiver will then see several messages).
    ///
    /// # Errors
    ///
    /// Fails when the framing cannot carry a message of this length; no framing of this version has such a limit.
    pub fn encode(&self, message: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(message);
        match self {
            Self::Raw => {}
            Self::Line(LineEnding::Lf) => out.push(b'\n'),
            Self::Line(LineEnding::CrLf | LineEnding::Either) => out.extend_from_slice(b"\r\n"),
        }
        Ok(())
    }
}
