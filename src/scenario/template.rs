//! Strings with `{{ expression }}` in them.
//!
//! The string is split by us, and each expression is compiled once by minijinja; the text around them is never touched,
//! so nothing is trimmed, escaped or re-encoded. A lone name is a slot copy and never reaches minijinja.

use std::ops::Range;

use minijinja::value::ValueKind;
use thiserror::Error;

use super::expression::Expression;
use super::tokens::{find_end, lone_name};
use super::{EvalError, Names, SlotId, Span, Value, Values, filters};
use crate::canary::{Bug, sings};

/// How many bytes the text may have that [`Template::eval`] makes of a string with expressions in it: 64 MiB.
pub const MAX_TEXT: usize = 64 << 20;

/// A string, split where its expressions stand.
#[derive(Debug)]
pub struct Template {
    parts: Box<[Part]>,
    span: Span,
}

#[derive(Debug)]
enum Part {
    Text(Box<str>),
    /// A value that is known and no text: a number in `vars`.
    Value(Value),
    Slot(Slot),
    Expression(Box<Expression>),
}

/// A lone name.
#[derive(Debug)]
struct Slot {
    id: SlotId,
    /// For the message when it is not set.
    name: Box<str>,
    /// Where the name stands in the string.
    range: Range<usize>,
}

/// A template that cannot be compiled. The scenario's author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct TemplateError {
    /// What is wrong, one line, a lowercase fragment.
    pub message: String,
    /// Which bytes of the string.
    pub range: Range<usize>,
    /// What to write instead, where that can be said.
    pub help: Option<String>,
}

impl TemplateError {
    pub(super) fn new(message: String, range: Range<usize>) -> Self {
        Self {
            message,
            range,
            help: None,
        }
    }

    pub(super) fn too_many_names(range: Range<usize>) -> Self {
        Self::new(format!("a script has at most {} names", Names::MAX), range)
    }
}

impl Template {
    /// Splits `text` and compiles its expressions; names that are new are added to `names`.
    ///
    /// # Errors
    ///
    /// Fails when a `{{` is not closed or an expression is no expression.
    pub fn parse(text: &str, span: Span, names: &mut Names) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(open) = text[at..].find("{{").map(|offset| at + offset) {
            if open > at {
                parts.push(Part::Text(text[at..open].into()));
            }
            let inner = open + 2;
            let end = match find_end(text, inner) {
                Ok(Some(end)) => end,
                Ok(None) => {
                    let mut error =
                        TemplateError::new("this `{{` is never closed".into(), open..inner);
                    error.help = Some(LITERAL_HELP.into());
                    return Err(error);
                }
                Err(quote) => {
                    let message = "this string in an expression is never closed".into();
                    return Err(TemplateError::new(message, quote));
                }
            };
            parts.push(Part::parse(text, inner..end, names)?);
            at = end + 2;
            if sings(Bug::ThirdBrace) && text[at..].starts_with('}') {
                at += 1;
            }
        }
        if at < text.len() {
            parts.push(Part::Text(text[at..].into()));
        }
        Ok(Self {
            parts: parts.into(),
            span,
        })
    }

    /// Makes a template whose value is known, and of any type.
    pub fn constant(value: Value, span: Span) -> Self {
        Self {
            parts: Box::new([Part::Value(value)]),
            span,
        }
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

    /// Whether it is one `{{ }}` and nothing else, so that its value is of the type that the expression has.
    pub fn is_lone(&self) -> bool {
        matches!(
            &*self.parts,
            [Part::Value(_) | Part::Slot(_) | Part::Expression(_)]
        )
    }

    /// The names it reads.
    pub fn reads(&self) -> Vec<SlotId> {
        self.uses().map(|(id, _)| id).collect()
    }

    /// The names it reads, each with the bytes of the string where an expression reads it first.
    pub fn uses(&self) -> impl Iterator<Item = (SlotId, Range<usize>)> {
        self.parts.iter().flat_map(|part| {
            let (slot, reads) = match part {
                Part::Text(_) | Part::Value(_) => (None, &[][..]),
                Part::Slot(slot) => (Some((slot.id, slot.range.clone())), &[][..]),
                Part::Expression(expression) => (None, expression.reads()),
            };
            slot.into_iter()
                .chain(reads.iter().map(|read| (read.slot, read.range.clone())))
        })
    }

    /// Whether it calls a function, whose value may be another one each time.
    pub(super) fn calls(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Expression(expression) => expression.calls(),
            _ => false,
        })
    }

    /// The names of the environment it asks for, each with its bytes of the string.
    pub fn environment(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.parts
            .iter()
            .flat_map(|part| match part {
                Part::Expression(expression) => expression.environment(),
                _ => &[],
            })
            .map(|(name, range)| (&**name, range.clone()))
    }

    /// Its value: that of the expression when the string is one `{{ }}` and nothing else, the rendered text otherwise.
    ///
    /// # Errors
    ///
    /// Fails when a name is not set or an expression has no value.
    pub fn eval(&self, values: &Values) -> Result<Value, EvalError> {
        match &*self.parts {
            [] => Ok(Value::from("")),
            [Part::Text(text)] => Ok(Value::from(&**text)),
            [Part::Value(value)] => Ok(value.clone()),
            [Part::Slot(slot)] => slot.value(values, self.span).cloned(),
            [Part::Expression(expression)] => expression.eval(values, self.span),
            _ => {
                let mut bytes = Vec::new();
                self.render(values, MAX_TEXT, &mut bytes)?;
                Ok(Values::of_bytes(&bytes))
            }
        }
    }

    /// Appends its bytes to `out`: captures unchanged, other values as text.
    ///
    /// # Errors
    ///
    /// Fails as [`eval`](Self::eval) does, when a value is a list, an object or null, and when `out` would grow past
    /// `limit` bytes.
    pub fn render(
        &self,
        values: &Values,
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), EvalError> {
        let mut out = Bounded {
            out,
            limit,
            span: self.span,
        };
        let mut expressions = 0;
        for part in &self.parts {
            match part {
                Part::Slot(_) if sings(Bug::ManyExpressions) && expressions == 5 => {}
                Part::Text(text) => out.push(text.as_bytes())?,
                Part::Value(value) => out.push_value(value, "constant")?,
                Part::Slot(slot) => {
                    out.push_value(slot.value(values, self.span)?, &slot.name)?;
                }
                Part::Expression(expression) => {
                    expressions += 1;
                    out.push_value(&expression.eval(values, self.span)?, expression.text())?;
                }
            }
        }
        Ok(())
    }
}

