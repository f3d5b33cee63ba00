//! What an expectation asked for, and what is wrong with what came: in words, for people.

use std::fmt::Write as _;

use super::json::MAX_DIFFERENCES;
use super::matching::Matching;
use super::verdict::{Expected, Failure};
use crate::count::count;
use crate::scenario::{Matcher, MatcherNode};
use crate::wire::escape;

/// How many bytes of a payload are shown inside a sentence.
const SHOWN: usize = 60;

impl Matching {
    /// What the matcher asks for.
    pub(super) fn expected(&self, matcher: &Matcher, framed: bool) -> Expected {
        let exact = self.exact(matcher).map(head);
        let mut words = String::from(match (framed, &exact) {
            (true, Some(_)) => "the message ",
            (true, None) => "a message that ",
            (false, Some(_)) => "the bytes ",
            (false, None) => "a run of bytes that ",
        });
        self.describe(matcher, exact.is_none(), &mut words);
        Expected { exact, words }
    }

    /// `is exactly "x"`, `contains "x" and ends with "y"`; a bare `"x"` without the verb.
    fn describe(&self, matcher: &Matcher, verb: bool, words: &mut String) {
        let mut say = |verb_words: &str, bytes: &[u8]| {
            if verb {
                words.push_str(verb_words);
            }
            quote(bytes, words);
        };
        match &matcher.node {
            MatcherNode::Exact(payload) => say("is exactly ", self.bytes(matcher, payload)),
            MatcherNode::Prefix(payload) => say("begins with ", self.bytes(matcher, payload)),
            MatcherNode::Suffix(payload) => say("ends with ", self.bytes(matcher, payload)),
            MatcherNode::Contains(payload) => say("contains ", self.bytes(matcher, payload)),
            MatcherNode::Regex(_) => {
                // As it is: who shows the words escapes what could steer a terminal.
                let text = self.pattern(matcher).map_or("", |pattern| pattern.text());
                _ = write!(words, "matches the regex `{text}`");
            }
            MatcherNode::Length { .. } | MatcherNode::Counted(_) => {
                let (min, max) = self.bounds(matcher);
                _ = write!(words, "has {}", length_words(min, max))
            }
            MatcherNode::Json(payload) => {
                words.push_str("is the JSON value ");
                quote(self.bytes(matcher, payload), words);
            }
            MatcherNode::Points(list) => {
                let pointers = list.iter().map(|one| format!("\"{}\"", one.pointer));
                let pointers = pointers.collect::<Vec<_>>().join(", ");
                _ = write!(words, "is JSON with something at {pointers}");
            }
            MatcherNode::Any => words.push_str("may be anything"),
            MatcherNode::Not(inner) => {
                self.describe_not(inner, words);
            }
            MatcherNode::All(list) => self.describe_list(list.iter(), " and ", words),
            MatcherNode::OneOf(list) => self.describe_list(list.iter(), " or ", words),
            MatcherNode::Sequence(list) => self.describe_list(list.iter(), ", then ", words),
        }
    }

    /// `does not contain "x"`; of a matcher with parts, and of one that is itself a `not`: `is not one that …`.
    fn describe_not(&self, inner: &Matcher, words: &mut String) {
        let mut say = |verb: &str, bytes: &[u8]| {
            words.push_str(verb);
            quote(bytes, words);
        };
        match &inner.node {
            MatcherNode::Exact(payload) => say("is not ", self.bytes(inner, payload)),
            MatcherNode::Prefix(payload) => say("does not begin with ", self.bytes(inner, payload)),
            MatcherNode::Suffix(payload) => say("does not end with ", self.bytes(inner, payload)),
            MatcherNode::Contains(payload) => say("does not contain ", self.bytes(inner, payload)),
            MatcherNode::Regex(_) => {
                let text = self.pattern(inner).map_or("", |pattern| pattern.text());
                _ = write!(words, "does not match the regex `{text}`");
            }
            MatcherNode::Length { .. } | MatcherNode::Counted(_) => {
                let (min, max) = self.bounds(inner);
                _ = write!(words, "does not have {}", length_words(min, max));
            }
            MatcherNode::Any
            | MatcherNode::Not(_)
            | MatcherNode::Json(_)
            | MatcherNode::Points(_)
            | MatcherNode::All(_)
            | MatcherNode::OneOf(_)
            | MatcherNode::Sequence(_) => {
                words.push_str("is not one that ");
                self.describe(inner, true, words);
            }
        }
    }

