//! A match: the values of now filled in, what each condition has seen, and whether it holds for a whole message.
//!
//! Whether it holds on a stream is asked in [`streaming`](super::streaming), where on one in [`searching`](super::searching).

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use super::json::Scan;
use super::needle::Needle;
use super::searching::Trial;
use super::sequence::Place;
use crate::scenario::{
    Compiled, EvalError, Matcher, MatcherNode, Payload, StreamSearch, Values, counted,
};
use crate::wire::escape;

/// The state of one match, with the values of now filled in. Reused from step to step.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    pub(super) nodes: Vec<NodeState>,
    /// The bytes of payloads that had to be computed.
    pub(super) computed: Vec<u8>,
    /// Whether anything had to be computed: a payload, or a pattern.
    any_computed: bool,
}

#[derive(Debug, Default)]
pub(super) struct NodeState {
    /// Where the node's payload lies in `computed`, when it had to be computed; of a computed length, from 0 to it.
    pub(super) bytes: Range<usize>,
    /// The node's pattern.
    pub(super) pattern: Option<Arc<Compiled>>,
    pub(super) search: StreamSearch,
    /// Exact and prefix: how many bytes are compared. JSON: how many after the value are known to be blank. All and not: the shortest run
    /// that is not ruled out.
    pub(super) looked: usize,
    /// Of what looks for its payload; of a part of a sequence, for what it begins with.
    pub(super) needle: Needle,
    /// Contains and JSON: from which length on it holds.
    pub(super) holds_from: Option<usize>,
    /// It holds for no run, whatever comes.
    pub(super) never: bool,
    /// Of a sequence.
    pub(super) place: Place,
    /// Of JSON: where its value stands.
    pub(super) value: Scan,
    /// Of what is looked for: where it is being tried.
    pub(super) trial: Trial,
}

impl NodeState {
    /// Forgets how far it has looked, and what it saw.
    fn rewind(&mut self) {
        self.looked = 0;
        self.needle.rewind();
        self.holds_from = None;
        self.never = false;
        self.place = Place::default();
        self.value = Scan::default();
        self.search.reset();
    }
}

impl Matching {
    /// How many nodes are kept for the matchers of another script: 8.
    const KEPT_NODES: usize = 8;

    /// Forgets the matchers it has looked at, and gives back what they made it grow beyond `kept` bytes.
    pub(super) fn give_back(&mut self, kept: usize) {
        self.computed.clear();
        self.computed.shrink_to(kept);
        if self.nodes.len() > Self::KEPT_NODES {
            self.nodes.truncate(Self::KEPT_NODES);
            self.nodes.shrink_to(Self::KEPT_NODES);
        }
        for node in &mut self.nodes {
            *node = NodeState::default();
        }
    }

    /// Begins a match: computes what has to be computed, at most `limit` bytes a payload.
    pub(crate) fn begin(
        &mut self,
        matcher: &Matcher,
        values: &Values,
        limit: usize,
    ) -> Result<(), EvalError> {
        let states = matcher.states();
        if self.nodes.len() < states {
            self.nodes.resize_with(states, NodeState::default);
        }
        self.computed.clear();
        self.any_computed = false;
        self.prepare(matcher, values, limit)
    }

    /// Begins a match on a stream: what is computed must not hold for no bytes at all, nor need what comes after it. What is
    /// known beforehand has been checked when the file was read.
    pub(super) fn begin_on_stream(
        &mut self,
        matcher: &Matcher,
        values: &Values,
        limit: usize,
    ) -> Result<(), EvalError> {
        self.begin(matcher, values, limit)?;
        if !self.any_computed {
            return Ok(());
        }
        if self.holds(matcher, b"") {
            let message = "with these values it holds for no bytes at all, and a stream has no end to wait for";
            return Err(EvalError::new(message, matcher.span));
        }
        self.rewind(matcher);
        self.refuse_open_ends(matcher)
    }

    /// Begins a match on messages: of a sequence, what is computed must not need what comes after its own part.
    pub(super) fn begin_on_messages(
        &mut self,
        matcher: &Matcher,
        values: &Values,
        limit: usize,
    ) -> Result<(), EvalError> {
        self.begin(matcher, values, limit)?;
        if !self.any_computed {
            return Ok(());
        }
        self.refuse_open_ends_in_parts(matcher)
    }

    /// Fails where a pattern, made of values of now, looks past its end.
    pub(super) fn refuse_open_ends(&self, matcher: &Matcher) -> Result<(), EvalError> {
        let own = usize::from(matcher.id)..matcher.states();
        let states = self.nodes.get(own).unwrap_or_default();
        let mut patterns = states.iter().filter_map(|state| state.pattern.as_ref());
        let undecidable = |pattern: &&Arc<Compiled>| {
            pattern.looks_past_its_end() || pattern.has_unicode_word_boundary()
        };
        if let Some(pattern) = patterns.find(undecidable) {
            let text = escape(pattern.text().as_bytes());
            let message = format!("the end of `{text}` cannot be told on a stream");
            return Err(EvalError::new(message, matcher.span));
        }
        Ok(())
    }

