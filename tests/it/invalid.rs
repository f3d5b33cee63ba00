//! Files with mistakes: `corpus/invalid/NAME.json` → exactly what is shown of them, `NAME.stderr` beside it.
//!
//! `SNAPSHOTS=overwrite cargo test --test it invalid` writes the `.stderr` files anew; read the difference before it is
//! committed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::harness::Folder;
use backchat::player::wrong_examples;
use backchat::report::{Palette, render_diagnostics};
use backchat::scenario::{EXPLANATIONS, ReadOptions, foresee, read_with};

fn corpus() -> io::Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/corpus/invalid");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let hidden = name.as_encoded_bytes().starts_with(b"_");
        if !hidden && path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What is shown of a file; the warnings of one without mistakes.
fn shown(path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let options = ReadOptions {
        vars: vec!["given".to_owned()],
        env: vec![("TOKEN".to_owned(), true), ("UNSET".to_owned(), false)],
        ..ReadOptions::default()
    };
    let diagnostics = match read_with(&name, &bytes, &options, &Folder::of(path)) {
        Ok((scenario, mut found)) => {
            found.list.extend(foresee(&scenario, &options.vars));
            found.list.extend(wrong_examples(&scenario, &options.vars));
            found.list.sort_by_key(|found| found.span);
            found
        }
        Err(mistakes) => mistakes,
    };
    Ok(render_diagnostics(&diagnostics, &Palette::plain()))
}

#[test]
fn every_file_shows_what_is_written_beside_it() -> io::Result<()> {
    let overwrite = env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let files = corpus()?;
    let mut wrong = String::new();
    for path in &files {
        let actual = shown(path)?;
        let beside = path.with_extension("stderr");
        if overwrite {
            fs::write(&beside, &actual)?;
            continue;
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if actual != expected {
            let _ = writeln!(
                wrong,
                "{}\n--- expected\n{expected}\n--- shown\n{actual}",
                path.display()
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        files.len() >= 30,
        "the corpus is there: {} files",
        files.len()
    );
    Ok(())
}

#[test]
fn nothing_that_is_shown_steers_a_terminal() -> io::Result<()> {
    for path in corpus()? {
        let text = shown(&path)?;
        let steers = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(steers), "{}: {text:?}", path.display());
    }
    Ok(())
}

#[test]
fn the_corpus_has_a_file_for_every_code() -> io::Result<()> {
    let mut all = String::new();
    for path in corpus()? {
        all.push_str(&shown(&path)?);
    }
    // `BC1000` counts what is beyond a thousand mistakes; a unit test has it.
    // `BC1039` is about backchat.json; `project` has it.
    for entry in &EXPLANATIONS[1..] {
        assert!(
            entry.code.0 == "BC1039" || all.contains(entry.code.0),
            "no file shows {}: {}",
            entry.code.0,
            entry.title
        );
    }
    Ok(())
}
