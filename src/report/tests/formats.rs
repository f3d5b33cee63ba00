//! Every kind of report, made of one fixed log: `golden/report.KIND`. The log has a peer that is hostile to all of them.
//!
//! `SNAPSHOTS=overwrite cargo test --lib report::` writes them anew; read the difference before you commit it.

use std::io::Cursor;
use std::path::PathBuf;

use snapbox::{Assert, Data, IntoData};

use crate::report::{ReportKind, RunLog, write_report};

const LOG: &str = include_str!("run.jsonl");

fn report(kind: ReportKind, log: &str) -> String {
    let mut log = RunLog::read(Cursor::new(log.as_bytes())).expect("a log");
    let mut out = Vec::new();
    write_report(kind, &mut log, "", &mut out).expect("memory");
    String::from_utf8(out).expect("text")
}

#[test]
fn every_report_is_word_for_word_what_is_written_down() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/report/tests/golden");
    for kind in ReportKind::ALL {
        let golden = folder.join(format!("report.{}", kind.name()));
        Assert::new().action_env("SNAPSHOTS").eq(
            report(kind, LOG).raw(),
            Data::read_from(&golden, None).raw(),
        );
    }
}

#[test]
fn nothing_of_a_hostile_peer_is_more_than_text() {
    let junit = report(ReportKind::Junit, LOG);
    let is_xml = |c: char| matches!(c, '\n' | '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(junit.chars().all(is_xml));
    assert_eq!(
        junit.matches("</testcase>").count(),
        junit.matches("<testcase ").count() - 1,
        "one passed"
    );
    assert!(!junit.contains("]]>") && !junit.contains("<script"));

    let html = report(ReportKind::Html, LOG);
    let scripts = html.matches("<script").count();
    assert_eq!(scripts, html.matches("</script>").count());
    assert_eq!(
        scripts, 7,
        "five cases with details, the list, and the program"
    );
    assert!(!html.contains("<script>alert"));
    assert_eq!(
        html.matches(" src=").count() + html.matches("href=").count(),
        0
    );

    for kind in [ReportKind::Tap, ReportKind::Json] {
        let shown = report(kind, LOG);
        let titles = shown.lines().filter(|line| line.contains("message"));
        for line in titles {
            assert!(line.is_ascii(), "{line:?}");
        }
    }
    for kind in ReportKind::ALL {
        let shown = report(kind, LOG);
        let steers = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!shown.contains(steers), "{kind:?}");
    }
    let github = report(ReportKind::Github, LOG);
    let commands = github.lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(
        commands,
        github.lines().count(),
        "nothing begins a line of its own: {github}"
    );
    assert_eq!(commands, 6);
}

#[test]
fn at_most_nine_failures_are_annotated() {
    let ids: Vec<String> = (0..30).map(|n| format!("\"c{n}\"")).collect();
    let mut log = format!(
        "{{\"event\":\"log\",\"version\":1,\"program\":\"p\",\"started_ms\":0,\"selected\":[{{\"file\":\"a.json\",\"ids\":[{}]}}]}}\n",
        ids.join(",")
    );
    let failed = LOG
        .lines()
        .find(|line| line.contains("\"login/bad\", \"file\""))
        .expect("there");
    for n in 0..30 {
        let line = failed.replace("\"number\": 0", &format!("\"number\": {n}"));
        log.push_str(&line.replace("\"id\": \"login/bad\"", &format!("\"id\": \"c{n}\"")));
        log.push('\n');
    }
    let github = report(ReportKind::Github, &log);
    assert_eq!(github.lines().count(), 10, "{github}");
    assert!(
        github.ends_with(
            "::error title=backchat::21 more cases failed; the log of this run names them: backchat report show\n"
        )
    );
}
