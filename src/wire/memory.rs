//! What is known of the unread bytes between two questions about the same message: it keeps the work linear.

/// What is known of the unread bytes. Each framing uses the fields that help it.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// How many unread bytes have been searched for an end.
    pub(super) examined: usize,
    /// The ends found among the last 64 of them: bit `i` stands for the unread byte `examined - 64 + i`.
    pub(super) ends: u64,
    /// With how many bytes of a delimiter the examined ones end: `matched <= examined`.
    pub(super) matched: usize,
    /// With fewer unread bytes than these there is nothing new to say.
    pub(super) needed: usize,
}

impl Memory {
    /// Index of the first end that has been found and not taken.
    #[inline(always)]
    pub(super) fn first_end(&self) -> Option<usize> {
        let place = self.ends.trailing_zeros() as usize;
        (self.ends != 0).then(|| (self.examined + place).saturating_sub(64))
    }

    /// Forgets the first end: it is none.
    pub(super) fn drop_first_end(&mut self) {
        self.ends &= self.ends.wrapping_sub(1);
    }

    /// Notes that `n` unread bytes were taken: the others are counted from there now.
    #[inline(always)]
    pub(super) fn advance(&mut self, n: usize) {
        let examined = self.examined.saturating_sub(n);
        self.needed = 0;
        if examined < self.matched {
            // The beginning of the delimiter is gone: what is left of it is examined anew.
            self.examined = 0;
            self.matched = 0;
            return;
        }
        self.examined = examined;
        if let Some(gone) = 64_usize.checked_sub(examined) {
            self.ends &= u64::MAX.checked_shl(gone as u32).unwrap_or(0);
        }
    }
}
