//! `framing`: how messages are cut.

use std::num::NonZeroUsize;

use super::super::json::Value;
use super::super::keys::{self, Form, Place};
use super::super::{Diagnostic, code};
use super::fields::{Fields, Given, quoted};
use super::payloads::MAX_PAYLOAD;
use super::reader::Reader;
use crate::wire::{
    DEFAULT_MAX_MESSAGE, Delimiter, Endian, Framing, LengthPrefix, LengthWidth, LineEnding,
};

/// Words that people write for framings with options, and how these are written.
const WITH_OPTIONS: [(&str, &str); 6] = [
    ("crlf", r#"{ "line": { "ending": "crlf" } }"#),
    ("lf", r#"{ "line": { "ending": "lf" } }"#),
    ("delimited", r#"{ "delimited": { "by": ";" } }"#),
    (
        "length_prefixed",
        r#"{ "length_prefixed": { "width": 2 } }"#,
    ),
    (
        "length-prefixed",
        r#"{ "length_prefixed": { "width": 2 } }"#,
    ),
    ("fixed", r#"{ "fixed": { "size": 8 } }"#),
];

/// How the options of a framing are written of which only the most important one was given, without its key.
pub(super) fn as_options(given: Given<'_, '_>) -> Option<String> {
    let (key, value) = match (given.key.name, given.value) {
        ("line", Value::StringLit(text)) => ("ending", format!("{:?}", text.value)),
        ("delimited", Value::StringLit(text)) => ("by", format!("{:?}", text.value)),
        ("length_prefixed", Value::NumberLit(number)) => ("width", number.value.to_owned()),
        ("fixed", Value::NumberLit(number)) => ("size", number.value.to_owned()),
        _ => return None,
    };
    let name = given.key.name;
    Some(format!(r#""{name}": {{ "{key}": {value} }}"#))
}

/// How messages are cut, and how long they may be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cut {
    /// The rule.
    pub(super) framing: Framing,
    /// Bytes a received message may have, where the file says so.
    pub(super) max_message: Option<usize>,
    /// Whether the file says nothing at all: then it is the transport that decides.
    pub(super) is_default: bool,
}

impl Cut {
    /// Of a file that says nothing.
    pub(super) fn not_given() -> Self {
        Self {
            is_default: true,
            ..Self::default()
        }
    }

    /// Bytes a received message may have.
    pub(super) fn limit(&self) -> usize {
        self.max_message.unwrap_or(DEFAULT_MAX_MESSAGE)
    }
}

impl<'a> Reader<'a> {
    /// The value of `framing`.
    pub(super) fn framing(&mut self, given: Given<'_, 'a>) -> Option<Cut> {
        match given.value {
            Value::StringLit(_) => self.named_framing(given),
            Value::Object(object) => {
                let fields = self.fields(object, Place::Framing);
                let kind = self.one_verb(&fields, Place::Framing)?;
                self.framing_with_options(kind)
            }
            _ => {
                self.wrong_type(given, Form::Framing);
                None
            }
        }
    }

    fn named_framing(&mut self, given: Given<'_, 'a>) -> Option<Cut> {
        if let Value::StringLit(literal) = given.value
            && let Some((_, right)) = WITH_OPTIONS.iter().find(|(word, _)| *word == literal.value)
        {
            let message = format!("{} cannot be {}", given.words(), quoted(&literal.value));
            self.report(
                Diagnostic::error(code::UNKNOWN_WORD, given.span(), message)
                    .label("written as an object, with its options")
                    .help(format!("write {right}")),
            );
            return None;
        }
        let framing = match self.word(given, keys::FRAMINGS)? {
            "raw" => Framing::Raw,
            "netstring" => Framing::Netstring,
            "datagram" => Framing::Datagram,
            _ => Framing::LINE,
        };
        Some(Cut {
            framing,
            max_message: None,
            is_default: false,
        })
    }

    fn framing_with_options(&mut self, kind: Given<'_, 'a>) -> Option<Cut> {
        let Value::Object(object) = kind.value else {
            if !matches!(kind.key.form, Form::Any) {
                self.wrong_type(kind, Form::Options);
            }
            return None;
        };
        let place = match kind.key.name {
            "line" => Place::Line,
            "raw" => Place::Raw,
            "delimited" => Place::Delimited,
            "length_prefixed" => Place::LengthPrefixed,
            "fixed" => Place::Fixed,
            "netstring" => Place::Netstring,
            "datagram" => Place::Datagram,
            _ => return None,
        };
        let fields = self.fields(object, place);
        let max_message = self.max_message(&fields);
        let framing = match place {
            Place::Line => {
                let ending = fields.get("ending").and_then(|given| self.choice(given));
                Framing::Line(match ending {
                    Some("crlf") => LineEnding::CrLf,
                    Some("either") => LineEnding::Either,
                    _ => LineEnding::Lf,
                })
            }
            Place::Delimited => Framing::Delimited(self.delimiter(kind, &fields)?),
            Place::LengthPrefixed => Framing::LengthPrefixed(self.length_prefix(&fields)),
            Place::Fixed => return self.fixed(kind, &fields, max_message),
            Place::Netstring => Framing::Netstring,
            Place::Datagram => Framing::Datagram,
            _ => Framing::Raw,
        };
        Some(Cut {
            framing,
            max_message,
            is_default: false,
        })
    }

    fn delimiter(&mut self, kind: Given<'_, 'a>, fields: &Fields<'_, 'a>) -> Option<Delimiter> {
        let Some(given) = fields.get("by") else {
            self.lacks(kind, fields, "by", "\"by\": \"\\u0000\"");
            return None;
        };
        let bytes = self.payload(given, given.key.form)?;
        let Some(known) = bytes.known() else {
            let message = "the delimiter cannot hold expressions or `repeat`";
            self.report(
                Diagnostic::error(code::BAD_TEMPLATE, given.span(), message)
                    .label("not known before the run"),
            );
            return None;
        };
        let delimiter = Delimiter::new(known);
        if delimiter.is_none() {
            self.empty(given.span(), "a delimiter has at least one byte");
        }
        delimiter
    }

    fn length_prefix(&mut self, fields: &Fields<'_, 'a>) -> LengthPrefix {
        let mut prefix = LengthPrefix::default();
        if let Some(given) = fields.get("offset") {
            let offset = self.ranged(given);
            prefix.offset = offset.map_or(0, |offset| offset as usize);
        }
        if let Some(width) = fields.get("width").and_then(|given| self.width(given)) {
            prefix.width = width;
        }
        if fields.get("endian").and_then(|given| self.choice(given)) == Some("little") {
            prefix.endian = Endian::Little;
        }
        if let Some(adjust) = fields.get("adjust").and_then(|given| self.adjust(given)) {
            prefix.adjust = adjust;
        }
        prefix
    }

    /// How many bytes a length has.
    pub(super) fn width(&mut self, given: Given<'_, 'a>) -> Option<LengthWidth> {
        let written = match given.value {
            Value::StringLit(literal) => &*literal.value,
            Value::NumberLit(literal) => literal.value,
            _ => {
                self.wrong_type(given, given.key.form);
                return None;
            }
        };
        let is_text = matches!(given.value, Value::StringLit(_));
        let width = match written {
            "varint" if is_text => LengthWidth::Varint,
            other if is_text => {
                let message = format!("{} cannot be {}", given.words(), quoted(other));
                self.report(
                    Diagnostic::error(code::UNKNOWN_WORD, given.span(), message)
                        .label(given.key.form.words()),
                );
                return None;
            }
            "1" => LengthWidth::One,
            "2" => LengthWidth::Two,
            "3" => LengthWidth::Three,
            "4" => LengthWidth::Four,
            "8" => LengthWidth::Eight,
            other => {
                let message = format!("{} cannot be {}", given.words(), quoted(other));
                self.report(
                    Diagnostic::error(code::OUT_OF_RANGE, given.span(), message)
                        .label(given.key.form.words()),
                );
                return None;
            }
        };
        Some(width)
    }

    /// What is added to a length.
    pub(super) fn adjust(&mut self, given: Given<'_, 'a>) -> Option<i64> {
        const MOST: i64 = MAX_PAYLOAD as i64;
        let Value::NumberLit(literal) = given.value else {
            self.wrong_type(given, Form::Adjust);
            return None;
        };
        let adjust = literal.value.parse().ok();
        let adjust = adjust.filter(|adjust| (-MOST..=MOST).contains(adjust));
        if adjust.is_none() {
            let message = format!("{} cannot be {}", given.words(), quoted(literal.value));
            self.report(
                Diagnostic::error(code::OUT_OF_RANGE, given.span(), message)
                    .label(format!("a whole number from -{MOST} to {MOST}")),
            );
        }
        adjust
    }

    fn fixed(
        &mut self,
        kind: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
        max_message: Option<usize>,
    ) -> Option<Cut> {
        let Some(given) = fields.get("size") else {
            self.lacks(kind, fields, "size", "\"size\": 16");
            return None;
        };
        let size = self.ranged(given)?;
        let size = NonZeroUsize::new(usize::try_from(size).ok()?)?;
        // A size that is more than the limit unless given is meant so.
        let limit = size.get().max(DEFAULT_MAX_MESSAGE);
        Some(Cut {
            framing: Framing::Fixed(size),
            max_message: max_message.or(Some(limit)),
            is_default: false,
        })
    }

    /// Reports options without the one that is needed.
    fn lacks(&mut self, kind: Given<'_, 'a>, fields: &Fields<'_, 'a>, name: &str, example: &str) {
        if fields.faulty {
            return;
        }
        let message = format!("`{}` needs `{name}`", kind.key.name);
        self.report(
            Diagnostic::error(code::MISSING_KEY, kind.name, message)
                .label("does not say enough")
                .help(format!("add {example}")),
        );
    }

    /// `max_message`, if it is given.
    pub(super) fn max_message(&mut self, fields: &Fields<'_, 'a>) -> Option<usize> {
        let given = fields.get("max_message")?;
        let (least, most) = given.key.range;
        let bytes = self.whole(given, least..=most.max(self.max_message as u64))?;
        usize::try_from(bytes).ok()
    }
}
