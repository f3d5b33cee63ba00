//! The words of an expression, as far as they must be told apart before minijinja reads it: where it ends, which names,
//! filters and tests it uses. What an expression means is minijinja's to say.

use std::ops::Range;

/// A word of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Offset one past its last byte.
    pub(super) end: usize,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string with its quotes.
    Text,
    /// A string that is not closed.
    OpenText,
    /// A name or keyword.
    Name,
    /// A number.
    Number,
    /// Anything else, one character each.
    Symbol(char),
}

impl Token {
    /// Where it stands.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Its letters, as they stand in `text`.
    pub(super) fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.range()).unwrap_or("")
    }

    /// Whether it is this symbol.
    pub(super) fn is(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol(symbol)
    }
}

/// The words of `text` from `at` on.
pub(super) fn tokens(text: &str, at: usize) -> Tokens<'_> {
    Tokens { text, at }
}

/// Cuts a text into words. Made by [`tokens`].
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.text.get(self.at..)?;
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = self.text.get(start..)?;
        let first = rest.chars().next()?;
        let (kind, len) = match first {
            '"' | '\'' => string(rest),
            'a'..='z' | 'A'..='Z' | '_' => (Kind::Name, word(rest, |_| false)),
            '0'..='9' => (Kind::Number, word(rest, |next| next == Some('.'))),
            symbol => (Kind::Symbol(symbol), symbol.len_utf8()),
        };
        self.at = start + len;
        Some(Token {
            kind,
            start,
            end: self.at,
        })
    }
}

/// Finds the `}}` that ends the expression which begins at `at`; its offset, or where a string begins that is not closed.
pub(super) fn find_end(text: &str, at: usize) -> Result<Option<usize>, Range<usize>> {
    let mut depth = 0_usize;
    for token in tokens(text, at) {
        match token.kind {
            Kind::OpenText => return Err(token.start..token.start + 1),
            Kind::Symbol('{') => depth += 1,
            Kind::Symbol('}') if depth > 0 => depth -= 1,
            Kind::Symbol('}') if text[token.end..].starts_with('}') => {
                return Ok(Some(token.start));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// Whether `text` is one name and nothing else, blanks aside; the name.
pub(super) fn lone_name(text: &str) -> Option<&str> {
    let mut words = tokens(text, 0);
    let first = words.next().filter(|token| token.kind == Kind::Name)?;
    match words.next() {
        None => Some(first.of(text)).filter(|name| !LITERALS.contains(name)),
        Some(_) => None,
    }
}

/// Whether word `at` is a name that stands for a value: no literal, no keyword, no attribute, no filter or test, no name
/// of an argument.
pub(super) fn is_read(text: &str, words: &[Token], at: usize) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| words.get(at));
    let is_name = |at: Option<usize>, name: &str| {
        word(at).is_some_and(|word| word.kind == Kind::Name && word.of(text) == name)
    };
    let is = |at: Option<usize>, symbol: char| word(at).is_some_and(|word| word.is(symbol));
    let (before, after) = (at.checked_sub(1), Some(at + 1));
    let is_argument = is(after, '=') && !is(Some(at + 2), '=');
    let is_test =
        is_name(before, "is") || (is_name(before, "not") && is_name(at.checked_sub(2), "is"));
    word(Some(at)).is_some_and(|word| {
        let name = word.of(text);
        word.kind == Kind::Name && !LITERALS.contains(&name) && !KEYWORDS.contains(&name)
    }) && !is(before, '.')
        && !is(before, '|')
        && !is_argument
        && !is_test
        && !is(after, '(')
}

/// Whether word `at` is the name of a function that is called: a value has no methods, and is none itself.
pub(super) fn is_called(text: &str, words: &[Token], at: usize) -> bool {
    let is = |at: Option<usize>, symbol: char| {
        at.and_then(|at| words.get(at))
            .is_some_and(|word| word.is(symbol))
    };
    let name = |at: Option<usize>| at.and_then(|at| words.get(at)).map(|word| word.of(text));
    let before = at.checked_sub(1);
    let is_test = name(before) == Some("is")
        || name(before) == Some("not") && name(at.checked_sub(2)) == Some("is");
    words.get(at).is_some_and(|word| {
        let name = word.of(text);
        word.kind == Kind::Name && !LITERALS.contains(&name) && !KEYWORDS.contains(&name)
    }) && is(Some(at + 1), '(')
        && !is(before, '.')
        && !is(before, '|')
        && !is_test
}

/// Names of values that every expression has.
const LITERALS: [&str; 6] = ["true", "True", "false", "False", "none", "None"];

/// Names that are operators.
const KEYWORDS: [&str; 7] = ["not", "and", "or", "in", "is", "if", "else"];

/// Kind and length of the string that `text` begins with.
fn string(text: &str) -> (Kind, usize) {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if Some(c) == quote {
            return (Kind::Text, at + 1);
        }
    }
    (Kind::OpenText, text.len())
}

/// Length of the letters, digits and `_` that `text` begins with; with `point`, one `.` and what follows it too.
fn word(text: &str, point: impl Fn(Option<char>) -> bool) -> usize {
    let len = |text: &str| {
        text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(text.len())
    };
    let whole = len(text);
    let mut rest = text[whole..].chars();
    if point(rest.next()) && rest.next().is_some_and(|c| c.is_ascii_digit()) {
        whole + 1 + len(&text[whole + 1..])
    } else {
        whole
    }
}
