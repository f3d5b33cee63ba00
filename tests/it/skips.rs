//! Scenarios that are not played: they say why, are counted apart, and never pass.

use crate::harness::Workplace;

#[test]
fn a_skipped_scenario_says_why_and_fails_nothing() {
    Workplace::with_scenario(r#"{ "skip": "not today", "steps": [{ "expect": "x" }] }"#)
        .backchat(["run", "talk.json"])
        .output()
        .ends_with(0)
        .says("talk   not today")
        .says("0 run: 0 passed, 0 failed, 1 skipped");
}

#[test]
fn what_is_required_and_missing_skips_a_scenario_and_fails_only_where_that_is_denied() {
    let place = Workplace::with_scenario(
        r#"{ "requires": ["feature:quota"], "steps": [{ "expect": "Welcome!" }] }"#,
    );
    let run = |flags: &[&str]| {
        let words = ["run", "talk.json"]
            .into_iter()
            .chain(flags.iter().copied());
        place.backchat(words).output()
    };
    let reason = "requires feature:quota (not declared by --feature quota)";
    run(&[])
        .ends_with(0)
        .says(&format!("SKIP [         ] [1/1] talk   {reason}"))
        .says("0 run: 0 passed, 0 failed, 1 skipped")
        .says(&format!("     Skipped 1 case: {reason}"));
    run(&["--deny-skips", "-q"])
        .ends_with(1)
        .says(reason)
        .says("error: 1 case was skipped, which --deny-skips does not allow");
    for flags in [
        &["--feature", "quota"][..],
        &["--feature", "x,quota", "--deny-skips", "--simulate"],
    ] {
        run(flags)
            .ends_with(0)
            .says("1 run: 1 passed, 0 failed, 0 skipped");
    }
    run(&["--feature", "a b"])
        .ends_with(2)
        .says("the name of a feature is");
}
