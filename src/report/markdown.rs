//! Markdown, for summaries of jobs and for comments: the count, and each failure in full under its id.

use std::io::{Read, Seek, Write};
use std::time::Duration;

use super::log::{LogError, ResultKind, RunLog};
use super::summary::{counts, several};

/// How many failures are shown in full; the others are named.
const IN_FULL: usize = 50;

/// How many bytes a report has before failures are only named: 512 KiB. A summary of GitHub may have twice as many.
const MAX: usize = 512 << 10;

/// How many cases are named where they are not shown.
const NAMED: usize = 1000;

/// Writes the report.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub(super) fn markdown(
    log: &mut RunLog<impl Read + Seek>,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let totals = log.totals();
    let sign = match (totals.failed, totals.unfinished) {
        (0, 0) => "✅",
        _ => "❌",
    };
    writeln!(out, "## {sign} backchat: {}\n", counts(&totals))?;
    let elapsed = log.elapsed_us.map_or_else(
        || "broke off".to_owned(),
        |us| format!("{:.1} s", Duration::from_micros(us).as_secs_f64()),
    );
    writeln!(
        out,
        "{} · {elapsed} · {}",
        plain(&log.started.target),
        match log.started.seeds.is_empty() {
            true => format!("seed `{}`", plain(&log.started.seed)),
            false => plain(&log.started.seed_in_words()),
        }
    )?;
    let suites = several(log.by_suite());
    if !suites.is_empty() {
        writeln!(out)?;
    }
    for (name, totals) in suites {
        writeln!(out, "- {}: {}", plain(&name), counts(&totals))?;
    }
    let (mut shown, mut size, mut named) = (0, 0, Vec::new());
    for case in log.cases.clone() {
        if case.result != ResultKind::Failed {
            continue;
        }
        let record = log.record(&case)?;
        let Some(failure) = record
            .failure
            .filter(|failure| shown < IN_FULL && size + failure.text.len() <= MAX)
        else {
            named.push(case.id);
            continue;
        };
        shown += 1;
        size += failure.text.len();
        let fence = fence(&failure.text);
        let name =
            (record.name.as_deref()).map_or(String::new(), |name| format!(" ({})", plain(name)));
        writeln!(
            out,
            "\n<details{}><summary>{}{name}: {}</summary>\n\n{fence}text\n{}{fence}\n\n</details>",
            if shown == 1 { " open" } else { "" },
            plain(&case.id),
            plain(&failure.headline()),
            failure.text
        )?;
    }
    list("more failed", &named, out)?;
    let flaky = log
        .cases
        .iter()
        .filter(|case| case.is_flaky())
        .map(|case| case.id.clone());
    list(
        "passed only when tried again",
        &flaky.collect::<Vec<_>>(),
        out,
    )?;
    let cancelled = (log.cases.iter()).filter(|case| case.result == ResultKind::Cancelled);
    let cancelled = cancelled.map(|case| (case.number, case.id.clone()));
    let open = log.unfinished.iter();
    let open = open.map(|case| (case.number, case.id.clone()));
    let mut open: Vec<_> = cancelled.chain(open).collect();
    open.sort_unstable();
    let open: Vec<String> = open.into_iter().map(|(_, id)| id).collect();
    list("never finished", &open, out)
}

fn list(title: &str, ids: &[String], out: &mut dyn Write) -> Result<(), LogError> {
    if ids.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n**{} {title}:**\n", ids.len())?;
    for id in ids.iter().take(NAMED) {
        writeln!(out, "- {}", plain(id))?;
    }
    if ids.len() > NAMED {
        writeln!(out, "- … and {} more", ids.len() - NAMED)?;
    }
    Ok(())
}

/// A fence that is longer than any in the text.
fn fence(text: &str) -> String {
    let mut longest = 0;
    for run in text.split(|c| c != '`') {
        longest = longest.max(run.len());
    }
    "`".repeat((longest + 1).max(3))
}

/// Text in which nothing is markup.
fn plain(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                shown.push('\\');
                shown.push(c);
            }
            c if c.is_control() => shown.push(' '),
            c => shown.push(c),
        }
    }
    shown
}
