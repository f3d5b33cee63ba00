//! Reports made together: each is what it is alone, and none minds what becomes of another.

use std::io::{self, Cursor, Seek, SeekFrom, Write};

use crate::report::{LogError, ReportKind, RunLog, write_report, write_reports};

const LOG: &str = include_str!("run.jsonl");

type Log = RunLog<Cursor<Vec<u8>>>;

/// A log of `cases` cases, in files of three that stand apart as if shuffled; of some kinds of results each has the texts of the fixed log.
fn log_of(cases: usize) -> Vec<u8> {
    let file = |n: usize| format!("f{}.json", n % cases.div_ceil(3).max(1));
    let id = |n: usize| format!("f{}#{n}", n % cases.div_ceil(3).max(1));
    let selected: Vec<String> = (0..cases + 2)
        .map(|n| format!("{{\"file\":\"{}\",\"ids\":[\"{}\"]}}", file(n), id(n)))
        .collect();
    let mut log = format!(
        "{{\"event\":\"log\",\"version\":1,\"program\":\"p\",\"started_ms\":0,\"selected\":[{}]}}\n",
        selected.join(",")
    );
    let records: Vec<serde_json::Value> = (LOG.lines())
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &serde_json::Value| line["event"] == "case_ended" && line["number"] != 3)
        .collect();
    for n in 0..cases {
        // Most pass; the others are spread, and as different as they are in the fixed log.
        let plain = serde_json::json!({"event": "case_ended", "result": "passed", "elapsed_us": 5});
        let mut record = match n % 5 {
            0 => records[n / 5 % records.len()].clone(),
            _ => plain.clone(),
        };
        record["number"] = n.into();
        record["id"] = id(n).into();
        record["file"] = file(n).into();
        if n % 7 == 0 {
            let mut first = records[0].clone();
            (first["number"], first["id"]) = (n.into(), id(n).into());
            log.push_str(&format!("{first}\n"));
            record["attempt"] = 2.into();
        }
        log.push_str(&format!("{record}\n"));
    }
    log.into_bytes()
}

fn read(bytes: &[u8]) -> Log {
    RunLog::read(Cursor::new(bytes.to_vec())).expect("a log")
}

fn alone(kind: ReportKind, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_report(kind, &mut read(bytes), "sub/", &mut out).expect("memory");
    out
}

#[test]
fn each_report_is_what_it_is_alone() {
    // Nothing, one batch, several.
    for cases in [0, 1, 9, 1000] {
        let bytes = log_of(cases);
        for some in [
            &ReportKind::ALL[..],
            &[ReportKind::Github, ReportKind::Text],
        ] {
            let made = write_reports(some, &mut read(&bytes), "sub/", |n, report| {
                let mut out = Vec::new();
                report.write(&mut out).map(|()| (n, out))
            });
            for (n, made) in made.expect("threads").into_iter().enumerate() {
                let (place, made) = made.expect("memory");
                assert_eq!(place, n);
                let (kind, alone) = (some[n], alone(some[n], &bytes));
                assert!(made == alone, "{kind:?} of {cases} cases");
            }
        }
    }
}

#[test]
fn cases_of_one_file_are_one_suite_wherever_they_stand() {
    let junit = String::from_utf8(alone(ReportKind::Junit, &log_of(9))).expect("text");
    let suites: Vec<&str> = junit.split("<testsuite ").skip(1).collect();
    assert_eq!(suites.len(), 3, "{junit}");
    for (n, suite) in suites.iter().enumerate() {
        let files = suite.matches(&format!("name=\"f{n}#")).count();
        assert_eq!(files, suite.matches("<testcase ").count(), "{junit}");
        assert!(suite.contains(&format!(" tests=\"{files}\" ")), "{junit}");
    }
}

/// Takes a few bytes, then nothing more.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_report_that_cannot_be_written_keeps_no_other_from_it() {
    let bytes = log_of(600);
    let kinds = &ReportKind::ALL;
    let whole = kinds.map(|kind| alone(kind, &bytes));
    for broken in 0..kinds.len() {
        let made = write_reports(kinds, &mut read(&bytes), "sub/", |n, report| {
            let mut out = Vec::new();
            match n == broken {
                // One that is never begun, and one that breaks off.
                true if n % 2 == 0 => drop(report),
                true => assert!(report.write(&mut Full(2000)).is_err()),
                false => report.write(&mut out).expect("memory"),
            }
            out
        });
        for (n, made) in made.expect("threads").into_iter().enumerate() {
            assert!(n == broken || made == whole[n], "{:?}", kinds[n]);
        }
    }
}

#[test]
fn what_has_changed_in_the_log_meanwhile_is_told_to_every_report() {
    let bytes = log_of(2000);
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&bytes).expect("written");
    let mut log = RunLog::read(file.try_clone().expect("a handle")).expect("a log");
    // The last record that says something.
    let text = String::from_utf8_lossy(&bytes);
    let at = text.rfind("\"failure\":").expect("there");
    file.seek(SeekFrom::Start(at as u64)).expect("a place");
    file.write_all(b"x").expect("written");
    let kinds = [ReportKind::Json, ReportKind::Html, ReportKind::Text];
    let made = write_reports(&kinds, &mut log, "", |_, report| {
        report.write(&mut io::sink())
    });
    for made in made.expect("threads") {
        match made {
            Err(LogError::Line { message, .. }) => assert!(message.contains("has changed")),
            other => panic!("{other:?}"),
        }
    }
}
