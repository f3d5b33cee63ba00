//! A scenario file, read and compiled.

use std::sync::Arc;
use std::time::Duration;

use super::{Payload, Requirement, Script, SlotId, SourceFile, Span, Template, Value};
use crate::wire::Framing;

/// The lock of a scenario that is played while no other one is.
pub const ALONE: &str = "*";

/// A scenario file.
#[derive(Debug)]
pub struct Scenario {
    /// The file first, then the fragments it includes.
    pub sources: Vec<SourceFile>,
    /// Shown in reports; the id where there is none.
    pub name: Option<Template>,
    /// Prose.
    pub description: Option<String>,
    /// Labels for `--tag`.
    pub tags: Vec<String>,
    /// A reason not to run it.
    pub skip: Option<String>,
    /// What must be there for it to run, in the order of the file.
    pub requires: Vec<Requirement>,
    /// Scenarios that share one of these never overlap; [`ALONE`] overlaps with none. Sorted, each once.
    pub locks: Vec<String>,
    /// `segments: "as-written"`: its write boundaries are its point, other ones must not be tried.
    pub as_written: bool,
    /// What the embedded reference server must be; `None`: the default one.
    pub server: Option<ServerSettings>,
    /// The conversation.
    pub script: Arc<Script>,
    /// One a run; at least one.
    pub cases: Vec<Case>,
    /// SHA-256 of the files that its payloads name, each after its length, in the order in which they are named; `None`: it names none.
    pub payloads: Option<[u8; 32]>,
}

impl Scenario {
    /// The file's name, as it is shown.
    pub fn file(&self) -> &str {
        self.sources.first().map_or("", |source| &source.name)
    }
}

/// One run of a scenario.
#[derive(Debug, Clone)]
pub struct Case {
    /// What follows `#` in the id; `None` when the file has no `cases`.
    pub label: Option<String>,
    /// Where it is written; `None` when the file has no `cases`.
    pub span: Option<Span>,
    /// The row's values.
    pub values: Vec<(SlotId, Value)>,
}

/// What the embedded reference server must be for a scenario. Unset: the server's default.
#[derive(Debug, Default)]
pub struct ServerSettings {
    /// What it says first; `Some(None)` is nothing.
    pub greeting: Option<Option<Payload>>,
    /// How it answers.
    pub reply: Option<Reply>,
    /// How long it thinks before each reply.
    pub think_time: Option<Duration>,
    /// After how long without a byte it hangs up.
    pub idle_timeout: Option<Duration>,
    /// Bytes a message may have.
    pub max_message: Option<usize>,
    /// Connections it serves at a time.
    pub max_connections: Option<usize>,
    /// Its framing; the scenario's where unset.
    pub framing: Option<Framing>,
}

/// How the reference server answers a message M.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reply {
    /// `Hello, M!`
    #[default]
    Hello,
    /// M itself.
    Echo,
}
