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
