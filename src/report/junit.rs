//! JUnit's XML, as Jenkins, GitLab and the actions of GitHub read it.
//!
//! A suite a scenario file, a test case a case, named by its whole id, and with `--repeat` by its round, so that no other has its name. What a terminal shows of a
//! failure is its text. Characters that XML cannot have are left out, and nothing can end the element early.
//!
//! What was tried again is told as by Maven's Surefire, whose reports readers know: of a case that failed in the end, its first failure is
//! the `failure`, and the others are a `rerunFailure` each; of one that passed, each is a `flakyFailure`.
//!
//! The schema of Jenkins' plugin xUnit is the strictest of what readers want: it refuses what it does not know. So nothing
//! stands here that it does not, such as the file of a single case.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};
use std::time::Duration;

use quick_xml::escape::escape;

use super::form::{Case, Form};
use super::log::{CaseRecord, FailureRecord, Overview, ProgramRecord, ResultKind, Unfinished};
use super::rounds::Rounds;

/// How many bytes of one failure's text are stored: 16 KiB.
const MAX_TEXT: usize = 16 << 10;

/// What the suite of programs is called.
const PROGRAMS: &str = "programs under test";

/// The code of what passed only when it was tried again, where that counts as failed.
const FLAKY: &str = "BC2049";

/// What stands before an element of a test case.
const INDENT: &str = "\n            ";

/// The report. A suite is written once all of its cases are there: those of a file stand together, unless they were shuffled or are
/// repeated. Then as much is held as the whole report has; each failure has [`MAX_TEXT`] at most.
#[derive(Default)]
pub(super) struct Junit {
    /// Those that are not written yet, in the order of their first cases.
    suites: VecDeque<Suite>,
    /// The place of the suite of each file among all suites.
    places: HashMap<String, usize>,
    /// How many suites have been written.
    written: usize,
    rounds: Rounds,
}

/// A suite: the cases of a file.
#[derive(Default)]
struct Suite {
    name: String,
    file: String,
    count: Count,
    time: Duration,
    /// How many of its cases are still to come.
    missing: u64,
    /// The test cases so far, as XML.
    cases: Vec<u8>,
}

/// How many cases came to what.
#[derive(Default)]
struct Count {
    tests: u64,
    skipped: u64,
    errors: u64,
    failures: u64,
}

impl Count {
    fn add(&mut self, result: ResultKind) {
        self.tests += 1;
        match result {
            ResultKind::Passed => {}
            ResultKind::Failed => self.failures += 1,
            ResultKind::Cancelled => self.errors += 1,
            ResultKind::Skipped => self.skipped += 1,
        }
    }
}

impl Junit {
    /// Counts a case that will come into the suite of its file.
    fn expect(&mut self, id: &str, file: &str, result: ResultKind, time: Duration) {
        let at = *self.places.entry(file.to_owned()).or_insert_with(|| {
            self.suites.push_back(Suite {
                name: text(id.split('#').next().unwrap_or(id)).into_owned(),
                file: text(file).into_owned(),
                ..Suite::default()
            });
            self.suites.len() - 1
        });
        if let Some(suite) = self.suites.get_mut(at) {
            suite.count.add(result);
            suite.time += time;
            suite.missing += 1;
        }
    }

    /// Puts a case into the suite of its file, and writes what is whole.
    fn add(
        &mut self,
        file: &str,
        out: &mut dyn Write,
        case: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let at = self
            .places
            .get(file)
            .and_then(|at| at.checked_sub(self.written));
        if let Some(suite) = at.and_then(|at| self.suites.get_mut(at)) {
            case(&mut suite.cases)?;
            suite.missing = suite.missing.saturating_sub(1);
        }
        while let Some(suite) = self.suites.front().filter(|suite| suite.missing == 0) {
            suite.write(out)?;
            self.suites.pop_front();
            self.written += 1;
        }
        Ok(())
    }
}

