//! What came of a conversation. A failed expectation is data, not an error.

use std::time::Duration;

use super::{Ending, Refusal};
use crate::scenario::{ClientId, CloseHow, CloseKinds, EvalError, Span};
use crate::time::Time;
use crate::wire::{EncodeError, WireError};

/// What came of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every step has passed.
    Passed,
    /// A step has failed.
    Failed(Box<Failure>),
    /// It was cancelled before its end.
    Cancelled,
}

/// The first step that failed, and all that a person needs to see why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where the step's value stands in the file.
    pub span: Span,
    /// The step's number in its block, from 1.
    pub step: u32,
    /// How many steps its block has.
    pub steps: u32,
    /// Which step plays that block; `None`: it is that of the conversation, of `finally` or of a branch.
    pub inside: Option<Inside>,
    /// Whether it is a step of `finally`.
    pub in_finally: bool,
    /// Whose step it is; `None` where it is nobody's.
    pub client: Option<ClientId>,
    /// The client's name.
    pub client_name: String,
    /// The `include` steps through which it came into the conversation, the nearest first.
    pub included: Vec<Span>,
    /// Rounds of the `repeat`s around it, outermost first, from 0.
    pub rounds: Vec<u64>,
    /// The branch of the `parallel` it is in, from 1.
    pub branch: Option<u32>,
    /// What the other branches were doing.
    pub meanwhile: Vec<Meanwhile>,
    /// What each `retry` around it came to, innermost first.
    pub retries: Vec<Retried>,
    /// When it failed: what the transcript has after that is not about it.
    pub at: Time,
    /// How long the step had waited.
    pub waited: Duration,
    /// How long it was to wait, as the file or the run says.
    pub patience: Duration,
    /// What went wrong.
    pub kind: FailureKind,
    /// Prose of the step.
    pub note: Option<String>,
    /// Each client's connection at that moment.
    pub links: Vec<LinkState>,
    /// What then failed in `finally`, too.
    pub finally: Option<Box<Self>>,
}

/// A step that plays a block of steps, in which they have numbers of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inside {
    /// `include`: the steps of a fragment.
    Include,
    /// `repeat`.
    Repeat,
    /// `retry`.
    Retry,
}

impl Inside {
    /// Its key in a scenario.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Repeat => "repeat",
            Self::Retry => "retry",
        }
    }
}

/// A client's connection at the moment of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkState {
    /// The client's name.
    pub name: String,
    /// Whether it is connected.
    pub open: bool,
    /// How the connection ended, if it has.
    pub ended: Option<Ending>,
    /// Whether this side has ended its half.
    pub shut: bool,
    /// Which side ended it first, or its half of it, if one has.
    pub first_end: Option<FirstEnd>,
    /// Bytes received that no step has taken: how many.
    pub unread: usize,
}

/// The first end of a connection of which both sides may end their half, as this side saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstEnd {
    /// Who, and how.
    pub by: EndedBy,
    /// When this side did it, or saw it.
    pub at: Time,
}

/// Who ended a connection, or its half of it, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndedBy {
    /// This side.
    Us(CloseHow),
    /// This side was to send RST and could only close: the socket is of a kind without.
    UsWithoutReset,
    /// The peer, or the system that gave up waiting for it.
    Peer(Ending),
}

/// What a branch of a `parallel` was doing when another one failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meanwhile {
    /// Which branch, from 1.
    pub branch: u32,
    /// The number of its step in its block, from 1.
    pub step: u32,
    /// How many steps that block has.
    pub steps: u32,
    /// Which step plays it; `None`: it is that of the conversation, of `finally` or of a branch.
    pub inside: Option<Inside>,
    /// Whose step it was; `None` where it was nobody's.
    pub client_name: Option<String>,
    /// How long the step had waited.
    pub waited: Duration,
    /// For what.
    pub awaited: Awaited,
}

