//! Where a message lies in bytes: the one question that a framing answers.
//!
//! Pure functions of the unread bytes, no buffer: [`FrameDecoder`](super::FrameDecoder) owns the bytes and asks. A framing
//! is two answers, [`find`](Framing::find) and [`missing`](Framing::missing); each has a file of its own.

use std::borrow::Cow;
use std::ops::Range;

use super::{Framing, line};

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
    /// The message, out of the unread bytes that it was found in. It is copied only when a length field parts it.
    pub fn message<'u>(&self, unread: &'u [u8]) -> Cow<'u, [u8]> {
        let body = unread.get(self.body.clone()).unwrap_or_default();
        match unread.get(..self.head) {
            None | Some([]) => Cow::Borrowed(body),
            Some(head) => Cow::Owned([head, body].concat()),
        }
    }
}

/// The message that begins with the first unread byte is longer than the limit.
///
/// Its offset follows from the framing alone, never from how much of the message has arrived: so it is the same however
/// the bytes were cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong {
    /// Index in the unread bytes of the first byte past the limit.
    pub(super) at: usize,
}

impl Framing {
    /// Finds the first message of `unread`; `Ok(None)`: not all of it is there.
    ///
    /// `scanned` is the memory between two calls for the same message: how many bytes are known to hold no end. It is
    /// what keeps the work linear when bytes come one at a time, and is left pointing at the end once that is found.
    /// In `raw` a message is everything, without a limit: what may be held undecided is for the caller to say.
    pub(super) fn find(
        &self,
        unread: &[u8],
        max_message: usize,
        scanned: &mut usize,
    ) -> Result<Option<Cut>, TooLong> {
        match self {
            Self::Raw => Ok((!unread.is_empty()).then_some(Cut {
                head: 0,
                body: 0..unread.len(),
                len: unread.len(),
            })),
            Self::Line(ending) => line::find(*ending, unread, max_message, scanned),
        }
    }

    /// How many bytes of `pushed` to put after `unread`, which holds no whole message, before asking again.
    ///
    /// At least one when there is one, never past the end of the message, and never so many that more than the limit
    /// and an ending are held.
    pub(super) fn missing(&self, unread: &[u8], pushed: &[u8], max_message: usize) -> usize {
        match self {
            Self::Raw => pushed.len(),
            Self::Line(_) => line::missing(unread, pushed, max_message),
        }
    }
}
