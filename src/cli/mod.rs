//! The only room that parses arguments, prints and exits.
//!
//! `args` is what was typed, with the help text beside each flag. Each verb is a file or a folder (`run`, `serve`, `check` …), which
//! makes of it the options that the layer below needs, and comes back with an `exit` status. What cannot be done is an
//! `error`, which knows its status. Data for programs goes to standard output, everything for people to standard error.

mod args;
mod check;
mod ci_commands;
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
mod load;
mod panics;
mod project;
mod replace;
mod report;
mod run;
mod runtime;
mod schema;
mod secrets;
mod serve;
mod shell;
mod signals;
mod tls;
mod tree;
mod under_test;
mod values;

pub use entry::main;
pub use exit::ExitStatus;
