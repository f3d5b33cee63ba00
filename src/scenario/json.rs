//! JSON that people write: text → a tree that knows where each word stands.
//!
//! The tree is that of `jsonc-parser`, with all its leniencies off but comments and trailing commas. What it lets pass
//! nevertheless (raw control characters in strings, exotic blanks, deep nesting) is found by [`first_fault`]. A
//! mistake of syntax comes alone: what stands behind it would only be guessed.

use std::ops::Range;

use jsonc_parser::errors::{ParseError, ParseErrorKind as Kind};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind as StringKind};

use super::code;
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

/// A mistake that the parser lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// A control character inside a string.
    Control(u8),
    /// A character between values that looks blank and is no blank of JSON.
    Blank(char),
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
}

impl Fault {
    fn diagnostic(self, text: &str, range: Range<usize>) -> Diagnostic {
        let at = span(range.clone());
        match self {
            Self::Control(b'\n' | b'\r') => {
                let quote = text[..range.start].rfind('"').unwrap_or(range.start);
                let line = span(quote..range.start);
                Diagnostic::error(code::SYNTAX, line, "this string does not end on its line")
                    .label("no closing quote before the end of the line")
                    .help("close it with \"; a line break inside a string is written \\n")
            }
            Self::Control(byte) => {
                Diagnostic::error(code::SYNTAX, at, "a control character inside a string")
                    .label(format!("the byte {byte:02x}"))
                    .help(match byte {
                        b'\t' => "write \\t".to_owned(),
                        _ => format!("write \\u{byte:04x}"),
                    })
            }
            Self::Blank(blank) => {
                let number = u32::from(blank);
                let message = format!(
                    "U+{number:04X} cannot stand here: it is not one of the blanks of JSON"
                );
                Diagnostic::error(code::SYNTAX, at, message)
                    .label("looks like a space, but is not one")
                    .help("replace it with a space")
            }
            Self::Depth => {
                let message = format!("nested deeper than {MAX_DEPTH} levels");
                Diagnostic::error(code::DEPTH, at, message).label("the limit is reached here")
            }
        }
    }
}

/// The first mistake before `end` that the parser lets pass.
///
/// Reads the text as JSON with comments: up to `end` the parser has found it to be that.
fn first_fault(text: &str, end: usize) -> Option<(Range<usize>, Fault)> {
    let bytes = text.as_bytes().get(..end)?;
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => match string_end(bytes, at + 1) {
                Ok(end) => at = end,
                Err(fault) => return fault,
            },
            b'/' => at = comment_end(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some((at..at + 1, Fault::Depth));
                }
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            0x0b | 0x0c => return Some((at..at + 1, Fault::Blank(char::from(byte)))),
            0x80.. => {
                let c = text.get(at..).and_then(|rest| rest.chars().next())?;
                if c.is_whitespace() {
                    return Some((at..at + c.len_utf8(), Fault::Blank(c)));
                }
                at += c.len_utf8();
            }
            _ => at += 1,
        }
    }
    None
}

/// Where the string that begins before `at` ends; `Err`: it holds a control character, or has no end.
fn string_end(bytes: &[u8], mut at: usize) -> Result<usize, Option<(Range<usize>, Fault)>> {
    loop {
        match bytes.get(at) {
            None => return Err(None),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += 2,
            Some(&byte @ 0..0x20) => return Err(Some((at..at + 1, Fault::Control(byte)))),
            Some(_) => at += 1,
        }
    }
}

/// Where the comment that begins at `at` ends.
fn comment_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at + 2..).unwrap_or_default();
    match bytes.get(at + 1) {
        Some(b'/') => {
            let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            at + 2 + end
        }
        Some(b'*') => memchr::memmem::find(rest, b"*/").map_or(bytes.len(), |end| at + 2 + end + 2),
        _ => at + 1,
    }
}

/// A file without any value.
fn nothing(text: &str) -> Diagnostic {
    let message = if text.trim().is_empty() {
        "the file is empty"
    } else {
        "the file holds nothing but comments"
    };
    Diagnostic::error(code::SYNTAX, span(0..0), message)
        .help("the smallest scenario is { \"steps\": [{ \"expect\": \"Welcome!\" }] }")
}

