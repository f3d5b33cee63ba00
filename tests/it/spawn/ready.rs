//! Programs that are ready, or are not: what was waited for, and what else there was.

use super::*;

#[test]
fn a_program_that_does_not_listen_where_it_should_is_not_ready() {
    let folder = Folder::new();
    let timeout = ["--ready-timeout", "300ms"];
    let silent = folder.with("silent", &timeout);
    silent
        .ends_with(5)
        .says("was not ready within 300ms: nobody listened on tcp://127.0.0.1:");
    let elsewhere = folder.with("elsewhere", &["--ready-timeout", "3s"]);
    elsewhere.ends_with(5).says("it listens on 127.0.0.1:");
    folder.left_nothing(2);
}

#[test]
fn what_is_waited_for_is_said_after_a_second() {
    let folder = Folder::new();
    for more in [&["-j", "1"][..], &["-q"]] {
        let args = ["--spawn", "sleep 1000 {port}", "--ready-timeout", "1200ms"];
        let args: Vec<&str> = args.iter().chain(more).copied().collect();
        let output = folder.run(&args).output();
        output
            .ends_with(5)
            .says("sleep 1000 {port}, started as `sleep 1000 ")
            .says("was not ready within 1.2s: nobody listened on tcp://127.0.0.1:");
        let waiting = "Waiting for sleep 1000 {port}: nobody listens on tcp://127.0.0.1:";
        let said = output.stderr.matches(waiting).count();
        assert_eq!(said, usize::from(more != ["-q"]), "{output}");
    }
}

#[test]
fn a_program_is_ready_when_it_says_so() {
    let folder = Folder::new();
    folder
        .with("well", &["--ready-when", "output:^listening on \\d+$"])
        .ends_with(0);
    folder
        .with("well", &["--ready-when", "scenario:greeted.json"])
        .ends_with(0);
    let never = folder.with(
        "well",
        &["--ready-when", "output:never", "--ready-timeout", "50ms"],
    );
    never.ends_with(5).says("it printed nothing that matches");
}

#[test]
fn why_nobody_could_connect_is_shown_in_the_program_s_words() {
    let folder = Folder::new();
    let command = "sh -c 'echo ready; echo no certificate here >&2; exec sleep 1000' sh {port}";
    for more in [None, Some("--fresh")] {
        let args = ["--spawn", command, "--ready-when", "output:ready"];
        let args: Vec<&str> = args.into_iter().chain(more).collect();
        let output = folder.run(&args).output();
        output
            .ends_with(5)
            .says("connection refused\n  stdout  ready\n  stderr  no certificate here\n  help: ");
    }
}
