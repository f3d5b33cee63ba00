//! Logs, written and read back.

use std::io::Cursor;
use std::sync::Arc;

use super::record::Line;
use super::*;

/// A log of these lines after the first.
pub(in crate::report) fn log_of(header: &Header, lines: &[Line]) -> Vec<u8> {
    let mut log =
        LogWriter::new(Vec::new(), header.clone(), Arc::default(), false).expect("memory");
    let mut bytes = std::mem::take(log.out());
    for line in lines {
        write_json(line, false, &mut bytes).expect("memory");
        bytes.push(b'\n');
    }
    bytes
}

fn header(ids: &[&str]) -> Header {
    Header {
        version: LOG_VERSION,
        program: "backchat".into(),
        selected: vec![SelectedFile {
            suite: None,
            file: "a.json".into(),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        }],
        ..Header::default()
    }
}

fn ended(number: u64, id: &str, attempt: u32, result: ResultKind) -> Line {
    Line::CaseEnded(Box::new(CaseRecord {
        number,
        attempt,
        id: id.into(),
        round: 1,
        name: None,
        file: "a.json".into(),
        result,
        reason: None,
        interrupted: Vec::new(),
        elapsed_us: 7,
        leftovers: 0,
        failure: None,
        program: None,
        talk: None,
        health: None,
    }))
}

#[test]
fn a_round_keeps_what_it_waited_for_and_which_it_is() {
    let slow = |round, waits: &str| Line::CaseSlow {
        id: "a".into(),
        round,
        elapsed_us: 7,
        waiting: vec![waits.into()],
    };
    let mut second = ended(1, "a", 1, ResultKind::Passed);
    if let Line::CaseEnded(record) = &mut second {
        record.round = 2;
    }
    let lines = [
        started(0, "a"),
        started(1, "a"),
        started(2, "a"),
        slow(1, "first"),
        slow(2, "second"),
        slow(3, "third"),
        second,
    ];
    let bytes = log_of(&header(&["a", "a", "a"]), &lines);
    let mut log = read(&bytes);
    let open: Vec<_> = (log.run.unfinished.iter())
        .map(|open| (open.number, open.round, &*open.waiting[0]))
        .collect();
    assert_eq!(open, [(0, 1, "first"), (2, 3, "third")]);
    // Also of a record of which nothing else is to be said.
    let over = log.run.cases[0].clone();
    assert_eq!(log.record(&over).expect("there").round, 2);
}

fn started(number: u64, id: &str) -> Line {
    let id = id.to_owned();
    Line::CaseStarted {
        number,
        id,
        at_us: 0,
    }
}

fn read(bytes: &[u8]) -> RunLog<Cursor<&[u8]>> {
    RunLog::read(Cursor::new(bytes)).expect("a log")
}

#[test]
fn cases_come_back_in_the_order_of_the_files_and_the_rest_is_unfinished() {
    let bytes = log_of(
        &header(&["a", "b", "c", "d"]),
        &[
            started(0, "a"),
            started(1, "b"),
            started(2, "c"),
            ended(2, "c", 1, ResultKind::Failed),
            ended(0, "a", 1, ResultKind::Passed),
        ],
    );
    let mut log = read(&bytes);
    let ids: Vec<&str> = log.run.cases.iter().map(|case| &*case.id).collect();
    assert_eq!(ids, ["a", "c"]);
    let unfinished: Vec<_> = log
        .run
        .unfinished
        .iter()
        .map(|one| (&*one.id, one.begun))
        .collect();
    assert_eq!(unfinished, [("b", true), ("d", false)]);
    assert_eq!(log.run.to_play_again(), ["b", "c", "d"]);
    assert!(!log.run.is_complete());
    let totals = log.run.totals();
    assert_eq!(
        (
            totals.selected,
            totals.passed,
            totals.failed,
            totals.unfinished
        ),
        (4, 1, 1, 2)
    );
    let case = log.run.cases[1].clone();
    assert_eq!(log.record(&case).expect("there").result, ResultKind::Failed);
}

#[test]
fn cases_are_counted_by_the_suites_they_were_played_in_also_those_that_are_not_over() {
    let mut header = header(&["a@x", "b@x"]);
    header.selected[0].suite = Some("x".into());
    let again = |suite: Option<&str>, ids: &[&str]| SelectedFile {
        suite: suite.map(str::to_owned),
        file: "a.json".into(),
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
    };
    header.selected.push(again(None, &["c"]));
    header.selected.push(again(Some("y"), &["a@y"]));
    header.selected.push(again(Some("x"), &["d@x"]));
    let bytes = log_of(
        &header,
        &[
            ended(0, "a@x", 1, ResultKind::Passed),
            ended(1, "b@x", 1, ResultKind::Skipped),
            ended(2, "c", 1, ResultKind::Failed),
            ended(3, "a@y", 1, ResultKind::Failed),
            ended(3, "a@y", 2, ResultKind::Passed),
        ],
    );
    let one = Totals {
        selected: 1,
        passed: 1,
        ..Totals::default()
    };
    let x = Totals {
        selected: 3,
        skipped: 1,
        unfinished: 1,
        ..one
    };
    let expected = [
        ("x".to_owned(), x),
        ("y".to_owned(), Totals { flaky: 1, ..one }),
    ];
    assert_eq!(read(&bytes).run.by_suite(), expected);
}

