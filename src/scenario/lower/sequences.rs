//! Arrays of matchers: parts that must come one after another.

use super::super::json::Value;
use super::super::{Matcher, MatcherNode, Payload, PayloadBuilder, Span};
use super::fields::Given;
use super::matchers::{Around, condition};
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The matcher of an array in which there is more than bytes.
    pub(super) fn sequence(
        &mut self,
        given: Given<'_, 'a>,
        elements: &[Value<'a>],
        around: Around,
    ) -> Option<Matcher> {
        let read: Vec<_> = elements
            .iter()
            .map(|element| self.matcher(given.element(element), around))
            .collect();
        let read = read.into_iter().collect::<Option<Vec<_>>>()?;
        let mut parts = Vec::with_capacity(read.len());
        for part in read {
            add_part(part, &mut parts);
        }
        if let [_] = parts[..] {
            return parts.pop();
        }
        self.check_parts(&parts);
        Some(condition(MatcherNode::Sequence(parts), given.span()))
    }
}

/// Adds a part; bytes are joined with bytes before them, and a sequence with the one that it is in.
fn add_part(part: Matcher, parts: &mut Vec<Matcher>) {
    match part.node {
        MatcherNode::Sequence(inner) if part.capture.is_none() => {
            for part in inner {
                add_part(part, parts);
            }
        }
        MatcherNode::Exact(payload) if part.capture.is_none() => {
            if let Some(Matcher {
                node: MatcherNode::Exact(before),
                capture: None,
                span,
                ..
            }) = parts.last_mut()
            {
                let all = Span {
                    start: span.start,
                    end: part.span.end,
                    ..*span
                };
                let first = std::mem::replace(before, Payload::fixed(&[], all));
                let mut joined = PayloadBuilder::default();
                joined.push_payload(first);
                joined.push_payload(payload);
                *before = joined.finish(all);
                *span = all;
            } else {
                parts.push(condition(MatcherNode::Exact(payload), part.span));
            }
        }
        _ => parts.push(part),
    }
}