/// What a step waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Awaited {
    /// Nothing: all steps have been played.
    Nothing,
    /// Its turn: it has not begun.
    Turn,
    /// The connection.
    Connection,
    /// TLS.
    Tls,
    /// That the peer takes so many bytes.
    Taken(usize),
    /// A message, or bytes.
    Reply(Expected),
    /// The end of the connection, in one of these ways.
    End(CloseKinds),
    /// That nothing arrives for so long.
    Silence(Duration),
    /// That time passes.
    Time,
    /// The next round of a `retry`.
    Round,
}

/// A `retry` that has come to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    /// How many rounds it had, the last one included.
    pub rounds: u64,
    /// How long it went on.
    pub time: Duration,
    /// How long it might go on, as the file or the run says.
    pub within: Duration,
}

/// What an expectation asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The exact bytes, where the expectation is for exact bytes; at most [`Failure::MAX_BYTES`].
    pub exact: Option<Vec<u8>>,
    /// What it asked for, in words: `a message that contains "OK"`.
    pub words: String,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// Something arrived that is not what was expected.
    Mismatch {
        /// What was expected.
        expected: Expected,
        /// What arrived; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
        /// How many bytes arrived in all.
        received_len: usize,
        /// Offset in `received` of the first byte that is wrong, where there is such a byte.
        at: Option<usize>,
        /// Which condition does not hold, where there are several: `does not contain "x"`.
        because: Option<String>,
    },
    /// Not enough arrived in time.
    TimedOut {
        /// What was waited for.
        expected: Expected,
        /// What had arrived; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
        /// How many bytes had arrived in all.
        received_len: usize,
    },
    /// The connection ended while something was expected.
    Ended {
        /// What was expected.
        expected: Expected,
        /// How it ended.
        how: Ending,
        /// What had arrived, not enough; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
        /// How many bytes had arrived in all.
        received_len: usize,
    },
    /// More bytes than a message may have arrived, and still no decision.
    TooLong {
        /// What was expected.
        expected: Expected,
        /// The limit, in bytes.
        limit: usize,
        /// The first bytes; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
    },
    /// The bytes that arrived are no message.
    BadFrame {
        /// What was expected.
        expected: Expected,
        /// Why, and where.
        error: WireError,
        /// The first unread bytes; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
    },
    /// What was looked for did not come: not in time, or the connection ended before it.
    NeverCame {
        /// What was looked for.
        expected: Expected,
        /// How the connection ended, if it did.
        how: Option<Ending>,
        /// How many messages were dropped; in raw, how many bytes.
        dropped: u64,
        /// Whether they were messages.
        framed: bool,
        /// What had arrived; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
        /// How many bytes had arrived in all.
        received_len: usize,
    },
    /// What is looked for on a stream would have been tried at too many places: more bytes were to be looked at again than
    /// [`MAX_AGAIN`](super::MAX_AGAIN) and [`MAX_AGAIN_A_BYTE`](super::MAX_AGAIN_A_BYTE) allow.
    Exhausted {
        /// What was looked for.
        expected: Expected,
        /// The first bytes; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
    },
    /// The connection ended in another way than expected.
    WrongEnding {
        /// How it should have ended.
        kinds: CloseKinds,
        /// How it ended.
        how: Ending,
    },
    /// The peer should have ended the connection and did not in time.
    StillOpen {
        /// How it should have ended.
        kinds: CloseKinds,
    },
    /// Bytes arrived where there should have been none: before an end, or in a silence.
    Unexpected {
        /// What was expected instead.
        instead: Instead,
        /// What arrived; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
        /// How many bytes arrived in all.
        received_len: usize,
    },
    /// The connection ended in what should have been a silence.
    EndedInSilence(Ending),
    /// A send did not come through: the connection had ended.
    Unwritable(Ending),
    /// A send did not come through: the system sends no packet of that size there.
    PacketTooLarge {
        /// Bytes of the packet.
        len: usize,
    },
    /// A send could not even be tried: an earlier `close: "write"` ended our half of the connection.
    HalfClosed,
    /// A send did not come through in time: the peer does not read.
    SendTimedOut {
        /// Bytes of the send, framing included.
        len: usize,
    },
    /// The connection did not come about.
    NotConnected(Refusal),
    /// The address is none that the scenario may connect to.
    NotAllowed(Refusal),
    /// No answer to the attempt to connect in time.
    ConnectTimedOut,
    /// A connection came about that should not have.
    Connected(String),
    /// There is a connection, and no TLS on it.
    NoTls(Refusal),
    /// TLS came about that should not have; how, to be shown.
    Secured(String),
    /// The connection did not come about, but in another way than it should not have.
    OtherRefusal(Refusal),
    /// The step needs a connection, and this client's has been closed.
    NoConnection,
    /// The step is `connect`, and this client is connected.
    AlreadyConnected,
    /// A message has a value that the client's framing cannot carry.
    Unframed {
        /// Why not.
        error: EncodeError,
        /// Where the payload stands.
        span: Span,
    },
    /// A payload, a name or a number has no value.
    NoValue(EvalError),
    /// What was to be true is false.
    NotTrue {
        /// The names in it, each with its value as it is to be shown: escaped, and not too long.
        values: Vec<(String, String)>,
    },
    /// All steps passed, and there is more that no step took. Only where the run denies that.
    LeftOver {
        /// How many messages (framed) or runs of bytes (raw).
        replies: u64,
        /// The unread bytes of the first client that had some; at most [`Failure::MAX_BYTES`].
        received: Vec<u8>,
        /// How many bytes these were.
        received_len: usize,
    },
    /// The conversation is not what failed: the program under test is.
    Program(ProgramFault),
    /// The conversation has more steps than a run may have.
    TooManySteps {
        /// The limit.
        limit: u64,
    },
    /// It passed only when it was played again, in a run to which that is a failure. A player plays once, so it never says this.
    Flaky {
        /// The attempt that passed, from 2.
        attempt: u32,
        /// What the attempt before it came to.
        before: Box<Failure>,
    },
}