#[test]
fn the_last_attempt_counts_and_one_that_passed_late_is_flaky() {
    let bytes = log_of(
        &header(&["a", "b"]),
        &[
            ended(0, "a", 1, ResultKind::Failed),
            ended(1, "b", 1, ResultKind::Failed),
            ended(0, "a", 2, ResultKind::Passed),
            ended(1, "b", 2, ResultKind::Failed),
            Line::RunFinished { elapsed_us: 9 },
        ],
    );
    let mut log = read(&bytes);
    assert!(log.run.is_complete());
    let flaky: Vec<bool> = log.run.cases.iter().map(Played::is_flaky).collect();
    assert_eq!(flaky, [true, false]);
    assert_eq!(
        (
            log.run.totals().passed,
            log.run.totals().flaky,
            log.run.totals().failed
        ),
        (1, 1, 1)
    );
    let case = log.run.cases[0].clone();
    let attempts: Vec<u32> = log
        .earlier(&case)
        .expect("there")
        .iter()
        .map(|one| one.attempt)
        .collect();
    assert_eq!(
        (attempts, log.record(&case).expect("there").attempt),
        (vec![1], 2)
    );
    assert_eq!(log.run.to_play_again(), ["b"]);
}

#[test]
fn a_log_that_breaks_off_anywhere_yields_what_was_whole_by_then() {
    let lines = [
        started(0, "a"),
        ended(0, "a", 1, ResultKind::Passed),
        started(1, "b"),
        ended(1, "b", 1, ResultKind::Failed),
        Line::RunFinished { elapsed_us: 9 },
    ];
    let bytes = log_of(&header(&["a", "b"]), &lines);
    let first = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a line");
    for end in 0..=bytes.len() {
        let log = RunLog::read(Cursor::new(&bytes[..end]));
        if end <= first {
            assert!(matches!(log, Err(LogError::NoLog)), "{end}");
            continue;
        }
        let mut log = log.expect("a log");
        let over = bytes[..end]
            .windows(11)
            .filter(|part| part == b"\"elapsed_us")
            .count();
        assert!(log.run.cases.len() <= over, "{end}");
        assert_eq!(log.run.cases.len() + log.run.unfinished.len(), 2);
        for case in log.run.cases.clone() {
            assert_eq!(log.record(&case).expect("whole").id, case.id);
        }
    }
}

#[test]
fn what_is_no_log_or_a_later_one_is_refused_and_unknown_lines_are_not() {
    let refused = |text: &str| RunLog::read(Cursor::new(text.as_bytes())).expect_err("refused");
    assert!(matches!(refused(""), LogError::NoLog));
    assert!(matches!(refused("{}\n"), LogError::NoLog));
    assert!(matches!(refused("\u{1b}[m\n"), LogError::NoLog));
    let first = r#"{"event":"log","version":1,"program":"p","started_ms":0}"#;
    let later = first.replace(":1,", ":2,") + "\n";
    assert!(matches!(refused(&later), LogError::Version(2)));
    let damaged = format!("{first}\n{{\n");
    assert!(matches!(refused(&damaged), LogError::Line { line: 2, .. }));
    let unknown = format!("{first}\n{{\"event\":\"eclipse\",\"sun\":0}}\n");
    assert!(read(unknown.as_bytes()).run.cases.is_empty());
}

#[test]
fn what_was_left_over_from_earlier_runs_is_still_to_be_played() {
    let mut header = header(&["a"]);
    header.outstanding = vec!["z".into()];
    let bytes = log_of(&header, &[ended(0, "a", 1, ResultKind::Passed)]);
    assert_eq!(read(&bytes).run.to_play_again(), ["z"]);
}

#[test]
fn what_is_held_of_a_log_while_it_is_written_is_what_is_read_back() {
    let header = header(&["a", "b", "c", "d", "e"]);
    let mut named = ended(2, "c", 1, ResultKind::Skipped);
    if let Line::CaseEnded(record) = &mut named {
        record.reason = Some("not \"here\"".into());
    }
    let lines = [
        Line::RunStarted(Started {
            cases: 5,
            ..Started::default()
        }),
        started(0, "a"),
        ended(0, "a", 1, ResultKind::Failed),
        started(1, "b"),
        ended(1, "b", 1, ResultKind::Passed),
        started(3, "é\n"),
        ended(0, "a", 2, ResultKind::Passed),
        named,
        Line::CaseSlow {
            id: "d".into(),
            round: 1,
            elapsed_us: 7,
            waiting: Vec::new(),
        },
        Line::Stopping { at_us: 8 },
        ended(4, "e", 3, ResultKind::Cancelled),
        Line::RunFinished { elapsed_us: 9 },
    ];
    for upto in 0..=lines.len() {
        let writer = LogWriter::new(Vec::new(), header.clone(), Arc::default(), true);
        let mut writer = writer.expect("memory");
        for line in &lines[..upto] {
            writer.write(line.clone()).expect("memory");
        }
        let bytes = std::mem::take(writer.out());
        let mut read = read(&bytes);
        let written = writer.log(Cursor::new(&bytes[..])).expect("memory");
        let mut written = written.expect("it was to be read");
        assert_eq!(written.run, read.run, "{upto}");
        for case in read.run.cases.clone() {
            let (one, other) = (written.record(&case), read.record(&case));
            assert_eq!(one.expect("there"), other.expect("there"));
            let (one, other) = (written.earlier(&case), read.earlier(&case));
            assert_eq!(one.expect("there"), other.expect("there"));
        }
        assert!(
            writer
                .log(Cursor::new(&bytes[..]))
                .expect("memory")
                .is_none()
        );
    }
}
