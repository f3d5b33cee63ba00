//! What is looked for on a stream: where it is found first.
//!
//! What is looked for says itself where it may begin. Patterns and bytes are looked for everywhere at once. Whatever else begins with
//! known bytes is tried where these stand, from the first such place on; a place is left when a byte has ruled it out. So the answer
//! depends on the bytes alone, and what has been ruled out need not be kept.
//!
//! Bytes that were looked at in vain at one place are looked at again at the next: of `["a", { "regex": "^a*b" }]` in many `a`, nearly all
//! of them, at each. So there is a bound on that, which depends on the bytes alone, too.

use super::matching::Matching;
use super::needle::Needle;
use super::streaming::Hold;
use crate::scenario::{EvalError, Matcher, MatcherNode, Values};

/// How many bytes may be looked at again, beside those for each byte that was passed: 16 MiB.
pub const MAX_AGAIN: u64 = 16 << 20;

/// How many bytes may be looked at again for each byte that was passed, on average: 256.
pub const MAX_AGAIN_A_BYTE: u64 = 256;

/// How many bytes a place may have ruled it out after without that being counted: 64.
const NOT_COUNTED: usize = 64;

/// Where something is being tried.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Trial {
    /// The place.
    start: usize,
    /// How often the number of bytes that is looked at there has been doubled.
    doubled: u32,
    /// Where the bytes stand with which it begins.
    needle: Needle,
    /// How many bytes are gone that stood before all of these.
    gone: u64,
    /// How many bytes were looked at in vain.
    again: u64,
    /// Whether these are too many.
    pub(super) is_exhausted: bool,
}

impl Trial {
    /// How many bytes are looked at.
    fn look(&self) -> usize {
        let times = 1_usize.checked_shl(self.doubled).unwrap_or(usize::MAX);
        NOT_COUNTED.saturating_mul(times)
    }

    /// Looks at twice as many.
    fn further(mut self) -> Self {
        self.doubled += 1;
        self
    }

    /// Counts what was looked at in vain here.
    pub(super) fn pay(&mut self, bytes: usize) {
        if bytes <= NOT_COUNTED {
            return;
        }
        self.again = self.again.saturating_add(bytes as u64);
        let passed = self.gone.saturating_add(self.start as u64);
        let allowed = MAX_AGAIN.saturating_add(passed.saturating_mul(MAX_AGAIN_A_BYTE));
        self.is_exhausted = self.again > allowed;
    }

    /// Goes to another place.
    fn go_to(&mut self, start: usize) {
        self.start = start;
        self.doubled = 0;
    }

    /// Says that the first `n` bytes are there no more.
    pub(super) fn forget(&mut self, n: usize) {
        self.start = self.start.saturating_sub(n);
        self.needle.forget(n);
        self.gone = self.gone.saturating_add(n as u64);
    }
}

impl Matching {
    /// Begins to look for something on a stream: what is computed must say where it may begin.
    pub(super) fn begin_search(
        &mut self,
        matcher: &Matcher,
        values: &Values,
        limit: usize,
    ) -> Result<(), EvalError> {
        self.begin_on_stream(matcher, values, limit)?;
        for wanted in matcher.searches() {
            let anywhere = match &wanted.node {
                MatcherNode::Contains(_) | MatcherNode::Suffix(_) => true,
                MatcherNode::Regex(_) => self
                    .pattern(wanted)
                    .is_some_and(|pattern| !pattern.is_anchored()),
                _ => !self.opening(wanted).is_empty(),
            };
            if !anywhere {
                let message = "with these values nothing says where to look for it";
                return Err(EvalError::new(message, wanted.span));
            }
        }
        Ok(())
    }

    /// How many unread bytes may be held: twice the limit where groups are captured, so that whatever was dropped, as many as
    /// the limit says stand before the end of the match.
    pub(super) fn search_window(&self, matcher: &Matcher, most: usize) -> usize {
        match matcher
            .searches()
            .iter()
            .any(|wanted| keeps_groups(matcher, wanted))
        {
            true => most.saturating_mul(2),
            false => most,
        }
    }

