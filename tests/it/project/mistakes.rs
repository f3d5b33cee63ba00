//! What is wrong in the project's file, or beside it, and where that is said.

use super::*;

#[test]
fn a_mistake_is_shown_at_the_key_that_has_it() {
    let place = place(
        "{ \"suites\": { \"s\": { \"paths\": [\"plain\"],\n  \"spawn\": \"./server {port}\",\n  \"target\": \"foo://x\" } } }",
    );
    run(&place, &[])
        .ends_with(3)
        .says("`target`: unknown kind of address \"foo\"")
        .says("backchat.json:3:13");
    // All that are missing of the suites that are played, and of no others.
    let place = self::place(
        "{ \"suites\": { \"s\": { \"paths\": [\"plain\",\n  \"nowhere\"] },\n  \"t\": { \"paths\": [\"gone\"] },\n  \"u\": { \"paths\": [\"plain\"] } } }",
    );
    run(&place, &[])
        .ends_with(3)
        .says("error[BC1039]: `paths`: no such file or folder: nowhere\n --> backchat.json:2:3\n")
        .says("\n2 |   \"nowhere\"] },\n  |   ^^^^^^^^^\n")
        .says("= help: it was looked for as /")
        .says(" --> backchat.json:3:20\n")
        .says("error: backchat.json has 2 errors: nothing was sent\n");
    run(&place, &["--suite", "t"])
        .ends_with(3)
        .does_not_say("nowhere")
        .says("backchat.json has 1 error: nothing was sent");
    run(&place, &["--suite", "u"]).ends_with(0);
}

#[test]
fn a_target_has_a_name_once_and_somebody_who_talks_to_it() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    let run = |words: &str| place.backchat(words.split(' ')).output();
    run("run talk.json -t a=unix:/x -t a=unix:/y")
        .ends_with(2)
        .says("--target names a twice");
    run("run talk.json -q -t a=tcp://localhost:1")
        .ends_with(0)
        .says("warning: no client of the selected scenarios talks to the target `a`; what is under test has no name: --target tcp://localhost:1");
}

#[test]
fn what_is_played_beside_the_cases_talks_to_targets_and_reads_names_too() {
    let served = |greeting: &'static [u8]| {
        Server::start(move |mut stream| stream.write_all(greeting).expect("written"))
    };
    let (main, admin) = (served(b"Welcome!\n"), served(b"admin\n"));
    let health = r#"{ "clients": { "admin": { "target": "admin" } },
        "steps": [{ "as": "admin", "expect": "{{ who }}" }] }"#;
    let place = Workplace::with_scenario(PLAIN.trim()).file("_health.json", health.as_bytes());
    let (main, admin) = (main.target(), format!("admin={}", admin.target()));
    let words = [
        "run",
        "talk.json",
        "-t",
        &main,
        "-t",
        &admin,
        "--health",
        "_health.json",
        "--var",
        "who=admin",
    ];
    place
        .backchat(words)
        .output()
        .ends_with(0)
        .says("1 passed")
        .does_not_say("warning");
    place
        .backchat(words.into_iter().filter(|word| !word.contains("health")))
        .output()
        .ends_with(0)
        .says("no client of the selected scenarios talks to the target `admin`")
        .says("no selected scenario reads `who`");
}

#[test]
fn what_is_no_file_of_a_project_is_not_asked_to_be_a_scenario() {
    for text in ["", "// nothing", "suites:"] {
        let place = Workplace::new().file("backchat.json", text.as_bytes());
        let output = place.backchat(["run"]).output();
        output
            .ends_with(3)
            .says("help: the smallest one is {}; one with a suite is");
    }
}
