//! Every key of the format, and every word that a key takes, has a file that passes, one that fails, and an invalid one.
//!
//! What there is, the table of keys says, by way of the schema that is made from it: a new key makes this red until it has its
//! files in `corpus/pass` (or in `scenarios`), `corpus/fail` and `corpus/invalid`, or stands below with a reason.

use std::fs;
use std::path::Path;

use crate::harness::{Forms, Keys, Program, parsed};

/// Forms that no file of the corpus passes with, and where they do: they need a server that the corpus has not.
const PASS_ELSEWHERE: &[(&str, &str)] = &[
    (
        "framing.datagram",
        "needs a target of packets: tests/it/packets.rs",
    ),
    ("datagram.", "needs a target of packets"),
    (
        "step.expect_close=\"refused\"",
        "is of packets: tests/it/packets.rs",
    ),
    (
        "step.connect=\"refused\"",
        "needs a port where nobody listens: tests/it/transports.rs, net/tests",
    ),
    (
        "step.connect=\"unreachable\"",
        "needs an address without a way: net/tests",
    ),
    (
        "step.start_tls=\"refused\"",
        "needs a server that refuses TLS: tests/it/tls.rs",
    ),
    ("step.expect_close=\"alert\"", "needs TLS: tests/it/tls.rs"),
    ("alert.", "needs TLS: tests/it/tls.rs"),
    ("tls.", "needs TLS: tests/it/tls.rs"),
    ("connect.", "needs TLS, or another address: tests/it/tls.rs"),
    ("client.tls", "needs TLS: tests/it/tls.rs"),
    ("client.target", "needs two targets"),
    ("client.address", "needs another address"),
    (
        "file.requires=",
        "what a machine has differs; each word is parsed by the unit tests of `requirement`",
    ),
];

/// Forms that no file of the corpus fails with.
const NEVER_FAIL: &[(&str, &str)] = &[
    (
        "framing.datagram",
        "needs a target of packets: tests/it/packets.rs",
    ),
    ("datagram.", "needs a target of packets"),
    ("step.expect_close=\"refused\"", "is of packets"),
    (
        "step.start_tls=\"refused\"",
        "needs TLS: report/tests/golden/secured.txt",
    ),
    (
        "step.connect=\"tls-refused\"",
        "needs TLS: report/tests/golden",
    ),
    ("alert.", "needs TLS: tests/it/tls.rs"),
    (
        "tls.",
        "needs TLS: report/tests/golden/no-tls.txt, tests/it/tls.rs",
    ),
    (
        "start_tls.expect",
        "needs a server that takes TLS: tests/it/tls.rs",
    ),
    ("connect.", "needs TLS, or another address: tests/it/tls.rs"),
    ("client.tls", "needs TLS: tests/it/tls.rs"),
    ("client.target", "needs two targets"),
    ("client.address", "needs another address"),
    (
        "file.requires=",
        "what is missing skips a scenario: tests/it/skips.rs",
    ),
    ("file.skip", "is not played: tests/it/skips.rs"),
];

/// Forms of which nothing is wrong in a file of the corpus.
const NEVER_INVALID: &[(&str, &str)] = &[];

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The forms that the files of a folder and those below it have.
fn add(folder: &Path, keys: &Keys, forms: &mut Forms) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            add(&path, keys, forms);
        } else if name.ends_with(".json") || name.ends_with(".jsonc") {
            let bytes = fs::read(&path).expect("readable");
            if bytes.len() < 100_000
                && let Some(value) = parsed(&String::from_utf8_lossy(&bytes))
            {
                forms.extend(keys.of(&value, name.starts_with('_')));
            }
        }
    }
}

/// Checks that these folders have all forms but those that are excepted, and that none of those is had.
fn check(folders: &[&str], keys: &Keys, wanted: impl Fn(&str) -> bool, excepted: &[(&str, &str)]) {
    let mut had = Forms::new();
    for name in folders {
        add(&folder(name), keys, &mut had);
    }
    let all = keys.all();
    let is_excepted = |form: &str| {
        let mut list = excepted.iter();
        list.any(|(head, reason)| form.starts_with(head) && !reason.is_empty())
    };
    let lacking: Vec<_> = (all.iter())
        .filter(|form| wanted(form) && !had.contains(*form) && !is_excepted(form))
        .collect();
    assert!(
        lacking.is_empty(),
        "no file of {folders:?} has {lacking:#?}"
    );
    for (head, _) in excepted {
        let known = head.starts_with("client.target") || head.starts_with("client.address");
        assert!(
            known || all.iter().any(|form| form.starts_with(head)),
            "{head} is no form any more"
        );
    }
    assert!(all.len() > 200, "only {} forms", all.len());
}

fn is_alert(form: &str) -> bool {
    form.starts_with("alert.alert=")
}

#[test]
fn every_key_and_word_has_a_file_that_passes() {
    let keys = Keys::new();
    let wanted = |form: &str| !is_alert(form);
    check(
        &["scenarios", "tests/it/corpus/pass"],
        &keys,
        wanted,
        PASS_ELSEWHERE,
    );
}

#[test]
fn every_key_and_word_has_a_file_that_fails() {
    let keys = Keys::new();
    let wanted = |form: &str| !is_alert(form);
    check(&["tests/it/corpus/fail"], &keys, wanted, NEVER_FAIL);
}

#[test]
fn every_key_has_an_invalid_file() {
    let keys = Keys::new();
    // A word that is wrong is none of the words.
    let wanted = |form: &str| !form.contains('=');
    check(&["tests/it/corpus/invalid"], &keys, wanted, NEVER_INVALID);
}

#[test]
fn the_files_that_are_to_pass_do_also_in_memory_and_byte_by_byte() {
    let out = tempfile::tempdir().expect("a folder");
    for flags in [&[][..], &["--segment", "byte"], &["--simulate"]] {
        let words = ["run", ".", "--no-fail-fast"].iter().chain(flags).copied();
        Program::new(words)
            .dir(&folder("tests/it/corpus/pass"))
            .env("BACKCHAT_OUT", &out.path().display().to_string())
            .output()
            .ends_with(0)
            .says(" 0 failed, ");
    }
}
