//! A value → the ways in which it may be written.

use super::builder::{Builder, either_case};
use super::characters::{names, others};
use super::pattern::{Class, Pattern, Set, State};

/// How many bits of a value tell that it is there, where the rest is missing: three letters.
const TELLING: u32 = 3 * 8;

/// As many in hexadecimal digits, in which more is alike by chance: four digits.
const TELLING_HEX: u32 = 4 * 4;

/// As many in base64: four letters, the first of which may hold other bits too.
const TELLING_BASE64: u32 = 3 * 6 + 2;

/// How many bits of a part in base64 its first and its last letter may lack.
const ENDS_OF_BASE64: u32 = 2 * 6;

/// How many bits in base64 are too much at least: six letters. Fewer are alike by chance.
const LEAST_OF_BASE64: u32 = 6 * 6;

/// A part of fewer bytes stands in too many places, unless all but one are in it.
const LEAST_OF_PART: usize = 8;

/// How many bytes that are neither letters nor digits may stand between two numbers.
const GAP: usize = 8;

/// How many bytes a break of lines in base64 has, with the blanks after it.
const LINE_BREAK: usize = 4;

/// How many digits a reference of XML has at most, with the zeros before them.
const DIGITS: usize = 8;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// All the ways in which a value may be written.
pub(super) fn patterns(value: &[u8]) -> Vec<Pattern> {
    let mut all = vec![plain(value), hex(value), decimal(value)];
    all.extend((0..3).map(|before| base64(value, before)));
    all
}

/// How many bits of a value that stand together are too much to be shown: half of its bytes, and eight; or all but one.
fn too_much(value: &[u8]) -> u32 {
    let least = LEAST_OF_PART.min(value.len().saturating_sub(1));
    bits(value.len().div_ceil(2).max(least))
}

/// So many bytes, in bits.
fn bits(bytes: usize) -> u32 {
    u32::try_from(bytes * 8).unwrap_or(u32::MAX)
}

/// As it is, also escaped or percent-encoded, wholly or in part.
fn plain(value: &[u8]) -> Pattern {
    let mut builder = Builder::default();
    let (mut at, mut seen) = (builder.between(0), 0);
    for chunk in value.utf8_chunks() {
        for c in chunk.valid().chars() {
            let next = builder.between(bits(seen + c.len_utf8()));
            character(&mut builder, at, c, next);
            at = next;
            seen += c.len_utf8();
        }
        for one in chunk.invalid() {
            let next = builder.between(bits(seen + 1));
            let escapes = builder.escapes(at, next);
            byte(&mut builder, at, *one, escapes, next);
            at = next;
            seen += 1;
        }
    }
    builder.enter_everywhere();
    builder.pattern(at, TELLING, too_much(value))
}

/// A byte as it is, percent-encoded, or escaped.
fn byte(builder: &mut Builder, from: State, byte: u8, escapes: [State; 2], to: State) {
    builder.edge(from, Class::One(byte), to);
    builder.text(from, &format!("%{byte:02x}"), to);
    builder.tail(escapes, &format!("x{byte:02x}"), to);
    builder.tail(escapes, &format!("{byte:03o}"), to);
}

/// A character: its bytes, or what stands for it in JSON, in XML and where backchat shows it.
fn character(builder: &mut Builder, from: State, character: char, to: State) {
    let mut buffer = [0; 4];
    let bytes = character.encode_utf8(&mut buffer).as_bytes();
    let escapes = builder.escapes(from, to);
    let (mut at, mut behind) = (from, escapes);
    for (n, one) in bytes.iter().enumerate() {
        if n > 0 {
            behind = builder.escapes(at, to);
        }
        let next = match n + 1 == bytes.len() {
            true => to,
            false => builder.between(builder.depth(from) + bits(n + 1)),
        };
        byte(builder, at, *one, behind, next);
        at = next;
    }
    let code = u32::from(character);
    builder.tail(escapes, &format!("u{{{code:x}}}"), to);
    let mut units = [0; 2];
    let units = character.encode_utf16(&mut units);
    let (mut at, mut behind) = (from, escapes);
    for (n, unit) in units.iter().enumerate() {
        if n > 0 {
            behind = builder.escapes(at, to);
        }
        let next = match n + 1 == units.len() {
            true => to,
            false => builder.on_the_way(from, to),
        };
        builder.tail(behind, &format!("u{unit:04x}"), next);
        at = next;
    }
    for other in others(character) {
        match other.strip_prefix('\\').filter(|rest| *rest != "\\") {
            Some(rest) => builder.tail(escapes, rest, to),
            None => builder.text(from, other, to),
        }
    }
    let decimal = builder.on_the_way(from, to);
    builder.text(from, "&#", decimal);
    number(builder, decimal, &code.to_string(), to);
    let hex = builder.on_the_way(from, to);
    builder.edge(decimal, Class::Letter(b'x'), hex);
    number(builder, hex, &format!("{code:x}"), to);
    for name in names(character) {
        builder.text(from, &format!("&{name};"), to);
    }
}

