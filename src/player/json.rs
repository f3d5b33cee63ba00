//! JSON as a condition: one value, compared by what it means, not by how it is written.

use std::fmt::Write as _;

use super::capturing::leads_nowhere;
use super::matching::Matching;
use super::streaming::{Hold, reached};
use crate::scenario::{Matcher, MatcherNode};

/// How deep lists and objects may lie in each other, as in a file.
const MAX_DEPTH: u32 = 128;

/// How many differences of a value are named in a failure: 5. The others are counted.
pub(super) const MAX_DIFFERENCES: usize = 5;

/// How many bytes of a value are shown in a sentence.
const SHOWN: usize = 60;

/// Where the value stands on a stream.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scan {
    /// How many bytes have been looked at.
    at: usize,
    /// How many lists and objects are open.
    depth: u32,
    /// What the next byte belongs to.
    inside: Inside,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    /// Nothing has begun.
    #[default]
    Nothing,
    /// A list or an object, and no string in it.
    List,
    /// A string.
    String,
    /// A string, after a backslash.
    Escape,
    /// `true`, `false` or `null`.
    Word(&'static [u8], usize),
}

impl Scan {
    /// Looks for the end of the value: how many bytes it has.
    fn feed(&mut self, data: &[u8]) -> Hold {
        for byte in data.get(self.at..).unwrap_or_default() {
            self.at += 1;
            self.inside = match (self.inside, *byte) {
                (Inside::Nothing, b' ' | b'\t' | b'\r' | b'\n') => Inside::Nothing,
                (Inside::Nothing, b't') => Inside::Word(b"true", 1),
                (Inside::Nothing, b'f') => Inside::Word(b"false", 1),
                (Inside::Nothing, b'n') => Inside::Word(b"null", 1),
                (Inside::Word(word, n), byte) if word.get(n) == Some(&byte) => {
                    if n + 1 == word.len() {
                        return Hold::At(self.at);
                    }
                    Inside::Word(word, n + 1)
                }
                (Inside::Nothing | Inside::List, b'"') => Inside::String,
                (Inside::Nothing | Inside::List, b'{' | b'[') => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Hold::Never;
                    }
                    Inside::List
                }
                (Inside::List, b'}' | b']') => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Hold::At(self.at);
                    }
                    Inside::List
                }
                (Inside::List, _) => Inside::List,
                (Inside::String, b'\\') => Inside::Escape,
                (Inside::String, b'"') if self.depth == 0 => return Hold::At(self.at),
                (Inside::String, b'"') => Inside::List,
                (Inside::String | Inside::Escape, _) => Inside::String,
                (Inside::Nothing | Inside::Word(..), _) => return Hold::Never,
            };
        }
        Hold::Later
    }
}

impl Matching {
    /// The shortest run of at least `from` bytes that is the value, with blanks around it.
    pub(super) fn next_json(&mut self, matcher: &Matcher, data: &[u8], from: usize) -> Hold {
        let Some(state) = self.nodes.get_mut(usize::from(matcher.id)) else {
            return Hold::Never;
        };
        if state.never {
            return Hold::Never;
        }
        let end = match state.holds_from {
            Some(end) => end,
            None => match state.value.feed(data) {
                Hold::At(end) => {
                    let run = data.get(..end).unwrap_or_default();
                    let differs = self.differs_from_json(matcher, run, 1).is_some();
                    if let Some(state) = self.nodes.get_mut(usize::from(matcher.id)) {
                        state.holds_from = Some(end);
                        state.never = differs;
                    }
                    if differs {
                        return Hold::Never;
                    }
                    end
                }
                Hold::Never => {
                    state.never = true;
                    return Hold::Never;
                }
                Hold::Later => return Hold::Later,
            },
        };
        // What is known to be blank is not looked at again.
        let Some(state) = self.nodes.get_mut(usize::from(matcher.id)) else {
            return Hold::Never;
        };
        let to = from.min(data.len());
        let after = data.get(end.max(state.looked)..to).unwrap_or_default();
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        state.never = !after.iter().all(is_blank);
        state.looked = state.looked.max(to);
        match state.never {
            false => reached(from.max(end), data),
            true => Hold::Never,
        }
    }

