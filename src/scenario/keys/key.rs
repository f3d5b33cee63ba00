//! What the table says about a key: where it stands, what it takes, what it is for.

use super::conversation::{PROBE, SILENCE, STEP};
use super::file::{
    ANSWERED, CLIENT, DATAGRAM, DELIMITED, FIXED, FRAGMENT, FRAMING, LENGTH_PREFIXED, LINE,
    NETSTRING, RAW, SCENARIO, SERVER, TABLE,
};
use super::project::{PROFILE, PROJECT, SUITE, SUITE_TLS};
use super::tls::{ALERT, CONNECT, START_TLS, TLS};
use super::values::{JSON, LENGTH, MATCHER, PAYLOAD};

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::scenario) enum Place {
    /// The file's own object.
    Scenario,
    /// What a client has beside its name.
    Client,
    /// An ignored message that is answered.
    Answered,
    /// What the embedded server must be.
    Server,
    /// A step.
    Step,
    /// An object that is bytes.
    Payload,
    /// An object that is a condition, or bytes.
    Matcher,
    /// `length` with bounds.
    Length,
    /// `framing` with options.
    Framing,
    /// The options of `line`.
    Line,
    /// The options of `raw`.
    Raw,
    /// The options of `delimited`.
    Delimited,
    /// The options of `length_prefixed`.
    LengthPrefixed,
    /// The options of `fixed`.
    Fixed,
    /// The options of `netstring`.
    Netstring,
    /// The options of `datagram`.
    Datagram,
    /// `cases` that stand in a file.
    Table,
    /// The object of a fragment.
    Fragment,
    /// A silence that is proved by a probe.
    Silence,
    /// The probe.
    Probe,
    /// How a client uses TLS.
    Tls,
    /// What a connection has that its client has otherwise.
    Connect,
    /// How TLS begins on a connection that is open.
    StartTls,
    /// An end by a TLS alert.
    Alert,
    /// The configuration of a project.
    Project,
    /// A suite of it.
    Suite,
    /// How a suite uses TLS.
    SuiteTls,
    /// A profile of it.
    Profile,
}

/// What a key's value must be. What it is in the schema stands in `schema/forms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::scenario) enum Form {
    /// Text, as it is.
    Text,
    /// Text that says something.
    Reason,
    /// Text that may hold templates.
    Template,
    /// A name that the file gives to a value.
    Name,
    /// A name that the file gives to what is taken, or names, each with its place in JSON.
    Capture,
    /// The name of a client.
    Client,
    /// Names or labels.
    Names,
    /// What must be there.
    Requirements,
    /// True or false.
    Flag,
    /// Only `true`.
    True,
    /// A whole number.
    Whole,
    /// A whole number, or a template that gives one.
    Times,
    /// A whole number, or a negative one, or a template that gives one.
    Integer,
    /// A number of bytes, or a template that gives one.
    Count,
    /// A path to another file.
    Path,
    /// Any JSON.
    Json,
    /// How the length of a payload is written.
    LengthWidth,
    /// A length of time.
    Duration,
    /// A length of time that is not zero.
    SomeTime,
    /// A length of time that is not zero, or what proves that nothing came.
    Silence,
    /// Bytes.
    Payload,
    /// Bytes, or null for none.
    Greeting,
    /// Hexadecimal digits.
    Hex,
    /// Base64.
    Base64,
    /// A condition.
    Matcher,
    /// Several conditions, at least one.
    Matchers,
    /// Conditions for what is dropped; none is none.
    Ignored,
    /// A regular expression.
    Pattern,
    /// A number of bytes, a template that gives one, or bounds.
    Length,
    /// One expression that is true or false.
    Condition,
    /// A list of steps.
    Steps,
    /// Several lists of steps.
    Branches,
    /// How messages are cut.
    Framing,
    /// How many bytes a length has.
    Width,
    /// A whole number, or a negative one.
    Adjust,
    /// Options in an object: the keys of [`Key::holds`].
    Options,
    /// Name → options: the keys of [`Key::holds`].
    Named,
    /// Name of a target → address.
    Targets,
    /// How a send is cut.
    Split,
    /// Name → value.
    Vars,
    /// Array of name → value.
    Cases,
    /// Names of clients, or name → overrides.
    Clients,
    /// One of a few words.
    Word(&'static [Word]),
    /// `true`, one of a few words, or options in an object: the keys of [`Key::holds`].
    TrueOrOptions(&'static [Word]),
    /// Ends of a connection: words, TLS alerts, or several in an array.
    Ends(&'static [Word]),
    /// The name of a TLS alert.
    Alert,
    /// Names of protocols.
    Protocols,
    /// Of a key that comes later: not looked at.
    Any,
}

/// A word that is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::scenario) struct Word {
    /// The word.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Whether it can be played.
    pub since: Since,
}

/// What a key is in its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::scenario) enum Role {
    /// Goes with anything.
    Plain,
    /// Must be given.
    Required,
    /// Says what the step does, or what the payload is: there is one.
    Verb,
    /// Goes with these verbs only.
    Beside(&'static [&'static str]),
}

