//! The documents keep their word: links lead somewhere.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Where documents stand.
const FOLDERS: &[&str] = &["", "docs", "scenarios"];

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = documents().expect("the project's own files");
    let mut links = 0;
    for (path, text) in &documents {
        for link in targets(text) {
            let file = link.split('#').next().unwrap_or(link);
            if file.is_empty() || link.contains("://") {
                continue;
            }
            let folder = path.parent().unwrap_or(path);
            assert!(
                folder.join(file).exists(),
                "{}: {link} leads nowhere",
                path.display()
            );
            links += 1;
        }
    }
    assert!(links > 0, "no links were found");
}

/// What the links of a document lead to.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

/// The documents of the project, with their texts.
fn documents() -> io::Result<Vec<(PathBuf, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = Vec::new();
    for folder in FOLDERS {
        for entry in fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path)?;
                documents.push((path, text));
            }
        }
    }
    Ok(documents)
}
