//! The page: one file without a network, which a browser opens from disk.
//!
//! The run's data stands in it as JSON that a script turns into text nodes when somebody looks; nothing a peer has said is
//! ever read as HTML. `<` and `>` are escaped in the JSON, and a Content-Security-Policy lets this one script run, by its hash, and
//! nothing load.

use std::io::{Read, Seek, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::log::{CaseRecord, LogError, Played, ResultKind, RunLog, Totals, write_json};
use super::summary::counts;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// How many bytes of conversations a page has: 16 MiB. What does not fit is named, and shown without its details.
const MAX_DETAILS: usize = 16 << 20;

/// How many failures stand in the page in full for a browser without scripts.
const WITHOUT_SCRIPT: usize = 20;

/// What the list shows of a case.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    n: u64,
    id: &'a str,
    state: &'static str,
    us: Option<u64>,
    title: Option<String>,
    /// Whether there are details to be opened.
    more: bool,
}

/// Writes the page.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub(super) fn html(
    log: &mut RunLog<impl Read + Seek>,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let totals = log.totals();
    head(log, &totals, out)?;
    out.write_all(
        b"<noscript>\n<p>Without scripts, this page shows its first failures as text.</p>\n",
    )?;
    let failed = log
        .cases
        .clone()
        .into_iter()
        .filter(|case| case.result == ResultKind::Failed);
    for case in failed.take(WITHOUT_SCRIPT) {
        let record = log.record(&case)?;
        let text = record
            .failure
            .map_or_else(String::new, |failure| failure.text);
        writeln!(
            out,
            "<h2>{}</h2><pre>{}</pre>",
            escape(&case.id),
            escape(&text)
        )?;
    }
    out.write_all(b"</noscript>\n</main>\n")?;
    data(log, out)?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")?;
    Ok(())
}

fn head<R: Read + Seek>(
    log: &RunLog<R>,
    totals: &Totals,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let title = match (totals.failed, totals.unfinished) {
        (0, 0) => "All passed".to_owned(),
        (0, open) => format!("{open} of {} not finished", totals.selected),
        (failed, _) => format!("{failed} of {} failed", totals.selected),
    };
    let elapsed = log.elapsed_us.map_or_else(
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
        log.started.target.clone(),
        log.started.seed_in_words(),
        log.header.program.clone(),
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
         <input id=\"filter\" type=\"search\" aria-label=\"Filter by id\" placeholder=\"Filter\">\n\
         <span id=\"status\" class=\"dim\" role=\"status\"></span>\n</div>\n<ul id=\"list\"></ul>\n\
         <p><button type=\"button\" id=\"more\" hidden>Show more</button></p>\n",
        title = escape(&title),
        facts = escape(&facts.join(" · ")),
    )?;
    Ok(())
}

/// The data of the page.
fn data(log: &mut RunLog<impl Read + Seek>, out: &mut dyn Write) -> Result<(), LogError> {
    let (mut room, mut titles) = (MAX_DETAILS, Vec::new());
    for case in log.cases.clone() {
        let records = records(log, &case)?;
        let last = records.last();
        let title = last.and_then(|record| {
            let failure = record.failure.as_ref()?;
            Some(failure.headline())
        });
        let reason = last.and_then(|record| record.reason.clone());
        let name = last.and_then(|record| record.name.clone());
        let details = records
            .iter()
            .any(|record| record.failure.is_some() || record.talk.is_some());
        titles.push((title.or(reason).or(name), details));
        if !details {
            continue;
        }
        let json = embedded(&records)?;
        if json.len() > room {
            continue;
        }
        room -= json.len();
        write!(
            out,
            "<script type=\"application/json\" id=\"c{}\">",
            case.number
        )?;
        out.write_all(&json)?;
        out.write_all(b"</script>\n")?;
    }
    let over = log
        .cases
        .iter()
        .zip(titles)
        .map(|(case, (title, more))| Entry {
            n: case.number,
            id: &case.id,
            state: match case.result {
                _ if case.is_flaky() => "flaky",
                ResultKind::Passed => "passed",
                ResultKind::Failed => "failed",
                ResultKind::Skipped => "skipped",
                ResultKind::Cancelled => "unfinished",
            },
            us: (case.result != ResultKind::Skipped).then_some(case.elapsed_us),
            title,
            more,
        });
    let open = log.unfinished.iter().map(|case| Entry {
        n: case.number,
        id: &case.id,
        state: "unfinished",
        us: None,
        title: Some(
            if case.begun {
                "never finished"
            } else {
                "never begun"
            }
            .to_owned(),
        ),
        more: false,
    });
    let mut cases: Vec<Entry<'_>> = over.chain(open).collect();
    cases.sort_by_key(|entry| entry.n);
    out.write_all(b"<script type=\"application/json\" id=\"run\">{\"cases\":")?;
    out.write_all(&embedded(&cases)?)?;
    out.write_all(b"}</script>\n")?;
    Ok(())
}

fn records(log: &mut RunLog<impl Read + Seek>, case: &Played) -> Result<Vec<CaseRecord>, LogError> {
    let mut records = log.earlier(case)?;
    records.push(log.record(case)?);
    Ok(records)
}

/// JSON that stands in a page: no `<` or `>` in it, so that nothing can end the element or begin a comment.
fn embedded(value: &impl Serialize) -> Result<Vec<u8>, LogError> {
    let mut json = Vec::new();
    write_json(value, false, &mut json)?;
    let mut safe = Vec::with_capacity(json.len());
    for byte in json {
        match byte {
            b'<' => safe.extend_from_slice(b"\\u003c"),
            b'>' => safe.extend_from_slice(b"\\u003e"),
            byte => safe.push(byte),
        }
    }
    Ok(safe)
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
