//! The files of settings that a command names as `{file:PATH}`: read once, copied for each program with their blanks filled in.
//!
//! Most servers are told their port in a file, not on the command line.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::SpawnError;
use super::blanks::{self, Blank};
use super::place::SOCKET;

/// How many bytes a file of settings may have: 1 MiB.
pub(super) const MAX_SETTINGS: u64 = 1 << 20;

/// A file of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// The path, as it was written.
    pub(super) path: String,
    /// What stands in it; it may have blanks.
    pub(super) text: String,
}

/// Reads the files that these words name, each once; paths are counted from the folder.
///
/// # Errors
///
/// Fails when one cannot be read, is no text or too large, and when two copies would have the same name.
pub(super) fn of(words: &[String], folder: Option<&Path>) -> Result<Vec<Settings>, SpawnError> {
    let mut files: Vec<Settings> = Vec::new();
    for blank in words.iter().flat_map(|word| blanks::of(word)) {
        let Blank::File(path) = blank else { continue };
        if files.iter().any(|file| file.path == path) {
            continue;
        }
        let refused = |why: String| SpawnError::Settings {
            path: path.to_owned(),
            why,
        };
        let name = Path::new(path).file_name();
        let name = name.ok_or_else(|| refused("this is no file's path".to_owned()))?;
        let mut taken = files.iter().map(|file| Path::new(&file.path));
        if name == SOCKET || taken.any(|other| other.file_name() == Some(name)) {
            return Err(refused(format!(
                "its copy would have the name of something else in {{dir}}: {}",
                name.display()
            )));
        }
        let text = read(&folder.unwrap_or_else(|| Path::new("")).join(path)).map_err(refused)?;
        files.push(Settings {
            path: path.to_owned(),
            text,
        });
    }
    Ok(files)
}

/// The text of a file, or why there is none.
fn read(path: &Path) -> Result<String, String> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    // Asked for before it is opened, because opening a pipe waits for somebody to write into it.
    if !path.metadata().map_err(failed)?.is_file() {
        return Err("not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_SETTINGS + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_SETTINGS {
        return Err(format!(
            "it has more than {MAX_SETTINGS} bytes: it is read and copied for each program"
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| "it is not UTF-8: name it without {file:…}, as it is".to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read_all(folder: &Path, words: &[&str]) -> Result<Vec<Settings>, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        of(&words, Some(folder)).map_err(|error| error.to_string())
    }

    #[test]
    fn each_file_is_read_once_and_counted_from_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.conf"), "port {port}").unwrap();
        let files = read_all(
            folder.path(),
            &["s", "-c={file:a.conf}", "{file:a.conf}", "{dir}"],
        );
        let text = "port {port}".to_owned();
        let path = "a.conf".to_owned();
        assert_eq!(files, Ok(vec![Settings { path, text }]));
    }

    #[test]
    fn files_that_cannot_be_meant_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let large = vec![b'#'; usize::try_from(MAX_SETTINGS).unwrap() + 1];
        fs::create_dir(folder.path().join("sub")).unwrap();
        for (name, text) in [
            ("a", &b"x"[..]),
            ("sub/a", b"y"),
            ("socket", b"z"),
            ("binary", b"\xff"),
            ("large", &large),
            ("full", &large[1..]),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        for (words, why) in [
            (&["{file:b}"][..], "there is no such file"),
            (&["{file:sub}"], "not a file"),
            (&["{file:..}"], "no file's path"),
            (&["{file:a}", "{file:sub/a}"], "the name of something else"),
            (&["{file:socket}"], "the name of something else"),
            (&["{file:binary}"], "not UTF-8"),
            (&["{file:large}"], "more than 1048576 bytes"),
        ] {
            let error = read_all(folder.path(), words).unwrap_err();
            assert!(error.contains(why), "{error}");
            assert!(error.starts_with("{file:"), "{error}");
        }
        assert_eq!(
            read_all(folder.path(), &["{file:full}"]).map(|files| files.len()),
            Ok(1)
        );
    }
}
