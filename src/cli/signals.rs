//! Ctrl-C, SIGTERM, a terminal that is closed, Ctrl-\: the first asks to stop, the second does not ask.

use std::io;

use super::ExitStatus;
use super::error::CliError;
use super::keys::restore_terminal;
use crate::target::end_all_programs;

/// What the system sends a process that should stop.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    quit: tokio::signal::unix::Signal,
    /// `None`: whoever started this process (as `nohup` does) wants it to go on.
    #[cfg(unix)]
    hang_up: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    /// Takes the signals over from the system, which would end the process. Needs a runtime.
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
            quit: signal(SignalKind::quit()).map_err(failed)?,
            hang_up: match ignores_hang_up() {
                true => None,
                false => Some(signal(SignalKind::hangup()).map_err(failed)?),
            },
        })
    }

    /// Takes the signals over from the system, which would end the process. Needs a runtime.
    #[cfg(not(unix))]
    pub(super) fn listen() -> Result<Self, CliError> {
        Ok(Self {})
    }

    /// Waits for the next, and tells what the process is to end with.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> ExitStatus {
        let hang_up = async {
            match &mut self.hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => ExitStatus::Interrupted,
            _ = self.terminate.recv() => ExitStatus::Terminated,
            _ = self.quit.recv() => ExitStatus::Quit,
            _ = hang_up => ExitStatus::HungUp,
        }
    }

    /// Waits for the next, and tells what the process is to end with.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> ExitStatus {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        ExitStatus::Interrupted
    }

    /// Ends the process with the next one, at once.
    pub(super) async fn do_not_ask_again(mut self) {
        let status = self.next().await;
        end_all_programs();
        restore_terminal();
        std::process::exit(i32::from(status.code()));
    }
}

/// Whether the process was started with SIGHUP ignored; where the system does not tell, it was not.
#[cfg(unix)]
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // A bit a signal, from 1; SIGHUP is the first.
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1))
}

#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "only unix signals can fail to be taken")
)]
fn failed(source: io::Error) -> CliError {
    CliError::System {
        what: "listen for signals",
        source,
    }
}
