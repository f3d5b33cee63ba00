//! What a release is made of: names that agree, completions, manual pages, the action and the hooks.

use std::collections::BTreeMap;

use crate::harness::{Program, Workplace, document};

/// The value of a key of a table in Cargo.toml.
fn of_manifest(table: &str, key: &str) -> String {
    let manifest = document("Cargo.toml");
    let (_, rest) = manifest.split_once(&format!("[{table}]\n")).expect(table);
    let rest = rest.split("\n[").next().unwrap_or_default();
    let line = rest
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{key} = \"")));
    line.and_then(|line| line.strip_suffix('"'))
        .expect(key)
        .to_owned()
}

/// What cargo-binstall makes of a template.
fn filled(template: &str, values: &BTreeMap<&str, &str>) -> String {
    let mut text = template.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{ {name} }}"), value);
    }
    assert!(!text.contains('{'), "{template}: not all of it is known");
    text
}

#[test]
fn a_release_has_the_names_that_installers_look_for() {
    let version = env!("CARGO_PKG_VERSION");
    let script = document("ci/release.sh");
    assert!(script.contains("name=\"backchat-v$version-$target\""));
    assert!(script.contains("tar -czf \"$place.tgz\" -C target/assets"));
    let gnu = "x86_64-unknown-linux-gnu";
    for (table, target, of) in [
        (
            "package.metadata.binstall".to_owned(),
            "aarch64-apple-darwin",
            "aarch64-apple-darwin",
        ),
        (
            format!("package.metadata.binstall.overrides.{gnu}"),
            gnu,
            "x86_64-unknown-linux-musl",
        ),
    ] {
        let values = BTreeMap::from([
            ("repo", "https://host/owner/backchat"),
            ("name", "backchat"),
            ("bin", "backchat"),
            ("version", version),
            ("target", target),
            ("binary-ext", ""),
        ]);
        let asset = format!("backchat-v{version}-{of}");
        let url = filled(&of_manifest(&table, "pkg-url"), &values);
        assert_eq!(
            url,
            format!("https://host/owner/backchat/releases/download/v{version}/{asset}.tgz")
        );
        let program = filled(&of_manifest(&table, "bin-dir"), &values);
        assert_eq!(program, format!("{asset}/backchat"));
    }
}

#[test]
fn every_shell_has_completions_and_every_verb_a_manual_page() {
    let help = Program::new(["--help"]).output();
    let (_, verbs) = help.stdout.split_once("Commands:\n").expect("verbs");
    let verbs: Vec<&str> = verbs
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            line.strip_prefix("  ")?
                .split(' ')
                .next()
                .filter(|verb| !verb.is_empty())
        })
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() >= 8 && verbs.contains(&"run"), "{verbs:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = Program::new(["completions", shell]).output();
        said.ends_with(0);
        for word in verbs
            .iter()
            .copied()
            .chain(["rerun-failed", "expect-shards"])
        {
            assert!(said.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    let page = Program::new(["man"]).output();
    page.ends_with(0).prints(".TH backchat 1");
    for verb in verbs {
        let page = Program::new(["man", verb]).output();
        page.ends_with(0).prints(".SH SYNOPSIS");
        assert!(
            page.stdout.contains(&format!("backchat\\-{verb}"))
                || page.stdout.contains(&format!("backchat {verb}")),
            "{page}"
        );
    }
}

/// The words of a hook, a pattern of the files that it is for, and whether it is given their names.
fn hook(id: &str) -> (String, String, bool) {
    let hooks = document(".pre-commit-hooks.yaml");
    let hook = hooks
        .split("- id: ")
        .find(|hook| hook.starts_with(&format!("{id}\n")))
        .expect(id);
    let of = |key: &str| {
        let line = hook
            .lines()
            .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(": "));
        line.expect(key).to_owned()
    };
    let passes = !hook.contains("pass_filenames: false");
    (of("entry"), of("files"), passes)
}

#[test]
fn the_hooks_check_what_is_committed() {
    let wrong = br#"{ "steps": [{ "expects": "x" }] }"#;
    let right = b"{\n  \"steps\": [{ \"expect\": \"x\" }]\n}\n";
    let place = Workplace::new()
        .file("scenarios/a.json", wrong)
        .file("scenarios/b.json", right);
    // The second changes files, and that is what pre-commit fails over.
    for (id, code, says) in [
        ("backchat-check", 3, "expects"),
        ("backchat-fmt", 0, "formatted  scenarios/a.json"),
    ] {
        let (entry, files, passes) = hook(id);
        assert!(files.contains("scenarios/"), "{files}");
        let mut words = entry.split(' ').skip(1).collect::<Vec<_>>();
        if passes {
            // pre-commit gives the files' names after the entry.
            words.extend(["scenarios/a.json", "scenarios/b.json"]);
        }
        place.backchat(words).output().ends_with(code).says(says);
    }
}

#[test]
fn the_hook_notices_what_a_fragment_breaks() {
    let place = Workplace::new()
        .file(
            "scenarios/_login.json",
            br#"{ "steps": [{ "sends": "x" }] }"#,
        )
        .file(
            "scenarios/sub/a.json",
            br#"{ "steps": [{ "include": "../_login.json" }] }"#,
        );
    let (entry, ..) = hook("backchat-check");
    let words = entry.split(' ').skip(1);
    place
        .backchat(words)
        .output()
        .ends_with(3)
        .says("_login.json:1:15");
}

/// Plays the script of the action's second step, as its runner does. `ci/action.py` has many more lines of arguments.
#[test]
#[cfg(unix)]
fn the_action_splits_its_words_and_runs_none_of_them() {
    let action = document("action.yml");
    let (_, script) = action.rsplit_once("run: ").expect("a script");
    let place = Workplace::new().file(
        "scenarios/a b.json",
        br#"{ "steps": [{ "expect": "Welcome!" }] }"#,
    );
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_backchat"))
        .parent()
        .expect("a folder");
    let path = format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    for (args, code, says) in [
        ("'scenarios/a b.json' --jobs 2", 0, "1 run: 1 passed"),
        ("", 0, "1 run: 1 passed"),
        ("$(touch made) `touch made` ; touch made", 4, ""),
        ("scenarios --var 'a=b", 2, "a ' is never closed"),
    ] {
        let output = std::process::Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", script])
            .env("ARGS", args)
            .env("SOURCE", env!("CARGO_MANIFEST_DIR"))
            .env("PATH", &path)
            .current_dir(place.path())
            .output()
            .expect("bash");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args}: {said}");
        assert!(said.contains(says), "{args}: {said}");
        assert!(!place.path().join("made").exists(), "{args} was run");
    }
}
