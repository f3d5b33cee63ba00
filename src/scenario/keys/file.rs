//! The keys of the file itself, of clients, of the server and of framings.

use super::key::{Form, Key, Word};

pub(super) const SCENARIO: &[Key] = &[
    Key::new("$schema", Form::Text, "For editors; not read."),
    Key::new(
        "name",
        Form::Template,
        "Shown in reports; may hold templates.",
    )
    .also(&["title"]),
    Key::new(
        "description",
        Form::Text,
        "Prose for the reader of the file.",
    )
    .also(&["comment", "doc"]),
    Key::new("tags", Form::Names, "Labels for `--tag`.").also(&["labels"]),
    Key::new(
        "framing",
        Form::Framing,
        "How bytes are cut into messages, both ways.",
    )
    .also(&["protocol"]),
    Key::new("timeout", Form::Duration, "How long any one step waits."),
    Key::new(
        "vars",
        Form::Vars,
        "Names and their values, evaluated once at the start.",
    )
    .also(&["variables"]),
    Key::new(
        "cases",
        Form::Cases,
        "The scenario runs once for each of these rows of values.",
    )
    .also(&["rows", "examples"]),
    Key::new(
        "clients",
        Form::Clients,
        "Who talks to the server; one, named `client`, unless given.",
    ),
    Key::new(
        "server",
        Form::Options,
        "What the embedded reference server must be.",
    ),
    Key::new("steps", Form::Steps, "The conversation, in order.")
        .required()
        .also(&["script", "conversation"]),
    Key::new(
        "finally",
        Form::Steps,
        "Steps after the end, whatever the end was.",
    )
    .also(&["teardown", "cleanup", "after"]),
    Key::new(
        "ignore",
        Form::Matchers,
        "Messages that match one of these are dropped before any step sees them.",
    ),
    Key::new(
        "segments",
        Form::Word(SEGMENTS),
        "`as-written`: the scenario is about its write boundaries.",
    ),
    Key::new("skip", Form::Text, "A reason not to run it."),
    Key::new(
        "requires",
        Form::Any,
        "What must be there for the scenario to run.",
    )
    .later(),
    Key::new(
        "locks",
        Form::Any,
        "Scenarios that share a name never overlap.",
    )
    .later(),
];

const SEGMENTS: &[Word] = &[Word::new(
    "as-written",
    "`--segment` leaves the scenario alone and counts it apart.",
)];

pub(super) const CLIENT: &[Key] = &[
    Key::new(
        "framing",
        Form::Framing,
        "How this client's messages are cut; the scenario's unless given.",
    ),
    Key::new(
        "ignore",
        Form::Matchers,
        "Messages that this client ignores; the scenario's unless given.",
    ),
    Key::new(
        "split",
        Form::Split,
        "How this client's sends are cut where a step does not say.",
    ),
    Key::new(
        "pace",
        Form::Duration,
        "The time between the pieces of a split send.",
    ),
    Key::new(
        "target",
        Form::Any,
        "Which of several targets it connects to.",
    )
    .later(),
    Key::new("address", Form::Any, "Where it connects to.").later(),
    Key::new("tls", Form::Any, "How it uses TLS.").later(),
    Key::new(
        "listen",
        Form::Any,
        "Accepts connections instead of connecting.",
    )
    .later(),
];

pub(super) const SERVER: &[Key] = &[
    Key::new(
        "greeting",
        Form::Greeting,
        "What the server says first; null: nothing.",
    )
    .also(&["welcome"]),
    Key::new("reply", Form::Word(REPLIES), "How it answers a message."),
    Key::new(
        "think_time",
        Form::Duration,
        "How long it thinks before each reply.",
    )
    .also(&["delay"]),
    Key::new(
        "idle_timeout",
        Form::Duration,
        "After how long without a byte it hangs up.",
    ),
    Key::new("max_message", Form::Whole, "Bytes a message may have."),
    Key::new(
        "max_connections",
        Form::Whole,
        "Connections it serves at a time.",
    ),
    Key::new(
        "framing",
        Form::Framing,
        "How its messages are cut; the scenario's unless given.",
    ),
];

const REPLIES: &[Word] = &[
    Word::new("hello", "A message M is answered with `Hello, M!`."),
    Word::new("echo", "A message is answered with itself."),
];

/// The framings that can be named without options.
pub(in crate::scenario) const FRAMINGS: &[Word] = &[
    Word::new("line", "A message is a line."),
    Word::new("raw", "No framing: bytes as they are."),
    Word::new("netstring", "A message is LEN:BYTES,"),
    Word::new("datagram", "A message is a packet.").later(),
];

pub(super) const FRAMING: &[Key] = &[
    Key::verb("line", Form::Options, "A message is a line."),
    Key::verb("raw", Form::Options, "No framing: bytes as they are."),
    Key::verb(
        "delimited",
        Form::Options,
        "A message ends with a delimiter.",
    ),
    Key::verb(
        "length_prefixed",
        Form::Options,
        "The length of a message is sent before it.",
    ),
    Key::verb("fixed", Form::Options, "Every message has the same length."),
    Key::verb("netstring", Form::Options, "A message is LEN:BYTES,"),
    Key::verb("datagram", Form::Any, "A message is a packet.").later(),
];

/// How long a received message may be, in any framing that has messages.
const MAX_MESSAGE: Key = Key::new(
    "max_message",
    Form::Whole,
    "Bytes a received message may have.",
);

pub(super) const LINE: &[Key] = &[
    Key::new("ending", Form::Word(LINE_ENDINGS), "How a line ends."),
    MAX_MESSAGE,
];

const LINE_ENDINGS: &[Word] = &[
    Word::new("lf", "Received: LF, one CR before it dropped. Sent: LF."),
    Word::new("crlf", "Received: CR LF only. Sent: CR LF."),
    Word::new("either", "Received as `lf`. Sent: CR LF."),
];

pub(super) const RAW: &[Key] = &[Key::new(
    "max_message",
    Form::Whole,
    "Bytes a step may hold undecided.",
)];

pub(super) const DELIMITED: &[Key] = &[
    Key::new("by", Form::Payload, "The bytes that end a message.")
        .required()
        .also(&["delimiter", "separator"]),
    MAX_MESSAGE,
];

pub(super) const LENGTH_PREFIXED: &[Key] = &[
    Key::new(
        "offset",
        Form::Whole,
        "Bytes of the message that stand before its length.",
    ),
    Key::new("width", Form::Width, "Bytes of the length, 4 unless given.").also(&["size", "bytes"]),
    Key::new(
        "endian",
        Form::Word(ENDIANS),
        "The order of the length's bytes.",
    ),
    Key::new(
        "adjust",
        Form::Adjust,
        "Added to the length to get the bytes that follow it.",
    ),
    MAX_MESSAGE,
];

/// In which order the bytes of a number stand.
pub(super) const ENDIANS: &[Word] = &[
    Word::new("big", "The most significant byte first."),
    Word::new("little", "The least significant byte first."),
];

pub(super) const FIXED: &[Key] = &[
    Key::new("size", Form::Whole, "Bytes of every message.")
        .required()
        .also(&["length", "len"]),
    MAX_MESSAGE,
];

pub(super) const NETSTRING: &[Key] = &[MAX_MESSAGE];
