//! A panic is a bug in backchat: what to do with it is said once, and the process ends with 70.

use std::backtrace::Backtrace;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ci_commands::{Printed, inert};
use super::secrets::hide;

/// Whether a thread has panicked.
static HAPPENED: AtomicBool = AtomicBool::new(false);

/// Has panics of any thread shown as what they are.
pub(super) fn install() {
    panic::set_hook(Box::new(|info| {
        let first = !HAPPENED.swap(true, Ordering::SeqCst);
        let what = info.to_string();
        let what = inert(hide(&what), Printed::Text);
        eprintln!("internal error: {what}");
        if first {
            eprintln!("\n{}", Backtrace::capture());
            eprintln!(
                "This is a bug in backchat {}. Please report it with the lines above, the command line, and the\n\
                 scenario if you can share it. RUST_BACKTRACE=1 shows more.",
                env!("CARGO_PKG_VERSION"),
            );
        }
    }));
}

/// Whether a thread has panicked.
pub(super) fn happened() -> bool {
    HAPPENED.load(Ordering::SeqCst)
}
