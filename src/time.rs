//! Time as everything below the I/O line sees it: nanoseconds since the conversation began.
//!
//! Nothing here reads a clock. A driver says what time it is with each call, so a machine plays the same way under a
//! real clock, a paused one and a simulated one.

use std::fmt;
use std::time::Duration;

/// A moment, in nanoseconds since the conversation began.
///
/// Arithmetic saturates: a deadline past the end of time (584 years) is the end of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

impl Time {
    /// The moment the conversation began.
    pub const ZERO: Self = Self(0);

    /// The last moment there is: a deadline that never comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// Makes a moment of nanoseconds since the conversation began.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The nanoseconds since the conversation began.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The moment this long after this one.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }

    /// How long after `earlier` this moment is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Time {
    /// Milliseconds with one decimal, signed as in a transcript: `+1.2ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
        let millis = self.0 as f64 / 1e6;
        write!(f, "+{millis:.1}ms")
    }
}

/// By how much all times of scenarios are multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeScale(f64);

impl TimeScale {
    /// The smallest factor: a thousandth.
    pub const MIN: f64 = 0.001;

    /// The largest factor: a thousand.
    pub const MAX: f64 = 1000.0;

    /// Times as they are written.
    pub const ONE: Self = Self(1.0);

    /// A factor from [`MIN`](Self::MIN) to [`MAX`](Self::MAX); `None`: it is none of those.
    pub fn new(factor: f64) -> Option<Self> {
        (Self::MIN..=Self::MAX)
            .contains(&factor)
            .then_some(Self(factor))
    }

    /// A time, multiplied.
    pub fn scale(self, time: Duration) -> Duration {
        if self == Self::ONE {
            return time;
        }
        // What is longer than can be said is as long as can be said.
        Duration::try_from_secs_f64(time.as_secs_f64() * self.0).unwrap_or(Duration::MAX)
    }
}

impl Default for TimeScale {
    fn default() -> Self {
        Self::ONE
    }
}

impl fmt::Display for TimeScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_multiplies_and_has_bounds() {
        let scaled = |factor: f64, ms: u64| {
            let scale = TimeScale::new(factor).expect("a scale");
            scale.scale(Duration::from_millis(ms))
        };
        assert_eq!(scaled(3.0, 50), Duration::from_millis(150));
        assert_eq!(scaled(0.5, 50), Duration::from_millis(25));
        assert_eq!(scaled(1.0, 50), Duration::from_millis(50));
        assert_eq!(TimeScale::default().scale(Duration::MAX), Duration::MAX);
        for factor in [0.0, -1.0, 0.0009, 1000.1, f64::NAN, f64::INFINITY] {
            assert_eq!(TimeScale::new(factor), None, "{factor}");
        }
    }
}
