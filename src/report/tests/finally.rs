//! Failures whose help or conversation depends on more than their kind: on `finally`, and on the framing.

use super::stage::{check_with_finally, event, exactly, failure, mismatch, opening, received};
use crate::player::{EventKind, FailureKind, Refusal, RefusalKind};
use crate::wire::{Framing, LineEnding};

#[test]
fn what_fails_in_finally_stands_beside_what_failed_before() {
    let mut first = failure(mismatch(exactly(b"530 denied"), b"535 denied", None));
    let mut second = failure(FailureKind::ConnectTimedOut);
    second.in_finally = true;
    (second.step, second.steps) = (2, 2);
    first.finally = Some(Box::new(second));
    let mut events = opening();
    events.push(event(2800, 0, received(b"535 denied\n")));
    let refusal = Refusal {
        kind: RefusalKind::Unreachable,
        message: "127.0.0.1:4444: no answer".into(),
    };
    let skipped = EventKind::Skipped {
        step: 1,
        inside: None,
        why: "`session` has not been captured".into(),
    };
    let finally = [
        event(2900, 0, skipped),
        event(2950, 0, EventKind::Refused(refusal)),
    ];
    let framing = Framing::LINE;
    check_with_finally(
        "finally",
        &first,
        &events,
        Some(&finally),
        &["client"],
        &framing,
    );
}

#[test]
fn what_fails_in_finally_only_is_shown_after_what_went_before() {
    let mut failure = failure(mismatch(exactly(b"221 bye"), b"535 denied", None));
    failure.in_finally = true;
    (failure.step, failure.steps) = (1, 2);
    let finally = [event(2800, 0, received(b"535 denied\n"))];
    let framing = Framing::LINE;
    check_with_finally(
        "finally-only",
        &failure,
        &opening(),
        Some(&finally),
        &["client"],
        &framing,
    );
}

#[test]
fn a_line_that_ends_in_another_way_than_the_framing_takes() {
    let failure = failure(FailureKind::TimedOut {
        expected: exactly(b"530 denied"),
        received: b"530 denied\n".to_vec(),
        received_len: 11,
    });
    let framing = Framing::Line(LineEnding::CrLf);
    check_with_finally(
        "timed-out-lf",
        &failure,
        &opening(),
        None,
        &["client"],
        &framing,
    );
}
