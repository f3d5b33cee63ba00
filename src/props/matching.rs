//! Properties of matchers on streams: in whatever pieces the bytes arrive, a naive matcher says the same, which tries every
//! length from the shortest on.

use crate::corpus::Cuts;
use crate::player::{Hold, Matching};
use crate::scenario::{Matcher, MatcherNode, Pattern, Payload, Span, Values};

/// How deep conditions are nested at most.
const MAX_DEPTH: usize = 4;

/// How many bytes of a stream are tried, as every length of it is.
const MAX_STREAM: usize = 64;

/// Input: cuts, then a condition, then the stream; with a `^` before it the condition is looked for. See `Tree::parse` for the language of conditions.
///
/// # Panics
///
/// When the matcher holds for another run than the naive one, whole or in pieces, or gives up although it would hold later.
pub fn matcher(data: &[u8]) {
    let [cuts, rest @ ..] = data else {
        return;
    };
    let (searched, rest) = match rest {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, rest),
    };
    let Some((tree, stream)) = Tree::parse(rest, MAX_DEPTH) else {
        return;
    };
    let Some(matcher) = tree.matcher(&mut 0) else {
        return;
    };
    let stream = &stream[..stream.len().min(MAX_STREAM)];
    if searched {
        if matcher.searches().iter().all(Matcher::is_search) {
            check_search(&matcher, stream, &[stream.len()]);
            for cuts in [Cuts::BYTES, Cuts::named(*cuts)] {
                check_search(&matcher, stream, &ends(cuts, stream));
            }
        }
        return;
    }
    let expected = naive(&matcher, stream);
    check(&matcher, stream, &[stream.len()], expected);
    for cuts in [Cuts::BYTES, Cuts::named(*cuts)] {
        check(&matcher, stream, &ends(cuts, stream), expected);
    }
}

/// Where the pieces of a stream end.
#[inline]
fn ends(cuts: Cuts, stream: &[u8]) -> Vec<usize> {
    let mut end = 0;
    cuts.pieces(stream)
        .map(|piece| {
            end += piece.len();
            end
        })
        .collect()
}

/// Checks what a matcher says of a stream that arrives in pieces with these ends, the last of which is its own, against what
/// is expected of the whole.
#[inline]
pub(crate) fn check(matcher: &Matcher, stream: &[u8], ends: &[usize], expected: Option<usize>) {
    if ends.is_empty() {
        return;
    }
    let mut matching = begun(matcher);
    let mut hold = Hold::Later;
    for end in ends {
        hold = matching.on_stream(matcher, &stream[..*end]);
        match hold {
            Hold::Later => {}
            Hold::At(_) => break,
            Hold::Never => {
                assert_eq!(
                    expected, None,
                    "never is never: {matcher:?} after {end} bytes"
                );
                return;
            }
        }
    }
    match expected {
        Some(len) => assert_eq!(hold, Hold::At(len), "{matcher:?}, {ends:?}"),
        None => assert_eq!(hold, Hold::Later, "{matcher:?}, {ends:?}"),
    }
}

/// Checks what is found of a matcher that is looked for in a stream that arrives in pieces, of which what has been passed
/// is dropped, against what is found in the whole.
#[inline]
pub(crate) fn check_search(matcher: &Matcher, stream: &[u8], ends: &[usize]) {
    // Of a stream with no bytes yet nothing is asked: what is found in none at all has no moment at which it is found.
    if ends.is_empty() {
        return;
    }
    let expected = naive_search(matcher, stream);
    let mut matching = begun(matcher);
    let mut dropped = 0;
    for end in ends {
        match matching.search(matcher, &stream[dropped..*end]) {
            Hold::At(found) => {
                let found = Some(dropped + found);
                assert_eq!(found, expected, "{matcher:?}, {ends:?}");
                return;
            }
            Hold::Later => {}
            Hold::Never => break,
        }
        let passed = matching.search_passed(matcher, MAX_STREAM);
        assert!(dropped + passed <= *end, "{matcher:?}, {ends:?}");
        matching.forget_searched(matcher, passed);
        dropped += passed;
    }
    assert_eq!(expected, None, "{matcher:?}, {ends:?}");
}

/// Where what is looked for ends first: each alternative for itself, at every place from the first on.
#[inline]
fn naive_search(matcher: &Matcher, stream: &[u8]) -> Option<usize> {
    let end = |wanted: &Matcher| {
        let anywhere = matches!(
            wanted.node,
            MatcherNode::Contains(_) | MatcherNode::Suffix(_) | MatcherNode::Regex(_)
        );
        if anywhere {
            return naive(wanted, stream);
        }
        (0..=stream.len()).find_map(|start| {
            match begun(matcher).on_stream(wanted, &stream[start..]) {
                Hold::At(len) => Some(Some(start + len)),
                // It may yet be here, so it is not looked for further on.
                Hold::Later => Some(None),
                Hold::Never => None,
            }
        })?
    };
    matcher.searches().iter().filter_map(end).min()
}

/// The shortest run for which the matcher holds, by trying all.
#[inline]
pub(crate) fn naive(matcher: &Matcher, stream: &[u8]) -> Option<usize> {
    let mut matching = begun(matcher);
    (0..=stream.len()).find(|len| holds(&mut matching, matcher, &stream[..*len]))
}

/// Whether a matcher holds for a whole run: what it is made of is asked anew for each length.
#[inline]
fn holds(matching: &mut Matching, matcher: &Matcher, run: &[u8]) -> bool {
    match &matcher.node {
        MatcherNode::Not(inner) => !holds(matching, inner, run),
        MatcherNode::All(list) => list.iter().all(|inner| holds(matching, inner, run)),
        MatcherNode::OneOf(list) => list.iter().any(|inner| holds(matching, inner, run)),
        MatcherNode::Sequence(parts) => in_turn(matching, parts, run),
        _ => matching.holds(matcher, run),
    }
}

