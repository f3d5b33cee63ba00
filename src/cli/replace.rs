//! Writing a file in one go: whoever reads it sees what was there before, or what is there now, and nothing between.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Gives a file this content.
///
/// The bytes are written to a new file beside it, which then takes its place. A link is followed, and permissions stay
/// as they are. Where there is no such file yet, there is one afterwards.
///
/// # Errors
///
/// Fails when the system does not let it be done, or the path is no regular file. The file is then as it was.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, |file| file.write_all(bytes))
}

/// Gives a file the content that `write` writes, in the way of [`replace`].
///
/// # Errors
///
/// Fails when that does, and as [`replace`] does. The file is then as it was.
pub(super) fn replace_with(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let (path, before) = match fs::canonicalize(path) {
        Ok(path) => {
            let metadata = fs::metadata(&path)?;
            (path, Some(metadata))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (path.to_path_buf(), None),
        Err(error) => return Err(error),
    };
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        let what = "it is no regular file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    let beside = beside(&path)?;
    let written = write(&beside, content, before).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // What went wrong first is what counts.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    like: Option<Metadata>,
) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    content(&mut file)?;
    if let Some(like) = like {
        file.set_permissions(like.permissions())?;
    }
    file.sync_all()
}

/// The path of the new file: hidden, so that nobody takes it for a scenario, and of this process alone.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let Some(name) = path.file_name() else {
        let what = "it has no name";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    };
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", std::process::id()));
    Ok(path.with_file_name(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of what is in a folder.
    fn names(folder: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.flatten().map(|entry| entry.file_name()).collect()
    }

    #[test]
    fn a_file_is_made_and_then_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        for content in ["one", "two, which is longer", ""] {
            replace(&path, content.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("a file"), content);
            assert_eq!(names(folder.path()), ["a.json"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a.json"), folder.path().join("l.json"));
        fs::write(&path, "one").expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
        symlink("a.json", &link).expect("a link");
        replace(&link, b"two").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "two");
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let link = fs::symlink_metadata(&link).expect("a link");
        assert!(link.is_symlink());
    }

    #[test]
    fn what_is_no_file_is_refused_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(replace(folder.path(), b"x").is_err());
        assert!(replace(&folder.path().join("no/such.json"), b"x").is_err());
        assert!(names(folder.path()).is_empty());
    }
}
