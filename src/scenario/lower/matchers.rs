//! Matchers: conditions on what arrives.

use super::super::json::Value;
use super::super::keys::{Form, Place, Role};
use super::super::{Diagnostic, Matcher, MatcherNode, Payload, SlotId, Span, code};
use super::captures::Capture;
use super::fields::{Fields, Given, listed};
use super::names::Setter;
use super::reader::Reader;

/// How many conditions a step may have.
const MAX_CONDITIONS: usize = u16::MAX as usize;

/// Where a condition stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    /// The number of its step; `None` in `ignore`.
    pub step: Option<u32>,
    /// Whether it is of an `ignore` that answers, which can use what is captured.
    pub answered: bool,
    /// Whether it is inside a `not`.
    pub negated: bool,
}

impl Around {
    /// Why nothing can be captured here.
    pub(super) fn captures_nothing(self) -> Option<&'static str> {
        match self {
            Self { negated: true, .. } => Some("inside `not`"),
            Self {
                step: None,
                answered: false,
                ..
            } => Some("inside `ignore`"),
            _ => None,
        }
    }
}

impl<'a> Reader<'a> {
    /// The matcher of an expectation; `beside` is what stands beside it.
    pub(super) fn expectation(
        &mut self,
        given: Given<'_, 'a>,
        beside: &Fields<'_, 'a>,
        step: u32,
    ) -> Option<Matcher> {
        let around = Around {
            step: Some(step),
            answered: false,
            negated: false,
        };
        let matcher = self.matcher(given, around);
        let capture = beside.get("capture");
        let capture = capture.and_then(|given| self.capture(given, around));
        let example = beside.get("example");
        let example = example.map(|given| (given, self.example(given, around)));
        let matcher = keeping(matcher?, capture, given.span());
        let matcher = self.with_example(matcher, example)?;
        self.numbered(matcher)
    }

    /// The matchers of an expectation that has several, as alternatives.
    pub(super) fn expectations(&mut self, given: Given<'_, 'a>, step: u32) -> Option<Matcher> {
        let around = Around {
            step: Some(step),
            answered: false,
            negated: false,
        };
        let several = self.several(given, around)?;
        self.numbered(condition(MatcherNode::OneOf(several), given.span()))
    }

    pub(super) fn matcher(&mut self, given: Given<'_, 'a>, around: Around) -> Option<Matcher> {
        self.count_compiled(size_of::<Matcher>(), given.span())?;
        match given.value {
            Value::Object(object) => {
                let fields = self.fields(object, Place::Matcher);
                self.matcher_of(&fields, around)
            }
            Value::Array(array) if array.elements.iter().any(is_condition) => {
                self.sequence(given, &array.elements, around)
            }
            _ => {
                let payload = self.payload(given, Form::Matcher)?;
                self.refuse_random(&payload)?;
                Some(condition(MatcherNode::Exact(payload), given.span()))
            }
        }
    }

    /// The matcher of an object: one condition, or all of several.
    fn matcher_of(&mut self, fields: &Fields<'_, 'a>, around: Around) -> Option<Matcher> {
        let capture = fields
            .get("capture")
            .map(|given| self.capture(given, around));
        let capture = capture.flatten();
        let example = fields.get("example");
        let example = example.map(|given| (given, self.example(given, around)));
        let matcher = if fields.verbs().next().is_some() {
            self.exact(fields)?
        } else {
            let mut conditions = Vec::new();
            let mut whole = !fields.faulty;
            for given in fields.list.iter().filter(|given| !is_about_it(given)) {
                if let Role::Beside(kinds) = given.key.role {
                    self.beside_nothing(*given, kinds);
                    whole = false;
                    continue;
                }
                match self.condition(*given, around) {
                    Some(node) => conditions.push(condition(node, given.span())),
                    None => whole = false,
                }
            }
            if !whole {
                return None;
            }
            match conditions.len() {
                0 => {
                    self.no_condition(fields);
                    return None;
                }
                1 => conditions.pop()?,
                _ => condition(MatcherNode::All(conditions), fields.span),
            }
        };
        self.with_example(keeping(matcher, capture, fields.span), example)
    }

