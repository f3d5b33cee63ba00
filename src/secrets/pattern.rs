//! One way in which a value is written, as an automaton over bytes.

/// Which bytes lead from one state to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Class {
    /// This one.
    One(u8),
    /// One of these.
    Any(Box<[u8]>),
}

impl Class {
    /// One of these bytes.
    pub(super) fn any(bytes: impl IntoIterator<Item = u8>) -> Self {
        Self::Any(bytes.into_iter().collect())
    }

    fn has(&self, byte: u8) -> bool {
        match self {
            Self::One(one) => *one == byte,
            Self::Any(any) => any.contains(&byte),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Any(any) => any,
        }
    }
}

/// A state of a pattern.
pub(super) type State = u32;

/// One way in which a value is written.
pub(super) struct Pattern {
    /// The ways on from each state. The first state is where it begins.
    edges: Vec<Vec<(Class, State)>>,
    /// Where it is whole. No way leads on from there.
    whole: State,
    /// With which bytes it may begin.
    first: [bool; 256],
    /// How many bytes of it tell that it is there, where the rest is missing.
    telling: usize,
}

/// What came of looking for a pattern from one place on.
struct Found {
    /// Where it ends, at the latest.
    end: Option<usize>,
    /// Whether the bytes ended before it was clear that it goes on no further.
    is_open: bool,
}

impl Pattern {
    /// A pattern that begins in state 0, of these ways from state to state.
    pub(super) fn new(edges: Vec<Vec<(Class, State)>>, whole: State, telling: usize) -> Self {
        let mut first = [false; 256];
        for (class, _) in edges.first().into_iter().flatten() {
            for byte in class.bytes() {
                first[usize::from(*byte)] = true;
            }
        }
        Self {
            edges,
            whole,
            first,
            telling,
        }
    }

    /// Marks where it stands in `bytes`: whole, and at a side where the rest may be missing also a part of it.
    pub(super) fn mark(&self, bytes: &[u8], before: bool, after: bool, marks: &mut [bool]) {
        let mut mark = |from: usize, to: usize| {
            for mark in marks.get_mut(from..to).into_iter().flatten() {
                *mark = true;
            }
        };
        if before {
            let all = (0..self.whole).chain(self.whole + 1..self.states());
            let found = self.follow(bytes, 0, all.collect());
            if let Some(end) = found.end.filter(|end| *end >= self.telling) {
                mark(0, end);
            }
            if found.is_open && after && bytes.len() >= self.telling {
                mark(0, bytes.len());
            }
        }
        for (start, byte) in bytes.iter().enumerate() {
            if !self.first[usize::from(*byte)] {
                continue;
            }
            let found = self.follow(bytes, start, vec![0]);
            if let Some(end) = found.end {
                mark(start, end);
            }
            if found.is_open && after && bytes.len() - start >= self.telling {
                mark(start, bytes.len());
            }
        }
    }

    fn states(&self) -> State {
        State::try_from(self.edges.len()).unwrap_or(State::MAX)
    }

    /// Follows the pattern from these states through the bytes from `at` on.
    fn follow(&self, bytes: &[u8], mut at: usize, mut active: Vec<State>) -> Found {
        let (mut end, mut next) = (None, Vec::new());
        loop {
            if active.contains(&self.whole) {
                end = Some(at);
                active.retain(|state| *state != self.whole);
            }
            if active.is_empty() {
                return Found {
                    end,
                    is_open: false,
                };
            }
            let Some(byte) = bytes.get(at) else {
                return Found { end, is_open: true };
            };
            next.clear();
            for state in &active {
                let edges = self.edges.get(*state as usize).into_iter().flatten();
                let taken = edges.filter(|(class, _)| class.has(*byte));
                next.extend(taken.map(|(_, to)| *to));
            }
            next.sort_unstable();
            next.dedup();
            std::mem::swap(&mut active, &mut next);
            at += 1;
        }
    }
}