    /// Where and how a message differs from the value that is expected, at most `most` places of it, or which pointer leads
    /// nowhere in it; `None` where all is as it should be.
    pub(super) fn differs_from_json(
        &self,
        matcher: &Matcher,
        message: &[u8],
        most: usize,
    ) -> Option<String> {
        let payload = match &matcher.node {
            MatcherNode::Json(payload) => payload,
            MatcherNode::Points(list) => return leads_nowhere(list, message),
            _ => return None,
        };
        // The text was made by us, but for a number that is too large for any reader.
        let Ok(expected) = read(self.bytes(matcher, payload)) else {
            return Some("what is expected is no JSON".to_owned());
        };
        match read(message) {
            Ok(received) => {
                let mut found = Differences::default();
                found.compare(&expected, &received, &mut String::new(), most);
                found.words(most)
            }
            Err(at) => Some(no_json(at)),
        }
    }
}

/// What is said of bytes that are no JSON from this one on.
pub(super) fn no_json(at: usize) -> String {
    format!("it is no JSON, at byte {at}")
}

/// A key as it stands in a JSON pointer.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Where a value differs from what is expected, and what stands there.
#[derive(Debug, Default)]
struct Differences {
    list: Vec<String>,
    /// How many there are; where only one is asked for, no more are looked for.
    all: usize,
}

impl Differences {
    fn add(&mut self, most: usize, words: impl FnOnce() -> String) {
        self.all += 1;
        if self.list.len() < most {
            self.list.push(words());
        }
    }

    /// Whether nothing more need be compared: one difference is all that is asked for.
    fn is_decided(&self, most: usize) -> bool {
        most == 1 && self.all > 0
    }

    /// Compares all of a value. The path is a JSON pointer (RFC 6901).
    ///
    /// Values are as deep as their reader allows, 128 levels.
    fn compare(&mut self, expected: &Json, received: &Json, path: &mut String, most: usize) {
        let before = path.len();
        match (expected, received) {
            (Json::Object(wanted), Json::Object(there)) => {
                for (key, value) in wanted {
                    let other = there.iter().rev().find(|(other, _)| other == key);
                    _ = write!(path, "/{}", escaped(key));
                    match other {
                        Some((_, other)) => self.compare(value, other, path, most),
                        None => self.add(most, || format!("{path} is missing")),
                    }
                    path.truncate(before);
                    if self.is_decided(most) {
                        return;
                    }
                }
            }
            (Json::Array(wanted), Json::Array(there)) if wanted.len() == there.len() => {
                for (n, (value, other)) in wanted.iter().zip(there).enumerate() {
                    _ = write!(path, "/{n}");
                    self.compare(value, other, path, most);
                    path.truncate(before);
                    if self.is_decided(most) {
                        return;
                    }
                }
            }
            (Json::Number(a), Json::Number(b)) if is_same(a, b) => {}
            (a, b) if a == b => {}
            (Json::Array(wanted), Json::Array(there)) => self.add(most, || {
                let (named, there) = (named(path), there.len());
                format!("{named} has {there} elements, not {}", wanted.len())
            }),
            (Json::String(text), Json::Number(n)) if text == n => self.add(most, || {
                let named = named(path);
                format!("{named} is the number {n}, not the text \"{n}\" (`| int` makes a number of text)")
            }),
            (Json::Number(n), Json::String(text)) if text == n => self.add(most, || {
                format!("{} is the text \"{n}\", not the number {n}", named(path))
            }),
            (wanted, there) => self.add(most, || {
                let (named, there, wanted) = (named(path), shown(there), shown(wanted));
                format!("{named} is {there}, not {wanted}")
            }),
        }
    }

    fn words(self, most: usize) -> Option<String> {
        let more = self.all - self.list.len();
        let mut words = self.list.join("; ");
        if words.is_empty() {
            return None;
        }
        if more > 0 && most > 1 {
            _ = write!(words, "; and {more} more");
        }
        Some(words)
    }
}

/// Whether two numbers are the same, however written; beyond 64 bits, as far as a double tells.
fn is_same(a: &str, b: &str) -> bool {
    match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b || a.parse::<f64>().ok() == b.parse::<f64>().ok(),
    }
}

