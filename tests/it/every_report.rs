//! Reports of runs that went badly: with hostile peers, ended by signals, without room on the disk. Each kind is made and read.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{Program, Running, Server, Workplace};

/// Each kind, and where it goes.
const KINDS: [(&str, &str); 7] = [
    ("junit", "all/junit.xml"),
    ("tap", "all/report.tap"),
    ("json", "all/report.json"),
    ("github", "all/github.txt"),
    ("markdown", "all/report.md"),
    ("html", "all/report.html"),
    ("text", "all/report.txt"),
];

/// How large a report of few cases may be, whatever a peer has said.
const MOST: usize = 256 << 10;

/// The flags that ask for all of them.
fn wanted() -> Vec<String> {
    KINDS
        .iter()
        .flat_map(|(kind, path)| ["--report".to_owned(), format!("{kind}={path}")])
        .collect()
}

/// Reads them all, each as far as it has a form, and gives them back with their kinds.
fn read(place: &Path) -> Vec<(&'static str, String)> {
    let reports: Vec<(&str, String)> = KINDS
        .iter()
        .map(|(kind, path)| {
            let bytes = fs::read(place.join(path)).expect(path);
            (*kind, String::from_utf8(bytes).expect("text"))
        })
        .collect();
    for (kind, text) in &reports {
        // What moves a cursor, ends a string or turns the direction of writing stands in none.
        let raw = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}');
        assert!(!text.contains(raw), "{kind}: {text}");
        assert!(text.len() < MOST, "{kind} has {} bytes", text.len());
        match *kind {
            "junit" => is_xml(text),
            "tap" => is_tap(text),
            "json" => is_of_its_schema(text),
            "github" => assert!(text.lines().all(|line| line.starts_with("::")), "{text}"),
            "html" => is_a_page(text),
            _ => {}
        }
    }
    reports
}

/// Elements are balanced, and nothing in a text or an attribute looks like one.
fn is_xml(text: &str) {
    assert!(!text.contains("]]>") && !text.contains("<!"), "{text}");
    let (mut open, mut rest) = (Vec::new(), text.split_once("?>").expect("a declaration").1);
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag has an end");
        let name = tag.trim_start_matches('/').split([' ', '/']).next();
        match (tag.strip_prefix('/'), tag.ends_with('/')) {
            (Some(_), _) => assert_eq!(open.pop(), name, "{tag}"),
            (None, false) => open.push(name.expect("a name")),
            (None, true) => {}
        }
        rest = after;
    }
    assert_eq!(open, Vec::<&str>::new());
}

/// A plan, as many results as it says or a bail-out, and blocks that are closed.
fn is_tap(text: &str) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 14"));
    let plan = lines.next().and_then(|plan| plan.strip_prefix("1.."));
    let planned: usize = plan.expect("a plan").parse().expect("a number");
    let results = lines
        .clone()
        .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "));
    let results = results.count();
    let gave_up = lines.clone().any(|line| line.starts_with("Bail out!"));
    assert!(results == planned || results < planned && gave_up, "{text}");
    let count = |mark| lines.clone().filter(|line| *line == mark).count();
    assert_eq!(count("  ---"), count("  ..."), "{text}");
    let begins = ["ok ", "not ok ", "  ", "# ", "Bail out!"];
    assert!(
        lines.all(|line| begins.iter().any(|begin| line.starts_with(begin)) || line.is_empty()),
        "{text}"
    );
}

