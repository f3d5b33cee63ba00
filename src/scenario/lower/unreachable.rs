//! Alternatives of a `one_of` that are never taken, because another one is wherever they would be.
//!
//! Only what is certain is reported. Each comparison has its price, and a file can spend so much on all of them: files
//! that are made by programs may have alternatives by the ten thousand.

use std::collections::HashMap;

use super::super::json;
use super::super::{Diagnostic, Matcher, MatcherNode, Payload, Span, code};
use super::fields::Given;
use super::reader::Reader;

/// What comparing the alternatives of a file may cost: 200,000 comparisons of few bytes each. Beyond it none are made.
pub(super) const MAX_COMPARED: usize = 200_000;

/// How many bytes are compared for the price of one comparison.
const BYTES_A_COMPARISON: usize = 64;

impl Reader<'_> {
    /// Warns of alternatives that are never taken, wherever the `one_of` stands: whatever they hold for, one before them does.
    pub(super) fn check_alternatives(&mut self, given: Given<'_, '_>, list: &[Matcher]) {
        let elements = given
            .value
            .as_array()
            .map_or(&[][..], |array| &array.elements);
        let text = self.text;
        let mut budget = Budget(self.comparable);
        let (mut written, mut exact) = (HashMap::new(), HashMap::new());
        // Those that may hold for more than one message.
        let mut open: Vec<usize> = Vec::new();
        let mut found = Vec::new();
        for (at, (later, element)) in list.iter().zip(elements).enumerate() {
            let span = json::span_of(element);
            // Those that are written alike are found at once, however many there are.
            let words = text_at(text, span);
            let alike = words
                .filter(|words| !is_other_each_time(words))
                .and_then(|words| match written.get(words) {
                    Some(before) => Some(*before),
                    None => {
                        written.insert(words, at);
                        None
                    }
                });
            let covering = alike
                .or_else(|| exact.get(known_bytes(later)?).copied())
                .or_else(|| covering(list, &open, later, &mut budget));
            match known_bytes(later) {
                Some(bytes) => {
                    exact.entry(bytes).or_insert(at);
                }
                None => open.push(at),
            }
            if let Some(before) = covering {
                found.push(never_taken(
                    self.here(span.start as usize..span.end as usize),
                    &format!(
                        "alternative {} holds for everything this one holds for",
                        before + 1
                    ),
                    "put the narrower alternative first, or leave this one out",
                ));
            }
        }
        self.comparable = budget.0;
        for found in found {
            self.report(found);
        }
    }

    /// Warns of alternatives that are never taken on a stream: another one always holds for a shorter run.
    pub(super) fn check_shortest(&mut self, matcher: &Matcher) {
        let MatcherNode::OneOf(list) = &matcher.node else {
            return;
        };
        let mut budget = Budget(self.comparable);
        let mut found = Vec::new();
        for (at, longer) in list.iter().enumerate() {
            if budget.0 == 0 {
                break;
            }
            let Some((_, opening)) = longer.opening() else {
                continue;
            };
            let Some(opening) = opening.known() else {
                continue;
            };
            let shorter = list.iter().position(|shorter| {
                let end = first_end(shorter, opening, &mut budget);
                end.is_some_and(|end| end < opening.len())
            });
            if let Some(other) = shorter.filter(|other| *other != at)
                && !self.is_never_taken(longer.span)
            {
                found.push(never_taken(
                    longer.span,
                    &format!("alternative {} holds before all of this has arrived", other + 1),
                    "on a byte stream the shortest alternative is taken; let the shorter one go on to the end of the reply",
                ));
            }
        }
        self.comparable = budget.0;
        for found in found {
            self.report(found);
        }
        for inner in list {
            self.check_shortest(inner);
        }
    }

    fn is_never_taken(&self, span: Span) -> bool {
        let around = |found: &Diagnostic| {
            found.span.is_some_and(|around| {
                (around.file, code::UNREACHABLE) == (span.file, found.code)
                    && around.start <= span.start
                    && span.end <= around.end
            })
        };
        self.found().iter().any(around)
    }
}

fn never_taken(span: Span, label: &str, help: &str) -> Diagnostic {
    let message = "this alternative of `one_of` is never taken";
    let found = Diagnostic::warning(code::UNREACHABLE, span, message);
    found.label(label).help(help)
}

/// What further comparisons may cost.
struct Budget(usize);

impl Budget {
    /// Pays for a comparison of so many bytes, if there is enough left.
    fn pay(&mut self, bytes: usize) -> bool {
        let price = 1 + bytes / BYTES_A_COMPARISON;
        let enough = self.0 >= price;
        self.0 = self.0.saturating_sub(price);
        enough
    }
}

/// The bytes of a condition that holds for nothing else.
fn known_bytes(matcher: &Matcher) -> Option<&[u8]> {
    match &matcher.node {
        MatcherNode::Exact(payload) => payload.known(),
        _ => None,
    }
}

