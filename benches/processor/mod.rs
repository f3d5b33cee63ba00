//! What processors have done, as Linux counts it.

/// Time of processors so far, in seconds: what this process has used, threads that have ended included, and what those that it
/// started have used which have ended. Only Linux tells.
pub(crate) fn times() -> (f64, f64) {
    /// In which Linux counts it here, whatever its own clock.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name before may hold anything; what comes after its bracket does not. From the 12th on: the user's and the system's of its
    // own, then both of its children.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(4);
    let seconds: Vec<f64> = ticks
        .map(|ticks| ticks.parse().unwrap_or(0.0) / TICKS_A_SECOND)
        .collect();
    let both = |from: usize| seconds.iter().skip(from).take(2).sum();
    (both(0), both(2))
}
