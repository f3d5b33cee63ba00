//! A program under test that runs: started, watched, ended.

use std::io;
use std::ops::BitOrAssign;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use command_fds::{CommandFdExt as _, FdMapping};
use rustix::process::Signal;
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::group::{Group, Started};
use super::output::Output;
use super::place::Place;
use super::ready::until_ready;
use super::rest::Look;
use super::taken::taken;
use super::talking::Talkers;
use super::unready::{Endpoint, died, missing, not_ready};
use super::{Exit, Ready, Spawn};
use crate::net::{Address, AddressError};
use crate::target::folder::NO_FOLDER;
use crate::target::{Illness, NoFolder};

/// How many bytes of each stream of a program are shown, the last ones: 4 KiB.
pub const MAX_SHOWN_OUTPUT: usize = 4 << 10;

/// After how long without being ready it is said what is waited for: 1 s.
const SLOW_START: Duration = Duration::from_secs(1);

/// How long the end of a program that has been killed is waited for: only the system can delay it.
const KILLED: Duration = Duration::from_secs(5);

/// For how long a program that is busy is waited for, before it is asked to end: it may be about to end by itself.
const BUSY: Duration = Duration::from_secs(1);

/// How much of a processor it has meanwhile at most, in hundredths of a second: one that has had so much is always busy.
const BUSY_TICKS: u64 = 10;

/// The pause between two looks at what a program does: what a timer can do.
const PAUSE: Duration = Duration::from_millis(1);

/// The number of the file descriptor that a passed socket has.
const PASSED: i32 = 3;

/// What becomes the program, with the number that it has among the processes in its environment: a program that is given
/// sockets must be told its own.
const WITH_NUMBER: &str = "export LISTEN_PID=$$; exec \"$@\"";

/// A program that runs. Dropped, it is killed, with all of its group.
#[derive(Debug)]
pub struct Program {
    /// Where it listens.
    pub address: Address,
    /// Where else it listens, by names.
    pub named: Vec<(String, Address)>,
    pub(super) group: Arc<Group>,
    pub(super) ended: watch::Receiver<Option<Exit>>,
    output: Output,
    grace: Duration,
    /// Whether it has been asked to end.
    asked: AtomicBool,
    /// What it had printed when it was asked to.
    asked_at: OnceLock<Mark>,
    /// Whether it had to be killed.
    killed: AtomicBool,
    /// Whether a case has told of its end.
    told: Arc<AtomicBool>,
    /// Whether nothing has shown that it had begun when it was taken to be ready.
    unsure: AtomicBool,
    /// Since when it is not well.
    illness: Illness,
    /// The cases that are being played with it.
    pub(super) talkers: Talkers,
    /// Its ports and its folder, which are free once it is gone.
    place: Place,
}

/// A moment in a program's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    pub(super) stdout: u64,
    pub(super) stderr: u64,
}

/// What a program has done beside the conversation, which it should not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Crash {
    /// It has ended, though nobody had asked it to.
    Ended(Exit),
    /// Asked to end, it ended as a program does that has gone wrong.
    EndedBadly(Exit),
    /// Asked to end, it was killed, and not by this process: by itself, as a wrapper does that kills its own group, or by others, as the
    /// system does where memory is short.
    Killed(Exit),
    /// It has printed the first line of a report of a crash.
    Reported(Vec<u8>),
}

/// Why a program could not be made ready.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct NotReady {
    /// The command, as it was written.
    pub command: String,
    /// What happened, with the command.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The last bytes it printed; at most [`MAX_SHOWN_OUTPUT`].
    pub stdout: Vec<u8>,
    /// The last bytes it printed as errors; at most [`MAX_SHOWN_OUTPUT`].
    pub stderr: Vec<u8>,
}

