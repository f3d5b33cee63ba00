//! How many there are of something, in words.

use std::fmt::Display;

/// `12 things`, `1 thing`.
pub(crate) fn count<N: Display + PartialEq + From<u8>>(n: N, thing: &str) -> String {
    let ending = if n == N::from(1) { "" } else { "s" };
    format!("{n} {thing}{ending}")
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn one_is_no_plural() {
        assert_eq!(count(0_usize, "byte"), "0 bytes");
        assert_eq!(count(1_u64, "byte"), "1 byte");
        assert_eq!(count(2_usize, "other case"), "2 other cases");
    }
}
