//! Failures of steps that govern the flow of a conversation, and exactly what is shown of them.

use std::time::Duration;

use super::stage::{check, check_one, event, exactly, failure, mismatch, opening, received};
use crate::player::{Awaited, FailureKind, Inside, Meanwhile, Retried};
use crate::scenario::CloseKinds;

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
    failure.inside = Some(Inside::Retry);
    failure.branch = Some(2);
    failure.rounds = vec![3];
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

#[test]
fn a_branch_that_failed_and_what_the_others_did() {
    let mut failure = failure(mismatch(exactly(b"ready"), b"busy", None));
    let other = |branch, client: Option<&str>, millis, awaited| Meanwhile {
        branch,
        step: 2,
        steps: 3,
        inside: (branch == 2).then_some(Inside::Retry),
        client_name: client.map(str::to_owned),
        waited: Duration::from_millis(millis),
        awaited,
    };
    failure.branch = Some(1);
    failure.rounds = vec![3];
    failure.meanwhile = vec![
        other(2, Some("bob"), 120, Awaited::Reply(exactly(b"yes\x1b"))),
        other(3, None, 7, Awaited::Time),
        other(4, None, 0, Awaited::Nothing),
        other(5, Some("eve"), 0, Awaited::Turn),
        other(6, Some("eve"), 7, Awaited::Connection),
        other(7, Some("eve"), 7, Awaited::Taken(70000)),
        other(
            8,
            Some("eve"),
            7,
            Awaited::End(CloseKinds {
                clean: true,
                ..CloseKinds::NONE
            }),
        ),
        other(
            9,
            Some("eve"),
            7,
            Awaited::Silence(Duration::from_millis(50)),
        ),
        other(10, None, 7, Awaited::Round),
    ];
    check("branches", &failure, &opening(), &["client"]);
}
