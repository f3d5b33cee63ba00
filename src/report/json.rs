//! The report for programs: one JSON object, `docs/reports.md` and `schema/report.schema.json` say of what form.

use std::io::{Read, Seek, Write};

use serde::Serialize;

use super::log::{CaseRecord, Header, LogError, RunLog, Started, Totals, Unfinished, write_json};

/// The version of the form: fields are added, none is renamed or dropped while it stays the same.
const VERSION: u32 = 1;

/// What stands before the cases.
#[derive(Debug, Serialize)]
struct Head<'a> {
    format: &'static str,
    version: u32,
    program: &'a str,
    started_ms: u64,
    elapsed_us: Option<u64>,
    complete: bool,
    #[serde(flatten)]
    started: &'a Started,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<&'a str>,
    totals: Totals,
    outstanding: &'a [String],
}

/// A case: the record of its last attempt, and what is only known of all of them.
#[derive(Debug, Serialize)]
struct Case {
    #[serde(flatten)]
    record: CaseRecord,
    flaky: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<CaseRecord>,
}

/// A case that was not played to its end.
#[derive(Debug, Serialize)]
struct Open<'a> {
    number: u64,
    id: &'a str,
    file: &'a str,
    begun: bool,
}

/// Writes the report.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub(super) fn json(
    log: &mut RunLog<impl Read + Seek>,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let head = head(log);
    let mut text = Vec::new();
    write_json(&head, false, &mut text)?;
    // A case a line, written one by one: a run may have very many. What stands open is closed below.
    text.pop();
    out.write_all(&text)?;
    out.write_all(b",\n\"cases\":[")?;
    for (n, case) in log.cases.clone().iter().enumerate() {
        out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        let case = Case {
            record: log.record(case)?,
            flaky: case.is_flaky(),
            earlier: log.earlier(case)?,
        };
        write_json(&case, false, out)?;
    }
    out.write_all(b"\n],\n\"unfinished\":[")?;
    for (n, case) in log.unfinished.iter().enumerate() {
        out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        write_json(&open(case), false, out)?;
    }
    Ok(out.write_all(b"\n]}\n")?)
}

fn head<R: Read + Seek>(log: &RunLog<R>) -> Head<'_> {
    let Header {
        program,
        started_ms,
        shard,
        outstanding,
        ..
    } = &log.header;
    Head {
        format: "backchat-report",
        version: VERSION,
        program,
        started_ms: *started_ms,
        elapsed_us: log.elapsed_us,
        complete: log.is_complete(),
        started: &log.started,
        shard: shard.as_deref(),
        totals: log.totals(),
        outstanding,
    }
}

fn open(case: &Unfinished) -> Open<'_> {
    Open {
        number: case.number,
        id: &case.id,
        file: &case.file,
        begun: case.begun,
    }
}
