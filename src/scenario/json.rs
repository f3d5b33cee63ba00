//! JSON that people write: text → a tree that knows where each word stands.
//!
//! The tree is that of `jsonc-parser`, with all its leniencies off but comments and trailing commas. What it lets pass
//! nevertheless (raw control characters in strings, exotic blanks, deep nesting) is found by [`first_fault`]. A
//! mistake of syntax comes alone: what stands behind it would only be guessed.

mod faults;
mod mistakes;

use std::ops::Range;

use jsonc_parser::{CollectOptions, ParseOptions};

use self::faults::first_fault;
use self::mistakes::{nothing, syntax};
use super::{Diagnostic, Span};

pub(super) use jsonc_parser::ast::{Array, Object, ObjectProp, ObjectPropName, StringLit, Value};
pub(super) use jsonc_parser::common::Ranged;

/// How deep arrays and objects may be nested in a file: 128.
pub(super) const MAX_DEPTH: usize = 128;

/// Parses the text of a file.
///
/// # Errors
///
/// Fails at the first mistake of syntax.
pub(super) fn parse(text: &str) -> Result<Value<'_>, Box<Diagnostic>> {
    let parsed = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &strict());
    let end = match &parsed {
        Ok(_) => text.len(),
        Err(error) => error.range().start,
    };
    if let Some((range, fault)) = first_fault(text, end) {
        return Err(Box::new(fault.diagnostic(text, range)));
    }
    match parsed {
        Ok(result) => result.value.ok_or_else(|| Box::new(nothing(text))),
        Err(error) => Err(Box::new(syntax(text, &error))),
    }
}

/// Parses the text of another file than the first: the spans of what is in it name that file.
///
/// # Errors
///
/// Fails at the first mistake of syntax.
pub(super) fn parse_nth(file: usize, text: &str) -> Result<Value<'_>, Box<Diagnostic>> {
    let mut value = parse(text)?;
    mark(&mut value, file << OFFSET_BITS);
    Ok(value)
}

/// A range of a file's text, as a span.
pub(super) fn span_in(file: usize, range: Range<usize>) -> Span {
    Span {
        file: u16::try_from(file).unwrap_or(u16::MAX),
        ..span(range)
    }
}

/// How many bits of a place in a tree are the offset in the text; those above are the number of the file. A file has at most
/// [`MAX_FILE`](super::lower::MAX_FILE) bytes, 2^26.
const OFFSET_BITS: u32 = 27;

/// Adds the number of its file to each place in a tree.
fn mark(value: &mut Value<'_>, file: usize) {
    let add = |range: &mut jsonc_parser::common::Range| {
        range.start += file;
        range.end += file;
    };
    match value {
        Value::StringLit(literal) => add(&mut literal.range),
        Value::NumberLit(literal) => add(&mut literal.range),
        Value::BooleanLit(literal) => add(&mut literal.range),
        Value::NullKeyword(keyword) => add(&mut keyword.range),
        Value::Array(array) => {
            add(&mut array.range);
            for element in &mut array.elements {
                mark(element, file);
            }
        }
        Value::Object(object) => {
            add(&mut object.range);
            for property in &mut object.properties {
                add(&mut property.range);
                match &mut property.name {
                    ObjectPropName::String(literal) => add(&mut literal.range),
                    ObjectPropName::Word(word) => add(&mut word.range),
                }
                mark(&mut property.value, file);
            }
        }
    }
}

/// Where a value stands.
pub(super) fn span_of(value: &impl Ranged) -> Span {
    let range = value.range();
    span(range.start..range.end)
}

/// Where some bytes of a string stand in the file: `range` counts the bytes of the string's value.
///
/// A range that ends inside an escape takes the whole escape.
pub(super) fn span_within(text: &str, literal: &StringLit<'_>, range: Range<usize>) -> Span {
    let whole = span_of(literal);
    let span = |range: Range<usize>| Span {
        file: whole.file,
        ..span(range)
    };
    let first = whole.start as usize + 1;
    let last = (whole.end as usize).saturating_sub(1).max(first);
    let raw = text.get(first..last).unwrap_or_default();
    if raw.len() == literal.value.len() {
        let at = |n: usize| boundary(text, first + n.min(raw.len()));
        return span(at(range.start)..at(range.end).max(at(range.start)));
    }
    // Every escape is shorter in the value than in the file, so equal lengths mean no escapes; here are some.
    let (mut in_value, mut in_raw, mut start) = (0, 0, None);
    while in_raw < raw.len() && in_value < range.end {
        if start.is_none() && in_value >= range.start {
            start = Some(in_raw);
        }
        let (value_len, raw_len) = unit(&raw[in_raw..]);
        in_value += value_len;
        in_raw = (in_raw + raw_len).min(raw.len());
        if start.is_none() && in_value > range.start {
            start = Some(in_raw - raw_len.min(in_raw));
        }
    }
    let start = first + start.unwrap_or(in_raw);
    let end = (first + in_raw).max(start);
    if end > last {
        return whole;
    }
    span(boundary(text, start)..boundary(text, end))
}

/// What kind of value it is, in words.
pub(super) fn kind_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::StringLit(_) => "text",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(literal) if literal.value => "true",
        Value::BooleanLit(_) => "false",
        Value::Object(_) => "an object",
        Value::Array(_) => "an array",
        Value::NullKeyword(_) => "null",
    }
}

/// One character or escape at the start of `raw`: its bytes in the string's value, and in the file.
fn unit(raw: &str) -> (usize, usize) {
    let bytes = raw.as_bytes();
    if bytes.first() != Some(&b'\\') {
        let len = raw.chars().next().map_or(1, char::len_utf8);
        return (len, len);
    }
    if bytes.get(1) != Some(&b'u') {
        return (1, 2);
    }
    let digits = |at: usize| {
        raw.get(at..at + 4)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
    };
    match digits(2) {
        Some(0xd800..=0xdbff) => (4, 12),
        Some(code) => (char::from_u32(code).map_or(3, char::len_utf8), 6),
        None => (1, 2),
    }
}

/// The next place at or before `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A range of a file's text. Files are at most [`MAX_FILE`](super::MAX_FILE) bytes, so offsets fit.
fn span(range: Range<usize>) -> Span {
    let offset = |n: usize| n & ((1 << OFFSET_BITS) - 1);
    let small = |n: usize| u32::try_from(offset(n)).unwrap_or(u32::MAX);
    Span {
        file: u16::try_from(range.start >> OFFSET_BITS).unwrap_or(u16::MAX),
        start: small(range.start),
        end: small(range.end),
    }
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: false,
        allow_trailing_commas: true,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}
