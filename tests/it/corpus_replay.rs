//! The committed seeds of all fuzz targets, replayed without a fuzzer; and that nothing of the fuzz crate is forgotten.

use std::collections::BTreeMap;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use backchat::props;

/// A fuzz target.
struct Target {
    name: &'static str,
    body: fn(&[u8]),
    /// How many seeds it has at least: an emptied folder must not pass.
    seeds: usize,
}

/// A target that does nothing, which the others are measured against.
const EMPTY: &str = "empty";

const TARGETS: [Target; 9] = [
    Target::new("conversation", props::conversation, 43),
    Target::new("frame_decoder", props::frame_decoder, 57),
    Target::new("frame_roundtrip", props::frame_roundtrip, 23),
    Target::new("matcher", props::matcher, 29),
    Target::new("player", props::player, 323),
    Target::new("scenario_json", props::scenario_json, 48),
    Target::new("session", props::session, 35),
    Target::new("template", props::template, 35),
    Target::new("utf8", props::utf8, 20),
];

impl Target {
    const fn new(name: &'static str, body: fn(&[u8]), seeds: usize) -> Self {
        Self { name, body, seeds }
    }
}

#[test]
fn every_seed_of_every_target_holds() {
    let input = |file: PathBuf| {
        let bytes = fs::read(&file).unwrap();
        (file, bytes)
    };
    for Target { name, body, seeds } in TARGETS {
        let folder = fuzz().join("seeds").join(name);
        let mut inputs: Vec<_> = files(&folder).into_iter().map(input).collect();
        // Not at least: so that the number goes up with the seeds, and none is lost unnoticed.
        assert_eq!(inputs.len(), seeds, "the seeds of {name}");
        // Scenarios are inputs of these, to the player behind a line that says nothing of what its peers do.
        if let Some((_, header)) = SCENARIOS.iter().find(|(target, _)| *target == name) {
            for (folder, least) in [("scenarios", 230), ("tests/it/corpus", 170)] {
                let scenarios = scenarios(&fuzz().join("..").join(folder));
                assert!(scenarios.len() >= least, "{folder}: {}", scenarios.len());
                let scenarios = scenarios.into_iter().map(input);
                inputs.extend(scenarios.map(|(file, bytes)| (file, [header, &bytes[..]].concat())));
            }
        }
        for (file, bytes) in inputs {
            let held = catch_unwind(|| body(&bytes));
            assert!(held.is_ok(), "{name} breaks on {}", file.display());
        }
    }
}

/// The targets that read scenarios, and what stands before one in an input.
const SCENARIOS: [(&str, &[u8]); 2] = [("player", b"0\n"), ("scenario_json", b"")];

#[test]
fn frames_are_decoded_in_little_memory() {
    for file in files(&fuzz().join("seeds/frame_decoder")) {
        let bytes = fs::read(&file).unwrap();
        let counted = allocation_counter::measure(|| props::frame_decoder(&bytes));
        let room = props::frame_decoder_room(bytes.len());
        let name = file.display();
        assert!(counted.bytes_max <= room, "{name}: {room}, {counted:?}");
        let total = room * props::FRAME_DECODER_TURNS;
        assert!(counted.bytes_total <= total, "{name}: {total}, {counted:?}");
    }
}

#[test]
fn every_target_is_built_seeded_replayed_and_has_a_dictionary() {
    let replayed: Vec<String> = TARGETS
        .iter()
        .map(|target| target.name.to_owned())
        .collect();
    for (folder, ending) in [
        ("fuzz_targets", ".rs"),
        ("seeds", ""),
        ("dictionaries", ".dict"),
    ] {
        let names: Vec<String> = files(&fuzz().join(folder))
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap())
            .map(|name| name.strip_suffix(ending).unwrap_or(name).to_owned())
            .filter(|name| name != EMPTY)
            .collect();
        assert_eq!(names, replayed, "fuzz/{folder}");
    }
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in replayed.iter().map(String::as_str).chain([EMPTY]) {
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name} is not built"
        );
    }
}

#[test]
fn every_target_has_its_limits_and_planted_bugs_one_of_them_deep() {
    let limits = rows("limits");
    let names: Vec<&str> = limits.iter().map(|row| row[0].as_str()).collect();
    let replayed: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, replayed, "fuzz/limits");

    let canaries = rows("canaries");
    for name in replayed {
        let depths: Vec<&str> = canaries
            .iter()
            .filter(|row| row[0] == name)
            .map(|row| row[2].as_str())
            .collect();
        assert!(
            depths.len() >= 2,
            "{name} has {} planted bugs",
            depths.len()
        );
        assert_eq!(depths[0], "shallow", "{name}");
        assert!(depths.contains(&"deep"), "{name}");
    }
    let planted = fs::read_to_string(fuzz().join("../src/canary.rs")).unwrap();
    for row in &canaries {
        assert!(
            planted.contains(&format!("(\"{}\", Bug::", row[1])),
            "{row:?}"
        );
    }
    for line in planted.lines().filter(|line| line.contains(", Bug::")) {
        let bug = line.split('"').nth(1).unwrap();
        assert!(
            canaries.iter().any(|row| row[1] == bug),
            "{bug} is not looked for"
        );
    }
}

#[test]
fn the_fuzz_crate_is_locked_to_the_same_dependencies() {
    let main = locked(&fuzz().join("../Cargo.lock"));
    let fuzz = locked(&fuzz().join("Cargo.lock"));
    let mut shared = 0;
    for (name, versions) in &fuzz {
        if let Some(expected) = main.get(name) {
            assert!(
                versions.iter().all(|version| expected.contains(version)),
                "{name} is {versions:?} in fuzz/Cargo.lock, {expected:?} in Cargo.lock: copy Cargo.lock there, \
                 then run `cargo metadata` in fuzz/"
            );
            shared += 1;
        }
    }
    assert!(shared > 20, "only {shared} packages compared");
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The rows of a table in the fuzz crate, in words, without its comments.
fn rows(table: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(fuzz().join(table)).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect()
}

/// What is in a folder, in the order of the names; nothing where there is none.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// The scenarios in a folder and those in it: good ones, failing ones and invalid ones are seeds too.
fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let (folders, mut found): (Vec<_>, Vec<_>) =
        files(folder).into_iter().partition(|path| path.is_dir());
    found.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    found.extend(folders.iter().flat_map(|folder| scenarios(folder)));
    found
}

/// The versions of each package of a lock file.
fn locked(path: &Path) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut name = "";
    for line in text.lines() {
        if let Some(value) = line.strip_prefix("name = ") {
            name = value.trim_matches('"');
        } else if let Some(value) = line.strip_prefix("version = ")
            && !name.is_empty()
        {
            let version = value.trim_matches('"').to_owned();
            packages.entry(name.to_owned()).or_default().push(version);
        }
    }
    packages
}
