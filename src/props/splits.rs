//! Every split of every short stream, in every framing: the decoder says what the naive one says of the whole.
//!
//! What is short differs: an end of messages needs few bytes, a length of eight bytes needs more of which most are zero. So each
//! framing has letters, a length and a limit of its own, and how often that brought a message, an error and dropped bytes is written
//! down: a change that makes the test see less makes it fail.

use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};

use super::frames::check;
use crate::corpus::{FRAMINGS, framing_named};
use crate::wire::WireErrorKind;

/// The letters that may stand at so many places, one after another.
type Places = &'static [(&'static [u8], usize)];

/// All streams over some letters, in a framing.
struct Short {
    /// The byte that names the framing.
    framing: u8,
    limit: usize,
    /// Which letters stand where; each beginning of a stream is a stream too.
    places: Places,
    /// What all splits of all streams have together.
    seen: Seen,
}

/// How often there was something to see.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
struct Seen {
    messages: u64,
    errors: u64,
    /// Streams of which bytes are dropped, where that is what happens to bad frames.
    dropped: u64,
}

const fn short(framing: u8, limit: usize, places: Places, seen: [u64; 3]) -> Short {
    let [messages, errors, dropped] = seen;
    Short {
        framing,
        limit,
        places,
        seen: Seen {
            messages,
            errors,
            dropped,
        },
    }
}

/// All framings, in the order of their names.
const ALL: &[Short] = &[
    short(b'0', 2, &[(b"ab", 6)], [6246, 1528, 0]),
    short(b'1', 2, &[(b"\r\na", 6)], [47113, 12432, 12432]),
    short(b'2', 2, &[(b"\r\na", 6)], [10818, 22188, 22188]),
    short(b'3', 2, &[(b"\r\na", 6)], [47113, 12432, 12432]),
    short(b'4', 2, &[(b",a", 7)], [32161, 3804, 3804]),
    short(b'5', 2, &[(b"ab", 8)], [19844, 34412, 34412]),
    short(b'6', 2, &[(b"ab", 8)], [7592, 38024, 38024]),
    // Four bytes each: no error within the limit, no message past it.
    short(
        b'7',
        4,
        &[(b"ab", 4), (b"c", 2), (b"ab", 2), (b"c", 1)],
        [52096, 0, 0],
    ),
    short(b'7', 3, &[(b"ab", 5)], [0, 640, 0]),
    short(b'8', 2, &[(b"01:,", 5)], [580, 18490, 0]),
    short(
        b'8',
        2,
        &[
            (b"02", 1),
            (b":", 1),
            (b"a,", 3),
            (b"1,", 1),
            (b":", 1),
            (b",a", 2),
        ],
        [24212, 40804, 0],
    ),
    short(b'9', 2, &[(b"ab", 6)], [6246, 1528, 0]),
    short(b'A', 2, &[(b"\0\x01\x02\x03", 5)], [26079, 10087, 0]),
    short(b'B', 1, &[(b"\0\x01", 8)], [36954, 37924, 0]),
    short(b'C', 1, &[(b"\0\x01", 8)], [13380, 40632, 0]),
    short(b'D', 1, &[(b"\0\x01", 8)], [5576, 39984, 0]),
    short(
        b'E',
        1,
        &[(b"\0\x01", 2), (b"\0", 4), (b"\0\x01", 4)],
        [5248, 37632, 0],
    ),
    short(b'F', 2, &[(b"\0\x01\x80", 6)], [43143, 19452, 0]),
    // Ten bytes: the last one may hold one bit more.
    short(
        b'F',
        2,
        &[(b"\x80\xFF", 2), (b"\x80", 7), (b"\0\x01\x02\x80", 1)],
        [0, 8192, 0],
    ),
    short(b'G', 1, &[(b"\0\x01", 8)], [36954, 37924, 0]),
    short(b'H', 1, &[(b"\0\x01", 8)], [13380, 40632, 0]),
    short(b'I', 1, &[(b"\0\x01", 8)], [5576, 39984, 0]),
    short(
        b'J',
        1,
        &[(b"\0\x01", 2), (b"\0", 4), (b"\0\x01", 4)],
        [5248, 37632, 0],
    ),
    // A byte before the length, which counts itself.
    short(
        b'K',
        2,
        &[
            (b"h", 1),
            (b"\0\x01", 2),
            (b"\0", 1),
            (b"\x03\x04\x05\x06", 1),
            (b"\0\x04", 3),
        ],
        [2704, 19040, 0],
    ),
    // Six bytes that the length does not count.
    short(
        b'L',
        7,
        &[
            (b"\0\x01", 1),
            (b"\0", 1),
            (b"\0\x01\x02", 1),
            (b"\0\x01", 3),
            (b"\0", 4),
        ],
        [10240, 32080, 0],
    ),
    // Two bytes before the length, which counts one more.
    short(
        b'M',
        3,
        &[
            (b"h", 1),
            (b"h\x80", 1),
            (b"\0\x01\x02\x80", 3),
            (b"\0\x02", 2),
        ],
        [25736, 30808, 0],
    ),
    // Three bytes before the length, which does not count two.
    short(
        b'N',
        6,
        &[(b"h", 3), (b"\0\x01\x02\xFF", 1), (b"ab", 4)],
        [5248, 5456, 0],
    ),
    // Lengths count from the least number there is,
    short(
        b'O',
        2,
        &[
            (b"\x80\0", 1),
            (b"\0\x01", 1),
            (b"\0", 5),
            (b"\0\x01\x02\x03", 1),
            (b"\x80\0", 3),
        ],
        [31872, 141440, 0],
    ),
    // or stand where no limit lets them come.
    short(b'P', 2, &[(b"\0\xFF", 5)], [0, 672, 0]),
];

