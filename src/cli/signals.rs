//! Ctrl-C and SIGTERM: the first asks to stop, the second does not ask.

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
}

impl Signals {
    /// Takes the signals over from the system, which would end the process. Needs a runtime.
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
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
        tokio::select! {
            _ = self.interrupt.recv() => ExitStatus::Interrupted,
            _ = self.terminate.recv() => ExitStatus::Terminated,
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
