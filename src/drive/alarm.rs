//! A timer that is armed only when the next deadline is earlier.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// Wakes a task at a deadline that changes all the time.
///
/// Most deadlines only ever move later (each message postpones the idle timeout). So an armed timer is left alone until it
/// fires, and only then armed for what the deadline has become. Kept from one conversation to the next of the same task, it is hardly ever armed.
#[derive(Debug, Default)]
pub struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
    /// When the timer will fire, while it is armed.
    armed: Option<Instant>,
}

impl Alarm {
    /// Is ready once `deadline` has come; otherwise the task is woken then, or before.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<()> {
        let Some(deadline) = deadline else {
            return Poll::Pending;
        };
        loop {
            let sleep = self
                .sleep
                .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if self.armed.is_none_or(|armed| deadline < armed) {
                sleep.as_mut().reset(deadline);
                self.armed = Some(deadline);
            }
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if self.armed.take().is_some_and(|armed| armed >= deadline) {
                return Poll::Ready(());
            }
        }
    }
}