/// Digits with zeros before them, and a `;` behind or none: browsers read both.
fn number(builder: &mut Builder, from: State, digits: &str, to: State) {
    let end = builder.on_the_way(from, to);
    builder.edge(end, Class::One(b';'), to);
    let mut starts = vec![from];
    for _ in digits.len()..DIGITS {
        let zero = builder.on_the_way(from, to);
        let last = starts.last().copied().unwrap_or(from);
        builder.edge(last, Class::One(b'0'), zero);
        starts.push(zero);
    }
    for (n, digit) in digits.bytes().enumerate() {
        let next = match n + 1 == digits.len() {
            true => vec![to, end],
            false => vec![builder.on_the_way(from, to)],
        };
        for start in starts {
            for next in &next {
                builder.edge(start, either_case(digit), *next);
            }
        }
        starts = next;
    }
}

/// In hexadecimal digits, as they are or with something between two bytes: `:`, a blank, `, 0x`, `\x`.
fn hex(value: &[u8]) -> Pattern {
    let mut builder = Builder::default();
    let apart = builder.set(neither_letter_nor_digit());
    let mut at = builder.between(0);
    for (n, byte) in value.iter().enumerate() {
        let next = builder.between(bits(n + 1));
        let second = builder.on_the_way(at, next);
        let digits = format!("{byte:02x}").into_bytes();
        let (first, last) = (either_case(digits[0]), either_case(digits[1]));
        builder.edge(second, last, next);
        builder.enter(at, first, second);
        let mut starts = vec![at];
        if n > 0 {
            let (zero, x) = (builder.apart(at), builder.apart(at));
            builder.edge(zero, Class::Letter(b'x'), x);
            starts.extend(builder.gap(at, apart, GAP));
            for start in &starts {
                builder.edge(*start, Class::One(b'0'), zero);
                builder.edge(*start, Class::Letter(b'x'), x);
            }
            starts.push(x);
        }
        for start in starts {
            builder.edge(start, first, second);
        }
        at = next;
    }
    builder.pattern(at, TELLING_HEX, too_much(value))
}

/// As a list of decimal numbers, also of signed ones, with zeros before them or not.
fn decimal(value: &[u8]) -> Pattern {
    let mut builder = Builder::default();
    let apart = builder.set(neither_letter_nor_digit());
    let mut at = builder.between(0);
    for (n, byte) in value.iter().enumerate() {
        let next = builder.between(bits(n + 1));
        let mut numbers: Vec<String> = (1..=3).map(|width| format!("{byte:0width$}")).collect();
        if *byte >= 128 {
            numbers.push(byte.wrapping_neg().to_string());
        }
        numbers.dedup();
        let starts = match n {
            0 => vec![at],
            _ => builder.gap(at, apart, GAP),
        };
        for number in numbers {
            let (first, rest) = number.split_at(1);
            let first = either_case(first.as_bytes()[0]);
            let tail = match rest {
                "" => next,
                _ => builder.on_the_way(at, next),
            };
            builder.enter(at, first, tail);
            for start in &starts {
                builder.edge(*start, first, tail);
            }
            builder.text(tail, rest, next);
        }
        at = next;
    }
    builder.pattern(at, TELLING, too_much(value))
}

fn neither_letter_nor_digit() -> Set {
    let mut set = [false; 256];
    for byte in (0..128_u8).filter(|byte| !byte.is_ascii_alphanumeric()) {
        set[usize::from(byte)] = true;
    }
    set
}

/// In base64, where so many bytes of the first group of three are not of the value; with the letters of URLs too. The letters at both ends
/// hold bits of what stands beside it.
fn base64(value: &[u8], before: usize) -> Pattern {
    let known = before * 8..(before + value.len()) * 8;
    let bit = |at: usize| {
        let byte = value.get(at / 8 - before).copied().unwrap_or_default();
        byte >> (7 - at % 8) & 1
    };
    // How many bits of the value stand before this letter.
    let depth = |letter: usize| {
        let seen = (letter * 6).clamp(known.start, known.end) - known.start;
        u32::try_from(seen).unwrap_or(u32::MAX)
    };
    let mut builder = Builder::default();
    let mut blanks = [false; 256];
    for byte in b"\r\n\t " {
        blanks[usize::from(*byte)] = true;
    }
    let blanks = builder.set(blanks);
    let mut at = builder.between(0);
    let letters = known.start / 6..known.end.div_ceil(6);
    for letter in letters.clone() {
        let next = builder.between(depth(letter + 1));
        let fits = |candidate: usize| {
            (letter * 6..letter * 6 + 6)
                .filter(|at| known.contains(at))
                .all(|at| usize::from(bit(at)) == candidate >> (letter * 6 + 5 - at) & 1)
        };
        let (mut class, mut starts) = ([false; 256], vec![at]);
        if letter > letters.start {
            // Mail breaks its lines.
            starts.extend(builder.gap(at, blanks, LINE_BREAK));
        }
        for (candidate, byte) in BASE64.iter().enumerate() {
            if !fits(candidate) {
                continue;
            }
            class[usize::from(*byte)] = true;
            let (of_urls, coded) = match byte {
                b'+' => (b'-', "%2b"),
                b'/' => (b'_', "%2f"),
                _ => continue,
            };
            class[usize::from(of_urls)] = true;
            builder.text(at, coded, next);
        }
        let class = builder.set(class);
        builder.enter(at, class, next);
        for start in starts {
            builder.edge(start, class, next);
        }
        at = next;
    }
    let whole = bits(value.len());
    let too_much = (too_much(value) - ENDS_OF_BASE64).max(LEAST_OF_BASE64);
    builder.pattern(at, TELLING_BASE64, too_much.min(whole))
}
