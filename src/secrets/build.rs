//! A value → the ways in which it may be written.

use super::pattern::{Class, Pattern, State};

/// How many bytes of a value tell that it is there, where the rest is missing.
const TELLING: usize = 3;

/// As many in hexadecimal digits or base64, in which more is alike by chance.
const TELLING_CODED: usize = 4;

/// What some tools put between two bytes in hexadecimal digits.
const SEPARATORS: &[u8] = b" :-";

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// All the ways in which a value may be written.
pub(super) fn patterns(value: &[u8]) -> Vec<Pattern> {
    let mut all = vec![plain(value), hex(value)];
    all.extend((0..3).map(|before| base64(value, before)));
    all
}

/// The states of a pattern, as they are made.
#[derive(Default)]
struct Builder {
    edges: Vec<Vec<(Class, State)>>,
}

impl Builder {
    fn state(&mut self) -> State {
        self.edges.push(Vec::new());
        State::try_from(self.edges.len() - 1).unwrap_or(State::MAX)
    }

    fn edge(&mut self, from: State, class: Class, to: State) {
        if let Some(edges) = self.edges.get_mut(from as usize) {
            edges.push((class, to));
        }
    }

    /// A way through these classes.
    fn way(&mut self, mut from: State, classes: Vec<Class>, to: State) {
        let last = classes.len().saturating_sub(1);
        for (n, class) in classes.into_iter().enumerate() {
            let next = if n == last { to } else { self.state() };
            self.edge(from, class, next);
            from = next;
        }
    }

    /// Text in which letters may be large or small. Where it is an escape, it may have been escaped again.
    fn caseless(&mut self, from: State, text: &str, to: State) {
        self.way(from, text.bytes().map(either_case).collect(), to);
        if text.starts_with('\\') {
            let again = text.replace('\\', "\\\\");
            self.way(from, again.bytes().map(either_case).collect(), to);
        }
    }

    /// A byte as it is, percent-encoded, or escaped.
    fn byte(&mut self, from: State, byte: u8, to: State) {
        self.edge(from, Class::One(byte), to);
        self.caseless(from, &format!("%{byte:02x}"), to);
        self.caseless(from, &format!("\\x{byte:02x}"), to);
    }

    /// A character: its bytes, or what stands for it in JSON, in XML and where backchat shows it.
    fn character(&mut self, from: State, character: char, to: State) {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        let mut at = from;
        for (n, byte) in bytes.iter().enumerate() {
            let next = if n + 1 == bytes.len() {
                to
            } else {
                self.state()
            };
            self.byte(at, *byte, next);
            at = next;
        }
        let code = u32::from(character);
        self.caseless(from, &format!("\\u{{{code:x}}}"), to);
        let mut units = [0; 2];
        let json: String = (character.encode_utf16(&mut units).iter())
            .map(|unit| format!("\\u{unit:04x}"))
            .collect();
        self.caseless(from, &json, to);
        for other in others(character) {
            self.caseless(from, other, to);
        }
    }
}

/// What else stands for a character.
const fn others(character: char) -> &'static [&'static str] {
    match character {
        ' ' => &["+"],
        '\n' => &["\\n"],
        '\r' => &["\\r"],
        '\t' => &["\\t"],
        '\0' => &["\\0"],
        '\u{8}' => &["\\b"],
        '\u{c}' => &["\\f"],
        '\\' => &["\\\\"],
        '/' => &["\\/"],
        '"' => &["\\\"", "&quot;", "&#34;"],
        '\'' => &["\\'", "'\\''", "&#39;", "&#x27;", "&apos;"],
        '&' => &["&amp;", "&#38;"],
        '<' => &["&lt;", "&#60;"],
        '>' => &["&gt;", "&#62;"],
        _ => &[],
    }
}

fn either_case(byte: u8) -> Class {
    if byte.is_ascii_alphabetic() {
        Class::any([byte.to_ascii_lowercase(), byte.to_ascii_uppercase()])
    } else {
        Class::One(byte)
    }
}

/// As it is, also escaped or percent-encoded, wholly or in part.
fn plain(value: &[u8]) -> Pattern {
    let mut builder = Builder::default();
    let mut at = builder.state();
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            let next = builder.state();
            builder.character(at, character, next);
            at = next;
        }
        for byte in chunk.invalid() {
            let next = builder.state();
            builder.byte(at, *byte, next);
            at = next;
        }
    }
    Pattern::new(builder.edges, at, TELLING)
}

/// In hexadecimal digits.
fn hex(value: &[u8]) -> Pattern {
    let mut builder = Builder::default();
    let mut at = builder.state();
    for (n, byte) in value.iter().enumerate() {
        let next = builder.state();
        let digits = format!("{byte:02x}");
        builder.caseless(at, &digits, next);
        if n > 0 {
            let apart = builder.state();
            builder.edge(at, Class::any(SEPARATORS.iter().copied()), apart);
            builder.caseless(apart, &digits, next);
        }
        at = next;
    }
    Pattern::new(builder.edges, at, TELLING_CODED)
}

/// In base64, where so many bytes of the first group of three are not of the value; with the letters of URLs too. The letters at both ends
/// hold bits of what stands beside it.
fn base64(value: &[u8], before: usize) -> Pattern {
    let known = before * 8..(before + value.len()) * 8;
    let bit = |at: usize| {
        let byte = value.get(at / 8 - before).copied().unwrap_or_default();
        byte >> (7 - at % 8) & 1
    };
    let mut builder = Builder::default();
    let mut at = builder.state();
    let letters = known.start / 6..known.end.div_ceil(6);
    for letter in letters.clone() {
        let next = builder.state();
        let fits = |candidate: usize| {
            (letter * 6..letter * 6 + 6)
                .filter(|at| known.contains(at))
                .all(|at| usize::from(bit(at)) == candidate >> (letter * 6 + 5 - at) & 1)
        };
        let mut class = Vec::new();
        for (candidate, byte) in BASE64.iter().enumerate() {
            if !fits(candidate) {
                continue;
            }
            class.push(*byte);
            let (of_urls, coded) = match byte {
                b'+' => (b'-', "%2b"),
                b'/' => (b'_', "%2f"),
                _ => continue,
            };
            class.push(of_urls);
            builder.caseless(at, coded, next);
        }
        builder.edge(at, Class::any(class), next);
        if letter > letters.start {
            // Mail breaks its lines.
            builder.edge(at, Class::any(*b"\r\n"), at);
        }
        at = next;
    }
    Pattern::new(builder.edges, at, TELLING_CODED)
}
