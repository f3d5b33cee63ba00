//! What is under test: the embedded server, an address, a program that is started.
//!
//! A [`Target`] is what a person names. [Opened](Target::open) for a run, it gives each case the [`Peer`] it talks to.

mod capabilities;
mod choice;
mod deaths;
mod embedded;
mod folder;
mod illness;
mod open;
mod programs;
mod spawned;
#[cfg(test)]
mod tests;
mod transport;

pub use capabilities::Capabilities;
pub use choice::Target;
pub use deaths::{Death, MAX_DEATHS};
pub use folder::NoFolder;
pub use illness::Illness;
pub use open::{OpenTarget, Peer, Unavailable};
pub use programs::Closed;
pub use spawned::{
    Crash, DEFAULT_GRACE, DEFAULT_READY_TIMEOUT, Exit, Killed, MAX_OUTPUT, MAX_SHOWN_OUTPUT, Mark,
    Misspelt, NotReady, Program, Ready, Spawn, SpawnError, Talking, adopt_orphans,
    end_all_programs,
};
pub use transport::{NoTransport, Transport};
