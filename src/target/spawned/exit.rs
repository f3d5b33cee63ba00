//! How a program ended.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By itself, with code 0, while something that it had started went on: as one does that puts itself into the background, and as
    /// one that ends before its workers have.
    Background,
    /// By this signal.
    Signal(i32),
}

impl Exit {
    /// Whether it is how a program ends that has gone wrong, whatever it was asked for.
    pub fn is_crash(self) -> bool {
        match self {
            Self::Code(_) | Self::Background => false,
            Self::Signal(number) => CRASHES.iter().any(|(crash, _)| *crash == number),
        }
    }

    /// Whether it was killed: no program does that by mistake.
    pub(super) fn is_kill(self) -> bool {
        self == Self::Signal(rustix::process::Signal::KILL.as_raw())
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match status.signal() {
            Some(signal) => Self::Signal(signal),
            None => Self::Code(status.code().unwrap_or_default()),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Background => f.write_str(
                "exit code 0, while processes that it had started went on: it may have ended before its workers, or put itself into the background, where it cannot be watched (start it in the foreground)",
            ),
            Self::Signal(number) => match name(*number) {
                Some(name) => write!(f, "signal {number}, {name}"),
                None => write!(f, "signal {number}"),
            },
        }
    }
}

fn name(number: i32) -> Option<&'static str> {
    let all = CRASHES.iter().chain(OTHERS);
    all.into_iter()
        .find_map(|(signal, name)| (*signal == number).then_some(*name))
}

/// Signals that a program brings upon itself.
const CRASHES: &[(i32, &str)] = &[
    (rustix::process::Signal::ILL.as_raw(), "SIGILL"),
    (rustix::process::Signal::TRAP.as_raw(), "SIGTRAP"),
    (rustix::process::Signal::ABORT.as_raw(), "SIGABRT"),
    (rustix::process::Signal::BUS.as_raw(), "SIGBUS"),
    (rustix::process::Signal::FPE.as_raw(), "SIGFPE"),
    (rustix::process::Signal::SEGV.as_raw(), "SIGSEGV"),
    (rustix::process::Signal::SYS.as_raw(), "SIGSYS"),
];

const OTHERS: &[(i32, &str)] = &[
    (rustix::process::Signal::HUP.as_raw(), "SIGHUP"),
    (rustix::process::Signal::INT.as_raw(), "SIGINT"),
    (rustix::process::Signal::QUIT.as_raw(), "SIGQUIT"),
    (rustix::process::Signal::KILL.as_raw(), "SIGKILL"),
    (rustix::process::Signal::PIPE.as_raw(), "SIGPIPE"),
    (rustix::process::Signal::TERM.as_raw(), "SIGTERM"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_in_words_and_judged() {
        for (raw, shown, crash) in [
            (0, "exit code 0", false),
            (3 << 8, "exit code 3", false),
            (9, "signal 9, SIGKILL", false),
            (15, "signal 15, SIGTERM", false),
            (11, "signal 11, SIGSEGV", true),
            (6 | 0x80, "signal 6, SIGABRT", true),
            (34, "signal 34", false),
        ] {
            let exit = Exit::from(ExitStatus::from_raw(raw));
            assert_eq!((exit.to_string().as_str(), exit.is_crash()), (shown, crash));
        }
    }
}
