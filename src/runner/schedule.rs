//! Which case is begun next: in the order of the files, but never two at a time that share a lock.
//!
//! What is begun and what has ended is told from outside; nothing here waits, knows workers or looks at a case.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::scenario::ALONE;

/// How many cases may be begun while one that is to be played alone waits for its turn: 64. Then all wait for it.
pub(super) const MAX_OVERTAKING: usize = 64;

/// What is still to be begun, and which locks are held.
///
/// A case is begun when nobody holds one of its locks and no earlier case waits for one of them: so each waits for earlier
/// ones only, and all its locks are taken at once. Cases without locks wait for nobody but one that is to be alone.
#[derive(Debug)]
pub(super) struct Schedule<T> {
    /// What waits, by its locks: of a group only the first can be next.
    groups: Vec<Group<T>>,
    /// The groups in which something waits, by the number of their first.
    heads: BTreeMap<usize, usize>,
    /// By lock: whether it is held.
    held: Vec<bool>,
    /// How many are being played.
    playing: usize,
    /// Whether what is being played is alone.
    alone: bool,
    left: usize,
    /// The locks of cases that are to be played again: they come before all that has not been begun.
    returning: Vec<LockSet>,
}

#[derive(Debug)]
struct Group<T> {
    locks: Vec<usize>,
    alone: bool,
    waiting: VecDeque<(usize, T)>,
    /// Cases begun while the first of these waited.
    overtaken: usize,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<T> {
    /// This one is begun: its number, from 0, and what it holds until it has [ended](Schedule::end).
    Begin(usize, T, Hold),
    /// Nothing can be begun before something has ended.
    Wait,
    /// There is nothing left.
    Over,
}

/// What a case holds while it is played.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hold(usize);

/// Which locks a case has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LockSet(usize);

impl Hold {
    /// Which locks they are.
    pub(super) const fn locks(&self) -> LockSet {
        LockSet(self.0)
    }
}

impl<T> Schedule<T> {
    /// Makes a schedule of cases, each with its locks.
    pub(super) fn new<'l>(cases: impl IntoIterator<Item = (T, &'l [String])>) -> Self {
        let mut schedule = Self {
            groups: Vec::new(),
            heads: BTreeMap::new(),
            held: Vec::new(),
            playing: 0,
            alone: false,
            left: 0,
            returning: Vec::new(),
        };
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        let mut names: HashMap<String, usize> = HashMap::new();
        for (n, (case, locks)) in cases.into_iter().enumerate() {
            let group = match known.get(locks) {
                Some(group) => *group,
                None => {
                    let group = schedule.add_group(locks, &mut names);
                    known.insert(locks.to_owned(), group);
                    group
                }
            };
            if let Some(group) = schedule.groups.get_mut(group) {
                group.waiting.push_back((n, case));
                schedule.left += 1;
            }
        }
        for (number, group) in schedule.groups.iter().enumerate() {
            schedule
                .heads
                .extend(group.waiting.front().map(|(n, _)| (*n, number)));
        }
        schedule
    }

    fn add_group(&mut self, locks: &[String], names: &mut HashMap<String, usize>) -> usize {
        let alone = locks.iter().any(|lock| lock == ALONE);
        let mut of_group = Vec::new();
        // Who is alone needs no other lock.
        for lock in locks.iter().filter(|_| !alone) {
            let next = names.len();
            of_group.push(*names.entry(lock.clone()).or_insert(next));
        }
        self.held.resize(names.len(), false);
        self.groups.push(Group {
            locks: of_group,
            alone,
            waiting: VecDeque::new(),
            overtaken: 0,
        });
        self.groups.len() - 1
    }

    /// How many have not been begun.
    pub(super) const fn left(&self) -> usize {
        self.left
    }

    /// Begins the next one that can be.
    pub(super) fn next(&mut self) -> Next<T> {
        if self.left == 0 {
            return Next::Over;
        }
        match self.choose() {
            Some(group) => self.begin(group),
            None => Next::Wait,
        }
    }

    /// Whether a case waits for its locks to be played again.
    pub(super) const fn has_returning(&self) -> bool {
        !self.returning.is_empty()
    }

    /// Whether there is something else to be done than to wait.
    pub(super) fn has_news(&self) -> bool {
        self.left == 0 || self.choose().is_some()
    }

    /// The group whose first can be begun.
    fn choose(&self) -> Option<usize> {
        if self.alone {
            return None;
        }
        let mut wanted = vec![false; self.held.len()];
        for LockSet(number) in &self.returning {
            let group = self.groups.get(*number)?;
            if group.alone {
                return None;
            }
            for lock in &group.locks {
                if let Some(wanted) = wanted.get_mut(*lock) {
                    *wanted = true;
                }
            }
        }
        for number in self.heads.values() {
            let group = self.groups.get(*number)?;
            if group.alone {
                if self.playing == 0 {
                    return Some(*number);
                }
                if group.overtaken >= MAX_OVERTAKING {
                    return None;
                }
                continue;
            }
            let is_set = |of: &[bool], lock: &usize| of.get(*lock).copied().unwrap_or_default();
            let blocked =
                (group.locks.iter()).any(|lock| is_set(&self.held, lock) || is_set(&wanted, lock));
            if !blocked {
                return Some(*number);
            }
            for lock in &group.locks {
                if let Some(wanted) = wanted.get_mut(*lock) {
                    *wanted = true;
                }
            }
        }
        None
    }

    fn begin(&mut self, number: usize) -> Next<T> {
        let Some(group) = self.groups.get_mut(number) else {
            return Next::Over;
        };
        let Some((n, case)) = group.waiting.pop_front() else {
            return Next::Over;
        };
        group.overtaken = 0;
        self.alone = group.alone;
        let follows = group.waiting.front().map(|(next, _)| (*next, number));
        let locks = group.locks.clone();
        self.hold(&locks, true);
        self.heads.remove(&n);
        for (_, other) in self.heads.range(..n) {
            if let Some(other) = self.groups.get_mut(*other) {
                other.overtaken += 1;
            }
        }
        self.heads.extend(follows);
        self.playing += 1;
        self.left -= 1;
        Next::Begin(n, case, Hold(number))
    }

    /// A case with these locks, which has ended, is to be played again: until [it is](Self::again), nothing is begun that wants one of
    /// them.
    pub(super) fn returns(&mut self, locks: LockSet) {
        self.returning.push(locks);
    }

    /// Gives a case that [returns](Self::returns) its locks, where nobody else holds one of them.
    pub(super) fn again(&mut self, locks: LockSet) -> Option<Hold> {
        let LockSet(number) = locks;
        let at = self.returning.iter().position(|other| *other == locks)?;
        let group = self.groups.get(number)?;
        let is_held = |lock: &usize| self.held.get(*lock).copied().unwrap_or_default();
        let waits =
            self.alone || group.alone && self.playing > 0 || group.locks.iter().any(is_held);
        if waits {
            return None;
        }
        self.alone = group.alone;
        let of_group = group.locks.clone();
        self.returning.swap_remove(at);
        self.hold(&of_group, true);
        self.playing += 1;
        Some(Hold(number))
    }

    /// Takes back what a case held, now that it has ended.
    pub(super) fn end(&mut self, Hold(number): Hold) {
        self.playing = self.playing.saturating_sub(1);
        self.alone = false;
        let group = self.groups.get(number);
        let locks = group.map_or_else(Vec::new, |group| group.locks.clone());
        self.hold(&locks, false);
    }

    fn hold(&mut self, locks: &[usize], held: bool) {
        for lock in locks {
            if let Some(lock) = self.held.get_mut(*lock) {
                *lock = held;
            }
        }
    }
}
