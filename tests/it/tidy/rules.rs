//! The rules, each a function from a source to its complaints.

use super::source::Source;

/// What is wrong with a source; empty when nothing is.
pub(super) type Rule = fn(&Source) -> Vec<String>;

/// All rules, by name.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("opens with a header", opens_with_a_header),
    ("imports go down only", imports_go_down_only),
    ("no I/O below the line", no_io_below_the_line),
    ("only cli prints and exits", only_cli_prints),
    ("serde stays at the edge", serde_stays_at_the_edge),
    ("no file is too long", no_file_is_too_long),
    ("file names say something", file_names_say_something),
    ("lints are expected, not allowed", lints_are_expected),
    ("nothing is left open", nothing_is_left_open),
    ("nothing is unsafe", nothing_is_unsafe),
];

/// The layers, highest first: each may name itself and what stands after it.
const LAYERS: &[&str] = &[
    "props",
    "cli",
    "report",
    "runner",
    "target",
    "server",
    "drive",
    "net",
    "corpus",
    "simulation",
    "player",
    "session",
    "scenario",
    "wire",
    "secrets",
    "time",
    "count",
    "canary",
];

/// What a layer may not name although it stands below it.
const APART: &[(&str, &[&str])] = &[
    (
        "props",
        &[
            "cli", "report", "runner", "target", "server", "drive", "net",
        ],
    ),
    ("report", &["target", "server", "drive", "net"]),
    ("runner", &["server"]),
];

/// From this layer on nothing does I/O or reads a clock.
const FIRST_BELOW_THE_LINE: &str = "corpus";

/// What does I/O, reads a clock or spawns.
const IO: &[&str] = &[
    "tokio",
    "socket2",
    "std::net",
    "std::fs",
    "std::thread",
    "std::process",
    "std::env",
    "std::time::Instant",
    "std::time::SystemTime",
];

const PRINTING: &[&str] = &["println", "eprintln", "print", "eprint", "dbg"];

const WRITING_OUT: &[&str] = &[
    "process::exit",
    "process::abort",
    "io::stdout",
    "io::stderr",
    "anstream",
];

/// A file's lines, at most.
const MAX_LINES: usize = 600;

const EMPTY_NAMES: &[&str] = &[
    "imp.rs",
    "util.rs",
    "utils.rs",
    "common.rs",
    "misc.rs",
    "helpers.rs",
];

fn opens_with_a_header(source: &Source) -> Vec<String> {
    complain(!source.text.starts_with("//! "), || {
        "the first line is no `//!` that says what the file is".to_owned()
    })
}

fn imports_go_down_only(source: &Source) -> Vec<String> {
    let Some(layer) = source.layer() else {
        return Vec::new();
    };
    if matches!(layer, "lib" | "main") {
        return Vec::new();
    }
    let Some(rank) = rank(layer) else {
        return vec![format!(
            "`{layer}` is no layer: give it its place in tests/it/tidy"
        )];
    };
    let apart = APART.iter().find(|(name, _)| *name == layer);
    // Property bodies are driven by the unit tests of the layers they are about.
    let tests = source.code_without_tests().is_empty();
    let mut named: Vec<_> = Source::paths(&source.code)
        .into_iter()
        .filter_map(|path| layer_of(&path))
        .filter(|other| {
            let up = rank_of(other) < rank && !(tests && *other == "props");
            up || apart.is_some_and(|(_, others)| others.contains(other))
        })
        .map(|other| format!("`{layer}` may not name `{other}`"))
        .collect();
    named.dedup();
    named
}

fn no_io_below_the_line(source: &Source) -> Vec<String> {
    let below = source.layer().and_then(rank) >= rank(FIRST_BELOW_THE_LINE);
    if !below {
        return Vec::new();
    }
    find_paths(source, IO)
}

fn only_cli_prints(source: &Source) -> Vec<String> {
    match source.layer() {
        None | Some("cli") => return Vec::new(),
        Some(_) => {}
    }
    // A test may say what it could not do.
    let code = source.code_without_tests();
    let mut complaints = find_paths(source, WRITING_OUT);
    for name in PRINTING {
        let call = format!("{name}!");
        let found = code
            .match_indices(&call)
            .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        complaints.extend(complain(found, || format!("`{call}`")));
    }
    complaints
}

fn serde_stays_at_the_edge(source: &Source) -> Vec<String> {
    match source.layer() {
        None | Some("cli" | "report") => Vec::new(),
        Some(_) => find_paths(source, &["serde", "serde_json"]),
    }
}

fn no_file_is_too_long(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    complain(lines > MAX_LINES, || {
        format!("{lines} lines, of {MAX_LINES} at most: split it by idea")
    })
}

fn file_names_say_something(source: &Source) -> Vec<String> {
    complain(EMPTY_NAMES.contains(&source.file_name()), || {
        "the name does not say what the file is about".to_owned()
    })
}

fn lints_are_expected(source: &Source) -> Vec<String> {
    let code: String = source.code.split_whitespace().collect();
    complain(
        code.contains("#[allow(") || code.contains("#![allow("),
        || "`allow`: use `expect` with a reason".to_owned(),
    )
}

fn nothing_is_left_open(source: &Source) -> Vec<String> {
    let macros = ["todo!", "unimplemented!"]
        .into_iter()
        .filter(|name| source.code.contains(name));
    let marks = ["FIXME", "XXX"]
        .into_iter()
        .filter(|mark| Source::words(&source.prose).any(|word| word == *mark));
    macros
        .chain(marks)
        .map(|what| format!("`{what}`"))
        .collect()
}

fn nothing_is_unsafe(source: &Source) -> Vec<String> {
    complain(
        Source::words(&source.code).any(|word| word == "unsafe"),
        || "`unsafe`".to_owned(),
    )
}

/// One complaint, if there is reason for it.
fn complain(reason: bool, complaint: impl FnOnce() -> String) -> Vec<String> {
    reason.then(complaint).into_iter().collect()
}

/// A complaint for each of `names` that is named by a path of the source's code, its unit tests apart.
fn find_paths(source: &Source, names: &[&str]) -> Vec<String> {
    let paths = Source::paths(source.code_without_tests());
    names
        .iter()
        .filter(|name| paths.iter().any(|path| names_it(path, name)))
        .map(|name| format!("`{name}`"))
        .collect()
}

/// Whether the parts of `name` stand side by side in `path`. A single part must be the path's first.
fn names_it(path: &str, name: &str) -> bool {
    match path.find(name) {
        Some(0) => matches!(path.as_bytes().get(name.len()), None | Some(b':')),
        Some(at) => {
            name.contains("::")
                && path[..at].ends_with("::")
                && matches!(path.as_bytes().get(at + name.len()), None | Some(b':'))
        }
        None => false,
    }
}

/// The layer a path leads to, when it leads from the crate's root or up to it.
fn layer_of(path: &str) -> Option<&'static str> {
    let below = path
        .strip_prefix("crate::")
        .or_else(|| path.strip_prefix("super::super::"))?
        .trim_start_matches("super::");
    let name = below.split("::").next()?;
    LAYERS.iter().copied().find(|layer| *layer == name)
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|other| *other == layer)
}

fn rank_of(layer: &str) -> usize {
    rank(layer).unwrap_or(usize::MAX)
}