    /// Looks for a matcher: at the end of which run it is found first.
    pub(crate) fn search(&mut self, matcher: &Matcher, data: &[u8]) -> Hold {
        let mut best = Hold::Never;
        for (n, wanted) in matcher.searches().iter().enumerate() {
            let found = match &wanted.node {
                MatcherNode::Exact(payload)
                | MatcherNode::Prefix(payload)
                | MatcherNode::Suffix(payload)
                | MatcherNode::Contains(payload) => {
                    let found = self.found(wanted, payload, data);
                    found.map_or(Hold::Later, Hold::At)
                }
                MatcherNode::Regex(_) => self.next_hold(wanted, data, 0),
                _ => self.try_places(wanted, data),
            };
            best = match (best, found) {
                (Hold::At(a), Hold::At(b)) if b < a => self.found_nth(matcher, n, b),
                (Hold::At(a), _) => Hold::At(a),
                (_, Hold::At(b)) => self.found_nth(matcher, n, b),
                (Hold::Never, Hold::Never) => Hold::Never,
                (Hold::Later, _) | (_, Hold::Later) => Hold::Later,
            };
        }
        best
    }

    /// Whether something is not looked for any more, because too many bytes were looked at again.
    pub(super) fn is_exhausted(&self, matcher: &Matcher) -> bool {
        matcher
            .searches()
            .iter()
            .any(|wanted| self.trial(wanted).is_exhausted)
    }

    /// Notes which of the alternatives is found at `end`.
    fn found_nth(&mut self, matcher: &Matcher, n: usize, end: usize) -> Hold {
        if let Some(place) = self.place(matcher)
            && matches!(matcher.node, MatcherNode::OneOf(_))
        {
            place.part = n;
        }
        Hold::At(end)
    }

    /// Tries what begins with known bytes where these stand, one place after the other.
    ///
    /// At each place ever longer runs are looked at, so that a place is left after bytes whose number does not depend on the cuts.
    fn try_places(&mut self, wanted: &Matcher, data: &[u8]) -> Hold {
        loop {
            let trial = self.trial(wanted);
            if trial.is_exhausted {
                return Hold::Never;
            }
            let rest = data.get(trial.start..).unwrap_or_default();
            if rest.is_empty() {
                return Hold::Later;
            }
            let looked = rest.get(..trial.look()).unwrap_or(rest);
            match self.next_hold(wanted, looked, 0) {
                Hold::At(len) => return Hold::At(trial.start + len),
                Hold::Later if looked.len() == rest.len() => return Hold::Later,
                Hold::Later => self.set_trial(wanted, trial.further()),
                Hold::Never => self.leave_place(wanted, data),
            }
        }
    }

    /// Goes to the next place where something may begin.
    fn leave_place(&mut self, wanted: &Matcher, data: &[u8]) {
        let mut trial = self.trial(wanted);
        trial.pay(self.work(wanted, trial.look()));
        let place = (trial.needle).next(self.opening(wanted), data, trial.start + 1);
        trial.go_to(place);
        self.rewind(wanted);
        self.set_trial(wanted, trial);
    }

    /// How many bytes are looked at, at most, at a place that is left after so many.
    fn work(&self, wanted: &Matcher, looked: usize) -> usize {
        match is_quick(wanted, true) {
            true => self.compared_bytes(wanted).min(looked),
            false => looked,
        }
    }

    /// How many bytes are compared with payloads.
    fn compared_bytes(&self, matcher: &Matcher) -> usize {
        match &matcher.node {
            MatcherNode::Exact(payload) | MatcherNode::Prefix(payload) => {
                self.bytes(matcher, payload).len()
            }
            _ => (matcher.parts().iter())
                .map(|part| self.compared_bytes(part))
                .fold(0, usize::saturating_add),
        }
    }

    fn trial(&self, wanted: &Matcher) -> Trial {
        let state = self.nodes.get(usize::from(wanted.id));
        state.map_or_else(Trial::default, |state| state.trial)
    }

    fn set_trial(&mut self, wanted: &Matcher, trial: Trial) {
        if let Some(state) = self.nodes.get_mut(usize::from(wanted.id)) {
            state.trial = trial;
        }
    }

