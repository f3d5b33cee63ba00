//! What a reply must be: compiled, not yet matching. The matching is the player's.

use super::{Pattern, Payload, SlotId, Span};

/// A condition on bytes.
#[derive(Debug)]
pub struct Matcher {
    /// The condition.
    pub node: MatcherNode,
    /// Its number within its step, in the order of the file from 0: the player keeps the state of a match under it.
    pub id: u16,
    /// Keeps what it took under this name.
    pub capture: Option<SlotId>,
    /// Where it stands.
    pub span: Span,
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
    /// Has so many bytes.
    Length {
        /// At least.
        min: u64,
        /// At most.
        max: u64,
    },
    /// Anything.
    Any,
    /// The condition does not hold.
    Not(Box<Matcher>),
    /// All conditions hold: an object with several keys, or `all`.
    All(Vec<Matcher>),
    /// At least one condition holds; the first of them captures.
    OneOf(Vec<Matcher>),
}

impl Matcher {
    /// How many states a match of it needs: one more than its highest [`id`](Self::id).
    pub fn states(&self) -> usize {
        let inner = match &self.node {
            MatcherNode::Not(inner) => inner.states(),
            MatcherNode::All(list) | MatcherNode::OneOf(list) => {
                list.iter().map(Self::states).max().unwrap_or(0)
            }
            _ => 0,
        };
        inner.max(usize::from(self.id) + 1)
    }
}
