//! Where a step stands, in words: its number, and among which steps it is counted.

use crate::player::{Failure, Inside};

/// Which step failed, in which round, where that says something: `step 4 of 6`, `step 2 of 3 of `retry` in branch 1`.
pub(super) fn place(failure: &Failure) -> String {
    if failure.step == 0 {
        return "the start".into();
    }
    let mut place = numbered(failure.step, failure.steps, failure.inside);
    let branch = failure.branch.map(|branch| format!("branch {branch}"));
    let finally = failure.in_finally.then(|| "`finally`".to_owned());
    let mut link = if failure.inside.is_some() { "in" } else { "of" };
    for around in branch.into_iter().chain(finally) {
        place.push_str(&format!(" {link} {around}"));
        link = "in";
    }
    for round in &failure.rounds {
        place.push_str(&format!(", round {}", round + 1));
    }
    // Of a `retry` it is said below how many rounds it had.
    if !failure.rounds.is_empty() && failure.inside == Some(Inside::Retry) {
        place.push_str(" of `repeat`");
    }
    place
}

/// The number of a step in its block: `step 4 of 6`, and where another step plays that block, which: `step 2 of 3 of `retry``.
pub(super) fn numbered(step: u32, steps: u32, inside: Option<Inside>) -> String {
    let place = format!("step {step} of {steps}");
    match inside {
        Some(inside) => format!("{place} of `{}`", inside.key()),
        None => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::FailureKind;
    use crate::scenario::Span;

    fn said(
        inside: Option<Inside>,
        branch: Option<u32>,
        in_finally: bool,
        round: &[u64],
    ) -> String {
        let mut failure = Failure::outside(Span::default(), FailureKind::HalfClosed);
        (failure.step, failure.steps, failure.inside) = (2, 3, inside);
        (failure.branch, failure.in_finally) = (branch, in_finally);
        failure.rounds = round.to_vec();
        place(&failure)
    }

    #[test]
    fn a_step_is_said_to_be_of_the_steps_among_which_it_is_counted() {
        let (retry, repeat) = (Some(Inside::Retry), Some(Inside::Repeat));
        let rows = [
            (said(None, None, false, &[]), "step 2 of 3"),
            (said(None, None, true, &[]), "step 2 of 3 of `finally`"),
            (said(None, Some(4), false, &[]), "step 2 of 3 of branch 4"),
            (
                said(None, Some(4), true, &[]),
                "step 2 of 3 of branch 4 in `finally`",
            ),
            (said(retry, None, false, &[]), "step 2 of 3 of `retry`"),
            (
                said(retry, Some(4), true, &[]),
                "step 2 of 3 of `retry` in branch 4 in `finally`",
            ),
            (
                said(repeat, None, false, &[0, 6]),
                "step 2 of 3 of `repeat`, round 1, round 7",
            ),
            (
                said(retry, None, false, &[6]),
                "step 2 of 3 of `retry`, round 7 of `repeat`",
            ),
            (
                said(Some(Inside::Include), None, true, &[]),
                "step 2 of 3 of `include` in `finally`",
            ),
        ];
        for (said, expected) in rows {
            assert_eq!(said, expected);
        }
    }
}
