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
    elsewhere
        .ends_with(5)
        .says("it listens on tcp://127.0.0.1:");
    folder.left_nothing(2);
}

#[test]
fn why_a_program_is_not_ready_is_told_once() {
    let folder = Folder::new();
    let greeted = fs::read_to_string(folder.path().join("greeted.json")).expect("there");
    folder.write("later.json", &greeted);
    folder.write("latest.json", &greeted);
    let command = "sh -c 'echo no config >&2; exec sleep 1000' sh {port}";
    let args = ["--spawn", command, "--ready-timeout", "300ms", "-j", "1"];
    let more = [
        "--no-fail-fast",
        "--report",
        "json",
        "--slow-timeout",
        "20ms",
    ];
    let output = folder.run(&[&args[..], &more].concat()).output();
    output
        .ends_with(5)
        .says("greeted   no step is being played: what is under test is being started, checked or ended")
        .says("greeted   sh -c 'echo no config >&2; exec sleep 1000' sh {port}, started as")
        .says("later   the program under test is not ready, as with greeted\n")
        .says("latest   the program under test is not ready, as with greeted\n")
        .says("stderr  no config");
    // Of the first case, and as that which the whole run came to.
    assert_eq!(output.stderr.matches("was not ready within").count(), 2);

    let report = fs::read_to_string(folder.path().join("backchat-out/report.json"));
    let report: serde_json::Value = serde_json::from_str(&report.expect("there")).expect("JSON");
    let cases = report["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let because = case["failure"]["because"].as_str().expect("a reason");
        assert!(because.contains("was not ready within 300ms"), "{because}");
        assert!(case.to_string().contains("no config"), "{case}");
    }
    for (kind, words) in [
        (
            "text",
            "later   the program under test is not ready, as with greeted\n",
        ),
        (
            "markdown",
            "- later: the program under test is not ready, as with greeted\n",
        ),
    ] {
        let to = format!("{kind}=-");
        let shown = Program::new(["report", "show", "--report", &to]).dir(folder.path());
        let shown = shown.output();
        shown.prints(words);
        assert_eq!(shown.stdout.matches("was not ready within").count(), 1);
    }
}

#[test]
fn of_several_suites_each_program_that_is_not_ready_is_told_whole() {
    let folder = Folder::new();
    let greeted = fs::read_to_string(folder.path().join("greeted.json")).expect("there");
    folder.write("later.json", &greeted);
    let project = r#"{ "suites": {
        "a": { "paths": ["greeted.json"], "spawn": "sh -c 'echo no config >&2; exit 3' sh {port}" },
        "b": { "paths": ["later.json"], "spawn": "sh -c 'echo no room >&2; exit 4' sh {port}" } } }"#;
    folder.write("backchat.json", project);
    let output = Program::new(["run", "--no-fail-fast"]).dir(folder.path());
    let output = output.output();
    output
        .ends_with(5)
        .says("exit code 3\n  stderr  no config\n  help: ")
        .says("exit code 4\n  stderr  no room\n  help: ");
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
    never
        .ends_with(5)
        .says("it printed nothing that matches never");
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

/// How long a server may take that is to be ready in another way than the one that is waited for: enough for one that is
/// started on a busy machine. What is to fail after it is started at the same time.
const STARTED: &str = "4s";

#[test]
fn a_scenario_that_does_not_pass_is_named_with_the_reason() {
    let folder = Folder::new();
    let other = r#"{ "steps": [{ "expect": "Good morning!" }] }"#;
    folder.write("other.json", other);
    let longer = r#"{ "steps": [{ "expect": "Welcome!" }, { "expect": "any" }] }"#;
    folder.write("longer.json", longer);
    let server = folder.server("well");
    let all = [
        ("other.json", "reply differs at step 1 of 1"),
        ("longer.json", "it was still waiting for the program"),
    ];
    let running = all.map(|(file, why)| {
        let when = format!("scenario:{file}");
        let args = ["--spawn", &server, "--ready-when", &when];
        let args = [&args[..], &["--ready-timeout", STARTED]].concat();
        (folder.run(&args).start(), file, why)
    });
    for (running, file, why) in running {
        let said = format!("was not ready within {STARTED}: {file} did not pass: {why}");
        running.end().ends_with(5).says(&said);
    }
}

#[test]
fn of_several_places_the_one_is_named_where_nobody_listens() {
    let folder = Folder::new();
    let server = folder.server("well");
    let running = ["unix:nobody", "udp://127.0.0.1:{port:admin}"].map(|address| {
        let command = format!("sh -c 'exec \"$@\"' sh {server} {{port:admin}}");
        let target = format!("admin={address}");
        let args = [
            "--spawn",
            &command,
            "-t",
            &target,
            "--ready-timeout",
            STARTED,
        ];
        (folder.run(&args).start(), address)
    });
    for (running, address) in running {
        let address = address.replace("{port:admin}", "");
        let said = format!("was not ready within {STARTED}: nobody listened on {address}");
        let output = running.end();
        output.ends_with(5).says(&said).says(", the target admin\n");
        output.says(" only: is it told of the target admin?");
    }
}

