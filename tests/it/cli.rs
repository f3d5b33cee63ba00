//! The command line as one meets it: every exit code, what is selected, and what bad files come to.

use std::io::Write;
use std::net::TcpListener;

use crate::harness::{Program, Server, Workplace};

const PASSES: &str = r#"{ "tags": ["polite"], "steps": [{ "expect": "Welcome!" }] }"#;
const FAILS: &str = r#"{ "steps": [{ "expect": "Go away!" }] }"#;
const CASES: &str = r#"{
    "cases": [{ "case": "ann", "name": "Ann" }, { "name": "Bob" }],
    "steps": [{ "expect": "Welcome!" }, { "send": "{{name}}" }, { "expect": "Hello, {{name}}!" }]
}"#;

/// A folder with one scenario that passes, one that fails, and one with two cases.
fn three() -> Workplace {
    Workplace::new()
        .file("scenarios/a/passes.json", PASSES.as_bytes())
        .file("scenarios/b/fails.json", FAILS.as_bytes())
        .file("scenarios/b/cases.json", CASES.as_bytes())
}

#[test]
fn what_passes_ends_with_0() {
    let place = Workplace::with_scenario(PASSES);
    place
        .backchat(["run", "talk.json"])
        .output()
        .ends_with(0)
        .says("1 scenario (1 case) · embedded reference server · 8 at a time")
        .says("1 run: 1 passed, 0 failed, 0 skipped");
}

#[test]
fn what_fails_ends_with_1_and_is_named_again_at_the_end() {
    let output = three().backchat(["run", "--no-fail-fast"]).output();
    output
        .ends_with(1)
        .says("4 run: 3 passed, 1 failed, 0 skipped");
    let last = output.stderr.lines().last().expect("lines");
    assert!(
        last.ends_with("again  backchat run scenarios/b/fails.json --no-fail-fast"),
        "{last}"
    );
}

#[test]
fn a_run_stops_at_the_first_failure_unless_this_is_ci_or_it_is_told_not_to() {
    let place = Workplace::new()
        .file("scenarios/a.json", FAILS.as_bytes())
        .file("scenarios/b.json", FAILS.as_bytes());
    let one_by_one = ["run", "-j", "1"];
    place
        .backchat(one_by_one)
        .output()
        .ends_with(1)
        .says("1 run: 0 passed, 1 failed, 0 skipped, 1 cancelled")
        .says("Stopped after a failure: 1 case was not started; `--no-fail-fast` plays on");
    place
        .backchat(one_by_one)
        .env("CI", "true")
        .output()
        .ends_with(1)
        .says("2 run: 0 passed, 2 failed, 0 skipped");
    place
        .backchat(["run", "-j", "1", "--fail-fast"])
        .env("CI", "true")
        .output()
        .ends_with(1)
        .says("1 run:");
}

#[test]
fn a_wrong_flag_or_value_ends_with_2() {
    for args in [
        &["run", "--bogus"][..],
        &["nonsense"],
        &[],
        &["run", "--timeout", "5"],
        &["run", "--seed", "xyz"],
        &["run", "--var", "novalue"],
        &["run", "-j", "0"],
        &["run", "-t", "smtp://localhost:25"],
        &["run", "-t", "localhost"],
        &["run", "-t", "localhost:0"],
        &["run", "-t", "a=udp://localhost:0"],
        &["run", "-t", "tcp:/localhost:1"],
        &["run", "-v", "-q"],
        &["run", "--simulate", "-t", "localhost:1"],
        &["run", "--var", "seed=1"],
        &["run", "--timeout", "0s"],
        &["run", "-j", "zz"],
        &["check", "-v"],
        &["serve", "-q"],
        &["serve", "-l", "nowhere"],
    ] {
        let output = Program::new(args).output();
        output.ends_with(2);
        assert!(
            !output.stderr.is_empty() && output.stdout.is_empty(),
            "{output}"
        );
    }
}

