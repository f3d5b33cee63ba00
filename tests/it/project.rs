//! `backchat.json`: suites, profiles, and what is wrong with them.

mod mistakes;
mod paths;
mod targets;

use std::io::Write as _;

use backchat::scenario::{project_schema, read_project};
use serde_json::Value;

use crate::harness::{Output, Server, Workplace, blocks, document};

/// A scenario that says who is greeted, and leaves to its suite how messages are cut.
const GREETED: &str = r#"{ "steps": [
    { "expect": "Welcome!" }, { "send": "{{ who }}" }, { "expect": "Hello, {{ who }}!" } ] }"#;

/// Another one, which needs no names.
const PLAIN: &str = r#"{ "steps": [{ "expect": "Welcome!" }] }"#;

fn place(project: &str) -> Workplace {
    Workplace::new()
        .file("backchat.json", project.as_bytes())
        .file("greeted/a.json", GREETED.as_bytes())
        .file("plain/b.json", PLAIN.as_bytes())
        .file("below/deep/note.txt", b"")
}

fn run(place: &Workplace, words: &[&str]) -> Output {
    let words = ["run"].into_iter().chain(words.iter().copied());
    place.backchat(words).output()
}

/// One suite of a started server that speaks CRLF, one of the built-in server, with a scenario that is in both.
fn two_suites() -> String {
    let exe = env!("CARGO_BIN_EXE_backchat");
    let command = format!("'{exe}' serve -l 127.0.0.1:{{port}} --framing crlf");
    let command = serde_json::to_string(&command).expect("JSON");
    format!(
        r#"{{ "suites": {{
            "started": {{ "paths": ["greeted"], "spawn": {command}, "vars": {{ "who": "Rose" }},
                          "framing": {{ "line": {{ "ending": "crlf" }} }} }},
            "built-in": {{ "paths": ["greeted", "plain"], "vars": {{ "who": "Think" }} }}
        }} }}"#
    )
}

#[test]
fn what_is_typed_of_how_a_program_is_started_holds_for_those_of_suites() {
    let deaf = r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "sleep 600 {port}" } } }"#;
    run(&place(deaf), &["--ready-timeout", "50ms"])
        .ends_with(5)
        .says("was not ready within 50ms");
    let place = place(&two_suites());
    run(&place, &["--suite", "started", "--fresh", "-v"])
        .ends_with(0)
        .says("(a fresh one for each case)");
    // There is no program.
    run(&place, &["--suite", "built-in", "--fresh"])
        .ends_with(2)
        .says("or as `spawn` in backchat.json");
}

#[test]
fn each_suite_is_played_against_its_own_target_with_its_own_names() {
    let place = place(&two_suites());
    run(&place, &[])
        .ends_with(0)
        .says("suites started, built-in")
        .says("a@started")
        .says("a@built-in")
        .says("3 run: 3 passed");
    // One of them alone; its ids are the same.
    run(&place, &["--suite", "started"])
        .ends_with(0)
        .says("a@started")
        .says("1 run: 1 passed");
    // A file is played in its suites, wherever it is named from.
    run(&place, &["greeted/a.json"])
        .ends_with(0)
        .says("2 run: 2 passed");
    run(&place, &["plain"])
        .ends_with(0)
        .says("[1/1] b")
        .does_not_say("warning");
    // What is typed is stronger.
    run(&place, &["plain", "--simulate"])
        .ends_with(0)
        .says("simulated in memory");
    run(&place, &["--suite", "started", "--var", "who=Babala", "-v"])
        .ends_with(0)
        .says("Hello, Babala!");
    run(&place, &["-t", "localhost:1"])
        .ends_with(2)
        .says("which suite is to be played against this target?");
    run(&place, &["--suite", "built-in", "-t", "localhost:1"]).ends_with(5);
}

#[test]
fn the_nearest_file_holds_from_everywhere_below_it() {
    let place = place(&two_suites());
    let below = place.path().join("below/deep");
    let run = |words: &[&str]| {
        let words = words.iter().copied();
        place.backchat(words).dir(&below).output()
    };
    run(&["run", "--suite", "started"])
        .ends_with(0)
        .says("1 passed");
    // The configuration and two scenarios, one of which is in both suites.
    run(&["check"]).ends_with(0).says("3 files checked: 3 ok");
    run(&["run", "--config", "../none.json"])
        .ends_with(2)
        .says("no such file or folder: ../none.json");
    run(&["run", "--config", "."])
        .ends_with(2)
        .says("cannot read .: ");
}

