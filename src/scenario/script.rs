//! The conversation of a scenario, compiled: what the player plays.

use std::sync::Arc;
use std::time::Duration;

use super::{
    Alerts, Condition, Matcher, Names, Number, Payload, SlotId, Span, Template, TlsOptions,
};
use crate::wire::Framing;

/// A compiled conversation. Immutable; any number of players play it at the same time.
#[derive(Debug)]
pub struct Script {
    /// Who talks; at least one.
    pub clients: Vec<Client>,
    /// All lists of steps; the first is the scenario's `steps`.
    pub blocks: Vec<Block>,
    /// The steps after the end, whatever the end was.
    pub finally: Option<BlockId>,
    /// All names.
    pub names: Names,
    /// The built-in names that an expression reads.
    pub built_in: Vec<(&'static str, SlotId)>,
    /// The file's `vars`, in order: evaluated once at the start, but for those that the run or the case sets.
    pub vars: Vec<(SlotId, Template)>,
    /// How long any one step waits; `None`: the run's default.
    pub timeout: Option<Duration>,
    /// The most states a matcher of the script needs.
    pub matcher_states: usize,
    /// Whether an expression reads a value of a client.
    pub reads_clients: bool,
}

impl Script {
    /// Whether the file itself gives this name a value at the start.
    pub fn gives(&self, slot: SlotId) -> bool {
        self.vars.iter().any(|(given, _)| *given == slot)
    }

    /// Whether a client expects something before it has sent anything.
    pub fn hears_first(&self, client: ClientId) -> bool {
        self.first_word(BlockId(0), client) == Some(false)
    }

    /// Whether the first thing between a client and its peer is said by the client, in a list of steps; `None`: there is nothing.
    fn first_word(&self, block: BlockId, client: ClientId) -> Option<bool> {
        let steps = self.blocks.get(block.0 as usize)?.steps.iter();
        steps
            .filter_map(|step| match &step.verb {
                // Those branches go on at the same time.
                Verb::Parallel(blocks) => {
                    let first = |block: &BlockId| self.first_word(*block, client);
                    blocks.iter().filter_map(first).max()
                }
                verb if !verb.blocks().is_empty() => {
                    let blocks = verb.blocks().iter();
                    blocks
                        .filter_map(|block| self.first_word(*block, client))
                        .next()
                }
                _ if step.client != client => None,
                Verb::Send { .. } | Verb::Probe { .. } => Some(true),
                Verb::Expect { optional, .. } => (!optional).then_some(false),
                Verb::ExpectAnyOrder(_) | Verb::SkipUntil(_) => Some(false),
                _ => None,
            })
            .next()
    }

