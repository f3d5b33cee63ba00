//! Matchers one after another: where one part ends and the next begins.
//!
//! A part takes the shortest run for which it holds, and goes on from there only up to the bytes with which the next
//! part begins. It never goes back: so where a part ends is decided by the bytes up to there and a little beyond, however
//! they were cut, and the work stays linear. The last part is judged as a matcher that stands alone.

use super::matching::Matching;
use super::needle::Needle;
use super::streaming::Hold;
use crate::scenario::{EvalError, Matcher, MatcherNode, Values};

/// Where the match of a sequence stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// Of a sequence: which of its parts has no end yet. Of alternatives that are looked for: which one was found.
    pub(super) part: usize,
    /// Of a part: where it begins, counted from the beginning of its sequence.
    pub(super) start: usize,
    /// Of a part: the shortest end that is not ruled out, counted from its own beginning.
    end: usize,
    /// Of a part: the first end at which it held, whatever came after it.
    held: Option<usize>,
}

/// Which part of a sequence does not hold, and where.
#[derive(Debug)]
pub(super) struct Broken<'a> {
    /// The part, and its number from 0.
    pub(super) part: &'a Matcher,
    pub(super) number: usize,
    /// Where it begins.
    pub(super) start: usize,
    /// Whether it might begin later, too, but that what it begins with is not there.
    pub(super) anywhere: bool,
}

impl Matching {
    pub(super) fn place(&mut self, matcher: &Matcher) -> Option<&mut Place> {
        let state = self.nodes.get_mut(usize::from(matcher.id))?;
        Some(&mut state.place)
    }

    pub(super) fn start(&self, part: &Matcher) -> usize {
        let state = self.nodes.get(usize::from(part.id));
        state.map_or(0, |state| state.place.start)
    }

    /// The shortest run of at least `from` bytes that the parts take one after another.
    pub(super) fn next_in_sequence(
        &mut self,
        matcher: &Matcher,
        parts: &[Matcher],
        data: &[u8],
        from: usize,
    ) -> Hold {
        let (last, start) = match self.place_parts(matcher, parts, data) {
            Ok(placed) => placed,
            Err(hold) => return hold,
        };
        let rest = data.get(start..).unwrap_or_default();
        match self.next_hold(last, rest, from.saturating_sub(start)) {
            Hold::At(len) => Hold::At(start + len),
            other => other,
        }
    }

    /// Whether the parts take a whole message, or a whole run, one after another.
    pub(super) fn sequence_holds(
        &mut self,
        matcher: &Matcher,
        parts: &[Matcher],
        message: &[u8],
    ) -> bool {
        self.rewind(matcher);
        match self.place_parts(matcher, parts, message) {
            Ok((last, start)) => self.holds(last, message.get(start..).unwrap_or_default()),
            Err(_) => false,
        }
    }

    /// Keeps what the parts capture of a run that they take.
    pub(super) fn capture_parts(
        &mut self,
        matcher: &Matcher,
        parts: &[Matcher],
        run: &[u8],
        values: &mut Values,
    ) {
        if !self.sequence_holds(matcher, parts, run) {
            return;
        }
        for (n, part) in parts.iter().enumerate() {
            let end = parts.get(n + 1).map_or(run.len(), |next| self.start(next));
            let piece = run.get(self.start(part)..end).unwrap_or_default();
            self.capture(part, piece, values);
        }
    }

