//! The tree keeps its own rules: it is read, and each file of it judged.
//!
//! What a compiler or a lint can see is left to them; here is what only this project knows: its layers above all.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use self::rules::RULES;
use self::source::Source;

mod rules;
mod source;

/// Where Rust files of the project stand.
const ROOTS: &[&str] = &["src", "tests", "fuzz", "benches"];

/// What breaks a rule: the rule, a file, its text, and a part of the complaint.
const BREACHES: &str = r##"
opens with a header | src/wire/a.rs | use std::fmt; | //!
opens with a header | fuzz/a.rs | \n//! Late. | //!
imports go down only | src/wire/a.rs | use crate::session::Config; | `session`
imports go down only | src/wire/a.rs | use crate::{time::Time, player}; | `player`
imports go down only | src/wire/a.rs | use super::super::player::Player; | `player`
imports go down only | src/wire/a.rs | use crate::props::utf8; | `props`
imports go down only | src/player/a.rs | fn f() { crate::net::connect() } | `net`
imports go down only | src/time.rs | use crate::wire::Utf8; | `wire`
imports go down only | src/server/a.rs | use crate::target::Target; | `target`
imports go down only | src/runner/a.rs | use crate::server::Server; | `server`
imports go down only | src/report/a.rs | use crate::net::Address; | `net`
imports go down only | src/report/a.rs | use crate::drive::play; | `drive`
imports go down only | src/props/a.rs | use crate::cli::main; | `cli`
imports go down only | src/attic/a.rs | | no layer
no I/O below the line | src/scenario/a.rs | use tokio::fs; | `tokio`
no I/O below the line | src/scenario/a.rs | fn f() { std::fs::read(p); } | `std::fs`
no I/O below the line | src/player/a.rs | use std::{fmt, net::TcpStream}; | `std::net`
no I/O below the line | src/session/a.rs | use std::time::Instant; | Instant
no I/O below the line | src/time.rs | fn f() { std::time::SystemTime::now(); } | SystemTime
no I/O below the line | src/simulation/clock.rs | use std::thread; | `std::thread`
only cli prints and exits | src/report/a.rs | fn f() { println!("x") } | `println!`
only cli prints and exits | src/runner/a.rs | fn f() { eprintln!("x") } | `eprintln!`
only cli prints and exits | src/wire/a.rs | fn f() { print!("x") } | `print!`
only cli prints and exits | src/wire/a.rs | fn f() { dbg!(1) } | `dbg!`
only cli prints and exits | src/main.rs | fn f() { std::process::exit(1) } | exit
only cli prints and exits | src/report/a.rs | use std::io::stderr; | stderr
serde stays at the edge | src/runner/a.rs | use serde::Serialize; | `serde`
serde stays at the edge | src/scenario/a.rs | fn f() { serde_json::from_str(x) } | `serde_json`
file names say something | src/wire/util.rs | | name
file names say something | tests/it/common.rs | | name
lints are expected, not allowed | src/wire/a.rs | #[allow(dead_code)] | expect
lints are expected, not allowed | src/lib.rs | #![ allow(dead_code)] | expect
nothing is left open | src/wire/a.rs | fn f() { todo!() } | `todo!`
nothing is left open | src/wire/a.rs | fn f() { unimplemented!() } | `unimplemented!`
nothing is left open | src/wire/a.rs | // FIXME: later | FIXME
nothing is unsafe | benches/a.rs | fn f() { unsafe { x() } } | unsafe
"##;

/// What only looks like a breach: the rule, a file, and its text.
const NO_BREACHES: &str = r##"
imports go down only | src/player/a.rs | use crate::{scenario::Script, wire::Framing, time::Time};
imports go down only | src/target/a.rs | use crate::server::Server;
imports go down only | src/wire/a.rs | //! See [`crate::player`].\nuse super::framing::Framing;
imports go down only | src/wire/a.rs | use std::session::X;
imports go down only | src/wire/tests/a.rs | use crate::props;
imports go down only | src/lib.rs | pub mod cli;
no I/O below the line | src/net/a.rs | use tokio::net::TcpStream;
no I/O below the line | src/time.rs | use std::time::Duration; // never std::time::Instant
no I/O below the line | src/wire/a.rs | #[cfg(test)]\nmod tests { use std::fs; }
only cli prints and exits | src/cli/a.rs | fn f() { println!("x") }
only cli prints and exits | src/server/tests/a.rs | fn f() { eprintln!("x") }
only cli prints and exits | src/wire/a.rs | const HELP: &str = "println!";
serde stays at the edge | src/report/json.rs | use serde::Serialize;
lints are expected, not allowed | src/wire/a.rs | #[expect(dead_code, reason = "x")]
nothing is left open | src/wire/a.rs | const WORD: &str = "FIXME";
nothing is unsafe | src/wire/a.rs | //! Nothing unsafe here.\nlet unsafe_code = 1;
"##;

#[test]
fn every_source_file_keeps_every_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for name in ROOTS {
        collect(root, &root.join(name), &mut sources).expect("the project's own files");
    }
    for must in ["src/lib.rs", "src/wire/mod.rs", "tests/it/tidy.rs"] {
        assert!(
            sources.iter().any(|source| source.path == must),
            "{must} was not read"
        );
    }

    let mut report = String::new();
    for source in &sources {
        for (name, rule) in RULES {
            for complaint in rule(source) {
                writeln!(report, "{}: {name}: {complaint}", source.path).expect("a string");
            }
        }
    }
    assert!(report.is_empty(), "the tree is not tidy:\n{report}");
}

#[test]
fn every_rule_can_be_broken() {
    let mut broken = vec!["no file is too long"];
    let long = "//! Long.\n".repeat(601);
    assert_eq!(complaints(broken[0], "tests/it/a.rs", &long).len(), 1);

    for row in rows::<4>(BREACHES) {
        let [name, path, text, part] = row;
        let complaints = complaints(name, path, &text.replace("\\n", "\n"));
        assert!(
            complaints.iter().any(|complaint| complaint.contains(part)),
            "not minded: {row:?}; complaints: {complaints:?}"
        );
        broken.push(name);
    }
    for (name, _) in RULES {
        assert!(broken.contains(name), "nothing breaks `{name}`");
    }
}

#[test]
fn what_only_looks_like_a_breach_is_none() {
    for row in rows::<3>(NO_BREACHES) {
        let [name, path, text] = row;
        let complaints = complaints(name, path, &text.replace("\\n", "\n"));
        assert!(complaints.is_empty(), "{row:?}: {complaints:?}");
    }
}

/// The rows of a table, cut at ` | `.
fn rows<const N: usize>(table: &str) -> impl Iterator<Item = [&str; N]> {
    table.trim().lines().map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        cells
            .try_into()
            .unwrap_or_else(|_| panic!("not {N} cells: {line}"))
    })
}

/// What the rule of this name says about a file.
fn complaints(name: &str, path: &str, text: &str) -> Vec<String> {
    let (_, rule) = RULES
        .iter()
        .find(|(other, _)| *other == name)
        .unwrap_or_else(|| panic!("there is no rule `{name}`"));
    rule(&Source::new(path, text))
}

/// Reads the Rust files under a folder of the project, builds and hidden folders apart; a folder that is not there has none.
fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut paths = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(root, &path, sources)?;
            }
        } else if name.ends_with(".rs") {
            let below = path.strip_prefix(root).unwrap_or(&path);
            let below = below.to_string_lossy().replace('\\', "/");
            sources.push(Source::new(&below, &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}
