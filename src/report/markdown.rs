//! Markdown, for summaries of jobs and for comments: the count, and each failure in full under its id.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use super::form::{Case, Form};
use super::log::{FailureRecord, Overview, Played, ResultKind};
use super::rounds::Rounds;
use super::summary::{counts, several};
use super::told::Told;

/// How many failures are shown in full; the others are named.
const IN_FULL: usize = 50;

/// How many bytes a report has before failures are only named: 512 KiB. A summary of GitHub may have twice as many.
const MAX: usize = 512 << 10;

/// How many cases are named where they are not shown.
const NAMED: usize = 1000;

/// The report.
#[derive(Default)]
pub(super) struct Markdown {
    /// The numbers of the cases that are shown in full.
    shown: BTreeSet<u64>,
    /// How many bytes their failures have.
    size: usize,
    /// What is told once.
    told: Told,
    rounds: Rounds,
    /// What is told of cases of which it was told before, by number.
    instead: BTreeMap<u64, String>,
    /// What was cancelled and what it waited for, by number.
    open: BTreeMap<u64, String>,
}

impl Form for Markdown {
    fn begin(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        self.rounds = Rounds::of(&run.header);
        let totals = run.totals();
        let sign = match (totals.failed, totals.unfinished) {
            (0, 0) if run.programs.is_empty() => "✅",
            _ => "❌",
        };
        writeln!(out, "## {sign} backchat: {}\n", counts(&totals))?;
        let elapsed = run.elapsed_us.map_or_else(
            || "broke off".to_owned(),
            |us| format!("{:.1} s", Duration::from_micros(us).as_secs_f64()),
        );
        writeln!(
            out,
            "{} · {elapsed} · {}",
            plain(&run.started.target),
            match run.started.seeds.is_empty() {
                true => format!("seed `{}`", plain(&run.started.seed)),
                false => plain(&run.started.seed_in_words()),
            }
        )?;
        let suites = several(run.by_suite());
        if !suites.is_empty() {
            writeln!(out)?;
        }
        for (name, totals) in suites {
            writeln!(out, "- {}: {}", plain(&name), counts(&totals))?;
        }
        for program in run.programs.iter().take(IN_FULL) {
            let (title, text) = (plain(&program.title), &program.text);
            let fence = fence(text);
            writeln!(out, "\n**{title}**\n\n{fence}text\n{text}{fence}")?;
        }
        Ok(())
    }

    fn case(&mut self, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()> {
        let (record, played) = (&case.last, case.played);
        // Not of those that come when nothing more is wanted: whether they do depends on what else is made.
        if played.result == ResultKind::Cancelled && self.goes_on() {
            self.open.insert(played.number, record.cancelled_in_words());
        }
        let room = |failure: &&FailureRecord| {
            played.result == ResultKind::Failed
                && self.goes_on()
                && self.size + failure.text.len() <= MAX
        };
        let Some(failure) = record.failure.as_deref().filter(room) else {
            return Ok(());
        };
        if let Some(instead) = self.told.instead(&played.id, failure) {
            self.instead.insert(played.number, instead);
            return Ok(());
        }
        self.shown.insert(played.number);
        self.size += failure.text.len();
        let fence = fence(&failure.text);
        let name =
            (record.name.as_deref()).map_or(String::new(), |name| format!(" ({})", plain(name)));
        writeln!(
            out,
            "\n<details{}><summary>{}{name}: {}</summary>\n\n{fence}text\n{}{fence}\n\n</details>",
            if self.shown.len() == 1 { " open" } else { "" },
            plain(&self.rounds.name(played.number, &played.id)),
            plain(&failure.headline()),
            failure.text
        )
    }

    fn goes_on(&self) -> bool {
        self.shown.len() < IN_FULL
    }

    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        let name = |number: u64, id: &str| self.rounds.name(number, id).into_owned();
        let is = |kind| move |case: &&Played| case.result == kind;
        let failed = run.cases.iter().filter(is(ResultKind::Failed));
        let named = failed.filter(|case| !self.shown.contains(&case.number));
        let named: Vec<String> = named
            .map(|case| match self.instead.get(&case.number) {
                Some(instead) => format!("{}: {instead}", name(case.number, &case.id)),
                None => name(case.number, &case.id),
            })
            .collect();
        list("more failed", named.iter().map(String::as_str), out)?;
        let flaky = run.cases.iter().filter(|case| case.is_flaky());
        let title = "passed only when tried again";
        let flaky: Vec<String> = flaky.map(|case| name(case.number, &case.id)).collect();
        list(title, flaky.iter().map(String::as_str), out)?;
        let cancelled = run.cases.iter().filter(is(ResultKind::Cancelled));
        let cancelled = cancelled.map(|case| {
            let why = self
                .open
                .get(&case.number)
                .map_or("cancelled", String::as_str);
            (
                case.number,
                format!("{}: {why}", name(case.number, &case.id)),
            )
        });
        let open = run.unfinished.iter();
        let open = open.map(|case| {
            let id = name(case.number, &case.id);
            (case.number, format!("{id}: {}", case.in_words()))
        });
        let mut open: Vec<(u64, String)> = cancelled.chain(open).collect();
        open.sort_unstable();
        list(
            "not played to their end",
            open.iter().map(|(_, case)| &**case),
            out,
        )
    }
}

fn list<'a>(
    title: &str,
    ids: impl Iterator<Item = &'a str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ids: Vec<&str> = ids.collect();
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