/// Whether a key can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::scenario) enum Since {
    /// From the first version on.
    Version1,
    /// Part of the format, and refused as "not supported yet".
    Later,
}

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::scenario) struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What its value must be.
    pub form: Form,
    /// What it is in its object.
    pub role: Role,
    /// Whether it can be played.
    pub since: Since,
    /// One line for people.
    pub doc: &'static str,
    /// What people write who know it from elsewhere.
    pub also: &'static [&'static str],
    /// What holds where the key is not given, as JSON; `None` where that is nothing, or depends.
    pub default: Option<&'static str>,
    /// A value, as JSON; that of the form unless given.
    pub example: Option<&'static str>,
    /// What a whole number may be, both ends included.
    pub range: (u64, u64),
    /// Whose keys an object of options has.
    pub holds: Option<Place>,
}

impl Place {
    /// All places of a project's configuration; framings and what is in them are those of scenarios.
    pub(in crate::scenario) const PROJECT: [Self; 4] =
        [Self::Project, Self::Suite, Self::SuiteTls, Self::Profile];

    /// All places of a scenario.
    pub(in crate::scenario) const ALL: [Self; 24] = [
        Self::Scenario,
        Self::Client,
        Self::Answered,
        Self::Server,
        Self::Step,
        Self::Payload,
        Self::Matcher,
        Self::Length,
        Self::Framing,
        Self::Line,
        Self::Raw,
        Self::Delimited,
        Self::LengthPrefixed,
        Self::Fixed,
        Self::Netstring,
        Self::Datagram,
        Self::Table,
        Self::Fragment,
        Self::Silence,
        Self::Probe,
        Self::Tls,
        Self::Connect,
        Self::StartTls,
        Self::Alert,
    ];

