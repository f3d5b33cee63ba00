//! Who wants to know what a run is doing: SIGUSR1, and the key `t` on a terminal.

use std::sync::OnceLock;

use super::console::Console;
use crate::runner::Inquiry;

/// The one of this process: what is typed is read by one thread.
static INQUIRY: OnceLock<Inquiry> = OnceLock::new();

/// Listens from now on. Needs a runtime.
pub(super) fn listen(console: &Console) -> Inquiry {
    let first = INQUIRY.get().is_none();
    let inquiry = INQUIRY.get_or_init(Inquiry::default).clone();
    #[cfg(unix)]
    {
        by_signal(inquiry.clone());
        if first && console.watched {
            terminal::by_key(inquiry.clone());
        }
    }
    inquiry
}

/// Where the system does not let a signal be taken, it is not taken.
#[cfg(unix)]
fn by_signal(inquiry: Inquiry) {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut signal) = signal(SignalKind::user_defined1()) {
        tokio::spawn(async move {
            while signal.recv().await.is_some() {
                inquiry.ask();
            }
        });
    }
}

/// Gives the terminal back as it was, where it was changed.
pub(super) fn restore_terminal() {
    #[cfg(unix)]
    terminal::restore();
}

#[cfg(unix)]
mod terminal {
    use std::io::{self, IsTerminal, Read};
    use std::sync::Mutex;
    use std::thread;

    use rustix::process::getpgrp;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

    use super::Inquiry;

    /// How the terminal was.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// Reads keys as they are pressed, without showing them; Ctrl-C and the like stay what they are. In the background a process that
    /// reads the terminal would be stopped, so there it does not.
    pub(super) fn by_key(inquiry: Inquiry) {
        let stdin = io::stdin();
        if !stdin.is_terminal() || tcgetpgrp(&stdin).ok() != Some(getpgrp()) {
            return;
        }
        let Ok(before) = tcgetattr(&stdin) else {
            return;
        };
        let mut modes = before.clone();
        modes
            .local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        if tcsetattr(&stdin, OptionalActions::Now, &modes).is_err() {
            return;
        }
        if let Ok(mut kept) = BEFORE.lock() {
            *kept = Some(before);
        }
        // It ends with the process: nothing else ends a read.
        thread::spawn(move || {
            let mut key = [0];
            while let Ok(1..) = io::stdin().read(&mut key) {
                if key == *b"t" {
                    inquiry.ask();
                }
            }
        });
    }

    pub(super) fn restore() {
        let before = BEFORE.lock().ok().and_then(|mut before| before.take());
        if let Some(before) = before {
            // Where the terminal is gone, there is nothing to be restored.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
        }
    }
}
