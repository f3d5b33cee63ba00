//! The words of an expression, looked at before minijinja reads them: which there are, and what to write for those of
//! other languages. Minijinja would say of many only that it did not expect them, and of some only when it comes to them.

use std::ops::Range;

use super::TemplateError;
use super::filters::{FILTERS, TESTS};
use super::functions::FUNCTIONS;
use super::tokens::{Kind, Token, is_called};

/// Finds the names of filters, tests and functions that there are not, and methods, which no value has.
pub(super) fn check(text: &str, words: &[Token], offset: usize) -> Result<(), TemplateError> {
    if words.is_empty() {
        let range = offset..offset + text.len();
        return Err(TemplateError::new("an empty expression".into(), range));
    }
    let is_name = |at: usize, name: &str| {
        words
            .get(at)
            .is_some_and(|word| word.kind == Kind::Name && word.of(text) == name)
    };
    for (at, word) in words.iter().enumerate() {
        let after_dot = at > 0 && words[at - 1].is('.');
        if after_dot && word.kind == Kind::Name && words.get(at + 1).is_some_and(|w| w.is('(')) {
            return Err(no_method(text, words, at, offset));
        }
        let (what, known, name) = if word.is('|') {
            ("filter", &FILTERS[..], words.get(at + 1))
        } else if is_name(at, "is") && !after_dot {
            let skip = if is_name(at + 1, "not") { 2 } else { 1 };
            ("test", &TESTS[..], words.get(at + skip))
        } else if is_called(text, words, at) {
            ("function", &FUNCTIONS[..], Some(word))
        } else {
            continue;
        };
        let Some(name) = name.filter(|name| name.kind == Kind::Name) else {
            continue;
        };
        let shown = name.of(text);
        if !known.contains(&shown) {
            let range = offset + name.start..offset + name.end;
            let mut error = TemplateError::new(format!("there is no {what} `{shown}`"), range);
            error.help = match filter_for(shown).filter(|_| what == "function") {
                Some(filter) => Some(as_filter(text, words, None, at, filter)),
                None => nearest(shown, known),
            };
            return Err(error);
        }
    }
    Ok(())
}

/// What is wrong with an expression that minijinja does not read, where it is something of another language.
pub(super) fn foreign(text: &str, words: &[Token], offset: usize) -> Option<TemplateError> {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        match word.kind {
            Kind::Symbol('(' | '[' | '{') => depth += 1,
            Kind::Symbol(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let (message, help, end) = match word.kind {
            Kind::Number => match too_large(word.of(text)) {
                true => (
                    format!("a whole number is at most {}", u128::MAX),
                    "put it in quotes: as text it may have any number of digits",
                    word.end,
                ),
                false => continue,
            },
            Kind::Symbol(_) => {
                let rest = text.get(word.start..).unwrap_or_default();
                let Some((operator, help)) = operator(rest, depth) else {
                    continue;
                };
                // The second half of `==` and its like.
                if at > 0 && is_half(words[at - 1], *word) {
                    continue;
                }
                let message = format!("`{operator}` is no operator of an expression");
                (message, help, word.start + operator.len())
            }
            _ => continue,
        };
        let mut error = TemplateError::new(message, offset + word.start..offset + end);
        error.help = Some(help.into());
        return Some(error);
    }
    None
}

/// The operator of another language that `rest` begins with, and what to write instead.
fn operator(rest: &str, depth: usize) -> Option<(&'static str, &'static str)> {
    const FOREIGN: [(&str, &str); 12] = [
        ("===", "write `==`"),
        ("!==", "write `!=`"),
        ("<>", "write `!=`"),
        ("&&", "write `and`"),
        ("||", "write `or`"),
        ("++", "write `+ 1`"),
        (
            "+=",
            "an expression has a value and sets nothing: the step is `set`",
        ),
        (
            "-=",
            "an expression has a value and sets nothing: the step is `set`",
        ),
        (
            "=~",
            "the condition `regex` of an `expect` matches patterns",
        ),
        ("?", "write `A if CONDITION else B`"),
        ("$", "names are written as they are, without `$`"),
        (
            ";",
            "there is one expression in {{ }}: write several of them",
        ),
    ];
    if let Some(found) = FOREIGN.iter().find(|(word, _)| rest.starts_with(word)) {
        return Some(*found);
    }
    match rest.as_bytes() {
        [b'!', b'=', ..] => None,
        [b'!', ..] => Some(("!", "write `not`")),
        [b'&', ..] => Some(("&", "write `and`; numbers have no operators on bits")),
        [b'=', b'=', ..] => None,
        // Arguments have names: `sort(reverse=true)`.
        [b'=', ..] if depth == 0 => Some((
            "=",
            "`==` compares; to give a name its value use `vars` or a step `set`",
        )),
        _ => None,
    }
}

/// Whether `next` is the second character of an operator that there is: `==`, `!=`, `<=`, `>=`.
fn is_half(word: Token, next: Token) -> bool {
    word.end == next.start
        && next.is('=')
        && matches!(word.kind, Kind::Symbol('=' | '!' | '<' | '>'))
}

fn too_large(number: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit()) && number.parse::<u128>().is_err()
}

