//! What a program under test is blamed for.

use super::stage::{check, opening};
use crate::player::{Failure, FailureKind, ProgramFault};
use crate::scenario::Span;

#[test]
fn a_program_that_is_at_fault() {
    let how = || "signal 11, SIGSEGV".to_owned();
    for (name, fault) in [
        (
            "program-not-ready",
            ProgramFault::NotReady {
                message: "./server {port} ended before it was ready: exit code 3".into(),
                help: "does the command work when it is typed in a shell?".into(),
            },
        ),
        (
            "program-ended",
            ProgramFault::Ended {
                how: how(),
                passed: true,
                heard: true,
            },
        ),
        (
            "program-cut-short",
            ProgramFault::Ended {
                how: how(),
                passed: false,
                heard: true,
            },
        ),
        (
            "program-ended-badly",
            ProgramFault::EndedBadly { how: how() },
        ),
        (
            "program-killed",
            ProgramFault::Killed {
                how: "signal 9, SIGKILL".into(),
            },
        ),
        (
            "program-reported",
            ProgramFault::Reported {
                line: b"thread 'main' panicked at \x1b[31m.rs:1:2:".to_vec(),
            },
        ),
        ("program-unhealthy", ProgramFault::Unhealthy { since: None }),
        (
            "program-unhealthy-before",
            ProgramFault::Unhealthy {
                since: Some("breaks".into()),
            },
        ),
    ] {
        let failure = Failure::outside(Span::default(), FailureKind::Program(fault));
        check(name, &failure, &opening(), &["client"]);
    }
}