/// What a program under test did beside the conversation, or did not. Whoever watches it tells; a player never does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProgramFault {
    /// It could not be started, or was not ready in time.
    NotReady {
        /// What happened.
        message: String,
        /// What to do.
        help: String,
    },
    /// It ended while the conversation went on, or right after.
    Ended {
        /// How: `signal 11, SIGSEGV`.
        how: String,
        /// Whether all steps had passed.
        passed: bool,
        /// Whether it had said anything to this case.
        heard: bool,
    },
    /// All steps had passed; asked to end, it ended as a program does that has gone wrong.
    EndedBadly {
        /// How: `signal 6, SIGABRT`.
        how: String,
    },
    /// All steps had passed; asked to end, it was killed, and not by this process: who did it is not known.
    Killed {
        /// How: `signal 9, SIGKILL`.
        how: String,
    },
    /// All steps passed, and meanwhile it printed the first line of a report of a crash.
    Reported {
        /// The line.
        line: Vec<u8>,
    },
    /// All steps passed, and the health check after them did not.
    Unhealthy {
        /// The case after which it failed first, where that was another one.
        since: Option<String>,
    },
}

/// What was expected where bytes arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// Silence, for so long.
    Silence(Duration),
    /// The end of the connection, in one of these ways.
    End(CloseKinds),
    /// Silence until the reply to a probe.
    Reply(Expected),
    /// The beginning of TLS.
    Tls,
}

/// Why a step cannot go on. Boxed: steps that do go on, nearly all, pass a pointer's width.
pub(super) type Fault = Box<FailureKind>;

/// Fails.
pub(super) fn fail<T>(kind: FailureKind) -> Result<T, Fault> {
    Err(Box::new(kind))
}

impl Failure {
    /// What went wrong before the conversation, or beside it: no step is to blame.
    pub fn outside(span: Span, kind: FailureKind) -> Self {
        Self {
            span,
            step: 0,
            steps: 0,
            inside: None,
            in_finally: false,
            client: None,
            client_name: String::new(),
            included: Vec::new(),
            rounds: Vec::new(),
            retries: Vec::new(),
            branch: None,
            meanwhile: Vec::new(),
            at: Time::NEVER,
            waited: Duration::ZERO,
            patience: Duration::ZERO,
            kind,
            note: None,
            links: Vec::new(),
            finally: None,
        }
    }

    /// How many received or expected bytes a failure keeps.
    pub const MAX_BYTES: usize = 16 << 10;
}
