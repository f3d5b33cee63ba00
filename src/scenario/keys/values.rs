//! The keys of payloads and of conditions.

use super::key::{Form, Key};

pub(super) const PAYLOAD: &[Key] = &[
    Key::verb("literal", Form::Text, "Text without templates.").also(&["text", "raw"]),
    Key::verb(
        "hex",
        Form::Hex,
        "Bytes in hexadecimal digits; blanks allowed.",
    )
    .also(&["bytes"]),
    Key::verb("base64", Form::Base64, "Bytes in base64."),
    Key::verb("repeat", Form::Payload, "A payload, several times."),
    Key::new("times", Form::Times, "How often.")
        .beside(&["repeat"])
        .also(&["count"]),
    Key::verb("file", Form::Any, "The bytes of a file.").later(),
    Key::verb("random", Form::Any, "Random bytes, from the seed.").later(),
    Key::verb("u8", Form::Any, "A number in one byte.").later(),
    Key::verb("u16", Form::Any, "A number in two bytes.").later(),
    Key::verb("u32", Form::Any, "A number in four bytes.").later(),
    Key::verb("u64", Form::Any, "A number in eight bytes.").later(),
    Key::verb("i8", Form::Any, "A signed number in one byte.").later(),
    Key::verb("i16", Form::Any, "A signed number in two bytes.").later(),
    Key::verb("i32", Form::Any, "A signed number in four bytes.").later(),
    Key::verb("i64", Form::Any, "A signed number in eight bytes.").later(),
    Key::verb("length_of", Form::Any, "The length of a payload.").later(),
    Key::verb("sized", Form::Any, "A payload with its length before it.").later(),
    Key::verb("json", Form::Any, "A JSON value.").later(),
    Key::new("endian", Form::Any, "The order of a number's bytes.")
        .beside(&[])
        .later(),
    Key::new("width", Form::Any, "The bytes of a length.")
        .beside(&[])
        .later(),
    Key::new("adjust", Form::Any, "Added to a length.")
        .beside(&[])
        .later(),
];

pub(super) const MATCHER: &[Key] = &[
    Key::new("prefix", Form::Payload, "Begins with these bytes.")
        .also(&["starts_with", "begins_with"]),
    Key::new("suffix", Form::Payload, "Ends with these bytes.").also(&["ends_with"]),
    Key::new("contains", Form::Payload, "Holds these bytes somewhere.").also(&["includes", "has"]),
    Key::new(
        "regex",
        Form::Pattern,
        "A regular expression is found in it.",
    )
    .also(&["pattern", "match", "matches"]),
    Key::new("length", Form::Length, "Has so many bytes.").also(&["size", "len"]),
    Key::new("any", Form::True, "Anything."),
    Key::new("not", Form::Matcher, "The condition does not hold."),
    Key::new(
        "one_of",
        Form::Matchers,
        "At least one of the conditions holds.",
    )
    .also(&["any_of", "or"]),
    Key::new("all", Form::Matchers, "All the conditions hold.").also(&["all_of", "and"]),
    Key::new("capture", Form::Name, "Keeps what it took under this name.").also(&["save"]),
    Key::new(
        "example",
        Form::Any,
        "What the other side says when the scenario is served.",
    )
    .later(),
];

pub(super) const LENGTH: &[Key] = &[
    Key::new("min", Form::Whole, "At least so many bytes."),
    Key::new("max", Form::Whole, "At most so many bytes."),
];
