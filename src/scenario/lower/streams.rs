//! What cannot be expected on a byte stream: what holds before anything has arrived, and what depends on the end.
//!
//! On a stream a matcher takes the shortest run of bytes for which it holds. One that holds for no bytes would take
//! none and say nothing; one that looks at the end would depend on how the bytes happened to be cut.

use super::super::{Diagnostic, Matcher, MatcherNode, Payload, Span, code};
use super::reader::Reader;

impl Reader<'_> {
    /// Reports what is wrong with a matcher because it stands on a stream.
    pub(super) fn check_on_stream(&mut self, matcher: &Matcher) {
        self.check_empty(matcher);
        self.check_patterns(matcher, ON_A_STREAM, false);
        if holds_for_nothing(matcher).is_none() {
            self.check_shortest(matcher);
        }
    }

    /// Reports what is wrong with a matcher because it is looked for on a stream: a pattern need not be tied to its place.
    pub(super) fn check_searched(&mut self, matcher: &Matcher) {
        self.check_empty(matcher);
        let alone = matches!(matcher.node, MatcherNode::Regex(_));
        self.check_patterns(matcher, ON_A_STREAM, alone);
    }

    fn check_empty(&mut self, matcher: &Matcher) {
        if let Some(empty) = holds_for_nothing(matcher) {
            self.report(
                Diagnostic::error(
                    code::HOLDS_FOR_NOTHING,
                    matcher.span,
                    "on a byte stream this holds before anything has arrived",
                )
                .label(empty.label)
                .help(empty.help),
            );
        }
    }

    /// Reports what is wrong with the parts of a sequence: all but the last end where they themselves say so.
    pub(super) fn check_parts(&mut self, parts: &[Matcher]) {
        for (part, next) in parts.iter().zip(parts.iter().skip(1)) {
            if next.opening().is_none()
                && let Some(empty) = holds_for_nothing(part)
            {
                self.report(
                    Diagnostic::error(
                        code::HOLDS_FOR_NOTHING,
                        part.span,
                        "nothing says where this part ends",
                    )
                    .label(empty.label)
                    .help(
                        "give its `length`, or begin the next part with exact bytes or a `prefix`",
                    ),
                );
            }
            self.check_patterns(part, IN_A_SEQUENCE, false);
        }
    }

    fn check_patterns(&mut self, matcher: &Matcher, end: &str, negated: bool) {
        match &matcher.node {
            MatcherNode::Regex(pattern) => {
                if let Some(compiled) = pattern.known() {
                    self.check_pattern(compiled, matcher.span, end, negated);
                }
            }
            MatcherNode::Not(inner) => self.check_patterns(inner, end, true),
            MatcherNode::All(list) | MatcherNode::OneOf(list) => {
                for inner in list {
                    self.check_patterns(inner, end, negated);
                }
            }
            // Its other parts have been checked as such.
            MatcherNode::Sequence(list) => {
                if let Some(last) = list.last() {
                    self.check_patterns(last, end, negated);
                }
            }
            _ => {}
        }
    }

    fn check_pattern(
        &mut self,
        pattern: &super::super::Compiled,
        span: Span,
        end: &str,
        negated: bool,
    ) {
        if pattern.has_unicode_word_boundary() {
            self.report(
                Diagnostic::error(
                    code::PATTERN_END,
                    span,
                    "on a byte stream a Unicode `\\b` cannot be found in linear time",
                )
                .label("holds a Unicode word boundary")
                .help("write (?-u:\\\\b), which knows ASCII words only"),
            );
        } else if pattern.looks_past_its_end() {
            self.report(
                Diagnostic::error(code::PATTERN_END, span, end)
                    .label("looks at the end: with `$`, `\\z` or `\\b`")
                    .help("end the pattern in the bytes that mark the end, such as \\\\r\\\\n"),
            );
        } else if !negated && !pattern.is_anchored() && !pattern.matches_empty() {
            self.report(
                Diagnostic::warning(
                    code::NOT_ANCHORED,
                    span,
                    "this pattern also takes whatever stands before its match",
                )
                .label("may begin anywhere in the stream")
                .help("begin it with ^ if it must be the next thing that arrives"),
            );
        }
    }
}

/// Why a pattern cannot look at the end of a stream.
const ON_A_STREAM: &str = "on a byte stream nobody knows where a message ends";

/// Why a pattern cannot look at the end of a part after which others come.
const IN_A_SEQUENCE: &str = "a part of a sequence ends where it first holds, whatever follows";

/// Why a matcher holds for no bytes.
struct Empty {
    label: &'static str,
    help: &'static str,
}

impl Empty {
    const fn because(label: &'static str, help: &'static str) -> Option<Self> {
        Some(Self { label, help })
    }
}

/// Whether a matcher holds for no bytes, as far as that is known before it is played.
fn holds_for_nothing(matcher: &Matcher) -> Option<Empty> {
    match &matcher.node {
        MatcherNode::Exact(payload)
        | MatcherNode::Prefix(payload)
        | MatcherNode::Suffix(payload)
        | MatcherNode::Contains(payload) => {
            if !is_empty(payload) {
                return None;
            }
            Empty::because(
                "no bytes",
                "to expect that nothing arrives, use `expect_silence`",
            )
        }
        MatcherNode::Regex(pattern) => {
            if !pattern
                .known()
                .is_some_and(|compiled| compiled.matches_empty())
            {
                return None;
            }
            Empty::because(
                "matches the empty text",
                "let the pattern end in something definite: \"^.*\\\\n\", \"\\\\d+ \"",
            )
        }
        MatcherNode::Json(payload)
            if payload
                .known()
                .and_then(<[u8]>::first)
                .is_some_and(|byte| *byte == b'-' || byte.is_ascii_digit()) =>
        {
            Empty::because(
                "a number has no end of its own",
                "expect its digits as text, and what comes after them",
            )
        }
        MatcherNode::Json(_) | MatcherNode::Points(_) => None,
        MatcherNode::Length { min: 0, .. } => Empty::because(
            "zero bytes are enough",
            "say how many bytes: \"length\": 5, or a `min`",
        ),
        MatcherNode::Length { .. } | MatcherNode::Counted(_) => None,
        MatcherNode::Any => Empty::because(
            "any bytes, even none",
            "say how much is to be taken: { \"length\": 5 }, or { \"suffix\": \"\\n\" }",
        ),
        MatcherNode::Not(_) => Empty::because(
            "an empty run of bytes is not that either",
            "say how much is to be taken, beside it: { \"length\": 5, \"not\": ... }",
        ),
        MatcherNode::All(list) | MatcherNode::Sequence(list) => {
            let mut all = list.iter().map(holds_for_nothing);
            let first = all.next()??;
            all.all(|empty| empty.is_some()).then_some(first)
        }
        MatcherNode::OneOf(list) => list.iter().find_map(holds_for_nothing),
    }
}

/// Whether a payload is known to have no bytes.
fn is_empty(payload: &Payload) -> bool {
    payload.known_len() == Some(0)
}
