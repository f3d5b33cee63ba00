//! Mistakes of syntax in our words: what is wrong, where, and what to write; also for what other languages would write there.

use jsonc_parser::ParseStringErrorKind as StringKind;
use jsonc_parser::errors::{ParseError, ParseErrorKind as Kind};

use super::super::{Diagnostic, code};
use super::faults::{Fault, comment_end, string_end};
use super::{boundary, span};

/// A file without any value.
pub(super) fn nothing(text: &str) -> Diagnostic {
    let message = if text.trim().is_empty() {
        "the file is empty"
    } else {
        "the file holds nothing but comments"
    };
    Diagnostic::error(code::SYNTAX, span(0..0), message)
        .help("the smallest scenario is { \"steps\": [{ \"expect\": \"Welcome!\" }] }")
}

/// What the parser found, in our words.
pub(super) fn syntax(text: &str, error: &ParseError) -> Diagnostic {
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
