//! The system's clock, for the machines that read none.

use tokio::time::Instant;

use crate::time::Time;

/// Tells the time of one conversation, from its beginning.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: Instant,
}

impl Clock {
    /// Begins a conversation now.
    pub fn start() -> Self {
        Self {
            began: Instant::now(),
        }
    }

    /// What time it is.
    pub fn now(self) -> Time {
        Time::ZERO.after(self.began.elapsed())
    }

    /// When the system's clock will show this time; `None`: never.
    pub fn instant(self, at: Time) -> Option<Instant> {
        (at < Time::NEVER)
            .then(|| self.began.checked_add(at.since(Time::ZERO)))
            .flatten()
    }
}