    /// The matcher of an object that is bytes.
    fn exact(&mut self, fields: &Fields<'_, 'a>) -> Option<Matcher> {
        let plain = |given: &&Given<'_, 'a>| given.key.role == Role::Plain && !is_about_it(given);
        if let (Some(verb), Some(other), false) = (
            fields.verbs().next(),
            fields.list.iter().find(plain),
            fields.faulty,
        ) {
            let (bytes, other_name) = (verb.key.name, other.key.name);
            let found = Diagnostic::error(
                code::CONTRADICTION,
                other.name,
                format!(
                    "`{other_name}` stands beside `{bytes}`, which already gives all the bytes"
                ),
            )
            .label("nothing is left for it to say");
            self.report(match other.key.form {
                Form::Payload | Form::Matcher => found.help(format!(
                    "did you mean {{ \"{other_name}\": {{ \"{bytes}\": ... }} }}?"
                )),
                _ => found,
            });
            return None;
        }
        let payload = self.payload_of(fields)?;
        self.refuse_random(&payload)?;
        let span = payload.span;
        Some(condition(MatcherNode::Exact(payload), span))
    }

    /// One key of an object of conditions.
    fn condition(&mut self, given: Given<'_, 'a>, around: Around) -> Option<MatcherNode> {
        Some(match given.key.name {
            "prefix" => MatcherNode::Prefix(self.wanted_bytes(given)?),
            "suffix" => MatcherNode::Suffix(self.wanted_bytes(given)?),
            "contains" => MatcherNode::Contains(self.wanted_bytes(given)?),
            "json" => MatcherNode::Json(self.json(given)?),
            "regex" => MatcherNode::Regex(self.pattern(given, around)?),
            "length" => self.length(given)?,
            "any" => {
                if self.flag(given)? {
                    MatcherNode::Any
                } else {
                    self.report(
                        Diagnostic::error(
                            code::UNKNOWN_WORD,
                            given.span(),
                            "`any` cannot be false",
                        )
                        .label("only true has a meaning here")
                        .help("for no message at all, use `expect_silence`"),
                    );
                    return None;
                }
            }
            "not" => {
                let around = Around {
                    negated: true,
                    ..around
                };
                MatcherNode::Not(Box::new(self.matcher(given, around)?))
            }
            "one_of" => {
                let alternatives = self.several(given, around)?;
                self.check_alternatives(given, &alternatives);
                MatcherNode::OneOf(alternatives)
            }
            "all" => MatcherNode::All(self.several(given, around)?),
            _ => return None,
        })
    }

    /// A payload that is to arrive.
    fn wanted_bytes(&mut self, given: Given<'_, 'a>) -> Option<Payload> {
        let payload = self.payload(given, Form::Payload)?;
        self.refuse_random(&payload)?;
        Some(payload)
    }

    fn several(&mut self, given: Given<'_, 'a>, around: Around) -> Option<Vec<Matcher>> {
        let Value::Array(array) = given.value else {
            self.wrong_type(given, Form::Matchers);
            return None;
        };
        if array.elements.is_empty() {
            let message = format!("`{}` needs at least one condition", given.key.name);
            self.empty(given.span(), message);
            return None;
        }
        let matchers: Vec<_> = array
            .elements
            .iter()
            .map(|element| self.matcher(given.element(element), around))
            .collect();
        matchers.into_iter().collect()
    }

    fn length(&mut self, given: Given<'_, 'a>) -> Option<MatcherNode> {
        let Value::Object(object) = given.value else {
            if matches!(given.value, Value::NumberLit(_)) {
                let exactly = self.whole(given, 0..=u64::MAX)?;
                return Some(MatcherNode::Length {
                    min: exactly,
                    max: exactly,
                });
            }
            let Value::StringLit(literal) = given.value else {
                self.wrong_type(given, Form::Length);
                return None;
            };
            let template = self.template(literal)?;
            if template.plain().is_some() {
                self.wrong_type(given, Form::Length);
                return None;
            }
            return Some(MatcherNode::Counted(template));
        };
        let fields = self.fields(object, Place::Length);
        let min = fields
            .get("min")
            .map(|given| self.whole(given, 0..=u64::MAX));
        let max = fields
            .get("max")
            .map(|given| self.whole(given, 0..=u64::MAX));
        if min.is_none() && max.is_none() && !fields.faulty {
            self.report(
                Diagnostic::error(code::EMPTY, given.span(), "`length` has no bounds")
                    .label("needs `min`, `max` or both")
                    .help("for exactly 5 bytes write \"length\": 5"),
            );
            return None;
        }
        let (min, max) = (min.unwrap_or(Some(0))?, max.unwrap_or(Some(u64::MAX))?);
        if min > max {
            let message = format!("`min` is {min}, and `max` only {max}");
            self.report(
                Diagnostic::error(code::CONTRADICTION, given.span(), message)
                    .label("no length fits"),
            );
            return None;
        }
        Some(MatcherNode::Length { min, max })
    }

