//! The alarm, under a paused clock.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use crate::drive::alarm::Alarm;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn it_goes_off_at_the_deadline_that_counts_when_it_comes() {
    let mut alarm = Alarm::default();
    let began = Instant::now();
    // The deadline moves: later, earlier, away, and later than what is armed.
    for seconds in [Some(10), Some(5), None, Some(8)] {
        let deadline = seconds.map(|n| began + n * SECOND);
        poll_fn(|cx| {
            assert!(alarm.poll(cx, deadline).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    poll_fn(|cx| alarm.poll(cx, Some(began + 8 * SECOND))).await;
    assert!(began.elapsed() >= 8 * SECOND && began.elapsed() < 9 * SECOND);

    // And again.
    poll_fn(|cx| alarm.poll(cx, Some(began + 9 * SECOND))).await;
    assert!(began.elapsed() >= 9 * SECOND && began.elapsed() < 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_is_told_at_once() {
    let mut alarm = Alarm::default();
    let before = Instant::now();
    tokio::time::advance(SECOND).await;
    poll_fn(|cx| alarm.poll(cx, Some(before))).await;
    assert!(before.elapsed() < 2 * SECOND);
}
