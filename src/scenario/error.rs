//! What can go wrong with a scenario while it is played.

use thiserror::Error;

use super::Span;

/// An expression or payload that has no value at this point of the conversation. The scenario's author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct EvalError {
    /// What is wrong, one line, a lowercase fragment; bytes of a peer are escaped in it.
    pub message: String,
    /// Where the expression stands.
    pub span: Span,
    /// The name it needs, where all that is wrong is that nothing has set it yet.
    pub unset: Option<Box<str>>,
    /// Whether all that is wrong is that the result would be longer than what it is for.
    pub beyond: bool,
}

impl EvalError {
    /// Makes an error about what stands at `span`.
    pub fn new(message: impl Into<String>, span: Span) -> Self {
        Self {
            message: message.into(),
            span,
            unset: None,
            beyond: false,
        }
    }

    /// Makes an error about a name that nothing has set.
    pub(super) fn unset(name: &str, message: impl Into<String>, span: Span) -> Self {
        Self {
            unset: Some(name.into()),
            ..Self::new(message, span)
        }
    }
}
