//! The search for bytes: the only loop over all that is received, kept in one place, fast, and counted by tests.

use wide::u8x16;

/// How many bytes are searched at once.
pub(super) const BLOCK: usize = 64;

/// Where `needle` is in `haystack` first.
pub(super) fn find_byte(needle: u8, haystack: &[u8]) -> Option<usize> {
    let found = memchr::memchr(needle, haystack);
    #[cfg(any(test, fuzzing))]
    work::add(found.map_or(haystack.len(), |at| at + 1));
    found
}

/// Where `needle` is in a block: bit `i` stands for byte `i`.
#[inline(always)]
pub(super) fn mask(needle: u8, block: &[u8; BLOCK]) -> u64 {
    #[cfg(any(test, fuzzing))]
    work::add(BLOCK);
    compared(needle, block)
}

/// Where `needle` is in fewer bytes than a block: the last bit stands for the last byte.
pub(super) fn mask_of_tail(needle: u8, tail: &[u8]) -> u64 {
    #[cfg(any(test, fuzzing))]
    work::add(tail.len());
    let mut block = [0; BLOCK];
    let before = BLOCK.saturating_sub(tail.len());
    let Some(end) = block
        .get_mut(before..)
        .filter(|end| end.len() == tail.len())
    else {
        return 0;
    };
    end.copy_from_slice(tail);
    // What stands before the tail is none of its bytes, also where zeros are looked for.
    compared(needle, &block) & u64::MAX.checked_shl(before as u32).unwrap_or(0)
}

/// Where `needle` is in a block, not counted.
#[inline(always)]
fn compared(needle: u8, block: &[u8; BLOCK]) -> u64 {
    let wanted = u8x16::splat(needle);
    let (quarters, _) = block.as_chunks::<16>();
    let mut mask = 0;
    for (nth, quarter) in quarters.iter().enumerate() {
        let lanes = u8x16::from(*quarter);
        let found = (lanes.cmp_eq(wanted).move_mask() & 0xFFFF).cast_unsigned();
        mask |= u64::from(found) << (16 * nth);
    }
    mask
}

/// How many bytes were looked at, and how many moved, to prove that the work is linear.
#[cfg(any(test, fuzzing))]
pub(crate) mod work {
    use std::cell::Cell;

    thread_local! {
        static EXAMINED: Cell<usize> = const { Cell::new(0) };
        static MOVED: Cell<usize> = const { Cell::new(0) };
    }

    /// Counts `n` more bytes.
    pub(crate) fn add(n: usize) {
        EXAMINED.with(|examined| examined.set(examined.get() + n));
    }

    /// Counts `n` more bytes that were moved within a buffer.
    pub(crate) fn add_moved(n: usize) {
        MOVED.with(|moved| moved.set(moved.get() + n));
    }

    /// Begins to count anew.
    pub(crate) fn reset() {
        EXAMINED.with(|examined| examined.set(0));
        MOVED.with(|moved| moved.set(0));
    }

    /// How many bytes this thread has looked at.
    pub(crate) fn done() -> usize {
        EXAMINED.with(Cell::get)
    }

    /// How many bytes this thread has moved within a buffer.
    pub(crate) fn moved() -> usize {
        MOVED.with(Cell::get)
    }
}
