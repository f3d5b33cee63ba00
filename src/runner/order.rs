//! Results that come in any order → results in the order of the files.

use std::collections::BTreeMap;

/// Holds back what comes before its turn.
#[derive(Debug)]
pub(super) struct InOrder<T> {
    /// The number whose turn it is.
    next: usize,
    /// What came early, by number.
    early: BTreeMap<usize, T>,
}

impl<T> InOrder<T> {
    pub(super) fn new() -> Self {
        Self {
            next: 0,
            early: BTreeMap::new(),
        }
    }

    /// Gives all that came early: what they wait for does not come any more.
    pub(super) fn rest(&mut self, mut give: impl FnMut(T)) {
        for (_, item) in std::mem::take(&mut self.early) {
            give(item);
        }
    }

    /// Takes number `n`, and gives all whose turn it is now.
    pub(super) fn put(&mut self, n: usize, item: T, mut give: impl FnMut(T)) {
        if n != self.next {
            self.early.insert(n, item);
            return;
        }
        give(item);
        self.next += 1;
        while let Some(item) = self.early.remove(&self.next) {
            give(item);
            self.next += 1;
        }
    }
}
