//! `backchat fmt`: what it writes, what it only says, and what it leaves alone.

use std::fs;

use crate::harness::Workplace;

const UGLY: &[u8] = b"{\"steps\":[{\"expect\":\"Welcome!\"}, // said first\n]}";
const FINE: &str = "{\n  \"steps\": [\n    { \"expect\": \"Welcome!\" } // said first\n  ]\n}\n";

#[test]
fn files_are_written_anew_where_they_have_another_form() {
    let place = Workplace::new()
        .file("scenarios/ugly.json", UGLY)
        .file("scenarios/fine.json", FINE.as_bytes());
    let check = || place.backchat(["fmt", "--check"]).output();
    check()
        .ends_with(1)
        .says("would change  scenarios/ugly.json")
        .says("2 files: 1 would change, 1 as they should be")
        .says("`backchat fmt` writes them");
    let read = |name: &str| fs::read(place.path().join(name)).expect("a file");
    assert_eq!(read("scenarios/ugly.json"), UGLY);
    place
        .backchat(["fmt", "scenarios"])
        .output()
        .ends_with(0)
        .says("formatted  scenarios/ugly.json")
        .says("2 files: 1 formatted, 1 as they should be");
    assert_eq!(read("scenarios/ugly.json"), FINE.as_bytes());
    check()
        .ends_with(0)
        .says("2 files: 0 would change, 2 as they should be");
}

#[test]
fn one_file_that_is_no_json_and_nothing_is_changed() {
    let place = Workplace::new()
        .file("scenarios/a.json", UGLY)
        .file("scenarios/b.json", b"{ \"steps\": [");
    place
        .backchat(["fmt"])
        .output()
        .ends_with(3)
        .says("error[BC1002]")
        .says("1 of 2 files cannot be read as JSON: nothing was changed");
    let there = fs::read(place.path().join("scenarios/a.json")).expect("a file");
    assert_eq!(there, UGLY);
    // What is a mistake only for `check` has a form all the same.
    let unknown = Workplace::with_scenario("{\"exepct\":1}");
    let fmt = ["fmt", "talk.json"];
    unknown.backchat(fmt).output().ends_with(0);
}

#[test]
fn standard_input_is_printed_in_its_form() {
    let place = Workplace::new();
    let output = place.backchat(["fmt", "-"]).stdin(UGLY).output();
    output.ends_with(0);
    assert_eq!(output.stdout, FINE);
    let check = ["fmt", "--check", "-"];
    place.backchat(check).stdin(UGLY).output().ends_with(1);
    let fine = place.backchat(check).stdin(FINE.as_bytes()).output();
    fine.ends_with(0);
    place
        .backchat(["fmt", "-"])
        .stdin(b"{")
        .output()
        .ends_with(3)
        .says("error[BC1002]");
    place
        .backchat(["fmt", "-", "x.json"])
        .output()
        .ends_with(2)
        .says("`-` is standard input, and stands alone");
}
