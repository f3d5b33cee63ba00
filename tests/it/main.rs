//! The integration tests: one binary, one module a subject.

mod corpus_replay;
mod invalid;
mod scenarios;
mod tidy;
