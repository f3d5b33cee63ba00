//! Regular expressions over bytes.

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {}

/// A pattern that cannot be compiled. The scenario's author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong, one line, a lowercase fragment.
    pub message: String,
    /// Which bytes of the pattern.
    pub range: std::ops::Range<usize>,
}

/// How far a pattern has come on a stream.
#[derive(Debug, Default)]
pub struct StreamState {}
