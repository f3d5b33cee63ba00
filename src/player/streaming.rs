//! Does it hold on a stream, and of how many bytes.
//!
//! Every condition answers one question: *from this length on, what is the shortest run of unread bytes for which you hold?* Several
//! conditions that must hold together ask each other in turn until they agree on a length; of alternatives the shortest wins. Each
//! condition remembers how far it has looked, so the work is linear in the bytes however they were cut. A condition is never
//! asked about a shorter run than before.

use super::matching::{Matching, NodeState};
use crate::canary::{Bug, sings};
use crate::scenario::{Matcher, MatcherNode, Payload, StreamFound};

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

impl Matching {
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
            MatcherNode::Contains(_) => state.needle.passed(),
            MatcherNode::Regex(regex) if regex.captures.is_empty() => state.search.seen(),
            _ => 0,
        }
    }

    /// How many bytes a condition that looks for a payload will not look at again.
    pub(super) fn passed_by_needle(&self, matcher: &Matcher) -> usize {
        let state = self.nodes.get(usize::from(matcher.id));
        state.map_or(0, |state| state.needle.passed())
    }

    /// Says that the first `n` unread bytes, which were [`passed`](Self::passed), are there no more.
    pub(super) fn forget(&mut self, matcher: &Matcher, n: usize) {
        let Some(state) = self.nodes.get_mut(usize::from(matcher.id)) else {
            return;
        };
        state.needle.forget(n);
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
    pub(super) fn found(
        &mut self,
        matcher: &Matcher,
        payload: &Payload,
        data: &[u8],
    ) -> Option<usize> {
        let state = self.nodes.get_mut(usize::from(matcher.id))?;
        let needle = payload
            .known()
            .unwrap_or_else(|| self.computed.get(state.bytes.clone()).unwrap_or_default());
        if state.holds_from.is_none() {
            let found = state.needle.find(needle, data, 0);
            state.holds_from = found.map(|at| at + needle.len());
            if found.is_none() && planted_leap(needle) {
                state.needle.pass(data.len());
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
        let earliest = from.saturating_sub(needle.len());
        match state.needle.find(needle, data, earliest) {
            // It ends where the run may end, at the earliest: so early it was looked for.
            Some(at) => Hold::At(at + needle.len()),
            None => {
                if planted_haste(needle) {
                    state.needle.pass(data.len());
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
    sings(Bug::SharedSuffix) && needle.len() > 16
}
