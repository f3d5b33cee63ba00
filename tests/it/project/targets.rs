//! Where the program of a suite listens, also one that is typed instead, and how it is reached.

use super::*;

const TWO_CLIENTS: &str = r#"{ "clients": { "plain": {}, "admin": { "target": "admin" } }, "steps": [
    { "as": "plain", "expect": "Welcome!" }, { "as": "admin", "expect": "admin" }] }"#;

#[test]
fn clients_reach_the_further_targets_of_a_suite_by_name_and_what_is_typed_is_stronger() {
    let says = |text: &'static str| {
        Server::start(move |mut stream| stream.write_all(text.as_bytes()).expect("written"))
    };
    let (plain, admin, other) = (says("Welcome!\n"), says("admin\n"), says("other\n"));
    let project = format!(
        r#"{{ "suites": {{ "a": {{ "paths": ["two.json"], "target": "{}", "targets": {{ "admin": "{}" }} }} }} }}"#,
        plain.target(),
        admin.target()
    );
    let place = place(&project).file("two.json", TWO_CLIENTS.as_bytes());
    run(&place, &[]).ends_with(0).says("1 passed");
    let typed = format!("admin={}", other.target());
    run(&place, &["-t", &typed])
        .ends_with(1)
        .says("- admin")
        .says("+ other");
    // One who is not named is skipped, with what would name it.
    let project = r#"{ "suites": { "a": { "paths": ["two.json"] } } }"#;
    let place = self::place(project).file("two.json", TWO_CLIENTS.as_bytes());
    run(&place, &["--deny-skips"])
        .ends_with(1)
        .says("or `targets` of its suite");
}

#[cfg(unix)]
#[test]
fn a_program_of_a_suite_listens_at_its_further_targets_too() {
    let program = format!(
        "{} serve --framing line --listen 127.0.0.1:{{port}}",
        env!("CARGO_BIN_EXE_backchat")
    );
    let both = format!(
        "sh -ec '{program} & exec {} serve --framing line --greeting admin --listen unix:$2' sh {{port}} {{socket}}",
        env!("CARGO_BIN_EXE_backchat")
    )
    .replace("127.0.0.1:{port}", "127.0.0.1:$1");
    let project = serde_json::json!({ "suites": { "a": {
        "paths": ["two.json"], "spawn": both, "target": "tcp://127.0.0.1:{port}", "targets": { "admin": "unix:{socket}" },
    } } });
    let place = place(&project.to_string()).file("two.json", TWO_CLIENTS.as_bytes());
    run(&place, &[]).ends_with(0).says("1 passed");
    // So does one that is typed instead, unless it is typed where.
    let other = both.replace("--greeting admin", "--greeting other");
    run(&place, &["--spawn", &other])
        .ends_with(1)
        .says("- admin")
        .says("+ other");
    // One name that is typed leaves the others, and TLS is used as the suite says.
    let named = both
        .replace("unix:$2", "unix:$2.other")
        .replace("{socket}", "{dir}/s");
    let args = ["--spawn", &named, "-t", "admin=unix:{dir}/s.other"];
    run(&place, &args).ends_with(0).says("1 passed");
    run(&place, &["--spawn", &program])
        .ends_with(3)
        .says("`targets`: the target has {socket}, and the command to spawn has not");
    let here = ["--spawn", &program, "-t", "tcp://127.0.0.1:{port}"];
    run(&place, &[&here[..], &["--deny-skips"]].concat())
        .ends_with(1)
        .says("1 skipped");
}

#[cfg(unix)]
#[test]
fn a_program_that_is_typed_is_reached_with_the_tls_of_its_suite() {
    let serve = |greeting: &str| {
        format!(
            "{} serve --framing line --greeting {greeting} --listen tls://127.0.0.1:{{port}} --tls-self-signed",
            env!("CARGO_BIN_EXE_backchat")
        )
    };
    let project = serde_json::json!({ "suites": { "a": {
        "paths": ["plain"], "spawn": serve("Welcome!"), "target": "tls://127.0.0.1:{port}", "tls": { "insecure": true },
    } } });
    let place = place(&project.to_string());
    run(&place, &[]).ends_with(0);
    run(&place, &["--spawn", &serve("other")])
        .ends_with(1)
        .says("+ other");
}
