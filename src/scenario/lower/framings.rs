//! `framing`: how messages are cut.

use super::super::json::Value;
use super::super::keys::{self, Form, Place};
use super::fields::{Fields, Given};
use super::payloads::MAX_PAYLOAD;
use super::reader::Reader;
use crate::wire::{DEFAULT_MAX_MESSAGE, Framing, LineEnding};

/// How messages are cut, and how long they may be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cut {
    /// The rule.
    pub framing: Framing,
    /// Bytes a received message may have, where the file says so.
    pub max_message: Option<usize>,
}

impl Cut {
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
        let framing = match self.word(given, keys::FRAMINGS)? {
            "raw" => Framing::Raw,
            _ => Framing::LINE,
        };
        Some(Cut {
            framing,
            max_message: None,
        })
    }

    fn framing_with_options(&mut self, kind: Given<'_, 'a>) -> Option<Cut> {
        let Value::Object(object) = kind.value else {
            if !matches!(kind.key.form, Form::Any) {
                self.wrong_type(kind, Form::Options);
            }
            return None;
        };
        match kind.key.name {
            "line" => {
                let fields = self.fields(object, Place::Line);
                let ending = match fields.get("ending").and_then(|given| self.choice(given)) {
                    Some("crlf") => LineEnding::CrLf,
                    Some("either") => LineEnding::Either,
                    _ => LineEnding::Lf,
                };
                Some(Cut {
                    framing: Framing::Line(ending),
                    max_message: self.max_message(&fields),
                })
            }
            "raw" => {
                let fields = self.fields(object, Place::Raw);
                Some(Cut {
                    framing: Framing::Raw,
                    max_message: self.max_message(&fields),
                })
            }
            _ => None,
        }
    }

    /// `max_message`, if it is given.
    pub(super) fn max_message(&mut self, fields: &Fields<'_, 'a>) -> Option<usize> {
        let given = fields.get("max_message")?;
        let bytes = self.whole(given, 1..=MAX_PAYLOAD as u64)?;
        usize::try_from(bytes).ok()
    }
}
