//! What every format is: something that takes the events of a run.

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
