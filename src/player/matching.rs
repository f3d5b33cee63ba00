//! Does it hold, and of how many bytes: matchers on messages and on streams.
//!
//! On a stream every condition answers one question: *from this length on, what is the shortest run of unread bytes for
//! which you hold?* Several conditions that must hold together ask each other in turn until they agree on a length; of
//! alternatives the shortest wins. Each condition remembers how far it has looked, so the work is linear in the bytes
//! however they were cut. A condition is never asked about a shorter run than before.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use super::json::Scan;
use super::sequence::Place;
use crate::canary::{Bug, sings};
use crate::scenario::{
    Compiled, EvalError, Matcher, MatcherNode, Payload, StreamFound, StreamSearch, Values, counted,
};
use crate::wire::escape;

/// What a matcher says of the bytes so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It holds for the run of this length, and for no shorter one that was asked for.
    At(usize),
    /// It holds for no run so far; more bytes may change that.
    Later,
    /// It holds for no run, whatever comes.
    Never,
}

/// The state of one match, with the values of now filled in. Reused from step to step.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    pub(super) nodes: Vec<NodeState>,
    /// The bytes of payloads that had to be computed.
    computed: Vec<u8>,
    /// Whether anything had to be computed: a payload, or a pattern.
    any_computed: bool,
}

#[derive(Debug, Default)]
pub(super) struct NodeState {
    /// Where the node's payload lies in `computed`, when it had to be computed; of a computed length, from 0 to it.
    bytes: Range<usize>,
    /// The node's pattern.
    pattern: Option<Arc<Compiled>>,
    pub(super) search: StreamSearch,
    /// Exact and prefix: how many bytes are compared. Suffix and contains: where to look next. All and
    /// not: the shortest run that is not ruled out.
    looked: usize,
    /// Contains and prefix: from which length on it holds.
    pub(super) holds_from: Option<usize>,
    /// It holds for no run, whatever comes.
    pub(super) never: bool,
    /// Of a sequence.
    pub(super) place: Place,
    /// Of JSON: where its value stands.
    pub(super) value: Scan,
}

impl NodeState {
    /// Forgets how far it has looked, and what it saw.
    fn begin(&mut self) {
        self.looked = 0;
        self.holds_from = None;
        self.never = false;
        self.place = Place::default();
        self.value = Scan::default();
        self.search.reset();
    }
}

