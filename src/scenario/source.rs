//! What values come from that no name holds: chance, the time, the environment.
//!
//! Both come from outside, a seed and a moment, so that the same play computes the same bytes. They belong to one
//! conversation, and reach an expression through its values only.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::Value;

/// Chance and the time of one conversation.
///
/// Each draw has a stream of its own, so how many bytes one of them takes says nothing about the next.
#[derive(Debug, Default)]
pub(super) struct Source {
    seed: AtomicU64,
    /// How many draws there have been.
    drawn: AtomicU64,
    /// Nanoseconds since 1970.
    now: AtomicU64,
    /// What templates may know of the environment.
    environment: OnceLock<Arc<[(String, Value)]>>,
}

impl Source {
    /// Begins anew, with this seed.
    pub(super) fn begin(&self, seed: u64) {
        self.seed.store(seed, Relaxed);
        self.drawn.store(0, Relaxed);
    }

    /// Sets the time, in nanoseconds since 1970.
    pub(super) fn set_now(&self, now: u64) {
        self.now.store(now, Relaxed);
    }

    /// Sets what templates may know of the environment; only the first time counts.
    pub(super) fn set_environment(&self, environment: Arc<[(String, Value)]>) {
        // The environment of a run does not change.
        let _ = self.environment.set(environment);
    }

    /// A variable of the environment, if the run allows it and it is set.
    pub(super) fn environment(&self, name: &str) -> Option<Value> {
        let mut known = self.environment.get()?.iter();
        known
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    /// The time, in nanoseconds since 1970.
    pub(super) fn now(&self) -> u64 {
        self.now.load(Relaxed)
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
