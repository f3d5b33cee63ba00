//! What can be wrong with received bytes, and where.

use thiserror::Error;

/// Bytes of the peer that are no message. The peer is at fault.
///
/// A decoder that has failed stays failed: it answers every later call with the same error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{kind} at byte {offset} of the stream")]
pub struct WireError {
    /// Offset in the stream of the first byte that is wrong, counted from the start of the connection.
    pub offset: u64,
    /// What is wrong.
    pub kind: WireErrorKind,
}

/// A message that a framing cannot carry. Whoever wants to send it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// There is no way to write so great a length.
    #[error("message of {len} bytes, where the length field can carry {most} at most")]
    TooLong {
        /// Bytes of the message.
        len: usize,
        /// Bytes the longest message may have.
        most: usize,
    },
    /// The message lacks what every message of this framing has.
    #[error("message of {len} bytes, where the framing needs {least} at least")]
    TooShort {
        /// Bytes of the message.
        len: usize,
        /// Bytes the shortest message has.
        least: usize,
    },
    /// All messages have the same size, but for this one.
    #[error("message of {len} bytes, where each has {size}")]
    WrongSize {
        /// Bytes of the message.
        len: usize,
        /// Bytes of every message.
        size: usize,
    },
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WireErrorKind {
    /// A message grew past the limit.
    #[error("message longer than {limit} bytes")]
    TooLong {
        /// The limit that was passed, in bytes.
        limit: usize,
    },
}