impl Program {
    /// Starts a program, and waits until it is ready. Where that takes longer than a second, `slow` is told once what is waited for.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be started, ends, or is not ready in time. Nothing of it is left then.
    pub async fn start(
        spawn: &Spawn,
        slow: &(dyn Fn(String) + Sync),
    ) -> Result<Self, Box<NotReady>> {
        let failed = |what: &str, error: &io::Error| without_place(spawn, what, error);
        let (place, socket) = Place::of(spawn).map_err(|error| failed("no place", &error))?;
        let (address, named) = addresses(spawn, &place)?;
        let file = match &spawn.ready {
            Ready::File(path) => Some(place.fill(path)),
            _ => None,
        };
        not_there_yet(spawn, file.as_deref())?;
        taken(spawn, &address, &named)?;
        let mut command =
            command(spawn, &place, socket).map_err(|error| failed("no socket", &error))?;
        let started = Group::start(&mut command);
        // With it goes this side of a passed socket: once the program is gone, nobody listens.
        drop(command);
        let started = started.map_err(|error| not_started(spawn, &place, &error))?;
        let Started {
            group,
            stdout,
            stderr,
            ended,
        } = started;
        let awaited = match &spawn.ready {
            Ready::Output { regex, .. } => Some(regex),
            _ => None,
        };
        let (stdout, stderr) = (stdout.map(OwnedFd::from), stderr.map(OwnedFd::from));
        let program = Self {
            address,
            named,
            output: Output::of(stdout, stderr, awaited),
            group,
            ended,
            grace: spawn.grace,
            asked: AtomicBool::new(false),
            asked_at: OnceLock::new(),
            killed: AtomicBool::new(false),
            told: Arc::default(),
            unsure: AtomicBool::new(false),
            illness: Illness::default(),
            talkers: Talkers::default(),
            place,
        };
        let endpoints = Endpoint::all(spawn, &program.address, &program.named);
        let waits = async {
            sleep(SLOW_START).await;
            let missing = missing(spawn, file.as_deref(), &endpoints);
            slow(format!("{}: {missing} yet", spawn.command));
            std::future::pending().await
        };
        let ready = tokio::select! {
            biased;
            never = waits => never,
            // What it has printed before its end is read by then.
            exit = program.until_ended() => match program.has_said_so() {
                true => Ok(()),
                false => Err(died(spawn, exit)),
            },
            ready = async {
                let ready = until_ready(spawn, file.as_deref(), &endpoints, &program.output).await;
                if ready.is_ok() && spawn.pass_socket && matches!(spawn.ready, Ready::Listening) {
                    // Its socket has listened since before it was started. That tells nothing of the program: but once it
                    // waits for something it has begun, and has not given up at once.
                    let rests = program.until_at_rest_or(u64::MAX).await;
                    program.unsure.store(!rests, Ordering::SeqCst);
                }
                ready
            } => {
                let group = program.group.number();
                ready.map_err(|missed| not_ready(spawn, &missed, &endpoints, group, &program.place))
            }
        };
        let Err(mut why) = ready else {
            return Ok(program);
        };
        program.stop().await;
        why.stdout = program.output.stdout.since(0, MAX_SHOWN_OUTPUT);
        why.stderr = program.output.stderr.since(0, MAX_SHOWN_OUTPUT);
        Err(why)
    }

    /// How it has ended, if it has.
    pub fn ended(&self) -> Option<Exit> {
        *self.ended.borrow()
    }

    /// Waits for its end.
    pub async fn until_ended(&self) -> Exit {
        let mut ended = self.ended.clone();
        let exit = ended.wait_for(Option::is_some).await.map(|exit| *exit);
        match exit {
            Ok(Some(exit)) => exit,
            // Who waits for the process tells before it goes.
            _ => std::future::pending().await,
        }
    }

    /// Waits until it rests, as one that waits for clients, or has ended, or has had a processor for 100 ms; 1 s at most. One
    /// that rests already costs two looks at it.
    pub async fn until_at_rest(&self) {
        let _ = self.until_at_rest_or(BUSY_TICKS).await;
    }

    /// The same of a program that may have a processor for so many hundredths of a second; whether it rests.
    async fn until_at_rest_or(&self, ticks: u64) -> bool {
        let rests = async {
            // 60 µs for a shell and two children, measured in a build for tests, on the thread that plays: only before a program is asked to
            // end.
            let first = Look::at(self.group.number());
            let mut last = first;
            loop {
                let look = Look::at(self.group.number());
                // Twice, because what has been looked at may have been woken since by what was looked at later.
                let rests = !last.busy && !look.busy;
                if rests || look.ticks.saturating_sub(first.ticks) >= ticks {
                    return rests;
                }
                last = look;
                sleep(PAUSE).await;
            }
        };
        let rests = async {
            tokio::select! {
                biased;
                rests = rests => rests,
                _ = self.until_ended() => false,
            }
        };
        timeout(BUSY, rests).await.unwrap_or(false)
    }

    /// Whether it was played with though nothing has shown that it had begun: a socket that is passed to it listens before it does anything,
    /// and it had not come to rest.
    pub fn may_not_have_begun(&self) -> bool {
        self.unsure.load(Ordering::SeqCst)
    }

    /// This moment in its output. It reads what the pipes hold without waiting, where conversations are played: 2 µs, measured in a
    /// build for tests.
    pub fn mark(&self) -> Mark {
        Mark {
            stdout: self.output.stdout.settle(),
            stderr: self.output.stderr.settle(),
        }
    }