    /// Forgets what a matcher has looked at; the values stay.
    pub(super) fn rewind(&mut self, matcher: &Matcher) {
        let own = usize::from(matcher.id)..matcher.states();
        for state in self.nodes.get_mut(own).unwrap_or_default() {
            state.rewind();
        }
    }

    fn prepare(
        &mut self,
        matcher: &Matcher,
        values: &Values,
        limit: usize,
    ) -> Result<(), EvalError> {
        let Some(state) = self.nodes.get_mut(usize::from(matcher.id)) else {
            return Ok(());
        };
        state.rewind();
        state.needle = Needle::default();
        state.trial = Trial::default();
        if !matches!(matcher.node, MatcherNode::Regex(_)) {
            state.pattern = None;
        }
        match &matcher.node {
            MatcherNode::Exact(payload)
            | MatcherNode::Prefix(payload)
            | MatcherNode::Suffix(payload)
            | MatcherNode::Contains(payload)
            | MatcherNode::Json(payload) => {
                if payload.known().is_none() {
                    self.any_computed = true;
                    let start = self.computed.len();
                    payload.render(values, start.saturating_add(limit), &mut self.computed)?;
                    state.bytes = start..self.computed.len();
                }
                Ok(())
            }
            MatcherNode::Regex(pattern) => {
                self.any_computed |= pattern.known().is_none();
                let resolved = pattern.resolve(values, matcher.span, state.pattern.as_ref())?;
                state.pattern = Some(resolved);
                Ok(())
            }
            MatcherNode::Counted(template) => {
                self.any_computed = true;
                let len = counted(template, values)?;
                // More than memory has will not come.
                state.bytes = 0..usize::try_from(len).unwrap_or(usize::MAX);
                Ok(())
            }
            MatcherNode::Not(inner) => self.prepare(inner, values, limit),
            MatcherNode::All(list) | MatcherNode::OneOf(list) | MatcherNode::Sequence(list) => list
                .iter()
                .try_for_each(|inner| self.prepare(inner, values, limit)),
            _ => Ok(()),
        }
    }

    /// The bytes of a node's payload.
    pub(super) fn bytes<'a>(&'a self, matcher: &Matcher, payload: &'a Payload) -> &'a [u8] {
        payload.known().unwrap_or_else(|| {
            let range = self
                .nodes
                .get(usize::from(matcher.id))
                .map_or(0..0, |state| state.bytes.clone());
            self.computed.get(range).unwrap_or_default()
        })
    }

    /// How many bytes a node that counts them asks for, at least and at most.
    pub(super) fn bounds(&self, matcher: &Matcher) -> (u64, u64) {
        if let MatcherNode::Length { min, max } = matcher.node {
            return (min, max);
        }
        let state = self.nodes.get(usize::from(matcher.id));
        let len = state.map_or(0, |state| state.bytes.end as u64);
        (len, len)
    }

    /// The pattern of a node.
    pub(super) fn pattern(&self, matcher: &Matcher) -> Option<&Arc<Compiled>> {
        self.nodes.get(usize::from(matcher.id))?.pattern.as_ref()
    }

    /// The exact bytes that the matcher asks for, if it asks for exact ones.
    pub(super) fn exact<'a>(&'a self, matcher: &'a Matcher) -> Option<&'a [u8]> {
        match &matcher.node {
            MatcherNode::Exact(payload) => Some(self.bytes(matcher, payload)),
            _ => None,
        }
    }

    /// How many unread bytes may be held undecided where the limit is `limit`: exact bytes do not count against it.
    pub(super) fn most_undecided(&self, matcher: &Matcher, limit: usize) -> usize {
        match &matcher.node {
            MatcherNode::Exact(payload) => self.bytes(matcher, payload).len().max(limit),
            MatcherNode::Sequence(parts) => parts.iter().fold(limit, |sum, part| {
                sum.saturating_add(self.most_undecided(part, 0))
            }),
            _ => limit,
        }
    }

    /// Whether the matcher holds for a whole message, or for a whole run.
    pub(crate) fn holds(&mut self, matcher: &Matcher, message: &[u8]) -> bool {
        match &matcher.node {
            MatcherNode::Exact(payload) => message == self.bytes(matcher, payload),
            MatcherNode::Prefix(payload) => message.starts_with(self.bytes(matcher, payload)),
            MatcherNode::Suffix(payload) => message.ends_with(self.bytes(matcher, payload)),
            MatcherNode::Contains(payload) => {
                memmem::find(message, self.bytes(matcher, payload)).is_some()
            }
            MatcherNode::Regex(_) => self
                .pattern(matcher)
                .is_some_and(|pattern| pattern.is_match(message)),
            MatcherNode::Length { .. } | MatcherNode::Counted(_) => {
                let (min, max) = self.bounds(matcher);
                (min..=max).contains(&(message.len() as u64))
            }
            MatcherNode::Any => true,
            MatcherNode::Not(inner) => !self.holds(inner, message),
            MatcherNode::All(list) => list.iter().all(|inner| self.holds(inner, message)),
            MatcherNode::OneOf(list) => list.iter().any(|inner| self.holds(inner, message)),
            MatcherNode::Sequence(list) => self.sequence_holds(matcher, list, message),
            MatcherNode::Json(_) | MatcherNode::Points(_) => {
                self.differs_from_json(matcher, message, 1).is_none()
            }
        }
    }
}