/// Whether the parts take a whole run one after another.
#[inline]
fn in_turn(matching: &mut Matching, parts: &[Matcher], run: &[u8]) -> bool {
    match parts {
        [] => false,
        [last] => holds(matching, last, run),
        [part, rest @ ..] => {
            let opening = rest[0].opening();
            let opening = opening.and_then(|(_, payload)| payload.known());
            let end = (0..=run.len()).find(|end| {
                holds(matching, part, &run[..*end])
                    && run[*end..].starts_with(opening.unwrap_or_default())
            });
            end.is_some_and(|end| in_turn(matching, rest, &run[end..]))
        }
    }
}

/// A match that has begun.
pub(crate) fn begun(matcher: &Matcher) -> Matching {
    let mut matching = Matching::default();
    let begun = matching.begin(matcher, &Values::default(), 1 << 20);
    assert_eq!(begun.err(), None);
    matching
}

/// A matcher without its number.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Exact(Vec<u8>),
    Prefix(Vec<u8>),
    Suffix(Vec<u8>),
    Contains(Vec<u8>),
    Regex(String),
    Length(u64, u64),
    Any,
    Not(Box<Self>),
    All(Vec<Self>),
    OneOf(Vec<Self>),
    Sequence(Vec<Self>),
}

impl Tree {
    /// The matcher; its conditions are numbered from `next` on. `None`: a pattern in it is none.
    pub(crate) fn matcher(&self, next: &mut u16) -> Option<Matcher> {
        let id = *next;
        *next += 1;
        let payload = |bytes: &[u8]| Payload::fixed(bytes, Span::default());
        let mut list = |trees: &[Self]| -> Option<Vec<Matcher>> {
            trees.iter().map(|tree| tree.matcher(next)).collect()
        };
        let node = match self {
            Self::Exact(bytes) => MatcherNode::Exact(payload(bytes)),
            Self::Prefix(bytes) => MatcherNode::Prefix(payload(bytes)),
            Self::Suffix(bytes) => MatcherNode::Suffix(payload(bytes)),
            Self::Contains(bytes) => MatcherNode::Contains(payload(bytes)),
            Self::Regex(pattern) => MatcherNode::Regex(Pattern::compile(pattern).ok()?),
            Self::Length(min, max) => MatcherNode::Length {
                min: *min,
                max: *max,
            },
            Self::Any => MatcherNode::Any,
            Self::Not(inner) => MatcherNode::Not(Box::new(inner.matcher(next)?)),
            Self::All(trees) => MatcherNode::All(list(trees)?),
            Self::OneOf(trees) => MatcherNode::OneOf(list(trees)?),
            Self::Sequence(trees) => MatcherNode::Sequence(list(trees)?),
        };
        Some(Matcher {
            node,
            id,
            capture: None,
            example: None,
            span: Span::default(),
        })
    }
    /// Reads a condition from the front of an input; says what stands after it.
    ///
    /// | sign | condition |
    /// | --- | --- |
    /// | `=` `[` `]` `~` | exactly, begins with, ends with, contains: the bytes up to `.` |
    /// | `/` | pattern: the text up to `.`, without anchors at the end |
    /// | `#` | length: a digit, the least; a digit, how many more at most, `9` is any number |
    /// | `?` | anything |
    /// | `!` | not the condition after it |
    /// | `&` `,` `;` | all, one of, one after another: a digit, then so many conditions |
    fn parse(input: &[u8], depth: usize) -> Option<(Self, &[u8])> {
        let (sign, rest) = input.split_first()?;
        let depth = depth.checked_sub(1)?;
        Some(match sign {
            b'=' | b'[' | b']' | b'~' | b'/' => {
                let end = rest.iter().position(|&byte| byte == b'.')?;
                let (value, rest) = (&rest[..end], &rest[end + 1..]);
                let tree = match sign {
                    b'=' => Self::Exact(value.to_vec()),
                    b'[' => Self::Prefix(value.to_vec()),
                    b']' => Self::Suffix(value.to_vec()),
                    b'~' => Self::Contains(value.to_vec()),
                    _ => Self::Regex(pattern(value)?),
                };
                (tree, rest)
            }
            b'#' => {
                let [min, more, rest @ ..] = rest else {
                    return None;
                };
                let min = u64::from(min.wrapping_sub(b'0') & 63);
                let max = match more {
                    b'9' => u64::MAX,
                    more => min + u64::from(more.wrapping_sub(b'0') & 63),
                };
                (Self::Length(min, max), rest)
            }
            b'?' => (Self::Any, rest),
            b'!' => {
                let (inner, rest) = Self::parse(rest, depth)?;
                (Self::Not(Box::new(inner)), rest)
            }
            b'&' | b',' | b';' => {
                let (count, mut rest) = rest.split_first()?;
                let mut list = Vec::new();
                for _ in 0..1 + (count.wrapping_sub(b'1') & 3) {
                    let (tree, after) = Self::parse(rest, depth)?;
                    list.push(tree);
                    rest = after;
                }
                let tree = match sign {
                    b'&' => Self::All(list),
                    b',' => Self::OneOf(list),
                    _ => Self::Sequence(list),
                };
                (tree, rest)
            }
            _ => return None,
        })
    }
}

/// A pattern that says the same of a run whatever comes after it: on a stream, the reader refuses others.
fn pattern(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    (!text.contains(['$', '\\', '{'])).then(|| text.to_owned())
}
