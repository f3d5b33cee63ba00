//! What a conversation waits for, in a line.

use std::time::Duration;

use super::log::OpenStep;
use super::text::words;
use super::words::awaited_by;
use crate::player::{Awaited, Waiting};
use crate::runner::Outcome;

/// How many characters of what is waited for are shown.
const SHOWN: usize = 80;

/// `step 6 of 9 waits 4.9s for the message "530 denied": 3 of 12 bytes so far, the last 4.2s ago`
pub(super) fn waiting(waiting: &Waiting) -> String {
    let step = &waiting.step;
    let mut line = String::new();
    if waiting.in_finally {
        line.push_str("finally, ");
    }
    if step.branch > 0 {
        line.push_str(&format!("branch {}, ", step.branch));
    }
    line.push_str(&format!("step {} of {}", step.step, step.steps));
    if let Some(name) = &step.client_name {
        line.push_str(&format!(" (client {})", words(name)));
    }
    let waited = roughly(step.waited);
    match awaited_by(step) {
        Some(what) => line.push_str(&format!(" waits {waited} for {}", short(&what))),
        None => return line + " has not begun",
    }
    let Awaited::Reply(expected) = &step.awaited else {
        return line;
    };
    if let Some(unread) = waiting.unread {
        let bytes = match &expected.exact {
            Some(exact) => format!("{unread} of {} bytes", exact.len()),
            None if unread == 1 => "1 byte".to_owned(),
            None => format!("{unread} bytes"),
        };
        line.push_str(&format!(": {bytes} so far"));
    }
    match waiting.heard {
        Some(heard) => line.push_str(&format!(", the last received {} ago", roughly(heard))),
        None => line.push_str(", nothing ever received"),
    }
    line
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
    use crate::player::{Expected, Meanwhile};
    use crate::scenario::Span;

    #[test]
    fn a_line_says_the_step_what_is_waited_for_and_what_has_come() {
        let of = |awaited, unread, heard, branch| {
            waiting(&Waiting {
                span: Span::default(),
                step: Meanwhile {
                    branch,
                    step: 6,
                    steps: 9,
                    client_name: (branch > 0).then(|| "a\x1b".to_owned()),
                    waited: Duration::from_micros(4_912_345),
                    awaited,
                },
                in_finally: branch > 0,
                unread,
                heard,
            })
        };
        let reply = |exact: Option<&str>, words: &str| {
            Awaited::Reply(Expected {
                exact: exact.map(|exact| exact.as_bytes().to_vec()),
                words: words.to_owned(),
            })
        };
        assert_eq!(
            of(
                reply(Some("530 denied\r\n"), r#"the message "530 denied""#),
                Some(3),
                Some(Duration::from_millis(4200)),
                0
            ),
            r#"step 6 of 9 waits 4.9s for the message "530 denied": 3 of 12 bytes so far, the last received 4.2s ago"#
        );
        assert_eq!(
            of(reply(None, "a message that \x1b"), Some(1), None, 2),
            "finally, branch 2, step 6 of 9 (client a\\x1b) waits 4.9s for a message that \\x1b: 1 byte so far, nothing ever received"
        );
        assert_eq!(
            of(Awaited::Taken(70), Some(1), None, 0),
            "step 6 of 9 waits 4.9s for 70 bytes to be taken"
        );
        assert_eq!(
            of(Awaited::Turn, None, None, 0),
            "step 6 of 9 has not begun"
        );
        assert!(of(reply(None, &"x".repeat(999)), None, None, 0).len() < 200);
    }
}
