//! Hides what nobody may see in what came of a case, before anybody is told: the bytes that were said, and those that a program printed.
//!
//! Texts are hidden by whoever writes them: they are made from here on, and of more than a case.

use std::collections::BTreeMap;

use super::{CaseResult, Outcome};
use crate::player::{
    Awaited, EventKind, Expected, Failure, FailureKind, Instead, Log, ProgramFault, Verdict,
};
use crate::secrets::Secrets;

/// What one side of a connection has said, part by part; `true`: there is more of this part.
type Parts<'a> = Vec<(&'a mut [u8], bool)>;

/// Hides secrets in an outcome.
pub(super) fn hide(outcome: &mut Outcome, secrets: &Secrets) {
    if secrets.is_empty() {
        return;
    }
    for log in outcome.transcript.logs_mut() {
        hide_in_log(log, secrets);
    }
    if let CaseResult::Played(Verdict::Failed(failure)) = &mut outcome.result {
        outcome.hidden |= hide_in_failure(failure, secrets);
    }
    if let Some(news) = &mut outcome.program {
        secrets.hide_bytes(&mut news.stdout);
        secrets.hide_bytes(&mut news.stderr);
    }
    if let Some(health) = &mut outcome.health {
        hide(health, secrets);
    }
}

/// A secret may stand in several events: what one side of a connection says is one stream.
fn hide_in_log(log: &mut Log, secrets: &Secrets) {
    let mut streams: BTreeMap<(u16, bool), Parts<'_>> = BTreeMap::new();
    for event in log.events_mut() {
        let (head, len, sent) = match &mut event.kind {
            EventKind::Sent { head, len, .. } => (head, *len, true),
            EventKind::Received { head, len, .. } => (head, *len, false),
            _ => continue,
        };
        let is_cut = head.len() < len;
        let stream = streams.entry((event.client.0, sent)).or_default();
        stream.push((head, is_cut));
    }
    for mut parts in streams.into_values() {
        secrets.hide_stream(&mut parts);
    }
}

fn hide_in_failure(failure: &mut Failure, secrets: &Secrets) -> bool {
    if let FailureKind::NotTrue { values } = &mut failure.kind {
        for (_, value) in values {
            secrets.hide_part(value);
        }
    }
    let (expected, received) = bytes(&mut failure.kind);
    let meanwhile = failure.meanwhile.iter_mut();
    let awaited = meanwhile.filter_map(|one| match &mut one.awaited {
        Awaited::Reply(expected) => Some(expected),
        _ => None,
    });
    let mut any = false;
    for expected in expected.into_iter().chain(awaited) {
        if let Some(exact) = &mut expected.exact {
            any |= secrets.hide_bytes(exact);
        }
    }
    if let Some(received) = received {
        any |= secrets.hide_bytes(received);
    }
    if let Some(finally) = &mut failure.finally {
        any |= hide_in_failure(finally, secrets);
    }
    any
}

/// The bytes that a failure has: what was expected, and what came.
fn bytes(kind: &mut FailureKind) -> (Option<&mut Expected>, Option<&mut Vec<u8>>) {
    match kind {
        FailureKind::Mismatch {
            expected, received, ..
        }
        | FailureKind::TimedOut {
            expected, received, ..
        }
        | FailureKind::Ended {
            expected, received, ..
        }
        | FailureKind::TooLong {
            expected, received, ..
        }
        | FailureKind::Exhausted { expected, received }
        | FailureKind::BadFrame {
            expected, received, ..
        }
        | FailureKind::NeverCame {
            expected, received, ..
        } => (Some(expected), Some(received)),
        FailureKind::Unexpected {
            received, instead, ..
        } => {
            let expected = match instead {
                Instead::Reply(expected) => Some(expected),
                _ => None,
            };
            (expected, Some(received))
        }
        FailureKind::LeftOver { received, .. } => (None, Some(received)),
        FailureKind::Program(ProgramFault::Reported { line }) => (None, Some(line)),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_several_events_of_one_side_is_hidden_and_the_other_side_stays() {
        let mut secrets = Secrets::default();
        secrets.add(b"hunter2").expect("can be hidden");
        let mut transcript = crate::player::Transcript::default();
        for (client, bytes) in [(0, &b"PASS hun\n"[..]), (1, b"ter2\n"), (0, b"ter2\n")] {
            let client = crate::scenario::ClientId(client);
            transcript.received_for_tests(client, bytes);
        }
        secrets.add(b"hun\nter2").expect("can be hidden");
        for log in transcript.logs_mut() {
            hide_in_log(log, &secrets);
        }
        let heads: Vec<_> = transcript
            .events()
            .map(|event| match &event.kind {
                EventKind::Received { head, .. } => String::from_utf8_lossy(head).into_owned(),
                other => panic!("{other:?}"),
            })
            .collect();
        // The stream of the second client begins in the middle of what may be a secret.
        assert_eq!(heads, ["PASS ****", "****\n", "****\n"]);
    }
}
