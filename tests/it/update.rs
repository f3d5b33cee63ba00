//! `backchat run --update`: what is rewritten, what is left alone, and when it refuses.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use crate::harness::{Server, Workplace};

/// Greets, and answers each line in its own way until the client goes.
fn polite(stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().expect("a stream"));
    let mut stream = stream;
    let mut said = stream.write_all(b"Good day!\n");
    let mut line = Vec::new();
    while said.is_ok() && matches!(lines.read_until(b'\n', &mut line), Ok(1..)) {
        let mut reply = match line.trim_ascii_end() {
            b"bytes" => b"\xff\x00".to_vec(),
            b"braces" => b"{{ x }}".to_vec(),
            other => [&b"You said "[..], other].concat(),
        };
        reply.push(b'\n');
        said = stream.write_all(&reply);
        line.clear();
    }
}

/// Plays with `--update` what stands in `before`, and compares it with `after`.
#[track_caller]
fn check(before: &str, after: &str, code: i32, says: &[&str]) {
    let server = Server::start(polite);
    let target = server.target();
    let place = Workplace::with_scenario(before);
    let run = [
        "run",
        "talk.json",
        "--update",
        "-t",
        &target,
        "--timeout",
        "2s",
    ];
    let output = place.backchat(run).output();
    for words in says {
        output.says(words);
    }
    let there = fs::read_to_string(place.path().join("talk.json")).expect("a file");
    assert_eq!(there, after, "{}", output.stderr);
    output.ends_with(code);
}

#[test]
fn exact_expectations_that_differ_are_rewritten_and_nothing_else() {
    check(
        "{ // a talk\n \"steps\":[\n  { \"expect\":\"Welcome!\" /* at first */ , \"note\":\"n\" },\n  \
         {\"send\":\"a\"}, { \"expect\": { \"prefix\": \"You\" } },\n  {\"send\":\"bytes\"}, {\"expect\":\"no\"},\n  \
         {\"send\":\"braces\"}, {\"expect\": {\"literal\":\"no\"}},\n  \
         {\"send\":\"b\"}, {\"expect\":{ \"hex\" : \"00\" }}, {\"send\":\"c\"}, {\"expect\":\"You said c\"} ]}",
        "{ // a talk\n \"steps\":[\n  { \"expect\":\"Good day!\" /* at first */ , \"note\":\"n\" },\n  \
         {\"send\":\"a\"}, { \"expect\": { \"prefix\": \"You\" } },\n  {\"send\":\"bytes\"}, {\"expect\":{ \"hex\": \"ff 00\" }},\n  \
         {\"send\":\"braces\"}, {\"expect\": { \"literal\": \"{{ x }}\" }},\n  \
         {\"send\":\"b\"}, {\"expect\":{ \"hex\": \"59 6f 75 20 73 61 69 64 20 62\" }}, {\"send\":\"c\"}, {\"expect\":\"You said c\"} ]}",
        0,
        &[
            "updated  talk.json:3  \"Welcome!\"  ->  \"Good day!\"",
            "updated  talk.json:5  \"no\"  ->  { \"hex\": \"ff 00\" }",
            "1 run: 1 passed",
        ],
    );
}

#[test]
fn what_is_not_written_out_is_left_alone_with_the_reason() {
    let greeted = "{ \"expect\": \"Good day!\" }, { \"send\": \"a\" }";
    for (step, why) in [
        ("{ \"expect\": \"{{ seed }}\" }", "it has a template"),
        ("{ \"expect\": [\"x\", \"y\"] }", "it is made of parts"),
        (
            "{ \"expect\": { \"prefix\": \"x\" } }",
            "it is a matcher, no exact text",
        ),
        (
            "{ \"expect\": { \"hex\": \"00\", \"capture\": \"c\" } }",
            "it says more than the bytes",
        ),
        (
            "{ \"expect\": { \"hex\": /* x */ \"00\" } }",
            "a comment stands in it",
        ),
        (
            "{ \"expect_bytes\": \"x\" }",
            "on a byte stream nobody knows where the reply ends",
        ),
        (
            "{ \"repeat\": [{ \"expect\": \"x\" }], \"times\": 2 }",
            "it is played more than once",
        ),
    ] {
        let file = format!("{{ \"steps\": [{greeted}, {step}] }}");
        check(
            &file,
            &file,
            1,
            &["left alone  talk.json:1:", why, "1 failed"],
        );
    }
    let cases = "{ \"cases\": [{ \"n\": 1 }, { \"n\": 2 }], \"steps\": [{ \"expect\": \"x\" }] }";
    check(cases, cases, 1, &["the scenario has cases"]);
}

#[test]
fn a_reply_that_is_another_one_each_time_is_rewritten_once() {
    let mut times = 0;
    let server = Server::start(move |mut stream| {
        times += 1;
        // A client that has gone does not matter.
        let _ = stream.write_all(format!("number {times}\n").as_bytes());
    });
    let target = server.target();
    let place = Workplace::with_scenario("{ \"steps\": [{ \"expect\": \"number 0\" }] }");
    let run = ["run", "talk.json", "--update", "-t", &target];
    place
        .backchat(run)
        .output()
        .ends_with(1)
        .says("updated  talk.json:1  \"number 0\"  ->  \"number 1\"")
        .says("it has been rewritten, and the reply is another one again");
}

#[test]
fn where_ci_is_set_nothing_is_rewritten_and_nothing_sent() {
    let place = Workplace::with_scenario("{ \"steps\": [{ \"expect\": \"x\" }] }");
    let run = ["run", "talk.json", "--update"];
    let output = place.backchat(run).env("CI", "true").output();
    output
        .ends_with(2)
        .says("--update rewrites scenario files, and does not where CI is set");
    let watch = ["run", "--update", "--watch"];
    place.backchat(watch).output().ends_with(2);
}

#[test]
fn one_update_does_not_hide_another_failure() {
    let wrong = "{ \"steps\": [{ \"expect\": \"x\" }] }";
    let hopeless = "{ \"steps\": [{ \"expect\": { \"prefix\": \"x\" } }] }";
    let place = Workplace::new()
        .file("scenarios/a.json", wrong.as_bytes())
        .file("scenarios/b.json", hopeless.as_bytes());
    let run = ["run", "--update", "--simulate"];
    place
        .backchat(run)
        .output()
        .ends_with(1)
        .says("updated  scenarios/a.json:1  \"x\"  ->  \"Welcome!\"")
        .says("left alone  scenarios/b.json:1:");
}
