//! The JSON Schema: the file in `schema/` is that of this version, scenarios lead editors to it, and the verb writes it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use backchat::report::report_schema;
use backchat::scenario::{project_schema, schema};

use crate::harness::Workplace;

/// Where the schema stands.
const SCHEMA: &str = "schema/scenario.schema.json";

/// Where that of `backchat.json` stands.
const PROJECT_SCHEMA: &str = "schema/project.schema.json";

/// Where that of the report `json` stands.
const REPORT_SCHEMA: &str = "schema/report.schema.json";

/// How many scenarios say where the schema is, at least.
const LINKED: usize = 50;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_schemas_that_are_checked_in_are_those_of_the_table() {
    for (path, schema, what) in [
        (SCHEMA, schema(), "scenario"),
        (PROJECT_SCHEMA, project_schema(), "project"),
        (REPORT_SCHEMA, report_schema(), "report"),
    ] {
        let there = fs::read_to_string(root().join(path)).unwrap_or_default();
        assert!(
            there == schema,
            "{path} is stale; this writes it: cargo run -- schema {what} --write {path}"
        );
    }
}

#[test]
fn where_a_scenario_says_its_schema_is_there_it_is() -> io::Result<()> {
    let mut linked = 0;
    for folder in ["reference", "redis"] {
        for entry in fs::read_dir(root().join("scenarios").join(folder))? {
            let path = entry?.path();
            let text = fs::read_to_string(&path)?;
            let Some((_, rest)) = text.split_once("\"$schema\": \"") else {
                continue;
            };
            let link = rest.split('"').next().unwrap_or_default();
            let target: PathBuf = path.with_file_name("").join(link);
            assert!(target.exists(), "{}: {link}", path.display());
            linked += 1;
        }
    }
    assert!(linked >= LINKED, "only {linked} scenarios name the schema");
    Ok(())
}

#[test]
fn the_verb_prints_it_writes_it_and_says_whether_a_file_is_stale() {
    let place = Workplace::new().file("stale.json", b"{}");
    let printed = place.backchat(["schema"]).output();
    printed.ends_with(0);
    assert_eq!(printed.stdout, schema());

    let printed = place.backchat(["schema", "project"]).output();
    printed.ends_with(0);
    assert_eq!(printed.stdout, project_schema());

    let check = |path: &str| place.backchat(["schema", "--check", path]).output();
    check("stale.json")
        .ends_with(1)
        .says("stale.json is not the schema of this version")
        .says("`backchat schema --write stale.json` writes it");
    check("none.json")
        .ends_with(1)
        .says("none.json is not there");
    for path in ["stale.json", "none.json"] {
        let write = ["schema", "--write", path];
        place
            .backchat(write)
            .output()
            .ends_with(0)
            .says("is written");
        check(path).ends_with(0).says("is up to date");
    }
    let nowhere = ["schema", "--write", "no/such/folder.json"];
    place
        .backchat(nowhere)
        .output()
        .ends_with(74)
        .says("cannot write no/such/folder.json");
}

#[test]
fn reports_are_what_their_schema_says() {
    let schema = fs::read_to_string(root().join(REPORT_SCHEMA)).expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let place = Workplace::new()
        .file("s/a.json", br#"{ "steps": [{ "expect": "Welcome!" }] }"#)
        .file("s/b.json", br#"{ "steps": [{ "expect": { "hex": "00ff" } }], "finally": [{ "expect": "no" }] }"#)
        .file("s/c.json", br#"{ "requires": ["feature:x"], "steps": [{ "send": "x" }] }"#)
        .file("s/d.json", br#"{ "clients": { "a": {}, "b": {} }, "steps": [{ "as": "a", "expect": "Welcome!" }, { "as": "b", "expect_close": "reset" }] }"#);
    for flags in [
        &["--no-fail-fast", "-v", "--retries", "1"][..],
        &["--fail-fast", "-j", "1"],
        &["--shard", "1/2"],
    ] {
        let words = ["run", "s", "--report", "json=-"]
            .into_iter()
            .chain(flags.iter().copied());
        let output = place.backchat(words).output();
        let mut report: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
        let errors: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{output}");
        // It would say so.
        report["cases"][0]["result"] = "great".into();
        assert!(!schema.is_valid(&report));
    }
    let golden = fs::read_to_string(root().join("src/report/tests/golden/report.json"));
    let golden = serde_json::from_str(&golden.expect("a report")).expect("JSON");
    assert!(schema.is_valid(&golden));
}
