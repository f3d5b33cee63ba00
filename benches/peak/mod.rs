//! How much memory a process has had.

use std::fs;

/// What Linux says was the most memory a process has had, in KiB; nothing elsewhere, and once it has ended. `self` is this one.
pub(crate) fn peak_memory(process: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