impl Part {
    /// What stands between `{{` and `}}` at `range` of `text`.
    fn parse(text: &str, range: Range<usize>, names: &mut Names) -> Result<Self, TemplateError> {
        let inner = &text[range.clone()];
        if inner.starts_with('-') || inner.ends_with('-') {
            // Jinja's way to trim; a glued minus would mean the negative value here, and nobody would see it.
            let mut error = TemplateError::new("`{{-` and `-}}` trim nothing here".into(), range);
            error.help = Some("for a negative number, put a blank before the minus".into());
            return Err(error);
        }
        let Some(name) = lone_name(inner) else {
            return Ok(Self::Expression(Box::new(Expression::compile(
                text, range, names,
            )?)));
        };
        let start = range.start + (inner.len() - inner.trim_start().len());
        let range = start..start + name.len();
        let id = names
            .intern(name)
            .ok_or_else(|| TemplateError::too_many_names(range.clone()))?;
        Ok(Self::Slot(Slot {
            id,
            name: name.into(),
            range,
        }))
    }
}

impl Slot {
    fn value<'a>(&self, values: &'a Values, span: Span) -> Result<&'a Value, EvalError> {
        values.get(self.id).ok_or_else(|| {
            EvalError::unset(&self.name, format!("`{}` is not set", self.name), span)
        })
    }
}

/// Bytes that must not become too many.
pub(super) struct Bounded<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) limit: usize,
    /// Where what is being rendered stands.
    pub(super) span: Span,
}

impl Bounded<'_> {
    /// Appends bytes, or fails before it does.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), EvalError> {
        self.check(bytes.len() as u128)?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// How many more bytes there may be.
    pub(super) fn room(&self) -> usize {
        self.limit.saturating_sub(self.out.len())
    }

    /// Fails when `more` bytes would be too many.
    pub(super) fn check(&self, more: u128) -> Result<(), EvalError> {
        if self.out.len() as u128 + more <= self.limit as u128 {
            return Ok(());
        }
        let message = format!(
            "the result is longer than the limit of {} bytes",
            self.limit
        );
        Err(EvalError {
            beyond: true,
            ..EvalError::new(message, self.span)
        })
    }

    /// Appends the bytes of a value; `source` is the expression that has it.
    fn push_value(&mut self, value: &Value, source: &str) -> Result<(), EvalError> {
        if let Some(bytes) = value.as_bytes() {
            return self.push(bytes);
        }
        match value.kind() {
            ValueKind::Bool if value.is_true() => self.push(b"true"),
            ValueKind::Bool => self.push(b"false"),
            ValueKind::Number => {
                let Some(integer) = value.as_i64().filter(|_| value.is_integer()) else {
                    return self.push(value.to_string().as_bytes());
                };
                // A round's number is the most usual one, and asked for in each round: no memory is asked for.
                self.push(itoa::Buffer::new().format(integer).as_bytes())
            }
            _ => {
                let source = crate::wire::escape(source.as_bytes());
                let kind = filters::kind(value);
                let message = format!("`{{{{ {source} }}}}` is {kind}, which has no bytes");
                Err(EvalError::new(message, self.span))
            }
        }
    }
}

/// How two braces are written when they are meant as such.
const LITERAL_HELP: &str =
    "for two braces as they are, write `{\"literal\": \"{{\"}` or `{{ \"{{\" }}`";
