//! When what workers tell is heard several at a time.

use std::time::Duration;

use tokio::time::Instant;

/// How long nothing is heard once news come fast: 1 ms.
const BREATH: Duration = Duration::from_millis(1);

/// How long instead, where much is still to come: 4 ms. So much of a log is lost at most when a run is killed.
const LONG_BREATH: Duration = Duration::from_millis(4);

/// How often in a row news have to come that fast; a small run is over before.
const RUSH: u32 = 16;

/// Whether news come so fast that they are better heard several at a time: to wake whoever listens takes a worker longer than to tell.
#[derive(Debug, Default)]
pub(super) struct Rush {
    /// When something was heard last.
    last: Option<Instant>,
    /// How often in a row there was less than [`BREATH`] since the time before.
    in_a_row: u32,
    /// Nothing is heard until then.
    rest: Option<Instant>,
}

impl Rush {
    /// Something has just been heard; `long`: much is still to come.
    pub(super) fn heard(&mut self, long: bool) {
        let now = Instant::now();
        let breath = if long { LONG_BREATH } else { BREATH };
        let soon = self
            .last
            .is_some_and(|last| now.duration_since(last) < 2 * breath);
        self.in_a_row = if soon {
            self.in_a_row.saturating_add(1)
        } else {
            0
        };
        self.last = Some(now);
        self.rest = (self.in_a_row >= RUSH).then(|| now + breath);
    }

    /// Until when nothing is heard.
    pub(super) const fn rest(&self) -> Option<Instant> {
        self.rest
    }

    /// That time is over.
    pub(super) const fn go_on(&mut self) {
        self.rest = None;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_hears_much_in_little_time_rests_and_who_hears_little_does_not() {
        let mut rush = Rush::default();
        for _ in 0..RUSH {
            rush.heard(false);
            assert_eq!(rush.rest(), None);
        }
        rush.heard(false);
        assert_eq!(rush.rest(), Some(Instant::now() + BREATH));
        // It goes on after each rest.
        advance(BREATH).await;
        rush.go_on();
        assert_eq!(rush.rest(), None);
        rush.heard(true);
        assert_eq!(rush.rest(), Some(Instant::now() + LONG_BREATH));
        advance(LONG_BREATH).await;
        rush.go_on();
        rush.heard(true);
        assert!(rush.rest().is_some());
        rush.go_on();
        advance(2 * LONG_BREATH).await;
        rush.heard(true);
        assert_eq!(rush.rest(), None, "the rush is over");
    }
}