#[test]
fn help_and_version_are_no_errors() {
    for args in [&["--help"][..], &["run", "--help"], &["-V"]] {
        let output = Program::new(args).output();
        output.ends_with(0);
        assert!(
            !output.stdout.is_empty() && output.stderr.is_empty(),
            "{output}"
        );
    }
}

#[test]
fn an_invalid_file_ends_with_3_and_nothing_is_sent() {
    let server = Server::start(drop);
    let target = server.target();
    let place = three().file(
        "scenarios/broken.json",
        br#"{ "steps": [{ "expct": "x" }] }"#,
    );
    place
        .backchat(["run", "-t", &target, "-f", "passes"])
        .output()
        .ends_with(3)
        .says("scenarios/broken.json:1:15")
        .says("4 files checked: 3 ok, 1 with 1 error: nothing was sent");
    assert_eq!(server.connections(), 0);
}

#[test]
fn nothing_to_play_ends_with_4_and_says_where_it_looked() {
    let place = three().folder("empty");
    let root = place.real_path();
    let empty = root.join("empty");
    let missing = root.join("missing");
    for (args, words) in [
        (&["run", "empty"][..], empty.display().to_string()),
        (&["run", "missing"], missing.display().to_string()),
        (&["check", "empty"], empty.display().to_string()),
        (
            &["run", "-f", "nobody"],
            "none of 4 cases is selected by --filter \"nobody\"".into(),
        ),
        (&["run", "--tag", "rude", "--list"], "--tag \"rude\"".into()),
    ] {
        let output = place.backchat(args.iter().copied()).output();
        output.ends_with(4).says(&words);
        assert!(output.stdout.is_empty(), "{output}");
    }
    Workplace::new()
        .backchat(["run"])
        .output()
        .ends_with(4)
        .says("no such file or folder: scenarios");
}

#[test]
fn a_target_that_nobody_listens_at_ends_with_5_and_says_what_was_tried() {
    // The port was free a moment ago, and is not given away again so soon.
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = free.local_addr().expect("bound").to_string();
    drop(free);
    let place = three();
    let output = place
        .backchat(["run", "-t", &target, "--no-fail-fast"])
        .output();
    output
        .ends_with(5)
        .says(&format!(
            "0 skipped\nerror: cannot connect to tcp://{target}: connection refused\n  \
             help: is the server running, and is this its address?\n"
        ))
        .does_not_say("error[")
        .does_not_say("again");
    assert_eq!(output.stderr.matches("FAIL").count(), 4, "{output}");
}

#[test]
fn a_host_that_does_not_resolve_ends_with_5() {
    Workplace::with_scenario(PASSES)
        .backchat(["run", "talk.json", "-t", "no-such-host.invalid:7"])
        .output()
        .ends_with(5)
        .says("no-such-host.invalid")
        .says("error: cannot connect to tcp://no-such-host.invalid:7: ");
}

#[test]
fn once_one_connection_came_about_a_refused_one_is_a_failure() {
    let server = Server::start(|mut stream| {
        stream.write_all(b"Welcome!\n").expect("written");
    });
    let target = server.target();
    let place = Workplace::with_scenario(
        r#"{ "steps": [{ "expect": "Welcome!" }, { "expect": "More!" }] }"#,
    );
    place
        .backchat(["run", "talk.json", "-t", &target])
        .output()
        .ends_with(1)
        .says("error[BC2003]");
}

#[test]
fn output_that_cannot_be_written_ends_with_74() {
    // Nothing can be written to /dev/full, which only Linux has.
    if !cfg!(target_os = "linux") {
        return;
    }
    let place = Workplace::with_scenario(PASSES);
    let code = place
        .backchat(["run", "talk.json"])
        .stderr_to("/dev/full")
        .code();
    assert_eq!(code, Some(74));
    let code = place
        .backchat(["run", "--list", "talk.json"])
        .stdout_to("/dev/full")
        .code();
    assert_eq!(code, Some(74));
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let code = three().backchat(["run", "--list"]).stdout_gone().code();
    assert_eq!(code, Some(0));
}

