//! What came of a case that was not played, or not to its end, and of one whose program is to blame.

use std::time::Duration;

use super::conversation::Finished;
use super::{CaseRef, CaseResult, Outcome, ProgramNews};
use crate::player::{
    Failure, FailureKind, Player, ProgramFault, Refusal, RefusalKind, Transcript, Verdict,
};
use crate::scenario::Span;
use crate::target::Unavailable;
use crate::time::Time;

/// A case that is not played.
pub(super) fn skipped(case: CaseRef, reason: String) -> Finished {
    finish(case, CaseResult::Skipped(reason))
}

/// A case that was begun and came to nothing.
pub(super) fn cut_short(case: CaseRef) -> Finished {
    finish(case, CaseResult::Played(Verdict::Cancelled))
}

fn finish(case: CaseRef, result: CaseResult) -> Finished {
    let name = case.scenario.name.as_ref().and_then(|name| name.plain());
    Finished {
        as_written: false,
        played: None,
        outcome: Box::new(Outcome {
            name: name.map(str::to_owned),
            result,
            interrupted: Vec::new(),
            connected: false,
            elapsed: Duration::ZERO,
            leftovers: 0,
            attempt: 1,
            earlier: Vec::new(),
            transcript: Transcript::default(),
            program: None,
            hidden: false,
            health: None,
            id: case.id,
            case: case.case,
            round: case.round,
            scenario: case.scenario,
        }),
    }
}

/// What it comes to when there is nobody to talk to.
pub(super) fn without_peer(case: CaseRef, unavailable: Unavailable) -> Finished {
    let message = unavailable.to_string();
    let (span, kind) = match unavailable {
        Unavailable::NotEmbedded => return skipped(case, message),
        Unavailable::Greeting(error) => (error.span, FailureKind::NoValue(error)),
        Unavailable::NotReady(why) => {
            let why = *why;
            let fault = ProgramFault::NotReady {
                message: why.message,
                help: why.help,
            };
            let mut finished = finish(case, CaseResult::Played(failed(fault)));
            finished.outcome.program = Some(ProgramNews {
                command: why.command,
                ended: None,
                ailing: None,
                suspects: None,
                replayed: None,
                stdout: why.stdout,
                stderr: why.stderr,
            });
            return finished;
        }
        Unavailable::NoFolder(_) => (Span::default(), no_server(RefusalKind::NoFolder, message)),
        Unavailable::NotStarted(_) | Unavailable::NoCertificate(_) => {
            (Span::default(), no_server(RefusalKind::NotStarted, message))
        }
    };
    let verdict = Verdict::Failed(Box::new(Failure::outside(span, kind)));
    finish(case, CaseResult::Played(verdict))
}

/// There is no server in this process.
const fn no_server(kind: RefusalKind, message: String) -> FailureKind {
    FailureKind::NotConnected(Refusal { kind, message })
}

/// The verdict on a case that the program under test has failed.
pub(super) fn failed(fault: ProgramFault) -> Verdict {
    let kind = FailureKind::Program(fault);
    Verdict::Failed(Box::new(Failure::outside(Span::default(), kind)))
}

/// The verdict on a conversation that had come to this one, with what the program under test did, if anything. Of one that was cut short after
/// this time, the first step that waited then is named.
pub(super) fn with_fault(
    fault: Option<ProgramFault>,
    verdict: Verdict,
    player: &Player,
    elapsed: Duration,
) -> Verdict {
    let Some(fault) = fault else {
        return verdict;
    };
    let mut failure = Failure::outside(Span::default(), FailureKind::Program(fault));
    if verdict == Verdict::Cancelled
        && let Some(waiting) = player.waiting(Time::ZERO.after(elapsed)).into_iter().next()
    {
        failure.span = waiting.span;
        failure.in_finally = waiting.in_finally;
        failure.step = waiting.step.step;
        failure.steps = waiting.step.steps;
        failure.inside = waiting.step.inside;
        failure.branch = Some(waiting.step.branch).filter(|branch| *branch > 0);
        failure.client_name = waiting.step.client_name.unwrap_or_default();
        failure.waited = waiting.step.waited;
    }
    Verdict::Failed(Box::new(failure))
}
