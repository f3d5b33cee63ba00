//! What a conversation waits for, in a line.

use std::time::Duration;

use super::log::OpenStep;
use super::place::numbered;
use super::text::words;
use super::words::awaited_by;
use crate::player::{Awaited, Waiting};
use crate::runner::Outcome;

/// How many characters of what is waited for are shown.
const SHOWN: usize = 80;

/// `step 6 of 9 has waited 4.9s for the message "530 denied": 3 of 12 bytes have come since it began, the last 4.2s ago`
pub(super) fn waiting(waiting: &Waiting) -> String {
    let step = &waiting.step;
    let mut line = String::new();
    if waiting.in_finally {
        line.push_str("finally, ");
    }
    if step.branch > 0 {
        line.push_str(&format!("branch {}, ", step.branch));
    }
    line.push_str(&numbered(step.step, step.steps, step.inside));
    if let Some(name) = &step.client_name {
        line.push_str(&format!(" (client {})", words(name)));
    }
    let waited = roughly(step.waited);
    match awaited_by(step) {
        Some(what) => line.push_str(&format!(" has waited {waited} for {}", short(&what))),
        None => return line + " has not begun",
    }
    if let (Awaited::Reply(expected), Some(came)) = (&step.awaited, waiting.came) {
        let whole = expected.exact.as_ref().map(|exact| exact.len() as u64);
        line.push_str(&format!(": {}", arrived(waiting, came, whole)));
    }
    line
}

/// `3 of 12 bytes have come since it began, the last 4.2s ago`
fn arrived(waiting: &Waiting, came: u64, whole: Option<u64>) -> String {
    let mut words = match (came, waiting.heard) {
        (1.., Some(heard)) => {
            // Where all that came may be the beginning of what is waited for.
            let is_beginning = waiting.before == 0 && waiting.unread as u64 == came;
            let bytes = match whole.filter(|whole| is_beginning && came <= *whole) {
                Some(whole) => format!("{came} of {}", count_of(whole)),
                None => count_of(came),
            };
            let (have, last) = match came {
                1 => ("has", "it came"),
                _ => ("have", "the last"),
            };
            format!(
                "{bytes} {have} come since it began, {last} {} ago",
                roughly(heard)
            )
        }
        (_, Some(_)) => "nothing has come since it began".to_owned(),
        (_, None) => "nothing has come since it began, nor before".to_owned(),
    };
    let before = waiting.before as u64;
    let gone = came
        .saturating_add(before)
        .saturating_sub(waiting.unread as u64);
    if before > 0 {
        words.push_str(&format!("; {} had come before", count_of(before)));
    }
    match (gone, before) {
        (0, 0) => {}
        (0, 1) => words.push_str(", and no step took it"),
        (0, _) => words.push_str(", and no step took them"),
        // By the step itself, mostly: it goes on waiting.
        (gone, _) => {
            let have = if gone == 1 { "has" } else { "have" };
            let gone = count_of(gone);
            words.push_str(&format!(
                "; {gone} {have} been skipped, ignored or taken since it began"
            ));
        }
    }
    words
}

/// `1 byte`, `12 bytes`
fn count_of(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        _ => format!("{bytes} bytes"),
    }
}

/// A step that waited when its case was cancelled: where it stands, and [what it waited for](waiting).
pub(super) fn interrupted(outcome: &Outcome) -> Vec<OpenStep> {
    let open = outcome.interrupted.iter().map(|one| {
        let source = outcome.scenario.sources.get(usize::from(one.span.file));
        let at = source.map(|source| source.line_column(one.span.start));
        OpenStep {
            file: source.map(|source| words(&source.name)),
            line: at.map(|(line, _)| line as u64),
            column: at.map(|(_, column)| column as u64),
            waits: waiting(one),
        }
    });
    open.collect()
}

/// `4.9s`
fn roughly(time: Duration) -> String {
    format!("{:.1}s", time.as_secs_f64())
}

