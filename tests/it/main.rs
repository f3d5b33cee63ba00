//! The integration tests: one binary, one module a subject.

mod cli;
mod corpus_replay;
mod failures;
mod harness;
mod hostile;
mod scenarios;
mod serve;
mod signals;
mod tidy;
