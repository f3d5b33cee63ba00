//! The files that a scenario is made of: itself, the fragments it includes, the tables of its cases.
//!
//! They are read and parsed before anything is lowered, because the reader borrows from all of them. What cannot be read is
//! kept as such, and reported where a step or `cases` asks for it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::super::files::{FileError, Files, MAX_NAMED, MAX_SOURCES};
use super::super::json::{self, Value};
use super::super::{Diagnostic, SourceFile};
use super::read::{MAX_FILE, text_of};

/// The files, in the order in which they were first asked for; the scenario itself is the first.
#[derive(Debug)]
pub(super) struct Library<'a> {
    pub(super) pages: Vec<Page<'a>>,
    links: &'a Links,
    pub(super) files: &'a dyn Files,
}

/// A file, as the reader wants it.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) text: &'a str,
    /// Where it is; `None`: the scenario itself.
    pub(super) place: Option<&'a Path>,
    /// What it says; of what is no JSON, nothing; or why it says nothing.
    pub(super) tree: Result<Option<Value<'a>>, Diagnostic>,
}

/// Which file, by its number, a path means in the file with that number.
type Links = HashMap<(usize, String), Result<usize, FileError>>;

/// The files, read but not parsed.
#[derive(Debug, Default)]
pub(super) struct Texts {
    list: Vec<Text>,
    links: Links,
    /// How many bytes have been read.
    pub(super) bytes: usize,
}

#[derive(Debug)]
struct Text {
    name: String,
    place: PathBuf,
    /// The text, or what can be shown of it.
    text: String,
    /// Why it is none.
    fault: Option<Diagnostic>,
}

impl Texts {
    /// Reads all files that the scenario names as such, and those that these name.
    pub(super) fn gather(scenario: &Value<'_>, files: &dyn Files) -> Self {
        let mut texts = Self::default();
        let mut wanted = Vec::new();
        add_cases(scenario, &mut wanted);
        add_includes(scenario, &mut wanted);
        texts.add(0, None, wanted, files);
        let mut at = 0;
        while let Some(text) = texts.list.get(at) {
            at += 1;
            let mut wanted = Vec::new();
            if text.fault.is_none()
                && is_json(&text.name)
                && let Ok(tree) = json::parse(&text.text)
            {
                add_includes(&tree, &mut wanted);
            }
            let place = text.place.clone();
            texts.add(at, Some(&place), wanted, files);
        }
        texts
    }

    /// Reads what file `at` wants.
    fn add(&mut self, at: usize, from: Option<&Path>, wanted: Vec<String>, files: &dyn Files) {
        for path in wanted {
            let key = (at, path);
            if !self.links.contains_key(&key) {
                let found = self.find(from, &key.1, files);
                self.links.insert(key, found);
            }
        }
    }

    fn find(
        &mut self,
        from: Option<&Path>,
        path: &str,
        files: &dyn Files,
    ) -> Result<usize, FileError> {
        let limit = MAX_FILE.min(MAX_NAMED.saturating_sub(self.bytes));
        let file = files.read(from, path, limit)?;
        if let Some(known) = self.list.iter().position(|text| text.place == file.place) {
            return Ok(known + 1);
        }
        if self.list.len() >= MAX_SOURCES {
            return Err(too_many(format!(
                "a scenario is made of at most {MAX_SOURCES} files"
            )));
        }
        if file.bytes.len() > limit {
            return Err(too_many(format!(
                "{} has more than {limit} bytes",
                file.name
            )));
        }
        self.bytes += file.bytes.len();
        // Spreadsheets begin their tables with a byte order mark.
        let mark = if is_json(&file.name) { 0 } else { MARK.len() };
        let bytes = match file.bytes.split_at_checked(mark) {
            Some((first, rest)) if first == &MARK[..mark] => rest,
            _ => &file.bytes,
        };
        let (text, fault) = match text_of(bytes) {
            Ok(text) => (text.to_owned(), None),
            Err(unreadable) => (unreadable.0.into_owned(), Some(unreadable.1)),
        };
        self.list.push(Text {
            name: file.name,
            place: file.place,
            text,
            fault,
        });
        Ok(self.list.len())
    }

    /// The files, parsed, with the scenario itself.
    pub(super) fn library<'a>(&'a self, text: &'a str, files: &'a dyn Files) -> Library<'a> {
        let mut pages = Vec::with_capacity(self.list.len() + 1);
        pages.push(Page {
            text,
            place: None,
            // It is read on its own.
            tree: Ok(None),
        });
        for (at, text) in (1..).zip(&self.list) {
            pages.push(Page {
                text: &text.text,
                place: Some(&text.place),
                tree: match &text.fault {
                    Some(fault) => Err(fault.clone()),
                    None if is_json(&text.name) => json::parse_nth(at, &text.text)
                        .map(Some)
                        .map_err(|fault| *fault),
                    None => Ok(None),
                }
                .map_err(|mut fault| {
                    if let Some(span) = &mut fault.span {
                        span.file = u16::try_from(at).unwrap_or(u16::MAX);
                    }
                    fault
                }),
            });
        }
        Library {
            pages,
            links: &self.links,
            files,
        }
    }

    /// The files with their names, without the scenario itself.
    pub(super) fn sources(&self) -> impl Iterator<Item = SourceFile> {
        self.list.iter().map(|text| SourceFile {
            name: text.name.clone(),
            text: text.text.as_str().into(),
        })
    }
}

impl<'a> Library<'a> {
    /// The number of the file that `path` means in file `from`.
    pub(super) fn find(&self, from: usize, path: &str) -> Option<&'a Result<usize, FileError>> {
        self.links.get(&(from, path.to_owned()))
    }
}

/// A byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

fn too_many(message: String) -> FileError {
    FileError {
        message,
        label: "one too many".into(),
        help: None,
    }
}

/// Whether a file is read as JSON.
pub(super) fn is_json(name: &str) -> bool {
    name.ends_with(".json") || name.ends_with(".jsonc")
}

/// The file that the cases are in.
fn add_cases(scenario: &Value<'_>, wanted: &mut Vec<String>) {
    let cases = scenario.as_object().and_then(|file| file.get("cases"));
    let cases = cases.and_then(|cases| cases.value.as_object());
    if let Some(path) = cases.and_then(|cases| cases.get("file"))
        && let Value::StringLit(path) = &path.value
    {
        wanted.push(path.value.clone().into_owned());
    }
}

/// All that may be the path of an `include`; the reader knows which ones are.
fn add_includes(value: &Value<'_>, wanted: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for property in &object.properties {
                match &property.value {
                    Value::StringLit(path) if property.name.as_str() == "include" => {
                        wanted.push(path.value.clone().into_owned());
                    }
                    value => add_includes(value, wanted),
                }
            }
        }
        Value::Array(array) => {
            for element in &array.elements {
                add_includes(element, wanted);
            }
        }
        _ => {}
    }
}