fn is_of_its_schema(text: &str) {
    let schema = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/report.schema.json"));
    let schema: Value = serde_json::from_slice(&schema.expect("a file")).expect("JSON");
    let schema = jsonschema::draft7::new(&schema).expect("a schema of draft-07");
    let report: Value = serde_json::from_str(text).expect("JSON");
    let wrong: Vec<String> = schema.iter_errors(&report).map(|e| e.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

/// No element but those of the page itself.
fn is_a_page(text: &str) {
    let count = |tag: &str| text.matches(tag).count();
    assert_eq!(count("<script"), count("</script>"));
    assert!(
        count("<script>") == 1
            && count("<script ") == count("<script type=\"application/json\" id=\""),
        "{text}"
    );
    assert!(
        !["<img", "<iframe", "<link", "http-equiv=\"refresh"]
            .iter()
            .any(|tag| text.contains(tag))
    );
}

/// Says a hostile reply, and waits until the client has gone.
fn says(reply: Vec<u8>) -> Server {
    Server::start(move |mut stream: TcpStream| {
        let _ = stream.write_all(&reply);
        let _ = stream.read(&mut [0]);
    })
}

#[test]
fn whatever_a_peer_says_is_text_in_every_report() {
    let steers = "\x1b[2J\x1b]0;owned\x07\0\u{9b}31m\u{202e}\r".as_bytes();
    let markup = b"]]></failure></testcase><![CDATA[</script><script>alert(1)</script><img src=x onerror=alert(1)><!--";
    let forms =
        b"```\n# h\n|a|\n%0A::error::x\n::error::y\nok 2 - z\nnot ok 3\n  ...\nBail out!\n1..0\n";
    let no_text = b"\xff\xfe\xc3(\xed\xa0\x80\xf8";
    let large = "x".repeat(10 << 20).into_bytes();
    for (name, reply) in [
        ("steers", steers.to_vec()),
        ("markup", markup.to_vec()),
        ("forms", forms.to_vec()),
        ("no text", no_text.to_vec()),
        ("all", [steers, markup, forms, no_text].concat()),
        ("large", [markup, &large[..], no_text].concat()),
    ] {
        let server = says([&reply[..], b"\n"].concat());
        let scenario = br#"{ "framing": { "line": { "max_message": 16777216 } }, "steps": [{ "expect": "Welcome!" }] }"#;
        let raw = br#"{ "framing": "raw", "steps": [{ "expect_bytes": { "suffix": "never" }, "within": "1s" }] }"#;
        let place = Workplace::new()
            .file("scenarios/line.json", scenario)
            .file("scenarios/raw.json", raw);
        let mut flags: Vec<String> = ["run", "--no-fail-fast", "-j", "1", "-t", &server.target()]
            .map(str::to_owned)
            .to_vec();
        flags.extend(wanted());
        let output = place.backchat(flags.iter().map(String::as_str)).output();
        output.ends_with(1).shows_nothing_raw().says("2 failed");
        for (kind, text) in read(place.path()) {
            assert!(text.contains("line"), "{name}: {kind}: {text}");
        }
    }
}

/// A run that has passed one case, failed another, hangs in the third and has the fourth before it.
fn hanging(place: &Workplace) -> Running {
    let passes = r#"{ "steps": [{ "expect": "Welcome!" }] }"#;
    let fails = r#"{ "steps": [{ "expect": "Go away!" }] }"#;
    let hangs = r#"{ "steps": [{ "expect": "Welcome!" }, { "wait": "10m" }] }"#;
    fs::create_dir_all(place.path().join("scenarios")).expect("a folder");
    for (name, text) in [("a", passes), ("b", fails), ("c", hangs), ("d", passes)] {
        fs::write(place.path().join(format!("scenarios/{name}.json")), text).expect("a file");
    }
    let words = [
        "run",
        "-j",
        "1",
        "--no-fail-fast",
        "--slow-timeout",
        "100ms",
        "--out",
        "kept",
    ];
    let run = place.backchat(words).start();
    run.until_said("s] c   step 2 of 2 has waited");
    run
}

#[test]
#[cfg(unix)]
fn the_log_of_a_run_that_a_signal_ended_yields_all_reports() {
    for signal in ["INT", "TERM", "KILL"] {
        let place = Workplace::new();
        let run = hanging(&place);
        run.signal(signal);
        let ended = run.end();
        let code = match signal {
            "INT" => Some(130),
            "TERM" => Some(143),
            _ => None,
        };
        assert_eq!(ended.code, code, "{signal}: {ended}");
        let mut words: Vec<String> = ["report", "show", "kept"].map(str::to_owned).to_vec();
        words.extend(wanted());
        place
            .backchat(words.iter().map(String::as_str))
            .output()
            .ends_with(0);
        for (kind, text) in read(place.path()) {
            let (failed, open) = match kind {
                "junit" => (
                    "tests=\"4\" failures=\"1\" errors=\"2\"",
                    "type=\"unfinished\"",
                ),
                "tap" => (
                    "not ok 2 - b",
                    "Bail out! 2 of 4 cases were not played to their end",
                ),
                "json" => ("\"failed\":1", "\"unfinished\":2"),
                "github" => (
                    "::error file=scenarios/b.json,line=1,",
                    "the run was not played to its end",
                ),
                "markdown" => (
                    "b: reply differs at step 1 of 1",
                    "2 not played to their end",
                ),
                "html" => ("1 of 4 failed", "data-state=\"unfinished\""),
                _ => ("error[BC2001]", "4 selected: 1 passed, 1 failed"),
            };
            let text = text.replace(": ", ":").replace("skipped=\"0\" ", "");
            for words in [failed, open] {
                let words = words.replace(": ", ":");
                assert!(
                    text.contains(&words),
                    "{signal}: {kind} lacks {words}: {text}"
                );
            }
            // Whoever looks for what hung finds the step; its line too, where the run could still say so.
            let hung = ["step 2 of 2 has waited "];
            let line = ["scenarios/c.json"]
                .into_iter()
                .filter(|_| signal != "KILL");
            for words in hung.into_iter().chain(line) {
                assert!(
                    text.contains(words),
                    "{signal}: {kind} lacks {words}: {text}"
                );
            }
        }
        place
            .backchat([
                "run",
                "--rerun-failed",
                "--out",
                "kept",
                "--max-fail",
                "1",
                "-f",
                "b",
            ])
            .output()
            .ends_with(1);
    }
}

/// Each line of a log is whole, but perhaps the last.
fn is_a_log(path: PathBuf) {
    let log = fs::read_to_string(path).expect("a log");
    let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
    for line in whole.lines() {
        serde_json::from_str::<Value>(line).expect("each line is JSON");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn where_a_disk_is_full_the_file_is_named_and_nothing_is_left_of_it() {
    let fails = br#"{ "steps": [{ "expect": "Go away!" }] }"#;
    let mut place = Workplace::new();
    for n in 0..20 {
        place = place.file(&format!("scenarios/{n}.json"), fails);
    }
    let run = |kib, words: &[&str]| {
        let words = ["run", "--no-fail-fast"].iter().chain(words).copied();
        Program::with_small_files(kib, words)
            .dir(place.path())
            .output()
    };
    // The log has no room.
    run(4, &["--report", "json"])
        .ends_with(74)
        .says("error: cannot write backchat-out/run.jsonl: ")
        .says("20 run: 0 passed, 20 failed");
    is_a_log(place.path().join("backchat-out/run.jsonl"));
    // What it has is reported, as what it is: not all.
    let report = fs::read_to_string(place.path().join("backchat-out/report.json"));
    let report: Value = serde_json::from_str(&report.expect("a report")).expect("JSON");
    assert_eq!(report["complete"], false);
    assert!(
        report["totals"]["unfinished"].as_u64() > Some(0),
        "{report}"
    );
    // Nobody asked for it: the run is what counts.
    run(4, &[])
        .ends_with(1)
        .says("warning: cannot write backchat-out/run.jsonl: ")
        .says("20 run: 0 passed, 20 failed");
    // What there was of it can be shown.
    place.backchat(["report", "show"]).output().ends_with(0);
    // The log has room, a report has none, and the others do.
    fs::remove_dir_all(place.path().join("scenarios")).expect("there");
    fs::create_dir_all(place.path().join("scenarios")).expect("a folder");
    fs::write(place.path().join("scenarios/a.json"), fails).expect("a file");
    fs::create_dir_all(place.path().join("all")).expect("a folder");
    fs::write(place.path().join("all/page.html"), "of before").expect("a file");
    let output = run(
        8,
        &[
            "--report",
            "html=all/page.html",
            "--report",
            "tap=all/report.tap",
        ],
    );
    output
        .ends_with(74)
        .says("error: cannot write all/page.html: ")
        .says("report  all/report.tap");
    let mut left: Vec<_> = fs::read_dir(place.path().join("all"))
        .expect("a folder")
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["page.html", "report.tap"], "and no half of one");
    let page = fs::read(place.path().join("all/page.html")).expect("there");
    assert_eq!(page, b"of before");
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_nobody_may_write_is_named() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    // Not even root makes files there.
    for (words, name) in [
        (["--out", "/proc/backchat"], "/proc/backchat/run.jsonl"),
        (["--report", "junit=/proc/junit.xml"], "/proc/junit.xml"),
        (
            ["--report", "html=/proc/backchat/page.html"],
            "/proc/backchat/page.html",
        ),
    ] {
        let words = ["run", "talk.json"].into_iter().chain(words);
        let output = place.backchat(words).output();
        output
            .ends_with(74)
            .says(&format!("error: cannot write {name}: "));
    }
    let shown = [
        "report",
        "show",
        "backchat-out",
        "--report",
        "tap=/proc/report.tap",
    ];
    place
        .backchat(shown)
        .output()
        .ends_with(74)
        .says("cannot write /proc/report.tap: ");
}