    /// How many bytes the pattern of a condition has seen.
    fn passed_by_pattern(&self, matcher: &Matcher) -> usize {
        let state = self.nodes.get(usize::from(matcher.id));
        state.map_or(0, |state| state.search.seen())
    }

    /// How many of the bytes will not be looked at again.
    pub(crate) fn search_passed(&self, matcher: &Matcher, limit: usize) -> usize {
        let searches = matcher.searches().iter();
        let passed = searches.filter_map(|wanted| match &wanted.node {
            MatcherNode::Regex(_) if keeps_groups(matcher, wanted) => {
                let seen = self.passed_by_pattern(wanted);
                // In large steps: what is kept has to be moved.
                Some(match seen >= limit.saturating_mul(2) {
                    true => seen - limit,
                    false => 0,
                })
            }
            MatcherNode::Regex(_) => Some(self.passed_by_pattern(wanted)),
            MatcherNode::Exact(_)
            | MatcherNode::Prefix(_)
            | MatcherNode::Suffix(_)
            | MatcherNode::Contains(_) => Some(self.passed_by_needle(wanted)),
            _ => Some(self.trial(wanted))
                .filter(|trial| !trial.is_exhausted)
                .map(|trial| trial.start),
        });
        passed.min().unwrap_or(0)
    }

    /// Says that the first `n` bytes are there no more.
    pub(crate) fn forget_searched(&mut self, matcher: &Matcher, n: usize) {
        for wanted in matcher.searches() {
            self.forget(wanted, n);
            let mut trial = self.trial(wanted);
            trial.forget(n);
            self.set_trial(wanted, trial);
        }
    }

    /// Keeps what was found, and what it captures: of `data`, up to `end`.
    pub(super) fn capture_found(
        &mut self,
        matcher: &Matcher,
        data: &[u8],
        end: usize,
        limit: usize,
        values: &mut Values,
    ) {
        if !matcher.captures() {
            return;
        }
        let number = match matcher.node {
            MatcherNode::OneOf(_) => self.place(matcher).map_or(0, |place| place.part),
            _ => 0,
        };
        let Some(wanted) = matcher.searches().get(number) else {
            return;
        };
        // However much was dropped before, groups are looked for in so many bytes.
        let seen = data.get(end.saturating_sub(limit)..end).unwrap_or_default();
        let run = match &wanted.node {
            MatcherNode::Exact(payload)
            | MatcherNode::Prefix(payload)
            | MatcherNode::Suffix(payload)
            | MatcherNode::Contains(payload) => {
                let len = self.bytes(wanted, payload).len();
                data.get(end.saturating_sub(len)..end).unwrap_or_default()
            }
            MatcherNode::Regex(_) => {
                self.capture_groups(wanted, seen, values);
                self.matched(wanted, seen)
            }
            _ => {
                let run = data.get(self.trial(wanted).start..end).unwrap_or_default();
                self.capture(wanted, run, values);
                run
            }
        };
        for slot in [matcher.capture, wanted.capture].into_iter().flatten() {
            values.set(slot, Values::of_bytes(run));
        }
    }
}

/// Whether a pattern has to be asked for its groups, or for where its match begins.
fn keeps_groups(matcher: &Matcher, wanted: &Matcher) -> bool {
    matches!(wanted.node, MatcherNode::Regex(_)) && (matcher.capture.is_some() || wanted.captures())
}

/// Whether each of its parts but the last has one length, and all it does is to compare bytes: so a place is left after as much work as
/// there are bytes to compare, however many stand between them.
fn is_quick(matcher: &Matcher, last: bool) -> bool {
    match &matcher.node {
        MatcherNode::Prefix(_) | MatcherNode::Any | MatcherNode::Length { .. } => {
            last || matcher.has_one_length()
        }
        MatcherNode::All(list) => last && list.iter().all(|inner| is_quick(inner, true)),
        MatcherNode::Sequence(parts) => match parts.split_last() {
            Some((end, others)) => {
                is_quick(end, last) && others.iter().all(|part| is_quick(part, false))
            }
            None => false,
        },
        _ => matcher.has_one_length(),
    }
}
