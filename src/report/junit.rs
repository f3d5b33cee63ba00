//! JUnit's XML, as Jenkins, GitLab and the actions of GitHub read it.
//!
//! A suite a scenario file, a test case a case, named by its whole id, and with `--repeat` by its round, so that no other has its name. What a terminal shows of a
//! failure is its text. Characters that XML cannot have are left out, and nothing can end the element early.
//!
//! The schema of Jenkins' plugin xUnit is the strictest of what readers want: it refuses what it does not know. So nothing
//! stands here that it does not, such as the file of a single case.

use std::collections::HashMap;
use std::io::{Read, Seek, Write};
use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite, XmlString,
};

use super::log::{CaseRecord, LogError, Played, ResultKind, RunLog};
use super::rounds::Rounds;

/// How many bytes of one failure's text are stored: 16 KiB.
const MAX_TEXT: usize = 16 << 10;

/// Writes the report.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub(super) fn junit(
    log: &mut RunLog<impl Read + Seek>,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let mut report = Report::new("backchat");
    if let Some(us) = log.elapsed_us {
        report.set_time(Duration::from_micros(us));
    }
    let rounds = Rounds::of(&log.header);
    let mut suites = Suites::default();
    for case in log.cases.clone() {
        let (test, file) = test_case(log, &case, &rounds)?;
        suites.add(&case.id, &file, test);
    }
    for case in &log.unfinished {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(if case.begun {
            "never finished"
        } else {
            "never begun"
        });
        status.set_type("unfinished");
        let mut test = TestCase::new(text(&rounds.name(case.number, &case.id)), status);
        test.set_classname(text(folder(&case.id)));
        suites.add(&case.id, &case.file, test);
    }
    report.add_test_suites(suites.all);
    report
        .serialize(RootTag::new(out))
        .map_err(|error| std::io::Error::other(error.to_string()).into())
}

/// The suites, and where each stands.
#[derive(Default)]
struct Suites {
    all: Vec<TestSuite>,
    places: HashMap<String, usize>,
}

impl Suites {
    /// Puts a case into the suite of its file.
    fn add(&mut self, id: &str, file: &str, mut test: TestCase) {
        // A case that was never tried takes no time.
        let time = *test.time.get_or_insert(Duration::ZERO);
        let at = *self.places.entry(file.to_owned()).or_insert_with(|| {
            let mut suite = TestSuite::new(text(id.split('#').next().unwrap_or(id)));
            suite.extra.insert("file".into(), text(file));
            self.all.push(suite);
            self.all.len() - 1
        });
        if let Some(suite) = self.all.get_mut(at) {
            suite.set_time(suite.time.unwrap_or_default() + time);
            suite.add_test_case(test);
        }
    }
}

/// The folder of a case, by its id.
fn folder(id: &str) -> &str {
    let file = id.split('#').next().unwrap_or(id);
    file.rsplit_once('/')
        .map_or("scenarios", |(folder, _)| folder)
}

/// Takes the number of skipped cases out of the first tag, which Jenkins' schema has in those of suites only.
struct RootTag<W> {
    out: W,
    /// The document up to the end of that tag; `None` once it is written.
    held: Option<Vec<u8>>,
}

impl<W: Write> RootTag<W> {
    const fn new(out: W) -> Self {
        Self {
            out,
            held: Some(Vec::new()),
        }
    }
}

impl<W: Write> Write for RootTag<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let Some(held) = &mut self.held else {
            return self.out.write(bytes);
        };
        held.extend_from_slice(bytes);
        // What stands before it is a declaration, with a `>` of its own.
        let mut ends = (held.iter().enumerate()).filter(|(_, byte)| **byte == b'>');
        if let Some((end, _)) = ends.nth(1) {
            let head = String::from_utf8_lossy(&held[..end]);
            let (before, after) = match head.split_once(" skipped=\"") {
                Some((before, rest)) => {
                    (before, rest.split_once('"').map_or("", |(_, after)| after))
                }
                None => (&*head, ""),
            };
            self.out.write_all(before.as_bytes())?;
            self.out.write_all(after.as_bytes())?;
            self.out.write_all(&held[end..])?;
            self.held = None;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// The test case of a case, and its file.
fn test_case(
    log: &mut RunLog<impl Read + Seek>,
    case: &Played,
    rounds: &Rounds,
) -> Result<(TestCase, String), LogError> {
    let record = log.record(case)?;
    let mut status = match record.result {
        ResultKind::Passed => TestCaseStatus::success(),
        ResultKind::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        ResultKind::Cancelled => TestCaseStatus::non_success(NonSuccessKind::Error),
        ResultKind::Skipped => TestCaseStatus::skipped(),
    };
    if let Some(failure) = &record.failure {
        status.set_message(text(&failure.headline()));
        status.set_type(text(&failure.code));
        status.set_description(text(&failure.text));
    } else if record.result == ResultKind::Cancelled {
        status.set_message("cancelled").set_type("unfinished");
    } else if let Some(reason) = &record.reason {
        status.set_message(text(reason));
    }
    for earlier in log.earlier(case)? {
        status.add_rerun(rerun(&earlier));
    }
    let mut test = TestCase::new(text(&rounds.name(case.number, &record.id)), status);
    test.set_time(Duration::from_micros(record.elapsed_us));
    test.set_classname(text(folder(&record.id)));
    Ok((test, record.file))
}

/// An attempt that was not the last: of a case that passed in the end a flaky failure, else one more failure.
fn rerun(record: &CaseRecord) -> TestRerun {
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun.set_type("failed");
    if let Some(failure) = &record.failure {
        rerun.set_message(text(&failure.headline()));
        rerun.set_type(text(&failure.code));
        rerun.set_description(text(&failure.text));
    }
    rerun
}

/// Text of which XML can have every character, and not too much of it.
fn text(text: &str) -> XmlString {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text[..end].chars().filter(|c| {
        matches!(c, '\n' | '\t' | ' '..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    });
    let more = if end < text.len() { "…" } else { "" };
    XmlString::new(kept.chain(more.chars()).collect::<String>())
}
