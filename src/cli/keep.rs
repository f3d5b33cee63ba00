//! Writing files without taking anything from anybody: what is there already stays, unless one says otherwise.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::error::CliError;
use super::files::shown;
use super::replace::replace;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It was not there, and is now; or it was to be replaced.
    Written,
    /// It was there with the same content.
    Same,
    /// It was there with other content, and stays as it is.
    Other,
}

/// Writes a file, and the folders above it, unless there is one with this name; `force` replaces one that has other content.
pub(super) fn write(path: &Path, bytes: &[u8], force: bool) -> Result<Kept, CliError> {
    let unwritable = |source| CliError::Unwritable {
        path: shown(path),
        source,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    match File::create_new(path) {
        Ok(mut file) => {
            file.write_all(bytes).map_err(unwritable)?;
            return Ok(Kept::Written);
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unwritable(error)),
    }
    if has(path, bytes) {
        Ok(Kept::Same)
    } else if force {
        replace(path, bytes).map_err(unwritable)?;
        Ok(Kept::Written)
    } else {
        Ok(Kept::Other)
    }
}

/// Whether it is a file with just this content. Nothing but a file is read: a FIFO would wait for its writer.
fn has(path: &Path, bytes: &[u8]) -> bool {
    let is_as_long = |file: fs::Metadata| {
        file.is_file() && file.len() == u64::try_from(bytes.len()).unwrap_or(u64::MAX)
    };
    fs::metadata(path).is_ok_and(is_as_long) && fs::read(path).is_ok_and(|there| there == bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b/c");
        let content = || fs::read(&path).expect("there");
        for (bytes, force, expected, left) in [
            (&b"one"[..], false, Kept::Written, &b"one"[..]),
            (b"one", false, Kept::Same, b"one"),
            (b"one", true, Kept::Same, b"one"),
            (b"two", false, Kept::Other, b"one"),
            (b"three", false, Kept::Other, b"one"),
            (b"two", true, Kept::Written, b"two"),
        ] {
            assert_eq!(write(&path, bytes, force).expect("written"), expected);
            assert_eq!(content(), left);
        }
        let below_a_file = write(&path.join("d"), b"x", true);
        assert!(matches!(below_a_file, Err(CliError::Unwritable { .. })));
        let a_folder = write(path.parent().expect("b"), b"x", false);
        assert_eq!(a_folder.expect("looked at"), Kept::Other);
    }
}
