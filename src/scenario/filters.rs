//! The filters of expressions: minijinja's that are offered, with those that work on text kept away from bytes, and ours.
//!
//! A filter is a function of its arguments. What depends on the run (a seed, the time, the environment) comes in as the
//! value of a name instead, so the same values always give the same bytes.

use minijinja::functions::Function;
use minijinja::value::{FunctionArgs, FunctionResult, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, filters};

use super::encoding::{parse_base64, parse_hex, to_base64, to_hex};
use super::{Value, Values};

/// The filters an expression may use.
pub(super) const FILTERS: [&str; 49] = [
    "abs",
    "attr",
    "base64",
    "bool",
    "capitalize",
    "count",
    "crc32",
    "d",
    "default",
    "dictsort",
    "first",
    "float",
    "hex",
    "hmac_md5",
    "hmac_sha256",
    "int",
    "items",
    "join",
    "last",
    "len",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "md5",
    "min",
    "regex_escape",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sha1",
    "sha256",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "trim",
    "uint",
    "unbase64",
    "unhex",
    "unique",
    "upper",
];

/// The tests an expression may use, after `is`.
pub(super) const TESTS: [&str; 32] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
    "upper",
];

/// What minijinja has and is not offered: made for HTML or for debugging, or with results out of all proportion.
const REMOVED: [&str; 11] = [
    "batch", "chain", "e", "escape", "format", "groupby", "indent", "pprint", "safe", "slice",
    "zip",
];

/// The filter that refuses what `~` must not join, and otherwise changes nothing that shows; put around each `~`. Not for
/// authors.
pub(super) const JOINABLE: &str = "_joinable";

/// The filter that makes text of bytes that are UTF-8; put after each slice. Not for authors.
pub(super) const AS_CAPTURED: &str = "_captured";

/// Takes away what is not offered and adds what is ours.
pub(super) fn install(env: &mut Environment<'static>) {
    for name in REMOVED {
        env.remove_filter(name);
    }
    text_only(env, "capitalize", filters::capitalize);
    text_only(env, "lines", filters::lines);
    text_only(env, "lower", filters::lower);
    text_only(env, "replace", filters::replace);
    text_only(env, "split", filters::split);
    text_only(env, "title", filters::title);
    text_only(env, "trim", filters::trim);
    text_only(env, "upper", filters::upper);
    env.add_filter("join", join);
    env.add_filter("string", |value: Value| as_text(&value));
    env.add_filter(JOINABLE, joinable);
    env.add_filter(AS_CAPTURED, as_captured);
    env.add_filter("len", |value: Value| len(&value));
    env.add_filter("hex", |value: Value| octets("hex", &value).map(to_hex));
    env.add_filter("base64", |value: Value| {
        octets("base64", &value).map(to_base64)
    });
    env.add_filter("unhex", |value: Value| unhex(&value));
    env.add_filter("unbase64", |value: Value| unbase64(&value));
    env.add_filter("regex_escape", |value: Value| regex_escape(&value));
}

/// Bytes of a peer as text where they are UTF-8, any other value as it is.
pub(super) fn as_captured(value: Value) -> Value {
    match value.kind() {
        ValueKind::Bytes => value.as_str().map(Value::from).unwrap_or(value),
        _ => value,
    }
}

/// What a value is, for a message: `a list`.
pub(super) fn kind(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "undefined",
        ValueKind::None => "null",
        ValueKind::Bool => "a boolean",
        ValueKind::Number => "a number",
        ValueKind::String => "text",
        ValueKind::Bytes => "bytes that are not UTF-8",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "an object",
        _ => "no value",
    }
}

