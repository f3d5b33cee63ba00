//! The one table of keys: names, values, docs. The reader's lists, its nearest words and the schema are made from it.
//!
//! A key that is part of the format but cannot be played yet stands here too, marked [`Since::Later`]: it gets its own
//! answer instead of "unknown".

mod conversation;
mod file;
mod key;
mod nearest;
mod project;
mod tls;
mod values;

pub(super) use conversation::{CLOSES, CONNECTS, ENDINGS};
pub(super) use file::FRAMINGS;
pub(super) use key::{Form, Key, Place, Role, Since, Word};
pub use nearest::nearest;
pub(super) use tls::STARTS;