impl Suite {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Count {
            tests,
            skipped,
            errors,
            failures,
        } = self.count;
        write!(
            out,
            "\n    <testsuite name=\"{}\" tests=\"{tests}\" skipped=\"{skipped}\" errors=\"{errors}\" failures=\"{failures}\" time=\"{}\" file=\"{}\">",
            escape(&*self.name),
            seconds(self.time),
            escape(&*self.file),
        )?;
        out.write_all(&self.cases)?;
        out.write_all(b"\n    </testsuite>")
    }
}

impl Form for Junit {
    fn begin(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        self.rounds = Rounds::of(&run.header);
        for case in &run.cases {
            let time = Duration::from_micros(case.elapsed_us);
            self.expect(&case.id, &case.file(), case.result, time);
        }
        for case in &run.unfinished {
            self.expect(&case.id, &case.file, ResultKind::Cancelled, Duration::ZERO);
        }
        let totals = run.totals();
        let programs = run.programs.len() as u64;
        // How many were skipped is said of suites only in Jenkins' schema.
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"backchat\" tests=\"{}\" failures=\"{}\" errors=\"{}\"",
            totals.selected + programs,
            totals.failed,
            totals.unfinished + programs,
        )?;
        if let Some(us) = run.elapsed_us {
            write!(out, " time=\"{}\"", seconds(Duration::from_micros(us)))?;
        }
        out.write_all(b">")
    }

    fn case(&mut self, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()> {
        let name = self.rounds.name(case.played.number, &case.last.id);
        let name = name.into_owned();
        self.add(&case.last.file, out, |xml| test_case(case, &name, xml))
    }

    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()> {
        for case in &run.unfinished {
            let name = self.rounds.name(case.number, &case.id).into_owned();
            self.add(&case.file, out, |xml| unfinished(case, &name, xml))?;
        }
        programs(&run.programs, out)?;
        out.write_all(b"\n</testsuites>\n")
    }
}

/// Writes a suite of the programs of which no case tells: a build server counts what is a test case, and nothing else.
fn programs(programs: &[ProgramRecord], out: &mut dyn Write) -> io::Result<()> {
    if programs.is_empty() {
        return Ok(());
    }
    let mut suite = Suite {
        name: PROGRAMS.to_owned(),
        file: PROGRAMS.to_owned(),
        ..Suite::default()
    };
    for (n, program) in (1..).zip(programs) {
        suite.count.add(ResultKind::Cancelled);
        let name = format!("{n}: {}", program.command);
        begin_case(&name, PROGRAMS, Duration::ZERO, &mut suite.cases)?;
        write!(
            suite.cases,
            ">{INDENT}<error message=\"{}\" type=\"program\">{}</error>\n        </testcase>",
            escape(text(&program.title)),
            escape(text(&program.text))
        )?;
    }
    suite.write(out)
}

/// The folder of a case, by its id.
fn folder(id: &str) -> &str {
    let file = id.split('#').next().unwrap_or(id);
    file.rsplit_once('/')
        .map_or("scenarios", |(folder, _)| folder)
}

/// Writes the test case of a case that is over.
fn test_case(case: &Case<'_>, name: &str, xml: &mut Vec<u8>) -> io::Result<()> {
    let record = &case.last;
    let time = Duration::from_micros(record.elapsed_us);
    begin_case(name, &record.id, time, xml)?;
    if record.result == ResultKind::Passed && case.earlier.is_empty() {
        return xml.write_all(b"/>");
    }
    xml.write_all(b">")?;
    match record.result {
        ResultKind::Passed => attempts("flakyFailure", &case.earlier, xml)?,
        ResultKind::Skipped => bare("skipped", record.reason.as_deref(), None, xml)?,
        ResultKind::Cancelled => {
            match &record.failure {
                Some(failure) => failed("error", failure, xml)?,
                None => bare(
                    "error",
                    Some(&record.cancelled_in_words()),
                    Some("unfinished"),
                    xml,
                )?,
            }
            attempts("rerunFailure", &case.earlier, xml)?;
        }
        ResultKind::Failed if passed_too_late(record) => {
            main_failure(record, xml)?;
            attempts("flakyFailure", &case.earlier, xml)?;
        }
        // The failure is that of the first attempt, and what follows are those after it.
        ResultKind::Failed => match case.earlier.split_first() {
            None => main_failure(record, xml)?,
            Some((first, others)) => {
                main_failure(first, xml)?;
                attempts("rerunFailure", others.iter().chain([record]), xml)?;
            }
        },
    }
    xml.write_all(b"\n        </testcase>")
}

