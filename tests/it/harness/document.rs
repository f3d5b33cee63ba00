//! The documents of the project: their blocks, in order, each with what stands around it.

use std::fs;
use std::path::Path;

/// A fenced block of a document.
pub(crate) struct Block {
    /// The heading of the second level above it.
    pub(crate) heading: String,
    /// What a line such as `<!-- server: chat -->` says, since the heading or the block before.
    pub(crate) remark: Option<String>,
    /// The name in the line before it, such as `` `talk.json`: ``: the file that it is.
    pub(crate) file: Option<String>,
    pub(crate) text: String,
}

/// Reads a document, by its path from the root of the project.
pub(crate) fn document(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(path).expect("a document of the project")
}

/// Takes the blocks out of a document.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut heading, mut remark, mut file) = (String::new(), None, None);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut heading);
            (remark, file) = (None, None);
        } else if let Some(said) = between(line, "<!-- ", " -->") {
            remark = Some(said.to_owned());
        } else if let Some(name) = between(line, "`", "`:") {
            file = Some(name.to_owned());
        } else if line.starts_with("```") {
            let text = lines
                .by_ref()
                .take_while(|line| !line.starts_with("```"))
                .flat_map(|line| [line, "\n"])
                .collect();
            blocks.push(Block {
                heading: heading.clone(),
                remark: remark.take(),
                file: file.take(),
                text,
            });
        }
    }
    blocks
}

fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    line.strip_prefix(before)?.strip_suffix(after)
}

#[test]
fn blocks_know_what_stands_around_them() {
    let text = "## One\n<!-- server: chat -->\n\n`a.json`:\n\n```json\n{}\n```\n\n## Two\n```\nx\ny\n```\n";
    let blocks = blocks(text);
    let [one, two] = blocks.as_slice() else {
        panic!("{} blocks", blocks.len())
    };
    assert_eq!(
        (&*one.heading, one.remark.as_deref(), one.file.as_deref()),
        ("One", Some("server: chat"), Some("a.json"))
    );
    assert_eq!(
        (&*two.heading, two.remark.as_deref(), two.file.as_deref()),
        ("Two", None, None)
    );
    assert_eq!((&*one.text, &*two.text), ("{}\n", "x\ny\n"));
}
