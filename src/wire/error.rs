//! What can be wrong with received bytes, and where; and what cannot be sent.

use thiserror::Error;

/// Bytes of the peer that are no message. The peer is at fault.
///
/// A decoder that has failed stays failed: it answers every later call with the same error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{kind} at byte {offset} of the stream")]
pub struct WireError {
    /// Offset in the stream of the first byte that is wrong, counted from the start of the connection.
    ///
    /// Of a length that is wrong as a whole this is its first byte.
    pub offset: u64,
    /// What is wrong.
    pub kind: WireErrorKind,
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
    /// `datagram`: a packet is longer than the limit.
    #[error("packet of {len} bytes, where a message may have {limit}")]
    PacketTooLong {
        /// How many bytes it has.
        len: usize,
        /// The limit that it passes, in bytes.
        limit: usize,
    },
    /// `length_prefixed`: the length promises a message that is longer than the limit. Nothing of it was kept.
    #[error("length {length} promises a message longer than {limit} bytes")]
    LengthTooLong {
        /// The length as it was sent.
        length: u64,
        /// The limit that would be passed, in bytes.
        limit: usize,
    },
    /// `length_prefixed`: the length is less than what it has to count.
    #[error("length {length} with {adjust} added is negative")]
    NegativeLength {
        /// The length as it was sent.
        length: u64,
        /// What is added to it.
        adjust: i64,
    },
    /// `length_prefixed`: a varint written with more bytes than it needs.
    #[error("length written with more bytes than it needs")]
    VarintOverlong,
    /// `length_prefixed`: a varint of more than 64 bits.
    #[error("length of more than 64 bits")]
    VarintOverflow,
    /// `netstring`: a length of more than one digit that begins with 0.
    #[error("length with a leading zero")]
    LeadingZero,
    /// `netstring`: something else than a digit, or the colon after at least one, in the length.
    #[error("no digit in the length")]
    NotADigit,
    /// `netstring`: something else than a comma after the last byte.
    #[error("no comma after the message")]
    MissingComma,
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
