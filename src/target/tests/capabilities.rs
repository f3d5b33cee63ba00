//! What there is of what scenarios require.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use crate::scenario::{Ability, Requirement};
use crate::target::{Capabilities, Spawn, Target};

fn read(words: &[&str]) -> Vec<Requirement> {
    let read = words.iter().map(|word| word.parse());
    read.collect::<Result<_, _>>().unwrap()
}

#[test]
fn features_and_schemes_are_those_of_the_run() {
    let embedded = Capabilities::new(&Target::Embedded, vec!["quota".to_owned()]);
    let fine = read(&["feature:quota", "target:embedded", "target:tcp"]);
    assert_eq!(embedded.missing(&fine), None);
    assert_eq!(embedded.missing(&[]), None);
    let lacking = read(&["feature:quota", "target:udp", "feature:x"]);
    let missing = embedded.missing(&lacking);
    assert_eq!(
        missing.as_deref(),
        Some(
            "requires target:udp (the target is embedded reference server), feature:x (not declared by --feature x)"
        )
    );
    let address = Capabilities::new(&"tcp://localhost:7".parse().unwrap(), Vec::new());
    assert_eq!(address.missing(&read(&["target:tcp"])), None);
    let missing = address.missing(&read(&["target:embedded"]));
    assert_eq!(
        missing.as_deref(),
        Some("requires target:embedded (the target is tcp://localhost:7)")
    );
    let spawn = Spawn::new("./server with a long command {port}", None, false).unwrap();
    let spawned = Capabilities::new(&Target::Spawned(Arc::new(spawn)), Vec::new());
    assert_eq!(
        spawned.missing(&read(&["target:tls"])).as_deref(),
        Some("requires target:tls (the target is tcp://127.0.0.1:{port})")
    );
}

#[test]
fn what_is_settled_is_not_looked_for() {
    let here = Capabilities::default()
        .with(Requirement::Ability(Ability::Ipv6), Err("none".to_owned()))
        .with(Requirement::Program("no-such-program".to_owned()), Ok(()));
    let missing = here.missing(&read(&["ipv6", "program:no-such-program"]));
    assert_eq!(missing.as_deref(), Some("requires ipv6 (none)"));
}

#[test]
fn programs_are_looked_for_in_the_path_and_names_in_the_environment() {
    let here = Capabilities::default();
    // The tests are run by these.
    assert_eq!(here.missing(&read(&["program:sh", "env:PATH"])), None);
    let missing = here.missing(&read(&["program:no-such-program", "env:NO_SUCH_NAME"]));
    assert_eq!(
        missing.as_deref(),
        Some("requires program:no-such-program (not found in PATH), env:NO_SUCH_NAME (not set)")
    );
}

#[test]
fn a_file_that_cannot_be_run_is_no_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tool");
    std::fs::write(&file, "#!/bin/sh\n").unwrap();
    let mut rights = file.metadata().unwrap().permissions();
    rights.set_mode(0o644);
    std::fs::set_permissions(&file, rights.clone()).unwrap();
    assert!(!super::super::capabilities::is_executable(&file));
    rights.set_mode(0o755);
    std::fs::set_permissions(&file, rights).unwrap();
    assert!(super::super::capabilities::is_executable(&file));
    assert!(!super::super::capabilities::is_executable(folder.path()));
}

#[test]
fn every_ability_is_answered_and_those_that_the_tests_use_are_there() {
    let here = Capabilities::default();
    for ability in Ability::ALL {
        // Whatever the answer, it is one.
        let _ = here.missing(&[Requirement::Ability(ability)]);
    }
    assert_eq!(here.missing(&read(&["ipv4", "unix", "udp"])), None);
}
