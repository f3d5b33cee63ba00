//! Which suites a path is played in that is named.

use super::*;

#[test]
fn a_path_that_is_not_in_the_suite_that_was_asked_for_is_no_scenario_of_another_target() {
    let place = place(&two_suites()).file("alone/c.json", PLAIN.as_bytes());
    for path in ["plain", "plain/b.json"] {
        run(&place, &["--suite", "started", path])
            .ends_with(2)
            .says(&format!(
                "error: {path} is not in started, but in built-in: "
            ));
    }
    run(&place, &["--suite", "started", "alone", "--list"])
        .ends_with(2)
        .says("alone is not in started, but in no suite at all");
    // Of what is named, what is in the suite.
    let all = place.path().to_str().expect("a path");
    run(&place, &["--suite", "started", all])
        .ends_with(0)
        .says("1 run: 1 passed")
        .does_not_say("warning");
    // Of no suite, and no other target.
    run(&place, &["alone/c.json", "plain"])
        .ends_with(0)
        .says("warning: alone/c.json is in no suite of backchat.json, and played against the embedded reference server")
        .says("2 run: 2 passed");
    run(&place, &["alone/c.json", "--simulate"])
        .ends_with(0)
        .does_not_say("warning");
    run(&place, &["alone/c.json", "--transports", "tcp4"])
        .ends_with(0)
        .does_not_say("warning");
    run(&place, &["alone/c.json", "--list"])
        .ends_with(0)
        .does_not_say("warning");
}

#[test]
fn each_path_has_something_of_the_suite_that_was_asked_for() {
    let place = place(&two_suites()).file("greeted/none.json", PLAIN.as_bytes());
    let suites = two_suites().replace("\"greeted\"", "\"greeted/a.json\"");
    let place = place.file("backchat.json", suites.as_bytes());
    for paths in [
        ["greeted", "greeted/none.json"],
        ["greeted/none.json", "greeted"],
    ] {
        run(&place, &[&["--suite", "started"], &paths[..]].concat())
            .ends_with(2)
            .says("greeted/none.json is not in started, but in no suite at all");
    }
    run(&place, &["--suite", "started", "greeted"])
        .ends_with(0)
        .says("1 run: 1 passed");
}

#[test]
fn a_path_of_a_suite_that_is_not_there_takes_no_file_from_the_suite() {
    let project = r#"{ "suites": { "s": { "paths": ["plain", "missing"], "target": "tcp://127.0.0.1:1" } } }"#;
    let place = place(project);
    for words in [&["plain/b.json"][..], &["--suite", "s", "plain/b.json"]] {
        run(&place, words)
            .ends_with(5)
            .does_not_say("embedded")
            .says("127.0.0.1:1");
    }
}
