//! What the benchmarks share: rounds that alternate between two sides, and medians of their ratios.
//!
//! A machine is never equally fast twice. So both sides are measured in the same run, in turns, and what counts is the ratio
//! of two neighbours.

/// How many rounds are measured unless the first argument is a number: odd, so that the median is one of them.
pub(crate) const ROUNDS: usize = 11;

/// The rounds asked for on the command line. `cargo bench` adds flags of its own, which mean nothing here.
pub(crate) fn rounds() -> usize {
    std::env::args()
        .skip(1)
        .find_map(|arg| arg.parse().ok())
        .unwrap_or(ROUNDS)
        .max(1)
}

/// The middle one.
pub(crate) fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list.get(list.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Smallest and largest.
pub(crate) fn range(list: &[f64]) -> (f64, f64) {
    list.iter().fold((f64::INFINITY, 0.0), |(low, high), x| {
        (low.min(*x), high.max(*x))
    })
}