    /// The last bytes it has printed since, of both streams; at most [`MAX_SHOWN_OUTPUT`] each.
    ///
    /// What a program prints after it has been asked to end is about that, and belongs to no conversation, unless it went
    /// wrong then.
    pub fn printed_since(&self, mark: Mark) -> (Vec<u8>, Vec<u8>) {
        let went_wrong = self.crash_since(mark).is_some();
        let Output { stdout, stderr, .. } = &self.output;
        match self.asked_at.get().filter(|_| !went_wrong) {
            None => (
                stdout.since(mark.stdout, MAX_SHOWN_OUTPUT),
                stderr.since(mark.stderr, MAX_SHOWN_OUTPUT),
            ),
            Some(until) => (
                stdout.between(mark.stdout, until.stdout, MAX_SHOWN_OUTPUT),
                stderr.between(mark.stderr, until.stderr, MAX_SHOWN_OUTPUT),
            ),
        }
    }

    /// What it has done since that it should not.
    pub fn crash_since(&self, mark: Mark) -> Option<Crash> {
        self.mark();
        let asked = self.asked.load(Ordering::SeqCst);
        match self.ended() {
            Some(exit) if !asked => return Some(Crash::Ended(exit)),
            Some(exit) if exit.is_crash() => return Some(Crash::EndedBadly(exit)),
            Some(exit) if exit.is_kill() && !self.group.was_killed() => {
                return Some(Crash::Killed(exit));
            }
            _ => {}
        }
        let Output { stdout, stderr, .. } = &self.output;
        (stderr.complaint_since(mark.stderr))
            .or_else(|| stdout.complaint_since(mark.stdout))
            .map(Crash::Reported)
    }

    /// Takes down how the health check went after this case, and tells after which case it failed first, where that was
    /// another one. Once it has failed, cases that begin later have a new program.
    pub fn ails_since(&self, case: &Arc<str>, is_well: bool) -> Option<Arc<str>> {
        self.illness.since(case, is_well)
    }

    /// After which case its health check failed first, where it fails.
    pub(in crate::target) fn ails(&self) -> Option<Arc<str>> {
        self.illness.began()
    }

    /// Whether it runs and is well, as far as is known.
    pub(in crate::target) fn is_well(&self) -> bool {
        self.ended().is_none() && !self.illness.is_ill()
    }

    /// Whether it has been asked to end.
    pub fn was_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// What of it had to be killed.
    pub fn killed(&self) -> Killed {
        Killed {
            program: self.killed.load(Ordering::SeqCst),
            left_behind: self.asked.load(Ordering::SeqCst) && self.group.left_some(),
        }
    }

    /// Takes down that a case has told how it ended: nobody else has to.
    pub fn tell(&self) {
        self.told.store(true, Ordering::SeqCst);
    }

    /// Whether a case has told how it ended; it may still be taken down when the program is gone.
    pub(in crate::target) fn told(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.told)
    }

    /// Asks it to end, waits, kills it if it does not; in the end there is nobody left of its group.
    pub async fn stop(&self) {
        if self.group.has_ended() {
            // It ended by itself just before, and that is what is to be told of it.
            let _ = timeout(KILLED, self.until_ended()).await;
        }
        if self.ended().is_none() {
            self.asked.store(true, Ordering::SeqCst);
            // The first time counts, where several ask.
            let _ = self.asked_at.set(self.mark());
            self.group.ask_to_end();
            if timeout(self.grace, self.until_ended()).await.is_err() {
                // Otherwise only what it left behind goes on, and is being waited for.
                if !self.group.has_ended() {
                    self.killed.store(true, Ordering::SeqCst);
                    self.group.signal(Signal::KILL);
                }
                // Where not even that ends it, nobody can.
                let _ = timeout(KILLED, self.until_ended()).await;
            }
        }
        self.output.end().await;
    }

    /// Whether it has printed what says that it is ready.
    fn has_said_so(&self) -> bool {
        self.mark();
        self.output.has_come()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.asked.store(true, Ordering::SeqCst);
        self.group.signal(Signal::KILL);
    }
}

