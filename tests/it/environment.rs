//! The environment, of which templates read what the run allows and nothing else.

use crate::harness::{Server, Workplace};

const SAYS: &str = r#"{
    "server": { "reply": "echo", "greeting": null },
    "steps": [{ "send": "{{ env('BC_TOKEN') }}!" }, { "expect": "s3cret!" }]
}"#;

#[test]
fn what_is_allowed_is_read_and_what_is_not_is_refused_before_anything_is_sent() {
    let place = Workplace::with_scenario(SAYS);
    let run = |flags: &[&str]| {
        let words = ["run", "talk.json"]
            .into_iter()
            .chain(flags.iter().copied());
        place.backchat(words).env("BC_TOKEN", "s3cret")
    };
    for flags in [&[][..], &["--simulate"], &["--segment", "byte"]] {
        let flags: Vec<_> = ["--allow-env", "BC_TOKEN"]
            .into_iter()
            .chain(flags.iter().copied())
            .collect();
        run(&flags).output().ends_with(0).says("1 passed");
    }
    run(&[])
        .env("BACKCHAT_ALLOW_ENV", "OTHER,BC_TOKEN")
        .output()
        .ends_with(0);

    let server = Server::start(|_| panic!("somebody connects"));
    run(&["-t", &server.target()])
        .output()
        .ends_with(3)
        .says("`BC_TOKEN` of the environment may not be read")
        .says("--allow-env BC_TOKEN");
    run(&["--allow-env", "BC_TOKENS"])
        .output()
        .ends_with(3)
        .says("did you mean \"BC_TOKENS\"?");
    run(&["--allow-env", "BC_TOKEN=x"]).output().ends_with(2);
    place
        .backchat(["run", "talk.json", "--allow-env", "BC_TOKEN"])
        .output()
        .ends_with(3)
        .says("the environment has no `BC_TOKEN`");
}

#[test]
fn check_knows_what_a_run_would_be_allowed() {
    let place = Workplace::with_scenario(SAYS);
    let check = |flags: &[&str]| {
        let words = ["check", "talk.json"]
            .into_iter()
            .chain(flags.iter().copied());
        place.backchat(words).env("BC_TOKEN", "s3cret").output()
    };
    check(&["--allow-env", "BC_TOKEN"]).ends_with(0);
    check(&[]).ends_with(3).says("error[BC1019]");
}
