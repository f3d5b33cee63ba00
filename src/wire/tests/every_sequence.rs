//! UTF-8 against the standard library: every sequence of up to four bytes, in every cut.
//!
//! Each run of the tests takes bytes of every class; `ci/utf8.sh` takes every byte, which needs optimisation.
//!
//! The sequences are a tree. A decoder that has got the first bytes of one is copied, not given them again; and where several
//! cuts of these bytes lead to equal decoders and equal texts, one of them is followed: the rest cannot tell them apart.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::props::naive_utf8;
use crate::wire::{LossyUtf8, Utf8Decoder, Utf8Error};

/// The bytes between which UTF-8 makes no difference: the first and the last of each class (Unicode 16, table 3-7).
const CLASSES: [[u8; 2]; 14] = [
    [0x00, 0x7F],
    [0x80, 0x8F],
    [0x90, 0x9F],
    [0xA0, 0xBF],
    [0xC0, 0xC1],
    [0xC2, 0xDF],
    [0xE0, 0xE0],
    [0xE1, 0xEC],
    [0xED, 0xED],
    [0xEE, 0xEF],
    [0xF0, 0xF0],
    [0xF1, 0xF3],
    [0xF4, 0xF4],
    [0xF5, 0xFF],
];

/// Both decoders, and what they have said.
#[derive(Debug, Default, PartialEq)]
struct Decoders {
    strict: Utf8Decoder,
    text: String,
    error: Option<Utf8Error>,
    lossy: LossyUtf8,
    shown: String,
}

impl Clone for Decoders {
    fn clone(&self) -> Self {
        let mut new = Self::default();
        new.clone_from(self);
        new
    }

    /// Without an allocation where there is room.
    fn clone_from(&mut self, other: &Self) {
        self.strict.clone_from(&other.strict);
        self.text.clone_from(&other.text);
        self.error = other.error;
        self.lossy.clone_from(&other.lossy);
        self.shown.clone_from(&other.shown);
    }
}

impl Decoders {
    fn push(&mut self, piece: &[u8]) {
        let said = self.strict.push(piece, &mut self.text);
        self.error = self.error.or_else(|| said.err());
        self.lossy.push(piece, &mut self.shown);
    }

    fn finish(&mut self) {
        let said = self.strict.finish();
        self.error = self.error.or_else(|| said.err());
        self.lossy.finish(&mut self.shown);
    }
}

/// A walk through all sequences over the letters of some places.
struct Walk<'a> {
    places: &'a [&'a [u8]],
    sequence: Vec<u8>,
    /// The different decoders after the first 0, 1, … bytes of the sequence, in all cuts of these.
    after: Vec<Vec<Decoders>>,
    scratch: Decoders,
    checked: u64,
}

impl<'a> Walk<'a> {
    fn new(places: &'a [&'a [u8]]) -> Self {
        Self {
            places,
            sequence: Vec::new(),
            after: vec![vec![Decoders::default()]],
            scratch: Decoders::default(),
            checked: 0,
        }
    }

    /// Checks what the sequence goes on to.
    fn go_on(&mut self) {
        let Some(letters) = self.places.get(self.sequence.len()) else {
            return;
        };
        for &letter in *letters {
            self.sequence.push(letter);
            let decoders = self.check();
            if self.sequence.len() < self.places.len() {
                self.after.push(decoders);
                self.go_on();
                self.after.pop();
            }
            self.sequence.pop();
        }
    }

    /// Checks the sequence in all cuts. The different decoders that there are then, unless nothing follows.
    fn check(&mut self) -> Vec<Decoders> {
        let (text, error) = naive_utf8(&self.sequence);
        let shown = String::from_utf8_lossy(&self.sequence);
        let mut different = Vec::new();
        for (begin, decoders) in self.after.iter().enumerate() {
            for before in decoders {
                let now = &mut self.scratch;
                now.clone_from(before);
                now.push(&self.sequence[begin..]);
                if self.sequence.len() < self.places.len() && !different.contains(now) {
                    different.push(now.clone());
                }
                now.finish();
                assert!(
                    now.text == text && now.error == error && now.shown == shown,
                    "{:02x?}, of which the last {} came together: {now:?}",
                    self.sequence,
                    self.sequence.len() - begin
                );
            }
        }
        self.checked += 1;
        different
    }
}

/// Checks all sequences over these letters, one place after another, with all processors.
fn check(places: &[&[u8]]) {
    let (next, checked) = (AtomicUsize::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(first) = places[0].get(next.fetch_add(1, Ordering::Relaxed)) {
                    let places = [&[std::slice::from_ref(first)], &places[1..]].concat();
                    let mut walk = Walk::new(&places);
                    walk.go_on();
                    checked.fetch_add(walk.checked, Ordering::Relaxed);
                }
            });
        }
    });
    let lens = places.iter().map(|letters| letters.len() as u64);
    let all = lens.scan(1, |all, letters| {
        *all *= letters;
        Some(*all)
    });
    assert_eq!(checked.into_inner(), all.sum::<u64>());
}

/// All bytes.
fn any() -> Vec<u8> {
    (0..=255).collect()
}

#[test]
fn four_bytes_of_all_classes_in_every_cut_agree_with_std() {
    let [firsts, lasts] = [0, 1].map(|end| CLASSES.map(|class| class[end]));
    check(&[&firsts, &lasts, &firsts, &lasts]);
    check(&[&lasts, &firsts, &lasts, &firsts]);
}

#[test]
fn the_classes_are_all_bytes() {
    let bytes = CLASSES.iter().flat_map(|&[first, last]| first..=last);
    assert_eq!(bytes.collect::<Vec<u8>>(), any());
}

#[test]
#[ignore = "seconds with optimisation, minutes without: ci/utf8.sh"]
fn all_three_bytes_in_every_cut_agree_with_std() {
    check(&[&any(), &any(), &any()]);
}

#[test]
#[ignore = "seconds with optimisation, minutes without: ci/utf8.sh"]
fn all_beginnings_of_characters_with_a_fourth_byte_at_the_borders_in_every_cut_agree_with_std() {
    let leads: Vec<u8> = (0xC2..=0xF4).collect();
    // Where a continuation begins and ends.
    let borders = [0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF];
    check(&[&leads, &any(), &any(), &borders]);
}

#[test]
#[ignore = "minutes with optimisation: ci/utf8.sh --all"]
fn all_four_bytes_in_every_cut_agree_with_std() {
    check(&[&any(), &any(), &any(), &any()]);
}
