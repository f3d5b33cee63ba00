//! What was looked for and did not come.

use super::stage::{check_one, event};
use crate::player::{Ending, EventKind, Expected, FailureKind};

fn never_came(how: Option<Ending>, dropped: u64, framed: bool, received: &[u8]) -> FailureKind {
    FailureKind::NeverCame {
        expected: Expected {
            exact: None,
            words: "a message that begins with \"OK\"".into(),
        },
        how,
        dropped,
        framed,
        received: received.to_vec(),
        received_len: received.len(),
    }
}

#[test]
fn what_is_looked_for_and_does_not_come() {
    check_one(
        "never-came",
        never_came(None, 2, true, b"one\ntwo\n"),
        Vec::new(),
    );
    check_one(
        "never-came-before-the-end",
        never_came(Some(Ending::Reset), 7, false, b"one two"),
        Vec::new(),
    );
    check_one(
        "never-came-nothing",
        never_came(None, 0, true, b""),
        Vec::new(),
    );
}

#[test]
fn a_search_that_reads_the_same_again_and_again() {
    check_one(
        "exhausted",
        FailureKind::Exhausted {
            expected: Expected {
                exact: None,
                words: "a run of bytes that is exactly \"a\", then matches the regex `^a*b`"
                    .to_owned(),
            },
            received: vec![b'a'; 64],
        },
        vec![event(
            2800,
            0,
            EventKind::Received {
                head: vec![b'a'; 256],
                len: 1 << 20,
                pieces: 16,
                from: Some(0),
                cuts: Vec::new(),
            },
        )],
    );
}
