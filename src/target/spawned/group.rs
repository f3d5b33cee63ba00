//! The processes that have been started: each program with all of its group, and none left behind.
//!
//! A program is the leader of a process group of its own. A thread waits for the leader's end; before it gives the
//! leader's number back to the system it ends what is left of the group, so no signal ever goes to a group that is not
//! the program's. What has left its group comes to this process when its parent ends, where that was asked for
//! ([`adopt_orphans`]), and is ended too.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, ChildStderr, ChildStdout, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, thread};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getpgid, kill_process, kill_process_group,
    waitid, waitpid,
};
use tokio::sync::watch;

use super::Exit;

/// How often orphans are looked for in a row: each that is ended may leave its own.
const MAX_GENERATIONS: usize = 16;

/// How long what a program has started may go on after the program has ended because it was asked to: 200 ms. What goes on longer was left
/// behind.
const LINGER: Duration = Duration::from_millis(200);

/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(2);

/// The variable by which what a program has started is known, wherever it goes: each has it from the one that started it.
const MARK: &str = "BACKCHAT_PROGRAM";

static LIVE: Mutex<Live> = Mutex::new(Live {
    groups: Vec::new(),
    started: 0,
    mixed: false,
    adopts: false,
    closed: false,
});

/// All programs that run.
struct Live {
    groups: Vec<Arc<Group>>,
    /// How many there have been.
    started: u64,
    /// Whether several have run since there was none: what is left behind may be of each of them.
    mixed: bool,
    /// Whether orphans come to this process, which then has no other children than programs.
    adopts: bool,
    /// Whether no more may be started.
    closed: bool,
}

/// A program's processes.
#[derive(Debug)]
pub(super) struct Group {
    leader: Pid,
    /// By what its processes are known, `NAME=VALUE`.
    mark: String,
    /// Whether the leader's number has been given back to the system.
    gone: Mutex<bool>,
    /// Whether it was asked to end.
    asked: AtomicBool,
    /// Whether it was about to be killed, by this process.
    killed: AtomicBool,
    /// Whether it left processes behind then.
    left: AtomicBool,
}

/// A program that has just been started.
pub(super) struct Started {
    pub(super) group: Arc<Group>,
    pub(super) stdout: Option<ChildStdout>,
    pub(super) stderr: Option<ChildStderr>,
    /// How it has ended, once it has.
    pub(super) ended: watch::Receiver<Option<Exit>>,
}

/// Has the system give this process what a program leaves behind outside of its group, to be ended. For a process that
/// starts nothing but programs under test: whatever other child it had would be ended with them.
///
/// Where the system cannot, a program that hides a process in a session of its own leaves it behind.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    {
        live().adopts =
            rustix::process::set_child_subreaper(Some(rustix::process::getpid())).is_ok();
    }
}

/// Ends all programs at once, and lets no other be started: for a process that is about to end itself.
pub fn end_all_programs() {
    let mut live = live();
    live.closed = true;
    for group in &live.groups {
        group.signal(Signal::KILL);
    }
    live.end_orphans();
}

impl Group {
    /// Starts a program as the leader of its group. The caller's thread makes the process, 0.1 ms as a rule and 4 ms at times: where it
    /// was handed to another, a case that is cut short meanwhile would leave it running.
    pub(super) fn start(command: &mut Command) -> io::Result<Started> {
        let mut live = live();
        if live.closed {
            return Err(io::Error::other("the run is being ended"));
        }
        let mark = format!("{}.{}", std::process::id(), live.started);
        let mut child = command.env(MARK, &mark).spawn()?;
        live.started += 1;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let leader = leader.ok_or_else(|| io::Error::other("the system gave it no number"))?;
        let group = Arc::new(Self {
            leader,
            mark: format!("{MARK}={mark}"),
            gone: Mutex::new(false),
            asked: AtomicBool::new(false),
            killed: AtomicBool::new(false),
            left: AtomicBool::new(false),
        });
        let (tell, ended) = watch::channel(None);
        let waiting = Arc::clone(&group);
        let spawned = thread::Builder::new()
            .name("program".into())
            .spawn(move || waiting.wait(child, &tell));
        if let Err(error) = spawned {
            group.signal(Signal::KILL);
            return Err(error);
        }
        live.mixed |= !live.groups.is_empty();
        live.groups.push(Arc::clone(&group));
        Ok(Started {
            group,
            stdout,
            stderr,
            ended,
        })
    }

    /// The number of the leader, and of the group.
    pub(super) fn number(&self) -> i32 {
        self.leader.as_raw_nonzero().get()
    }

    /// Whether the leader has ended, also where nobody has been told yet. The system is asked and not waited for: half a microsecond.
    pub(super) fn has_ended(&self) -> bool {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        *gone || matches!(waitid(WaitId::Pid(self.leader), look), Ok(Some(_)))
    }