#[test]
fn a_file_of_several_suites_is_counted_and_warned_of_once() {
    let suites = r#"{ "suites": {
        "one": { "paths": ["mixed"], "vars": { "who": "Rose", "how": "well" } },
        "two": { "paths": ["mixed"], "vars": { "how": "well", "who": "Think" } },
        "three": { "paths": ["mixed/c.json"] } } }"#;
    let warned = br#"{ "vars": { "nobody": 1 }, "steps": [{ "expect": "Welcome!" }] }"#;
    let named = br#"{ "vars": { "nobody": 1 }, "steps": [{ "send": "{{ who }}" }] }"#;
    let place = place(suites)
        .file("mixed/a.json", warned)
        .file("mixed/b.json", warned)
        .file("mixed/c.json", warned);
    let check = |words: &[&str]| {
        let words = ["check", "--message-format", "short"].iter().chain(words);
        place.backchat(words.copied()).output()
    };
    let lines = |output: &Output| output.stderr.lines().count();
    for paths in [&[][..], &["mixed"], &["mixed", "mixed/c.json"]] {
        let files = 3 + usize::from(paths.is_empty());
        let output = check(paths);
        output
            .ends_with(0)
            .says(&format!("{files} files checked: {files} ok, 3 warnings\n"));
        assert_eq!(lines(&output), 4, "{output}");
    }
    // Only the third suite has no name for it; the warning is that of all three.
    std::fs::write(place.path().join("mixed/c.json"), named).expect("a file");
    let output = check(&[]);
    output
        .ends_with(3)
        .says("mixed/c.json:1:13: warning[BC1040]")
        .says("mixed/c.json:1:52: error[BC1019]")
        .says("4 files checked: 3 ok, 1 with 1 error, 3 warnings\n");
    assert_eq!(lines(&output), 5, "{output}");
    run(&place, &[])
        .ends_with(3)
        .says("3 files checked: 2 ok, 1 with 1 error: nothing was sent");
    // The file is still played in each suite that it is fine in.
    run(&place, &["--suite", "one", "--suite", "two", "--list"]).ends_with(0);
    let output = run(
        &place,
        &["--suite", "one", "--suite", "two", "mixed/a.json"],
    );
    output.ends_with(0).says("2 run: 2 passed");
    assert_eq!(output.stderr.matches("warning").count(), 1, "{output}");
}

#[test]
fn what_a_suite_requires_skips_all_its_scenarios() {
    let place = place(
        r#"{ "suites": { "away": { "paths": ["plain"], "requires": ["program:no-such-program"] } } }"#,
    );
    run(&place, &[])
        .ends_with(0)
        .says("1 skipped")
        .says("requires program:no-such-program (not found in PATH)");
}

#[test]
fn a_program_that_is_not_started_need_not_be_there() {
    let place = place(
        r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "no-such-program {port}", "requires": ["program:no-such-program"] } } }"#,
    );
    run(&place, &[])
        .ends_with(0)
        .says("requires program:no-such-program");
    let server = Server::start(|mut stream| stream.write_all(b"Welcome!\n").expect("written"));
    run(&place, &["-t", &server.target()])
        .ends_with(0)
        .says("1 passed");
}

#[test]
fn a_flag_beats_its_variable_which_beats_the_profile_which_beats_the_default() {
    let place = place(
        r#"{ "suites": { "all": { "paths": ["plain"] } },
             "profiles": {
               "default": { "jobs": 3, "deny_skips": true, "report": ["tap=out/all.tap"] },
               "ci": { "jobs": 5, "fail_fast": true },
               "other": { "jobs": 6, "max_fail": 2 } } }"#,
    );
    let jobs = |words: &[&str], env: &[(&str, &str)]| {
        let words = ["run"].into_iter().chain(words.iter().copied());
        let program = place.backchat(words);
        let set = env.iter();
        set.fold(program, |program, (name, value)| program.env(name, value))
            .output()
    };
    jobs(&[], &[])
        .ends_with(0)
        .says("3 at a time")
        .says("out/all.tap");
    assert!(place.path().join("out/all.tap").is_file());
    jobs(&["-P", "other"], &[])
        .ends_with(0)
        .says("6 at a time")
        .says("out/all.tap");
    jobs(&[], &[("CI", "1")]).ends_with(0).says("5 at a time");
    jobs(&[], &[("CI", "1"), ("BACKCHAT_PROFILE", "other")]).says("6 at a time");
    jobs(&["-P", "other"], &[("BACKCHAT_JOBS", "7")]).says("7 at a time");
    jobs(&["-P", "other", "-j", "9"], &[("BACKCHAT_JOBS", "7")]).says("9 at a time");
    // It is typed how the run stops: what the profile says of that does not count.
    jobs(&["-P", "ci", "--no-fail-fast"], &[]).ends_with(0);
    jobs(&["-P", "other", "--fail-fast"], &[]).ends_with(0);
    jobs(&["-P", "none"], &[])
        .ends_with(2)
        .says("backchat.json has no profile none; it has default, ci, other");
    jobs(&["--suite", "al"], &[])
        .ends_with(2)
        .says("did you mean all?");
}

