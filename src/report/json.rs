//! The report for programs: one JSON object, `docs/reports.md` and `schema/report.schema.json` say of what form.

use std::io::{Read, Seek, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::log::{CaseRecord, Header, LogError, RunLog, Started, Totals, Unfinished, write_json};

/// The version of the form: fields are added, none is renamed or dropped while it stays the same.
const VERSION: u32 = 1;

/// What stands before the cases.
#[derive(Debug, Serialize, JsonSchema)]
struct Head<'a> {
    /// What this is.
    #[schemars(extend("const" = "backchat-report"))]
    format: &'static str,
    /// The version of the form: fields are added, none is renamed or dropped while it stays the same.
    #[schemars(extend("const" = VERSION))]
    version: u32,
    /// Who played: `backchat 0.1.0`.
    program: &'a str,
    /// When, in milliseconds since 1970.
    started_ms: u64,
    /// How long it took, in microseconds; null where the log breaks off.
    elapsed_us: Option<u64>,
    /// Whether it was played to its end.
    complete: bool,
    /// What was played, against what, and how.
    run: &'a Started,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// Which part of a run on several machines this is: `2/5`.
    shard: Option<&'a str>,
    /// How many cases came to what.
    totals: Totals,
    /// How many of each suite, and with `--transports` of each transport, came to what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suites: Vec<OfSuite>,
    /// Ids of cases that failed earlier and were not played.
    outstanding: &'a [String],
}

/// The cases of a suite.
#[derive(Debug, Serialize, JsonSchema)]
struct OfSuite {
    /// The name of the suite, or of the transport.
    name: String,
    /// How many of its cases came to what.
    totals: Totals,
}

/// A case: the record of its last attempt, and what is only known of all of them.
#[derive(Debug, Serialize, JsonSchema)]
struct Case {
    #[serde(flatten)]
    record: CaseRecord,
    /// Whether it passed, but not at once.
    flaky: bool,
    /// The attempts before the last one, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<CaseRecord>,
}

/// A case that was not played to its end.
#[derive(Debug, Serialize, JsonSchema)]
struct Open<'a> {
    /// Its place among the cases of the run, from 0.
    number: u64,
    /// Its id.
    id: &'a str,
    /// The scenario file.
    file: &'a str,
    /// Whether it had begun.
    begun: bool,
}

/// The report as a whole: what is written piece by piece.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Report of a backchat run")]
struct Whole<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// What was played, in the order of the files.
    cases: Vec<Case>,
    /// What never began or never ended.
    unfinished: Vec<Open<'a>>,
}

/// The JSON Schema (draft-07) of the report, made of the types that write it.
pub fn report_schema() -> String {
    let generator = SchemaSettings::draft07().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<Whole<'_>>();
    // A schema is JSON, which can be written to memory.
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    format!("{text}\n")
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
        run: &log.started,
        shard: shard.as_deref(),
        totals: log.totals(),
        suites: (log.by_suite().into_iter())
            .map(|(name, totals)| OfSuite { name, totals })
            .collect(),
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
