//! What is said and what should be heard: a JSON file → a compiled [`Scenario`].
//!
//! [`read`](read()) turns the text of a file into a [`Scenario`] in one go, or into all the [`Diagnostic`]s of the file. A
//! scenario is checked and compiled when it is read: payloads without templates are bytes, names are numbers
//! ([`SlotId`]), patterns are automata, nested blocks are ids. Playing it looks nothing up by name. It is immutable and
//! shared: all the cases of a file, and all the rounds of a load, play the same [`Script`].
//!
//! No I/O: files are read by the caller. No serde: the JSON is read by hand, because its errors must point.

mod address;
mod code;
mod condition;
mod diagnostic;
mod digests;
mod encoding;
mod error;
mod explanations;
mod expression;
mod files;
mod filters;
mod foresee;
mod format;
mod functions;
mod integers;
mod json;
mod json_text;
mod keys;
mod lower;
mod matcher;
mod model;
mod pattern;
mod payload;
mod pointer;
mod project;
mod requirement;
mod rewrite;
mod sample;
mod schema;
mod script;
mod source;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod tls;
mod tokens;
mod value;
mod vocabulary;

pub use address::{Address, AddressError, MAX_SOCKET_PATH};
pub use code::Explanation;
pub(crate) use code::WRONG_EXAMPLE;
pub use condition::Condition;
pub use diagnostic::{Code, Diagnostic, Diagnostics, Severity, SourceFile, Span};
pub use encoding::{PayloadError, parse_base64, parse_hex};
pub use error::EvalError;
pub use explanations::{EXPLANATIONS, explain};
pub use expression::{MAX_EXPRESSION, MAX_FUEL, MAX_LIST, MAX_NESTED};
pub use files::{FileError, Files, MAX_NAMED, MAX_SOURCES, NoFiles, OtherFile};
pub use foresee::{MAX_EVALUATED, MAX_FORESEEN, foresee};
pub use format::{WIDTH, format};
pub use integers::{IntegerForm, LengthDigits, LengthForm};
pub use json_text::JsonText;
pub use keys::nearest;
pub(crate) use lower::wrong_setting;
pub use lower::{
    BUILT_IN, Cut, DEFAULT_EVERY, DEFAULT_MAX_STEPS, DurationError, MAX_BRANCHES, MAX_CASES,
    MAX_DURATION, MAX_FILE, MAX_INCLUDED, MAX_INCLUDES, MAX_MISTAKES, MAX_PAYLOAD, MAX_SCRIPT,
    ReadOptions, parse_duration, read, read_project, read_with,
};
pub use matcher::{Matcher, MatcherNode, Pointing};
pub use model::{ALONE, Case, Reply, Scenario, ServerSettings};
pub use pattern::{
    Compiled, Found, MAX_CACHE, MAX_COMPILED, Pattern, PatternError, StreamFound, StreamSearch,
};
pub(crate) use payload::counted;
pub use payload::{Number, Payload, PayloadBuilder, Piece};
pub use pointer::{Pointer, PointerError};
pub use project::{Profile, ProfileFlag, Project, Said, SuiteSettings, SuiteTls};
pub use requirement::{Ability, Requirement, RequirementError, SCHEMES, is_feature};
pub use rewrite::{LiteralForm, literal_form};
pub use schema::{project_schema, schema};
pub use script::{
    Block, BlockId, Client, ClientId, CloseHow, CloseKinds, ConnectAs, Ignored, Script, Split,
    Step, TlsAs, Verb,
};
pub use template::{MAX_TEXT, Template, TemplateError};
pub use tls::{Alert, Alerts, MAX_ALPN, MAX_PEM, MAX_PROTOCOL, PemFile, TlsOptions, TlsVersion};
pub use value::{Names, SlotId, Value, Values};
