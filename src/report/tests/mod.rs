//! What a person reads, word for word.

mod attempts;
mod codes;
mod diagnostics;
mod failures;
mod finally;
mod flaky;
mod flow;
mod formats;
mod framing;
mod pending;
mod program;
mod searching;
mod stage;
mod tls;
mod together;