/// Offers a filter of minijinja that would replace what is no UTF-8: it is given text only.
fn text_only<F, Rv, Args>(env: &mut Environment<'static>, name: &'static str, filter: F)
where
    F: Function<Rv, Args>,
    Rv: FunctionResult,
    Args: for<'a> FunctionArgs<'a>,
{
    let unguarded = format!("_{name}");
    env.add_filter(unguarded.clone(), filter);
    env.add_filter(
        name,
        move |state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>| {
            let args = args.into_values();
            match args.iter().find(|value| is_binary(value)) {
                Some(_) => Err(refused(format!(
                    "`{name}` works on text, not on bytes that are not UTF-8"
                ))),
                None => state.apply_filter(&unguarded, &args),
            }
        },
    );
}

fn is_binary(value: &Value) -> bool {
    value.kind() == ValueKind::Bytes && value.as_str().is_none()
}

/// The text of a value: as it is in a payload.
fn as_text(value: &Value) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::String => Ok(value.clone()),
        ValueKind::Number => Ok(Value::from(value.to_string())),
        ValueKind::Bool if value.is_true() => Ok(Value::from("true")),
        ValueKind::Bool => Ok(Value::from("false")),
        ValueKind::Bytes if !is_binary(value) => Ok(as_captured(value.clone())),
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        _ => Err(refused(format!("{} is not text", kind(value)))),
    }
}

/// Numbers stay what they are: the operand of a `~` may be one of a product.
fn joinable(value: Value) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::Number => Ok(value),
        _ => as_text(&value),
    }
}

fn join(
    state: &mut State<'_, '_>,
    value: Value,
    separator: Option<Value>,
) -> Result<String, Error> {
    let separator = separator.map_or_else(|| Ok(Value::from("")), |value| as_text(&value))?;
    let separator = separator.as_str().unwrap_or_default();
    let mut joined = String::new();
    for (at, item) in value.try_iter()?.enumerate() {
        let item = as_text(&item)?;
        let item = item.as_str().unwrap_or_default();
        state.consume_fuel(fuel_of(separator.len() + item.len()))?;
        if at > 0 {
            joined.push_str(separator);
        }
        joined.push_str(item);
    }
    Ok(joined)
}

/// What so many bytes cost: minijinja's own rate.
pub(super) fn fuel_of(bytes: usize) -> u64 {
    bytes as u64 / 64 + 1
}

/// How many bytes text or bytes have, how many entries a list or an object has.
fn len(value: &Value) -> Result<usize, Error> {
    if let Some(bytes) = value.as_bytes() {
        return Ok(bytes.len());
    }
    value
        .len()
        .ok_or_else(|| refused(format!("{} has no length", kind(value))))
}

pub(super) fn octets<'a>(filter: &str, value: &'a Value) -> Result<&'a [u8], Error> {
    value.as_bytes().ok_or_else(|| {
        refused(format!(
            "`{filter}` works on text and bytes, not on {}",
            kind(value)
        ))
    })
}

fn unhex(value: &Value) -> Result<Value, Error> {
    let digits = as_text(value)?;
    parse_hex(digits.as_str().unwrap_or_default())
        .map(|bytes| Values::of_bytes(&bytes))
        .map_err(|error| refused(format!("`unhex`: {error}")))
}

fn unbase64(value: &Value) -> Result<Value, Error> {
    let digits = as_text(value)?;
    parse_base64(digits.as_str().unwrap_or_default())
        .map(|bytes| Values::of_bytes(&bytes))
        .map_err(|error| refused(format!("`unbase64`: {error}")))
}

/// A pattern that finds exactly the value: bytes that are no UTF-8 become `\xHH`.
fn regex_escape(value: &Value) -> Result<String, Error> {
    if let Ok(text) = as_text(value) {
        return Ok(regex_syntax::escape(text.as_str().unwrap_or_default()));
    }
    let mut pattern = String::new();
    for chunk in octets("regex_escape", value)?.utf8_chunks() {
        regex_syntax::escape_into(chunk.valid(), &mut pattern);
        for byte in chunk.invalid() {
            pattern.push_str("\\x");
            pattern.push_str(&to_hex(&[*byte]));
        }
    }
    Ok(pattern)
}

pub(super) fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
