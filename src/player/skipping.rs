//! `skip_until`: what is looked for among other messages, or somewhere on a stream.
//!
//! On a stream what is looked for says itself where it may begin. Patterns, `contains` and `suffix` look everywhere at once. Whatever
//! begins with known bytes is tried where these stand, from the first such place on; a place is left when a byte has ruled
//! it out. So the answer depends on the bytes alone, and what has been ruled out need not be kept.

use memchr::memmem;

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::matching::{Hold, Matching, may_begin};
use super::verdict::{FailureKind, Fault, fail};
use crate::scenario::{EvalError, Matcher, MatcherNode, Step, Values};
use crate::time::Time;

impl Cursor {
    /// Begins to look for something.
    pub(super) fn begin_skip(
        &mut self,
        step: &Step,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let (values, limit) = (&core.values, core.setting.max_payload);
        let framed = core.is_framed(step.client);
        let begun = match framed {
            true => self.matching.begin_on_messages(matcher, values, limit),
            false => self.matching.begin_search(matcher, values, limit),
        };
        begun.map_err(FailureKind::NoValue)?;
        self.dropped = 0;
        let link = core.link(step.client)?;
        let most = self.matching.most_undecided(matcher, link.max_message());
        link.make_window(match framed {
            true => most,
            false => self.matching.search_window(matcher, most),
        });
        self.doing = Doing::Expect;
        Ok(true)
    }

    pub(super) fn look_at_skip(
        &mut self,
        step: &Step,
        matcher: &Matcher,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let framed = core.is_framed(step.client);
        let found = match framed {
            true => self.skip_messages(step, matcher, core)?,
            false => self.skip_bytes(step, matcher, core)?,
        };
        if found {
            return Ok(self.done());
        }
        let link = core.link_ref(step.client)?;
        if link.ended.is_none() && !self.is_due(now) {
            return Ok(false);
        }
        let (received, received_len) = link.arrived();
        fail(FailureKind::NeverCame {
            expected: self.matching.expected(matcher, framed),
            how: link.ended,
            dropped: match framed {
                true => self.dropped,
                false => link.passed() as u64,
            },
            framed,
            received,
            received_len,
        })
    }

    /// Drops messages up to and with the one that matches. `Ok(false)`: it is not there yet.
    fn skip_messages(
        &mut self,
        step: &Step,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        while let Some(cut) = self.next_message(step.client, matcher, core)? {
            let (link, values) = core.link_and_values(step.client)?;
            let message = cut.message(link.decoder.unread());
            if self.matching.holds(matcher, &message) {
                self.matching.capture(matcher, &message, values);
                link.decoder.skip_message(&cut);
                return Ok(true);
            }
            link.pass_message(&cut);
            self.dropped += 1;
        }
        Ok(false)
    }

    /// Drops bytes up to and with those for which the matcher holds. `Ok(false)`: they are not there yet.
    fn skip_bytes(
        &mut self,
        step: &Step,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, Fault> {
        let (link, values) = core.link_and_values(step.client)?;
        let limit = link.max_message();
        let most = self.matching.most_undecided(matcher, limit);
        let window = self.matching.search_window(matcher, most);
        loop {
            let unread = link.decoder.unread();
            let looked = unread.get(..window.saturating_add(1)).unwrap_or(unread);
            match self.matching.search(matcher, looked) {
                Hold::At(end) => {
                    self.matching
                        .capture_found(matcher, looked, end, limit, values);
                    link.decoder.skip(end);
                    return Ok(true);
                }
                Hold::Never => return Ok(false),
                Hold::Later => {}
            }
            let passed = self
                .matching
                .search_passed(matcher, limit)
                .min(looked.len());
            if passed == 0 && looked.len() > window {
                return fail(FailureKind::TooLong {
                    expected: self.matching.expected(matcher, false),
                    limit: window,
                    received: link.arrived().0,
                });
            }
            let all = looked.len() == unread.len();
            self.matching.forget_searched(matcher, passed);
            link.pass(passed);
            if all {
                return Ok(false);
            }
        }
    }
}

impl Matching {
    /// Begins to look for something on a stream: what is computed must say where it may begin.
    fn begin_search(
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
    fn search_window(&self, matcher: &Matcher, most: usize) -> usize {
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
            let found = match wanted.node {
                MatcherNode::Contains(_) | MatcherNode::Suffix(_) | MatcherNode::Regex(_) => {
                    self.next_hold(wanted, data, 0)
                }
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
    fn try_places(&mut self, wanted: &Matcher, data: &[u8]) -> Hold {
        loop {
            let start = self.start(wanted);
            let rest = data.get(start..).unwrap_or_default();
            if rest.is_empty() {
                return Hold::Later;
            }
            match self.next_hold(wanted, rest, 0) {
                Hold::At(len) => return Hold::At(start + len),
                Hold::Later => return Hold::Later,
                Hold::Never => {}
            }
            let opening = self.opening(wanted);
            let after = rest.get(1..).unwrap_or_default();
            let next = match memmem::find(after, opening) {
                Some(at) => at,
                // Its first bytes may be the last ones here.
                None => may_begin(after.len(), opening),
            };
            self.rewind(wanted);
            match self.place(wanted) {
                Some(place) => place.start = start + 1 + next,
                None => return Hold::Never,
            }
        }
    }

    /// How many bytes the pattern of a condition has seen.
    fn passed_by_pattern(&self, matcher: &Matcher) -> usize {
        let state = self.nodes.get(usize::from(matcher.id));
        state.map_or(0, |state| state.search.seen())
    }

    /// How many of the bytes will not be looked at again.
    pub(crate) fn search_passed(&self, matcher: &Matcher, limit: usize) -> usize {
        let passed = matcher.searches().iter().map(|wanted| match &wanted.node {
            MatcherNode::Regex(_) if keeps_groups(matcher, wanted) => {
                let seen = self.passed_by_pattern(wanted);
                // In large steps: what is kept has to be moved.
                match seen >= limit.saturating_mul(2) {
                    true => seen - limit,
                    false => 0,
                }
            }
            MatcherNode::Regex(_) => self.passed_by_pattern(wanted),
            MatcherNode::Contains(_) | MatcherNode::Suffix(_) => self.passed_by_needle(wanted),
            _ => self.start(wanted),
        });
        passed.min().unwrap_or(0)
    }

    /// Says that the first `n` bytes are there no more.
    pub(crate) fn forget_searched(&mut self, matcher: &Matcher, n: usize) {
        for wanted in matcher.searches() {
            match &wanted.node {
                MatcherNode::Contains(_) | MatcherNode::Suffix(_) | MatcherNode::Regex(_) => {
                    self.forget(wanted, n);
                }
                _ => {
                    if let Some(place) = self.place(wanted) {
                        place.start = place.start.saturating_sub(n);
                    }
                }
            }
        }
    }

    /// Keeps what was found, and what it captures: of `data`, up to `end`.
    fn capture_found(
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
            MatcherNode::Contains(payload) | MatcherNode::Suffix(payload) => {
                let len = self.bytes(wanted, payload).len();
                data.get(end.saturating_sub(len)..end).unwrap_or_default()
            }
            MatcherNode::Regex(_) => {
                self.capture_groups(wanted, seen, values);
                self.matched(wanted, seen)
            }
            _ => {
                let run = data.get(self.start(wanted)..end).unwrap_or_default();
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