#[test]
fn the_list_is_for_programs_and_in_order() {
    let output = three().backchat(["run", "--list"]).output();
    output.ends_with(0);
    assert_eq!(output.stdout, "a/passes\nb/cases#ann\nb/cases#2\nb/fails\n");
    assert!(output.stderr.is_empty(), "{output}");
}

#[test]
fn filters_and_tags_select() {
    for (args, ids) in [
        (&["-f", "cases"][..], "b/cases#ann\nb/cases#2\n"),
        (&["-f", "#ann"], "b/cases#ann\n"),
        (&["-f", "b/*"], "b/cases#ann\nb/cases#2\nb/fails\n"),
        (&["-f", "*s"], "a/passes\nb/fails\n"),
        (&["-f", "passes", "-f", "fails"], "a/passes\nb/fails\n"),
        (&["--tag", "polite"], "a/passes\n"),
        (
            &["--skip", "polite", "-f", "s"],
            "b/cases#ann\nb/cases#2\nb/fails\n",
        ),
        (&["scenarios/b/fails.json"], "b/fails\n"),
        (
            &["scenarios/b", "scenarios"],
            "b/cases#ann\nb/cases#2\nb/fails\na/passes\n",
        ),
    ] {
        let args = ["run", "--list"].iter().chain(args).copied();
        let output = three().backchat(args).output();
        output.ends_with(0);
        assert_eq!(output.stdout, ids);
    }
}

#[test]
fn a_flag_beats_its_variable_and_the_variable_beats_the_default() {
    let run = |args: &[&str]| {
        let args = ["run", "-f", "passes"].iter().chain(args).copied();
        three().backchat(args).env("BACKCHAT_JOBS", "3").output()
    };
    run(&[]).ends_with(0).says("3 at a time");
    run(&["-j", "5"]).ends_with(0).says("5 at a time");
}

#[test]
fn variables_reach_the_scenario() {
    let place = Workplace::with_scenario(
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "{{who}}" }, { "expect": "Hello, Ann!" }] }"#,
    );
    place
        .backchat(["run", "talk.json", "--var", "who=Ann"])
        .output()
        .ends_with(0);
    place
        .backchat(["run", "talk.json", "--var", "who=Bob"])
        .output()
        .ends_with(1)
        .says("+ Hello, Bob!");
    place
        .backchat(["run", "talk.json"])
        .output()
        .ends_with(3)
        .says("who");
}

#[test]
fn more_is_shown_for_each_v_and_less_for_a_q() {
    let place = Workplace::with_scenario(PASSES);
    let run = |flag: &str| place.backchat(["run", "talk.json", flag]).output();
    run("-q").ends_with(0).does_not_say("PASS").says("1 passed");
    run("-v").ends_with(0).says("PASS").says(r"Welcome!\n");
    run("-vv")
        .ends_with(0)
        .says("57 65 6c 63 6f 6d 65 21 0a   ");
    run("--color=always").ends_with(0).says("\x1b[");
    run("--color=auto").ends_with(0).does_not_say("\x1b[");
}

#[test]
fn replies_that_nothing_expected_are_counted() {
    // In one write, so that one read brings both.
    let server = Server::start(|mut stream| {
        stream
            .write_all(b"Welcome!\nWho are you?\n")
            .expect("written");
    });
    Workplace::with_scenario(PASSES)
        .backchat(["run", "talk.json", "-t", &server.target()])
        .output()
        .ends_with(0)
        .says("1 reply that no step expected, in talk");
}

