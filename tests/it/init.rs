//! `backchat init`: what it makes works at once, and what was there stays.

use std::fs;

use crate::harness::Workplace;

const FILES: [&str; 5] = [
    "scenarios/hello.json",
    "schema/scenario.schema.json",
    "schema/project.schema.json",
    ".vscode/settings.json",
    ".github/workflows/backchat.yml",
];

#[test]
fn what_it_makes_is_checked_and_passes_at_once() {
    let place = Workplace::new();
    let output = place.backchat(["init", "new/project"]).output();
    output
        .ends_with(0)
        .says("next  backchat run new/project/scenarios\n")
        .says("yours  backchat run new/project/scenarios --spawn './your-server --port {port}'\n");
    for file in FILES {
        output.says(&format!("made  new/project/{file}\n"));
        assert!(
            place.path().join("new/project").join(file).is_file(),
            "{file}"
        );
    }
    let inside = |args: &[&str]| {
        let dir = place.real_path().join("new/project");
        place.backchat(args.iter().copied()).dir(&dir).output()
    };
    let output = inside(&["check"]);
    output.ends_with(0);
    assert_eq!(output.stderr, "1 file checked: 1 ok\n");
    inside(&["run"]).ends_with(0).says("2 run: 2 passed");
    inside(&["run", "--segment", "byte"]).ends_with(0);
    inside(&["run", "--simulate"]).ends_with(0);
    inside(&["schema", "--check", "schema/scenario.schema.json"]).ends_with(0);
    let project = ["schema", "project", "--check", "schema/project.schema.json"];
    inside(&project).ends_with(0);
}

#[test]
fn the_first_scenario_and_the_settings_are_what_editors_understand() {
    let place = Workplace::new();
    place.backchat(["init"]).output().ends_with(0);
    let json = |name: &str| -> serde_json::Value {
        let text = fs::read_to_string(place.path().join(name)).expect("made");
        serde_json::from_str(&text).expect("JSON, without comments")
    };
    let schema = jsonschema::validator_for(&json(FILES[1])).expect("a schema");
    let hello = json(FILES[0]);
    assert!(schema.is_valid(&hello), "{hello}");
    let settings = json(FILES[3]);
    assert_eq!(
        settings["json.schemas"][0]["url"],
        "./schema/scenario.schema.json"
    );
    assert_eq!(
        settings["json.schemas"][1]["fileMatch"][0],
        "/backchat.json"
    );
    let url = settings["json.schemas"][1]["url"].as_str().expect("a path");
    assert!(place.path().join(url).is_file(), "{url}");
    let below = place
        .path()
        .join("scenarios")
        .join(hello["$schema"].as_str().expect("a path"));
    assert!(below.is_file(), "{}", below.display());
}

#[test]
fn nothing_that_is_there_is_changed() {
    let mut place = Workplace::new();
    for file in FILES {
        place = place.file(file, b"mine");
    }
    let output = place.backchat(["init"]).output();
    output.ends_with(0);
    for file in FILES {
        output.says(&format!("left alone  {file} (it has other content"));
        assert_eq!(fs::read(place.path().join(file)).expect("there"), b"mine");
    }
    // The second time there is nothing to do.
    let place = Workplace::new();
    place.backchat(["init"]).output().ends_with(0);
    let output = place.backchat(["init"]).output();
    output.ends_with(0).does_not_say("made");
    assert_eq!(
        output.stderr.matches("(it is the same)").count(),
        FILES.len()
    );
}

#[test]
fn a_folder_that_cannot_be_made_ends_with_74() {
    let place = Workplace::new().file("taken", b"a file");
    place
        .backchat(["init", "taken"])
        .output()
        .ends_with(74)
        .says("cannot write taken/scenarios/hello.json");
}
