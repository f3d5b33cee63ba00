//! JSON as a tree to print, and to change: without comments, blanks and places.

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::corpus::quoted;

/// A value of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A string, a number, `true`, `false` or `null`, as JSON writes it.
    Word(String),
    List(Vec<Self>),
    /// Keys and values in the order of the file; a key may be there twice.
    Object(Vec<(String, Self)>),
}

impl Node {
    /// The tree of a text, which may have comments and trailing commas.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
        parsed.ok()?.value.as_ref().map(Self::of)
    }

    fn of(value: &Value<'_>) -> Self {
        match value {
            Value::StringLit(literal) => Self::Word(quoted(&literal.value)),
            Value::NumberLit(literal) => Self::Word(literal.value.to_owned()),
            Value::BooleanLit(literal) => Self::Word(literal.value.to_string()),
            Value::NullKeyword(_) => Self::Word("null".to_owned()),
            Value::Array(array) => Self::List(array.elements.iter().map(Self::of).collect()),
            Value::Object(object) => Self::Object(
                object
                    .properties
                    .iter()
                    .map(|property| {
                        let key = property.name.as_str().to_owned();
                        (key, Self::of(&property.value))
                    })
                    .collect(),
            ),
        }
    }

    /// Appends the text of this tree.
    pub(super) fn print(&self, out: &mut String) {
        match self {
            Self::Word(word) => out.push_str(word),
            Self::List(list) => {
                out.push('[');
                for (nth, element) in list.iter().enumerate() {
                    out.push_str(if nth > 0 { "," } else { "" });
                    element.print(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (nth, (key, value)) in members.iter().enumerate() {
                    out.push_str(if nth > 0 { "," } else { "" });
                    out.push_str(&quoted(key));
                    out.push(':');
                    value.print(out);
                }
                out.push('}');
            }
        }
    }

    /// How many values it has, itself among them.
    pub(super) fn count(&self) -> u32 {
        let inner: u32 = match self {
            Self::Word(_) => 0,
            Self::List(list) => list.iter().map(Self::count).sum(),
            Self::Object(members) => members.iter().map(|(_, value)| value.count()).sum(),
        };
        1 + inner
    }

    /// Its value of this number, counted in the order of the text from 0, which is itself.
    pub(super) fn nth_mut(&mut self, nth: &mut u32) -> Option<&mut Self> {
        if *nth == 0 {
            return Some(self);
        }
        *nth -= 1;
        match self {
            Self::Word(_) => None,
            Self::List(list) => list.iter_mut().find_map(|inner| inner.nth_mut(nth)),
            Self::Object(members) => members.iter_mut().find_map(|(_, inner)| inner.nth_mut(nth)),
        }
    }

    /// How many of its lists stand under one of these keys.
    pub(super) fn count_lists(&self, keys: &[&str]) -> u32 {
        match self {
            Self::Word(_) => 0,
            Self::List(list) => list.iter().map(|inner| inner.count_lists(keys)).sum(),
            Self::Object(members) => {
                let lists = members.iter().map(|(key, value)| {
                    u32::from(value.is_list_of(key, keys)) + value.count_lists(keys)
                });
                lists.sum()
            }
        }
    }

    /// The list of this number among those under one of these keys.
    pub(super) fn nth_list_mut(&mut self, keys: &[&str], nth: &mut u32) -> Option<&mut Vec<Self>> {
        match self {
            Self::Word(_) => None,
            Self::List(list) => list
                .iter_mut()
                .find_map(|inner| inner.nth_list_mut(keys, nth)),
            Self::Object(members) => members.iter_mut().find_map(|(key, value)| {
                if value.is_list_of(key, keys) {
                    if *nth == 0 {
                        return value.list_mut();
                    }
                    *nth -= 1;
                }
                value.nth_list_mut(keys, nth)
            }),
        }
    }

    fn is_list_of(&self, key: &str, keys: &[&str]) -> bool {
        matches!(self, Self::List(_)) && keys.contains(&key)
    }

    const fn list_mut(&mut self) -> Option<&mut Vec<Self>> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}
