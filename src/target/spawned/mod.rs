//! A program under test that is started for a run: its command, its port, its processes, its output.
//!
//! A [`Spawn`] is what a person says of it, a [`Program`] one that runs. Scenarios cannot name a program.

mod blanks;
mod command;
mod exit;
mod group;
mod listening;
mod output;
mod place;
mod port;
mod program;
mod ready;
mod rest;
mod settings;
mod taken;
mod talking;
#[cfg(test)]
mod tests;
mod unready;

pub use blanks::Misspelt;
pub use command::{DEFAULT_GRACE, DEFAULT_READY_TIMEOUT, Ready, Spawn, SpawnError};
pub use exit::Exit;
pub use group::{adopt_orphans, end_all_programs};
pub use output::MAX_OUTPUT;
pub use program::{Crash, Killed, MAX_SHOWN_OUTPUT, Mark, NotReady, Program};
pub use talking::Talking;
