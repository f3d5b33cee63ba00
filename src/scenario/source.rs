//! What values come from that no name holds: chance.
//!
//! It comes from outside, as a seed, so that the same play computes the same bytes. It belongs to one conversation, and
//! reaches an expression through its values only.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The chance of one conversation.
///
/// Each draw has a stream of its own, so how many bytes one of them takes says nothing about the next.
#[derive(Debug, Default)]
pub(super) struct Source {
    seed: AtomicU64,
    /// How many draws there have been.
    drawn: AtomicU64,
}

impl Source {
    /// Begins anew, with this seed.
    pub(super) fn begin(&self, seed: u64) {
        self.seed.store(seed, Relaxed);
        self.drawn.store(0, Relaxed);
    }

    /// Fills `bytes` with random ones.
    pub(super) fn draw(&self, bytes: &mut [u8]) {
        let nth = self.drawn.fetch_add(1, Relaxed);
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed.load(Relaxed));
        // The first stream cuts sends into pieces (`player`).
        rng.set_stream(nth.wrapping_add(1));
        rng.fill_bytes(bytes);
    }
}
