//! An expression that is true or false: that of `when`, that of `assert`.

use std::fmt::{self, Write};

use super::{EvalError, Names, Template, Value, Values, filters};
use crate::wire::escape;

/// An expression that is true or false.
#[derive(Debug)]
pub struct Condition {
    template: Template,
}

impl Condition {
    /// How many bytes of a value are shown: 120.
    pub const MAX_SHOWN: usize = 120;

    /// Makes a condition of a string that is one `{{ }}` and nothing else; of any other, `None`.
    pub fn new(template: Template) -> Option<Self> {
        template.is_lone().then_some(Self { template })
    }

    /// The expression.
    pub(super) fn template(&self) -> &Template {
        &self.template
    }

    /// Whether it holds.
    ///
    /// The texts `true` and `false` will do, because values from `--var` and from files of cases are texts.
    ///
    /// # Errors
    ///
    /// Fails when a name is not set, and when the value is neither true nor false.
    pub fn holds(&self, values: &Values) -> Result<bool, EvalError> {
        let value = self.template.eval(values)?;
        if let Ok(holds) = bool::try_from(value.clone()) {
            return Ok(holds);
        }
        match value.as_str() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => {
                let message = format!(
                    "it must be true or false, and it is {}: compare it with something",
                    described(&value)
                );
                Err(EvalError::new(message, self.template.span()))
            }
        }
    }

    /// The names that it reads, in the order of the text, with their values as they are to be shown: texts and bytes
    /// escaped and in quotes, at most [`MAX_SHOWN`](Self::MAX_SHOWN) bytes of each.
    pub fn shown_values(&self, values: &Values, names: &Names) -> Vec<(String, String)> {
        let slots = self.template.reads().into_iter();
        slots
            .map(|slot| {
                let value = values.get(slot).map_or_else(|| "not set".to_owned(), shown);
                (names.name(slot).to_owned(), value)
            })
            .collect()
    }
}

/// A value and its kind: `the text "no"`, `the number 7`.
fn described(value: &Value) -> String {
    match value.as_str() {
        Some(_) => format!("the text {}", shown(value)),
        None if value.is_number() => format!("the number {}", shown(value)),
        None => filters::kind(value).to_owned(),
    }
}

/// A value as it is shown.
fn shown(value: &Value) -> String {
    let most = Condition::MAX_SHOWN;
    if let Some(bytes) = value.as_bytes() {
        let head = bytes.get(..most).unwrap_or(bytes);
        let more = if head.len() < bytes.len() { "…" } else { "" };
        return format!("\"{}{more}\"", escape(head));
    }
    let mut text = Bounded(String::new());
    let more = match write!(text, "{value}") {
        Ok(()) => "",
        Err(_) => "…",
    };
    format!("{}{more}", escape(text.0.as_bytes()))
}

/// Text that stops growing: a list may have tens of thousands of entries.
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if self.0.len() + c.len_utf8() > Condition::MAX_SHOWN {
                return Err(fmt::Error);
            }
            self.0.push(c);
        }
        Ok(())
    }
}