    /// What stands there, in words.
    pub(in crate::scenario) fn words(self) -> &'static str {
        match self {
            Self::Scenario => "a scenario",
            Self::Client => "a client",
            Self::Answered => "an answered entry of `ignore`",
            Self::Server => "`server`",
            Self::Step => "a step",
            Self::Payload => "a payload",
            Self::Matcher => "an expectation",
            Self::Length => "`length`",
            Self::Framing => "`framing`",
            Self::Line => "`line`",
            Self::Raw => "`raw`",
            Self::Delimited => "`delimited`",
            Self::LengthPrefixed => "`length_prefixed`",
            Self::Fixed => "`fixed`",
            Self::Netstring => "`netstring`",
            Self::Datagram => "`datagram`",
            Self::Table => "`cases`",
            Self::Fragment => "a fragment",
            Self::Silence => "`expect_silence`",
            Self::Probe => "`probe`",
            Self::Tls => "TLS",
            Self::Connect => "`connect`",
            Self::StartTls => "`start_tls`",
            Self::Alert => "an end by an alert",
            Self::Project => "the configuration of a project",
            Self::Suite => "a suite",
            Self::SuiteTls => "`tls`",
            Self::Profile => "a profile",
        }
    }

    /// The keys that may stand there.
    pub(in crate::scenario) fn keys(self) -> impl Iterator<Item = &'static Key> + Clone {
        let (own, more): (&[Key], &[Key]) = match self {
            Self::Scenario => (SCENARIO, &[]),
            Self::Client => (CLIENT, &[]),
            Self::Answered => (ANSWERED, &[]),
            Self::Server => (SERVER, &[]),
            Self::Step => (STEP, &[]),
            Self::Payload => (PAYLOAD, JSON),
            Self::Matcher => (MATCHER, PAYLOAD),
            Self::Length => (LENGTH, &[]),
            Self::Framing => (FRAMING, &[]),
            Self::Line => (LINE, &[]),
            Self::Raw => (RAW, &[]),
            Self::Delimited => (DELIMITED, &[]),
            Self::LengthPrefixed => (LENGTH_PREFIXED, &[]),
            Self::Fixed => (FIXED, &[]),
            Self::Netstring => (NETSTRING, &[]),
            Self::Datagram => (DATAGRAM, &[]),
            Self::Table => (TABLE, &[]),
            Self::Fragment => (FRAGMENT, &[]),
            Self::Silence => (SILENCE, &[]),
            Self::Probe => (PROBE, &[]),
            Self::Tls => (TLS, &[]),
            Self::Connect => (CONNECT, &[]),
            Self::StartTls => (TLS, START_TLS),
            Self::Alert => (ALERT, &[]),
            Self::Project => (PROJECT, &[]),
            Self::Suite => (SUITE, &[]),
            Self::SuiteTls => (SUITE_TLS, &[]),
            Self::Profile => (PROFILE, &[]),
        };
        own.iter().chain(more)
    }

    /// The key with this name, if it may stand there.
    pub(in crate::scenario) fn find(self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

impl Form {
    /// What is expected, in words, with an example where that helps.
    pub(in crate::scenario) fn words(self) -> &'static str {
        match self {
            Self::Text | Self::Reason | Self::Template => "text in quotes",
            Self::Name | Self::Client => "a name in quotes",
            Self::Capture => {
                "a name in quotes, or JSON pointers such as { \"id\": \"/result/id\" }"
            }
            Self::Names => "an array of names, such as [\"one\", \"two\"]",
            Self::Requirements => {
                "an array of what must be there, such as [\"ipv6\", \"program:nc\"]"
            }
            Self::Flag => "true or false",
            Self::True => "true",
            Self::Whole => "a whole number",
            Self::Times => "a whole number, or a template such as \"{{ n }}\"",
            Self::Integer => "a whole number, or a template such as \"{{ n }}\"",
            Self::Count => "a number of bytes, or a template such as \"{{ n }}\"",
            Self::Path => "a path in quotes, such as \"_body.bin\"",
            Self::Json => "a JSON value",
            Self::LengthWidth => "1, 2, 3, 4, 8, \"varint\", \"decimal\" or \"hex\"",
            Self::Duration | Self::SomeTime => "a duration such as \"50ms\" or \"2s\"",
            Self::Silence => "a duration such as \"50ms\", or { \"probe\": ... }",
            Self::Payload => "text, an object such as { \"hex\": \"00ff\" }, or an array of these",
            Self::Greeting => {
                "text, an object such as { \"hex\": \"00ff\" }, or null for no greeting"
            }
            Self::Hex => "hexadecimal digits in quotes, such as \"00 ff\"",
            Self::Base64 => "base64 in quotes, such as \"AP8=\"",
            Self::Matcher => "text, or an object such as { \"contains\": \"OK\" }",
            Self::Matchers | Self::Ignored => {
                "an array of expectations, such as [\"yes\", { \"prefix\": \"no\" }]"
            }
            Self::Pattern => "a regular expression in quotes",
            Self::Length => {
                "a whole number, a template that gives one, or bounds such as { \"min\": 1, \"max\": 80 }"
            }
            Self::Condition => "an expression in quotes, such as \"{{ n > 1 }}\"",
            Self::Steps => "an array of steps, such as [{ \"send\": \"hi\" }]",
            Self::Branches => {
                "an array of lists of steps, such as [[{ \"send\": \"hi\" }], [{ \"expect\": \"Hello!\" }]]"
            }
            Self::Framing => {
                "\"line\", \"raw\", or an object such as { \"line\": { \"ending\": \"crlf\" } }"
            }
            Self::Width => "1, 2, 3, 4, 8 or \"varint\"",
            Self::Adjust => "a whole number, or a negative one such as -4",
            Self::Options => "an object with options",
            Self::Named => "an object with a key for each",
            Self::Targets => "an object such as { \"admin\": \"tcp://localhost:9000\" }",
            Self::Split => "a number of bytes, an array of offsets, or \"random\"",
            Self::Vars => "an object such as { \"user\": \"ann\" }",
            Self::Cases => {
                "an array of objects, such as [{ \"user\": \"ann\" }, { \"user\": \"bob\" }]"
            }
            Self::Clients => {
                "an array of names, such as [\"alice\", \"bob\"], or an object with a key for each"
            }
            Self::Word(_) => "one of a few words",
            Self::TrueOrOptions(&[]) => "true, or an object with options",
            Self::TrueOrOptions(_) => "true, one of a few words, or an object with options",
            Self::Ends(_) => "one of a few words, { \"alert\": … }, or an array of these",
            Self::Alert => "the name of a TLS alert, such as \"handshake_failure\"",
            Self::Protocols => "an array of names of protocols, such as [\"h2\", \"http/1.1\"]",
            Self::Any => "something else",
        }
    }

    /// A value, as JSON.
    pub(in crate::scenario) fn example(self) -> String {
        match self {
            Self::Text | Self::Reason | Self::Template => r#""a few words""#,
            Self::Name | Self::Capture => r#""token""#,
            Self::Client => r#""client""#,
            Self::Names => r#"["one", "two"]"#,
            Self::Requirements => r#"["ipv6", "program:redis-server"]"#,
            Self::Flag | Self::True | Self::TrueOrOptions(_) => "true",
            Self::Alert => r#""handshake_failure""#,
            Self::Protocols => r#"["h2", "http/1.1"]"#,
            Self::Whole => "1024",
            Self::Times => "3",
            Self::Integer => "5",
            Self::Count => "8",
            Self::Path => r#""_body.bin""#,
            Self::Json => r#"{ "id": 1 }"#,
            Self::Duration => r#""50ms""#,
            Self::SomeTime => r#""2s""#,
            Self::Silence => r#""50ms""#,
            Self::Payload | Self::Greeting => r#""hello""#,
            Self::Hex => r#""00 ff""#,
            Self::Base64 => r#""AP8=""#,
            Self::Matcher => r#"{ "contains": "OK" }"#,
            Self::Matchers | Self::Ignored => r#"["yes", { "prefix": "no" }]"#,
            Self::Pattern => r#""^id=(?<id>\\d+)\r\n""#,
            Self::Length => r#"{ "min": 1, "max": 80 }"#,
            Self::Condition => r#""{{ user != 1 }}""#,
            Self::Steps => r#"[{ "send": "hi" }, { "expect": "Hello, hi!" }]"#,
            Self::Branches => r#"[[{ "send": "hi" }], [{ "expect": "Hello, hi!" }]]"#,
            Self::Framing => r#"{ "line": { "ending": "crlf" } }"#,
            Self::Width | Self::LengthWidth => "2",
            Self::Adjust => "-4",
            Self::Options | Self::Named => "{}",
            Self::Targets => r#"{ "admin": "tcp://localhost:9000" }"#,
            Self::Split => "1",
            Self::Vars => r#"{ "user": "ann" }"#,
            Self::Cases => r#"[{ "user": "ann" }, { "user": "bob" }]"#,
            Self::Clients => r#"["alice", "bob"]"#,
            Self::Word(words) | Self::Ends(words) => {
                let word = words.iter().find(|word| word.since == Since::Version1);
                return word.map_or_else(String::new, |word| format!("\"{}\"", word.name));
            }
            Self::Any => "null",
        }
        .to_owned()
    }
}