    /// Whether one of its clients takes whoever answers under TLS for the server.
    pub fn trusts_anyone(&self) -> bool {
        let clients = self.clients.iter().map(|client| client.tls.as_deref());
        let steps = self.blocks.iter().flat_map(|block| &block.steps);
        let steps = steps.map(|step| match &step.verb {
            Verb::Connect { tls, .. } => tls.as_deref(),
            Verb::StartTls { options, .. } => Some(&**options),
            _ => None,
        });
        clients.chain(steps).flatten().any(TlsOptions::is_insecure)
    }
}

/// The number of a list of steps in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlockId(pub u32);

/// A list of steps.
#[derive(Debug, Default)]
pub struct Block {
    /// In order.
    pub steps: Vec<Step>,
}

/// The number of a client in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u16);

/// One who talks to the server.
#[derive(Debug)]
pub struct Client {
    /// As the file names it; `client` when it names none.
    pub name: String,
    /// How its messages are cut: on packets, those where no framing is given are packets.
    pub framing: Framing,
    /// Whether the file gives it a framing.
    pub framing_given: bool,
    /// What its steps need that only byte streams have, as the file writes it.
    pub streams_only: Option<&'static str>,
    /// What its steps need where nobody is told of an end, as the file writes it.
    pub ends_only: Option<&'static str>,
    /// Bytes a received message may have; in raw, bytes a step may hold undecided.
    pub max_message: usize,
    /// Messages to be dropped before anything but `expect_bytes` sees them.
    pub ignore: Arc<[Ignored]>,
    /// The `split` of its sends that have none.
    pub split: Option<Split>,
    /// The `pace` of its sends that have none.
    pub pace: Option<Duration>,
    /// Which of the run's targets it connects to; `None`: the one without a name.
    pub target: Option<Box<str>>,
    /// Where it connects to, instead of a target.
    pub address: Option<Box<Template>>,
    /// It uses TLS from the beginning, whatever its address says, with these options.
    pub tls: Option<Box<TlsOptions<Template>>>,
}

/// Messages that are dropped, and perhaps answered.
#[derive(Debug)]
pub struct Ignored {
    /// Which.
    pub matcher: Matcher,
    /// What is sent for each of them.
    pub answer: Option<Payload>,
    /// What the matcher captures: for the answer, and for nothing else.
    pub captures: Box<[SlotId]>,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// What it does.
    pub verb: Verb,
    /// Whose step it is; of no meaning where [`needs_client`](Self::needs_client) says so.
    pub client: ClientId,
    /// The step is played only where this holds.
    pub when: Option<Box<Condition>>,
    /// How long it waits, where the step says so.
    pub within: Option<Duration>,
    /// Counted from 1 within its block.
    pub number: u32,
    /// The value of its verb: where a failure points.
    pub span: Span,
    /// Prose.
    pub note: Option<String>,
}

impl Step {
    /// Whether the step is somebody's: those are not that only wait, compute, or play other steps.
    pub fn needs_client(&self) -> bool {
        !matches!(
            self.verb,
            Verb::Wait(_)
                | Verb::Set(_)
                | Verb::Assert(_)
                | Verb::Repeat { .. }
                | Verb::Retry { .. }
                | Verb::Include { .. }
                | Verb::Parallel(_)
                | Verb::Note
        )
    }
}

/// What a step does.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verb {
    /// Sends one message (`send`) or bytes as they are (`send_bytes`).
    Send {
        /// What.
        payload: Payload,
        /// `send`: framed as one message. `send_bytes`: as it is.
        framed: bool,
        /// In pieces, each its own write.
        split: Option<Split>,
        /// Between pieces.
        pace: Option<Duration>,
        /// The peer may hang up meanwhile.
        may_fail: bool,
    },
    /// The next message (`expect`) or the next unread bytes (`expect_bytes`) match.
    Expect {
        /// What.
        matcher: Matcher,
        /// `expect`: a message. `expect_bytes`: unread bytes, whatever the framing. In raw there is no difference.
        framed: bool,
        /// Another message, an end or no message at all will do; what came stays for the next step.
        optional: bool,
    },
    /// The next messages match, one each: the alternatives of a [`MatcherNode::OneOf`](super::MatcherNode::OneOf).
    ExpectAnyOrder(Matcher),
    /// Messages are dropped up to and with the one that matches; in raw, bytes until the matcher holds.
    SkipUntil(Matcher),
    /// The peer ends the connection so.
    ExpectClose {
        /// The kinds that are right.
        kinds: CloseKinds,
        /// `"then": "open"`: our side stays open.
        stay_open: bool,
    },
    /// Nothing arrives for so long.
    ExpectSilence(Duration),
    /// A message is sent whose reply is the next thing that arrives: until then nothing else has been said.
    Probe {
        /// What is sent, as one message.
        payload: Payload,
        /// Its reply.
        matcher: Matcher,
    },
    /// Ends the connection from this side.
    Close(CloseHow),
    /// Connects again, or early.
    Connect {
        /// What it must come to.
        must: ConnectAs,
        /// Where to, instead of where its client connects to otherwise.
        address: Option<Box<Template>>,
        /// Options for this connection, before those of the client.
        tls: Option<Box<TlsOptions<Template>>>,
    },
    /// Upgrades the connection to TLS in place.
    StartTls {
        /// How.
        options: Box<TlsOptions<Template>>,
        /// What it must come to.
        must: TlsAs,
    },
    /// Lets time pass.
    Wait(Duration),
    /// Gives names their values, one after the other.
    Set(Box<[(SlotId, Template)]>),
    /// Something must be true.
    Assert(Condition),
    /// Plays a block several times.
    Repeat {
        /// The steps.
        block: BlockId,
        /// How often.
        times: Number,
        /// The name of the round's number, from 0.
        index: SlotId,
    },
    /// Plays a block until it passes; how long, the step's `within` says.
    Retry {
        /// The steps.
        block: BlockId,
        /// From the end of a round to the beginning of the next.
        every: Duration,
        /// Whose steps there are in it, in blocks inside of it too; each once.
        clients: Box<[ClientId]>,
    },
    /// Plays the steps of a fragment.
    Include {
        /// The steps.
        block: BlockId,
        /// The names that only the fragment knows, computed outside of it.
        with: Box<[(SlotId, Template)]>,
    },
    /// Plays blocks at the same time.
    Parallel(Box<[BlockId]>),
    /// Says something to the reader of the report, nothing to the peer.
    Note,
}

impl Verb {
    /// The blocks that it plays.
    pub fn blocks(&self) -> &[BlockId] {
        match self {
            Self::Repeat { block, .. }
            | Self::Retry { block, .. }
            | Self::Include { block, .. } => std::slice::from_ref(block),
            Self::Parallel(blocks) => blocks,
            _ => &[],
        }
    }
}

/// How a send is cut into writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Split {
    /// Every piece has so many bytes, at least 1.
    Every(usize),
    /// Cut at these offsets, ascending; offsets past the end cut nothing.
    At(Box<[usize]>),
    /// Cut anywhere, by the seed.
    Random,
}

/// How this side ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseHow {
    /// FIN; what still arrives is dropped until the peer's end, for a second at most.
    Clean,
    /// FIN; reading goes on.
    Write,
    /// RST.
    Reset,
}

/// Which ends of a connection are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CloseKinds {
    /// FIN; under TLS close_notify.
    pub clean: bool,
    /// RST.
    pub reset: bool,
    /// On packets: nobody listens.
    pub refused: bool,
    /// FIN without close_notify, under TLS.
    pub truncated: bool,
    /// These TLS alerts.
    pub alerts: Alerts,
    /// However: also what no other kind names.
    pub any: bool,
}

impl CloseKinds {
    /// No end.
    pub const NONE: Self = Self {
        clean: false,
        reset: false,
        refused: false,
        truncated: false,
        alerts: Alerts::NONE,
        any: false,
    };

    /// Every end.
    pub const ANY: Self = Self {
        clean: true,
        reset: true,
        refused: true,
        truncated: true,
        alerts: Alerts::ALL,
        any: true,
    };
}

/// What a `connect` must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectAs {
    /// A connection.
    Open,
    /// A refusal: the peer answers that nobody listens.
    Refused,
    /// No connection, and no answer either, or one that says that there is no way.
    Unreachable,
    /// A connection, but no TLS on it.
    TlsRefused,
}

/// What a `start_tls` must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsAs {
    /// TLS.
    Open,
    /// A handshake that fails.
    Refused,
}
