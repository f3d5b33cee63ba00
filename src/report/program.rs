//! What a report tells of a program under test: what it did beside the conversation, and what it printed.

use super::Palette;
use super::palette::paint;
use super::text::{LINE, head, words};
use crate::player::ProgramFault;
use crate::runner::{ProgramNews, Replayed, Suspects};

/// How many of the first lines of what a program printed are shown: a stack trace begins with why there is one.
const FIRST_LINES: usize = 4;

/// How many of the last lines are shown.
const LAST_LINES: usize = 8;

/// The one line that says what happened.
pub(super) fn title(fault: &ProgramFault) -> String {
    match fault {
        ProgramFault::NotReady { .. } => "the program under test is not ready".into(),
        ProgramFault::Ended { how, .. } => format!("the program under test ended: {how}"),
        ProgramFault::EndedBadly { how } => {
            format!("the program under test crashed when it was to end: {how}")
        }
        ProgramFault::Killed { how } => {
            format!(
                "the program under test was killed when it was to end, and not by backchat: {how}"
            )
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
        | ProgramFault::Killed { .. }
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
        ProgramFault::Ended { .. }
        | ProgramFault::EndedBadly { .. }
        | ProgramFault::Reported { .. } => {
            "a server outlives its clients: what it printed last is below, and which conversations may have led to it".into()
        }
        ProgramFault::Killed { .. } => {
            "does it end its own group with `kill -9 0`? It need not: backchat asks all of the group to end. The system kills, too, where memory runs out, and its log says so (`dmesg`)".into()
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
    }
    if let Some(case) = &news.ailing {
        row(
            "not well",
            format!("its health check had failed since {}", words(case)),
        );
    }
    if let Some(suspects) = &news.suspects {
        row("suspects", self::suspects(suspects));
    }
    for (label, bytes) in [("stdout", &news.stdout), ("stderr", &news.stderr)] {
        for (n, line) in some_lines(bytes).into_iter().enumerate() {
            row(if n == 0 { label } else { "" }, line);
        }
    }
    shown
}

/// Which conversations may have led to what a program did, and how to find out.
fn suspects(suspects: &Suspects) -> String {
    let before = match suspects.before {
        1 => "the conversation before it".to_owned(),
        n => format!("the {n} conversations before it"),
    };
    let beside = match suspects.beside {
        1 => "another that was being played beside it".to_owned(),
        n => format!("{n} others that were being played beside it"),
    };
    // It is a conversation, too, and one that is shown only where it fails.
    let or_check = |of: &str| match suspects.checked {
        true => format!(", or the health check after {of}"),
        false => String::new(),
    };
    let (or_its, or_one) = (or_check("it"), or_check("one of them"));
    match (suspects.beside, suspects.before) {
        (_, 0) if !suspects.told => {
            "none: nothing was played with this program since it was ready".into()
        }
        (_, 1) if !suspects.told => {
            format!("the one conversation that was played with it{or_its}")
        }
        (_, n) if !suspects.told => format!(
            "the {n} conversations that were played with it{or_one}: `--fresh` plays each with a program of its own"
        ),
        _ if suspects.twice => {
            format!("this case{or_its}: two programs have ended in it without an answer")
        }
        (0, 0) if suspects.checked => {
            format!("this case{or_its}: play it once without `--health`")
        }
        (0, 0) => {
            "this case alone: nothing else was played with this program since it was ready".into()
        }
        (0, _) => format!(
            "this case, and {before}{or_one}: play this one alone, or each with a program of its own (`--fresh`)"
        ),
        (_, 0) => format!("this case, and {beside}{or_one}: `-j 1` plays one after the other"),
        _ => format!(
            "this case, {beside}, and {before}{or_one}: `-j 1` plays one after the other, `--fresh` each with a program of its own"
        ),
    }
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

/// The first and the last lines of what a program printed, fit to be shown.
pub fn some_lines(bytes: &[u8]) -> Vec<String> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if text.is_empty() {
        return Vec::new();
    }
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let cut = |line: &&[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // The frames of a stack trace are indented by one.
        match line.strip_prefix(b"\t") {
            Some(rest) => format!("    {}", head(rest, rest.len(), LINE)),
            None => head(line, line.len(), LINE),
        }
    };
    match lines.len().checked_sub(FIRST_LINES + LAST_LINES) {
        // A line that says that one is left out takes as much room as that one.
        None | Some(0 | 1) => lines.iter().map(cut).collect(),
        Some(left_out) => {
            let first = lines.iter().take(FIRST_LINES).map(cut);
            let last = lines.iter().skip(FIRST_LINES + left_out).map(cut);
            let between = format!("… {left_out} lines");
            first.chain([between]).chain(last).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_lines_are_shown_and_nothing_in_them_is_raw() {
        let news = ProgramNews {
            command: "./server\x1b {port}".into(),
            ended: Some("signal 11, SIGSEGV".into()),
            ailing: None,
            suspects: None,
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
        assert_eq!(lines[2], "  stderr            line 0");
        assert_eq!(lines[5], "                    line 3");
        assert_eq!(lines[6], "                    … 8 lines");
        assert_eq!(lines[7], "                    line 12");
        assert_eq!(lines.len(), 15);
        assert_eq!(some_lines(b""), [""; 0]);
        let all: String = (0..13).map(|n| format!("{n}\n")).collect();
        assert_eq!(some_lines(all.as_bytes()).len(), 13, "all of them");
        assert_eq!(some_lines(b"\tat Server\t7"), [r"    at Server\t7"]);
    }

    #[test]
    fn who_may_have_led_to_a_crash_is_said_as_far_as_it_is_known() {
        let row = |suspects| {
            let news = ProgramNews {
                command: "./server".into(),
                ended: None,
                ailing: None,
                suspects: Some(suspects),
                replayed: None,
                stdout: Vec::new(),
                stderr: Vec::new(),
            };
            let shown = render_program(&news, &Palette::plain());
            let shown = shown.strip_prefix("  suspects          ");
            shown.unwrap_or_default().to_owned()
        };
        for (before, words) in [
            (0, "none: nothing was played"),
            (1, "the one conversation that was"),
            (7, "the 7 conversations that were played with it: `--fresh`"),
        ] {
            let shown = row(Suspects {
                before,
                ..Suspects::default()
            });
            assert!(shown.starts_with(words), "{shown}");
        }
        for (beside, before, twice, words) in [
            (0, 0, false, "this case alone: nothing else was played with"),
            (0, 3, true, "this case: two programs have ended in it"),
            (
                0,
                1,
                false,
                "this case, and the conversation before it: play",
            ),
            (
                0,
                12,
                false,
                "this case, and the 12 conversations before it: play",
            ),
            (
                1,
                0,
                false,
                "this case, and another that was being played beside it: `-j 1`",
            ),
            (
                2,
                12,
                false,
                "this case, 2 others that were being played beside it, and the 12 conversations before it: `-j 1`",
            ),
        ] {
            let shown = row(Suspects {
                told: true,
                beside,
                before,
                checked: false,
                twice,
            });
            assert!(shown.starts_with(words), "{shown}");
            assert!(!shown.contains("health"), "{shown}");
        }
    }

    #[test]
    fn a_health_check_is_a_suspect_too() {
        for (told, beside, before, twice, words) in [
            (
                false,
                0,
                1,
                false,
                "the one conversation that was played with it, or the health check after it",
            ),
            (
                false,
                0,
                7,
                false,
                "the 7 conversations that were played with it, or the health check after one of them: `--fresh` plays",
            ),
            (
                true,
                0,
                0,
                false,
                "this case, or the health check after it: play it once without `--health`",
            ),
            (
                true,
                0,
                3,
                true,
                "this case, or the health check after it: two programs",
            ),
            (
                true,
                0,
                1,
                false,
                "this case, and the conversation before it, or the health check after one of them: play",
            ),
            (
                true,
                1,
                0,
                false,
                "this case, and another that was being played beside it, or the health check after one of them: `-j 1`",
            ),
            (
                true,
                2,
                9,
                false,
                "this case, 2 others that were being played beside it, and the 9 conversations before it, or the health check after one of them: `-j 1`",
            ),
        ] {
            let shown = suspects(&Suspects {
                told,
                beside,
                before,
                checked: true,
                twice,
            });
            assert!(shown.starts_with(words), "{shown}");
        }
    }
}