/// What the parser found, in our words.
fn syntax(text: &str, error: &ParseError) -> Diagnostic {
    let range = error.range();
    let start = boundary(text, range.start);
    let end = boundary(text, range.end).max(start);
    if matches!(error.kind(), Kind::NestingDepthExceeded) {
        return Fault::Depth.diagnostic(text, boundary(text, end.saturating_sub(1))..end);
    }
    if let Some(diagnostic) = cut_off(text, error.kind(), start, end) {
        return diagnostic;
    }
    let (message, label, help) = foreign(text, start)
        .or_else(|| missing_bracket(text, error.kind(), start))
        .unwrap_or_else(|| words(text, error.kind(), start));
    let mut diagnostic = Diagnostic::error(code::SYNTAX, span(start..end), message).label(label);
    diagnostic.help = help.map(str::to_owned);
    diagnostic
}

/// The file ends before something that was begun has ended.
fn cut_off(text: &str, kind: &Kind, start: usize, end: usize) -> Option<Diagnostic> {
    let opened = |what: &str, close: &str| {
        Diagnostic::error(
            code::SYNTAX,
            span(start..boundary(text, start + 1)),
            format!("the file ends before this {what} does"),
        )
        .label("begins here")
        .help(format!("close it with {close}, if the file is whole"))
    };
    match kind {
        Kind::UnterminatedObject => Some(opened("object", "}")),
        Kind::UnterminatedArray => Some(opened("array", "]")),
        Kind::UnterminatedCommentBlock => Some(opened("comment", "*/")),
        Kind::String(StringKind::UnterminatedStringLiteral) => Some(opened("string", "\"")),
        _ if start >= text.trim_end().len() => {
            let last = text.trim_end().len();
            Some(
                Diagnostic::error(
                    code::SYNTAX,
                    span(last..last.max(end.min(last))),
                    "the file ends in the middle of an object or array",
                )
                .label("the file ends here"),
            )
        }
        _ => None,
    }
}