#[test]
fn a_slow_case_is_named_while_it_runs() {
    Workplace::with_scenario(r#"{ "steps": [{ "wait": "300ms" }] }"#)
        .backchat(["run", "talk.json", "--slow-timeout", "100ms"])
        .output()
        .ends_with(0)
        .says("SLOW [>  0.");
}

#[test]
fn a_health_check_that_takes_long_is_no_matter_of_a_program() {
    let server = Server::start(|mut stream| stream.write_all(b"hello\n").expect("written"));
    let check = br#"{ "steps": [{ "expect": "hello" }, { "wait": "10m" }] }"#;
    let place =
        Workplace::with_scenario(r#"{ "steps": [{ "expect": "hello" }] }"#).file("health", check);
    let target = server.target();
    let run = [
        "run",
        "talk.json",
        "-t",
        &*target,
        "--health",
        "health",
        "--slow-timeout",
        "100ms",
    ];
    let run = place.backchat(run).start();
    run.until_said("talk   no step is being played: what is under test is being started, checked");
    // The second does not wait for the check.
    run.signal("INT");
    run.signal("TERM");
    let output = run.end();
    assert!(matches!(output.code, Some(130 | 143)), "{output}");
    output.does_not_say("program");
}

#[test]
fn check_reads_folders_and_standard_input() {
    let place = three();
    place
        .backchat(["check"])
        .output()
        .ends_with(0)
        .says("3 files checked: 3 ok");
    place
        .backchat(["check", "-"])
        .stdin(PASSES.as_bytes())
        .output()
        .ends_with(0)
        .says("1 file checked: 1 ok");
    place
        .backchat(["check", "-", "scenarios"])
        .stdin(br#"{ "steps": [{ "expct": 1 }], "nmae": "x" }"#)
        .output()
        .ends_with(3)
        .says("<stdin>:1:15")
        .says("4 files checked: 3 ok, 1 with 2 errors");
}

#[test]
fn files_that_are_no_scenarios_at_all_are_told_with_their_names() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let mut bom = b"\xef\xbb\xbf".to_vec();
    bom.extend_from_slice(PASSES.as_bytes());
    let latin1 = b"{ \"steps\": [{ \"expect\": \"caf\xe9\" }] }";
    for (name, bytes) in [
        ("empty.json", &b""[..]),
        ("truncated.json", &PASSES.as_bytes()[..PASSES.len() - 4]),
        ("latin1.json", latin1),
        ("bom.json", &bom),
        ("deep.json", deep.as_bytes()),
        ("object.json", b"{}"),
        ("nul.json", &[0; 64]),
    ] {
        let output = Workplace::new()
            .file(name, bytes)
            .backchat(["run", name])
            .output();
        output
            .ends_with(3)
            .says(name)
            .says("nothing was sent")
            .shows_nothing_raw();
    }
}

#[test]
fn what_is_no_regular_file_is_not_opened() {
    let place = Workplace::new();
    let fifo = place.path().join("fifo.json");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no FIFO can be made here");
        return;
    }
    for verb in ["check", "run"] {
        // Opened, it would have to be written to before anything came of it.
        place
            .backchat([verb, "fifo.json"])
            .output()
            .ends_with(3)
            .says("error: cannot read fifo.json: it is no regular file");
    }
    // In a folder, it is no scenario.
    place
        .backchat(["check", "."])
        .output()
        .ends_with(4)
        .says("no scenarios in");
}

#[test]
fn a_folder_is_one_whatever_it_is_called() {
    let place = Workplace::new()
        .folder("empty.json")
        .file("full.json/a.json", PASSES.as_bytes());
    place
        .backchat(["check", "empty.json"])
        .output()
        .ends_with(4)
        .says("no scenarios in");
    place.backchat(["check", "full.json"]).output().ends_with(0);
}

#[test]
fn nothing_typed_or_read_moves_the_text_beside_it() {
    let (raw, shown) = ("\u{202e}\u{2028}\u{200b}", r"\u{202e}\u{2028}\u{200b}");
    let place = Workplace::with_scenario(&format!(
        r#"{{ "cases": [{{ "case": "a{raw}" }}], "steps": [{{ "send": "a" }}] }}"#
    ));
    for (args, code) in [
        (
            &["run", "talk.json", "-t", &format!("{raw}host{raw}")] as &[&str],
            2,
        ),
        (&["run", "talk.json", "-f", &format!("b{raw}")], 4),
        (&["check", &format!("no{raw}")], 4),
    ] {
        let output = place.backchat(args.iter().copied()).output();
        output.ends_with(code).says(shown).shows_nothing_raw();
    }
    let output = place.backchat(["run", "talk.json", "--list"]).output();
    output.ends_with(0).shows_nothing_raw();
    assert_eq!(output.stdout, format!("talk#a{shown}\n"));
}

#[test]
fn a_path_cannot_steer_the_terminal() {
    let name = "\x1b[2Jred.json";
    let place = Workplace::new().file(name, FAILS.as_bytes());
    place
        .backchat(["run", "."])
        .output()
        .ends_with(1)
        .shows_nothing_raw();
    place
        .backchat(["run", "--list", "."])
        .output()
        .ends_with(0)
        .shows_nothing_raw();
    place
        .backchat(["run", "no\x1b[2J"])
        .output()
        .ends_with(4)
        .shows_nothing_raw();
}

#[test]
fn check_explains_a_code_on_standard_output_and_refuses_one_that_is_none() {
    let place = Workplace::new();
    let explain = |code| place.backchat(["check", "--explain", code]).output();
    let output = explain("bc1013");
    output.ends_with(0);
    assert!(
        output.stdout.starts_with("BC1013: not a duration\n"),
        "{}",
        output.stdout
    );
    assert_eq!(output.stderr, "");
    assert!(
        explain("BC2001")
            .stdout
            .starts_with("BC2001: a reply differs")
    );
    explain("BC10130").ends_with(2).says("BC1013");
    place
        .backchat(["check", "--explain", "BC1013", "talk.json"])
        .output()
        .ends_with(2);
}

#[test]
fn what_was_typed_cannot_steer_the_terminal() {
    for args in [
        &["run", "--no\x1b[31m"][..],
        &["run", "--timeout", "\x1b[31m"],
        &["\x1b[31m"],
    ] {
        Program::new(args).output().ends_with(2).shows_nothing_raw();
    }
    Workplace::with_scenario(FAILS)
        .backchat(["run", "talk.json", "--var", "x=\x1b[31m"])
        .output()
        .ends_with(1)
        .says(r"again  backchat run talk.json --var $'x=\x1b[31m'")
        .shows_nothing_raw();
}

#[test]
fn a_variable_that_no_scenario_reads_is_warned_about() {
    let place = Workplace::with_scenario(
        r#"{ "vars": { "who": "Ann" }, "steps": [{ "expect": "Welcome!" }, { "send": "{{who}}" }] }"#,
    );
    place
        .backchat(["run", "talk.json", "--var", "wo=Bob"])
        .output()
        .ends_with(0)
        .says(
            "warning: no selected scenario reads `wo`, which --var sets; did you mean \"who\"?\n",
        );
    place
        .backchat(["run", "talk.json", "--var", "who=Bob"])
        .output()
        .ends_with(0)
        .does_not_say("warning");
}

#[test]
fn what_selects_nothing_is_told_what_there_is() {
    for (args, words) in [
        (&["run", "--tag", "rude"][..], "the tags there are: polite"),
        (
            &["run", "-f", "FAILS"],
            "upper and lower case matter: there is b/fails",
        ),
    ] {
        three()
            .backchat(args.iter().copied())
            .output()
            .ends_with(4)
            .says(words);
    }
}

#[test]
fn a_wrong_number_of_jobs_names_the_flag_and_its_variable() {
    Program::new(["run", "-j", "0"])
        .output()
        .ends_with(2)
        .says("not a whole number from 1");
    Program::new(["run"])
        .env("BACKCHAT_JOBS", "zz")
        .output()
        .ends_with(2)
        .says("BACKCHAT_JOBS");
}

#[test]
fn a_failure_names_its_scenario_and_the_cases_that_failed() {
    let cases = r#"{
        "name": "greets {{who}}\u001b[2J",
        "cases": [{ "case": "ann", "who": "Ann" }, { "case": "bob", "who": "Bob" }],
        "steps": [{ "expect": "Welcome!" }, { "send": "{{who}}" }, { "expect": "Hello, Ann!" }]
    }"#;
    let output = Workplace::with_scenario(cases)
        .backchat(["run", "talk.json"])
        .output();
    output
        .ends_with(1)
        .says(r"talk#bob   greets Bob\x1b[2J")
        .says("again  backchat run talk.json -f")
        .shows_nothing_raw();
}