#[test]
fn a_profile_says_which_suites_are_played_where_nothing_else_does() {
    let project = two_suites();
    let (head, _) = project.rsplit_once('}').expect("an object");
    let project =
        format!(r#"{head}, "profiles": {{ "default": {{ "suites": ["built-in"] }} }} }}"#);
    let place = place(&project);
    run(&place, &[]).ends_with(0).says("2 run: 2 passed");
    run(&place, &["--suite", "started"])
        .ends_with(0)
        .says("1 run: 1 passed");
    run(&place, &["greeted"])
        .ends_with(0)
        .says("2 run: 2 passed");
}

#[test]
fn a_failed_run_is_played_again_in_the_way_it_was() {
    let place = place(
        r#"{ "suites": { "one": { "paths": ["greeted"], "vars": { "who": "x" } },
                         "two": { "paths": ["greeted"], "vars": { "who": "exit" } } } }"#,
    );
    run(&place, &["--no-fail-fast"])
        .ends_with(1)
        .says("1 passed, 1 failed");
    run(&place, &["--rerun-failed"])
        .ends_with(1)
        .says("a@two")
        .says("0 passed, 1 failed");
    let again = Workplace::new();
    again
        .backchat(["run", "-P", "x"])
        .output()
        .ends_with(2)
        .says("there is no profile x: there is no backchat.json here or above");
}

/// What stands in the file, and what is said of it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "[]",
        "the configuration of a project is an object, and this file is an array",
    ),
    (r#"{ "suits": {} }"#, "did you mean \"suites\"?"),
    (
        r#"{ "suites": [] }"#,
        "`suites` takes an object with a key for each",
    ),
    (
        r#"{ "suites": { "a b": { "paths": ["plain"] } } }"#,
        "a name is letters, digits",
    ),
    (
        r#"{ "suites": { "a": 1 } }"#,
        "an entry of `suites` takes an object with options",
    ),
    (r#"{ "suites": { "a": {} } }"#, "a suite needs `paths`"),
    (
        r#"{ "suites": { "a": { "paths": [] } } }"#,
        "a suite needs at least one path",
    ),
    (
        r#"{ "suites": { "a": { "paths": [""] } } }"#,
        "a path cannot be empty",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["none"] } } }"#,
        "no such file or folder: none",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "target": "ftp://x" } } }"#,
        "unknown kind of address",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "target": "" } } }"#,
        "`target` cannot be empty",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "targets": ["tcp://localhost:1"] } } }"#,
        "`targets` takes an object such as",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "targets": { "a b": "tcp://localhost:1" } } } }"#,
        "`a b` cannot name a target",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "targets": { "b": 1 } } } }"#,
        "an entry of `targets` takes text in quotes, not a number",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "targets": { "b": " " } } } }"#,
        "an entry of `targets` cannot be empty",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "targets": { "b": "embedded" } } } }"#,
        "`targets`: \"embedded\" names no port",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "targets": { "b": "ftp://x" } } } }"#,
        "unknown kind of address",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "targets": { "b": "udp://127.0.0.1:0" } } } }"#,
        "nobody can be reached at port 0",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "./x {port}", "targets": { "b": "unix:{socket}" } } } }"#,
        "`targets`: the target has {socket}, and the command to spawn has not",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "./x" } } }"#,
        "has neither {port} nor {socket}",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "./x {prot}" } } }"#,
        "= help: {prot} stays as it is; did you mean \"{port}\"?",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "./x {port}", "targets": { "b": "unix:{sokcet}" } } } }"#,
        "did you mean \"{socket}\"?",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "./x '{port}" } } }"#,
        "a quote that is not closed",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "fresh": true } } }"#,
        "`fresh` has no effect without `spawn`",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "./x {port}", "ready_when": "soon" } } }"#,
        "write port, output:REGEX",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "spawn": "./x {port}", "ready_timeout": "0s" } } }"#,
        "`ready_timeout` cannot be zero",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "health": "none.json" } } }"#,
        "no such file or folder: none.json",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "requires": ["ipv7"] } } }"#,
        "cannot be `ipv7`",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "features": ["a b"] } } }"#,
        "no name of a feature",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "vars": { "seed": 1 } } } }"#,
        "`seed` cannot be set",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "framing": "lines" } } }"#,
        "did you mean \"line\"?",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "tls": { "ca": "none.pem" } } } }"#,
        "cannot read none.pem",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "tls": { "key": "k.pem" } } } }"#,
        "`key` without `cert` has no effect",
    ),
    (
        r#"{ "suites": { "a": { "paths": ["plain"], "tls": { "ca": "c", "insecure": true } } } }"#,
        "`ca` beside `insecure`",
    ),
    (
        r#"{ "profiles": { "p": { "jobs": 0 } } }"#,
        "a number from 1 to 65536",
    ),
    (
        r#"{ "profiles": { "p": { "retries": 101 } } }"#,
        "a number from 0 to 100",
    ),
    (
        r#"{ "profiles": { "p": { "timeout": 5 } } }"#,
        "\"5s\" seconds",
    ),
    (
        r#"{ "profiles": { "p": { "timeout": "0s" } } }"#,
        "`timeout` cannot be zero",
    ),
    (
        r#"{ "profiles": { "p": { "segment": "bytes" } } }"#,
        "did you mean \"byte\"?",
    ),
    (
        r#"{ "profiles": { "p": { "fail_fast": 1 } } }"#,
        "takes true or false",
    ),
    (
        r#"{ "profiles": { "p": { "fail_fast": true, "max_fail": 2 } } }"#,
        "both say when the run stops",
    ),
    (
        r#"{ "profiles": { "p": { "report": ["junitt"] } } }"#,
        "did you mean `junit`?",
    ),
    (
        r#"{ "profiles": { "p": { "suites": ["x"] } } }"#,
        "there is no suite `x`",
    ),
    (
        r#"{ "profiles": { "p": { "colour": "red" } } }"#,
        "a profile has no key `colour`",
    ),
    ("{ \"suites\": {", "backchat.json:1"),
];

