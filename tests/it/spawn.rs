//! `run --spawn`: programs under test that behave, and those that do not. None of them is left behind.

mod deaths;
mod ready;
mod server;

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use tempfile::TempDir;

use crate::harness::{Output, Program, ending_signals};

/// How long a process that has been killed may still be seen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with scenarios, and where servers write their numbers.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        folder.write("greeted.json", r#"{ "steps": [
            { "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!" }, { "close": "clean" } ] }"#);
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("written");
    }

    /// The command of a server that behaves in this way.
    fn server(&self, how: &str) -> String {
        server::command(how, "{port}", &self.path().join("numbers"))
    }

    fn run(&self, args: &[&str]) -> Program {
        let all = ["run", "."].iter().chain(args);
        Program::new(all).dir(self.path())
    }

    /// Plays the scenarios with a server that behaves in this way.
    fn with(&self, how: &str, more: &[&str]) -> Output {
        let server = self.server(how);
        let mut args = vec!["--spawn", &server];
        args.extend(more);
        self.run(&args).output()
    }

    /// Fails unless so many processes have been started, and none is left.
    #[track_caller]
    fn left_nothing(&self, started: usize) {
        let numbers = fs::read_to_string(self.path().join("numbers")).unwrap_or_default();
        assert_eq!(numbers.lines().count(), started, "{numbers}");
        // What has been killed ends at once, and the system may take a moment for that.
        let runs = |number: &str| {
            let stat = fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        let deadline = Instant::now() + PATIENCE;
        for number in numbers.lines() {
            while runs(number) {
                assert!(Instant::now() < deadline, "left behind: {number}");
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

#[test]
fn a_program_is_started_played_with_and_ended() {
    let folder = Folder::new();
    let output = folder.with("well", &[]);
    output.ends_with(0).says("1 passed");
    folder.left_nothing(1);
}

#[test]
fn the_reference_server_can_be_started_too_also_on_a_unix_socket() {
    let folder = Folder::new();
    let exe = env!("CARGO_BIN_EXE_backchat");
    for listen in ["127.0.0.1:{port}", "unix:{socket}"] {
        let command = format!("'{exe}' serve --framing line -l {listen}");
        folder
            .run(&["--spawn", &command])
            .output()
            .ends_with(0)
            .says("1 passed");
    }
    // A socket that is bound before the program is there needs no port in the command.
    let passed = format!("sh -c 'exec \"$0\" serve --framing line -l 127.0.0.1:{{port}}' '{exe}'");
    folder
        .run(&["--spawn", &passed, "-t", "tcp://localhost:{port}"])
        .output()
        .ends_with(0);
}

#[test]
fn a_server_that_has_its_port_in_a_file_of_settings_is_given_a_copy() {
    let folder = Folder::new();
    let exe = env!("CARGO_BIN_EXE_backchat");
    folder.write("server.conf", "# in {dir}\nlisten 127.0.0.1:{port}\n");
    let read = r#"listen=$(sed -n "s/^listen //p" "$2"); test -f "$(dirname "$2")/server.conf"; exec "$1" serve --framing line -l "$listen""#;
    let command = format!("sh -ec '{read}' sh '{exe}' {{file:server.conf}}");
    folder
        .run(&["--spawn", &command])
        .output()
        .ends_with(0)
        .says("1 passed");
    let unchanged = fs::read_to_string(folder.path().join("server.conf"));
    assert_eq!(
        unchanged.expect("there"),
        "# in {dir}\nlisten 127.0.0.1:{port}\n"
    );
    let missing = command.replace("server.conf", "sever.conf");
    folder
        .run(&["--spawn", &missing])
        .output()
        .ends_with(2)
        .says("{file:sever.conf} of the command to spawn: there is no such file");
}

#[test]
fn each_case_can_have_a_program_of_its_own() {
    let folder = Folder::new();
    for name in ["a", "b", "c"] {
        folder.write(
            &format!("{name}.json"),
            r#"{ "steps": [
            { "expect": "Welcome!" }, { "send": "count" }, { "expect": "1" } ] }"#,
        );
    }
    let shared = folder.with("well", &["--no-fail-fast", "-j", "1"]);
    shared
        .ends_with(1)
        .says("2 passed, 2 failed")
        .says("BC2001");
    folder.left_nothing(1);
    folder
        .with("well", &["--fresh", "-j", "3"])
        .ends_with(0)
        .says("4 passed");
    folder.left_nothing(5);
}

#[test]
fn many_programs_one_after_the_other_leave_nothing_behind() {
    const CASES: usize = 48;
    let folder = Folder::new();
    fs::remove_file(folder.path().join("greeted.json")).expect("removed");
    let rows: Vec<String> = (0..CASES).map(|n| format!(r#"{{ "n": {n} }}"#)).collect();
    let steps =
        r#"{ "expect": "Welcome!" }, { "send": "{{ n }}" }, { "expect": "Hello, {{ n }}!" }"#;
    let rows = rows.join(", ");
    folder.write(
        "many.json",
        &format!(r#"{{ "cases": [{rows}], "steps": [{steps}] }}"#),
    );
    let folders = folder.path().join("tmp");
    fs::create_dir(&folders).expect("a folder");
    // Each has a folder of its own, too.
    let server = folder.server("count").replacen("env ", "env DIR={dir} ", 1);
    folder
        .run(&["--spawn", &server, "--fresh", "-j", "1"])
        .env("TMPDIR", &folders.to_string_lossy())
        .output()
        .ends_with(0)
        .says(&format!("{CASES} passed"));
    folder.left_nothing(CASES);
    assert_eq!(fs::read_dir(&folders).expect("a folder").count(), 0);

    // What each server saw of who had started it.
    let counts = fs::read_to_string(folder.path().join(server::COUNTS)).expect("counts");
    let counts: Vec<Vec<usize>> = (counts.lines())
        .map(|line| {
            line.split(' ')
                .map(|n| n.parse().expect("a number"))
                .collect()
        })
        .collect();
    assert_eq!(counts.len(), CASES);
    let (early, late) = counts.split_at(CASES / 2);
    let most = |of: &[Vec<usize>], n: usize| of.iter().map(|seen| seen[n]).max().unwrap_or(0);
    // A connection or a thread may still be about to go; a leak would show with each case.
    for (n, (what, slack)) in [
        ("files", 4),
        ("threads", 4),
        ("children", 1),
        ("folders", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let (early, late) = (most(early, n), most(late, n));
        assert!(early > 0, "{what} are not counted");
        assert!(
            late <= early + slack,
            "{what} grew from {early} to {late}: {counts:?}"
        );
    }
}

#[test]
fn parallel_runs_have_ports_of_their_own() {
    let folder = Folder::new();
    let server = folder.server("well");
    let args = ["--spawn", &server, "--fresh"];
    let running: Vec<_> = (0..4).map(|_| folder.run(&args).start()).collect();
    for run in running {
        run.end().ends_with(0);
    }
    folder.left_nothing(4);
}

#[test]
fn a_program_that_cannot_be_started_is_said_with_what_to_do() {
    let folder = Folder::new();
    folder.write("plain", "text");
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    for (name, text) in [
        ("no-first-line", "text"),
        ("no-interpreter", "#!/no/such/interpreter\n"),
    ] {
        folder.write(name, text);
        let may_run = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path().join(name), may_run).expect("permitted");
    }
    for (command, words, help) in [
        (
            "no-such-program {port}",
            "there is no program no-such-program",
            "looked for in PATH",
        ),
        (
            "./no-such-program {port}",
            "there is no program ./no-such-program",
            "counted from the folder",
        ),
        ("./plain {port}", "./plain cannot be executed", "chmod +x"),
        (
            "./folder {port}",
            "./folder cannot be executed: it is a folder",
            "name the program in it",
        ),
        (
            "./no-first-line {port}",
            "./no-first-line cannot be started: ",
            "#!/bin/sh",
        ),
        (
            "./no-interpreter {port}",
            "./no-interpreter cannot be started: what it needs to run is not there",
            "is that one installed?",
        ),
        (
            "sh -c 'echo no config >&2; exit 3' {port}",
            "ended before it was ready: exit code 3",
            "stderr  no config",
        ),
        (
            "sh -c 'kill -SEGV $$' {port}",
            "ended before it was ready: signal 11, SIGSEGV",
            "typed in a shell",
        ),
        (
            "sh -c 'sleep 1000 & exit 0' {port}",
            "ended before it was ready: exit code 0",
            "foreground",
        ),
    ] {
        let output = folder.run(&["--spawn", command]).output();
        output
            .ends_with(5)
            .says(words)
            .says(help)
            .shows_nothing_raw();
    }
}

#[test]
fn a_program_that_dies_in_the_middle_is_named_with_its_end_and_its_last_words() {
    let folder = Folder::new();
    let output = folder.with("abort", &[]);
    output
        .ends_with(1)
        .says("instead of a reply at step 3 of 4")
        .says("signal 6, SIGABRT");
    output.says("stderr            about to abort");
    // To expect that end is nothing to suggest.
    output
        .says("help     the program under test ended about then: how, and what it printed last, is below.")
        .does_not_say("expect_close");
    folder.left_nothing(1);
    // Of a program that is gone a health check tells nothing more.
    folder.write("health", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    folder
        .with("abort", &["--health", "health"])
        .ends_with(1)
        .says("signal 6, SIGABRT")
        .does_not_say("health check");
    folder.left_nothing(2);
    // The next case has a new one.
    folder.write("later.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    folder
        .with("abort", &["--no-fail-fast", "-j", "1"])
        .says("1 passed, 1 failed");
    folder.left_nothing(4);
}

#[test]
fn a_program_that_hangs_up_before_it_ends_is_named_with_its_end_too() {
    let folder = Folder::new();
    // The last case of a run, after which the program is asked to end, and the only one of its program.
    for more in [&[][..], &["--fresh"]] {
        let output = folder.with("hang-up-and-exit", more);
        output.ends_with(1).says("ended: exit code 7");
    }
    folder.left_nothing(2);
}

#[test]
fn the_case_that_a_program_died_of_has_failed_and_no_other() {
    let hung_up = r#"{ "expect_close": ["clean", "reset"] }"#;
    for (how, last) in [
        ("exit", hung_up),
        ("exit-busily", hung_up),
        ("exit-after-an-answer", r#"{ "expect": "as you like" }"#),
    ] {
        let folder = Folder::new();
        let deadly =
            format!(r#"{{ "steps": [{{ "expect": "Welcome!" }}, {{ "send": "die" }}, {last}] }}"#);
        folder.write("deadly.json", &deadly);
        let blamed = |more: &[&str]| {
            let output = folder.with(how, more);
            output
                .ends_with(1)
                .says("1 failed")
                .says("ended: exit code 9");
            output
                .says("all steps had passed")
                .says("stderr            no more of this");
            output.says("FAIL").says("deadly\n");
        };
        let after = ["-j", "1", "--no-fail-fast"];
        // Before another one, which has a new program then, and as the last.
        blamed(&after);
        fs::rename(
            folder.path().join("greeted.json"),
            folder.path().join("a.json"),
        )
        .expect("moved");
        blamed(&after);
        blamed(&["--fresh"]);
        blamed(&["-j", "1", "--no-fail-fast", "--retries", "1"]);
        folder.left_nothing(2 + 1 + 2 + 2);
    }
}

#[test]
fn a_case_that_a_program_dies_of_without_a_word_is_not_taken_for_the_one_before() {
    let folder = Folder::new();
    let greeted = r#"{ "steps": [{ "send": "Rose" }, { "expect": "Welcome!" }, { "expect": "Hello, Rose!" }] }"#;
    folder.write("greeted.json", greeted);
    let deadly = r#"{ "steps": [{ "send": "die" }, { "expect": "any" }] }"#;
    folder.write("later.json", deadly);
    let output = folder.with("exit-unseen", &["-j", "1", "--no-fail-fast"]);
    output
        .ends_with(1)
        .says("1 passed, 1 failed")
        .says("later\n");
    output
        .says("played twice      the program before had ended without an answer (exit code 9)")
        .says("what had been sent by then was sent again")
        .says("suspects          this case: two programs have ended in it without an answer");
    // It was played again, with a program that nobody else had talked to.
    folder.left_nothing(2);
}

#[test]
fn a_scenario_that_passed_while_the_program_died_has_failed() {
    let folder = Folder::new();
    for more in [&[][..], &["--fresh"]] {
        let output = folder.with("abort-at-the-end", more);
        output
            .ends_with(1)
            .says("the program under test")
            .says("signal 6, SIGABRT");
        output.says("all steps had passed");
    }
    let report = folder.with("panic", &[]);
    report
        .ends_with(1)
        .says("the program under test reported a crash")
        .says("panicked at");
    folder.left_nothing(3);
}

#[test]
fn a_scenario_after_which_the_target_is_not_well_has_failed() {
    let folder = Folder::new();
    folder.write("well.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    folder
        .with("well", &["--health", "well.json"])
        .ends_with(0)
        .says("2 passed");
    folder.write(
        "breaks.json",
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "break" }, { "expect": "broken" }] }"#,
    );
    let output = folder.with("well", &["--health", "well.json", "-j", "1"]);
    output
        .ends_with(1)
        .says("FAIL")
        .says("breaks")
        .says("the health check failed after this")
        .says("not well");
    folder.left_nothing(2);
    // What comes after has a new program.
    folder.write("later.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    let more = ["--health", "well.json", "-j", "1", "--no-fail-fast"];
    let output = folder.with("well", &more);
    output.ends_with(1).says("3 passed, 1 failed");
    folder.left_nothing(4);
}

#[test]
fn a_target_that_was_not_well_before_is_no_fault_of_the_case_after() {
    let folder = Folder::new();
    folder.write("later.json", r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
    folder.write("ill", r#"{ "steps": [{ "expect": "Good morning!" }] }"#);
    let output = folder
        .run(&["--health", "ill", "-j", "1", "--no-fail-fast"])
        .output();
    output
        .ends_with(1)
        .says("the health check failed after this");
    output.says("the health check was failing already");
    output.says("all steps had passed; it has failed since greeted");
}

#[test]
fn a_place_that_somebody_else_has_is_not_tested_in_the_program_s_stead() {
    let folder = Folder::new();
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let unix = folder.path().join("socket");
    let _unix = std::os::unix::net::UnixListener::bind(&unix).expect("a socket");
    let (tcp, udp) = (
        tcp.local_addr().expect("its"),
        udp.local_addr().expect("its"),
    );
    let command = server::command("silent", "1", &folder.path().join("numbers"));
    for (target, what) in [
        (format!("tcp://{tcp}"), "port"),
        (format!("tcp://localhost:{}", tcp.port()), "port"),
        (format!("udp://{udp}"), "port"),
        (format!("unix:{}", unix.display()), "socket"),
    ] {
        for more in [None, Some("--fresh")] {
            let args = ["--spawn", &command, "-t", &target].into_iter().chain(more);
            let output = folder.run(&args.collect::<Vec<_>>()).output();
            let words = format!("the {what} was taken before the program was started");
            output
                .ends_with(5)
                .says(&words)
                .says("end what listens there");
        }
    }
    folder.left_nothing(0);
}

#[test]
fn a_program_that_does_not_end_is_killed_with_all_it_has_started() {
    let folder = Folder::new();
    let deaf = format!(
        "sh -c 'trap \"\" TERM; exec \"$@\"' sh {}",
        folder.server("well")
    );
    let output = folder
        .run(&["--spawn", &deaf, "--stop-timeout", "50ms"])
        .output();
    output
        .ends_with(0)
        .says("Killed sh -c ")
        .says("did not end when it was asked to");
    folder.left_nothing(1);
    // What is of its group is asked to end as well.
    folder
        .with("leave-a-child", &[])
        .ends_with(0)
        .does_not_say("Killed");
    folder.left_nothing(3);
    // What has left it is left behind.
    folder
        .with("hide-a-child", &[])
        .ends_with(0)
        .says("Killed processes that ")
        .says("had started went on when it had ended");
    folder.left_nothing(5);
    // Also where nothing shows whose it is, as no other program has run.
    folder
        .with("hide-a-stranger", &[])
        .ends_with(0)
        .says("had started went on when it had ended");
    folder.left_nothing(7);
}

#[test]
fn a_program_that_puts_itself_into_the_background_is_told_so_also_when_it_was_ready() {
    let folder = Folder::new();
    let output = folder.with("go-into-the-background", &[]);
    output
        .ends_with(1)
        .says("exit code 0, while processes that it had started went on: it may have ended before its workers, or put itself into the background");
    folder.left_nothing(2);
}

#[test]
fn a_program_that_prints_without_end_holds_nobody_up() {
    let folder = Folder::new();
    folder.with("chatty", &[]).ends_with(0);
    folder.left_nothing(1);
}

#[test]
fn a_run_that_is_stopped_ends_its_program() {
    for (signal, code) in ending_signals() {
        let folder = Folder::new();
        folder.write(
            "greeted.json",
            r#"{ "steps": [{ "expect": "Welcome!" }, { "expect_silence": "1m" }] }"#,
        );
        let server = folder.server("well");
        let running = folder
            .run(&["--spawn", &server, "--slow-timeout", "1ms"])
            .start();
        running.until_said("SLOW");
        // It is slow also while its server is being started.
        while fs::read_to_string(folder.path().join("numbers"))
            .unwrap_or_default()
            .is_empty()
        {
            thread::sleep(Duration::from_millis(1));
        }
        running.signal(signal);
        running.end().ends_with(code);
        folder.left_nothing(1);
    }
}

#[test]
fn what_cannot_be_meant_is_a_wrong_command_line() {
    let folder = Folder::new();
    for (args, words) in [
        (&["--spawn", ""][..], "the command to spawn is empty"),
        (&["--spawn", "./server"], "neither {port} nor {socket}"),
        (
            &["--spawn", "./server {prot}"],
            "\n  {prot} stays as it is; did you mean \"{port}\"?\n",
        ),
        (
            &["--spawn", "./server 'x {port}"],
            "a quote that is not closed",
        ),
        (
            &["--spawn", "./server", "-t", "tcp://127.0.0.1:{port}"],
            "the target has {port}",
        ),
        (
            &["--spawn", "./server {port}", "--simulate"],
            "takes neither --spawn nor --health",
        ),
        (
            &["--spawn", "./server {port}", "--ready-when", "sleep"],
            "write port, output:REGEX",
        ),
        (
            &["--spawn", "./server {port}", "-t", "tcp://127.0.0.1:0"],
            "nobody can be reached at port 0",
        ),
        (&["--fresh"], "--spawn"),
    ] {
        folder.run(args).output().ends_with(2).says(words);
    }
}
