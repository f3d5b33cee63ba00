//! The kinds of reports that are made of a log. Each is one file, and a pure function of the log.

use std::io::{Read, Seek, Write};

use super::log::{LogError, RunLog};
use super::{json, summary};

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportKind {
    /// For programs.
    Json,
    /// For people: the count, and each failure in full.
    Text,
}

impl ReportKind {
    /// All that can be asked for.
    pub const ALL: [Self; 2] = [Self::Json, Self::Text];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
        }
    }

    /// The file it is written to, in the folder of the log, where no other is named; `None`: to standard output.
    pub const fn file(self) -> Option<&'static str> {
        match self {
            Self::Json => Some("report.json"),
            Self::Text => Some("report.txt"),
        }
    }
}

/// Writes a report.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub fn write_report(
    kind: ReportKind,
    log: &mut RunLog<impl Read + Seek>,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    match kind {
        ReportKind::Json => json::json(log, out),
        ReportKind::Text => summary::text(log, out),
    }
}