/// How many kinds of errors there are, each of which is seen.
const KINDS: usize = 9;

/// A length that no message comes to: all there is to see is an error.
const WITHOUT_MESSAGES: u8 = b'P';

#[test]
fn every_split_of_every_short_stream_says_the_same() {
    let mut kinds = HashSet::new();
    let counted = ALL.iter().map(|short| (short, short.count(&mut kinds)));
    let other: Vec<String> = counted
        .filter(|(short, seen)| short.seen != *seen)
        .map(|(short, seen)| {
            let (name, limit) = (char::from(short.framing), short.limit);
            let Seen {
                messages,
                errors,
                dropped,
            } = seen;
            format!("framing {name}, limit {limit}: [{messages}, {errors}, {dropped}]")
        })
        .collect();
    assert!(other.is_empty(), "seen otherwise:\n{}", other.join("\n"));
    assert_eq!(kinds.len(), KINDS, "kinds of errors");
    for &name in FRAMINGS {
        let framing = framing_named(name);
        let rows = || ALL.iter().filter(|short| short.framing == name);
        let name = char::from(name);
        let messages: u64 = rows().map(|short| short.seen.messages).sum();
        let errors: u64 = rows().map(|short| short.seen.errors).sum();
        let dropped: u64 = rows().map(|short| short.seen.dropped).sum();
        assert_eq!(
            messages > 0,
            name != char::from(WITHOUT_MESSAGES),
            "messages in {name}"
        );
        assert!(errors > 0, "errors in {name}");
        assert_eq!(dropped > 0, framing.has_ends(), "dropped in {name}");
    }
}

impl Short {
    /// Checks all splits of all streams; adds to `kinds` what was wrong with some.
    fn count(&self, kinds: &mut HashSet<Discriminant<WireErrorKind>>) -> Seen {
        let framing = framing_named(self.framing);
        let places: Vec<&[u8]> = (self.places.iter())
            .flat_map(|(letters, places)| std::iter::repeat_n(*letters, *places))
            .collect();
        let mut seen = Seen::default();
        for len in 1..=places.len() {
            let letters = &places[..len];
            for code in 0..letters.iter().map(|letters| letters.len()).product() {
                let stream = spelt(code, letters);
                for splits in 0..1_u32 << (len - 1) {
                    let (failing, skipping) = check(&framing, self.limit, &pieces(&stream, splits));
                    seen.messages += failing.messages.iter().count() as u64;
                    if let Err(error) = failing.end {
                        seen.errors += 1;
                        kinds.insert(discriminant(&error.kind));
                    }
                    seen.dropped += u64::from(skipping.is_some_and(|said| said.skipped > 0));
                }
            }
        }
        seen
    }
}

/// The stream of this number, of all that there are with these letters.
fn spelt(mut code: usize, letters: &[&[u8]]) -> Vec<u8> {
    let letter = |letters: &&[u8]| {
        let letter = letters[code % letters.len()];
        code /= letters.len();
        letter
    };
    letters.iter().map(letter).collect()
}

/// A stream, cut behind each byte whose bit is set.
fn pieces(stream: &[u8], splits: u32) -> Vec<&[u8]> {
    let mut at = 0;
    let cut = stream.chunk_by(|_, _| {
        at += 1;
        splits >> (at - 1) & 1 == 0
    });
    cut.collect()
}
