//! What came of one case.

use std::sync::Arc;
use std::time::Duration;

use crate::player::{Transcript, Verdict};
use crate::scenario::Scenario;

/// What came of one case.
#[derive(Debug)]
pub struct Outcome {
    /// Path without ending, plus `#label` or `#N` for a case.
    pub id: Arc<str>,
    /// Its `name`, rendered, where it has one.
    pub name: Option<String>,
    /// The file it is from.
    pub scenario: Arc<Scenario>,
    /// What came of it.
    pub result: CaseResult,
    /// Whether a connection came about.
    pub connected: bool,
    /// From first step to last.
    pub elapsed: Duration,
    /// Replies nothing expected.
    pub leftovers: u64,
    /// The last things that happened.
    pub transcript: Transcript,
}

/// Played or not, and what came of it.
#[derive(Debug)]
pub enum CaseResult {
    /// Played.
    Played(Verdict),
    /// Not played: why.
    Skipped(String),
}
