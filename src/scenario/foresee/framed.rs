//! Whether a framing carries anything for which a matcher holds.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::super::{Matcher, MatcherNode, Payload, Span};
use super::known::Known;
use crate::count::count;
use crate::wire::Framing;

/// What a client can receive as a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Framed<'a> {
    pub(super) framing: &'a Framing,
    pub(super) max_message: usize,
}

/// Why nothing that is received can be right.
#[derive(Debug)]
pub(super) struct Never {
    /// Which part of the expectation.
    pub(super) span: Span,
    /// What is the matter with it, a few words.
    pub(super) what: String,
    /// What to do.
    pub(super) help: String,
}

/// Where in a message bytes are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    End,
    Anywhere,
}

impl Framed<'_> {
    /// Why the matcher holds for no message; `None`: it may hold for one.
    pub(super) fn never(self, matcher: &Matcher, known: &mut Known) -> Option<Never> {
        self.look(matcher, Place::Whole, known)
    }

    /// `place`: where the part of a message stands that the matcher takes.
    fn look(self, matcher: &Matcher, place: Place, known: &mut Known) -> Option<Never> {
        let within = match place {
            Place::Whole => Place::End,
            other => other,
        };
        match &matcher.node {
            MatcherNode::Exact(payload) => self.bytes(payload, place, known),
            MatcherNode::Suffix(payload) => self.bytes(payload, within, known),
            MatcherNode::Prefix(payload) | MatcherNode::Contains(payload) => {
                self.bytes(payload, Place::Anywhere, known)
            }
            MatcherNode::Length { min, max } if place == Place::Whole => {
                self.length(matcher.span, *min, *max)
            }
            MatcherNode::Length { min, .. } => self.length(matcher.span, *min, u64::MAX),
            MatcherNode::Regex(pattern) => {
                let (compiled, end) = (pattern.known()?, self.framing.end()?);
                must_hold(compiled.hir(), end).then(|| self.holds_its_end(matcher.span))
            }
            MatcherNode::All(list) => list.iter().find_map(|one| self.look(one, place, known)),
            MatcherNode::OneOf(list) => {
                let mut first = None;
                for one in list {
                    let never = self.look(one, place, known)?;
                    first.get_or_insert(never);
                }
                first
            }
            MatcherNode::Sequence(list) => {
                let parts = list.iter().enumerate();
                let mut found = parts.map(|(at, part)| match at + 1 == list.len() {
                    true => self.look(part, within, known),
                    false => self.look(part, Place::Anywhere, known),
                });
                found.find_map(|never| never)
            }
            MatcherNode::Counted(_)
            | MatcherNode::Json(_)
            | MatcherNode::Points(_)
            | MatcherNode::Any
            | MatcherNode::Not(_) => None,
        }
    }

    fn bytes(self, payload: &Payload, place: Place, known: &mut Known) -> Option<Never> {
        let span = payload.span;
        if let Some(Ok(bytes)) = known.render(payload) {
            if !self.framing.can_hold(&bytes)
                || place != Place::Anywhere && !self.framing.can_end_with(&bytes)
            {
                return Some(self.holds_its_end(span));
            }
            return self.len(span, bytes.len() as u64, place);
        }
        self.len(span, payload.known_len()?, place)
    }

    fn len(self, span: Span, len: u64, place: Place) -> Option<Never> {
        match place {
            Place::Whole => self.length(span, len, len),
            Place::End | Place::Anywhere => self.length(span, len, u64::MAX),
        }
    }

    /// Why no message has at least `min` and at most `max` bytes.
    fn length(self, span: Span, min: u64, max: u64) -> Option<Never> {
        let (least, most) = self.framing.sizes(self.max_message);
        let what = if min > most {
            let more = if max > min { " and more" } else { "" };
            format!(
                "{}{more}, where a message has at most {most}",
                count(min, "byte")
            )
        } else if max < least {
            format!(
                "at most {}, where a message has at least {least}",
                count(max, "byte")
            )
        } else {
            return None;
        };
        let help = match self.framing.sizes(usize::MAX).1 < min {
            true => self.framing.rule(),
            false if max < least => self.framing.rule(),
            false => "a larger `max_message` in `framing` allows longer messages".to_owned(),
        };
        Some(Never { span, what, help })
    }

    fn holds_its_end(self, span: Span) -> Never {
        Never {
            span,
            what: "it holds what ends a message".into(),
            help: format!(
                "{}: leave that out here, or take bytes with `expect_bytes`",
                self.framing.rule()
            ),
        }
    }
}

/// Whether whatever the pattern matches holds these bytes.
fn must_hold(hir: &Hir, bytes: &[u8]) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => memchr::memmem::find(&literal.0, bytes).is_some(),
        HirKind::Class(Class::Bytes(class)) => class.literal().is_some_and(|one| one == bytes),
        HirKind::Class(Class::Unicode(class)) => class.literal().is_some_and(|one| one == bytes),
        HirKind::Capture(capture) => must_hold(&capture.sub, bytes),
        HirKind::Repetition(repetition) => repetition.min > 0 && must_hold(&repetition.sub, bytes),
        HirKind::Concat(list) => list.iter().any(|one| must_hold(one, bytes)),
        HirKind::Alternation(list) => list.iter().all(|one| must_hold(one, bytes)),
        HirKind::Empty | HirKind::Look(_) => false,
    }
}
