//! What a program prints: the last of it is kept, all of it is looked through.
//!
//! A program may print without end. Its pipes are always read, so it is never held up, and what is kept has a bound.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use memchr::memmem;
use regex_automata::meta::Regex;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How many bytes of each stream of a program are kept, the last ones: 64 KiB.
pub const MAX_OUTPUT: usize = 64 << 10;

/// How many bytes of a line are looked through for the words of a crash.
const MAX_LINE: usize = 4 << 10;

/// Bytes read at a time: what a pipe holds.
const READ: usize = 64 << 10;

/// How many pieces are read in a row before others have their turn.
const IN_A_ROW: usize = 4;

/// How long the end of the output is waited for once a program has ended. Only a process that has left the program's
/// group can hold its pipes open for longer.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Both streams of a program.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) stdout: Stream,
    pub(super) stderr: Stream,
    /// Told whenever something has come.
    grown: watch::Receiver<()>,
    readers: Mutex<Vec<JoinHandle<()>>>,
}

/// One stream of a program.
#[derive(Debug)]
pub(super) struct Stream(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pipe: Option<Receiver>,
    kept: Mutex<Kept>,
}

/// What is kept of a stream.
#[derive(Debug, Default)]
struct Kept {
    last: VecDeque<u8>,
    /// How many bytes have come in all.
    total: u64,
    /// The line that has no end yet, as far as it is looked through.
    line: Vec<u8>,
    /// Where the last line that tells of a crash ended, and the line.
    complaint: Option<(u64, Vec<u8>)>,
    /// What is waited for.
    awaited: Option<Regex>,
    /// Whether it has come.
    has_come: bool,
}

impl Output {
    /// Begins to read, and to look for what is waited for. Needs a runtime.
    pub(super) fn of(
        stdout: Option<OwnedFd>,
        stderr: Option<OwnedFd>,
        awaited: Option<&Regex>,
    ) -> Self {
        let (tell, grown) = watch::channel(());
        let tell = Arc::new(tell);
        let mut readers = Vec::new();
        let mut stream = |pipe: Option<OwnedFd>| {
            let shared = Arc::new(Shared {
                pipe: pipe.and_then(|pipe| Receiver::from_owned_fd(pipe).ok()),
                kept: Mutex::new(Kept {
                    awaited: awaited.cloned(),
                    ..Kept::default()
                }),
            });
            readers.push(tokio::spawn(follow(Arc::clone(&shared), Arc::clone(&tell))));
            Stream(shared)
        };
        Self {
            stdout: stream(stdout),
            stderr: stream(stderr),
            grown,
            readers: Mutex::new(readers),
        }
    }

    /// Told whenever something has come.
    pub(super) fn grown(&self) -> watch::Receiver<()> {
        self.grown.clone()
    }

    /// Whether what is waited for has come, on either stream.
    pub(super) fn has_come(&self) -> bool {
        self.stdout.0.lock().has_come || self.stderr.0.lock().has_come
    }

    /// Waits for the end of the output of a program that has ended.
    pub(super) async fn end(&self) {
        let readers = {
            let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *readers)
        };
        let all = async {
            for mut reader in readers {
                // Where somebody else holds the pipe, its reader is not waited for.
                if timeout(LAST_WORDS, &mut reader).await.is_err() {
                    reader.abort();
                }
            }
        };
        all.await;
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        for reader in readers.drain(..) {
            reader.abort();
        }
    }
}

impl Stream {
    /// How many bytes have come, those included that the system still holds.
    pub(super) fn settle(&self) -> u64 {
        let mut kept = self.0.lock();
        if let Some(pipe) = &self.0.pipe {
            let mut buffer = vec![0; READ];
            for _ in 0..IN_A_ROW {
                match rustix::io::read(pipe, &mut buffer) {
                    Ok(n @ 1..) => kept.push(buffer.get(..n).unwrap_or_default()),
                    _ => break,
                }
            }
        }
        kept.total
    }

    /// What has come since so many bytes had, and before there were so many, as far as it is kept; at most so many bytes,
    /// the last ones.
    pub(super) fn between(&self, since: u64, until: u64, most: usize) -> Vec<u8> {
        let kept = self.0.lock();
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let end = kept.last.len() - size(kept.total.saturating_sub(until)).min(kept.last.len());
        let new = size(until.min(kept.total).saturating_sub(since));
        kept.last
            .range(end - new.min(end).min(most)..end)
            .copied()
            .collect()
    }

    /// What has come since so many bytes had, as far as it is kept, and at most so many bytes, the last ones.
    pub(super) fn since(&self, mark: u64, most: usize) -> Vec<u8> {
        self.between(mark, u64::MAX, most)
    }

