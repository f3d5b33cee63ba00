//! The kinds of reports that are made of a log. Each is one file, and a pure function of the log.

use std::io::{Read, Seek, Write};

use super::form::Form;
use super::github::Github;
use super::html::Page;
use super::json::Json;
use super::junit::Junit;
use super::log::{CaseRecord, LogError, Played, ResultKind, RunLog};
use super::markdown::Markdown;
use super::summary::Text;
use super::tap::Tap;
use super::together::write_one;

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportKind {
    /// XML, for build servers.
    Junit,
    /// TAP, version 14.
    Tap,
    /// For programs.
    Json,
    /// Annotations of a workflow of GitHub.
    Github,
    /// For people, as the summary of a job or a comment.
    Markdown,
    /// For people: a page.
    Html,
    /// For people: the count, and each failure in full.
    Text,
}

impl ReportKind {
    /// All that can be asked for.
    pub const ALL: [Self; 7] = [
        Self::Junit,
        Self::Tap,
        Self::Json,
        Self::Github,
        Self::Markdown,
        Self::Html,
        Self::Text,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Junit => "junit",
            Self::Tap => "tap",
            Self::Json => "json",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Text => "text",
        }
    }

    /// The file it is written to, in the folder of the log, where no other is named; `None`: to standard output.
    pub const fn file(self) -> Option<&'static str> {
        match self {
            Self::Junit => Some("junit.xml"),
            Self::Tap => Some("report.tap"),
            Self::Json => Some("report.json"),
            // The runner reads them there.
            Self::Github => None,
            Self::Markdown => Some("report.md"),
            Self::Html => Some("report.html"),
            Self::Text => Some("report.txt"),
        }
    }

    /// Whether it has something to say of a case that needs the records of it.
    pub(super) fn wants(self, case: &Played) -> bool {
        match self {
            Self::Junit | Self::Tap | Self::Json | Self::Html => true,
            Self::Github | Self::Markdown => is_red(case),
            Self::Text => is_red(case) || case.is_flaky(),
        }
    }

    /// A report of this kind that is to be made. `first` are the first failures, for a page.
    pub(super) fn form<'a>(
        self,
        folder: &'a str,
        first: &'a [CaseRecord],
    ) -> Box<dyn Form + Send + 'a> {
        match self {
            Self::Junit => Box::<Junit>::default(),
            Self::Tap => Box::<Tap>::default(),
            Self::Json => Box::<Json>::default(),
            Self::Github => Box::new(Github::new(folder)),
            Self::Markdown => Box::<Markdown>::default(),
            Self::Html => Box::new(Page::new(first)),
            Self::Text => Box::new(Text::default()),
        }
    }
}

/// Writes a report. `folder` is the path from the root of the repository to where files are counted from: empty, or with a `/`
/// at its end.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub fn write_report(
    kind: ReportKind,
    log: &mut RunLog<impl Read + Seek>,
    folder: &str,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    write_one(kind, log, folder, out)
}

/// Whether the case makes the run red: it failed, or was cancelled.
fn is_red(case: &Played) -> bool {
    matches!(case.result, ResultKind::Failed | ResultKind::Cancelled)
}
