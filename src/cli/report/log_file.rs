//! The file of a run's log: made at once where it was asked for, else only once there is something in it to come back to.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::super::files::make_folder;

/// The name of the log in its folder.
pub(in crate::cli) const LOG: &str = "run.jsonl";

/// How many bytes of a log wait in memory for a reason to be kept: 1 MiB. More of them are one.
const MAX_WAITING: usize = 1 << 20;

/// How many bytes of a log that is kept wait to be handed to the system at most: 64 KiB.
const BUFFER: usize = 64 << 10;

/// What says to git that the folder is not to be committed, and to a person what it is.
const GITIGNORE: &str = "\
# Made by `backchat run`: the log of the last run (for `backchat report show` and `run --rerun-failed`), and reports.
# It may be deleted at any time.
*
";

/// The file of a log.
#[derive(Debug)]
pub(in crate::cli) struct LogFile {
    folder: PathBuf,
    state: State,
}

#[derive(Debug)]
enum State {
    /// There is no reason yet to leave something behind.
    Waiting(Vec<u8>),
    /// Lines are handed to the system several at a time, as they come.
    Open(BufWriter<File>),
}

impl LogFile {
    /// A log in this folder, which is not written before it is [kept](Self::keep).
    pub(in crate::cli) const fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            state: State::Waiting(Vec::new()),
        }
    }

    /// The folder.
    pub(in crate::cli) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its path.
    pub(in crate::cli) fn path(&self) -> PathBuf {
        self.folder.join(LOG)
    }

    /// Whether it is being written.
    pub(in crate::cli) const fn is_kept(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// Writes it from now on, and what waited. It takes the place of the log of another run, which may go on writing its own.
    pub(in crate::cli) fn keep(&mut self) -> io::Result<()> {
        let State::Waiting(waiting) = &self.state else {
            return Ok(());
        };
        if !self.folder.is_dir() {
            make_folder(&self.folder)?;
            fs::write(self.folder.join(".gitignore"), GITIGNORE)?;
        }
        let path = self.path();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::options()
            .read(true)
            .append(true)
            .create_new(true)
            .open(&path)?;
        file.write_all(waiting)?;
        self.state = State::Open(BufWriter::with_capacity(BUFFER, file));
        Ok(())
    }

    /// A second handle to what is written, to be read. `broken`: a line could not be written before, so what is there is all there is.
    pub(in crate::cli) fn reader(&mut self, broken: bool) -> io::Result<Option<File>> {
        match &mut self.state {
            State::Waiting(_) => Ok(None),
            State::Open(file) => {
                let handed_on = file.flush();
                if !broken {
                    handed_on?;
                }
                file.get_ref().try_clone().map(Some)
            }
        }
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let State::Waiting(waiting) = &mut self.state {
            if waiting.len() + line.len() <= MAX_WAITING {
                waiting.extend_from_slice(line);
                return Ok(line.len());
            }
            self.keep()?;
        }
        match &mut self.state {
            State::Open(file) => file.write(line),
            State::Waiting(_) => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Open(file) => file.flush(),
            State::Waiting(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_waits_for_a_reason_and_then_is_whole() {
        let place = tempfile::tempdir().expect("a folder");
        let mut log = LogFile::new(place.path().join("a/out"));
        log.write_all(b"one\n").expect("memory");
        assert!(!place.path().join("a").exists() && !log.is_kept());
        log.keep().expect("kept");
        log.write_all(b"two\n").expect("written");
        log.keep().expect("kept already");
        log.flush().expect("handed on");
        assert_eq!(fs::read(log.path()).expect("there"), b"one\ntwo\n");
        let ignored = fs::read_to_string(log.folder().join(".gitignore")).expect("there");
        assert!(ignored.ends_with("\n*\n"));
    }

    #[test]
    fn a_long_log_is_kept_anyhow() {
        let place = tempfile::tempdir().expect("a folder");
        let mut log = LogFile::new(place.path().into());
        let line = vec![b'x'; MAX_WAITING / 2];
        for _ in 0..3 {
            log.write_all(&line).expect("written");
        }
        log.flush().expect("handed on");
        assert_eq!(
            fs::metadata(log.path()).expect("there").len(),
            3 * line.len() as u64
        );
        assert!(
            !place.path().join(".gitignore").exists(),
            "the folder is somebody's own"
        );
    }

    #[test]
    fn another_run_keeps_its_own_log() {
        let place = tempfile::tempdir().expect("a folder");
        let mut logs = ["a", "b"].map(|_| LogFile::new(place.path().into()));
        for log in &mut logs {
            log.keep().expect("kept");
        }
        for (log, line) in logs.iter_mut().zip([b"first", b"later"]) {
            log.write_all(line).expect("written");
            log.flush().expect("handed on");
        }
        assert_eq!(fs::read(place.path().join(LOG)).expect("there"), b"later");
        let mut first = logs[0].reader(false).expect("a handle").expect("kept");
        let mut text = String::new();
        io::Seek::rewind(&mut first).expect("a file");
        io::Read::read_to_string(&mut first, &mut text).expect("a file");
        assert_eq!(text, "first");
    }
}
