//! The steps of a conversation, a line each: the language of inputs for `conversation`.

use std::fmt::Write as _;
use std::time::Duration;

use super::quoting::quoted;
use crate::wire::LineEnding;

/// How long after a round of a `retry` the next one begins.
pub(super) const ROUND: Duration = Duration::from_millis(3);

/// How deep steps and conditions are nested at most.
const MAX_DEPTH: usize = 6;

/// The text of a scenario with these steps; without an ending it is raw.
pub(super) fn scenario(ending: Option<LineEnding>, limit: usize, steps: &[u8]) -> String {
    let framing = match ending {
        None => format!(r#"{{"raw":{{"max_message":{limit}}}}}"#),
        Some(ending) => {
            let ending = match ending {
                LineEnding::Lf => "lf",
                LineEnding::CrLf => "crlf",
                LineEnding::Either => "either",
            };
            format!(r#"{{"line":{{"ending":"{ending}","max_message":{limit}}}}}"#)
        }
    };
    let steps: Vec<String> = steps
        .split(|&byte| byte == b'\n')
        .filter_map(|line| step(line, MAX_DEPTH))
        .collect();
    format!(
        r#"{{"framing":{framing},"vars":{{"n":0}},"steps":[{}]}}"#,
        steps.join(",\n")
    )
}

/// One step: a sign for what it does, then its value, in which `|` is a line feed.
///
/// | sign | step |
/// | --- | --- |
/// | `>` `)` | sends a message, bytes |
/// | `<` | expects a message: exactly the value, or what the sign of a condition before the value says |
/// | `=` | the same for the next unread bytes |
/// | `.` | expects the close |
/// | `-` `x` `c` | closes the write half, closes, connects |
/// | `s` `w` | expects silence, waits |
/// | `v` `a` | sets `n` to the expression, asserts the expression |
/// | `i` | the expression up to `;`, and the step after that, which is played if it is true |
/// | `r` | plays the steps after it, with `;` between them, until they pass |
/// | `p` | plays the steps before and after `^` at the same time, with `;` between them |
/// | `3`…`9` | repeats the step after it so many times |
fn step(line: &[u8], depth: usize) -> Option<String> {
    let (&sign, value) = line.split_first()?;
    Some(match sign {
        b'>' => format!(r#"{{"send":{}}}"#, payload(value)),
        b')' => format!(r#"{{"send_bytes":{}}}"#, payload(value)),
        b'<' => format!(r#"{{"expect":{}}}"#, matcher(value, depth)),
        b'=' => format!(r#"{{"expect_bytes":{}}}"#, matcher(value, depth)),
        b'.' => r#"{"expect_close":"clean"}"#.into(),
        b'-' => r#"{"close":"write"}"#.into(),
        b'x' => r#"{"close":"clean"}"#.into(),
        b'c' => r#"{"connect":true}"#.into(),
        b's' => r#"{"expect_silence":"5ms"}"#.into(),
        b'w' => r#"{"wait":"5ms"}"#.into(),
        b'v' => format!(r#"{{"set":{{"n":{}}}}}"#, expression(value)),
        b'a' => format!(r#"{{"assert":{}}}"#, expression(value)),
        b'i' if depth > 0 => {
            let at = value.iter().position(|&byte| byte == b';')?;
            let (when, inner) = (value.get(..at)?, step(value.get(at + 1..)?, depth - 1)?);
            let inner = inner.strip_suffix('}')?;
            format!(r#"{inner},"when":{}}}"#, expression(when))
        }
        b'r' if depth > 0 => format!(
            r#"{{"retry":[{}],"every":"{}ms","within":"50ms"}}"#,
            steps(value, depth - 1)?,
            ROUND.as_millis()
        ),
        b'p' if depth > 0 => {
            let at = value.iter().position(|&byte| byte == b'^')?;
            let one = steps(value.get(..at)?, depth - 1)?;
            let other = steps(value.get(at + 1..)?, depth - 1)?;
            format!(r#"{{"parallel":[[{one}],[{other}]]}}"#)
        }
        b'3'..=b'9' if depth > 0 => {
            let times = sign - b'0';
            format!(
                r#"{{"repeat":[{}],"times":{times}}}"#,
                step(value, depth - 1)?
            )
        }
        _ => return None,
    })
}

/// Steps with `;` between them.
fn steps(value: &[u8], depth: usize) -> Option<String> {
    let steps = value.split(|&byte| byte == b';');
    let steps: Option<Vec<_>> = steps.map(|inner| step(inner, depth)).collect();
    Some(steps?.join(","))
}

/// A string that is one expression.
fn expression(value: &[u8]) -> String {
    quoted(&format!("{{{{ {} }}}}", String::from_utf8_lossy(value)))
}

/// A condition: a sign, then its value; without a sign, exactly these bytes.
///
/// | sign | condition |
/// | --- | --- |
/// | `[` `]` `~` `/` `#` `?` | begins with, ends with, contains, pattern, so many bytes as the next character says (`5`), anything |
/// | `!` `$` | not the condition after it; the condition after it, kept as `kept` |
/// | `&` `,` | both conditions, one of the conditions: what stands before and after the next such sign |
fn matcher(value: &[u8], depth: usize) -> String {
    let Some((&sign, rest)) = value.split_first() else {
        return payload(value);
    };
    match sign {
        _ if depth == 0 => payload(value),
        b'[' => format!(r#"{{"prefix":{}}}"#, payload(rest)),
        b']' => format!(r#"{{"suffix":{}}}"#, payload(rest)),
        b'~' => format!(r#"{{"contains":{}}}"#, payload(rest)),
        b'/' => format!(
            r#"{{"regex":{}}}"#,
            quoted(&String::from_utf8_lossy(rest).replace('|', "\\n"))
        ),
        b'#' => format!(
            r#"{{"length":{}}}"#,
            rest.first().map_or(1, |byte| byte.wrapping_sub(b'0') & 63)
        ),
        b'?' => r#"{"any":true}"#.into(),
        b'!' => format!(r#"{{"not":{}}}"#, matcher(rest, depth - 1)),
        b'$' => format!(
            r#"{{"all":[{}],"capture":"kept"}}"#,
            matcher(rest, depth - 1)
        ),
        b'&' | b',' => {
            let key = if sign == b'&' { "all" } else { "one_of" };
            let mut both = rest.splitn(2, |&byte| byte == sign);
            let mut list = String::new();
            let _ = write!(
                list,
                "{}",
                matcher(both.next().unwrap_or_default(), depth - 1)
            );
            if let Some(second) = both.next() {
                let _ = write!(list, ",{}", matcher(second, depth - 1));
            }
            format!(r#"{{"{key}":[{list}]}}"#)
        }
        _ => payload(value),
    }
}

/// A payload: text with templates, or hexadecimal where it is no text.
fn payload(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => quoted(&text.replace('|', "\n")),
        Err(_) => {
            let digits: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
            format!(r#"{{"hex":"{digits}"}}"#)
        }
    }
}