impl Matching {
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
            state.begin();
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
        state.begin();
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
                self.differs_from_json(matcher, message).is_none()
            }
        }
    }

    /// The shortest run of `unread`, from its first byte on, for which the matcher holds.
    pub(crate) fn on_stream(&mut self, matcher: &Matcher, unread: &[u8]) -> Hold {
        self.next_hold(matcher, unread, 0)
    }

    /// How many of the unread bytes an undecided matcher will never look at again, nor capture.
    pub(super) fn passed(&self, matcher: &Matcher) -> usize {
        let Some(state) = self.nodes.get(usize::from(matcher.id)) else {
            return 0;
        };
        match &matcher.node {
            _ if matcher.capture.is_some() => 0,
            MatcherNode::Contains(_) => state.looked,
            MatcherNode::Regex(regex) if regex.captures.is_empty() => state.search.seen(),
            _ => 0,
        }
    }

    /// How many bytes a condition that looks for a payload will not look at again.
    pub(super) fn passed_by_needle(&self, matcher: &Matcher) -> usize {
        let state = self.nodes.get(usize::from(matcher.id));
        state.map_or(0, |state| state.looked)
    }

    /// Says that the first `n` unread bytes, which were [`passed`](Self::passed), are there no more.
    pub(super) fn forget(&mut self, matcher: &Matcher, n: usize) {
        let Some(state) = self.nodes.get_mut(usize::from(matcher.id)) else {
            return;
        };
        state.looked = state.looked.saturating_sub(n);
        state.search.forget(n);
    }

    /// The fewest of the unread bytes that decide that the matcher holds for no run, where all of them do.
    ///
    /// Begins the match again, so it is for a matcher that has passed nothing.
    pub(super) fn decided_after(&mut self, matcher: &Matcher, unread: &[u8]) -> usize {
        let (mut fewest, mut enough) = (0, unread.len());
        while fewest < enough {
            let middle = fewest + (enough - fewest) / 2;
            self.rewind(matcher);
            let some = unread.get(..middle).unwrap_or_default();
            match self.on_stream(matcher, some) {
                Hold::Never => enough = middle,
                Hold::At(_) | Hold::Later => fewest = middle + 1,
            }
        }
        enough
    }

    /// The shortest run of at least `from` bytes for which the matcher holds.
    pub(super) fn next_hold(&mut self, matcher: &Matcher, data: &[u8], from: usize) -> Hold {
        match &matcher.node {
            MatcherNode::Exact(payload) => match self.compared(matcher, payload, data) {
                Some(len) if from <= len && len <= data.len() => Hold::At(len),
                Some(len) if from <= len => Hold::Later,
                _ => Hold::Never,
            },
            MatcherNode::Prefix(payload) => match self.compared(matcher, payload, data) {
                Some(len) => reached(from.max(len), data),
                None => Hold::Never,
            },
            MatcherNode::Suffix(payload) => self.next_suffix(matcher, payload, data, from),
            MatcherNode::Contains(payload) => match self.found(matcher, payload, data) {
                Some(end) => reached(from.max(end), data),
                None => Hold::Later,
            },
            MatcherNode::Regex(_) => match self.searched(matcher, data) {
                StreamFound::End(end) => reached(from.max(end), data),
                StreamFound::Later => Hold::Later,
                StreamFound::Never => Hold::Never,
            },
            MatcherNode::Length { .. } | MatcherNode::Counted(_) => {
                let (min, max) = self.bounds(matcher);
                let len = from.max(usize::try_from(min).unwrap_or(usize::MAX));
                if len as u64 > max || planted_loss(len, data) {
                    Hold::Never
                } else {
                    reached(len, data)
                }
            }
            MatcherNode::Any => reached(from, data),
            MatcherNode::Not(inner) => self.next_failure(matcher, inner, data, from),
            MatcherNode::All(list) => self.next_agreement(matcher, list, data, from),
            MatcherNode::Sequence(list) => self.next_in_sequence(matcher, list, data, from),
            MatcherNode::Json(_) | MatcherNode::Points(_) => self.next_json(matcher, data, from),
            MatcherNode::OneOf(list) => {
                let mut best = Hold::Never;
                for inner in list {
                    best = match (best, self.next_hold(inner, data, from)) {
                        (Hold::At(_), last) if planted_last(list) => last,
                        (Hold::At(a), Hold::At(b)) => Hold::At(a.min(b)),
                        (Hold::At(a), _) | (_, Hold::At(a)) => Hold::At(a),
                        (Hold::Later, _) | (_, Hold::Later) => Hold::Later,
                        (Hold::Never, Hold::Never) => Hold::Never,
                    };
                }
                best
            }
        }
    }

    /// Compares as much of a payload as has arrived: its length, or `None` when a byte differs.
    fn compared(&mut self, matcher: &Matcher, payload: &Payload, data: &[u8]) -> Option<usize> {
        let state = self.nodes.get_mut(usize::from(matcher.id))?;
        let expected = payload
            .known()
            .unwrap_or_else(|| self.computed.get(state.bytes.clone()).unwrap_or_default());
        if state.never {
            return None;
        }
        let end = expected.len().min(data.len());
        let looked = state.looked.min(end);
        if expected.get(looked..end) != data.get(looked..end) {
            state.never = true;
            return None;
        }
        state.looked = end;
        Some(expected.len())
    }

    /// Looks for a payload: the length of the shortest run that holds it.
    fn found(&mut self, matcher: &Matcher, payload: &Payload, data: &[u8]) -> Option<usize> {
        let state = self.nodes.get_mut(usize::from(matcher.id))?;
        let needle = payload
            .known()
            .unwrap_or_else(|| self.computed.get(state.bytes.clone()).unwrap_or_default());
        if state.holds_from.is_none() {
            match memmem::find(data.get(state.looked..)?, needle) {
                Some(at) => state.holds_from = Some(state.looked + at + needle.len()),
                None if planted_leap(needle) => state.looked = data.len(),
                // The payload's first bytes may be the last ones here.
                None => state.looked = state.looked.max(may_begin(data.len(), needle)),
            }
        }
        state.holds_from
    }

    fn next_suffix(
        &mut self,
        matcher: &Matcher,
        payload: &Payload,
        data: &[u8],
        from: usize,
    ) -> Hold {
        let Some(state) = self.nodes.get_mut(usize::from(matcher.id)) else {
            return Hold::Never;
        };
        let needle = payload
            .known()
            .unwrap_or_else(|| self.computed.get(state.bytes.clone()).unwrap_or_default());
        let start = state.looked.max(from.saturating_sub(needle.len()));
        match data
            .get(start..)
            .and_then(|rest| memmem::find(rest, needle))
        {
            Some(at) => {
                state.looked = start + at;
                // It ends where the run may end, at the earliest: so early it was looked for.
                Hold::At(start + at + needle.len())
            }
            None => {
                state.looked = start.max(may_begin(data.len(), needle));
                if planted_haste(needle) {
                    state.looked = data.len();
                }
                Hold::Later
            }
        }
    }

    fn searched(&mut self, matcher: &Matcher, data: &[u8]) -> StreamFound {
        match self.nodes.get_mut(usize::from(matcher.id)) {
            Some(NodeState {
                pattern: Some(pattern),
                search,
                ..
            }) => search.feed(pattern, data),
            _ => StreamFound::Never,
        }
    }

    /// The shortest run for which the inner matcher does not hold.
    fn next_failure(
        &mut self,
        matcher: &Matcher,
        inner: &Matcher,
        data: &[u8],
        from: usize,
    ) -> Hold {
        let id = usize::from(matcher.id);
        let mut len = from.max(self.nodes.get(id).map_or(0, |state| state.looked));
        let failed = loop {
            if len > data.len() {
                break Hold::Later;
            }
            match self.next_hold(inner, data, len) {
                Hold::At(end) if end == len && self.holds_for_ever(inner, len) => {
                    return Hold::Never;
                }
                Hold::At(end) if end == len => len += 1,
                _ => break Hold::At(len),
            }
        };
        if let Some(state) = self.nodes.get_mut(id) {
            state.looked = len;
        }
        failed
    }

    /// The shortest run for which all of the list hold.
    fn next_agreement(
        &mut self,
        matcher: &Matcher,
        list: &[Matcher],
        data: &[u8],
        from: usize,
    ) -> Hold {
        let id = usize::from(matcher.id);
        let mut len = from.max(self.nodes.get(id).map_or(0, |state| state.looked));
        let agreed = loop {
            let (mut longest, mut later) = (len, false);
            for inner in list {
                match self.next_hold(inner, data, len) {
                    Hold::At(end) => longest = longest.max(end),
                    Hold::Later => later = true,
                    Hold::Never => return Hold::Never,
                }
            }
            if longest == len && !later {
                break Hold::At(len);
            }
            if len > data.len() {
                break Hold::Later;
            }
            // One that holds for no run so far rules out all that have arrived. Of the longest of these the others are asked all the
            // same: bytes that come one by one ask so too, and it may be the end of their hopes.
            len = match later {
                true if len < data.len() => data.len(),
                true => data.len() + 1,
                false => longest,
            };
        };
        // All runs shorter than this one are ruled out: the next question begins here.
        if let Some(state) = self.nodes.get_mut(id) {
            state.looked = len;
        }
        agreed
    }

    /// Whether a matcher that holds for a run of `len` bytes holds for every longer one too.
    fn holds_for_ever(&self, matcher: &Matcher, len: usize) -> bool {
        match &matcher.node {
            MatcherNode::Prefix(_)
            | MatcherNode::Contains(_)
            | MatcherNode::Regex(_)
            | MatcherNode::Any => true,
            MatcherNode::Length { min, max } => *max == u64::MAX && len as u64 >= *min,
            MatcherNode::Counted(_) => false,
            MatcherNode::All(list) => list.iter().all(|inner| self.holds_for_ever(inner, len)),
            MatcherNode::Exact(_)
            | MatcherNode::Suffix(_)
            | MatcherNode::Not(_)
            | MatcherNode::Sequence(_)
            | MatcherNode::Json(_)
            | MatcherNode::Points(_)
            | MatcherNode::OneOf(_) => false,
        }
    }
}

/// From which byte on a text that is not in `len` bytes may begin, if more come: its first bytes may be the last ones there.
pub(super) fn may_begin(len: usize, text: &[u8]) -> usize {
    (len + 1).saturating_sub(text.len().max(1))
}

/// A run of `len` bytes is right; it has arrived or it will.
pub(super) fn reached(len: usize, data: &[u8]) -> Hold {
    if len <= data.len() {
        Hold::At(len)
    } else {
        Hold::Later
    }
}

/// A planted bug: whether a length is given up whose first bytes have arrived.
fn planted_loss(len: usize, data: &[u8]) -> bool {
    sings(Bug::LostLength) && (6..9).contains(&len) && (1..len).contains(&data.len())
}

/// A planted bug: whether the last alternative wins.
fn planted_last(list: &[Matcher]) -> bool {
    sings(Bug::LastAlternative) && list.len() > 2
}

/// A planted bug: whether the first bytes of a payload are passed over.
fn planted_leap(needle: &[u8]) -> bool {
    sings(Bug::SharedNeedle) && needle.len() > 12
}

/// A planted bug: whether the first bytes of a suffix are passed over.
fn planted_haste(needle: &[u8]) -> bool {
    sings(Bug::SharedSuffix) && needle.len() > 3
}
