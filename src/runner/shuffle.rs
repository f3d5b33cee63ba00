//! The order of a suite, by its seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Puts cases into an order that the seed alone decides: each as likely as any other.
pub fn shuffle<T>(cases: &mut [T], seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for last in (1..cases.len()).rev() {
        // The bias of a remainder of 64 bits is far below what a suite could show.
        let other = random.next_u64() % (last as u64 + 1);
        cases.swap(last, usize::try_from(other).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_order_and_nothing_is_lost() {
        let order = |seed| {
            let mut cases: Vec<usize> = (0..50).collect();
            shuffle(&mut cases, seed);
            cases
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn every_order_of_three_comes_up() {
        let mut seen = std::collections::HashSet::new();
        for seed in 0..64 {
            let mut cases = [0, 1, 2];
            shuffle(&mut cases, seed);
            seen.insert(cases);
        }
        assert_eq!(seen.len(), 6);
    }
}