    /// The last line that tells of a crash, if it came since so many bytes had.
    pub(super) fn complaint_since(&self, mark: u64) -> Option<Vec<u8>> {
        let kept = self.0.lock();
        let (_, line) = kept.complaint.as_ref().filter(|(end, _)| *end > mark)?;
        Some(line.clone())
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.total += piece.len() as u64;
            let room = MAX_LINE.saturating_sub(self.line.len());
            let new = piece.get(..room.min(piece.len())).unwrap_or_default();
            self.line.extend_from_slice(new);
            if !new.is_empty() && is_complaint(&self.line) {
                self.complaint = Some((self.total, self.line.trim_ascii_end().to_vec()));
            }
            if piece.ends_with(b"\n") {
                self.line.clear();
            }
        }
        self.last.extend(bytes);
        // Looked for before anything is forgotten: it may be followed by more than is kept.
        if let Some(awaited) = &self.awaited
            && awaited.is_match(&*self.last.make_contiguous())
        {
            (self.awaited, self.has_come) = (None, true);
        }
        let over = self.last.len().saturating_sub(MAX_OUTPUT);
        self.last.drain(..over);
    }
}

/// Whether a line is the first of a report of a crash: a panic of Rust, a finding of a sanitizer.
fn is_complaint(line: &[u8]) -> bool {
    let has = |words: &str| memmem::find(line, words.as_bytes()).is_some();
    has("panicked at ")
        || has("Sanitizer: ") && (has("ERROR: ") || has("WARNING: "))
        || has(": runtime error: ")
}

/// Reads a stream to its end.
async fn follow(stream: Arc<Shared>, tell: Arc<watch::Sender<()>>) {
    let Some(pipe) = &stream.pipe else {
        return;
    };
    let mut buffer = vec![0; READ];
    while pipe.readable().await.is_ok() {
        for _ in 0..IN_A_ROW {
            // The lock is held from the reading on, so that nobody who settles comes in between.
            let mut kept = stream.lock();
            match pipe.try_read(&mut buffer) {
                Ok(0) => return,
                Ok(n) => kept.push(buffer.get(..n).unwrap_or_default()),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(_) => return,
            }
            drop(kept);
            tell.send_replace(());
        }
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_it_is_kept_however_much_there_is() {
        let mut kept = Kept::default();
        for n in 0..100_000_u32 {
            kept.push(format!("line {n}\n").as_bytes());
        }
        assert_eq!(kept.last.len(), MAX_OUTPUT);
        assert_eq!(kept.total, 1_088_890);
        kept.push(&vec![b'x'; 3 * MAX_OUTPUT]);
        assert_eq!((kept.last.len(), kept.line.len()), (MAX_OUTPUT, MAX_LINE));
    }

    #[test]
    fn a_stretch_of_it_is_what_is_kept_of_that() {
        let stream = Stream(Arc::new(Shared {
            pipe: None,
            kept: Mutex::default(),
        }));
        let between = |since, until, most| {
            let bytes = stream.between(since, until, most);
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(between(0, 7, 9), "");
        stream.0.lock().push(b"0123456789");
        for (since, until, most, expected) in [
            (0, u64::MAX, 99, "0123456789"),
            (3, 7, 99, "3456"),
            (3, 7, 2, "56"),
            (7, 3, 99, ""),
            (20, 30, 99, ""),
        ] {
            assert_eq!(between(since, until, most), expected);
        }
        stream.0.lock().push(&vec![b'x'; MAX_OUTPUT - 2]);
        assert_eq!(between(0, 10, 99), "89");
        assert_eq!(between(0, 8, 99), "");
    }

    #[test]
    fn what_is_waited_for_is_seen_however_much_follows() {
        let waiting = || Kept {
            awaited: Some(Regex::new("ready\nand so on").unwrap()),
            ..Kept::default()
        };
        let (mut at_once, mut cut) = (waiting(), waiting());
        let mut text = b"ready\nand so on\n".to_vec();
        text.resize(2 * MAX_OUTPUT, b'x');
        at_once.push(&text);
        assert!(at_once.has_come);
        for (n, byte) in (1..).zip(&text[..100]) {
            cut.push(&[*byte]);
            assert_eq!(cut.has_come, n >= "ready\nand so on".len());
        }
        let mut never = waiting();
        never.push(b"ready\n");
        never.push(&vec![b'x'; 2 * MAX_OUTPUT]);
        never.push(b"and so on\n");
        assert!(!never.has_come);
    }

    #[test]
    fn a_report_of_a_crash_is_found_however_it_is_cut() {
        let found = |text: &str| {
            let (mut whole, mut cut) = (Kept::default(), Kept::default());
            whole.push(text.as_bytes());
            text.bytes().for_each(|byte| cut.push(&[byte]));
            assert_eq!(whole.complaint.is_some(), cut.complaint.is_some(), "{text}");
            whole.complaint.is_some()
        };
        for text in [
            "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds",
            "\nthread '<unnamed>' (17) panicked at 'oh', a.rs:1",
            "==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x6\n",
            "WARNING: ThreadSanitizer: data race (pid=1)",
            "==1==ERROR: LeakSanitizer: detected memory leaks",
            "a.c:3:7: runtime error: signed integer overflow: 2147483647 + 1",
        ] {
            assert!(found(text), "{text}");
        }
        for text in [
            "ready\n",
            "ERROR: no such key\n",
            "panicked\nat once",
            "built with AddressSanitizer: yes",
        ] {
            assert!(!found(text), "{text}");
        }
    }
}
