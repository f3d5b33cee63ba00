//! `backchat report`: the log of a run on the disk, the reports that are made of it, and logs joined.

mod log_file;
mod merge;
mod open;
mod reopened;
mod stale;
mod verb;
pub(super) mod wanted;

pub(super) use log_file::{LOG, LogFile};
pub(super) use open::open;
pub(super) use stale::take_away;
pub(super) use verb::report;
