//! One way in which a value is written, as an automaton over bytes.
//!
//! A state has two depths, in bits of the value: how many of them have been seen for sure by whoever comes there, and from which one on those are
//! seen that begin there. Between two characters they are the same; in the middle of what stands for one they are those of its two sides.

use std::ops::Range;

/// Which bytes lead from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// This one.
    One(u8),
    /// This letter, large or small; it is a small one.
    Letter(u8),
    /// One of the set of this number.
    Set(u16),
}

/// Which bytes belong to a class.
pub(super) type Set = [bool; 256];

/// A state of a pattern.
pub(super) type State = u32;

/// The second depth of a state where something stands between two bytes of the value.
pub(super) const APART: u32 = u32::MAX;

/// A way on from a state.
#[derive(Debug, Clone, Copy)]
struct Edge {
    class: Class,
    to: State,
}

/// Where a part may begin.
#[derive(Debug, Clone, Copy)]
struct Entry {
    to: State,
    depth: u32,
    /// Which bytes may follow the first one, and those. Most places are none where a value begins, and this tells.
    next: [Some64; 2],
}

/// Some of the 256 bytes, four of which are taken for one.
#[derive(Debug, Clone, Copy, Default)]
struct Some64(u64);

impl Some64 {
    fn add(&mut self, byte: u8) {
        self.0 |= 1 << (byte & 63);
    }

    const fn may_have(self, byte: u8) -> bool {
        self.0 >> (byte & 63) & 1 == 1
    }
}

/// What a pattern is made of.
#[derive(Default)]
pub(super) struct Parts {
    /// The ways from state to state.
    pub(super) edges: Vec<(State, Class, State)>,
    /// Both depths of each state.
    pub(super) depths: Vec<(u32, u32)>,
    /// States from whose ways on, over these bytes, a part may begin.
    pub(super) entries: Vec<(State, Class, State)>,
    /// Where it is whole.
    pub(super) whole: State,
    pub(super) sets: Vec<Set>,
    /// How many bits of it tell that it is there, where the rest is missing.
    pub(super) telling: u32,
    /// How many bits of it are too much to be shown, wherever they stand.
    pub(super) too_much: u32,
}

/// One way in which a value is written.
pub(super) struct Pattern {
    /// The ways on from all states, in the order of these.
    edges: Vec<Edge>,
    /// Where those of each state begin; one more says where they end.
    from: Vec<u32>,
    depths: Vec<(u32, u32)>,
    /// Where parts may begin, by their first byte.
    entries: Vec<Entry>,
    /// Where those of each byte begin, and end.
    by_byte: Vec<u32>,
    /// Where it is whole. No way leads on from there.
    whole: State,
    sets: Vec<Set>,
    telling: u32,
    too_much: u32,
}

/// A part of a value that is being seen.
#[derive(Debug, Clone, Copy)]
struct Run {
    state: State,
    /// Which bit of the value it begins with.
    depth: u32,
    /// Where it begins.
    at: usize,
    /// Where what was last between two bytes of the value ends.
    to: usize,
}

impl Pattern {
    /// A pattern of these parts.
    pub(super) fn new(mut parts: Parts) -> Self {
        parts.edges.sort_by_key(|(from, ..)| *from);
        let mut from = vec![0; parts.depths.len() + 1];
        for (state, ..) in &parts.edges {
            if let Some(count) = from.get_mut(*state as usize + 1) {
                *count += 1;
            }
        }
        add_up(&mut from);
        let edges = parts.edges.iter();
        let mut pattern = Self {
            edges: edges
                .map(|(_, class, to)| Edge {
                    class: *class,
                    to: *to,
                })
                .collect(),
            from,
            depths: parts.depths,
            entries: Vec::new(),
            by_byte: vec![0; 257],
            whole: parts.whole,
            sets: parts.sets,
            telling: parts.telling,
            too_much: parts.too_much,
        };
        pattern.enter(&parts.entries);
        pattern
    }

    /// Lets parts begin there, as far as there is too much of the value behind it.
    fn enter(&mut self, all: &[(State, Class, State)]) {
        let whole = self.depth(self.whole).0;
        let mut entries = Vec::new();
        for (state, class, to) in all {
            let (to, depth) = (*to, self.depth(*state).1);
            if depth + self.too_much > whole {
                continue;
            }
            let next = self.next(to);
            let enter = |byte| entries.push((byte, Entry { to, depth, next }));
            each(&self.sets, *class, enter);
        }
        entries.sort_by_key(|(byte, _)| *byte);
        for (byte, _) in &entries {
            self.by_byte[usize::from(*byte) + 1] += 1;
        }
        add_up(&mut self.by_byte);
        self.entries = entries.into_iter().map(|(_, entry)| entry).collect();
    }

    /// Which bytes may follow in a state, and which those.
    fn next(&self, state: State) -> [Some64; 2] {
        let mut next = [Some64::default(); 2];
        for edge in self.edges_of(state) {
            each(&self.sets, edge.class, |byte| next[0].add(byte));
            for edge in self.edges_of(edge.to) {
                each(&self.sets, edge.class, |byte| next[1].add(byte));
            }
        }
        next
    }

