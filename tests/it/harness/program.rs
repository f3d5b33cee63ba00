//! The built program: run to its end, or started and ended when the test is over, whatever becomes of it.

use std::cell::RefCell;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a program may run before the test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many bytes a program may print: 256 MiB. One that goes on for ever is a failure, and not for the machine to bear.
const MAX_SAID: usize = 256 << 20;

/// The user who may do nothing, and that group.
#[cfg(target_os = "linux")]
const NOBODY: u32 = 65534;

/// After how long without a word something is done again.
const ASKED_AGAIN: Duration = Duration::from_millis(100);

/// How often the memory of a program is looked at.
const SAMPLED: Duration = Duration::from_millis(1);

/// A command line of backchat, with nothing of the tester's own environment that would change what it does.
pub(crate) struct Program {
    command: Command,
    stdin: Vec<u8>,
}

/// What a program left behind.
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A program that runs. Killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    /// What standard error says while it runs.
    /// What standard error says, piece by piece.
    said: mpsc::Receiver<Vec<u8>>,
    /// What of it has been looked at.
    heard: RefCell<Vec<u8>>,
}

impl Program {
    pub(crate) fn new<I: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = I>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backchat"));
        command.args(args);
        Self::of(command)
    }

    /// One whose files may have so many KiB, as if the disk were full then.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_small_files<'a>(kib: u32, args: impl IntoIterator<Item = &'a str>) -> Self {
        // The signal that says so would end it; without it, writing fails.
        let limited = r#"trap "" XFSZ; ulimit -f "$1"; shift; exec "$@""#;
        let mut command = Command::new("bash");
        command
            .args(["-c", limited, "sh", &kib.to_string()])
            .arg(env!("CARGO_BIN_EXE_backchat"))
            .args(args);
        Self::of(command)
    }

    fn of(mut command: Command) -> Self {
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"BACKCHAT_") {
                command.env_remove(name);
            }
        }
        for name in [
            "CI",
            "GITHUB_ACTIONS",
            "GITHUB_STEP_SUMMARY",
            "TF_BUILD",
            "TEAMCITY_VERSION",
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "RUST_BACKTRACE",
            // What CI services call a run, and what they read of it.
            "GITHUB_ACTIONS",
            "GITHUB_STEP_SUMMARY",
            "GITHUB_RUN_ID",
            "CI_PIPELINE_ID",
            "BUILDKITE_BUILD_ID",
            "CIRCLE_WORKFLOW_ID",
            "BUILD_TAG",
        ] {
            command.env_remove(name);
        }
        Self {
            command,
            stdin: Vec::new(),
        }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Has it run as a user who may do nothing: only root can do that.
    #[cfg(target_os = "linux")]
    pub(crate) fn by_nobody(mut self) -> Self {
        std::os::unix::process::CommandExt::uid(&mut self.command, NOBODY);
        std::os::unix::process::CommandExt::gid(&mut self.command, NOBODY);
        self
    }

    /// Whether it can be started, and then ends well.
    #[cfg(target_os = "linux")]
    pub(crate) fn starts(mut self) -> bool {
        self.command.stdin(Stdio::null()).stdout(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    pub(crate) fn stdin(mut self, bytes: &[u8]) -> Self {
        self.stdin = bytes.to_vec();
        self
    }

    /// Has standard output written to a pipe that nobody reads any more.
    pub(crate) fn stdout_gone(mut self) -> Self {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        self.command
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::null());
        self
    }

    /// Has standard error written to a file of the system.
    pub(crate) fn stderr_to(mut self, path: &str) -> Self {
        let file = std::fs::File::options()
            .write(true)
            .open(path)
            .expect("a file");
        self.command.stderr(file);
        self.command.stdin(Stdio::null()).stdout(Stdio::null());
        self
    }

    /// Has standard output written to a file of the system.
    pub(crate) fn stdout_to(mut self, path: &str) -> Self {
        let file = std::fs::File::options()
            .write(true)
            .open(path)
            .expect("a file");
        self.command.stdout(file);
        self.command.stdin(Stdio::null()).stderr(Stdio::null());
        self
    }

    /// Runs it to its end, and gives nothing but its exit code.
    pub(crate) fn code(mut self) -> Option<i32> {
        let mut child = self.command.spawn().expect("the program starts");
        wait(&mut child).code()
    }

    /// Runs it to its end.
    pub(crate) fn output(self) -> Output {
        let mut running = self.start();
        let mut stdout = Vec::new();
        read_all(&mut running.stdout, &mut stdout);
        running.finish(stdout)
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Running {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that does not read what it is given is its own matter.
        let _ = child.stdin.take().expect("piped").write_all(&self.stdin);
        let mut stderr = child.stderr.take().expect("piped");
        let (say, said) = mpsc::channel();
        let stderr = thread::spawn(move || {
            let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
            while let Ok(n @ 1..) = stderr.read(&mut buffer) {
                all.extend_from_slice(&buffer[..n]);
                let _ = say.send(buffer[..n].to_vec());
                assert!(
                    all.len() < MAX_SAID,
                    "{}",
                    String::from_utf8_lossy(&all[..4096])
                );
            }
            all
        });
        Running {
            stdout: BufReader::new(child.stdout.take().expect("piped")),
            stderr: Some(stderr),
            said,
            heard: RefCell::default(),
            child,
        }
    }
}

/// The signals that end a run, each with its exit code: SIGHUP only where whoever started the tests does not have it ignored, as
/// `nohup` does, for a run takes that over.
pub(crate) fn ending_signals() -> impl Iterator<Item = (&'static str, i32)> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let hangs_up = mask.is_none_or(|mask| mask & 1 == 0);
    [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)]
        .into_iter()
        .filter(move |(name, _)| hangs_up || *name != "HUP")
}

