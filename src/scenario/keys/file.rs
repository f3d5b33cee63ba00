//! The keys of the file itself, of clients, of the server and of framings.

use super::super::MAX_PAYLOAD;
use super::key::{Form, Key, Place, Word};

pub(super) const SCENARIO: &[Key] = &[
    Key::new("$schema", Form::Text, "For editors; not read.")
        .example(r#""../schema/scenario.schema.json""#),
    Key::new(
        "name",
        Form::Template,
        "Shown in reports; may hold templates.",
    )
    .example(r#""the server greets first""#)
    .also(&["title"]),
    Key::new(
        "description",
        Form::Text,
        "Prose for the reader of the file.",
    )
    .example(r#""Nobody has to speak before the server does.""#)
    .also(&["comment", "doc"]),
    Key::new("tags", Form::Names, "Labels for `--tag`.")
        .example(r#"["login", "slow"]"#)
        .also(&["labels"]),
    Key::new(
        "framing",
        Form::Framing,
        "How bytes are cut into messages, both ways.",
    )
    .default(r#""line""#)
    .also(&["protocol"]),
    Key::new("timeout", Form::SomeTime, "How long any one step waits.").default(r#""5s""#),
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
    )
    .default(r#"["client"]"#),
    Key::new(
        "server",
        Form::Options,
        "What the embedded reference server must be.",
    )
    .holds(Place::Server)
    .example(r#"{ "reply": "echo" }"#),
    Key::new("steps", Form::Steps, "The conversation, in order.")
        .required()
        .also(&["script", "conversation"]),
    Key::new(
        "finally",
        Form::Steps,
        "Steps after the end, whatever the end was.",
    )
    .example(r#"[{ "send": "exit" }]"#)
    .also(&["teardown", "cleanup", "after"]),
    Key::new(
        "ignore",
        Form::Ignored,
        "Messages that match one of these are dropped before any step sees them.",
    )
    .example(r#"[{ "prefix": "PING " }]"#),
    Key::new(
        "segments",
        Form::Word(SEGMENTS),
        "`as-written`: the scenario is about its write boundaries.",
    ),
    Key::new("skip", Form::Reason, "A reason not to run it.")
        .example(r#""the server has a bug here""#),
    Key::new(
        "requires",
        Form::Requirements,
        "What must be there; where it is not, the scenario is skipped with this reason.",
    )
    .also(&["needs", "require", "only_if"]),
    Key::new(
        "locks",
        Form::Names,
        "Scenarios that share a name are never played at the same time; `*`: with no other at all.",
    )
    .example(r#"["database"]"#)
    .also(&["lock", "serial", "exclusive"]),
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
        Form::Ignored,
        "Messages that this client ignores; the scenario's unless given.",
    )
    .example(r#"[{ "prefix": "PING " }]"#),
    Key::new(
        "split",
        Form::Split,
        "How this client's sends are cut where a step does not say.",
    ),
    Key::new(
        "pace",
        Form::Duration,
        "The time between the pieces of a split send.",
    )
    .example(r#""5ms""#),
    Key::new(
        "target",
        Form::Name,
        "Which of several targets it connects to: the name that `--target NAME=ADDRESS` gives one, or `targets` of a suite.",
    )
    .example(r#""control""#)
    .also(&["server", "endpoint"]),
    Key::new(
        "address",
        Form::Template,
        "Where it connects to, as --target has it: a host of the target, or one that --allow-host allows.",
    )
    .example(r#""tcp://{{target.host}}:7001""#)
    .also(&["url", "uri", "host", "connect_to"]),
    Key::new(
        "tls",
        Form::TrueOrOptions(&[]),
        "It uses TLS from the beginning, whatever its address says.",
    )
    .holds(Place::Tls)
    .example(r#"{ "server_name": "example.com" }"#)
    .also(&["ssl"]),
    Key::new(
        "listen",
        Form::Any,
        "Accepts connections instead of connecting.",
    )
    .later(),
];

/// An ignored message that is answered.
pub(super) const ANSWERED: &[Key] = &[
    Key::new(
        "match",
        Form::Matcher,
        "Which messages are dropped and answered.",
    )
    .required()
    .example(r#"{ "regex": "^PING (?<t>.*)$" }"#)
    .also(&["expect", "when"]),
    Key::new(
        "send",
        Form::Payload,
        "The answer; what `match` captures can be used in it, and nowhere else.",
    )
    .required()
    .example(r#""PONG {{ t }}""#)
    .also(&["answer", "reply"]),
];

pub(super) const SERVER: &[Key] = &[
    Key::new(
        "greeting",
        Form::Greeting,
        "What the server says first; null: nothing.",
    )
    .default(r#""Welcome!""#)
    .also(&["welcome"]),
    Key::new("reply", Form::Word(REPLIES), "How it answers a message.").default(r#""hello""#),
    Key::new(
        "think_time",
        Form::Duration,
        "How long it thinks before each reply.",
    )
    .default(r#""0s""#)
    .also(&["delay"]),
    Key::new(
        "idle_timeout",
        Form::Duration,
        "After how long without a byte it hangs up; zero: never.",
    )
    .default(r#""60s""#)
    .example(r#""200ms""#),
    Key::new("max_message", Form::Whole, "Bytes a message may have.")
        .range(1, MOST_BYTES)
        .default("1048576"),
    Key::new(
        "max_connections",
        Form::Whole,
        "Connections it serves at a time.",
    )
    .range(1, MAX_CONNECTIONS)
    .default("10000")
    .example("2"),
    Key::new(
        "framing",
        Form::Framing,
        "How its messages are cut; the scenario's unless given.",
    ),
];

/// How many connections a server can be asked to serve at a time: a million.
const MAX_CONNECTIONS: u64 = 1_000_000;

/// How many bytes a length in a file can be: [`MAX_PAYLOAD`].
const MOST_BYTES: u64 = MAX_PAYLOAD as u64;

const REPLIES: &[Word] = &[
    Word::new("hello", "A message M is answered with `Hello, M!`."),
    Word::new("echo", "A message is answered with itself."),
];

/// The framings that can be named without options.
pub(in crate::scenario) const FRAMINGS: &[Word] = &[
    Word::new("line", "A message is a line."),
    Word::new("raw", "No framing: bytes as they are."),
    Word::new("netstring", "A message is LEN:BYTES,"),
    Word::new("datagram", "A message is a packet of a datagram socket."),
];

pub(super) const FRAMING: &[Key] = &[
    Key::verb("line", Form::Options, "A message is a line.")
        .holds(Place::Line)
        .example(r#"{ "ending": "crlf" }"#),
    Key::verb("raw", Form::Options, "No framing: bytes as they are.")
        .holds(Place::Raw)
        .example(r#"{ "max_message": 4096 }"#),
    Key::verb(
        "delimited",
        Form::Options,
        "A message ends with a delimiter.",
    )
    .holds(Place::Delimited)
    .example(r#"{ "by": "\u0000" }"#),
    Key::verb(
        "length_prefixed",
        Form::Options,
        "The length of a message is sent before it.",
    )
    .holds(Place::LengthPrefixed)
    .example(r#"{ "width": 2 }"#),
    Key::verb("fixed", Form::Options, "Every message has the same length.")
        .holds(Place::Fixed)
        .example(r#"{ "size": 16 }"#),
    Key::verb("netstring", Form::Options, "A message is LEN:BYTES,")
        .holds(Place::Netstring)
        .example(r#"{ "max_message": 4096 }"#),
    Key::verb(
        "datagram",
        Form::Options,
        "A message is a packet of a datagram socket.",
    )
    .holds(Place::Datagram)
    .example(r#"{ "max_message": 512 }"#)
    .also(&["udp", "packet"]),
];

/// How long a received message may be, in any framing that has messages.
const MAX_MESSAGE: Key = Key::new(
    "max_message",
    Form::Whole,
    "Bytes a received message may have.",
)
.range(1, MOST_BYTES)
.default("1048576")
.example("512");

pub(super) const LINE: &[Key] = &[
    Key::new("ending", Form::Word(LINE_ENDINGS), "How a line ends.")
        .default(r#""lf""#)
        .example(r#""crlf""#),
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
)
.range(1, MOST_BYTES)
.default("1048576")
.example("4096")];

pub(super) const DELIMITED: &[Key] = &[
    Key::new("by", Form::Payload, "The bytes that end a message.")
        .required()
        .example(r#""\u0000""#)
        .also(&["delimiter", "separator"]),
    MAX_MESSAGE,
];

pub(super) const LENGTH_PREFIXED: &[Key] = &[
    Key::new(
        "offset",
        Form::Whole,
        "Bytes of the message that stand before its length.",
    )
    .range(0, MOST_BYTES)
    .default("0")
    .example("1"),
    Key::new("width", Form::Width, "Bytes of the length.")
        .default("4")
        .also(&["size", "bytes"]),
    Key::new(
        "endian",
        Form::Word(ENDIANS),
        "The order of the length's bytes.",
    )
    .default(r#""big""#)
    .example(r#""little""#),
    Key::new(
        "adjust",
        Form::Adjust,
        "Added to the length to get the bytes that follow it.",
    )
    .default("0"),
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
        .range(1, MOST_BYTES)
        .example("16")
        .also(&["length", "len"]),
    MAX_MESSAGE,
];

pub(super) const NETSTRING: &[Key] = &[MAX_MESSAGE];

pub(super) const DATAGRAM: &[Key] = &[MAX_MESSAGE];

pub(super) const TABLE: &[Key] = &[Key::new(
    "file",
    Form::Path,
    "A file in the scenario's tree: CSV with a header, or a JSON array of objects.",
)
.required()
.example(r#""_users.csv""#)];

pub(super) const FRAGMENT: &[Key] = &[
    Key::new("$schema", Form::Text, "For editors; not read."),
    Key::new(
        "description",
        Form::Text,
        "Prose for the reader of the file.",
    ),
    Key::new(
        "steps",
        Form::Steps,
        "What is played where the fragment is included.",
    )
    .required(),
];
