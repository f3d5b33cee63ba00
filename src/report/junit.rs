//! JUnit's XML, as Jenkins, GitLab and the actions of GitHub read it.
//!
//! A suite a folder of scenarios, a test case a case, named by its whole id, which no other has. What a terminal shows of a
//! failure is its text. Characters that XML cannot have are left out, and nothing can end the element early.

use std::io::{Read, Seek, Write};
use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite, XmlString,
};

use super::log::{CaseRecord, LogError, Played, ResultKind, RunLog};

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
    let mut suites: Vec<TestSuite> = Vec::new();
    for case in log.cases.clone() {
        let test = test_case(log, &case)?;
        add(&mut suites, &case.id, test);
    }
    for case in &log.unfinished {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(if case.begun {
            "never finished"
        } else {
            "never begun"
        });
        status.set_type("unfinished");
        let test = located(
            TestCase::new(text(&case.id), status),
            &case.id,
            &case.file,
            None,
        );
        add(&mut suites, &case.id, test);
    }
    report.add_test_suites(suites);
    report
        .serialize(out)
        .map_err(|error| std::io::Error::other(error.to_string()).into())
}

/// Puts a case into the suite of its folder.
fn add(suites: &mut Vec<TestSuite>, id: &str, mut test: TestCase) {
    let folder = folder(id);
    // A case that was never tried takes no time.
    test.time.get_or_insert(Duration::ZERO);
    let at = suites
        .iter()
        .rposition(|suite| suite.name.as_str() == text(folder).as_str());
    let at = at.unwrap_or_else(|| {
        suites.push(TestSuite::new(text(folder)));
        suites.len() - 1
    });
    if let Some(suite) = suites.get_mut(at) {
        let time = suite.time.unwrap_or_default() + test.time.unwrap_or_default();
        suite.set_time(time);
        suite.add_test_case(test);
    }
}

/// The folder of a case, by its id.
fn folder(id: &str) -> &str {
    let file = id.split('#').next().unwrap_or(id);
    file.rsplit_once('/')
        .map_or("scenarios", |(folder, _)| folder)
}

fn test_case(log: &mut RunLog<impl Read + Seek>, case: &Played) -> Result<TestCase, LogError> {
    let record = log.record(case)?;
    let mut status = match record.result {
        ResultKind::Passed => TestCaseStatus::success(),
        ResultKind::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        ResultKind::Cancelled => TestCaseStatus::non_success(NonSuccessKind::Error),
        ResultKind::Skipped => TestCaseStatus::skipped(),
    };
    if let Some(failure) = &record.failure {
        status.set_message(text(&format!("{} at {}", failure.title, failure.place)));
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
    let mut test = TestCase::new(text(&record.id), status);
    test.set_time(Duration::from_micros(record.elapsed_us));
    let line = record.failure.as_ref().and_then(|failure| failure.line);
    Ok(located(test, &record.id, &record.file, line))
}

/// An attempt that was not the last: of a case that passed in the end a flaky failure, else one more failure.
fn rerun(record: &CaseRecord) -> TestRerun {
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun.set_time(Duration::from_micros(record.elapsed_us));
    if let Some(failure) = &record.failure {
        rerun.set_message(text(&format!("{} at {}", failure.title, failure.place)));
        rerun.set_type(text(&failure.code));
        rerun.set_description(text(&failure.text));
    }
    rerun
}

/// The class, and the attributes by which GitLab and others find the file.
fn located(mut test: TestCase, id: &str, file: &str, line: Option<u64>) -> TestCase {
    test.set_classname(text(folder(id)));
    test.extra.insert("file".into(), text(file));
    if let Some(line) = line {
        test.extra.insert("line".into(), line.to_string().into());
    }
    test
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
