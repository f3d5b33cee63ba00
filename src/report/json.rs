//! The report for programs: one JSON object, `docs/reports.md` and `schema/report.schema.json` say of what form.

use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::form::{self, Form};
use super::log::{
    CaseRecord, Header, Overview, ProgramRecord, Started, Totals, Unfinished, is_first, write_json,
};

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
    /// Programs under test that ended by themselves, crashed, or were killed and not by backchat, of which no case tells: the run has failed.
    #[serde(skip_serializing_if = "<[ProgramRecord]>::is_empty")]
    programs: &'a [ProgramRecord],
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
    /// Which time it was to be played, from 1, where that is not the first: with `--repeat`.
    #[serde(skip_serializing_if = "is_first")]
    round: u32,
    /// The scenario file.
    file: &'a str,
    /// Whether it had begun.
    begun: bool,
    /// What its steps waited for when that was last said, in words: where it took longer than `--slow-timeout`.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    waiting: &'a [String],
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

/// The report.
#[derive(Default)]
pub(super) struct Json {
    /// Whether a case stands in it.
    begun: bool,
}

impl Form for Json {
    fn begin(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        write_json(&head(run), false, &mut text)?;
        // A case a line, written one by one: a run may have very many. What stands open is closed below.
        text.pop();
        out.write_all(&text)?;
        out.write_all(b",\n\"cases\":[")
    }

    /// Writes what [`Case`] has as fields: the record's are JSON already, for other reports too.
    fn case(&mut self, case: &form::Case<'_>, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b",\n" } else { b"\n" })?;
        self.begun = true;
        let Some((last, earlier)) = case.json().split_last() else {
            return Ok(());
        };
        out.write_all(last.strip_suffix(b"}").unwrap_or(last))?;
        write!(out, ",\"flaky\":{}", case.played.is_flaky())?;
        for (n, record) in earlier.iter().enumerate() {
            out.write_all(if n == 0 { b",\"earlier\":[" } else { b"," })?;
            out.write_all(record)?;
        }
        out.write_all(if earlier.is_empty() { b"}" } else { b"]}" })
    }

    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n],\n\"unfinished\":[")?;
        for (n, case) in run.unfinished.iter().enumerate() {
            out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
            write_json(&open(case), false, out)?;
        }
        out.write_all(b"\n]}\n")
    }
}

fn head(run: &Overview) -> Head<'_> {
    let Header {
        program,
        started_ms,
        shard,
        outstanding,
        ..
    } = &run.header;
    Head {
        format: "backchat-report",
        version: VERSION,
        program,
        started_ms: *started_ms,
        elapsed_us: run.elapsed_us,
        complete: run.is_complete(),
        run: &run.started,
        shard: shard.as_deref(),
        totals: run.totals(),
        suites: (run.by_suite().into_iter())
            .map(|(name, totals)| OfSuite { name, totals })
            .collect(),
        programs: &run.programs,
        outstanding,
    }
}

fn open(case: &Unfinished) -> Open<'_> {
    Open {
        number: case.number,
        id: &case.id,
        round: case.round,
        file: &case.file,
        begun: case.begun,
        waiting: &case.waiting,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::report::{ReportKind, RunLog, write_report};

    #[test]
    fn a_case_is_written_as_the_schema_has_it() {
        let text = include_str!("tests/run.jsonl");
        let mut log = RunLog::read(Cursor::new(text.as_bytes())).expect("a log");
        let mut out = Vec::new();
        write_report(ReportKind::Json, &mut log, "", &mut out).expect("memory");
        let report: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let mut flaky = 0;
        for (n, case) in log.run.cases.clone().iter().enumerate() {
            let case = Case {
                record: log.record(case).expect("there"),
                flaky: case.is_flaky(),
                earlier: log.earlier(case).expect("there"),
            };
            flaky += usize::from(case.flaky && !case.earlier.is_empty());
            let written = serde_json::to_value(&case).expect("JSON");
            assert_eq!(report["cases"][n], written);
        }
        assert_eq!(flaky, 1);
    }
}