    /// The part that does not hold, in a message that the sequence does not hold for.
    pub(super) fn broken_part<'a>(
        &mut self,
        matcher: &Matcher,
        parts: &'a [Matcher],
        message: &[u8],
    ) -> Option<Broken<'a>> {
        self.rewind(matcher);
        let placed = self.place_parts(matcher, parts, message);
        let mut number = match placed {
            Ok(_) => parts.len() - 1,
            Err(_) => self.place(matcher)?.part,
        };
        let mut part = parts.get(number)?;
        let mut start = self.start(part);
        let mut anywhere = false;
        // It held, and what must come after it did not follow.
        if placed.is_err()
            && let Some(held) = self.place(part)?.held
        {
            number += 1;
            start += held;
            part = parts.get(number)?;
            anywhere = matches!(placed, Err(Hold::Later)) && start < message.len();
        }
        Some(Broken {
            part,
            number,
            start,
            anywhere,
        })
    }

    /// The bytes with which whatever a matcher holds for begins; none where that is not known.
    pub(super) fn opening<'a>(&'a self, matcher: &'a Matcher) -> &'a [u8] {
        let opening = matcher.opening();
        opening.map_or(&[], |(whose, payload)| self.bytes(whose, payload))
    }

    /// Fails where a pattern, made of values of now, looks past the end of a part after which others come.
    pub(super) fn refuse_open_ends_in_parts(&self, matcher: &Matcher) -> Result<(), EvalError> {
        match &matcher.node {
            MatcherNode::Sequence(parts) => {
                let Some((last, others)) = parts.split_last() else {
                    return Ok(());
                };
                others
                    .iter()
                    .try_for_each(|part| self.refuse_open_ends(part))?;
                self.refuse_open_ends_in_parts(last)
            }
            MatcherNode::Not(inner) => self.refuse_open_ends_in_parts(inner),
            MatcherNode::All(list) | MatcherNode::OneOf(list) => list
                .iter()
                .try_for_each(|inner| self.refuse_open_ends_in_parts(inner)),
            _ => Ok(()),
        }
    }

    /// Finds the ends of all parts but the last: the last one, and where it begins. Or why that is not known.
    fn place_parts<'a>(
        &mut self,
        matcher: &Matcher,
        parts: &'a [Matcher],
        data: &[u8],
    ) -> Result<(&'a Matcher, usize), Hold> {
        let at = self.place(matcher).map_or(0, |place| place.part);
        let mut parts = parts.iter().enumerate().skip(at).peekable();
        while let Some((n, part)) = parts.next() {
            let start = self.start(part);
            let Some((_, next)) = parts.peek() else {
                return Ok((part, start));
            };
            let rest = data.get(start..).unwrap_or_default();
            match self.end_of_part(part, next, rest) {
                Hold::At(len) => {
                    if let Some(place) = self.place(next) {
                        place.start = start + len;
                    }
                    if let Some(place) = self.place(matcher) {
                        place.part = n + 1;
                    }
                }
                hold => return Err(hold),
            }
        }
        Err(Hold::Never)
    }

    /// The shortest run for which a part holds and after which the next one can begin.
    fn end_of_part(&mut self, part: &Matcher, next: &Matcher, data: &[u8]) -> Hold {
        loop {
            let from = self.place(part).map_or(0, |place| place.end);
            let end = match self.next_hold(part, data, from) {
                Hold::At(end) => end,
                hold => return hold,
            };
            if let Some(place) = self.place(part) {
                place.held.get_or_insert(end);
            }
            let rest = data.get(end..).unwrap_or_default();
            let opening = self.opening(next);
            if rest.starts_with(opening) {
                return Hold::At(end);
            }
            let undecided = opening.starts_with(rest);
            let tried = if undecided {
                end
            } else if part.has_one_length() {
                return Hold::Never;
            } else {
                // No end before this one is followed by a whole opening; and this one is ruled out.
                self.next_opening(next, data, end).max(end + 1)
            };
            match self.place(part) {
                Some(place) => place.end = tried,
                None => return Hold::Never,
            }
            if undecided {
                return Hold::Later;
            }
        }
    }

    /// Where what a part begins with stands, from a byte on; else where it may.
    fn next_opening(&mut self, part: &Matcher, data: &[u8], from: usize) -> usize {
        let id = usize::from(part.id);
        let mut needle = self
            .nodes
            .get(id)
            .map_or_else(Needle::default, |state| state.needle);
        let place = needle.next(self.opening(part), data, from);
        if let Some(state) = self.nodes.get_mut(id) {
            state.needle = needle;
        }
        place
    }
}
