//! Failures behind which more had arrived: the arrow is at what the step looked at, and that is shown.

use super::stage::{check, event, exactly, failure, mismatch, opening};
use crate::player::{Event, EventKind};

/// What the peer said, line by line, and where the first of these begins in all that it said.
fn lines(events: &mut Vec<Event>, from: u64, count: u64) {
    for n in 0..count {
        let line = format!("line {n:02}\n").into_bytes();
        events.push(event(
            1300 + n,
            0,
            EventKind::Received {
                len: line.len(),
                from: Some(from + n * 8),
                head: line,
                pieces: 1,
                cuts: Vec::new(),
            },
        ));
    }
}

#[test]
fn the_message_that_was_compared_has_the_arrow_and_not_the_last_one() {
    let mut failure = failure(mismatch(exactly(b"LINE 03"), b"line 03", None));
    failure.links[0].unread = 3 * 8;
    let mut events = opening();
    lines(&mut events, 10, 6);
    check("pending", &failure, &events, &["client"]);
}

#[test]
fn it_is_shown_however_many_came_behind_it() {
    let mut failure = failure(mismatch(exactly(b"LINE 10"), b"line 10", None));
    failure.links[0].unread = 40 * 8;
    let mut events = opening();
    lines(&mut events, 10, 50);
    check("pending-many", &failure, &events, &["client"]);
}
