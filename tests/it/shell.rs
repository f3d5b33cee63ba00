//! What shells and `man` are told of the command line: every verb and flag of it.

use crate::harness::{Program, Workplace};

const VERBS: [&str; 4] = ["run", "serve", "check", "corpus"];

#[test]
fn every_shell_gets_completions_with_the_verbs() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = Program::new(["completions", shell]).output();
        output.ends_with(0);
        for verb in VERBS {
            assert!(output.stdout.contains(verb), "{shell}: {verb}");
        }
        assert!(output.stdout.contains("no-fail-fast"), "{shell}");
        assert!(output.stderr.is_empty(), "{output}");
    }
    Program::new(["completions", "cmd"])
        .output()
        .ends_with(2)
        .says("possible values: bash");
}

#[test]
fn the_manual_has_a_page_for_the_program_and_for_each_verb() {
    let output = Program::new(["man"]).output();
    output.ends_with(0);
    assert!(output.stdout.contains(".TH backchat 1"), "{output}");
    for verb in VERBS {
        assert!(
            output.stdout.contains(&format!("backchat\\-{verb}(1)")),
            "{output}"
        );
        let page = Program::new(["man", verb]).output();
        page.ends_with(0);
        assert!(
            page.stdout.contains(&format!(".TH backchat-{verb} 1")),
            "{page}"
        );
    }
    Program::new(["man", "nonsense"])
        .output()
        .ends_with(2)
        .says("there is no verb \"nonsense\"; there are run, serve, check");
}

#[test]
fn every_page_that_a_page_names_is_there() {
    let place = Workplace::new();
    place
        .backchat(["man", "--write", "a/man"])
        .output()
        .ends_with(0)
        .says("the manual pages are in a/man");
    let folder = place.path().join("a/man");
    let mut named = 0;
    for page in std::fs::read_dir(&folder).expect("pages") {
        let page = std::fs::read_to_string(page.expect("a page").path()).expect("text");
        for word in page.split_whitespace() {
            // `backchat\-report\-merge(1)`, with what roff wants around it.
            let word = word.replace("\\-", "-");
            let Some((name, _)) = word.split_once("(1)") else {
                continue;
            };
            let name = name.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            let name = name.into_iter().next().unwrap_or_default();
            let path = folder.join(format!("{name}.1"));
            assert!(path.is_file(), "{} is named and not there", path.display());
            named += 1;
        }
    }
    assert!(named >= 12, "{named}");
    let page = Program::new(["man", "report", "merge"]).output();
    page.ends_with(0).prints("expect\\-shards");
    for (words, says) in [
        (
            &["man", "report", "x"][..],
            "there is no verb \"x\" of report; there are show, merge",
        ),
        (
            &["man", "run", "x"],
            "there is no verb \"x\" of run, which has none",
        ),
    ] {
        Program::new(words).output().ends_with(2).says(says);
    }
    place
        .file("taken", b"")
        .backchat(["man", "--write", "taken/x"])
        .output()
        .ends_with(74)
        .says("cannot write taken/x: taken is no folder");
}

#[test]
fn shells_are_told_of_verbs_and_kinds_of_reports() {
    let script = Program::new(["completions", "bash"]).output().stdout;
    let after = |name: &str, flag: &str| {
        let (_, rest) = script.split_once(&format!("{name})\n")).expect(name);
        let rest = rest.split_once(flag).expect(flag).1;
        rest.lines().take(4).collect::<Vec<_>>().join("\n")
    };
    assert!(after("        backchat__subcmd__run", "--report)").contains("junit tap json"));
    let (_, man) = script
        .split_once("        backchat__subcmd__man)\n")
        .expect("man");
    let opts = man.lines().next().unwrap_or_default();
    assert!(opts.contains("corpus"), "{opts}");
}