    /// Marks where it stands in `bytes`: whole or too much of it, and at a side where the rest may be missing also less.
    pub(super) fn mark(&self, bytes: &[u8], before: bool, after: bool, marks: &mut Marks) {
        if before {
            self.mark_first(bytes, after, marks);
        }
        let (mut active, mut next) = (Vec::new(), Vec::new());
        for (at, byte) in bytes.iter().enumerate() {
            next.clear();
            self.step(&active, *byte, &mut next);
            let entries = range(&self.by_byte, usize::from(*byte));
            let entries = self.entries.get(entries).into_iter().flatten();
            let follow = [bytes.get(at + 1), bytes.get(at + 2)];
            let may_follow = |entry: &&Entry| {
                let mut pairs = follow.into_iter().zip(entry.next);
                pairs.all(|(byte, next)| byte.is_none_or(|byte| next.may_have(*byte)))
            };
            for entry in entries.filter(may_follow) {
                next.push(Run {
                    state: entry.to,
                    depth: entry.depth,
                    at,
                    to: at,
                });
            }
            most_only(&mut next);
            for run in next.iter_mut().filter(|run| self.is_between(run.state)) {
                run.to = at + 1;
                if self.seen(run) >= self.too_much {
                    marks.add(run.at, run.to);
                }
            }
            std::mem::swap(&mut active, &mut next);
        }
        if after {
            let tells = |run: &&Run| run.depth == 0 && self.seen(run) >= self.telling;
            for run in active.iter().filter(tells) {
                marks.add(run.at, self.end(run, bytes.len()));
            }
        }
    }

    /// Marks what may be the rest of a part that is missing before the first byte.
    fn mark_first(&self, bytes: &[u8], after: bool, marks: &mut Marks) {
        let states = self.depths.iter().zip(0..);
        let mut active: Vec<Run> = states
            .map(|((_, depth), state)| Run {
                state,
                depth: *depth,
                at: 0,
                to: 0,
            })
            .collect();
        let mut next = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            next.clear();
            self.step(&active, *byte, &mut next);
            most_only(&mut next);
            for run in next.iter_mut().filter(|run| self.is_between(run.state)) {
                run.to = at + 1;
            }
            let tells = |run: &Run| run.state == self.whole && self.seen(run) >= self.telling;
            if next.iter().any(tells) {
                marks.add(0, at + 1);
            }
            std::mem::swap(&mut active, &mut next);
            if active.is_empty() {
                return;
            }
        }
        if after {
            for run in active.iter().filter(|run| self.seen(run) >= self.telling) {
                marks.add(0, self.end(run, bytes.len()));
            }
        }
    }

    /// Where a run ends that is open where the bytes end: what stands between two bytes of the value is not hidden behind the last.
    fn end(&self, run: &Run, len: usize) -> usize {
        match self.depth(run.state).1 {
            APART => run.to,
            _ => len,
        }
    }

    /// Where these runs go over a byte.
    fn step(&self, active: &[Run], byte: u8, next: &mut Vec<Run>) {
        for run in active {
            let edges = self.edges_of(run.state);
            let taken = edges.filter(|edge| has(&self.sets, edge.class, byte));
            next.extend(taken.map(|edge| Run {
                state: edge.to,
                ..*run
            }));
        }
    }

    /// How many bits of the value a run has seen.
    fn seen(&self, run: &Run) -> u32 {
        self.depth(run.state).0.saturating_sub(run.depth)
    }

    /// Whether a state is in the middle of nothing.
    fn is_between(&self, state: State) -> bool {
        let (seen, from) = self.depth(state);
        seen == from
    }

    /// Both depths of a state.
    fn depth(&self, state: State) -> (u32, u32) {
        let depths = self.depths.get(state as usize);
        depths.copied().unwrap_or_default()
    }

    fn edges_of(&self, state: State) -> impl Iterator<Item = &Edge> {
        let edges = range(&self.from, state as usize);
        self.edges.get(edges).into_iter().flatten()
    }
}

/// Where what belongs to the `n`th begins and ends.
fn range(offsets: &[u32], n: usize) -> Range<usize> {
    match offsets.get(n..n + 2) {
        Some([start, end]) => *start as usize..*end as usize,
        _ => 0..0,
    }
}

/// Does something with each byte of a class.
fn each(sets: &[Set], class: Class, mut with: impl FnMut(u8)) {
    match class {
        Class::One(one) => with(one),
        Class::Letter(letter) => {
            with(letter);
            with(letter.to_ascii_uppercase());
        }
        Class::Set(_) => (0..=u8::MAX)
            .filter(|byte| has(sets, class, *byte))
            .for_each(with),
    }
}

/// Whether a byte is of a class.
fn has(sets: &[Set], class: Class, byte: u8) -> bool {
    match class {
        Class::One(one) => one == byte,
        Class::Letter(letter) => letter == byte.to_ascii_lowercase(),
        Class::Set(set) => sets
            .get(usize::from(set))
            .is_some_and(|set| set[usize::from(byte)]),
    }
}

/// Numbers → how many there are up to each.
fn add_up(counts: &mut [u32]) {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
}

/// Keeps one run a state: the one that has seen most, and began first.
fn most_only(runs: &mut Vec<Run>) {
    if runs.len() > 1 {
        runs.sort_unstable_by_key(|run| (run.state, run.depth, run.at));
        runs.dedup_by_key(|run| run.state);
    }
}

/// Which bytes are of a value.
pub(super) struct Marks {
    /// How many more ranges begin at each place than end there.
    changes: Vec<i64>,
}

impl Marks {
    /// No marks on so many bytes.
    pub(super) fn new(len: usize) -> Self {
        Self {
            changes: vec![0; len + 1],
        }
    }

    fn add(&mut self, start: usize, end: usize) {
        if let Some(change) = self.changes.get_mut(start) {
            *change += 1;
        }
        if let Some(change) = self.changes.get_mut(end) {
            *change -= 1;
        }
    }

    /// A mark a byte.
    pub(super) fn all(&self) -> Vec<bool> {
        let mut open = 0;
        let changes = self.changes.iter().take(self.changes.len() - 1);
        changes
            .map(|change| {
                open += change;
                open > 0
            })
            .collect()
    }
}
