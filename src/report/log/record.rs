//! The lines of a log, and what they are made of: the mirror of a run's events that serde knows.
//!
//! Times are whole microseconds. What was absent is left out; a reader takes fields it does not know for nothing.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Bytes;
use crate::report::text::words;

/// The version of the log's form.
pub const LOG_VERSION: u32 = 1;

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line.
    Log(Box<Header>),
    /// The run begins.
    RunStarted(Started),
    /// A case begins.
    CaseStarted {
        /// Its place among the cases of the run, from 0.
        number: u64,
        /// Its id.
        id: String,
        /// When, since the run began.
        at_us: u64,
    },
    /// A case takes long.
    CaseSlow {
        /// Its id.
        id: String,
        /// Which time it is played, from 1.
        #[serde(default = "first", skip_serializing_if = "is_first")]
        round: u32,
        /// For how long it has run.
        elapsed_us: u64,
        /// What its steps wait for, in words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        waiting: Vec<String>,
    },
    /// The wish to stop was heard.
    Stopping {
        /// When, since the run began.
        at_us: u64,
    },
    /// A case is over.
    CaseEnded(Box<CaseRecord>),
    /// A program under test did what it should not, and no case tells of it.
    ProgramFailed(ProgramRecord),
    /// The run is over.
    RunFinished {
        /// How long it took.
        elapsed_us: u64,
    },
    /// A line that a later version of this program writes.
    #[serde(other)]
    Unknown,
}

/// What was to be played, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Header {
    /// The version of the log's form: [`LOG_VERSION`].
    pub version: u32,
    /// Who writes: `backchat 0.1.0`.
    pub program: String,
    /// When, in milliseconds since 1970.
    pub started_ms: u64,
    /// The flags that decide how cases are played, as they are typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The files and folders that were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// The flags that all machines of one run have in common, each with its values; of variables the names alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Vec<String>>,
    /// Which run of a CI service this is, where it says so, or what was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Which part of a run on several machines this is, as it is typed: `2/5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// What it is a part of, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Of how many shards it was joined, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<u64>,
    /// What is to be played, in order.
    #[serde(default)]
    pub selected: Vec<SelectedFile>,
    /// Cases that failed earlier, or were not played to their end, and are not played in this run either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outstanding: Vec<String>,
}

/// Which run this is, of all that there ever were: the same for all its machines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunId {
    /// What it is called.
    pub id: String,
    /// Who says so: `--run-id`, or a variable of the environment.
    pub from: String,
    /// Which attempt at it this is, from 1, where a machine can be started again by itself.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub attempt: u32,
}

/// What the cases of a shard are a part of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Part {
    /// How many cases all shards have together.
    pub cases: u64,
    /// Of all their ids and of their files, in hexadecimal digits: the same in all shards of a run, and in no other.
    pub digest: String,
    /// The place of each of this shard's cases among those of all, from 0.
    pub numbers: Vec<u64>,
}

/// A file of which cases are played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectedFile {
    /// Its path, as it is shown.
    pub file: String,
    /// The ids of the cases.
    pub ids: Vec<String>,
    /// The suite that they are played in, where it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
}

/// How the run was begun.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Started {
    /// Scenario files selected.
    pub scenarios: u64,
    /// Cases selected.
    pub cases: u64,
    /// What is under test, in words.
    pub target: String,
    /// How many are played at a time.
    pub jobs: u64,
    /// The seed of the run, in hexadecimal digits, as it is typed; empty where its shards had different ones.
    pub seed: String,
    /// The seed of each shard, in their order, where they had different ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<String>,
}

impl Started {
    /// The seed in words: `seed 0000007f`.
    pub(in crate::report) fn seed_in_words(&self) -> String {
        match self.seeds.len() {
            0 => format!("seed {}", words(&self.seed)),
            n => format!("{n} shards with different seeds"),
        }
    }
}

/// A program under test that ended by itself, crashed, or was killed and not by backchat, when no case was there to be blamed for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ProgramRecord {
    /// Its command, as it was written.
    pub command: String,
    /// What it did, in one line: `the program under test ended: exit code 9`.
    pub title: String,
    /// How it ended, if it did: `signal 11, SIGSEGV`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// How it ended and what it printed last, as a terminal shows it.
    pub text: String,
}

/// What came of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResultKind {
    /// Every step has passed.
    Passed,
    /// A step has failed.
    Failed,
    /// Not played, with a reason.
    Skipped,
    /// Begun and cancelled.
    Cancelled,
}

/// A case that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseRecord {
    /// Its place among the cases of the run, from 0.
    pub number: u64,
    /// Which attempt this was, from 1: the last one counts.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub attempt: u32,
    /// Its id.
    pub id: String,
    /// Which time it was played, from 1, where that is not the first: with `--repeat`.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub round: u32,
    /// Its name, rendered, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The scenario file.
    pub file: String,
    /// What came of it.
    pub result: ResultKind,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What its steps waited for, where it was cancelled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interrupted: Vec<OpenStep>,
    /// From first step to last.
    pub elapsed_us: u64,
    /// Replies nothing expected.
    #[serde(default, skip_serializing_if = "none")]
    pub leftovers: u64,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Box<FailureRecord>>,
    /// What the program under test did and printed, where there is one: as a terminal shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// What was said, where that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk: Option<Box<Talk>>,
    /// What came of the health check after it, where that has failed. The text of the case's failure has it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Box<Self>>,
}

