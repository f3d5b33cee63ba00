//! Arbitrary cuts: the same bytes in other pieces.

/// Cuts bytes into pieces by a rule that is one byte of the input.
///
/// `0` (the digit, so that inputs can be read): not at all. `1`: into single bytes. Anything else is the seed of a
/// random cut in which short pieces are frequent and empty ones occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cuts(u8);

impl Cuts {
    /// One piece.
    pub(super) const WHOLE: Self = Self(0);
    /// One byte a piece.
    pub(super) const BYTES: Self = Self(1);

    /// The rule that this byte of an input names.
    pub(super) fn named(byte: u8) -> Self {
        Self(byte.wrapping_sub(b'0'))
    }

    /// The pieces of `bytes`, which are all of them in order.
    pub(super) fn pieces(self, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut rest = bytes;
        let mut random = u32::from(self.0).wrapping_mul(0x9E37_79B9) | 1;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let len = match self {
                Self::WHOLE => rest.len(),
                Self::BYTES => 1,
                Self(_) => piece_len(&mut random),
            };
            let (piece, after) = rest.split_at(len.min(rest.len()));
            rest = after;
            Some(piece)
        })
    }
}

/// Draws the length of a piece: mostly below 4, seldom up to 127.
fn piece_len(random: &mut u32) -> usize {
    // xorshift32
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    let bits = *random >> 8;
    let mask = if bits & 7 == 0 { 127 } else { 3 };
    (bits >> 3) as usize & mask
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
