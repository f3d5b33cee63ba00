//! Messages that one byte ends: what `line` and `delimited` share, and the hottest loop there is.
//!
//! Ends are found 64 bytes at a time and remembered as a mask, so that with short messages most questions are answered
//! without looking at a byte.

use super::cut::{Cut, Flaw};
use super::memory::Memory;
use super::scan::{self, BLOCK};

/// After how many blocks without an end a search that is better over long distances takes over.
const BLOCKS_BEFORE_LEAP: usize = 2;

/// A byte that ends messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// The byte itself.
    pub(super) byte: u8,
    /// What a CR before it means.
    pub(super) cr: Cr,
}

/// What a CR before the byte that ends a message means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cr {
    /// Nothing: it is part of the message.
    Kept,
    /// It is part of the ending.
    Dropped,
    /// Without it, this is no ending.
    Required,
}

impl End {
    /// Finds the first message of `unread`. See [`Framing::find`](super::Framing::find).
    #[inline(always)]
    pub(super) fn find(
        self,
        unread: &[u8],
        max_message: usize,
        memory: &mut Memory,
    ) -> Result<Option<Cut>, Flaw> {
        loop {
            while let Some(end) = memory.first_end() {
                let after_cr = self.cr != Cr::Kept && before(unread, end) == Some(b'\r');
                if self.cr == Cr::Required && !after_cr {
                    memory.drop_first_end();
                    continue;
                }
                let message = end - usize::from(after_cr);
                if message > max_message {
                    return Err(Flaw::too_long(max_message));
                }
                return Ok(Some(Cut {
                    head: 0,
                    body: 0..message,
                    len: end + 1,
                }));
            }
            if !self.look_on(unread, memory) {
                return self.unfinished(unread, max_message);
            }
        }
    }

    /// Examines more bytes, until an end is among them. False when there are none.
    #[inline(always)]
    fn look_on(self, unread: &[u8], memory: &mut Memory) -> bool {
        self.look_at_block(unread, memory) || self.look_further(unread, memory)
    }

    /// Examines the next block, if there is a whole one. Whether an end is in it.
    #[inline(always)]
    fn look_at_block(self, unread: &[u8], memory: &mut Memory) -> bool {
        let rest = unread.get(memory.examined..).unwrap_or_default();
        let Some(block) = rest.first_chunk::<BLOCK>() else {
            return false;
        };
        memory.examined += BLOCK;
        memory.ends = scan::mask(self.byte, block);
        memory.ends != 0
    }

    /// Examines what comes after a block without an end.
    #[inline(never)]
    fn look_further(self, unread: &[u8], memory: &mut Memory) -> bool {
        for _ in 1..BLOCKS_BEFORE_LEAP {
            if self.look_at_block(unread, memory) {
                return true;
            }
        }
        let rest = unread.get(memory.examined..).unwrap_or_default();
        if rest.is_empty() {
            memory.ends = 0;
            return false;
        }
        if rest.len() < BLOCK {
            memory.examined += rest.len();
            memory.ends = scan::mask_of_tail(self.byte, rest);
            return true;
        }
        let found = scan::find_byte(self.byte, rest);
        memory.examined += found.unwrap_or(rest.len());
        found.is_some()
    }

    /// Judges bytes that hold no end.
    #[cold]
    fn unfinished(self, unread: &[u8], max_message: usize) -> Result<Option<Cut>, Flaw> {
        match unread.get(max_message..) {
            None | Some([]) => Ok(None),
            // It may yet turn out to belong to the ending.
            Some([b'\r']) if self.cr != Cr::Kept => Ok(None),
            Some(_) => Err(Flaw::too_long(max_message)),
        }
    }

    /// How many of the last examined bytes could still belong to an ending.
    pub(super) fn undecided(self, unread: &[u8]) -> usize {
        usize::from(self.cr == Cr::Required && unread.last() == Some(&b'\r'))
    }
}

/// The byte before that at `index`.
#[inline(always)]
fn before(unread: &[u8], index: usize) -> Option<u8> {
    unread.get(index.wrapping_sub(1)).copied()
}
