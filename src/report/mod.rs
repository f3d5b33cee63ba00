//! Run events → what people and programs read. Never sees a socket.
//!
//! Each format is one file and a pure function of the events of [`runner`](crate::runner). A failed case is shown by
//! `failure`, which puts the others together: `snippet` (the step in its file, an `excerpt`), `difference` and `hexdump` (what was
//! expected against what came), `conversation` (what was said before) and `words` (what it means, and what to do).

mod advice;
mod codes;
mod conversation;
mod diagnostic;
mod difference;
mod endings;
mod excerpt;
mod explanations;
mod failure;
mod form;
mod format;
mod github;
mod hexdump;
mod html;
mod json;
mod junit;
mod left_over;
mod log;
mod markdown;
mod messages;
mod palette;
mod place;
mod program;
mod progress;
mod reporter;
mod rounds;
mod snippet;
mod suggestion;
mod summary;
mod tap;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod told;
mod typing;
mod waiting;
mod words;

pub use codes::{CODES, code};
pub use diagnostic::render_diagnostics;
pub use endings::help_with;
pub use explanations::{FAILURES, FailureExplanation};
pub use failure::render_failure;
pub use format::{ReportKind, write_report};
pub use json::report_schema;
pub use log::{
    Bytes, CaseRecord, ConnectionEvent, Cut, ExpectedRecord, FailureRecord, FirstEndRecord, Header,
    JoinOptions, Joined, LOG_VERSION, LogError, LogWriter, MergeError, OpenStep, Overview, Part,
    Played, ProgramRecord, ResultKind, RunId, RunLog, SelectedFile, Started, Talk, Totals,
    Unfinished, merge_logs,
};
pub use messages::{render_json, render_short, unreadable_json};
pub use palette::Palette;
pub use program::{render_program, some_lines};
pub use progress::{Progress, ProgressWriter};
pub use reporter::Reporter;
pub use suggestion::{hex as exact_hex, payload as exact_payload};
pub use terminal::{Detail, Terminal, TerminalOptions};
pub use text::typed;
pub use together::{PendingReport, write_reports};
pub use typing::{quoted, shown_seed};
pub use words::in_a_line;