/// Which of the alternatives at these places holds for whatever `later` holds for.
fn covering(
    list: &[Matcher],
    places: &[usize],
    later: &Matcher,
    budget: &mut Budget,
) -> Option<usize> {
    for at in places {
        if budget.0 == 0 {
            return None;
        }
        if list
            .get(*at)
            .is_some_and(|earlier| covers(earlier, later, budget))
        {
            return Some(*at);
        }
    }
    None
}

/// Whether `a` certainly holds for whatever message `b` holds for.
fn covers(a: &Matcher, b: &Matcher, budget: &mut Budget) -> bool {
    if !budget.pay(0) {
        return false;
    }
    match (&a.node, &b.node) {
        (MatcherNode::Any, _) => return true,
        (MatcherNode::OneOf(list), _) if list.iter().any(|a| covers(a, b, budget)) => return true,
        (MatcherNode::All(list), _) => return list.iter().all(|a| covers(a, b, budget)),
        _ => {}
    }
    match (&a.node, &b.node) {
        (_, MatcherNode::All(list)) => return list.iter().any(|b| covers(a, b, budget)),
        (_, MatcherNode::OneOf(list)) => return list.iter().all(|b| covers(a, b, budget)),
        (
            MatcherNode::Length { min, max },
            MatcherNode::Length {
                min: low,
                max: high,
            },
        ) => {
            return min <= low && high <= max;
        }
        (MatcherNode::Length { min, max }, MatcherNode::Exact(payload)) => {
            let length = payload.known_len();
            return length.is_some_and(|length| (*min..=*max).contains(&length));
        }
        (MatcherNode::Regex(pattern), MatcherNode::Exact(payload)) => {
            return match (pattern.known(), payload.known()) {
                (Some(pattern), Some(bytes)) => {
                    budget.pay(bytes.len().saturating_mul(8)) && pattern.is_match(bytes)
                }
                _ => false,
            };
        }
        (MatcherNode::Prefix(prefix), _) => {
            let opening = b.opening().and_then(|(_, payload)| payload.known());
            return both(prefix.known(), opening, budget, <[u8]>::starts_with);
        }
        _ => {}
    }
    let (a, b) = match (&a.node, &b.node) {
        (MatcherNode::Exact(a), MatcherNode::Exact(b)) => {
            return both(a.known(), b.known(), budget, |b, a| a == b);
        }
        (MatcherNode::Suffix(a), MatcherNode::Exact(b) | MatcherNode::Suffix(b)) => {
            return both(a.known(), b.known(), budget, <[u8]>::ends_with);
        }
        (MatcherNode::Contains(a), _) => (a, b),
        _ => return false,
    };
    contains(a, b, budget)
}

/// Whether whatever message `b` holds for has these bytes in it.
fn contains(bytes: &Payload, b: &Matcher, budget: &mut Budget) -> bool {
    match &b.node {
        MatcherNode::Exact(b)
        | MatcherNode::Prefix(b)
        | MatcherNode::Suffix(b)
        | MatcherNode::Contains(b) => both(bytes.known(), b.known(), budget, |b, a| {
            memchr::memmem::find(b, a).is_some()
        }),
        MatcherNode::Sequence(parts) => parts.iter().any(|part| contains(bytes, part, budget)),
        _ => false,
    }
}

/// Whether something holds for `b` and `a`, if both are known and may still be compared.
fn both(
    a: Option<&[u8]>,
    b: Option<&[u8]>,
    budget: &mut Budget,
    holds: impl Fn(&[u8], &[u8]) -> bool,
) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => budget.pay(b.len()) && holds(b, a),
        _ => false,
    }
}

/// With how many bytes of a stream that begins with `bytes` a condition first holds, if it does within them.
fn first_end(matcher: &Matcher, bytes: &[u8], budget: &mut Budget) -> Option<usize> {
    match &matcher.node {
        MatcherNode::Exact(payload) | MatcherNode::Prefix(payload) => {
            let wanted = payload.known()?;
            (budget.pay(wanted.len()) && bytes.starts_with(wanted)).then_some(wanted.len())
        }
        MatcherNode::Contains(payload) | MatcherNode::Suffix(payload) => {
            let wanted = payload.known()?;
            if !budget.pay(bytes.len()) {
                return None;
            }
            memchr::memmem::find(bytes, wanted).map(|at| at + wanted.len())
        }
        MatcherNode::Length { min, .. } => usize::try_from(*min).ok(),
        _ => None,
    }
}

/// What stands at a place of a file.
fn text_at(text: &str, span: Span) -> Option<&str> {
    text.get(span.start as usize..span.end as usize)
}

/// Whether what is written alike may be other bytes each time.
fn is_other_each_time(words: &str) -> bool {
    words.contains("random") || words.contains("uuid")
}
