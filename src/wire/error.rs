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
