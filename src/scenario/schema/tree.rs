//! A JSON value on its way out: in the order in which it is put together, and with short things on one line.

use std::fmt::Write as _;

/// A JSON value.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    /// Text, to be escaped.
    Text(String),
    /// JSON as it is.
    Raw(String),
    List(Vec<Self>),
    Object(Object),
}

/// A JSON object whose keys keep their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Object(Vec<(String, Tree)>);

/// How long a line may be for a list or an object to stand on it.
const WIDTH: usize = 120;

impl Tree {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn raw(json: impl Into<String>) -> Self {
        Self::Raw(json.into())
    }

    pub(super) fn number(number: impl ToString) -> Self {
        Self::Raw(number.to_string())
    }

    /// A list of texts.
    pub(super) fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// The JSON text, with a line end.
    pub(super) fn into_text(self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0, 0);
        out.push('\n');
        out
    }

    /// Writes it at a depth of indentation; `before` is what stands before it on its line.
    fn write(&self, out: &mut String, depth: usize, before: usize) {
        let mut line = String::new();
        self.write_flat(&mut line);
        if before + line.chars().count() < WIDTH || self.is_atom() {
            out.push_str(&line);
            return;
        }
        let inner = depth + 1;
        let indent = |out: &mut String, depth: usize| {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        };
        match self {
            Self::Text(_) | Self::Raw(_) => {}
            Self::List(list) => {
                out.push('[');
                for (n, value) in list.iter().enumerate() {
                    out.push_str(if n > 0 { "," } else { "" });
                    indent(out, inner);
                    value.write(out, inner, 2 * inner);
                }
                indent(out, depth);
                out.push(']');
            }
            Self::Object(Object(list)) => {
                out.push('{');
                for (n, (key, value)) in list.iter().enumerate() {
                    out.push_str(if n > 0 { "," } else { "" });
                    indent(out, inner);
                    write_text(out, key);
                    out.push_str(": ");
                    value.write(out, inner, 2 * inner + key.len() + 4);
                }
                indent(out, depth);
                out.push('}');
            }
        }
    }

    fn is_atom(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Raw(_))
    }

    fn write_flat(&self, out: &mut String) {
        match self {
            Self::Text(text) => write_text(out, text),
            Self::Raw(json) => out.push_str(json),
            Self::List(list) => {
                out.push('[');
                for (n, value) in list.iter().enumerate() {
                    out.push_str(if n > 0 { ", " } else { "" });
                    value.write_flat(out);
                }
                out.push(']');
            }
            Self::Object(Object(list)) => {
                out.push_str("{ ");
                for (n, (key, value)) in list.iter().enumerate() {
                    out.push_str(if n > 0 { ", " } else { "" });
                    write_text(out, key);
                    out.push_str(": ");
                    value.write_flat(out);
                }
                out.push_str(" }");
            }
        }
    }
}

impl Object {
    /// Adds a key.
    #[must_use]
    pub(super) fn with(mut self, key: impl Into<String>, value: Tree) -> Self {
        self.0.push((key.into(), value));
        self
    }

    /// Adds a key whose value is text.
    #[must_use]
    pub(super) fn text(self, key: &str, text: impl Into<String>) -> Self {
        self.with(key, Tree::text(text))
    }

    /// Adds a key whose value is an object.
    #[must_use]
    pub(super) fn object(self, key: impl Into<String>, object: Self) -> Self {
        self.with(key, Tree::Object(object))
    }

    /// Adds a key whose value is a number.
    #[must_use]
    pub(super) fn number(self, key: &str, number: impl ToString) -> Self {
        self.with(key, Tree::number(number))
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
