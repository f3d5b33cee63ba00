//! `ignore`: messages that are dropped, and perhaps answered.

use super::super::json::Value;
use super::super::keys::{Form, Place};
use super::super::{Diagnostic, Ignored, code};
use super::fields::Given;
use super::matchers::Around;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// An entry of `ignore`.
    pub(super) fn ignored(&mut self, given: Given<'_, 'a>) -> Option<Ignored> {
        let answers = match given.value {
            Value::Object(object) => object
                .properties
                .iter()
                .any(|property| matches!(property.name.as_str(), "match" | "send")),
            _ => false,
        };
        if answers {
            return self.answered(given);
        }
        let around = Around {
            step: None,
            answered: false,
            negated: false,
        };
        let matcher = self.matcher(given, around)?;
        Some(Ignored {
            matcher: self.numbered(matcher)?,
            answer: None,
            captures: Box::default(),
        })
    }

    fn answered(&mut self, given: Given<'_, 'a>) -> Option<Ignored> {
        let Value::Object(object) = given.value else {
            return None;
        };
        let fields = self.fields(object, Place::Answered);
        let around = Around {
            step: None,
            answered: true,
            negated: false,
        };
        self.captured_for_answer.clear();
        let matcher = fields.get("match").map(|given| self.matcher(given, around));
        let captures = std::mem::take(&mut self.captured_for_answer);
        let noted = self.scope.reads();
        let answer = fields
            .get("send")
            .map(|given| self.payload(given, Form::Payload));
        for (slot, at) in &captures {
            if !self.scope.is_read_since(noted, *slot) {
                self.scope.unused_in_answers.push((*slot, *at));
            }
        }
        let captures: Vec<_> = captures.into_iter().map(|(slot, _)| slot).collect();
        self.scope.forget_reads(noted, &captures);
        for (name, what, given) in [
            ("match", "which messages it answers", matcher.is_some()),
            ("send", "what the answer is", answer.is_some()),
        ] {
            if !given && !fields.faulty {
                let message = format!("an answered entry of `ignore` needs `{name}`");
                let found = Diagnostic::error(code::MISSING_KEY, fields.span, message);
                self.report(
                    found
                        .label(format!("does not say {what}"))
                        .help("write { \"match\": \"PING\", \"send\": \"PONG\" }"),
                );
            }
        }
        let (matcher, answer) = (matcher??, answer??);
        Some(Ignored {
            matcher: self.numbered(matcher)?,
            answer: Some(answer),
            captures: captures.into(),
        })
    }
}
