//! `backchat corpus`: scenarios become inputs of fuzz targets, and inputs become scenarios that say the same.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::net::Shutdown;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use backchat::props;

use crate::harness::{Program, Server, Workplace};

const TALK: &str = r#"{ "steps": [
    { "expect": "Welcome!" }, { "send": "Rose" }, { "expect": "Hello, Rose!" }, { "send": "exit" }, { "expect_close": "clean" }
] }"#;

/// Panics when it does not hold for an input.
type Property = fn(&[u8]);

/// The targets that scenarios are made inputs of, with their properties.
const TARGETS: [(&str, Property); 5] = [
    ("frame_decoder", props::frame_decoder),
    ("frame_roundtrip", props::frame_roundtrip),
    ("scenario_json", props::scenario_json),
    ("session", props::session),
    ("utf8", props::utf8),
];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder of folders, by target, with what they hold.
fn inputs(folder: &Path) -> BTreeMap<(String, String), Vec<u8>> {
    let mut inputs = BTreeMap::new();
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    };
    let name = |path: &Path| {
        path.file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    for target in entries(folder) {
        for file in entries(&target) {
            let bytes = fs::read(&file).expect("readable");
            inputs.insert((name(&target), name(&file)), bytes);
        }
    }
    inputs
}

#[test]
fn the_scenarios_of_the_project_make_inputs_of_every_target_and_all_of_them_hold() {
    let place = Workplace::new();
    let folder = place.path().join("seeds");
    let folder = folder.to_str().expect("text");
    let make = || {
        Program::new(["corpus", "-o", folder])
            .dir(project())
            .output()
    };
    let output = make();
    output.ends_with(0).says(" written to ");
    assert!(output.stdout.is_empty(), "{output}");
    let made = inputs(Path::new(folder));
    for (target, body) in TARGETS {
        let of_target = made.iter().filter(|((name, _), _)| name == target);
        let mut count = 0;
        for ((_, name), bytes) in of_target {
            assert!(
                catch_unwind(|| body(bytes)).is_ok(),
                "{target} breaks on {name}"
            );
            count += 1;
        }
        assert!(count > 0, "no input of {target}");
    }
    make().ends_with(0).says("0 inputs written to ");
    assert_eq!(
        inputs(Path::new(folder)),
        made,
        "nothing new the second time"
    );
}

#[test]
fn only_the_targets_that_are_named_get_inputs_no_longer_than_wanted() {
    let place = Workplace::new().file("scenarios/a/talk.json", TALK.as_bytes());
    place
        .backchat([
            "corpus",
            "-o",
            "out",
            "--target",
            "session",
            "--target",
            "scenario_json",
        ])
        .output()
        .ends_with(0)
        .says("2 inputs written to out, 0 there already\n");
    let made = inputs(&place.path().join("out"));
    assert_eq!(
        made[&("session".into(), "a_talk".into())],
        b"1o002Rose\nexit\n"
    );
    assert_eq!(
        made[&("scenario_json".into(), "a_talk".into())],
        TALK.as_bytes()
    );
    place
        .backchat(["corpus", "-o", "short", "--max-len", "20"])
        .output()
        .ends_with(0)
        .says(" longer than 20 bytes left out\n");
    place
        .backchat(["corpus", "-o", "none", "--target", "utf8"])
        .output()
        .ends_with(4)
        .says("these scenarios make no input of utf8");
}

#[test]
fn what_is_there_already_is_never_taken_away_silently() {
    let place = Workplace::new()
        .file("scenarios/talk.json", TALK.as_bytes())
        .file("out/session/talk", b"mine")
        .file("out/scenario_json/under_another_name", TALK.as_bytes());
    let mine = || fs::read(place.path().join("out/session/talk")).expect("there");
    let make = |force: &[&str]| {
        let targets = ["--target", "session", "--target", "scenario_json"];
        let args = ["corpus", "-o", "out"]
            .iter()
            .chain(&targets)
            .chain(force)
            .copied();
        place.backchat(args).output()
    };
    make(&[])
        .ends_with(1)
        .says("0 inputs written to out, 1 there already\n")
        .says("error: 1 file left alone, with other content: out/session/talk\n  `--force` replaces them\n");
    assert_eq!(mine(), b"mine");
    make(&["--force"])
        .ends_with(0)
        .says("1 input written to out, 1 there already\n");
    assert_ne!(mine(), b"mine");
    assert!(!place.path().join("out/scenario_json/talk").exists());
}

