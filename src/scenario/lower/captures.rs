//! What a match keeps: all of it under a name, or parts of its JSON.

use super::super::json::{self, Value};
use super::super::{Diagnostic, Pointer, Pointing, SlotId, Span, code};
use super::fields::{Given, quoted};
use super::matchers::Around;
use super::reader::Reader;

/// What a match keeps.
#[derive(Debug)]
pub(super) enum Capture {
    /// What was taken, under this name.
    Whole(SlotId),
    /// Parts of its JSON, and where they are asked for.
    Points(Vec<Pointing>, Span),
}

impl<'a> Reader<'a> {
    /// The value of `capture`.
    pub(super) fn capture(&mut self, given: Given<'_, 'a>, around: Around) -> Option<Capture> {
        match given.value {
            Value::Object(_) => self.points(given, around),
            Value::StringLit(_) => {
                let slot = self.new_name(given)?;
                self.kept(slot, given.name, around)?;
                Some(Capture::Whole(slot))
            }
            _ => {
                self.wrong_type(given, given.key.form);
                None
            }
        }
    }

    /// Names, each with a pointer.
    fn points(&mut self, given: Given<'_, 'a>, around: Around) -> Option<Capture> {
        let Value::Object(object) = given.value else {
            return None;
        };
        if object.properties.is_empty() {
            self.empty(given.span(), "`capture` needs at least one name");
            return None;
        }
        let mut points = Vec::with_capacity(object.properties.len());
        let mut whole = true;
        for property in self.distinct(object) {
            let slot = self.property_name(property);
            let slot = slot.and_then(|slot| {
                self.kept(slot, json::span_of(&property.name), around)?;
                Some(slot)
            });
            match (slot, self.pointer(&property.value)) {
                (Some(slot), Some(pointer)) => points.push(Pointing { pointer, slot }),
                _ => whole = false,
            }
        }
        whole.then(|| Capture::Points(points, given.span()))
    }

    fn pointer(&mut self, value: &Value<'a>) -> Option<Pointer> {
        let span = json::span_of(value);
        let Value::StringLit(literal) = value else {
            let kind = json::kind_of(value);
            let message = format!("a JSON pointer is text in quotes, not {kind}");
            self.report(
                Diagnostic::error(code::WRONG_TYPE, span, message).label(format!("this is {kind}")),
            );
            return None;
        };
        match literal.value.parse() {
            Ok(pointer) => Some(pointer),
            Err(error) => {
                let message = format!("{} is no JSON pointer", quoted(&literal.value));
                let help = "it says where the value stands: \"/result/id\", \"/items/0\", \"\" for all of it";
                self.report(
                    Diagnostic::error(code::BAD_POINTER, span, message)
                        .label(error.to_string())
                        .help(help),
                );
                None
            }
        }
    }

    /// Notes that a name is captured, where something is.
    fn kept(&mut self, slot: SlotId, at: Span, around: Around) -> Option<()> {
        if let Some(place) = around.captures_nothing() {
            let message = format!(
                "{} would never have a value",
                quoted(self.scope.names.name(slot))
            );
            self.report(
                Diagnostic::error(code::CAPTURES_NOTHING, at, message)
                    .label(format!("nothing is captured {place}")),
            );
            return None;
        }
        self.captured(slot, around);
        Some(())
    }
}
