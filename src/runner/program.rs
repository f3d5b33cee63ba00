//! A case whose target is a program that was started: the program is watched while the case is played, and judged with it.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{Event, ProgramNews, Suspects};
use crate::drive::{Lingering, PlayStats};
use crate::player::{FailureKind, ProgramFault, Verdict};
use crate::secrets::Secrets;
use crate::target::{Crash, Death, Mark, Program, Talking, Target};

/// How long a conversation may go on after the program has ended: its connections have ended with it, and to see that
/// takes no time.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long a program is given to see that its clients have hung up: its closing its side of the connections, or dying of
/// it, comes first.
const FAREWELL: Duration = Duration::from_millis(100);

/// Waits until a program has seen that its clients are gone, and rests or has ended: one that is busy may be about to end by
/// itself, and whoever asks it to would hide why.
pub(super) async fn rest(program: &Program, lingering: &Lingering) {
    let _ = timeout(FAREWELL, lingering.wait()).await;
    program.until_at_rest().await;
}

/// Plays to the end, or until shortly after the end of the program.
pub(super) async fn watched(
    program: &Talking,
    playing: impl Future<Output = PlayStats>,
) -> PlayStats {
    let began = Instant::now();
    let mut playing = pin!(playing);
    tokio::select! {
        biased;
        stats = &mut playing => return stats,
        _ = program.until_ended() => {}
    }
    // Now, while they are all there.
    program.others();
    let rest = timeout(LAST_WORDS, playing).await;
    rest.unwrap_or_else(|_| PlayStats {
        connected: true,
        elapsed: began.elapsed(),
    })
}

/// What the program has done since, for a report, and who may have led to it where that is what it should not.
pub(super) fn news(
    program: &Program,
    command: &str,
    mark: Mark,
    suspects: Suspects,
) -> ProgramNews {
    let (stdout, stderr) = program.printed_since(mark);
    let crash = program.crash_since(mark);
    let ended = match &crash {
        Some(Crash::Ended(exit) | Crash::EndedBadly(exit) | Crash::Killed(exit)) => {
            Some(exit.to_string())
        }
        _ => None,
    };
    ProgramNews {
        command: command.to_owned(),
        ended,
        ailing: None,
        suspects: crash.map(|_| suspects),
        replayed: None,
        stdout,
        stderr,
    }
}

/// Who may have led to what a program did, of which one case tells: so many others were being played with it then, and so many
/// had begun to be; and health checks, where there were any.
pub(super) fn suspects(program: &Program, others: usize, begun: u64) -> Suspects {
    let playing = u64::try_from(others).unwrap_or(u64::MAX).saturating_add(1);
    Suspects {
        told: true,
        beside: others,
        before: begun.saturating_sub(playing),
        checked: program.was_checked(),
        twice: false,
    }
}

/// What a crash makes of a case with this verdict, to which the program has said something or not; `None`: the verdict stands.
pub(super) fn fault(crash: &Crash, verdict: &Verdict, heard: bool) -> Option<ProgramFault> {
    let passed = match verdict {
        Verdict::Passed => true,
        // The conversation was cut short: it has no verdict of its own.
        Verdict::Cancelled => false,
        // Nobody was there any more.
        Verdict::Failed(failure) if is_refused(&failure.kind) && !heard => false,
        Verdict::Failed(_) => return None,
    };
    match crash {
        Crash::Ended(exit) => Some(ProgramFault::Ended {
            how: exit.to_string(),
            passed,
            heard,
        }),
        Crash::EndedBadly(exit) if passed => Some(ProgramFault::EndedBadly {
            how: exit.to_string(),
        }),
        Crash::Killed(exit) if passed => Some(ProgramFault::Killed {
            how: exit.to_string(),
        }),
        Crash::Reported(line) if passed => Some(ProgramFault::Reported { line: line.clone() }),
        _ => None,
    }
}

/// What is told of a program of which no case tells.
pub(super) fn untold(death: Death, command: &str, secrets: &Secrets) -> Event {
    let Death {
        crash,
        played,
        checked,
        ailing,
        mut stdout,
        mut stderr,
    } = death;
    let (fault, ended) = match crash {
        Crash::Ended(exit) => {
            let how = exit.to_string();
            let fault = ProgramFault::Ended {
                how: how.clone(),
                passed: true,
                heard: true,
            };
            (fault, Some(how))
        }
        Crash::EndedBadly(exit) => {
            let how = exit.to_string();
            (ProgramFault::EndedBadly { how: how.clone() }, Some(how))
        }
        Crash::Killed(exit) => {
            let how = exit.to_string();
            (ProgramFault::Killed { how: how.clone() }, Some(how))
        }
        Crash::Reported(mut line) => {
            secrets.hide_bytes(&mut line);
            (ProgramFault::Reported { line }, None)
        }
    };
    secrets.hide_bytes(&mut stdout);
    secrets.hide_bytes(&mut stderr);
    Event::ProgramFailed {
        fault,
        news: ProgramNews {
            command: command.to_owned(),
            ended,
            ailing: ailing.map(|case| case.to_string()),
            suspects: Some(Suspects {
                before: played,
                checked,
                ..Suspects::default()
            }),
            replayed: None,
            stdout,
            stderr,
        },
    }
}

/// From when on what the program printed is told of a case with this verdict, which began at this mark: all of it where there was
/// no connection, because why may have been said before the case began.
pub(super) fn told_since(verdict: &Verdict, begun: Mark, never_begun: bool) -> Mark {
    match verdict {
        _ if never_begun => Mark::default(),
        Verdict::Failed(failure) if is_refused(&failure.kind) => Mark::default(),
        _ => begun,
    }
}

/// What became of a program that has ended without a word to anybody, where that means that it was not ready after all.
pub(super) fn never_begun(
    crash: &Crash,
    program: &Program,
    target: &Target,
) -> Option<ProgramFault> {
    let (Crash::Ended(exit), Target::Spawned(spawn)) = (crash, target) else {
        return None;
    };
    let why = spawn
        .never_begun(*exit)
        .filter(|_| program.may_not_have_begun() && program.answers() == 0)?;
    Some(ProgramFault::NotReady {
        message: why.message,
        help: why.help,
    })
}

/// Whether there was no connection.
fn is_refused(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::NotConnected(_) | FailureKind::NoTls(_) | FailureKind::ConnectTimedOut
    )
}

/// Whether a conversation failed with no connection, or with one that had ended: a program that is dying shows so.
pub(super) fn has_hung_up(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Failed(failure) => {
            !(failure.links.iter()).any(|link| link.open && link.ended.is_none())
        }
        Verdict::Passed | Verdict::Cancelled => false,
    }
}
