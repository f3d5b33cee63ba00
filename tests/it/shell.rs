//! What shells and `man` are told of the command line: every verb and flag of it.

use crate::harness::Program;

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
