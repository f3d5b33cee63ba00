//! Looking for bytes in others that arrive in pieces: none is looked at more often than a few times, however they were cut.
//!
//! Short ones are looked for with memchr's search, which is fast, begins anew at each arrival and looks again at what may be the beginning of
//! them. Of long ones that would be their length at each arrival. They are looked for with the two-way algorithm (Crochemore and
//! Perrin, 1991), which goes on where the bytes ended: it needs no memory beside some numbers, and looks at no byte more than twice.

use memchr::{memchr, memmem};

/// From how many bytes on what is looked for is long: 1 KiB.
pub(super) const LONG: usize = 1 << 10;

/// How far the search for some bytes has come. The caller says each time what they are: always the same.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Needle {
    /// They do not begin before this byte.
    at: usize,
    /// Of long ones: how the search goes on there.
    long: Option<TwoWay>,
}

impl Needle {
    /// Where the bytes begin first, from `from` on; they may be found there again. `None`: they have not arrived yet.
    pub(super) fn find(&mut self, needle: &[u8], data: &[u8], from: usize) -> Option<usize> {
        if needle.len() < LONG {
            let start = self.at.max(from);
            let found = memmem::find(data.get(start..)?, needle);
            self.at = match found {
                Some(at) => start + at,
                // Its first bytes may be the last ones here.
                None => start.max(may_begin(data.len(), needle)),
            };
            return found.map(|_| self.at);
        }
        let search = self.long.get_or_insert_with(|| TwoWay::new(needle));
        let found = search.find(needle, data, self.at.max(from));
        self.at = search.at();
        found.then_some(self.at)
    }

    /// Where the bytes begin first, from `from` on, or where they may once more have arrived.
    pub(super) fn next(&mut self, needle: &[u8], data: &[u8], from: usize) -> usize {
        let found = self.find(needle, data, from);
        found.unwrap_or(self.at)
    }

    /// How many bytes will not be looked at again, unless it begins anew.
    pub(super) fn passed(&self) -> usize {
        self.at
    }

    /// Passes over bytes up to this one.
    pub(super) fn pass(&mut self, to: usize) {
        self.at = self.at.max(to);
    }

    /// Says that the first `n` of the bytes passed are there no more.
    pub(super) fn forget(&mut self, n: usize) {
        self.at = self.at.saturating_sub(n);
        if let Some(search) = &mut self.long {
            search.forget(n);
        }
    }

    /// Begins anew with the same bytes: how they are looked for is kept.
    pub(super) fn rewind(&mut self) {
        self.at = 0;
        if let Some(search) = &mut self.long {
            search.begin(0);
        }
    }
}

/// From which byte on a text that is not in `len` bytes may begin, if more come: its first bytes may be the last ones there.
pub(super) fn may_begin(len: usize, text: &[u8]) -> usize {
    (len + 1).saturating_sub(text.len().max(1))
}

/// The two-way search. The needle is cut in two where its right part says most: from there it is compared to its end, then the left part.
/// Where the right part differs after `n` bytes, no occurrence begins in the next `n`; where the left part does, none does in the
/// next period.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwoWay {
    /// Where the right part begins.
    cut: usize,
    /// After how many bytes the needle says the same again; where it does so nowhere, a number that is not too large.
    period: usize,
    /// Whether the whole needle repeats itself after `period` bytes.
    repeats: bool,
    /// Where the occurrence would begin that is being compared.
    at: usize,
    /// How many of its first bytes are known to be right.
    known: usize,
    /// Up to where its right part has been compared.
    compared: usize,
}

impl TwoWay {
    /// Looks at a needle, twice, to know how to look for it.
    pub(super) fn new(needle: &[u8]) -> Self {
        let (a, b) = (last_suffix(needle, false), last_suffix(needle, true));
        let (cut, period) = if a.0 > b.0 { a } else { b };
        let left = needle.get(..cut).unwrap_or_default();
        let repeats = needle
            .get(period..)
            .is_some_and(|rest| rest.starts_with(left));
        let period = match repeats {
            true => period,
            false => cut.max(needle.len() - cut) + 1,
        };
        let mut search = Self {
            cut,
            period,
            repeats,
            at: 0,
            known: 0,
            compared: 0,
        };
        search.begin(0);
        search
    }

    /// Where the occurrence begins that was found, or that is being compared: none begins before.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Says that the first `n` bytes, of those before it, are there no more.
    pub(super) fn forget(&mut self, n: usize) {
        self.at = self.at.saturating_sub(n);
    }

    /// Begins to compare at this byte, of which nothing is known.
    fn begin(&mut self, at: usize) {
        self.at = at;
        self.known = 0;
        self.compared = self.cut;
    }

    /// Goes on to the first occurrence that begins at `from` or later. False: it has not arrived; then it goes on where it was.
    pub(super) fn find(&mut self, needle: &[u8], data: &[u8], from: usize) -> bool {
        while self.at < from {
            // After what was found, the next one begins a period later at the earliest.
            match self.compared == needle.len() {
                true => self.shift(needle.len()),
                false => self.begin(from),
            }
        }
        loop {
            // Where some of the right part has been compared, its first byte stands here already.
            if self.known == 0 {
                self.leap(needle, data);
            }
            let here = data.get(self.at + self.compared..).unwrap_or_default();
            let right = needle.get(self.compared..).unwrap_or_default();
            let same = right.iter().zip(here).take_while(|(a, b)| a == b).count();
            self.compared += same;
            if self.compared == needle.len() {
                let left = needle.get(self.known..self.cut).unwrap_or_default();
                let there = data.get(self.at + self.known..).unwrap_or_default();
                if there.starts_with(left) {
                    return true;
                }
                self.shift(needle.len());
            } else if same == here.len() {
                return false;
            } else {
                self.begin(self.at + self.compared - self.cut + 1);
            }
        }
    }

    /// Goes on a period later.
    fn shift(&mut self, len: usize) {
        self.begin(self.at + self.period);
        if self.repeats {
            self.known = len - self.period;
            self.compared = self.cut.max(self.known);
        }
    }

    /// Goes on where the first byte of the right part stands next.
    fn leap(&mut self, needle: &[u8], data: &[u8]) {
        let (Some(first), Some(rest)) = (needle.get(self.cut), data.get(self.at + self.cut..))
        else {
            return;
        };
        self.at += memchr(*first, rest).unwrap_or(rest.len());
    }
}

/// Where the suffix begins that is the last of all in the order of bytes, or, `reversed`, in the opposite one; and after how many bytes it
/// says the same again.
fn last_suffix(needle: &[u8], reversed: bool) -> (usize, usize) {
    // The best so far, one that may be better, how many of their bytes are the same, and the period of the best.
    let (mut best, mut other, mut same, mut period) = (0, 1, 0, 1);
    while let (Some(a), Some(b)) = (needle.get(best + same), needle.get(other + same)) {
        let (a, b) = if reversed { (b, a) } else { (a, b) };
        if b < a {
            // The other is none; the best says nothing again before here.
            other += same + 1;
            same = 0;
            period = other - best;
        } else if a == b {
            same += 1;
            if same == period {
                other += period;
                same = 0;
            }
        } else {
            best = other;
            other += 1;
            same = 0;
            period = 1;
        }
    }
    (best, period)
}