impl Key {
    /// A value, as JSON.
    pub(in crate::scenario) fn example_json(&self) -> String {
        self.example
            .map_or_else(|| self.form.example(), str::to_owned)
    }

    pub(super) const fn new(name: &'static str, form: Form, doc: &'static str) -> Self {
        Self {
            name,
            form,
            role: Role::Plain,
            since: Since::Version1,
            doc,
            also: &[],
            default: None,
            example: None,
            range: (0, u64::MAX),
            holds: None,
        }
    }

    pub(super) const fn verb(name: &'static str, form: Form, doc: &'static str) -> Self {
        let mut key = Self::new(name, form, doc);
        key.role = Role::Verb;
        key
    }

    pub(super) const fn required(mut self) -> Self {
        self.role = Role::Required;
        self
    }

    pub(super) const fn beside(mut self, verbs: &'static [&'static str]) -> Self {
        self.role = Role::Beside(verbs);
        self
    }

    pub(super) const fn later(mut self) -> Self {
        self.since = Since::Later;
        self
    }

    pub(super) const fn also(mut self, words: &'static [&'static str]) -> Self {
        self.also = words;
        self
    }

    /// What holds where the key is not given, as JSON.
    pub(super) const fn default(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self
    }

    /// A value, as JSON, where that of the form says too little.
    pub(super) const fn example(mut self, json: &'static str) -> Self {
        self.example = Some(json);
        self
    }

    /// What a whole number may be, both ends included.
    pub(super) const fn range(mut self, from: u64, to: u64) -> Self {
        self.range = (from, to);
        self
    }

    /// Whose keys the object of options has.
    pub(super) const fn holds(mut self, place: Place) -> Self {
        self.holds = Some(place);
        self
    }
}

impl Word {
    pub(super) const fn new(name: &'static str, doc: &'static str) -> Self {
        Self {
            name,
            doc,
            since: Since::Version1,
        }
    }
}