/// Message, label and help for a mistake.
type Words = (&'static str, &'static str, Option<&'static str>);

/// [`words`] for what other languages write: comments, quotes and words that are not those of JSON.
fn foreign(text: &str, at: usize) -> Option<Words> {
    let rest = text.get(at..)?;
    let before = text.get(..at)?;
    let word_end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let word = rest.get(..word_end.unwrap_or(rest.len()))?;
    let is_first = before.trim().is_empty() || before.trim().bytes().all(|byte| byte == b'-');
    let key = rest.get(word.len()..)?.trim_start_matches([' ', '\t']);
    Some(match rest.chars().next()? {
        '#' => (
            "a comment that JSON does not know",
            "begins with #",
            Some("comments are written // to the end of the line, or /* like this */"),
        ),
        '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '`' => (
            "quotes that are not those of JSON",
            "no straight double quote",
            Some(
                "strings are written in straight double quotes, \"like this\"; word processors change them",
            ),
        ),
        '=' => (
            "a colon is missing after a key",
            "a key and its value are joined by `:`",
            Some("an object is { \"key\": value, \"key\": value }"),
        ),
        ';' => (
            "a semicolon",
            "JSON has none",
            Some("a comma separates values; after the last one nothing is needed"),
        ),
        _ if is_first && (before.contains('-') || !word.is_empty() && key.starts_with(':')) => (
            "not JSON",
            "this looks like YAML",
            Some("a scenario is JSON: { \"steps\": [{ \"expect\": \"Welcome!\" }] }"),
        ),
        _ if is_first && !word.is_empty() => (
            "not JSON",
            "a scenario begins with {",
            Some("the smallest one is { \"steps\": [{ \"expect\": \"Welcome!\" }] }"),
        ),
        _ if matches!(word, "True" | "TRUE" | "False" | "FALSE") => (
            "a word that JSON does not know",
            "not in small letters",
            Some("write true or false"),
        ),
        _ if matches!(word, "None" | "nil" | "undefined" | "NULL" | "Null") => (
            "a word that JSON does not know",
            "not JSON's word for nothing",
            Some("write null"),
        ),
        _ if before.ends_with(|c: char| c.is_ascii_digit())
            && matches!(word, "us" | "ms" | "s" | "m") =>
        {
            (
                "a duration without quotes",
                "a number has no unit",
                Some("durations are text: \"50ms\""),
            )
        }
        _ => return None,
    })
}

/// Message, label and help for what the parser calls `kind`.
fn words(text: &str, kind: &Kind, at: usize) -> Words {
    match kind {
        Kind::ExpectedComma if leading_zero(text, at) => (
            "a number does not begin with 0",
            "after this 0",
            Some("drop the leading zero, or write text: \"007\""),
        ),
        Kind::ExpectedComma => ("a comma is missing", "expected `,` here", None),
        Kind::ExpectedColonAfterObjectKey => (
            "a colon is missing after a key",
            "expected `:` before this",
            Some("an object is { \"key\": value, \"key\": value }"),
        ),
        Kind::ExpectedObjectValue => ("a value is missing", "expected a value here", None),
        Kind::ExpectedStringObjectProperty => (
            "a key without quotes",
            "not in quotes",
            Some("keys are written in double quotes: \"send\""),
        ),
        Kind::SingleQuotedStringsNotAllowed => (
            "single quotes",
            "begins a string with '",
            Some("strings are written in double quotes"),
        ),
        Kind::String(kind) => string_words(kind),
        Kind::UnexpectedCloseBrace => ("`}` closes nothing here", "no `{` is open here", None),
        Kind::UnexpectedCloseBracket => ("`]` closes nothing here", "no `[` is open here", None),
        Kind::UnexpectedComma => (
            "a comma with no value before it",
            "this comma separates nothing",
            None,
        ),
        Kind::UnexpectedColon => (
            "a colon outside of an object",
            "no key stands before it",
            Some("a key and its value stand in braces: { \"key\": value }"),
        ),
        Kind::UnexpectedTokenInObject => (
            "a key is expected here",
            "neither a key in quotes nor `}`",
            Some("an object is { \"key\": value, \"key\": value }"),
        ),
        Kind::MultipleRootJsonValues => (
            "something stands after the end of the scenario",
            "the file should have ended before this",
            Some("one file is one scenario, one object"),
        ),
        Kind::HexadecimalNumbersNotAllowed => (
            "a hexadecimal number",
            "JSON has decimal numbers only",
            Some("write it in decimal digits; bytes are written { \"hex\": \"1f\" }"),
        ),
        Kind::UnaryPlusNumbersNotAllowed => (
            "a number with a plus sign",
            "JSON writes it without",
            Some("drop the +"),
        ),
        Kind::BareDecimalPointNumbersNotAllowed
        | Kind::ExpectedDigit
        | Kind::ExpectedDigitFollowingNegativeSign
        | Kind::ExpectedPlusMinusOrDigitInNumberLiteral => {
            ("an unfinished number", "a digit is missing here", None)
        }
        Kind::NonFiniteNumbersNotAllowed => ("not a number of JSON", "not known to JSON", None),
        Kind::UnexpectedWord => (
            "a word without quotes",
            "not in quotes",
            Some("text is written in double quotes; without them JSON knows true, false and null"),
        ),
        _ => ("not JSON", "not expected here", None),
    }
}

/// [`words`] for what is wrong inside a string.
fn string_words(kind: &StringKind) -> Words {
    match kind {
        StringKind::InvalidUnicodeEscapeSequence(_) => (
            "half of a surrogate pair",
            "not a character by itself",
            Some("bytes that are not text are written { \"hex\": \"...\" }"),
        ),
        StringKind::ExpectedFourHexDigits => (
            "an unfinished escape",
            "four hexadecimal digits follow \\u",
            None,
        ),
        _ => (
            "an escape that JSON does not know",
            "not an escape",
            Some(
                "where one backslash is meant, as in a regex, write two: \"\\\\d+\"; bytes are written { \"hex\": \"...\" }",
            ),
        ),
    }
}

/// What to say where a bracket closes here and one of the other kind is open.
fn missing_bracket(text: &str, kind: &Kind, at: usize) -> Option<Words> {
    let closes = matches!(text.as_bytes().get(at), Some(b']' | b'}'));
    let open = open_at(text, at).filter(|_| closes);
    match (kind, open?) {
        (Kind::UnexpectedCloseBrace | Kind::UnexpectedTokenInObject, b'[') => Some((
            "a `]` is missing",
            "the array before this is not closed",
            None,
        )),
        (Kind::UnexpectedCloseBracket | Kind::UnexpectedTokenInObject, b'{') => Some((
            "a `}` is missing",
            "the object before this is not closed",
            None,
        )),
        _ => None,
    }
}

/// The innermost bracket that is open at this place: up to there the text is JSON with comments.
fn open_at(text: &str, at: usize) -> Option<u8> {
    let bytes = text.as_bytes().get(..at)?;
    let (mut at, mut open) = (0, Vec::new());
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at + 1).ok()?,
            b'/' => at = comment_end(bytes, at),
            b'{' | b'[' => {
                open.push(byte);
                at += 1;
            }
            b'}' | b']' => {
                open.pop();
                at += 1;
            }
            _ => at += 1,
        }
    }
    open.pop()
}

/// Whether the number that ends at `at` is a lone 0.
fn leading_zero(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    at > 0 && bytes.get(at - 1) == Some(&b'0') && digit(at) && (at < 2 || !digit(at - 2))
}
