//! The README says what is so: its commands are understood, its scenarios are valid, its outputs are what one sees.

use std::fs;
use std::path::Path;

use crate::harness::{Output, Workplace, stable};

/// Reads the README of the project.
fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    fs::read_to_string(path).expect("the README")
}

/// The blocks in a language, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(&fence) {
        let (block, after) = after.split_once("```").expect("the block ends");
        blocks.push(block.to_owned());
        rest = after;
    }
    blocks
}

/// Every command line of backchat that the README shows, without the program's name.
fn commands(text: &str) -> Vec<Vec<String>> {
    let lines = [blocks(text, "sh"), blocks(text, "text")].concat().concat();
    lines
        .lines()
        .filter_map(|line| {
            let line = line.strip_prefix("$ ").unwrap_or(line);
            let line = line.split(" #").next()?;
            let args = line
                .strip_prefix("backchat ")
                .or_else(|| line.strip_prefix("cargo run --release -- "))?;
            Some(shell_words::split(args).expect("words of a shell"))
        })
        .collect()
}

/// What the README shows as the output of a command.
fn shown(text: &str, command: &str) -> String {
    let block = blocks(text, "text")
        .into_iter()
        .find_map(|block| Some(block.strip_prefix(&format!("$ {command}\n"))?.to_owned()));
    block.unwrap_or_else(|| panic!("the README does not show `{command}`"))
}

/// The first scenario of the README.
fn first_scenario(text: &str) -> String {
    blocks(text, "json").into_iter().next().expect("a scenario")
}

/// The scenario with something else in one place.
#[track_caller]
fn changed(scenario: &str, from: &str, to: &str) -> String {
    assert!(scenario.contains(from), "no {from:?} in\n{scenario}");
    scenario.replacen(from, to, 1)
}

fn run(scenario: &str, name: &str, args: &[&str]) -> Output {
    Workplace::new()
        .file(name, scenario.as_bytes())
        .backchat(args.iter().copied().chain([name]))
        .output()
}

#[test]
fn every_scenario_of_the_readme_is_valid_and_the_first_passes() {
    let text = readme();
    let scenarios = blocks(&text, "json");
    assert!(!scenarios.is_empty());
    for scenario in &scenarios {
        run(scenario, "talk.json", &["check"]).ends_with(0);
    }
    run(&scenarios[0], "talk.json", &["run"]).ends_with(0);
}

#[test]
fn every_command_of_the_readme_is_understood() {
    let commands = commands(&readme());
    assert!(commands.len() >= 5, "{commands:?}");
    let place = Workplace::new()
        .file(
            "scenarios/redis/a.json",
            br#"{ "steps": [{ "send": "a" }] }"#,
        )
        .file("my.json", br#"{ "steps": [{ "send": "a" }] }"#)
        .file("hello.json", br#"{ "steps": [{ "send": "a" }] }"#)
        .file("typo.json", br#"{ "steps": [{ "send": "a" }] }"#);
    for command in commands {
        let mut args: Vec<&str> = command.iter().map(String::as_str).collect();
        match args[0] {
            "run" => args.push("--list"),
            "check" => {}
            // It would not come back.
            _ => args.push("--help"),
        }
        place.backchat(args).output().ends_with(0);
    }
}

#[test]
fn the_failure_of_the_readme_is_what_one_sees() {
    let text = readme();
    let scenario = changed(&first_scenario(&text), "Hello, Rose!", "Hello, Rosa!");
    let output = run(&scenario, "hello.json", &["run"]);
    output.ends_with(1);
    assert_eq!(
        stable(&output.stderr),
        stable(&shown(&text, "backchat run hello.json"))
    );
}

#[test]
fn the_mistakes_of_the_readme_are_what_one_sees() {
    let text = readme();
    let scenario = changed(
        &first_scenario(&text),
        r#""expect": "Welcome!""#,
        r#""expects": "Welcome!""#,
    );
    let scenario = changed(
        &scenario,
        r#""Hello, Rose!""#,
        r#""Hello, Rose!", "within": "2 seconds""#,
    );
    let output = run(&scenario, "typo.json", &["check"]);
    output.ends_with(3);
    assert_eq!(output.stderr, shown(&text, "backchat check typo.json"));
}
