//! Hides values in bytes and in text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use thiserror::Error;

use super::build::patterns;
use super::pattern::{Marks, Pattern};

/// What stands for a byte that is hidden.
const HIDDEN: u8 = b'*';

/// What says that text was cut.
const CUTS: [&[u8]; 2] = ["…".as_bytes(), b"..."];

/// Values that nobody may see.
#[derive(Default)]
pub struct Secrets {
    patterns: Vec<Pattern>,
    values: usize,
    bytes: usize,
}

/// A value that cannot be hidden. Whoever gave it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TooPlain {
    /// It is so short that it stands everywhere.
    #[error(
        "is too short to be hidden: fewer than {} bytes stand in too many places",
        Secrets::MIN_LEN
    )]
    Short,
    /// It takes too much to be looked for.
    #[error(
        "is too long to be hidden: {} bytes at most, and {} of all secrets",
        Secrets::MAX_LEN,
        Secrets::MAX_TOTAL
    )]
    Long,
    /// It looks hidden already.
    #[error("cannot be hidden: it is nothing but `*`, which is what stands for what is hidden")]
    Hidden,
}

impl Secrets {
    /// How many bytes a value has at least.
    pub const MIN_LEN: usize = 6;

    /// How many bytes a value has at most: 4 KiB.
    pub const MAX_LEN: usize = 4 << 10;

    /// How many bytes all of them have at most, lines of several counted again: 16 KiB. Each is some 3 KiB of automata.
    pub const MAX_TOTAL: usize = 16 << 10;

    /// How many places of a text that say that something is left out are believed: 256. Behind them a value is hidden as if nothing were.
    pub const MAX_CUTS: usize = 256;

    /// Adds a value, and each line of it that is long enough: they are printed apart.
    ///
    /// # Errors
    ///
    /// Fails when it is too short or too long, or looks hidden already.
    pub fn add(&mut self, value: &[u8]) -> Result<(), TooPlain> {
        if value.len() < Self::MIN_LEN {
            return Err(TooPlain::Short);
        }
        if value.len() > Self::MAX_LEN {
            return Err(TooPlain::Long);
        }
        if is_hidden(value) {
            return Err(TooPlain::Hidden);
        }
        let lines: BTreeSet<&[u8]> = match value.contains(&b'\n') {
            true => value
                .split(|byte| *byte == b'\n')
                .map(<[u8]>::trim_ascii)
                .filter(|line| line.len() >= Self::MIN_LEN && !is_hidden(line))
                .collect(),
            false => BTreeSet::new(),
        };
        let len = value.len() + lines.iter().map(|line| line.len()).sum::<usize>();
        if self.bytes + len > Self::MAX_TOTAL {
            return Err(TooPlain::Long);
        }
        for value in lines.into_iter().chain([value]) {
            self.patterns.extend(patterns(value));
        }
        self.values += 1;
        self.bytes += len;
        Ok(())
    }

    /// Whether there is nothing to hide.
    pub const fn is_empty(&self) -> bool {
        self.values == 0
    }

    /// Hides them in bytes of which more may stand elsewhere, before and after; says whether there were any.
    pub fn hide_bytes(&self, bytes: &mut [u8]) -> bool {
        self.hide_stream(&mut [(bytes, true)])
    }

    /// Hides them in the parts of a stream, in order, also across several; `true` says that something is missing after a part. More
    /// may stand before the first and after the last.
    pub fn hide_stream(&self, parts: &mut [(&mut [u8], bool)]) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut any = false;
        for run in parts.chunk_by_mut(|part, _| !part.1) {
            let bytes = run.iter().flat_map(|(bytes, _)| bytes.iter().copied());
            let bytes: Vec<u8> = bytes.collect();
            let marks = self.marks(&bytes, true, true).unwrap_or_default();
            let mut marks = marks.iter();
            for byte in run.iter_mut().flat_map(|(bytes, _)| bytes.iter_mut()) {
                if marks.next() == Some(&true) {
                    *byte = HIDDEN;
                    any = true;
                }
            }
        }
        any
    }

    /// Hides them in text, also where `…` says that something is left out. It stays as long as it is, in bytes.
    pub fn hide_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(marks) = self.marks(text.as_bytes(), false, false) else {
            return Cow::Borrowed(text);
        };
        Cow::Owned(starred(text, &marks))
    }

    /// Hides them in text that may be a part of another one, in quotes or not.
    pub fn hide_part(&self, text: &mut String) {
        let inner = text.trim_matches(['"', '…']);
        let from = text.len() - text.trim_start_matches(['"', '…']).len();
        if let Some(marks) = self.marks(inner.as_bytes(), true, true) {
            *text = [
                &text[..from],
                &starred(inner, &marks),
                &text[from + inner.len()..],
            ]
            .concat();
        }
        self.hide_in(text);
    }

    /// Hides them in a text in place.
    pub fn hide_in(&self, text: &mut String) {
        if let Cow::Owned(hidden) = self.hide_text(text) {
            *text = hidden;
        }
    }

    /// Which bytes are of a value; `None`: none. What is missing may be so before or after them, and where they say that something is.
    fn marks(&self, bytes: &[u8], before: bool, after: bool) -> Option<Vec<bool>> {
        if self.is_empty() {
            return None;
        }
        let mut marks = self.marks_of_part(bytes, before, after);
        let (mut from, mut cut_before) = (0, before);
        for _ in 0..Self::MAX_CUTS {
            let Some((at, len)) = next_cut(bytes, from) else {
                break;
            };
            self.add_part(bytes, from..at, (cut_before, true), &mut marks);
            (from, cut_before) = (at + len, true);
        }
        if from > 0 {
            self.add_part(bytes, from..bytes.len(), (true, after), &mut marks);
        }
        marks.contains(&true).then_some(marks)
    }

    /// Adds the marks of a part alone.
    fn add_part(
        &self,
        bytes: &[u8],
        part: Range<usize>,
        (before, after): (bool, bool),
        marks: &mut [bool],
    ) {
        let alone = bytes.get(part.clone()).unwrap_or_default();
        let alone = self.marks_of_part(alone, before, after);
        for (mark, alone) in marks.iter_mut().skip(part.start).zip(alone) {
            *mark |= alone;
        }
    }

    fn marks_of_part(&self, bytes: &[u8], before: bool, after: bool) -> Vec<bool> {
        let mut marks = Marks::new(bytes.len());
        for pattern in &self.patterns {
            pattern.mark(bytes, before, after, &mut marks);
        }
        marks.all()
    }
}

/// Where something is left out next, and how many bytes say so.
fn next_cut(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    (from..bytes.len()).find_map(|at| {
        let is_cut = |cut: &&[u8]| bytes[at..].starts_with(cut);
        Some((at, CUTS.into_iter().find(is_cut)?.len()))
    })
}

/// Whether nothing but what stands for what is hidden is in it.
fn is_hidden(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte == HIDDEN)
}

/// A text in which the characters with a mark are stars, as many as they have bytes.
fn starred(text: &str, marks: &[bool]) -> String {
    let mut hidden = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let len = character.len_utf8();
        if marks[at..at + len].contains(&true) {
            (0..len).for_each(|_| hidden.push(char::from(HIDDEN)));
        } else {
            hidden.push(character);
        }
    }
    hidden
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("values", &self.values)
            .finish_non_exhaustive()
    }
}