/// A step that waited when its case was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenStep {
    /// The file in which it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Its column, in characters from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// Which step it is, and what it waited for: `step 4 of 6 has waited 2.0s for the message "OK": nothing has come since it began`.
    pub waits: String,
}

impl OpenStep {
    /// The place, and what was waited for there: `login.json:7:17: step 4 of 6 has waited …`.
    pub(in crate::report) fn in_words(&self) -> String {
        match (&self.file, self.line, self.column) {
            (Some(file), Some(line), Some(column)) => {
                format!("{file}:{line}:{column}: {}", self.waits)
            }
            _ => self.waits.clone(),
        }
    }
}

impl CaseRecord {
    /// What a case waited for that was cancelled: `cancelled: login.json:7:17: step 4 of 6 has waited …`.
    pub(in crate::report) fn cancelled_in_words(&self) -> String {
        let open: Vec<String> = self.interrupted.iter().map(OpenStep::in_words).collect();
        match open.is_empty() {
            true => "cancelled".to_owned(),
            false => format!("cancelled: {}", open.join("; ")),
        }
    }
}

pub(super) const fn first() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
pub(in crate::report) fn is_first(n: &u32) -> bool {
    *n == 1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn none(n: &u64) -> bool {
    *n == 0
}

/// The step that failed, and all that a person needs to see why. Every text is fit to be shown: what the peer said is escaped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FailureRecord {
    /// The stable code of this kind of failure: `BC2001`.
    pub code: String,
    /// What happened, in one line: `reply differs`.
    pub title: String,
    /// Which step it was: `step 4 of 6`.
    pub place: String,
    /// The file in which the step stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Its column, in characters from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// Where its file is included, the nearest place first: `at login.json:4:18`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub included: Vec<String>,
    /// Where the values of the case are written, and the row itself: `_users.csv:3: ann,secret`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The number of the step in its block, from 1; 0 is the start.
    pub step: u32,
    /// How many steps its block has.
    pub steps: u32,
    /// Which step plays that block, by its key: `include`, `repeat` or `retry`. Absent, it is that of the conversation, of `finally` or of a branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<String>,
    /// Whether it is a step of `finally`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_finally: bool,
    /// Whose step it is, where there are several clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// When it failed, since the conversation began.
    pub at_us: u64,
    /// How long the step had waited.
    pub waited_us: u64,
    /// How long it was to wait.
    pub patience_us: u64,
    /// What was expected, where something was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedRecord>,
    /// What came, where that is what failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Bytes>,
    /// The offset of the first byte that is wrong, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs_at: Option<u64>,
    /// The reason in detail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Prose of the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How each connection stood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<String>,
    /// Who ended each connection first that had ended, or that this side had ended its half of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended_first: Vec<FirstEndRecord>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
    /// Which event of the talk it is about, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<u64>,
    /// All of it as a terminal shows it, without colours.
    pub text: String,
    /// What then failed in `finally`, too; its text is part of the first one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finally: Option<Box<Self>>,
}

/// Which side ended a connection first, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FirstEndRecord {
    /// The client's name.
    pub client: String,
    /// Who: `backchat`, `peer`, or `system` where it gave up the connection.
    pub by: String,
    /// How: what a connection event has as `how`; of this side also `write` for its half alone, and `closed` where it was to
    /// reset a socket that has no RST.
    pub how: String,
    /// When this side did it or saw it, since the conversation began.
    pub at_us: u64,
}

impl FailureRecord {
    /// What happened and where, in one line.
    pub(in crate::report) fn headline(&self) -> String {
        // What is found when all steps are over is of none of them.
        if self.step == 0 {
            self.title.clone()
        } else {
            format!("{} at {}", self.title, self.place)
        }
    }
}

/// What an expectation asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedRecord {
    /// In words.
    pub words: String,
    /// The exact bytes, where it is for exact bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Bytes>,
}

/// What was said, at most 64 events and 4 KiB of bytes each for the conversation and its `finally`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Talk {
    /// The clients' names, in the order of the file.
    pub clients: Vec<String>,
    /// How many older events were dropped.
    #[serde(default, skip_serializing_if = "none")]
    pub dropped: u64,
    /// What happened, oldest first.
    pub events: Vec<ConnectionEvent>,
    /// What happened in `finally`, where that has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finally: Option<Vec<ConnectionEvent>>,
}

/// One thing that happened on a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionEvent {
    /// When, since the conversation began.
    pub at_us: u64,
    /// Whose connection: an index into the clients.
    pub client: u16,
    /// What: `connected`, `refused`, `secured`, `not_secured`, `sent`, `received`, `ended`, `unwritable`, `shutdown`,
    /// `closed`, `aborted`, `left_out`.
    pub what: String,
    /// In words, where there are no bytes: the peer's address, how it ended, why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// The bytes that were sent or received: the first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Bytes>,
    /// How many writes or reads they were.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub pieces: u32,
    /// Where in all that this side has said on the connection the first byte stands; nothing is said of it where they are a packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// Where one write or read ended and the next began, the first 16 of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<Cut>,
    /// How a connection ended: `clean`, `reset` (RST), `unread` (closed with bytes of this side unread, on a socket without RST),
    /// `truncated`, `alert`, `garbled`, `unreachable`, `timed-out`, `lost`, `refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
}

/// Where one write or read ended and the next began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cut {
    /// How many bytes of the event stand before it.
    pub offset: u64,
    /// When what comes after it was written or read, since the conversation began.
    pub at_us: u64,
}
