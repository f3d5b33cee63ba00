//! Into which writes a send is cut.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::Segment;
use crate::scenario::Split;

/// How much of a send `--segment` cuts finely; what comes after is cut into pieces of [`COARSE`]: 4 KiB.
const FINE: usize = 4 << 10;

/// How many bytes a coarse piece has: 1 KiB.
const COARSE: usize = 1 << 10;

/// How many bytes a random piece has at most, in the fine part.
const RANDOM_FINE: usize = 16;

/// How a send is cut, decided when it begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cutting<'a> {
    Whole,
    Split(&'a Split),
    Segment(Segment),
}

impl Cutting<'_> {
    /// The piece that begins at `start` of a send of `len` bytes.
    pub(super) fn piece(self, start: usize, len: usize, rng: &mut ChaCha8Rng) -> Range<usize> {
        let size = match self {
            Self::Whole => len,
            Self::Split(Split::Every(size)) => (*size).max(1),
            Self::Split(Split::At(cuts)) => cuts
                .iter()
                .find(|cut| **cut > start)
                .map_or(len, |cut| cut.saturating_sub(start)),
            Self::Split(Split::Random) | Self::Segment(Segment::Random) => random_size(start, rng),
            Self::Segment(Segment::Byte) if start < FINE => 1,
            Self::Segment(Segment::Byte) => COARSE,
        };
        start..start.saturating_add(size).min(len)
    }
}

fn random_size(start: usize, rng: &mut ChaCha8Rng) -> usize {
    let most = if start < FINE { RANDOM_FINE } else { COARSE };
    // The bias of a remainder does not matter here.
    1 + rng.next_u32() as usize % most
}