    /// Notes that a name is captured.
    pub(super) fn captured(&mut self, slot: SlotId, around: Around) {
        match around.step {
            Some(step) => self.scope.set(slot, Setter::Capture(step)),
            None => {
                let at = self.scope.named();
                self.captured_for_answer.push((slot, at));
            }
        }
    }

    /// Reports a key of a payload without the key that makes it one.
    fn beside_nothing(&mut self, given: Given<'_, 'a>, kinds: &[&str]) {
        let message = format!("`{}` stands beside no payload", given.key.name);
        let kinds = listed(kinds.iter().copied(), "and");
        self.report(
            Diagnostic::error(code::MISPLACED_KEY, given.name, message)
                .label(format!("goes with {kinds}")),
        );
    }

    fn no_condition(&mut self, fields: &Fields<'_, 'a>) {
        let found = Diagnostic::error(
            code::EMPTY,
            fields.span,
            "an expectation needs at least one condition",
        )
        .label("does not say what must arrive");
        self.report(found.help(match fields.list.first() {
            Some(_) => {
                "`capture` and `example` add no condition; for any message at all write \"any\": true beside them"
            }
            None => "for any message at all write { \"any\": true }",
        }));
    }

    /// Gives every condition its number.
    pub(super) fn numbered(&mut self, mut matcher: Matcher) -> Option<Matcher> {
        let mut next = 0;
        number(&mut matcher, &mut next);
        if next > MAX_CONDITIONS {
            let message = format!("{next} conditions; a step has at most {MAX_CONDITIONS}");
            self.too_much(matcher.span, message);
            return None;
        }
        self.matcher_states = self.matcher_states.max(next);
        Some(matcher)
    }
}

/// Whether a key says something about what a condition holds for, and is none itself.
fn is_about_it(given: &Given<'_, '_>) -> bool {
    matches!(given.key.name, "capture" | "example")
}

/// Makes a condition that has no number yet.
pub(super) fn condition(node: MatcherNode, span: Span) -> Matcher {
    Matcher {
        node,
        id: 0,
        capture: None,
        example: None,
        span,
    }
}

/// A condition that also keeps what it took, or parts of it.
fn keeping(mut matcher: Matcher, capture: Option<Capture>, span: Span) -> Matcher {
    match capture {
        None => matcher,
        Some(Capture::Points(list, at)) => {
            let points = condition(MatcherNode::Points(list), at);
            condition(MatcherNode::All(vec![matcher, points]), span)
        }
        Some(Capture::Whole(slot)) => {
            if matcher.capture.is_some() {
                // The same bytes under two names: one condition around the other.
                matcher = condition(MatcherNode::All(vec![matcher]), span);
            }
            matcher.capture = Some(slot);
            matcher
        }
    }
}

/// Numbers a matcher and what is in it, in the order of the file.
fn number(matcher: &mut Matcher, next: &mut usize) {
    matcher.id = u16::try_from(*next).unwrap_or(u16::MAX);
    *next += 1;
    match &mut matcher.node {
        MatcherNode::Not(inner) => number(inner, next),
        MatcherNode::All(list) | MatcherNode::OneOf(list) | MatcherNode::Sequence(list) => {
            for inner in list {
                number(inner, next);
            }
        }
        _ => {}
    }
}

/// Whether an element of an array is more than bytes.
fn is_condition(value: &Value<'_>) -> bool {
    match value {
        Value::Object(object) => object.properties.iter().any(|property| {
            let name = property.name.as_str();
            let bytes = Place::Payload.find(name).is_some() && name != "json";
            !bytes && Place::Matcher.find(name).is_some()
        }),
        Value::Array(array) => array.elements.iter().any(is_condition),
        _ => false,
    }
}
