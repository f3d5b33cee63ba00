//! What can go wrong with a scenario while it is played.

use thiserror::Error;

use super::Span;

/// An expression or payload that has no value at this point of the conversation. The scenario's author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct EvalError {
    /// What is wrong, one line, a lowercase fragment.
    pub message: String,
    /// Where the expression stands.
    pub span: Span,
}
