//! What passed only when it was tried again.

use super::stage::{check, event, failure, source};
use crate::player::{EventKind, Expected, Failure, FailureKind};

#[test]
fn a_case_that_passed_only_when_it_was_tried_again() {
    let before = failure(FailureKind::TimedOut {
        expected: Expected {
            exact: Some(b"530 denied\n".to_vec()),
            words: "the message \"530 denied\"".into(),
        },
        received: Vec::new(),
        received_len: 0,
    });
    let kind = FailureKind::Flaky {
        attempt: 3,
        before: Box::new(before),
    };
    // What was said this time is no reason.
    let said = event(2800, 0, EventKind::Shutdown);
    check(
        "flaky",
        &Failure::outside(source().1, kind),
        &[said],
        &["client"],
    );
}
