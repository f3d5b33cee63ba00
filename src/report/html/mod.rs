//! The page: one file without a network, which a browser opens from disk.
//!
//! The run's data stands in it as JSON that a script turns into text nodes when somebody looks; nothing a peer has said is
//! ever read as HTML. `<` and `>` are escaped in the JSON, and a Content-Security-Policy lets this one script run, by its hash, and
//! nothing load.

use std::borrow::Cow;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr2_iter;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::form::{Case, Form};
use super::log::{CaseRecord, Overview, ResultKind, Totals, write_json};
use super::rounds::Rounds;
use super::summary::counts;
use crate::wire::escape_words;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// How many bytes of conversations a page has: 16 MiB. What does not fit is named, and shown without its details.
const MAX_DETAILS: usize = 16 << 20;

/// What the list shows of a case.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    n: u64,
    id: Cow<'a, str>,
    file: String,
    state: &'static str,
    us: Option<u64>,
    title: Option<String>,
    /// The scenario's name, where the title is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Whether there are details to be opened.
    more: bool,
}

/// What the list says of a case that only its records know.
struct Title {
    title: Option<String>,
    /// The scenario's name, where the title is another.
    name: Option<String>,
    /// Whether there are details to be opened.
    more: bool,
}

/// The page.
pub(super) struct Page<'a> {
    /// The failures that a browser without scripts shows.
    first: &'a [CaseRecord],
    /// How many bytes of details may still come.
    room: usize,
    /// What the list says of each case.
    titles: Vec<Title>,
}

impl<'a> Page<'a> {
    /// A page. `first` are the first failures.
    pub(super) const fn new(first: &'a [CaseRecord]) -> Self {
        Self {
            first,
            room: MAX_DETAILS,
            titles: Vec::new(),
        }
    }
}

impl Form for Page<'_> {
    fn begin(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        head(run, &run.totals(), out)?;
        for program in &run.programs {
            let (title, text) = (escape(&program.title), escape(&program.text));
            writeln!(out, "<h2>{title}</h2><pre>{text}</pre>")?;
        }
        out.write_all(
            b"<noscript>\n<p>Without scripts, this page shows its first failures as text.</p>\n",
        )?;
        let rounds = Rounds::of(&run.header);
        for record in self.first {
            let text = (record.failure.as_ref()).map_or("", |failure| &*failure.text);
            let id = rounds.name(record.number, &record.id);
            let (id, text) = (escape(&id), escape(text));
            writeln!(out, "<h2>{id}</h2><pre>{text}</pre>")?;
        }
        out.write_all(b"</noscript>\n</main>\n")
    }

    fn case(&mut self, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()> {
        let CaseRecord {
            failure,
            reason,
            name,
            ..
        } = &case.last;
        let title = failure.as_ref().map(|failure| failure.headline());
        let title = title.or_else(|| reason.clone());
        let title = title.or_else(|| {
            let is_cancelled = case.last.result == ResultKind::Cancelled;
            is_cancelled.then(|| case.last.cancelled_in_words())
        });
        let details = (case.earlier.iter().chain([&case.last]))
            .any(|record| record.failure.is_some() || record.talk.is_some());
        self.titles.push(match title {
            Some(_) => Title {
                title,
                name: name.clone(),
                more: details,
            },
            None => Title {
                title: name.clone(),
                name: None,
                more: details,
            },
        });
        if !details {
            return Ok(());
        }
        let json = embedded(&[&b"["[..], &case.json().join(&b","[..]), b"]"]);
        if json.len() > self.room {
            return Ok(());
        }
        self.room -= json.len();
        let number = case.played.number;
        write!(out, "<script type=\"application/json\" id=\"c{number}\">")?;
        out.write_all(&json)?;
        out.write_all(b"</script>\n")
    }

    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        list(run, std::mem::take(&mut self.titles), out)?;
        writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
    }
}

