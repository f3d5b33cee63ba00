//! What a peer or a program under test says is no command for the CI that reads the output.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use crate::harness::{Output, Server, Workplace};

/// What asks a CI for something, as a peer may say it.
const COMMANDS: &str =
    "##[add-mask]e ##vso[task.complete]x ##teamcity[testFailed name='x'] ::stop-commands::x";

const READERS: [(&str, &str); 3] = [
    ("GITHUB_ACTIONS", "true"),
    ("TF_BUILD", "True"),
    ("TEAMCITY_VERSION", "2026.1"),
];

/// Greets with commands.
fn serve(mut stream: TcpStream) {
    let _ = stream.write_all(format!("{COMMANDS}\n").as_bytes());
    let _ = BufReader::new(stream).read_until(b'\n', &mut Vec::new());
}

/// What the readers of all CIs take for a command in this output, as their sources and manuals have it.
fn obeyed(output: &str) -> Vec<&str> {
    let is_obeyed = |line: &&str| {
        let in_brackets = |rest: &str| {
            rest.find(|c: char| !c.is_ascii_alphanumeric())
                .is_some_and(|at| rest[at..].starts_with('['))
        };
        line.trim().starts_with("::")
            || line
                .match_indices("##")
                .any(|(at, _)| in_brackets(&line[at + 2..]))
    };
    output.split(['\n', '\r']).filter(is_obeyed).collect()
}

#[track_caller]
fn obeys_nothing_of_a_peer(output: &Output, ours: usize) {
    let all = format!("{}\n{}", output.stdout, output.stderr);
    let obeyed = obeyed(&all);
    let is_ours = |line: &&&str| line.starts_with("::error file=");
    assert_eq!(obeyed.iter().filter(is_ours).count(), ours, "{obeyed:#?}");
    assert_eq!(obeyed.len(), ours, "{obeyed:#?}");
}

#[test]
fn a_reply_is_no_command_in_any_report() {
    let server = Server::start(serve);
    let target = server.target();
    let place = Workplace::with_scenario(
        r###"{ "name": "a ::x", "steps": [{ "expect": "##[add-mask]f" }] }"###,
    );
    let run = ["run", "talk.json", "-vv", "-t", &target];
    for (name, value) in READERS {
        let ours = usize::from(name == "GITHUB_ACTIONS");
        let output = place.backchat(run).env(name, value).output();
        output.ends_with(1).says("#\\x23[add-mask]e");
        obeys_nothing_of_a_peer(&output, ours);
        for report in [
            "text=-",
            "tap=-",
            "json=-",
            "junit=-",
            "html=-",
            "markdown=-",
        ] {
            let flags = run.into_iter().chain(["--report", report]);
            let output = place.backchat(flags).env(name, value).output();
            output.ends_with(1);
            obeys_nothing_of_a_peer(&output, ours);
            let shown = place
                .backchat(["report", "show", "--report", report])
                .env(name, value)
                .output();
            shown.ends_with(0);
            obeys_nothing_of_a_peer(&shown, 0);
            let plain = place.backchat(["report", "show", "--report", report]);
            let plain = plain.output().stdout;
            let same = match report {
                // Programs read the same.
                "json=-" => shown.stdout.replace("#\\u0023", "##") == plain,
                "junit=-" => shown.stdout.replace("#&#35;", "##") == plain,
                "html=-" => {
                    let back = shown.stdout.replace("#\\u0023", "##");
                    back.replace("#&#35;", "##") == plain
                }
                _ => shown.stdout.replace("#\\x23", "##") == plain,
            };
            assert!(same, "{report}: {plain}{shown}");
        }
    }
    // Its own annotations are commands, and where nobody reads for such, all stays as it is.
    let annotated = place
        .backchat(["report", "show", "--report", "github"])
        .env("GITHUB_ACTIONS", "true")
        .output();
    obeys_nothing_of_a_peer(&annotated, 1);
    let local = place.backchat(run).output();
    local
        .ends_with(1)
        .says("##[add-mask]e ##vso[task.complete]x");
}

#[test]
fn what_a_program_prints_is_no_command() {
    let place = Workplace::with_scenario(r#"{ "steps": [{ "expect": "Welcome!" }] }"#).file(
        "server.sh",
        b"printf 'one\\n::stop-commands::abc\\n \\t::add-mask::e\\n##[error]x\\n'; exit 3",
    );
    for (name, value) in READERS {
        let run = ["run", "talk.json", "--spawn", "sh ./server.sh {port}"];
        let output = place.backchat(run).env(name, value).output();
        output.ends_with(5).says("#\\x23[error]x");
        obeys_nothing_of_a_peer(&output, usize::from(name == "GITHUB_ACTIONS"));
        let shown = place.backchat(["report", "show"]).env(name, value).output();
        shown
            .ends_with(0)
            .prints("                    :\\x3astop-commands::abc\n");
        obeys_nothing_of_a_peer(&shown, 0);
    }
}

#[test]
fn what_stands_in_a_file_or_is_typed_is_no_command() {
    let place = Workplace::with_scenario("{\n\"##[add-mask]e\": 1,\n \"::x::\": [] }");
    for flags in [
        &["check", "talk.json"][..],
        &["check", "talk.json", "--message-format", "json"],
        &["check", "talk.json", "--message-format", "short"],
        &["run", "##[group]x"],
        &["run", "--nothing=\n::x::##[group]x"],
    ] {
        let output = place
            .backchat(flags.iter().copied())
            .env("GITHUB_ACTIONS", "true")
            .output();
        assert!(matches!(output.code, Some(2..=4)), "{output}");
        obeys_nothing_of_a_peer(&output, 0);
    }
}