/// Word `at` is called as a method, and values have none.
fn no_method(text: &str, words: &[Token], at: usize, offset: usize) -> TemplateError {
    let (word, name) = (words[at], words[at].of(text));
    let range: Range<usize> = offset + word.start..offset + word.end;
    let mut error = TemplateError::new(format!("a value has no method `{name}`"), range);
    let operand = at.checked_sub(2).map(|at| words[at]);
    let before = at.checked_sub(3).map(|at| words[at]);
    let is_whole = !before.is_some_and(|before| matches!(before.kind, Kind::Symbol('.' | '|')));
    let operand = operand.filter(|word| is_whole && matches!(word.kind, Kind::Name | Kind::Text));
    error.help = Some(match filter_for(name) {
        Some(filter) => as_filter(text, words, operand, at, filter),
        None => "filters take the place of methods: `{{ name | upper }}`".into(),
    });
    error
}

/// The filter that does what a function or method of this name does elsewhere.
fn filter_for(name: &str) -> Option<&'static str> {
    const ELSEWHERE: [(&str, &str); 9] = [
        ("strip", "trim"),
        ("str", "string"),
        ("tostring", "string"),
        ("to_s", "string"),
        ("toUpperCase", "upper"),
        ("toLowerCase", "lower"),
        ("size", "length"),
        ("splitlines", "lines"),
        ("number", "int"),
    ];
    let known = ELSEWHERE.iter().find(|(other, _)| *other == name);
    let filter = known.map_or(name, |(_, filter)| filter);
    FILTERS.into_iter().find(|known| *known == filter)
}

/// The call at word `at` written with a filter: `user.replace("a", "b")` as `user | replace("a", "b")`, `len(user)` as
/// `user | len`.
fn as_filter(
    text: &str,
    words: &[Token],
    operand: Option<Token>,
    at: usize,
    filter: &str,
) -> String {
    let mut depth = 0_usize;
    let close = words.get(at + 1..).unwrap_or_default().iter().find(|word| {
        depth += usize::from(word.is('('));
        depth -= usize::from(word.is(')') && depth > 0);
        depth == 0
    });
    let inside = words
        .get(at + 1)
        .zip(close)
        .and_then(|(open, close)| text.get(open.end..close.start))
        .unwrap_or_default()
        .trim();
    let value = operand.map(|word| word.of(text));
    match (value, inside) {
        (Some(value), "") => format!("write `{{{{ {value} | {filter} }}}}`"),
        (Some(value), inside) => format!("write `{{{{ {value} | {filter}({inside}) }}}}`"),
        // A function: what it is called with is the value.
        (None, inside) if is_one_word(inside) => {
            format!("`{filter}` is a filter: write `{{{{ {inside} | {filter} }}}}`")
        }
        (None, _) => format!("`{filter}` is a filter: write `{{{{ name | {filter} }}}}`"),
    }
}

fn is_one_word(text: &str) -> bool {
    let mut words = super::tokens::tokens(text, 0);
    words.next().is_some() && words.next().is_none()
}

fn nearest(word: &str, known: &[&str]) -> Option<String> {
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .min()
        .filter(|(distance, name)| *distance <= (name.len() / 3).max(1))
        .map(|(_, name)| format!("did you mean `{name}`?"))
}
