//! The framing `delimited`: bytes up to a delimiter of one or more bytes.
//!
//! A delimiter of one byte is found as a line's end is. A longer one is found by Knuth, Morris and Pratt's method: each
//! byte is looked at once, also when delimiters nearly occur all the time (`aab` in `aaaaaaab`).

use std::sync::Arc;

use super::cut::{Cut, Flaw};
use super::ends::{Cr, End};
use super::memory::Memory;
use super::scan;

/// The bytes that end each message: one or more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delimiter(Arc<Pattern>);

/// A delimiter, made ready to be searched for.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Pattern {
    /// The delimiter itself: at least one byte.
    bytes: Box<[u8]>,
    /// For each byte of it: how much of the delimiter is still matched when the bytes up to and with it are, but the
    /// next one is not.
    fallback: Box<[usize]>,
}

impl Delimiter {
    /// Makes a delimiter of these bytes; `None` when there are none.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        Some(Self(Arc::new(Pattern {
            bytes: bytes.into(),
            fallback: fallback(bytes).into(),
        })))
    }

    /// The bytes of the delimiter.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The end of messages, if it is a single byte.
    pub(super) fn end(&self) -> Option<End> {
        match *self.as_bytes() {
            [byte] => Some(End { byte, cr: Cr::Kept }),
            _ => None,
        }
    }

    /// Finds the first message of `unread`. See [`Framing::find`](super::Framing::find).
    pub(super) fn find(
        &self,
        unread: &[u8],
        max_message: usize,
        memory: &mut Memory,
    ) -> Result<Option<Cut>, Flaw> {
        let len = self.as_bytes().len();
        // A delimiter that ends later than this ends a message that is too long.
        let window = unread.len().min(max_message.saturating_add(len));
        while let Some(rest) = unread.get(memory.examined..window)
            && let [next, ..] = rest
        {
            if memory.matched == 0 {
                let skipped = self.skip(rest);
                memory.examined += skipped;
                if skipped == rest.len() {
                    break;
                }
            }
            let next = if memory.matched == 0 {
                self.first()
            } else {
                *next
            };
            let matched = self.step(memory.matched, next);
            if matched == len {
                // The memory stays before this byte, which so is found again when the message is only peeked at.
                let end = memory.examined + 1;
                return Ok(Some(Cut {
                    head: 0,
                    body: 0..end - len,
                    len: end,
                }));
            }
            memory.matched = matched;
            memory.examined += 1;
        }
        if memory.examined - memory.matched > max_message {
            return Err(Flaw::too_long(max_message));
        }
        Ok(None)
    }

    /// How many bytes there are before the first one that may begin a delimiter.
    fn skip(&self, rest: &[u8]) -> usize {
        scan::find_byte(self.first(), rest).unwrap_or(rest.len())
    }

    fn first(&self) -> u8 {
        self.as_bytes().first().copied().unwrap_or_default()
    }

    /// How much of the delimiter is matched after `next`, when `matched` bytes of it, not all, were before.
    fn step(&self, mut matched: usize, next: u8) -> usize {
        #[cfg(any(test, fuzzing))]
        scan::work::add(1);
        let Pattern { bytes, fallback } = &*self.0;
        while bytes[matched] != next {
            if matched == 0 {
                return 0;
            }
            matched = fallback[matched - 1];
        }
        matched + 1
    }
}

/// For each byte of a pattern: the length of the longest beginning of it that ends there, short of all up to there.
fn fallback(bytes: &[u8]) -> Vec<usize> {
    let mut fallback = vec![0; bytes.len()];
    let mut matched = 0;
    for at in 1..bytes.len() {
        while matched > 0 && bytes[matched] != bytes[at] {
            matched = fallback[matched - 1];
        }
        if bytes[matched] == bytes[at] {
            matched += 1;
        }
        fallback[at] = matched;
    }
    fallback
}
