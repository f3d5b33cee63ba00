//! What can be seen before anything is sent: values that cannot be computed, messages that the framing of their client
//! cannot carry, and expectations that nothing it carries can fulfil.
//!
//! A scenario is looked at as it would be played, with the values that are known before the run: those of `vars`, of the
//! first cases and of `with`. What a step, the run or its target gives is not known, and nothing is said of it.

mod framed;
mod known;
mod walk;

pub use known::MAX_EVALUATED;
pub use walk::{MAX_FORESEEN, foresee};