impl NotReady {
    pub(super) fn new(
        spawn: &Spawn,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Box<Self> {
        Box::new(Self {
            command: spawn.to_string(),
            message: message.into(),
            help: help.into(),
            stdout: Vec::new(),
            stderr: Vec::new(),
        })
    }
}

/// Where a program listens, and where else, by names.
type Places = (Address, Vec<(String, Address)>);

/// Where it will listen.
fn addresses(spawn: &Spawn, place: &Place) -> Result<Places, Box<NotReady>> {
    let parsed = |at: &str| {
        place.fill(at).parse().map_err(|error: AddressError| {
            NotReady::new(spawn, format!("{}: {error}", spawn.command), "")
        })
    };
    let named = spawn.named.iter();
    let named = named.map(|(name, at)| parsed(at).map(|at| (name.clone(), at)));
    let named = named.collect::<Result<_, Box<NotReady>>>()?;
    Ok((parsed(&spawn.at)?, named))
}

/// The file that is to say that the program is ready says nothing where it is there before.
fn not_there_yet(spawn: &Spawn, file: Option<&str>) -> Result<(), Box<NotReady>> {
    let Some(file) = file.filter(|file| Path::new(file).exists()) else {
        return Ok(());
    };
    let message = format!(
        "{file}, which is to say that {} is ready, is there before it",
        spawn.command
    );
    Err(NotReady::new(
        spawn,
        message,
        "delete it, or put it into {dir}, which is a new folder each time",
    ))
}

/// What had to be killed of a program, or of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Killed {
    /// A program itself, which did not end when it was asked to.
    pub program: bool,
    /// Processes that a program had started, which went on when it had ended because it was asked to. Of what has left the program's group it
    /// is known only on Linux; where other programs have run beside it, only of what still has the environment that it was started with.
    pub left_behind: bool,
}

impl Killed {
    /// Whether nothing had to be killed.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

impl BitOrAssign for Killed {
    fn bitor_assign(&mut self, other: Self) {
        self.program |= other.program;
        self.left_behind |= other.left_behind;
    }
}

/// What starts the program.
fn command(spawn: &Spawn, place: &Place, socket: Option<OwnedFd>) -> io::Result<Command> {
    let mut words = spawn.words.iter().map(|word| place.fill(word));
    let program = words.next().unwrap_or_default();
    let mut command = match &socket {
        None => Command::new(program),
        Some(_) => {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", WITH_NUMBER, "sh", &program]);
            command
        }
    };
    command
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C at the terminal is for us: the program ends after its conversations have.
        .process_group(0);
    if let Some(folder) = &spawn.folder {
        command.current_dir(folder);
    }
    if let Some(socket) = socket {
        command.env("LISTEN_FDS", "1");
        let passed = FdMapping {
            parent_fd: socket,
            child_fd: PASSED,
        };
        command
            .fd_mappings(vec![passed])
            .map_err(io::Error::other)?;
    }
    Ok(command)
}

/// What to do where a socket that is passed cannot be made at its path.
const NO_SOCKET: &str = "the folder of its socket has to be there, and to be writable";

/// There is nothing that the program needs before it is started.
fn without_place(spawn: &Spawn, what: &str, error: &io::Error) -> Box<NotReady> {
    let is_folder = error.get_ref().is_some_and(|why| why.is::<NoFolder>());
    let help = match error.kind() {
        _ if is_folder => NO_FOLDER,
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied if spawn.pass_socket => NO_SOCKET,
        _ => "",
    };
    let message = format!("{what} for {}: {error}", spawn.command);
    NotReady::new(spawn, message, help)
}

/// Words of a shell that are no programs.
const SHELL: [&str; 5] = ["cd", "export", "source", "ulimit", "."];

fn not_started(spawn: &Spawn, place: &Place, error: &io::Error) -> Box<NotReady> {
    let program = spawn
        .words
        .first()
        .map(|word| place.fill(word))
        .unwrap_or_default();
    let at = spawn
        .folder
        .as_deref()
        .map_or_else(|| PathBuf::from(&program), |folder| folder.join(&program));
    let (what, help) = match error.kind() {
        io::ErrorKind::NotFound if program.contains('/') && at.is_file() => (
            format!("{program} cannot be started: what it needs to run is not there"),
            "the first line of a script names the program that reads it, as #!/bin/sh does: is that one installed?",
        ),
        io::ErrorKind::PermissionDenied if at.is_dir() => (
            format!("{program} cannot be executed: it is a folder"),
            "name the program in it",
        ),
        io::ErrorKind::NotFound if program.contains('/') => (
            format!("there is no program {program}"),
            "its path is counted from the folder in which backchat was started; in backchat.json, from that file's",
        ),
        io::ErrorKind::NotFound if program.contains('=') || SHELL.contains(&&*program) => (
            format!("there is no program {program}"),
            "the command is not read by a shell: write env NAME=VALUE PROGRAM … for a variable, and sh -c '…' for all else",
        ),
        io::ErrorKind::NotFound => (
            format!("there is no program {program}"),
            "it was looked for in PATH; one of this folder is written ./NAME",
        ),
        io::ErrorKind::PermissionDenied => (
            format!("{program} cannot be executed"),
            "is it a program, and does `chmod +x` make it one?",
        ),
        _ => (
            format!("{program} cannot be started: {error}"),
            "a script begins with a line such as #!/bin/sh",
        ),
    };
    NotReady::new(spawn, what, help)
}
