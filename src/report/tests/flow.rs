//! Failures of steps that govern the flow of a conversation, and exactly what is shown of them.

use std::time::Duration;

use super::failures::{check, check_one, event, exactly, failure, mismatch, opening, received};
use crate::player::{FailureKind, Retried};

#[test]
fn an_assertion_that_is_false() {
    let value = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let kind = FailureKind::NotTrue {
        values: vec![
            value("n", "7"),
            value("reply", "\"a\\x1b\u{2026}\""),
            value("id", "not set"),
        ],
    };
    check_one("not-true", kind, Vec::new());
}

#[test]
fn a_retry_that_came_to_nothing() {
    let mut failure = failure(mismatch(exactly(b"ready"), b"busy", None));
    failure.retries = vec![
        Retried {
            rounds: 1,
            time: Duration::from_millis(70),
            within: Duration::from_millis(50),
        },
        Retried {
            rounds: 12,
            time: Duration::from_millis(2070),
            within: Duration::from_secs(2),
        },
    ];
    let mut events = opening();
    events.push(event(1400, 0, received(b"busy\n")));
    check("retried", &failure, &events, &["client"]);
}
