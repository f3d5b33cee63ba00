//! The states of a pattern, as they are made.

use super::pattern::{APART, Class, Parts, Pattern, Set, State};

/// A pattern that is being made.
#[derive(Default)]
pub(super) struct Builder {
    parts: Parts,
}

impl Builder {
    /// A state between two bytes, where so many bits of the value have been seen.
    pub(super) fn between(&mut self, depth: u32) -> State {
        self.state((depth, depth))
    }

    /// A state in the middle of what leads from one to another.
    pub(super) fn on_the_way(&mut self, from: State, to: State) -> State {
        let depths = (self.depths(from).0, self.depths(to).1);
        self.state(depths)
    }

    /// A state in the middle of what stands between two bytes of the value.
    pub(super) fn apart(&mut self, from: State) -> State {
        let depths = (self.depths(from).0, APART);
        self.state(depths)
    }

    /// How many bits of the value have been seen there.
    pub(super) fn depth(&self, state: State) -> u32 {
        self.depths(state).0
    }

    fn depths(&self, state: State) -> (u32, u32) {
        let depths = self.parts.depths.get(state as usize);
        depths.copied().unwrap_or_default()
    }

    fn state(&mut self, depths: (u32, u32)) -> State {
        self.parts.depths.push(depths);
        State::try_from(self.parts.depths.len() - 1).unwrap_or(State::MAX)
    }

    pub(super) fn edge(&mut self, from: State, class: Class, to: State) {
        self.parts.edges.push((from, class, to));
    }

    /// Lets a part begin over these bytes, as if it came from this state.
    pub(super) fn enter(&mut self, from: State, class: Class, to: State) {
        self.parts.entries.push((from, class, to));
    }

    /// Lets a part begin in each state between two bytes.
    pub(super) fn enter_everywhere(&mut self) {
        let between = |state: &State| {
            let depths = self.parts.depths.get(*state as usize);
            depths.is_some_and(|(start, end)| start == end)
        };
        let edges = self.parts.edges.iter();
        self.parts.entries = edges.filter(|(from, ..)| between(from)).copied().collect();
    }

    /// A set of bytes; the same one again has the same number.
    pub(super) fn set(&mut self, set: Set) -> Class {
        let mut only = (0..=u8::MAX).filter(|byte| set[usize::from(*byte)]);
        if let (Some(one), None) = (only.next(), only.next()) {
            return Class::One(one);
        }
        let known = self.parts.sets.iter().position(|known| *known == set);
        let number = known.unwrap_or_else(|| {
            self.parts.sets.push(set);
            self.parts.sets.len() - 1
        });
        Class::Set(u16::try_from(number).unwrap_or(u16::MAX))
    }

    /// A way over these bytes, letters large or small.
    pub(super) fn text(&mut self, mut from: State, text: &str, to: State) {
        for (n, byte) in text.bytes().enumerate() {
            let next = match n + 1 == text.len() {
                true => to,
                false => self.on_the_way(from, to),
            };
            self.edge(from, either_case(byte), next);
            from = next;
        }
    }

    /// The states behind a backslash, and behind two: an escape may have been escaped again.
    pub(super) fn escapes(&mut self, from: State, to: State) -> [State; 2] {
        let (once, twice) = (self.on_the_way(from, to), self.on_the_way(from, to));
        self.edge(from, Class::One(b'\\'), once);
        self.edge(once, Class::One(b'\\'), twice);
        [once, twice]
    }

    /// What follows the backslashes.
    pub(super) fn tail(&mut self, escapes: [State; 2], text: &str, to: State) {
        let (Some(first), rest) = (text.bytes().next(), text.get(1..).unwrap_or_default()) else {
            return;
        };
        let next = match rest {
            "" => to,
            _ => self.on_the_way(escapes[0], to),
        };
        for escape in escapes {
            self.edge(escape, either_case(first), next);
        }
        self.text(next, rest, to);
    }

    /// The states behind one byte of this class, two, and so on up to so many.
    pub(super) fn gap(&mut self, from: State, class: Class, most: usize) -> Vec<State> {
        let mut states = Vec::new();
        for _ in 0..most {
            let before = states.last().copied().unwrap_or(from);
            let next = self.apart(from);
            self.edge(before, class, next);
            states.push(next);
        }
        states
    }

    /// A pattern that is whole in this state.
    pub(super) fn pattern(mut self, whole: State, telling: u32, too_much: u32) -> Pattern {
        self.parts.whole = whole;
        self.parts.telling = telling;
        self.parts.too_much = too_much;
        Pattern::new(self.parts)
    }
}

/// A byte, which may be a large or a small letter.
pub(super) fn either_case(byte: u8) -> Class {
    match byte.is_ascii_alphabetic() {
        true => Class::Letter(byte.to_ascii_lowercase()),
        false => Class::One(byte),
    }
}