/// The first characters.
fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::{Expected, Inside, Meanwhile};
    use crate::scenario::Span;

    /// The line of a step that has taken nothing of what came since it began, and before; the last so many milliseconds ago.
    fn line(awaited: Awaited, branch: u32, arrived: (Option<u64>, usize, Option<u64>)) -> String {
        line_after(awaited, branch, arrived, 0)
    }

    /// The line of a step that has gone past so many bytes of all these.
    fn line_after(
        awaited: Awaited,
        branch: u32,
        (came, before, heard): (Option<u64>, usize, Option<u64>),
        gone: usize,
    ) -> String {
        waiting(&Waiting {
            span: Span::default(),
            step: Meanwhile {
                branch,
                step: 6,
                steps: 9,
                inside: (branch > 0).then_some(Inside::Retry),
                client_name: (branch > 0).then(|| "a\x1b".to_owned()),
                waited: Duration::from_micros(4_912_345),
                awaited,
            },
            in_finally: branch > 0,
            came,
            before,
            unread: came.map_or(0, |came| came as usize + before - gone),
            heard: heard.map(Duration::from_millis),
        })
    }

    fn reply(exact: Option<&str>, words: &str) -> Awaited {
        Awaited::Reply(Expected {
            exact: exact.map(|exact| exact.as_bytes().to_vec()),
            words: words.to_owned(),
        })
    }

    #[test]
    fn a_line_says_the_step_and_what_it_waits_for() {
        assert_eq!(
            line(
                reply(None, "a message that \x1b"),
                2,
                (Some(0), 0, Some(9000))
            ),
            "finally, branch 2, step 6 of 9 of `retry` (client a\\x1b) has waited 4.9s for a message that \\x1b: nothing has come since it began"
        );
        assert_eq!(
            line(Awaited::Taken(70), 0, (Some(1), 0, None)),
            "step 6 of 9 has waited 4.9s for 70 bytes to be taken"
        );
        assert_eq!(
            line(Awaited::Turn, 0, (None, 0, None)),
            "step 6 of 9 has not begun"
        );
        let long = reply(None, &"x".repeat(999));
        assert!(line(long, 0, (None, 0, None)).len() < 200);
    }

    #[test]
    fn a_line_says_what_has_come_since_the_step_began() {
        let exact = || reply(Some("530 denied\r\n"), r#"the message "530 denied""#);
        let open = || reply(None, "a message");
        for (awaited, arrived, said) in [
            (
                exact(),
                (3, 0, Some(4200)),
                "3 of 12 bytes have come since it began, the last 4.2s ago",
            ),
            (
                exact(),
                (1, 0, Some(4200)),
                "1 of 12 bytes has come since it began, it came 4.2s ago",
            ),
            (
                exact(),
                (3, 2, Some(4200)),
                "3 bytes have come since it began, the last 4.2s ago; 2 bytes had come before, and no step took them",
            ),
            (
                exact(),
                (13, 0, Some(0)),
                "13 bytes have come since it began, the last 0.0s ago",
            ),
            // Such as a greeting that the step before took.
            (
                exact(),
                (0, 0, Some(9000)),
                "nothing has come since it began",
            ),
            (
                exact(),
                (0, 1, Some(9000)),
                "nothing has come since it began; 1 byte had come before, and no step took it",
            ),
            (
                exact(),
                (0, 0, None),
                "nothing has come since it began, nor before",
            ),
            (
                open(),
                (1, 0, Some(100)),
                "1 byte has come since it began, it came 0.1s ago",
            ),
        ] {
            let (came, before, heard) = arrived;
            let line = line(awaited, 0, (Some(came), before, heard));
            let (_, told) = line.split_once(": ").expect("what has come");
            assert_eq!(told, said);
        }
    }

    #[test]
    fn what_a_step_went_past_is_not_said_to_lie_there_untaken() {
        for (arrived, gone, said) in [
            (
                (0, 8, Some(9000)),
                8,
                "nothing has come since it began; 8 bytes had come before; 8 bytes have been skipped, ignored or taken since it began",
            ),
            (
                (3, 8, Some(4200)),
                1,
                "3 bytes have come since it began, the last 4.2s ago; 8 bytes had come before; 1 byte has been skipped, ignored or taken since it began",
            ),
            (
                (5, 0, Some(4200)),
                5,
                "5 bytes have come since it began, the last 4.2s ago; 5 bytes have been skipped, ignored or taken since it began",
            ),
        ] {
            let (came, before, heard) = arrived;
            let awaited = reply(Some("530 denied\r\n"), "a message");
            let line = line_after(awaited, 0, (Some(came), before, heard), gone);
            let (_, told) = line.split_once(": ").expect("what has come");
            assert_eq!(told, said);
        }
    }
}
