//! Arbitrary cuts: the same bytes in other pieces.

/// Cuts bytes into pieces by a rule that is one byte of the input.
///
/// `0` (the digit, so that inputs can be read): not at all. `1`: into single bytes. Anything else is the seed of a
/// random cut in which short pieces are frequent and empty ones occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cuts(u8);

impl Cuts {
    /// One piece.
    pub(crate) const WHOLE: Self = Self(0);
    /// One byte a piece.
    pub(crate) const BYTES: Self = Self(1);

    /// The rule that this byte of an input names.
    #[inline]
    pub(crate) fn named(byte: u8) -> Self {
        Self(byte.wrapping_sub(b'0'))
    }

    /// The byte of an input that names the rule nearest to so many pieces of so many bytes.
    #[cfg(feature = "cli")]
    pub(crate) const fn name_of(pieces: usize, bytes: usize) -> u8 {
        match pieces {
            0 | 1 => b'0',
            _ if pieces == bytes => b'1',
            _ => b'2',
        }
    }

    /// The pieces of `bytes`, which are all of them in order.
    #[inline]
    pub(crate) fn pieces(self, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut rest = bytes;
        let mut random = Random::new(self.0);
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let len = match self {
                Self::WHOLE => rest.len(),
                Self::BYTES => 1,
                Self(_) => random.piece_len(),
            };
            let (piece, after) = rest.split_at(len.min(rest.len()));
            rest = after;
            Some(piece)
        })
    }
}

/// Random numbers enough to choose what happens next; the same ones for the same seed.
#[derive(Debug)]
pub(crate) struct Random(u32);

impl Random {
    /// Begins the series of this seed.
    #[inline]
    pub(crate) fn new(seed: u8) -> Self {
        Self(u32::from(seed).wrapping_mul(0x9E37_79B9) | 1)
    }

    /// Begins the series of this seed, of which there are more.
    #[cfg(feature = "cli")]
    #[inline]
    pub(crate) fn of(seed: u32) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9) | 1)
    }

    /// A number below `bound`, which is small and not 0.
    #[inline]
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        // xorshift32
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) % bound
    }

    /// An index of a list of this length; 0 where it is empty.
    #[cfg(feature = "cli")]
    #[inline]
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(u32::try_from(len).unwrap_or(u32::MAX).max(1)) as usize
    }

    /// One of these.
    #[cfg(feature = "cli")]
    #[inline]
    pub(crate) fn one_of<T: Copy, const N: usize>(&mut self, list: &[T; N]) -> T {
        list[self.index(N)]
    }

    /// The length of a piece: mostly below 4, seldom up to 127.
    #[inline]
    pub(crate) fn piece_len(&mut self) -> usize {
        let bound = if self.below(8) == 0 { 128 } else { 4 };
        self.below(bound) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_all_the_bytes_in_order() {
        let bytes: Vec<u8> = (0..=255).collect();
        for rule in 0..=255 {
            let pieces: Vec<&[u8]> = Cuts::named(rule).pieces(&bytes).collect();
            assert_eq!(pieces.concat(), bytes, "rule {rule}");
        }
        assert_eq!(Cuts::named(b'0').pieces(&bytes).count(), 1);
        assert_eq!(Cuts::named(b'1').pieces(&bytes).count(), 256);
        assert!(Cuts::named(b'2').pieces(&bytes).count() > 32);
    }
}