#[test]
fn a_program_that_listens_in_another_way_is_told_which_and_what_to_write() {
    let folder = Folder::new();
    let running = [
        (
            "udp",
            "{port}",
            None,
            "which is UDP, not TCP: `--target 'udp://127.0.0.1:{port}'` says so",
        ),
        (
            "unix-datagram",
            "{socket}",
            None,
            "which is a Unix datagram socket, not a Unix stream socket: `--target 'unix-datagram:{socket}'` says so",
        ),
        (
            "well",
            "{port}",
            Some("udp://127.0.0.1:{port}"),
            "which is TCP, not UDP: `--target 'tcp://127.0.0.1:{port}'` says so",
        ),
        (
            "well",
            "{port}",
            Some("tls://[::1]:{port}"),
            "which is IPv4, not IPv6: `--target 'tls://127.0.0.1:{port}'` says so",
        ),
        (
            "well",
            "{port} {socket}",
            None,
            ", its {port}: `--target 'tcp://127.0.0.1:{port}'` says so",
        ),
    ]
    .map(|(how, places, target, help)| {
        let (place, more) = places.split_once(' ').unwrap_or((places, ""));
        let server = server::command(how, place, &folder.path().join("numbers"));
        let command = format!("sh -c 'exec \"$@\"' sh {server} {more}");
        let mut args = vec!["--spawn", &command, "--ready-timeout", STARTED];
        args.extend(target.into_iter().flat_map(|target| ["-t", target]));
        (folder.run(&args).start(), help)
    });
    for (running, help) in running {
        running.end().ends_with(5).says(help);
    }
}

#[test]
fn a_socket_is_passed_that_fits_the_target() {
    let folder = Folder::new();
    folder.write(
        "packets",
        r#"{ "steps": [{ "send": "Rose" }, { "expect": "Hello, Rose!" }] }"#,
    );
    let server = |how: &str| {
        let server = server::command(how, "1", &folder.path().join("numbers"));
        format!("sh -c 'exec \"$@\" <&3' sh {server} {{port:main}} {{dir}} {{socket}}")
    };
    for (how, target) in [
        ("passed-stream", "tcp://[::1]:{port:main}"),
        ("passed-stream", "unix:{dir}/its"),
        ("passed-packets", "udp://127.0.0.1:{port}"),
        ("passed-packets", "udp://localhost:{port}"),
        ("passed-packets", "unix-datagram:{socket}"),
    ] {
        let file = match how {
            "passed-packets" => "packets",
            _ => "greeted.json",
        };
        let args = [
            "run",
            file,
            "--spawn",
            &server(how),
            "--pass-socket",
            "-t",
            target,
        ];
        let output = Program::new(args).dir(folder.path()).output();
        output.ends_with(0).says("1 passed");
    }
    for (target, words) in [
        (
            "tcp://example.test:{port}",
            "a socket cannot be passed for tcp://example.test:{port}",
        ),
        (
            "icmp://127.0.0.1",
            "only where its port or path is chosen for it",
        ),
    ] {
        let args = [
            "--spawn",
            &server("passed-stream"),
            "--pass-socket",
            "-t",
            target,
        ];
        folder.run(&args).output().ends_with(2).says(words);
    }
    folder.left_nothing(5);
}

#[test]
fn a_program_that_ends_at_once_though_its_socket_listens_was_not_ready() {
    let folder = Folder::new();
    for more in [None, Some("--fresh")] {
        let command = "sh -c 'echo no config >&2; exit 3' sh {port}";
        let args = ["--spawn", command, "--pass-socket"]
            .into_iter()
            .chain(more);
        let output = folder.run(&args.collect::<Vec<_>>()).output();
        output
            .ends_with(5)
            .says("ended before it was ready: exit code 3\n  stderr  no config");
    }
}

#[test]
fn a_program_that_dies_of_what_it_is_sent_on_a_passed_socket_was_ready() {
    let folder = Folder::new();
    folder.write(
        "packet.json",
        r#"{ "steps": [{ "send": "die" }, { "expect": "any" }] }"#,
    );
    let server = server::command("passed-dies", "1", &folder.path().join("numbers"));
    let command = format!("sh -c 'exec \"$@\" <&3' sh {server} {{port}}");
    for more in [None, Some("--fresh")] {
        let args = ["-f", "packet", "--spawn", &command, "--pass-socket"];
        let args = args.into_iter().chain(["-t", "udp://127.0.0.1:{port}"]);
        let output = folder.run(&args.chain(more).collect::<Vec<_>>()).output();
        output.ends_with(1).says("ended: exit code 9");
    }
    folder.left_nothing(2);
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_named_with_its_variable() {
    let folder = Folder::new();
    let output = folder
        .run(&["--spawn", "./server {socket}"])
        .env("TMPDIR", "/no/such/folder")
        .output();
    output
        .ends_with(5)
        .says("no place for ./server {socket}: /no/such/folder, the folder for temporary files that TMPDIR names, does not exist\n")
        .says("help: make that folder, or set TMPDIR to one that is there and may be written to\n");
    // That is not what is missing here.
    let args = [
        "--spawn",
        "./server",
        "--pass-socket",
        "-t",
        "unix:{dir}/no/a",
    ];
    let output = folder.run(&args).output();
    output
        .ends_with(5)
        .says("help: the folder of its socket has to be there");
}