/// What a schema cannot know: files, other keys, what a text means to whoever uses it.
const UNSAID: &[&str] = &[
    "no such file",
    "unknown kind",
    "cannot be empty",
    "neither {port}",
    "did you mean \"{port}\"?",
    "did you mean \"{socket}\"?",
    "names no port",
    "port 0",
    "the target has",
    "a quote",
    "without",
    "write port",
    "none.pem",
    "beside",
    "both",
    "junit",
    "no suite",
    "at least one path",
    "no name of a feature",
];

#[test]
fn each_mistake_is_shown_where_it_stands_and_nothing_is_sent() {
    for (project, said) in MISTAKES {
        let place = place(project);
        let check = |words: &[&str]| place.backchat(words.iter().copied()).output();
        check(&["check", "backchat.json"])
            .ends_with(3)
            .says(said)
            .says("backchat.json:1:");
        check(&["check", "--message-format", "short"])
            .ends_with(3)
            .says("backchat.json:1:");
    }
    for project in [
        "[]",
        r#"{ "suites": { "a": { "paths": ["plain"], "target": "ftp://x" } } }"#,
    ] {
        run(&place(project), &[])
            .ends_with(3)
            .says("backchat.json has 1 error: nothing was sent");
    }
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema: Value = serde_json::from_str(&project_schema()).expect("JSON");
    let schema = jsonschema::draft7::new(&schema).expect("a schema of draft-07");
    let mut refused = 0;
    for (project, said) in MISTAKES {
        let Ok(value) = serde_json::from_str::<Value>(project) else {
            continue;
        };
        let by_schema = !schema.is_valid(&value);
        let by_reader = read_project("backchat.json", project.as_bytes()).is_err();
        assert!(by_reader || !by_schema, "only the schema refuses {project}");
        assert!(
            by_schema || UNSAID.iter().any(|words| said.contains(words)),
            "the schema takes {project}"
        );
        refused += usize::from(by_schema);
    }
    assert!(refused >= 15, "{refused}");
}

#[test]
fn the_examples_of_the_document_and_the_projects_own_file_have_no_mistake() {
    let schema: Value = serde_json::from_str(&project_schema()).expect("JSON");
    let schema = jsonschema::draft7::new(&schema).expect("a schema of draft-07");
    let examples = blocks(&document("docs/project.md")).into_iter();
    let examples = examples.map(|block| block.text);
    let mut examples: Vec<String> = examples.filter(|text| text.starts_with('{')).collect();
    assert!(examples.len() >= 2);
    examples.push(document("backchat.json"));
    for text in examples {
        if let Err(mistakes) = read_project("example", text.as_bytes()) {
            panic!("{text}\n{:#?}", mistakes.list);
        }
        let value: Value = serde_json::from_str(&text).expect("plain JSON");
        let wrong: Vec<String> = schema.iter_errors(&value).map(|e| e.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_document_has_every_key() {
    let page = document("docs/project.md");
    let schema: Value = serde_json::from_str(&project_schema()).expect("JSON");
    for place in ["suite", "suite_tls", "profile"] {
        let keys = &schema["definitions"][place]["properties"];
        for key in keys.as_object().expect("keys").keys() {
            assert!(
                page.contains(&format!("`{key}`")),
                "docs/project.md lacks `{key}` of {place}"
            );
        }
    }
}
