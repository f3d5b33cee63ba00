//! Run events → what people and programs read. Never sees a socket.
//!
//! Each format is one file and a pure function of the events of [`runner`](crate::runner).

use std::io;

use crate::runner::Event;

/// Turns the events of a run into one format.
pub trait Reporter {
    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// Fails when the output cannot be written.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}