/// Whether what failed is that it passed only when it was tried again: that is the failure of no attempt.
fn passed_too_late(record: &CaseRecord) -> bool {
    (record.failure.as_ref()).is_some_and(|failure| failure.code == FLAKY)
}

/// Writes the failure that a build server shows first.
fn main_failure(record: &CaseRecord, xml: &mut Vec<u8>) -> io::Result<()> {
    match &record.failure {
        Some(failure) => failed("failure", failure, xml),
        None => bare("failure", record.reason.as_deref(), None, xml),
    }
}

/// Writes further attempts, as Maven's Surefire does.
fn attempts<'a>(
    tag: &str,
    attempts: impl IntoIterator<Item = &'a CaseRecord>,
    xml: &mut Vec<u8>,
) -> io::Result<()> {
    for attempt in attempts {
        match &attempt.failure {
            Some(failure) => write!(
                xml,
                "{INDENT}<{tag} message=\"{}\" type=\"{}\"><stackTrace>{}</stackTrace></{tag}>",
                escape(text(&failure.headline())),
                escape(text(&failure.code)),
                escape(text(&failure.text))
            )?,
            None => write!(
                xml,
                "{INDENT}<{tag} type=\"failed\"><stackTrace></stackTrace></{tag}>"
            )?,
        }
    }
    Ok(())
}

/// Writes the test case of a case that is not over.
fn unfinished(case: &Unfinished, name: &str, xml: &mut Vec<u8>) -> io::Result<()> {
    begin_case(name, &case.id, Duration::ZERO, xml)?;
    xml.write_all(b">")?;
    bare("error", Some(&case.in_words()), Some("unfinished"), xml)?;
    xml.write_all(b"\n        </testcase>")
}

/// Writes the tag of a test case, but for its end.
fn begin_case(name: &str, id: &str, time: Duration, xml: &mut Vec<u8>) -> io::Result<()> {
    write!(
        xml,
        "\n        <testcase name=\"{}\" classname=\"{}\" time=\"{}\"",
        escape(text(name)),
        escape(text(folder(id))),
        seconds(time)
    )
}

/// Writes an element with what failed.
fn failed(tag: &str, failure: &FailureRecord, xml: &mut Vec<u8>) -> io::Result<()> {
    write!(
        xml,
        "{INDENT}<{tag} message=\"{}\" type=\"{}\">{}</{tag}>",
        escape(text(&failure.headline())),
        escape(text(&failure.code)),
        escape(text(&failure.text))
    )
}

/// Writes an element without text.
fn bare(tag: &str, message: Option<&str>, kind: Option<&str>, xml: &mut Vec<u8>) -> io::Result<()> {
    write!(xml, "{INDENT}<{tag}")?;
    for (name, value) in [("message", message), ("type", kind)] {
        if let Some(value) = value {
            write!(xml, " {name}=\"{}\"", escape(text(value)))?;
        }
    }
    xml.write_all(b"/>")
}

/// A time as readers want it: in seconds.
fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// Text of which XML can have every character, and not too much of it.
fn text(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_TEXT && text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text[..end].chars().filter(|c| {
        matches!(c, '\n' | ' '..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    });
    let more = if end < text.len() { "…" } else { "" };
    kept.chain(more.chars()).collect()
}
