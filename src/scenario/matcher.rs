//! What a reply must be: compiled, not yet matching. The matching is the player's.

use super::{Pattern, Payload, Pointer, SlotId, Span, Template};

/// A condition on bytes.
#[derive(Debug)]
pub struct Matcher {
    /// The condition.
    pub node: MatcherNode,
    /// Its number within its step, in the order of the file from 0: the player keeps the state of a match under it.
    pub id: u16,
    /// Keeps what it took under this name.
    pub capture: Option<SlotId>,
    /// What the other side says when it is made up: something for which the condition holds.
    pub example: Option<Box<Payload>>,
    /// Where it stands.
    pub span: Span,
}

/// A place in a JSON value, and the name under which is kept what stands there.
#[derive(Debug)]
pub struct Pointing {
    /// The place.
    pub pointer: Pointer,
    /// The name.
    pub slot: SlotId,
}

/// The kinds of condition.
#[derive(Debug)]
#[non_exhaustive]
pub enum MatcherNode {
    /// Exactly these bytes.
    Exact(Payload),
    /// Begins with these bytes.
    Prefix(Payload),
    /// Ends with these bytes.
    Suffix(Payload),
    /// Holds these bytes somewhere.
    Contains(Payload),
    /// A pattern is found in it.
    Regex(Pattern),
    /// Is this JSON value, given as its text: objects have at least these keys, at every depth.
    Json(Payload),
    /// Is a JSON value with something at each of these places, which is kept.
    Points(Vec<Pointing>),
    /// Has so many bytes.
    Length {
        /// At least.
        min: u64,
        /// At most.
        max: u64,
    },
    /// Has as many bytes as an expression says.
    Counted(Template),
    /// Anything.
    Any,
    /// The condition does not hold.
    Not(Box<Matcher>),
    /// All conditions hold: an object with several keys, or `all`.
    All(Vec<Matcher>),
    /// At least one condition holds; the first of them captures.
    OneOf(Vec<Matcher>),
    /// Parts, one after another; at least two, and none of those but the last looks past its end.
    ///
    /// Each part but the last takes the shortest run for which it holds and after which the next part's
    /// [`opening`](Matcher::opening) stands, if it has one. The last has all that is left.
    Sequence(Vec<Matcher>),
}

impl Matcher {
    /// How many states a match of it needs: one more than its highest [`id`](Self::id).
    pub fn states(&self) -> usize {
        let inner = match &self.node {
            MatcherNode::Not(inner) => inner.states(),
            MatcherNode::All(list) | MatcherNode::OneOf(list) | MatcherNode::Sequence(list) => {
                list.last().map_or(0, Self::states)
            }
            _ => 0,
        };
        inner.max(usize::from(self.id) + 1)
    }

    /// The bytes with which whatever it holds for begins, and the condition that says so, where one does.
    pub fn opening(&self) -> Option<(&Self, &Payload)> {
        match &self.node {
            MatcherNode::Exact(payload) | MatcherNode::Prefix(payload) => Some((self, payload)),
            MatcherNode::All(list) => list.iter().find_map(Self::opening),
            MatcherNode::Sequence(list) => list.first()?.opening(),
            _ => None,
        }
    }

    /// What it is made of: its conditions, alternatives or parts.
    pub fn parts(&self) -> &[Self] {
        match &self.node {
            MatcherNode::Not(inner) => std::slice::from_ref(inner),
            MatcherNode::All(list) | MatcherNode::OneOf(list) | MatcherNode::Sequence(list) => list,
            _ => &[],
        }
    }

    /// What is looked for where a stream is searched for it: each alternative for itself.
    pub fn searches(&self) -> &[Self] {
        match &self.node {
            MatcherNode::OneOf(list) => list,
            _ => std::slice::from_ref(self),
        }
    }

    /// Whether a stream can be searched for it in linear time: it says itself where it may begin.
    pub fn is_search(&self) -> bool {
        match &self.node {
            MatcherNode::Contains(_) | MatcherNode::Suffix(_) => true,
            MatcherNode::Regex(pattern) => pattern
                .known()
                .is_none_or(|compiled| !compiled.is_anchored()),
            _ => self
                .opening()
                .is_some_and(|(_, payload)| payload.known_len() != Some(0)),
        }
    }

    /// Whether all for which it holds has the same length, as far as can be seen before it is asked.
    pub fn has_one_length(&self) -> bool {
        match &self.node {
            MatcherNode::Exact(_) | MatcherNode::Counted(_) => true,
            MatcherNode::Length { min, max } => min == max,
            _ => false,
        }
    }

    /// Whether it, or something in it, keeps what it takes.
    pub fn captures(&self) -> bool {
        self.capture.is_some()
            || match &self.node {
                MatcherNode::Regex(pattern) => !pattern.captures.is_empty(),
                MatcherNode::Points(_) => true,
                MatcherNode::All(list) | MatcherNode::OneOf(list) | MatcherNode::Sequence(list) => {
                    list.iter().any(Self::captures)
                }
                _ => false,
            }
    }
}
