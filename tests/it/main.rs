//! The integration tests: one binary, one module a subject.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod addresses;
mod agreement;
mod allocations;
mod check;
mod cli;
mod cookbook;
mod corpus_replay;
mod documents;
mod ending;
mod environment;
mod every_report;
mod failures;
mod files;
mod fmt;
mod forms;
mod harness;
mod hostile;
mod hostile_files;
mod init;
mod inputs;
mod invalid;
mod limits;
mod merge;
mod packets;
mod parity;
mod project;
mod readme;
mod reports;
mod scenarios;
mod schedule;
mod schema;
mod secrets;
mod serve;
mod shell;
mod signals;
mod skips;
mod spawn;
mod tidy;
mod tls;
mod tls_clients;
mod transports;
mod tutorial;
mod update;
mod watch;
