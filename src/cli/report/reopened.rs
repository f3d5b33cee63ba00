//! A file that is open only while it is read: where there are very many, each would keep one of the few that a process may have open.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A file that is opened anew for each read, where the last one ended.
#[derive(Debug)]
pub(super) struct Reopened {
    path: PathBuf,
    position: u64,
}

impl Reopened {
    /// The file at this path, from its beginning.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be opened.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        File::open(path)?;
        Ok(Self {
            path: path.to_owned(),
            position: 0,
        })
    }
}

impl Read for Reopened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Reopened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(to) => Some(to),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => fs::metadata(&self.path)?.len().checked_add_signed(by),
        };
        self.position = to.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_a_file_that_stays_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, "0123456789").expect("written");
        let (mut file, mut again) = (
            File::open(&path).expect("there"),
            Reopened::open(&path).expect("there"),
        );
        for to in [
            SeekFrom::Start(3),
            SeekFrom::Current(2),
            SeekFrom::Current(-4),
            SeekFrom::End(-1),
            SeekFrom::Current(-99),
            SeekFrom::End(5),
        ] {
            let (one, other) = (file.seek(to).ok(), again.seek(to).ok());
            assert_eq!(one, other, "{to:?}");
            let (mut one, mut other) = ([0; 2], [0; 2]);
            let lens = (file.read(&mut one).ok(), again.read(&mut other).ok());
            assert_eq!((lens.0, one), (lens.1, other), "{to:?}");
        }
        assert!(Reopened::open(&folder.path().join("none")).is_err());
    }
}
