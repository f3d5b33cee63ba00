//! Where a message lies in bytes: the one question that a framing answers.
//!
//! Pure functions of the unread bytes, no buffer: [`FrameDecoder`](super::FrameDecoder) owns the bytes and asks. A framing
//! is two answers, [`find`](Framing::find) and [`missing`](Framing::missing); each has a file of its own.

use std::borrow::Cow;
use std::ops::Range;

use super::ends::End;
use super::memory::Memory;
use super::{Framing, LineEnding, WireError, WireErrorKind, fixed, netstring, scan, varint};

/// Where the next message lies in the unread bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// How many bytes of the message stand first, before a length field; none in most framings.
    pub head: usize,
    /// The rest of the message, as a range of the unread bytes.
    pub body: Range<usize>,
    /// How many unread bytes the frame takes, its ending or header included.
    pub len: usize,
}

impl Cut {
    /// A message without anything around it.
    pub(super) fn bare(len: usize) -> Self {
        Self {
            head: 0,
            body: 0..len,
            len,
        }
    }

    /// The message, out of the unread bytes that it was found in. It is copied only when a length field parts it.
    pub fn message<'u>(&self, unread: &'u [u8]) -> Cow<'u, [u8]> {
        let body = unread.get(self.body.clone()).unwrap_or_default();
        match unread.get(..self.head) {
            None | Some([]) => Cow::Borrowed(body),
            Some(head) => Cow::Owned([head, body].concat()),
        }
    }
}

/// What is wrong with the frame that begins with the first unread byte.
///
/// It follows from the framing and the bytes up to where it shows, never from how much has arrived: so it is the same
/// however the bytes were cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Index in the unread bytes of the first byte that is wrong.
    pub(super) at: usize,
    /// What is wrong.
    pub(super) kind: WireErrorKind,
}

impl Flaw {
    /// The message goes on past the limit.
    #[cold]
    pub(super) fn too_long(limit: usize) -> Self {
        Self {
            at: limit,
            kind: WireErrorKind::TooLong { limit },
        }
    }

    /// A packet goes on past the limit.
    #[cold]
    pub(super) fn long_packet(len: usize, limit: usize) -> Self {
        Self {
            at: limit,
            kind: WireErrorKind::PacketTooLong { len, limit },
        }
    }

    /// The error that it is in a stream of which `offset` bytes are gone.
    pub(super) fn behind(self, offset: u64) -> WireError {
        WireError {
            offset: offset.saturating_add(self.at as u64),
            kind: self.kind,
        }
    }

    /// The same, when `n` bytes stand before those that it was found in.
    pub(super) fn after(self, n: usize) -> Self {
        Self {
            at: self.at.saturating_add(n),
            ..self
        }
    }
}

impl Framing {
    /// Finds the first message of `unread`; `Ok(None)`: not all of it is there.
    ///
    /// `memory` is what earlier calls for the same message have learnt. In `raw` and `datagram` a message is everything;
    /// in `raw` without a limit: what may be held undecided is for the caller to say.
    #[inline(always)]
    pub(super) fn find(
        &self,
        unread: &[u8],
        max_message: usize,
        memory: &mut Memory,
    ) -> Result<Option<Cut>, Flaw> {
        match self {
            Self::Line(ending) => ending.end().find(unread, max_message, memory),
            Self::LengthPrefixed(prefix) => {
                if unread.len() < memory.needed {
                    return Ok(None);
                }
                prefix.find(unread, max_message, memory)
            }
            other => other.find_other(unread, max_message, memory),
        }
    }

    /// [`find`](Self::find) in the framings that are less often used.
    #[inline(never)]
    fn find_other(
        &self,
        unread: &[u8],
        max_message: usize,
        memory: &mut Memory,
    ) -> Result<Option<Cut>, Flaw> {
        if unread.len() < memory.needed {
            return Ok(None);
        }
        match self {
            Self::Raw => Ok((!unread.is_empty()).then(|| Cut::bare(unread.len()))),
            Self::Datagram if unread.len() > max_message => {
                Err(Flaw::long_packet(unread.len(), max_message))
            }
            Self::Datagram => Ok(Some(Cut::bare(unread.len()))),
            Self::Line(ending) => ending.end().find(unread, max_message, memory),
            Self::Delimited(delimiter) => match delimiter.end() {
                Some(end) => end.find(unread, max_message, memory),
                None => delimiter.find(unread, max_message, memory),
            },
            Self::LengthPrefixed(prefix) => prefix.find(unread, max_message, memory),
            Self::Fixed(size) => fixed::find(*size, unread, max_message, memory),
            Self::Netstring => netstring::find(unread, max_message, memory),
        }
    }

    /// How many bytes of `pushed` to put after `unread`, which holds no whole message, before asking again.
    ///
    /// At least one when there is one, never past the end of the message, and never so many that more than the limit
    /// and what stands around a message are held.
    pub(super) fn missing(
        &self,
        unread: &[u8],
        pushed: &[u8],
        max_message: usize,
        memory: &Memory,
    ) -> usize {
        let last = match self {
            Self::Raw | Self::Datagram => return pushed.len(),
            Self::LengthPrefixed(_) | Self::Fixed(_) | Self::Netstring => {
                let missing = memory.needed.saturating_sub(unread.len());
                return missing.max(1).min(pushed.len());
            }
            Self::Line(_) => b'\n',
            Self::Delimited(delimiter) => delimiter.as_bytes().last().copied().unwrap_or_default(),
        };
        let limit = max_message.saturating_add(self.around());
        let room = limit.saturating_sub(unread.len()).max(1).min(pushed.len());
        let room = pushed.get(..room).unwrap_or(pushed);
        scan::find_byte(last, room).map_or(room.len(), |at| at + 1)
    }

    /// How many of the last unread bytes could still belong to an ending, when none has been found in all of them.
    pub(super) fn undecided(&self, unread: &[u8], memory: &Memory) -> usize {
        let end = match self {
            Self::Line(ending) => Some(ending.end()),
            _ => None,
        };
        end.map_or(memory.matched, |end: End| end.undecided(unread))
    }

    /// How many bytes at most a frame has that are no bytes of its message.
    pub fn around(&self) -> usize {
        match self {
            Self::Raw | Self::Datagram | Self::Fixed(_) => 0,
            Self::Line(_) => LineEnding::MAX_LEN,
            Self::Delimited(delimiter) => delimiter.as_bytes().len(),
            Self::LengthPrefixed(_) => varint::MAX_LEN,
            Self::Netstring => netstring::MAX_AROUND,
        }
    }
}
