//! The payload `json`: a value written compactly, with keys and numbers as its author wrote them.
//!
//! What is known is text already. A string that is one `{{ }}` and nothing else becomes a value of the type that the
//! expression has; any other template is text inside of a string.

use minijinja::value::ValueKind;

use super::template::Bounded;
use super::{EvalError, Span, Template, Value, Values, filters};

/// How deep the lists and objects of a value may lie in each other: as deep as in a file.
const MAX_DEPTH: usize = super::json::MAX_DEPTH;

/// JSON, as far as it is known.
#[derive(Debug, Default)]
pub struct JsonText {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    /// As it is.
    Text(String),
    /// The inside of a string.
    Inside(Template),
    /// A whole value.
    Value(Template),
}

impl JsonText {
    /// Adds what is JSON already: brackets, commas, numbers.
    pub fn push(&mut self, json: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push_str(json),
            _ => self.parts.push(Part::Text(json.into())),
        }
    }

    /// Adds a string that is known.
    pub fn push_string(&mut self, text: &str) {
        let mut json = Vec::with_capacity(text.len() + 2);
        json.push(b'"');
        escape(text, &mut json);
        json.push(b'"');
        // Escaping makes text of text.
        self.push(&String::from_utf8_lossy(&json));
    }

    /// Adds a key, or a string with more around its expressions.
    pub fn push_text(&mut self, template: Template) {
        if let Some(text) = template.plain() {
            return self.push_string(text);
        }
        self.push("\"");
        self.parts.push(Part::Inside(template));
        self.push("\"");
    }

    /// Adds a string that, where it is one expression, is that one's value.
    pub fn push_value(&mut self, template: Template) {
        if template.is_lone() {
            self.parts.push(Part::Value(template));
        } else {
            self.push_text(template);
        }
    }

    /// The text, if all of it is known.
    pub fn known(&self) -> Option<&str> {
        match &self.parts[..] {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// All the templates in it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Inside(template) | Part::Value(template) => Some(template),
        })
    }

    /// Appends the text to `out`.
    ///
    /// # Errors
    ///
    /// Fails when an expression has no value, or one that JSON cannot say: bytes that are no UTF-8, infinity.
    pub(super) fn render(&self, values: &Values, out: &mut Bounded<'_>) -> Result<(), EvalError> {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push(text.as_bytes())?,
                Part::Inside(template) => {
                    let mut text = Vec::new();
                    template.render(values, out.room(), &mut text)?;
                    let text = std::str::from_utf8(&text).map_err(|_| no_text(template.span()))?;
                    let mut json = Vec::new();
                    escape(text, &mut json);
                    out.push(&json)?;
                }
                Part::Value(template) => {
                    push_value(&template.eval(values)?, template.span(), 0, out)?;
                }
            }
        }
        Ok(())
    }
}

/// Appends a value as JSON.
fn push_value(
    value: &Value,
    span: Span,
    depth: usize,
    out: &mut Bounded<'_>,
) -> Result<(), EvalError> {
    match value.kind() {
        ValueKind::None => out.push(b"null"),
        ValueKind::Bool if value.is_true() => out.push(b"true"),
        ValueKind::Bool => out.push(b"false"),
        ValueKind::Number => push_number(value, span, out),
        ValueKind::String | ValueKind::Bytes => {
            let text = value.as_str().ok_or_else(|| no_text(span))?;
            push_string(text, out)
        }
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map if depth >= MAX_DEPTH => {
            let message = format!("lists and objects lie more than {MAX_DEPTH} deep in each other");
            Err(EvalError::new(message, span))
        }
        ValueKind::Seq | ValueKind::Iterable => {
            out.push(b"[")?;
            for (n, item) in items(value, span)?.enumerate() {
                out.push(if n > 0 { b"," } else { b"" })?;
                push_value(&item, span, depth + 1, out)?;
            }
            out.push(b"]")
        }
        ValueKind::Map => {
            out.push(b"{")?;
            for (n, key) in items(value, span)?.enumerate() {
                out.push(if n > 0 { b"," } else { b"" })?;
                match key.as_str() {
                    Some(text) => push_string(text, out)?,
                    None => push_string(&key.to_string(), out)?,
                }
                out.push(b":")?;
                let item = value.get_item(&key).unwrap_or_default();
                push_value(&item, span, depth + 1, out)?;
            }
            out.push(b"}")
        }
        _ => {
            let message = format!("{} cannot be written as JSON", filters::kind(value));
            Err(EvalError::new(message, span))
        }
    }
}

fn push_number(value: &Value, span: Span, out: &mut Bounded<'_>) -> Result<(), EvalError> {
    let digits = value.to_string();
    // Infinity, and what is not a number.
    if digits.bytes().any(|b| b.is_ascii_alphabetic() && b != b'e') {
        let message = format!("the number {digits} cannot be written as JSON");
        return Err(EvalError::new(message, span));
    }
    out.push(digits.as_bytes())
}

fn push_string(text: &str, out: &mut Bounded<'_>) -> Result<(), EvalError> {
    // Also for the case that escaping makes six bytes of each: what is too long anyway is not escaped first.
    out.check(text.len() as u128)?;
    let mut json = Vec::with_capacity(text.len() + 2);
    json.push(b'"');
    escape(text, &mut json);
    json.push(b'"');
    out.push(&json)
}

fn items(value: &Value, span: Span) -> Result<impl Iterator<Item = Value>, EvalError> {
    value
        .try_iter()
        .map_err(|_| EvalError::new("a list that cannot be read", span))
}

fn no_text(span: Span) -> EvalError {
    let message = "JSON is text: bytes that are not UTF-8 cannot stand in it; `hex` or `base64` makes text of them";
    EvalError::new(message, span)
}

/// Appends text as it stands inside the quotes of a JSON string: only what must be escaped is.
fn escape(text: &str, json: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' => json.extend([b'\\', byte]),
            b'\n' => json.extend(b"\\n"),
            b'\r' => json.extend(b"\\r"),
            b'\t' => json.extend(b"\\t"),
            0..0x20 => {
                json.extend(b"\\u00");
                json.extend([byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]));
            }
            _ => json.push(byte),
        }
    }
}