/// A value of JSON.
#[derive(Debug, PartialEq)]
pub(super) enum Json {
    /// `true`, `false` or `null`.
    Word(&'static str),
    /// A number as it is written.
    Number(String),
    String(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// Reads one value with blanks around it; or at which byte it is none.
pub(super) fn read(text: &[u8]) -> Result<Json, usize> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0);
    reader.blanks();
    match value {
        Some(value) if reader.at == text.len() => Ok(value),
        _ => Err(reader.at),
    }
}

/// What is read, and where the next byte of it is.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn next(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.next() {
            self.at += 1;
        }
    }

    /// Takes this byte, after blanks.
    fn takes(&mut self, byte: u8) -> bool {
        self.blanks();
        let there = self.next() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        self.blanks();
        match self.next()? {
            b'[' | b'{' if depth >= MAX_DEPTH => None,
            b'"' => self.string().map(Json::String),
            b'[' => {
                self.at += 1;
                let mut list = Vec::new();
                if self.takes(b']') {
                    return Some(Json::Array(list));
                }
                loop {
                    list.push(self.value(depth + 1)?);
                    if !self.takes(b',') {
                        return self.takes(b']').then_some(Json::Array(list));
                    }
                }
            }
            b'{' => {
                self.at += 1;
                let mut list = Vec::new();
                if self.takes(b'}') {
                    return Some(Json::Object(list));
                }
                loop {
                    self.blanks();
                    let key = self.string()?;
                    if !self.takes(b':') {
                        return None;
                    }
                    list.push((key, self.value(depth + 1)?));
                    if !self.takes(b',') {
                        return self.takes(b'}').then_some(Json::Object(list));
                    }
                }
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let rest = self.text.get(self.at..)?;
                let word = ["true", "false", "null"]
                    .into_iter()
                    .find(|word| rest.starts_with(word.as_bytes()))?;
                self.at += word.len();
                Some(Json::Word(word))
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Option<Json> {
        let start = self.at;
        self.at += usize::from(self.next() == Some(b'-'));
        let zero = self.next() == Some(b'0');
        let digits = self.digits();
        if digits == 0 || zero && digits > 1 {
            return None;
        }
        if self.next() == Some(b'.') {
            self.at += 1;
            (self.digits() > 0).then_some(())?;
        }
        if let Some(b'e' | b'E') = self.next() {
            self.at += 1;
            self.at += usize::from(matches!(self.next(), Some(b'+' | b'-')));
            (self.digits() > 0).then_some(())?;
        }
        let text = self.text.get(start..self.at)?;
        Some(Json::Number(std::str::from_utf8(text).ok()?.to_owned()))
    }

    fn string(&mut self) -> Option<String> {
        if self.next() != Some(b'"') {
            return None;
        }
        self.at += 1;
        let mut string = Vec::new();
        loop {
            let byte = self.next()?;
            self.at += 1;
            match byte {
                b'"' => return String::from_utf8(string).ok(),
                b'\\' => {
                    let c = self.escaped()?;
                    string.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                0..0x20 => return None,
                byte => string.push(byte),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.next()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                let pair = (0xd800..0xdc00).contains(&first)
                    && self.text.get(self.at..)?.starts_with(b"\\u");
                if !pair {
                    return char::from_u32(first);
                }
                self.at += 2;
                let second = self.unit()?.checked_sub(0xdc00).filter(|n| *n < 0x400)?;
                return char::from_u32(0x10000 + ((first - 0xd800) << 10) + second);
            }
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, digit| {
            Some(unit * 16 + char::from(*digit).to_digit(16)?)
        })
    }
}

impl std::fmt::Display for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Number(number) => f.write_str(number),
            Self::String(text) => write!(f, "\"{text}\""),
            Self::Array(list) if list.is_empty() => f.write_str("[]"),
            Self::Array(_) => f.write_str("a list"),
            Self::Object(list) if list.is_empty() => f.write_str("{}"),
            Self::Object(_) => f.write_str("an object"),
        }
    }
}

pub(super) fn named(path: &str) -> &str {
    match path {
        "" => "the value",
        path => path,
    }
}

pub(super) fn shown(value: &Json) -> String {
    cut(&value.to_string())
}

/// Text that is not too long for a sentence.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