/// Reads to the end, which has to come before too much has.
fn read_all(from: &mut impl Read, all: &mut Vec<u8>) {
    from.take(MAX_SAID as u64)
        .read_to_end(all)
        .expect("readable");
    assert!(
        all.len() < MAX_SAID,
        "{}",
        String::from_utf8_lossy(&all[..4096])
    );
}

impl Running {
    /// The next line of standard output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("readable");
        line.trim_end().to_owned()
    }

    /// Does something, again and again, until standard error has said this.
    pub(crate) fn until(&self, words: &str, mut again: impl FnMut()) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            again();
            // What it is about to say is waited for, and not asked for anew.
            if self.has_said(words, Instant::now() + ASKED_AGAIN) {
                return;
            }
        }
        panic!("it never said {words:?}");
    }

    /// Waits until standard error has said this.
    pub(crate) fn until_said(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        assert!(
            self.has_said(words, deadline),
            "it never said {words:?}, but {}",
            String::from_utf8_lossy(&self.heard.borrow())
        );
    }

    /// Whether standard error says this until then, or has said it.
    fn has_said(&self, words: &str, until: Instant) -> bool {
        loop {
            if String::from_utf8_lossy(&self.heard.borrow()).contains(words) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(piece) => self.heard.borrow_mut().extend(piece),
                Err(_) => return false,
            }
        }
    }

    /// Sends a signal: `INT`, `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(status.success());
    }

    /// Waits for its end, and tells how much memory it held at most, in KiB, where the system says so.
    pub(crate) fn end_with_peak(self) -> (Output, Option<u64>) {
        let status = format!("/proc/{}/status", self.child.id());
        let peak = || {
            let status = std::fs::read_to_string(&status).ok()?;
            let (_, peak) = status.split_once("VmHWM:")?;
            peak.split_whitespace().next()?.parse::<u64>().ok()
        };
        let (mut most, deadline) = (None, Instant::now() + PATIENCE);
        // What is said at the end comes when all has been received; the channel closes when the program ends.
        while Instant::now() < deadline {
            let said = self.said.recv_timeout(SAMPLED);
            most = most.max(peak());
            if said == Err(mpsc::RecvTimeoutError::Disconnected) {
                break;
            }
        }
        (self.end(), most)
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Output {
        let mut stdout = Vec::new();
        read_all(&mut self.stdout, &mut stdout);
        self.finish(stdout)
    }

    fn finish(&mut self, stdout: Vec<u8>) -> Output {
        let status = wait(&mut self.child);
        let stderr = self.stderr.take().expect("once").join().expect("no panic");
        Output {
            code: status.code(),
            stdout: String::from_utf8(stdout).expect("text"),
            stderr: String::from_utf8(stderr).expect("text"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Output {
    /// Fails, with all that was said, unless the program ended so.
    #[track_caller]
    pub(crate) fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Fails, with all that was said, unless standard error has these words.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(self.stderr.contains(words), "not said: {words:?}\n{self}");
        self
    }

    /// Fails unless standard output has these words.
    #[track_caller]
    pub(crate) fn prints(&self, words: &str) -> &Self {
        assert!(
            self.stdout.contains(words),
            "not printed: {words:?}\n{self}"
        );
        self
    }

    /// Fails when standard error has these words.
    #[track_caller]
    pub(crate) fn does_not_say(&self, words: &str) -> &Self {
        assert!(!self.stderr.contains(words), "said: {words:?}\n{self}");
        self
    }

    /// Fails unless everything shown is fit for a terminal.
    #[track_caller]
    pub(crate) fn shows_nothing_raw(&self) -> &Self {
        let moves = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let raw = |c: char| c.is_control() && c != '\n' || moves(c);
        assert!(
            !self.stderr.contains(raw) && !self.stdout.contains(raw),
            "{self:?}"
        );
        self
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit code {:?}", self.code)?;
        writeln!(
            f,
            "--- stdout\n{}--- stderr\n{}---",
            self.stdout, self.stderr
        )
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} {:?}", self.code, self.stdout, self.stderr)
    }
}

/// Waits for a program, not for ever.
fn wait(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            return status;
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the program did not end within {PATIENCE:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}
