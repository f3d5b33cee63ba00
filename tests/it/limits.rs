//! Limits and times that a run sets: `--max-message`, `--time-scale`, `--deny-leftover`.

use crate::harness::{Output, Program, Workplace};

fn run(scenario: &str, flags: &[&str]) -> Output {
    let words = ["run", "talk.json"]
        .into_iter()
        .chain(flags.iter().copied());
    Workplace::with_scenario(scenario).backchat(words).output()
}

#[test]
fn a_message_may_have_more_bytes_where_the_run_says_so() {
    let long = |bytes: usize| {
        format!(
            r#"{{ "framing": {{ "length_prefixed": {{ "width": 4, "max_message": {bytes} }} }},
                 "server": {{ "reply": "echo", "max_message": {bytes} }},
                 "steps": [{{ "expect": "Welcome!" }},
                           {{ "send": {{ "repeat": "0123456789abcdef", "times": {} }} }},
                           {{ "expect": {{ "length": {bytes} }} }}] }}"#,
            bytes / 16
        )
    };
    let most = 64 << 20;
    run(&long(most + 16), &[])
        .ends_with(3)
        .says("BC1029")
        .says("67108880 bytes; a message has at most 67108864")
        .says("--max-message with a greater number");
    run(&long(4096), &["--max-message", "1024", "--simulate"])
        .ends_with(3)
        .says("4096 bytes; a message has at most 1024");
    let more = ["--max-message", "67108880", "--simulate"];
    run(&long(most + 16), &more).ends_with(0);
    // What is known only when it is played.
    let computed =
        r#"{ "steps": [{ "send": { "repeat": "{{ index }}", "times": "{{ 1025 }}" } }] }"#;
    run(computed, &["--max-message", "1024", "--simulate"])
        .ends_with(1)
        .says("BC2018");
    run(computed, &["--max-message", "0"])
        .ends_with(2)
        .says("not a number of bytes from 1 to 4294967295");
}

#[test]
fn all_times_are_multiplied_those_of_the_server_too() {
    // In memory a second takes no time, and the report says how long it was.
    let scenario = r#"{ "server": { "think_time": "400ms" }, "timeout": "300ms",
        "steps": [{ "expect": "Welcome!" }, { "wait": "100ms" }, { "expect_silence": "100ms" },
                  { "send": "Rose" }, { "expect": "Hello, Rose!" }] }"#;
    run(scenario, &["--simulate"])
        .ends_with(1)
        .says("no reply within 300ms");
    run(scenario, &["--simulate", "--time-scale", "10"])
        .ends_with(1)
        .says("no reply within 3s");
    let silent = r#"{ "steps": [{ "expect": "Welcome!" }, { "expect": "never" }] }"#;
    run(
        silent,
        &["--simulate", "--timeout", "1s", "--time-scale", "0.5"],
    )
    .ends_with(1)
    .says("no reply within 500ms")
    .says("again  backchat run talk.json --simulate --timeout 1s --time-scale 0.5");
    let pauses = r#"{ "steps": [{ "expect": "Welcome!" }, { "wait": "1s" }, { "expect_silence": "1s" },
        { "send": "Rose", "split": 2, "pace": "1s" }, { "expect": "Hello, Rose!" }] }"#;
    run(pauses, &["--simulate", "--time-scale", "20"])
        .ends_with(0)
        .says("80.000s");
    for factor in ["0", "-1", "x", "1001", "NaN"] {
        run(silent, &[&format!("--time-scale={factor}")])
            .ends_with(2)
            .says("not a number from 0.001 to 1000, such as 3 or 0.5");
    }
}

#[test]
fn what_is_drawn_by_the_seed_is_played_again_with_the_seed() {
    let fixed = r#"{ "steps": [{ "expect": "never" }] }"#;
    let drawn = r#"{ "steps": [{ "expect": "{{ random(1, 6) }}" }] }"#;
    run(fixed, &["--simulate"]).does_not_say("talk.json --simulate --seed");
    run(drawn, &["--simulate"]).says("again  backchat run talk.json --simulate --seed ");
    run(fixed, &["--segment", "random"])
        .says("again  backchat run talk.json --segment random --seed ");
    run(drawn, &["--simulate", "--seed", "7f"])
        .says("again  backchat run talk.json --seed 0000007f --simulate\n");
}

#[test]
fn what_is_drawn_is_the_same_again_also_in_a_folder_below() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("all/auth");
    std::fs::create_dir_all(&below).expect("a folder");
    let drawn = r#"{ "steps": [{ "expect": "{{ random(1, 1000000000) }}" }] }"#;
    std::fs::write(below.join("login.json"), drawn).expect("written");
    std::fs::write(
        below.join("other.json"),
        r#"{ "steps": [{ "expect": "Welcome!" }] }"#,
    )
    .expect("written");
    let play = |words: &[&str]| {
        let output = Program::new(words).dir(folder.path()).output();
        output.ends_with(1).says("1 failed");
        let line = |begin: &str| {
            let line = output.stderr.lines().find(|line| line.contains(begin));
            line.unwrap_or_default().trim().to_owned()
        };
        (line("text     - "), line("again  backchat "))
    };
    let (said, again) = play(&["run", "all", "--simulate"]);
    assert!(
        again.starts_with("again  backchat run all --simulate --seed "),
        "{again}"
    );
    let words: Vec<&str> = again.split_whitespace().skip(2).collect();
    let (same, _) = play(&words);
    assert_eq!(said, same);
    assert!(said.len() > 10, "{said}");
}

#[test]
fn what_no_step_took_is_a_failure_where_that_is_denied() {
    let two = r#"{ "framing": "line", "steps": [{ "send": "Rose\nThink" }, { "skip_until": "Hello, Rose!" },
        { "skip_until": "Hello, Think!" }, { "send": "a\nb\nc" }, { "skip_until": "Hello, a!" }] }"#;
    run(two, &["--simulate"])
        .ends_with(0)
        .says("replies that no step expected");
    run(two, &["--simulate", "--deny-leftover"])
        .ends_with(1)
        .says("error[BC2028]: 2 replies that no step expected at step 5 of 5")
        .says("Hello, b!")
        .says("again  backchat run talk.json --simulate --deny-leftover")
        .shows_nothing_raw();
    let all =
        r#"{ "steps": [{ "expect": "Welcome!" }, { "send": "a" }, { "expect": "Hello, a!" }] }"#;
    run(all, &["--simulate", "--deny-leftover"]).ends_with(0);
    let ignored = r#"{ "ignore": [{ "any": true }], "steps": [{ "send": "a" }] }"#;
    run(ignored, &["--simulate", "--deny-leftover"]).ends_with(0);
}

#[test]
fn what_no_step_took_is_looked_for_after_finally_and_beside_no_other_failure() {
    let scenario = |last: &str| {
        format!(
            r#"{{ "steps": [{{ "send": "a" }}, {{ "skip_until": "Welcome!" }}, {last}],
                 "finally": [{{ "expect": "Welcome!" }}, {{ "send": "b" }}, {{ "expect": "Hello, b!" }}] }}"#
        )
    };
    let flags = ["--simulate", "--deny-leftover", "-v"];
    run(&scenario(r#"{ "expect": "Hello, x!" }"#), &flags)
        .ends_with(1)
        .says("BC2001");
    let left = r#"{ "send": "c\nd" }, { "expect": "Hello, a!" }, { "expect": "Hello, c!" }"#;
    run(&scenario(left), &flags)
        .ends_with(1)
        .says("BC2028")
        .says("Hello, b!");
}
