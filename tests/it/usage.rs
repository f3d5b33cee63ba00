//! A command line that is nearly one: what is said of it.

use crate::harness::Workplace;

#[test]
fn who_forgets_the_verb_is_told_which_one_plays_files() {
    let place = Workplace::new().file("scenarios/hello.json", b"{}");
    for path in [
        "hello.json",
        "hello.jsonc",
        "scenarios",
        "scenarios/hello.json",
    ] {
        place
            .backchat([path])
            .output()
            .ends_with(2)
            .says(&format!("tip: to play it: backchat run {path}\n"));
    }
    place
        .backchat(["nonsense"])
        .output()
        .ends_with(2)
        .does_not_say("to play it");
}