    /// `contains "x" or ends with "y"`.
    pub(super) fn describe_list<'m>(
        &self,
        list: impl Iterator<Item = &'m Matcher>,
        between: &str,
        words: &mut String,
    ) {
        for (n, inner) in list.enumerate() {
            if n > 0 {
                words.push_str(between);
            }
            self.describe(inner, true, words);
        }
    }

    /// Which condition a message breaks, where the matcher is not for exact bytes.
    pub(super) fn because(&mut self, matcher: &Matcher, message: &[u8]) -> Option<String> {
        match &matcher.node {
            MatcherNode::Exact(_) => None,
            MatcherNode::All(list) => {
                let broken = self.first_broken(list, message)?;
                self.because(broken, message)
                    .or_else(|| self.broken(broken, message))
            }
            MatcherNode::Sequence(list) => {
                let broken = self.broken_part(matcher, list, message)?;
                let (number, all, start) = (broken.number + 1, list.len(), broken.start);
                if broken.anywhere {
                    return Some(format!(
                        "part {number} of {all} does not stand anywhere from byte {start} on"
                    ));
                }
                let rest = message.get(start..).unwrap_or_default();
                let because = self
                    .because(broken.part, rest)
                    .or_else(|| self.broken(broken.part, rest))?;
                Some(format!(
                    "part {number} of {all}, from byte {start} on: {because}"
                ))
            }
            _ => self.broken(matcher, message),
        }
    }

    /// The condition to be named: before one that only does not hold yet, one that a byte has ruled out.
    fn first_broken<'a>(&mut self, list: &'a [Matcher], message: &[u8]) -> Option<&'a Matcher> {
        let ruled_out = list.iter().find(|inner| {
            let at = self.wrong_at(inner, message);
            at.is_some_and(|at| at < message.len()) && !self.holds(inner, message)
        });
        ruled_out.or_else(|| list.iter().find(|inner| !self.holds(inner, message)))
    }

    fn broken(&self, matcher: &Matcher, message: &[u8]) -> Option<String> {
        let mut words = String::new();
        match &matcher.node {
            MatcherNode::Exact(payload) => {
                words.push_str("it is not ");
                quote(self.bytes(matcher, payload), &mut words);
            }
            MatcherNode::Prefix(payload) => {
                words.push_str("it does not begin with ");
                quote(self.bytes(matcher, payload), &mut words);
            }
            MatcherNode::Suffix(payload) => {
                words.push_str("it does not end with ");
                quote(self.bytes(matcher, payload), &mut words);
            }
            MatcherNode::Contains(payload) => {
                words.push_str("it does not contain ");
                quote(self.bytes(matcher, payload), &mut words);
            }
            MatcherNode::Regex(_) => {
                let pattern = self.pattern(matcher)?;
                _ = write!(words, "it does not match the regex `{}`", pattern.text());
                let reach = pattern.reach(message);
                if (1..message.len()).contains(&reach) {
                    _ = write!(words, "; it fits the first {}", count(reach, "byte"));
                }
            }
            MatcherNode::Length { .. } | MatcherNode::Counted(_) => {
                let (min, max) = self.bounds(matcher);
                _ = write!(
                    words,
                    "it has {}, not {}",
                    count(message.len(), "byte"),
                    length_words(min, max)
                );
            }
            MatcherNode::Json(_) | MatcherNode::Points(_) => {
                return self.differs_from_json(matcher, message, MAX_DIFFERENCES);
            }
            MatcherNode::Not(inner) => {
                words.push_str("it ");
                self.describe(inner, true, &mut words);
                words.push_str(", and must not");
            }
            MatcherNode::OneOf(list) => {
                _ = write!(words, "none of the {} alternatives holds", list.len())
            }
            MatcherNode::Any | MatcherNode::All(_) | MatcherNode::Sequence(_) => return None,
        }
        Some(words)
    }

    /// The first byte of a message that is wrong, where the matcher tells.
    pub(super) fn wrong_at(&mut self, matcher: &Matcher, message: &[u8]) -> Option<usize> {
        match &matcher.node {
            // It differs somewhere, or there is too little of it.
            MatcherNode::Exact(payload) | MatcherNode::Prefix(payload) => {
                let expected = self.bytes(matcher, payload).iter();
                let same = expected.zip(message).take_while(|(a, b)| a == b);
                Some(same.count())
            }
            MatcherNode::Regex(_) => {
                let reach = self.pattern(matcher)?.reach(message);
                (reach < message.len()).then_some(reach)
            }
            MatcherNode::All(list) => {
                let broken = self.first_broken(list, message)?;
                self.wrong_at(broken, message)
            }
            MatcherNode::Sequence(list) => {
                let broken = self.broken_part(matcher, list, message)?;
                let rest = message.get(broken.start..).unwrap_or_default();
                let at = self
                    .wrong_at(broken.part, rest)
                    .filter(|_| !broken.anywhere)?;
                Some(broken.start + at)
            }
            _ => None,
        }
    }
}

/// The first bytes, as many as a failure keeps.
pub(super) fn head(bytes: &[u8]) -> Vec<u8> {
    bytes.get(..Failure::MAX_BYTES).unwrap_or(bytes).to_vec()
}

fn length_words(min: u64, max: u64) -> String {
    match (min, max) {
        _ if min == max => count(min, "byte"),
        (_, u64::MAX) => format!("at least {}", count(min, "byte")),
        (0, _) => format!("at most {}", count(max, "byte")),
        _ => format!("{min} to {}", count(max, "byte")),
    }
}

fn quote(bytes: &[u8], words: &mut String) {
    match bytes.get(..SHOWN) {
        Some(head) if head.len() < bytes.len() => {
            _ = write!(words, "\"{}…\" ({} bytes)", escape(head), bytes.len());
        }
        _ => _ = write!(words, "\"{}\"", escape(bytes)),
    }
}
