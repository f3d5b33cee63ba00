//! `backchat check` as programs and editors use it: a line or an object for each mistake.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Program, Workplace};

const FINE: &[u8] = br#"{ "steps": [{ "expect": "Welcome!" }] }"#;
const TYPO: &[u8] =
    b"{ \"steps\": [\n  { \"expects\": \"a\" },\n  { \"expect\": \"a\", \"within\": \"2 s\" }\n] }";

/// Three files, of which the first and the last have mistakes, and one that cannot be read as text.
fn place() -> Workplace {
    Workplace::new()
        .file("scenarios/a.json", TYPO)
        .file("scenarios/b.json", FINE)
        .file("scenarios/c.json", b"{ \"steps\": [")
}

#[test]
fn json_is_an_object_a_line_in_order_and_alone_on_standard_output() {
    let output = place()
        .backchat(["check", "--message-format", "json"])
        .output();
    output
        .ends_with(3)
        .says("3 files checked: 1 ok, 2 with 3 errors\n")
        .shows_nothing_raw();
    let objects: Vec<Value> = (output.stdout.lines())
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    let places: Vec<_> = (objects.iter())
        .map(|object| {
            (
                object["file"].as_str().expect("a name"),
                object["line"].as_u64().expect("a line"),
                object["column"].as_u64().expect("a column"),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            ("scenarios/a.json", 2, 5),
            ("scenarios/a.json", 3, 30),
            ("scenarios/c.json", 1, 12),
        ]
    );
    for object in &objects {
        assert_eq!(object["severity"], "error");
        assert!(object["code"].as_str().expect("a code").starts_with("BC1"));
        assert!(object["end"]["line"].is_u64() && object["end"]["column"].is_u64());
    }
    assert_eq!(objects[0]["help"], "did you mean \"expect\"?");
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
}

#[test]
fn short_is_a_line_each_on_standard_error() {
    let output = place()
        .backchat(["check"])
        .env("BACKCHAT_MESSAGE_FORMAT", "short")
        .output();
    output.ends_with(3).shows_nothing_raw();
    assert!(output.stdout.is_empty(), "{output}");
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert_eq!(lines.len(), 4, "{output}");
    assert_eq!(
        lines[0],
        "scenarios/a.json:2:5: error[BC1004]: a step has no key `expects`; did you mean \"expect\"?"
    );
    assert!(lines[2].starts_with("scenarios/c.json:1:12: error[BC"));
}

#[test]
fn files_without_mistakes_give_no_lines() {
    let place = Workplace::new().file("scenarios/b.json", FINE);
    for format in ["short", "json"] {
        let output = place
            .backchat(["check", "--message-format", format])
            .output();
        output.ends_with(0);
        assert!(output.stdout.is_empty(), "{output}");
        assert_eq!(output.stderr, "1 file checked: 1 ok\n");
    }
}

#[test]
fn standard_input_has_a_name() {
    let output = Workplace::new()
        .backchat(["check", "-", "--message-format", "json"])
        .stdin(TYPO)
        .output();
    output.ends_with(3);
    let first = output.stdout.lines().next().expect("a line");
    let object: Value = serde_json::from_str(first).expect("an object");
    assert_eq!(object["file"], "<stdin>");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_has_neither_code_nor_place() {
    use std::os::unix::fs::PermissionsExt;

    let place = place();
    let path = place.path().join("scenarios/b.json");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("permissions");
    if std::fs::read(&path).is_ok() {
        // Root may read anything.
        return;
    }
    let output = place
        .backchat(["check", "--message-format", "json", "scenarios/b.json"])
        .output();
    output.ends_with(3);
    let object: Value = serde_json::from_str(output.stdout.trim_end()).expect("an object");
    assert_eq!(object["file"], "scenarios/b.json");
    assert_eq!(object["code"], Value::Null);
    assert_eq!(object["line"], Value::Null);
}

#[test]
fn a_mistake_in_a_fragment_names_every_place_that_led_there() {
    let place = Workplace::new()
        .file(
            "scenarios/a.json",
            b"{ \"steps\": [\n  { \"include\": \"_outer.json\" }\n] }",
        )
        .file(
            "scenarios/_outer.json",
            b"{ \"steps\": [{ \"include\": \"_inner.json\" }] }",
        )
        .file(
            "scenarios/_inner.json",
            b"{ \"steps\": [{ \"sent\": \"a\" }] }",
        );
    let output = place
        .backchat(["check", "--message-format", "json", "scenarios"])
        .output();
    output.ends_with(3);
    let object: Value = serde_json::from_str(output.stdout.trim_end()).expect("one object");
    assert_eq!(object["file"], "scenarios/_inner.json");
    assert_eq!(
        object["included"],
        serde_json::json!([
            { "file": "scenarios/_outer.json", "line": 1, "column": 26 },
            { "file": "scenarios/a.json", "line": 2, "column": 16 },
        ])
    );
}

#[test]
fn warnings_alone_fail_only_where_they_are_denied() {
    let place = Workplace::new().file(
        "scenarios/a.json",
        br#"{ "vars": { "user": "Rose" }, "steps": [{ "send": "hi" }] }"#,
    );
    let check = |more: &[&str]| {
        let words = ["check", "--message-format", "json"];
        place.backchat(words.iter().chain(more).copied()).output()
    };
    for (more, code) in [(&[][..], 0), (&["--deny-warnings"], 3)] {
        let output = check(more);
        output
            .ends_with(code)
            .says("1 file checked: 1 ok, 1 warning\n");
        let object: Value = serde_json::from_str(&output.stdout).expect("an object");
        assert_eq!(object["severity"], "warning");
        assert_eq!(object["code"], "BC1040");
        assert_eq!(object["column"], 13);
    }
}

#[test]
fn a_run_shows_the_warnings_of_what_it_plays_once() {
    let unused = br#"{ "vars": { "nobody": 1 }, "steps": [{ "expect": "Welcome!" }] }"#;
    let place = Workplace::new()
        .file("a.json", unused)
        .file("b.json", unused);
    let once = |args: &[&str]| {
        let all = ["run", "."].iter().chain(args).copied();
        let output = place.backchat(all).output();
        output.ends_with(0);
        output.stderr.matches("warning").count()
    };
    assert_eq!(once(&[]), 2);
    assert_eq!(once(&["-f", "a", "--repeat", "3"]), 1);
    assert_eq!(once(&["-q"]), 0);
}

#[test]
fn the_scenarios_of_the_project_earn_no_warnings() {
    Program::new(["check", "--deny-warnings", "scenarios"])
        .dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .ends_with(0);
}
