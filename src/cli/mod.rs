//! The only room that parses arguments, prints and exits.
//!
//! `args` is what was typed, with the help text beside each flag. Each verb is one file (`run`, `serve`, `check` …), which
//! makes of it the options that the layer below needs, and comes back with an `exit` status. What cannot be done is an
//! `error`, which knows its status. Data for programs goes to standard output, everything for people to standard error.

mod again;
mod args;
mod check;
mod console;
mod corpus;
mod entry;
mod error;
mod exit;
mod explain;
mod files;
mod fmt;
mod init;
mod keep;
mod keys;
mod listening;
mod load;
mod log_file;
mod merge;
mod panics;
mod project;
mod recording;
mod replace;
mod report;
mod reports;
mod rerun;
mod run;
mod runtime;
mod schema;
mod secrets;
mod select;
mod serve;
mod shard;
mod shell;
mod signals;
mod tls;
mod transports;
mod tree;
mod under_test;
mod update;
mod values;
mod watch;
mod whole;

pub use entry::main;
pub use exit::ExitStatus;
