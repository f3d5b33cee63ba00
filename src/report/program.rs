//! What a report tells of a program under test: what it did beside the conversation, and what it printed.

use super::Palette;
use super::palette::paint;
use super::text::{LINE, head, words};
use crate::player::ProgramFault;
use crate::runner::{ProgramNews, Replayed};

/// How many lines of what a program printed are shown, the last ones.
const MAX_LINES: usize = 12;

/// The one line that says what happened.
pub(super) fn title(fault: &ProgramFault) -> String {
    match fault {
        ProgramFault::NotReady { .. } => "the program under test is not ready".into(),
        ProgramFault::Ended { how, .. } => format!("the program under test ended: {how}"),
        ProgramFault::EndedBadly { how } => {
            format!("the program under test crashed when it was to end: {how}")
        }
        ProgramFault::Reported { .. } => "the program under test reported a crash".into(),
        ProgramFault::Unhealthy { since: None } => "the health check failed after this".into(),
        ProgramFault::Unhealthy { .. } => "the health check was failing already".into(),
    }
}

/// The reason in detail.
pub(super) fn because(fault: &ProgramFault) -> Option<String> {
    match fault {
        ProgramFault::NotReady { message, .. } => Some(words(message)),
        ProgramFault::Ended {
            passed: false,
            heard: false,
            ..
        } => Some("it had said nothing in this conversation".into()),
        ProgramFault::Ended { passed: false, .. } => {
            Some("it went before the conversation was over".into())
        }
        ProgramFault::Ended { .. }
        | ProgramFault::EndedBadly { .. }
        | ProgramFault::Unhealthy { since: None } => Some("all steps had passed".into()),
        ProgramFault::Unhealthy { since: Some(since) } => Some(format!(
            "all steps had passed; it has failed since {}",
            words(since)
        )),
        ProgramFault::Reported { line } => Some(format!(
            "all steps had passed, and it printed: {}",
            head(line, line.len(), LINE)
        )),
    }
}

/// One line of advice.
pub(super) fn advice(fault: &ProgramFault) -> String {
    match fault {
        ProgramFault::NotReady { help, .. } => words(help),
        ProgramFault::Ended { others: 1.., .. } => {
            "a server outlives its clients: what it printed last is below, and one of the conversations that were going on led to it".into()
        }
        ProgramFault::Ended { passed: false, heard: false, .. } => {
            "what it died of may have been said here, or by the case before: what it printed last is below".into()
        }
        ProgramFault::Ended { .. }
        | ProgramFault::EndedBadly { .. }
        | ProgramFault::Reported { .. } => {
            "a server outlives its clients: what it printed last is below, and the conversation above led to it".into()
        }
        ProgramFault::Unhealthy { since: Some(_) } => {
            "what broke the target came before this case, or was played beside it: `-j 1` plays one after the other".into()
        }
        ProgramFault::Unhealthy { since: None } => {
            "this conversation left the target so that the health check fails, which is below".into()
        }
    }
}

/// What the program did and printed while a failed case was played; empty where that is nothing. Ends with a line end.
pub fn render_program(news: &ProgramNews, palette: &Palette) -> String {
    let mut shown = String::new();
    let mut row = |label: &str, line: String| {
        let label = paint(palette.label, format!("{label:<18}"));
        shown.push_str(&format!("  {label}{line}\n"));
    };
    if let Some(replayed) = &news.replayed {
        row("played twice", self::replayed(replayed));
    }
    if let Some(ended) = &news.ended {
        row(
            "program",
            format!("{} ended: {}", words(&news.command), words(ended)),
        );
        let others = match news.others {
            0 => None,
            1 => Some(
                "another case was being played with it: `-j 1` tells which led to it".to_owned(),
            ),
            n => Some(format!(
                "{n} other cases were being played with it: `-j 1` tells which led to it"
            )),
        };
        others.into_iter().for_each(|others| row("", others));
    }
    for (label, bytes) in [("stdout", &news.stdout), ("stderr", &news.stderr)] {
        for (n, line) in last_lines(bytes).into_iter().enumerate() {
            row(if n == 0 { label } else { "" }, line);
        }
    }
    shown
}

/// Why a case was played again, and what that means.
pub(super) fn replayed(replayed: &Replayed) -> String {
    let sent = match replayed.sent {
        true => "what had been sent by then was sent again, with a new one",
        false => "nothing had been sent by then",
    };
    format!(
        "the program before had ended without an answer ({}); {sent}",
        words(&replayed.ended)
    )
}

/// The last lines of what a program printed, fit to be shown.
pub fn last_lines(bytes: &[u8]) -> Vec<String> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if text.is_empty() {
        return Vec::new();
    }
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let left_out = lines.len().saturating_sub(MAX_LINES);
    let mut shown = Vec::new();
    if left_out > 0 {
        shown.push(format!("… {left_out} lines before"));
    }
    let cut = |line: &&[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        head(line, line.len(), LINE)
    };
    shown.extend(lines.iter().skip(left_out).map(cut));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_shown_and_nothing_in_them_is_raw() {
        let news = ProgramNews {
            command: "./server\x1b {port}".into(),
            ended: Some("signal 11, SIGSEGV".into()),
            others: 0,
            replayed: None,
            stdout: b"hello\x1b[31m\r\n".to_vec(),
            stderr: (0..20)
                .flat_map(|n| format!("line {n}\n").into_bytes())
                .collect(),
        };
        let shown = render_program(&news, &Palette::plain());
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines[0],
            "  program           ./server\\x1b {port} ended: signal 11, SIGSEGV"
        );
        assert_eq!(lines[1], "  stdout            hello\\x1b[31m");
        assert_eq!(lines[2], "  stderr            … 8 lines before");
        assert_eq!(lines[3], "                    line 8");
        assert_eq!(lines.len(), 15);
        assert_eq!(last_lines(b""), [""; 0]);
    }
}
