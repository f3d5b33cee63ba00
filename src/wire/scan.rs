//! The search for bytes: the only loop over all that is received, kept in one place so that it can be made faster, and
//! so that tests can count what it looks at.

/// Where `needle` is in `haystack` first.
pub(super) fn find_byte(needle: u8, haystack: &[u8]) -> Option<usize> {
    let found = memchr::memchr(needle, haystack);
    #[cfg(any(test, fuzzing))]
    work::add(found.map_or(haystack.len(), |at| at + 1));
    found
}

/// How many bytes were looked at, to prove that the work is linear.
#[cfg(any(test, fuzzing))]
pub(crate) mod work {
    use std::cell::Cell;

    thread_local! {
        static EXAMINED: Cell<usize> = const { Cell::new(0) };
    }

    /// Counts `n` more bytes.
    pub(super) fn add(n: usize) {
        EXAMINED.with(|examined| examined.set(examined.get() + n));
    }

    /// Begins to count anew.
    pub(crate) fn reset() {
        EXAMINED.with(|examined| examined.set(0));
    }

    /// How many bytes this thread has looked at.
    pub(crate) fn done() -> usize {
        EXAMINED.with(Cell::get)
    }
}
