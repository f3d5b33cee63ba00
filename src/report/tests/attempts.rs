//! Cases that were tried again, in JUnit's XML: what each attempt came to, as readers of Maven's Surefire expect it.

use std::io::Cursor;

use serde_json::{Value, json};

use crate::report::{ReportKind, RunLog, write_report};

const LOG: &str = include_str!("run.jsonl");

/// Plays back a case with these attempts: the tag and content of each element of its test case, in order.
#[track_caller]
fn check(attempts: &[(&str, &str)], counted: &str, expected: &[&str]) {
    let failed = (LOG.lines())
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .find(|record| record["result"] == "failed")
        .expect("one that failed");
    let header = json!({
        "event": "log", "version": 1, "program": "p", "started_ms": 0, "selected": [{ "file": "a.json", "ids": ["a"] }],
    });
    let mut log = format!("{header}\n");
    for (n, (result, code)) in (1..).zip(attempts) {
        let mut record = json!({
            "event": "case_ended", "number": 0, "id": "a", "file": "a.json", "elapsed_us": 1,
            "attempt": n, "result": result,
        });
        if *result == "failed" {
            record["failure"] = failed["failure"].clone();
            record["failure"]["code"] = (*code).into();
            record["failure"]["text"] = format!("attempt {n}").into();
        }
        log.push_str(&format!("{record}\n"));
    }
    let mut log = RunLog::read(Cursor::new(log.into_bytes())).expect("a log");
    let mut xml = Vec::new();
    write_report(ReportKind::Junit, &mut log, "", &mut xml).expect("memory");
    let xml = String::from_utf8(xml).expect("text");
    assert!(xml.contains(counted), "{xml}");
    let (_, case) = xml.split_once("<testcase ").expect("a test case");
    let elements: Vec<String> = (case.lines().skip(1))
        .map(str::trim)
        .take_while(|line| *line != "</testcase>")
        .map(|line| {
            let (tag, rest) = line[1..].split_once(' ').expect("attributes");
            let end = format!("</{tag}>");
            let content = rest
                .strip_suffix(&end)
                .and_then(|rest| rest.split_once('>'));
            let content = content.map_or("", |(_, content)| content);
            format!("{tag}: {content}")
        })
        .collect();
    assert_eq!(elements, expected);
}

#[test]
fn what_failed_each_time_has_its_first_failure_and_then_those_of_its_reruns() {
    let failures = [
        ("failed", "BC2001"),
        ("failed", "BC2002"),
        ("failed", "BC2003"),
    ];
    check(&failures[..1], r#"failures="1""#, &["failure: attempt 1"]);
    check(
        &failures,
        r#"failures="1""#,
        &[
            "failure: attempt 1",
            "rerunFailure: <stackTrace>attempt 2</stackTrace>",
            "rerunFailure: <stackTrace>attempt 3</stackTrace>",
        ],
    );
}

#[test]
fn what_passed_when_it_was_tried_again_has_no_failure_but_flaky_ones() {
    let attempts = [("failed", "BC2001"), ("failed", "BC2002"), ("passed", "")];
    check(
        &attempts,
        r#"failures="0""#,
        &[
            "flakyFailure: <stackTrace>attempt 1</stackTrace>",
            "flakyFailure: <stackTrace>attempt 2</stackTrace>",
        ],
    );
}

#[test]
fn what_failed_because_it_passed_too_late_says_so_beside_its_flaky_failures() {
    let attempts = [("failed", "BC2001"), ("failed", "BC2049")];
    check(
        &attempts,
        r#"failures="1""#,
        &[
            "failure: attempt 2",
            "flakyFailure: <stackTrace>attempt 1</stackTrace>",
        ],
    );
}

#[test]
fn what_was_cancelled_when_it_was_tried_again_is_an_error() {
    let attempts = [("failed", "BC2001"), ("cancelled", "")];
    check(
        &attempts,
        r#"errors="1""#,
        &[
            "error: ",
            "rerunFailure: <stackTrace>attempt 1</stackTrace>",
        ],
    );
}
