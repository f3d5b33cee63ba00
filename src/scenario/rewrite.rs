//! An exact expectation, given other bytes: what is written in its place, where that is possible without losing a word.

use super::Span;
use super::json::{self, Value};

/// How the value at `span` is written.
///
/// # Errors
///
/// Fails with the reason, a few words, where it is more than the bytes: templates, parts, conditions, comments.
pub fn literal_form(text: &str, span: Span) -> Result<LiteralForm, &'static str> {
    let written = text.get(span.start as usize..span.end as usize);
    let written = written.unwrap_or_default();
    let value = json::parse(written).map_err(|_| "it is not there any more")?;
    match &value {
        Value::StringLit(literal) if literal.value.contains("{{") => Err("it has a template"),
        Value::StringLit(_) => Ok(LiteralForm::Text),
        Value::Object(object) => {
            let [only] = &object.properties[..] else {
                return Err("it says more than the bytes");
            };
            let Value::StringLit(literal) = &only.value else {
                return Err("it is computed");
            };
            // What is neither in the key nor in the value.
            let (name, value) = (json::span_of(&only.name), json::span_of(literal));
            let around = [
                written.get(..name.start as usize),
                written.get(name.end as usize..value.start as usize),
                written.get(value.end as usize..),
            ];
            if around.iter().flatten().any(|part| part.contains('/')) {
                return Err("a comment stands in it");
            }
            match only.name.as_str() {
                "literal" => Ok(LiteralForm::Text),
                "hex" | "base64" if literal.value.contains("{{") => Err("it has a template"),
                "hex" => Ok(LiteralForm::Hex),
                "base64" => Ok(LiteralForm::Text),
                _ => Err("it is no exact text"),
            }
        }
        Value::Array(_) => Err("it is made of parts"),
        _ => Err("it is no exact text"),
    }
}

/// How exact bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiteralForm {
    /// As text, wherever they are.
    Text,
    /// In hexadecimal digits.
    Hex,
}
