//! Arbitrary text, soups of the format's own words, and files of the project with arbitrary wounds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;

use crate::props::scenario_json;

/// Files that are scenarios, and files that nearly are.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["tests/it/corpus/invalid", "scenarios"] {
        add_files(&root.join(folder), &mut paths);
    }
    paths.sort();
    paths
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .collect()
});

fn add_files(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            add_files(&path, paths);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
    }
}

/// Words of JSON and of the format, in any order.
fn soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "d83d",
        "//",
        "/*",
        "*/",
        "\n",
        "\t",
        " ",
        "\u{a0}",
        "null",
        "true",
        "5",
        "-1",
        "1e999",
        "\"steps\"",
        "\"send\"",
        "\"expect\"",
        "\"repeat\"",
        "\"times\"",
        "\"regex\"",
        "\"^(?<id>.)$\"",
        "\"as\"",
        "\"clients\"",
        "\"vars\"",
        "\"{{ id }}\"",
        "\"{{\"",
        "\"hex\"",
        "\"0g\"",
        "\"5 s\"",
        "\"x\"",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

/// Keys of the format, and some of later versions.
const KEYS: [&str; 53] = [
    "every",
    "parallel",
    "set",
    "assert",
    "when",
    "steps",
    "send",
    "expect",
    "expect_bytes",
    "repeat",
    "times",
    "index",
    "vars",
    "cases",
    "case",
    "clients",
    "client",
    "as",
    "framing",
    "line",
    "raw",
    "max_message",
    "server",
    "greeting",
    "ignore",
    "finally",
    "hex",
    "base64",
    "literal",
    "prefix",
    "regex",
    "length",
    "min",
    "max",
    "not",
    "one_of",
    "all",
    "any",
    "capture",
    "split",
    "pace",
    "close",
    "connect",
    "expect_close",
    "expect_silence",
    "wait",
    "within",
    "note",
    "name",
    "user",
    "retry",
    "u16",
    "json",
];

/// Something that looks like a scenario: objects with keys of the format and values of any type.
fn shaped() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(&KEYS[..]);
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        (-2_i64..70).prop_map(|n| n.to_string()),
        prop::sample::select(vec![
            "\"\"",
            "\"x\"",
            "\"{{ user }}\"",
            "\"{{ user | upper }}\"",
            "\"{{ index }}\"",
            "\"00 ff\"",
            "\"AP8=\"",
            "\"50ms\"",
            "\"clean\"",
            "\"reset\"",
            "\"raw\"",
            "\"alice\"",
            "\"user\"",
            "\"^a+\"",
            "\"a$\"",
            "\"\\u00e4\\n\"",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let pair = (keys.clone(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|list| format!("[{}]", list.join(", "))),
            prop::collection::vec(pair, 0..5).prop_map(|pairs| {
                let pairs = pairs.iter().map(|(key, value)| format!("\"{key}\": {value}"));
                format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
            }),
        ]
    })
    .prop_map(|value| format!("{{ \"clients\": [\"alice\"], \"vars\": {{ \"user\": \"ann\" }}, \"steps\": [{value}] }}"))
}

/// A file of the project with something cut out, put in, or put elsewhere.
fn wounded() -> impl Strategy<Value = Vec<u8>> {
    let cut = (any::<prop::sample::Index>(), 0..40_usize);
    let graft = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        0..40_usize,
    );
    let byte = (any::<prop::sample::Index>(), any::<u8>());
    (
        prop::sample::select((0..FILES.len()).collect::<Vec<_>>()),
        prop::collection::vec(cut, 0..2),
        prop::collection::vec(graft, 0..3),
        prop::collection::vec(byte, 0..2),
    )
        .prop_map(|(file, cuts, grafts, bytes)| {
            let mut text = FILES[file].clone();
            for (at, len) in cuts {
                let at = at.index(text.len() + 1);
                let end = (at + len).min(text.len());
                text.drain(at..end);
            }
            for (from, to, len) in grafts {
                let from = from.index(text.len() + 1);
                let part = text[from..(from + len).min(text.len())].to_vec();
                let to = to.index(text.len() + 1);
                text.splice(to..to, part);
            }
            for (at, byte) in bytes {
                if !text.is_empty() {
                    let at = at.index(text.len());
                    text[at] = byte;
                }
            }
            text
        })
}

proptest! {
    #[test]
    fn arbitrary_text_is_read_or_refused(text in any::<String>()) {
        scenario_json(text.as_bytes());
    }

    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        scenario_json(&bytes);
    }

    #[test]
    fn a_soup_of_words_is_read_or_refused(text in soup()) {
        scenario_json(text.as_bytes());
    }

    #[test]
    fn what_has_the_shape_of_a_scenario_is_read_or_refused(text in shaped()) {
        scenario_json(text.as_bytes());
    }

    #[test]
    fn a_wounded_scenario_is_read_or_refused(bytes in wounded()) {
        scenario_json(&bytes);
    }
}

#[test]
fn the_files_of_the_project_are_there() {
    assert!(FILES.len() > 60, "{} files", FILES.len());
    for file in FILES.iter() {
        scenario_json(file);
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused_where_it_ends() {
    let text = r#"{ "name": "é", "steps": [{ "send": "a\nb" }, /* é */ { "wait": "1s" }] }"#;
    for end in 0..text.len() {
        let cut = &text.as_bytes()[..end];
        scenario_json(cut);
        assert!(
            crate::scenario::read("cut", cut, &Default::default()).is_err(),
            "{end}"
        );
    }
}
