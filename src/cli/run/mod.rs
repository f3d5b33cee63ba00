//! `backchat run`: from what was typed to the exit code.
//!
//! `verb` decides how it is played. `once` plays: `options` and `cases` say what, `listening` hears of it and tells the terminal, the
//! log (`recording`) and what may be written anew (`updates`); `verdict` is the exit code, `again` the line with which it is played again,
//! `flags` what was typed, told again; `identity` is which run of a CI service this is.

mod again;
mod cases;
mod flags;
mod identity;
mod listening;
mod once;
mod options;
mod recording;
mod rerun;
mod select;
mod transports;
mod update;
mod updates;
mod verb;
mod verdict;
mod watch;
mod whole;

pub(super) use verb::run;