fn head(run: &Overview, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    let title = match (totals.failed, totals.unfinished) {
        (0, 0) if !run.programs.is_empty() => {
            "All cases passed, but not the program under test".to_owned()
        }
        (0, 0) => "All passed".to_owned(),
        (0, open) => format!("{open} of {} not finished", totals.selected),
        (failed, _) => format!("{failed} of {} failed", totals.selected),
    };
    let elapsed = run.elapsed_us.map_or_else(
        || "broke off".to_owned(),
        |us| {
            format!(
                "{:.1} s",
                std::time::Duration::from_micros(us).as_secs_f64()
            )
        },
    );
    let style = hash(STYLE);
    let script = hash(SCRIPT);
    let facts = [
        counts(totals),
        elapsed,
        run.started.target.clone(),
        run.started.seed_in_words(),
        run.header.program.clone(),
    ];
    let mut buttons = String::new();
    let flaky = totals.flaky;
    for (state, name, count) in [
        ("all", "All", totals.selected),
        ("failed", "Failed", totals.failed),
        ("flaky", "Flaky", flaky),
        ("passed", "Passed", totals.passed - flaky),
        ("skipped", "Skipped", totals.skipped),
        ("unfinished", "Unfinished", totals.unfinished),
    ] {
        if count > 0 || state == "all" {
            buttons.push_str(&format!(
                "<button type=\"button\" data-state=\"{state}\" aria-pressed=\"false\">{name} <b>{count}</b></button>\n"
            ));
        }
    }
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{script}'; \
         style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · backchat</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <p class=\"dim\">{facts}</p>\n</header>\n<main>\n<div class=\"bar\" role=\"search\">\n{buttons}\
         <input id=\"filter\" type=\"search\" aria-label=\"Filter by id, name or file\" placeholder=\"Filter by id, name or file\">\n\
         <span id=\"status\" class=\"dim\" role=\"status\"></span>\n</div>\n<ul id=\"list\"></ul>\n\
         <p><button type=\"button\" id=\"more\" hidden>Show more</button></p>\n",
        title = escape(&title),
        facts = escape(&facts.join(" · ")),
    )?;
    Ok(())
}

/// What the list is made of.
fn list(run: &Overview, titles: Vec<Title>, out: &mut dyn Write) -> io::Result<()> {
    let rounds = Rounds::of(&run.header);
    let over = run
        .cases
        .iter()
        .zip(titles)
        .map(|(case, Title { title, name, more })| Entry {
            n: case.number,
            id: rounds.name(case.number, &case.id),
            file: case.file(),
            state: match case.result {
                _ if case.is_flaky() => "flaky",
                ResultKind::Passed => "passed",
                ResultKind::Failed => "failed",
                ResultKind::Skipped => "skipped",
                ResultKind::Cancelled => "unfinished",
            },
            us: (case.result != ResultKind::Skipped).then_some(case.elapsed_us),
            title,
            name,
            more,
        });
    let open = run.unfinished.iter().map(|case| Entry {
        n: case.number,
        id: rounds.name(case.number, &case.id),
        file: escape_words(&case.file).to_string(),
        state: "unfinished",
        us: None,
        title: Some(case.in_words()),
        name: None,
        more: false,
    });
    let mut cases: Vec<Entry<'_>> = over.chain(open).collect();
    cases.sort_by_key(|entry| entry.n);
    out.write_all(b"<script type=\"application/json\" id=\"run\">{\"cases\":")?;
    let mut json = Vec::new();
    write_json(&cases, false, &mut json)?;
    out.write_all(&embedded(&[&json]))?;
    out.write_all(b"}</script>\n")
}

/// JSON that stands in a page: no `<` or `>` in it, so that nothing can end the element or begin a comment.
fn embedded(json: &[&[u8]]) -> Vec<u8> {
    let mut safe = Vec::with_capacity(json.iter().map(|part| part.len()).sum());
    for part in json {
        let mut plain_from = 0;
        for at in memchr2_iter(b'<', b'>', part) {
            safe.extend_from_slice(&part[plain_from..at]);
            let escaped: &[u8] = if part[at] == b'<' {
                b"\\u003c"
            } else {
                b"\\u003e"
            };
            safe.extend_from_slice(escaped);
            plain_from = at + 1;
        }
        safe.extend_from_slice(&part[plain_from..]);
    }
    safe
}

/// Text that stands in a page.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // HTML has no way to write it.
            '\0' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// The hash of a style or a script, as a Content-Security-Policy names it.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}