    /// Asks all of the group to end.
    pub(super) fn ask_to_end(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.signal(Signal::TERM);
    }

    /// Whether this process has killed it, or was about to when it ended.
    pub(super) fn was_killed(&self) -> bool {
        self.killed.load(Ordering::SeqCst)
    }

    /// Whether processes that it had started went on after it had ended when it was asked to, and were killed; known once it has ended.
    pub(super) fn left_some(&self) -> bool {
        self.left.load(Ordering::SeqCst)
    }

    /// Sends a signal to all of the group; to nobody once the leader is gone.
    pub(super) fn signal(&self, signal: Signal) {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        if !*gone {
            // Before it is, so that no end is taken for somebody else's.
            self.killed
                .fetch_or(signal == Signal::KILL, Ordering::SeqCst);
            // It fails where there is nobody any more.
            let _ = kill_process_group(self.leader, signal);
        }
    }

    /// Whether something of a program whose leader has ended still runs, as far as it is given to this process, and is known to be
    /// of this program.
    fn goes_on(&self) -> bool {
        let live = live();
        let leaders: BTreeSet<i32> = live.groups.iter().map(|group| group.number()).collect();
        let is_own = |child: &Pid| {
            !leaders.contains(&child.as_raw_nonzero().get())
                && (!live.mixed
                    || getpgid(Some(*child)) == Ok(self.leader)
                    || has_in_environment(*child, &self.mark))
        };
        let runs = |child: &Pid| {
            let stat = format!("/proc/{}/stat", child.as_raw_nonzero());
            let stat = fs::read_to_string(stat).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        live.adopts && children().iter().any(|child| is_own(child) && runs(child))
    }

    /// Whether it still goes on after this time.
    fn goes_on_for(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while self.goes_on() {
            if Instant::now() >= until {
                return true;
            }
            thread::sleep(LOOK);
        }
        false
    }

    /// Waits for the leader's end, and ends the rest.
    fn wait(self: Arc<Self>, mut child: Child, tell: &watch::Sender<Option<Exit>>) {
        let still_there = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(
            waitid(WaitId::Pid(self.leader), still_there),
            Err(Errno::INTR)
        ) {}
        let goes_on = match self.asked.load(Ordering::SeqCst) {
            // Its workers have been asked too, and end in their time.
            true => self.goes_on_for(LINGER),
            false => self.goes_on(),
        };
        self.left.store(goes_on, Ordering::SeqCst);
        let status = {
            let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = kill_process_group(self.leader, Signal::KILL);
            *gone = true;
            child.wait()
        };
        {
            let mut live = live();
            live.groups.retain(|group| !Arc::ptr_eq(group, &self));
            if live.groups.is_empty() {
                live.end_orphans();
                live.mixed = false;
            }
        }
        // A child that cannot be waited for is one that was taken by somebody else: how it ended is not known.
        let exit = match status.map_or(Exit::Code(0), Exit::from) {
            Exit::Code(0) if goes_on => Exit::Background,
            exit => exit,
        };
        tell.send_replace(Some(exit));
    }
}

impl Live {
    /// Ends the processes that programs have left behind outside of their groups.
    fn end_orphans(&self) {
        if !self.adopts {
            return;
        }
        let leaders: BTreeSet<i32> = self.groups.iter().map(|group| group.number()).collect();
        for _ in 0..MAX_GENERATIONS {
            let mut orphans = children();
            orphans.retain(|child| !leaders.contains(&child.as_raw_nonzero().get()));
            if orphans.is_empty() {
                return;
            }
            for orphan in orphans {
                // Both fail when it has been ended already.
                let _ = kill_process(orphan, Signal::KILL);
                let _ = waitpid(Some(orphan), WaitOptions::empty());
            }
        }
    }
}

/// The children of this process, as the system lists them; none where it does not.
fn children() -> Vec<Pid> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten();
    let lists = threads.filter_map(|thread| {
        let path = thread.ok()?.path().join("children");
        fs::read_to_string(path).ok()
    });
    let mut children = Vec::new();
    for list in lists {
        let numbers = list.split_whitespace();
        children.extend(numbers.filter_map(|number| Pid::from_raw(number.parse().ok()?)));
    }
    children
}

/// Whether a process was started with this, `NAME=VALUE`, in its environment, as far as that may be read and is still there.
fn has_in_environment(process: Pid, what: &str) -> bool {
    let path = format!("/proc/{}/environ", process.as_raw_nonzero());
    let environment = fs::read(path).unwrap_or_default();
    (environment.split(|byte| *byte == 0)).any(|variable| variable == what.as_bytes())
}

fn live() -> MutexGuard<'static, Live> {
    // Nothing that can panic leaves it in the middle of a change.
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}
