//! The log of a run: what happened, a line each, written as it happens. Every report but the terminal's is made of it.
//!
//! `record` mirrors the events of [`runner`](crate::runner) for serde, which nothing below this layer knows; `convert` makes
//! the mirror of an outcome, bounded whatever the peer said; [`LogWriter`] writes it and [`RunLog`] reads it back, also
//! where it breaks off. The form is documented in `docs/reports.md`: fields are added, none is renamed or dropped while
//! [`LOG_VERSION`] stays the same.

mod ascii;
mod bytes;
mod convert;
mod fit;
mod hide;
mod merge;
mod one_run;
mod overview;
mod read;
mod record;
#[cfg(test)]
mod tests;
mod write;

pub(super) use ascii::write_json;
pub use bytes::Bytes;
pub use merge::{Joined, MergeError, merge_logs};
pub use one_run::JoinOptions;
pub use overview::{Overview, Played, Totals, Unfinished};
pub(super) use read::Records;
pub use read::{LogError, RunLog};
pub(super) use record::is_first;
pub use record::{
    CaseRecord, ConnectionEvent, Cut, ExpectedRecord, FailureRecord, FirstEndRecord, Header,
    LOG_VERSION, OpenStep, Part, ProgramRecord, ResultKind, RunId, SelectedFile, Started, Talk,
};
pub use write::LogWriter;