#[test]
fn an_input_becomes_a_scenario_that_passes_with_the_reference_server() {
    let place = Workplace::new();
    let folder = place.path().join("scenarios");
    fs::create_dir(&folder).expect("a folder");
    for target in [
        "session",
        "frame_decoder",
        "frame_roundtrip",
        "conversation",
    ] {
        let seeds = project().join("fuzz/seeds").join(target);
        for (nth, entry) in fs::read_dir(seeds).expect("seeds").enumerate() {
            let input = entry.expect("an entry").path();
            let scenario = folder.join(format!("{target}_{nth}.json"));
            let output = Program::new(["corpus", "--from"].map(Path::new).into_iter().chain([
                input.as_path(),
                Path::new("-o"),
                &scenario,
            ]))
            .output();
            // Framings that scenarios do not have, and conversations that make no sense, are refused.
            assert!(matches!(output.code, Some(0 | 2 | 3)), "{output}");
            assert_eq!(output.code == Some(0), scenario.exists(), "{output}");
        }
    }
    let output = place.backchat(["check"]).output();
    output.ends_with(0).says(" ok");
    // A seed of `conversation` may be there to fail; the others say what the server does.
    for target in ["session", "frame"] {
        place
            .backchat(["run", "--no-fail-fast", "-f", &format!("{target}*")])
            .output()
            .ends_with(0);
    }
}

#[test]
fn the_same_bytes_reach_any_server() {
    let input = b"2o0f4Rose\r\nTh\nink\x00\xff\r\n";
    let place = Workplace::new().file("session/crash-1", input);
    let output = place
        .backchat(["corpus", "--from", "session/crash-1", "--plain"])
        .output();
    output.ends_with(0);
    assert!(output.stderr.is_empty(), "{output}");
    let place = place.file("again.json", output.stdout.as_bytes());
    let (say, heard) = mpsc::channel();
    let server = Server::start(move |mut stream| {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let _ = stream.shutdown(Shutdown::Both);
        let _ = say.send(bytes);
    });
    place
        .backchat(["run", "again.json", "-t", &server.target()])
        .output()
        .ends_with(0)
        .says("1 passed");
    assert_eq!(heard.recv().expect("a connection"), input[5..]);
}

#[test]
fn what_makes_no_sense_says_why() {
    let place = Workplace::new()
        .file("scenarios/talk.json", TALK.as_bytes())
        .file("input", b"1o000exit\n")
        .file("scenario_json/bad", b"{ \"step\": 1 }")
        .file("bad.json", b"{ \"steps\": [] }");
    for (args, code, words) in [
        (&["corpus"][..], 2, "--output"),
        (
            &["corpus", "--from", "input"],
            2,
            "--target says which target this is an input of: conversation, ",
        ),
        (
            &["corpus", "--from", "input", "--target", "utf8"],
            2,
            "scenarios and inputs of \"utf8\" cannot be made",
        ),
        (
            &["corpus", "-o", "out", "--target", "x"],
            2,
            "frame_decoder, frame_roundtrip",
        ),
        (
            &["corpus", "--from", "input", "scenarios"],
            2,
            "cannot be used with",
        ),
        (&["corpus", "-o", "out", "--plain"], 2, "--from"),
        (
            &["corpus", "--from", "missing", "--target", "session"],
            2,
            "cannot read missing",
        ),
        (
            &["corpus", "--from", "scenarios", "--target", "session"],
            2,
            "it is no regular file",
        ),
        (
            &["corpus", "--from", "scenario_json/bad"],
            3,
            "scenario_json/bad is no valid scenario: nothing was written",
        ),
        (
            &["corpus", "bad.json", "-o", "out"],
            3,
            "nothing was written",
        ),
        (
            &["corpus", "missing", "-o", "out"],
            4,
            "no such file or folder",
        ),
        (&["corpus", "-o", "input"], 74, "cannot write input/"),
    ] {
        let output = place.backchat(args.iter().copied()).output();
        output.ends_with(code).says(words);
        assert!(output.stdout.is_empty(), "{output}");
        assert!(!place.path().join("out").exists(), "{output}");
    }
    place
        .backchat(["corpus", "--from", "-", "--target", "session"])
        .stdin(b"0o001Rose")
        .output()
        .ends_with(0);
}
