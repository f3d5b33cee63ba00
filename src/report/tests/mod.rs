//! What a person reads, word for word.

mod codes;
mod diagnostics;
mod failures;
mod finally;
mod flow;
mod formats;
mod framing;
mod program;
mod searching;
mod tls;
