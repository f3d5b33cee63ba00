//! Files that a scenario names: only regular ones in its own tree, and nothing else is touched.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::harness::{Output, Workplace};

/// A scenario that sends the file at this path.
fn sends(path: &str) -> Vec<u8> {
    format!("{{ \"steps\": [{{ \"expect\": \"Welcome!\" }}, {{ \"send\": {{ \"file\": \"{path}\" }} }}] }}").into()
}

/// What `check` says of a scenario that names this path, from three folders deep in a tree.
fn checked(place: Workplace, path: &str) -> Output {
    place
        .file("tree/a/b.json", &sends(path))
        .backchat(["check", "tree"])
        .output()
}

#[track_caller]
fn refused(place: Workplace, path: &str, why: &str) {
    let output = checked(place, path);
    output
        .ends_with(3)
        .says(&format!("error[BC1032]: `{path}`: {why}"))
        .says("1 file checked: 0 ok, 1 with 1 error")
        .shows_nothing_raw();
    assert!(!output.stderr.contains("HUSH"), "{output}");
}

fn place() -> Workplace {
    Workplace::new().file("secret.txt", b"HUSH")
}

#[test]
fn files_in_the_tree_are_read_by_any_path() {
    for path in [
        "x.bin",
        "./x.bin",
        "c/../x.bin",
        "../a/x.bin",
        "../y.bin",
        "c/z.bin",
    ] {
        let place = place()
            .file("tree/a/x.bin", b"x")
            .file("tree/y.bin", b"y")
            .file("tree/a/c/z.bin", b"z");
        checked(place, path).ends_with(0);
    }
}

#[test]
fn what_leads_out_of_the_tree_is_refused_unread() {
    refused(place(), "../../secret.txt", "leads out of the tree");
    refused(
        place(),
        "../../../../../../../../etc/passwd",
        "leads out of the tree",
    );
    refused(place(), "../../nowhere.txt", "leads out of the tree");
    refused(place(), "c/../../../secret.txt", "leads out of the tree");
    refused(place(), "/etc/passwd", "not a relative path");
    refused(place(), "nowhere.txt", "no such file");
    refused(place(), "..", "a folder, not a file");
}

#[test]
fn links_are_followed_within_the_tree_only() {
    let linked = |to: &str| {
        let place = place().file("tree/y.bin", b"y").file("tree/a/x.bin", b"x");
        symlink(to, place.path().join("tree/a/link")).expect("a link");
        place
    };
    checked(linked("../y.bin"), "link").ends_with(0);
    refused(
        linked("../../secret.txt"),
        "link",
        "is a link that leads out of the tree",
    );
    refused(
        linked("/etc/passwd"),
        "link",
        "is a link that leads out of the tree",
    );
    refused(
        linked("/etc"),
        "link/passwd",
        "is a link that leads out of the tree",
    );
    refused(linked("nowhere"), "link", "no such file");
    refused(linked("link"), "link", "");
}

#[test]
fn what_is_no_regular_file_is_refused_before_it_is_opened() {
    let with_pipe = || {
        let place = place();
        let pipe = place.path().join("tree/a/pipe");
        fs::create_dir_all(pipe.parent().expect("a folder")).expect("a folder");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        place
    };
    refused(with_pipe(), "pipe", "not a regular file");
    let folder = place().file("tree/a/_x.json/y", b"");
    refused(folder, "_x.json", "a folder, not a file");
}

#[test]
fn the_tree_begins_where_it_is_said_to() {
    let place = || {
        Workplace::new()
            .file("x.bin", b"x")
            .file("tree/a/b.json", &sends("../../x.bin"))
            .file("tree/a/y.bin", b"y")
            .file("tree/a/c.json", &sends("y.bin"))
    };
    // The folder that is given.
    place().backchat(["check", "."]).output().ends_with(0);
    place()
        .backchat(["check", "tree"])
        .output()
        .ends_with(3)
        .says("1 ok, 1 with 1 error");
    // Of a file that is given, its own.
    place()
        .backchat(["check", "tree/a/c.json"])
        .output()
        .ends_with(0);
    place()
        .backchat(["check", "tree/a/b.json"])
        .output()
        .ends_with(3);
    // That of the configuration, in any case.
    let configured = place().file("backchat.json", b"{}");
    configured
        .backchat(["check", "tree/a/b.json"])
        .output()
        .ends_with(0);
    let narrow = place().file("tree/backchat.json", b"{}");
    narrow
        .backchat(["check", "."])
        .output()
        .ends_with(3)
        .says("1 ok, 1 with 1 error");
}

#[test]
fn nothing_is_sent_where_a_file_is_missing() {
    let place = place().file("tree/a/b.json", &sends("nowhere.bin"));
    place
        .backchat(["run", "tree"])
        .output()
        .ends_with(3)
        .says("nothing was sent");
}

#[test]
fn standard_input_names_files_from_the_current_folder() {
    let place = || place().file("y.bin", b"y");
    let check = |path: &str| {
        place()
            .backchat(["check", "-"])
            .stdin(&sends(path))
            .output()
    };
    check("y.bin").ends_with(0);
    check("../y.bin").ends_with(3).says("leads out of the tree");
}

#[test]
fn the_tree_of_a_file_that_is_named_is_that_in_which_it_is_found() {
    let place = place()
        .file("scenarios/a/b.json", &sends("../y.bin"))
        .file("scenarios/a/c.json", &sends("../../secret.txt"))
        .file("scenarios/y.bin", b"y")
        .file("other/a/b.json", &sends("../y.bin"))
        .file("other/y.bin", b"y");
    for (path, code) in [
        ("scenarios/a/b.json", 0),
        ("scenarios/a", 3),
        ("scenarios/a/c.json", 3),
        ("other/a/b.json", 3),
        ("other", 0),
    ] {
        let output = place.backchat(["check", path]).output();
        output.ends_with(code);
        assert!(!output.stderr.contains("HUSH"), "{output}");
        // What it may read is not wider because of a file that has no part in it.
        assert!(code == 0 || output.stderr.contains("leads out"), "{output}");
    }
}
