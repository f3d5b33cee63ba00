//! The keys of payloads and of conditions.

use super::file::ENDIANS;
use super::key::{Form, Key};

pub(super) const PAYLOAD: &[Key] = &[
    Key::verb("literal", Form::Text, "Text without templates.")
        .example(r#""{{ as it is }}""#)
        .also(&["raw"]),
    Key::verb(
        "hex",
        Form::Hex,
        "Bytes in hexadecimal digits; blanks allowed.",
    )
    .also(&["bytes"]),
    Key::verb("base64", Form::Base64, "Bytes in base64."),
    Key::verb("repeat", Form::Payload, "A payload, several times.").example(r#""ab""#),
    Key::new("times", Form::Times, "How often.")
        .beside(&["repeat"])
        .also(&["count"]),
    Key::verb(
        "file",
        Form::Path,
        "The bytes of a file in the scenario's tree.",
    )
    .also(&["path"]),
    Key::verb("random", Form::Count, "Random bytes, by the seed.").also(&["random_bytes"]),
    Key::verb("u8", Form::Integer, "A number from 0 to 255 in one byte.").also(&["byte", "uint8"]),
    Key::verb("u16", Form::Integer, "A number from 0 on in two bytes.").also(&["uint16"]),
    Key::verb("u32", Form::Integer, "A number from 0 on in four bytes.").also(&["uint32"]),
    Key::verb("u64", Form::Integer, "A number from 0 on in eight bytes.").also(&["uint64"]),
    Key::verb("i8", Form::Integer, "A number with a sign in one byte.").also(&["int8"]),
    Key::verb("i16", Form::Integer, "A number with a sign in two bytes.").also(&["int16"]),
    Key::verb("i32", Form::Integer, "A number with a sign in four bytes.").also(&["int32"]),
    Key::verb("i64", Form::Integer, "A number with a sign in eight bytes.").also(&["int64"]),
    Key::verb("length_of", Form::Payload, "How many bytes a payload has.").also(&["len_of"]),
    Key::verb(
        "sized",
        Form::Payload,
        "A payload with its length before it.",
    )
    .also(&["prefixed"]),
    Key::new(
        "endian",
        Form::Word(ENDIANS),
        "The order of a number's bytes.",
    )
    .default(r#""big""#)
    .example(r#""little""#)
    .beside(NUMBERS),
    Key::new(
        "width",
        Form::LengthWidth,
        "How the length is written: in so many bytes, or in digits.",
    )
    .default("4")
    .beside(LENGTHS),
    Key::new(
        "adjust",
        Form::Adjust,
        "The length and this are together how many bytes follow, as in a framing.",
    )
    .default("0")
    .beside(LENGTHS),
];

/// The payload that a matcher has another meaning for.
pub(super) const JSON: &[Key] = &[Key::verb(
    "json",
    Form::Json,
    "A JSON value, written compactly.",
)];

const NUMBERS: &[&str] = &[
    "u8",
    "u16",
    "u32",
    "u64",
    "i8",
    "i16",
    "i32",
    "i64",
    "length_of",
    "sized",
];

const LENGTHS: &[&str] = &["length_of", "sized"];

pub(super) const MATCHER: &[Key] = &[
    Key::new("prefix", Form::Payload, "Begins with these bytes.")
        .example(r#""250 ""#)
        .also(&["starts_with", "startswith", "begins_with"]),
    Key::new("suffix", Form::Payload, "Ends with these bytes.")
        .example(r#""\r\n""#)
        .also(&["ends_with", "endswith"]),
    Key::new("contains", Form::Payload, "Holds these bytes somewhere.")
        .example(r#""OK""#)
        .also(&["includes", "has"]),
    Key::new(
        "regex",
        Form::Pattern,
        "A regular expression is found in it.",
    )
    .also(&["pattern", "match", "matches"]),
    Key::new("length", Form::Length, "Has so many bytes.")
        .example("5")
        .also(&["size", "len"]),
    Key::new("any", Form::True, "Anything."),
    Key::new("not", Form::Matcher, "The condition does not hold."),
    Key::new(
        "one_of",
        Form::Matchers,
        "At least one of the conditions holds.",
    )
    .also(&["any_of", "or"]),
    Key::new("all", Form::Matchers, "All the conditions hold.").also(&["all_of", "and"]),
    Key::new(
        "json",
        Form::Json,
        "Is this JSON value; of objects, it has at least these keys.",
    )
    .example(r#"{ "ok": true }"#),
    Key::new(
        "capture",
        Form::Capture,
        "Keeps what it took under this name, or parts of JSON: `{ \"id\": \"/result/id\" }`.",
    )
    .also(&["save"]),
    Key::new(
        "example",
        Form::Payload,
        "What the other side says when its part is made up; the condition must hold for it.",
    )
    .example(r#""Hello, Rose!""#)
    .also(&["sample"]),
];

pub(super) const LENGTH: &[Key] = &[
    Key::new("min", Form::Whole, "At least so many bytes.")
        .default("0")
        .example("1"),
    Key::new("max", Form::Whole, "At most so many bytes.").example("80"),
];
