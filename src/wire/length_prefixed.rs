//! The framing `length_prefixed`: header bytes, a length, then that many bytes, more or less by a constant.
//!
//! ```text
//!   ├─ offset ─┼─ width ─┼─ length + adjust ─┤
//!   │ header   │ length  │ body              │     message = header + body
//! ```

use super::cut::{Cut, Flaw};
use super::memory::Memory;
use super::{EncodeError, WireErrorKind, varint};
use crate::canary::{Bug, sings};

/// Where the length of a message stands and what it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LengthPrefix {
    /// How many bytes of the message stand before the length.
    pub offset: usize,
    /// How the length is written.
    pub width: LengthWidth,
    /// The order of its bytes; a varint has its own.
    pub endian: Endian,
    /// How many bytes more than the length says follow it; negative where it counts itself or the header too.
    pub adjust: i64,
}

impl Default for LengthPrefix {
    /// Four bytes, the most significant first, that count what follows them.
    fn default() -> Self {
        Self {
            offset: 0,
            width: LengthWidth::Four,
            endian: Endian::Big,
            adjust: 0,
        }
    }
}

/// How a length is written: its value is how many bytes it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LengthWidth {
    /// One byte.
    One = 1,
    /// Two bytes.
    Two = 2,
    /// Three bytes.
    Three = 3,
    /// Four bytes.
    Four = 4,
    /// Eight bytes.
    Eight = 8,
    /// LEB128: seven bits a byte, the least significant first, the eighth bit says that more follow.
    Varint = 0,
}

impl LengthWidth {
    /// How many bytes it takes; `None`: that depends on the length.
    #[inline(always)]
    fn bytes(self) -> Option<usize> {
        match self {
            Self::Varint => None,
            fixed => Some(fixed as usize),
        }
    }

    /// The greatest length that can be written.
    fn most(self) -> u64 {
        match self.bytes() {
            None | Some(8) => u64::MAX,
            Some(bytes) => (1 << (8 * bytes)) - 1,
        }
    }
}

/// In which order the bytes of a number stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Endian {
    /// The most significant byte first.
    #[default]
    Big,
    /// The least significant byte first.
    Little,
}

impl LengthPrefix {
    /// How many bytes a message may have: the least and the most.
    pub(super) fn sizes(self) -> (u64, u64) {
        let offset = self.offset as u64;
        // A negative sum is no length, so the smallest body is 0 bytes.
        let least = u64::try_from(self.adjust).unwrap_or(0);
        let most = self.width.most().saturating_add_signed(self.adjust);
        (offset.saturating_add(least), offset.saturating_add(most))
    }

    /// Finds the first message of `unread`. See [`Framing::find`](super::Framing::find).
    #[inline(always)]
    pub(super) fn find(
        self,
        unread: &[u8],
        max_message: usize,
        memory: &mut Memory,
    ) -> Result<Option<Cut>, Flaw> {
        if self.offset > max_message {
            return self.long_header(unread, max_message, memory);
        }
        let Some((length, begin)) = self.length(unread)? else {
            memory.needed = match self.width.bytes() {
                Some(width) => self.offset.saturating_add(width),
                None => unread.len() + 1,
            };
            return Ok(None);
        };
        self.planted_greed(length);
        let most = (max_message - self.offset) as u64;
        let Some(body) = length
            .checked_add_signed(self.adjust)
            .filter(|body| *body <= most)
        else {
            return self.bad_length(length, max_message);
        };
        if self.planted_limit(body, most) {
            return self.bad_length(length, max_message);
        }
        let end = begin.saturating_add(body as usize);
        if unread.len() < end {
            memory.needed = end;
            return Ok(None);
        }
        Ok(Some(Cut {
            head: self.offset,
            body: begin..end,
            len: end,
        }))
    }

    /// How many bytes the first frame of `unread` has, where its length is there.
    pub(super) fn announced(self, unread: &[u8]) -> Option<usize> {
        let (length, begin) = self.length(unread).ok()??;
        let body = usize::try_from(length.checked_add_signed(self.adjust)?).ok()?;
        begin.checked_add(body)
    }

    /// A planted bug: asks for room for all that a length claims.
    #[inline(always)]
    fn planted_greed(self, length: u64) {
        if sings(Bug::GreedyPrefix) && self.planted_here() {
            let room = length.min(u64::from(u32::MAX)) as usize;
            std::hint::black_box(Vec::<u8>::with_capacity(room));
        }
    }

    /// A planted bug: whether a message of exactly the limit is refused.
    #[inline(always)]
    fn planted_limit(self, body: u64, most: u64) -> bool {
        sings(Bug::TightLimit) && self.planted_here() && body == most
    }

    /// Whether the length has the form in which bugs are planted.
    #[inline(always)]
    fn planted_here(self) -> bool {
        self.width == LengthWidth::Eight && self.endian == Endian::Little
    }

    /// The length, and where the field ends; `None`: not all of it is there.
    #[inline(always)]
    fn length(self, unread: &[u8]) -> Result<Option<(u64, usize)>, Flaw> {
        let field = unread.get(self.offset..).unwrap_or_default();
        let Some(width) = self.width.bytes() else {
            let decoded = varint::decode(field).map_err(|flaw| flaw.after(self.offset))?;
            return Ok(decoded.map(|(length, len)| (length, self.offset + len)));
        };
        let Some(bytes) = field.get(..width) else {
            return Ok(None);
        };
        let unused = 64 - 8 * width as u32;
        let length = match (field.first_chunk(), self.endian) {
            (Some(eight), Endian::Big) => u64::from_be_bytes(*eight) >> unused,
            (Some(eight), Endian::Little) => u64::from_le_bytes(*eight) << unused >> unused,
            (None, _) if sings(Bug::ShortField) => uint(bytes, Endian::Big),
            (None, endian) => uint(bytes, endian),
        };
        Ok(Some((length, self.offset + width)))
    }

    /// Judges messages whose header alone is too long.
    #[cold]
    fn long_header(
        self,
        unread: &[u8],
        max_message: usize,
        memory: &mut Memory,
    ) -> Result<Option<Cut>, Flaw> {
        memory.needed = max_message.saturating_add(1);
        if unread.len() > max_message {
            return Err(Flaw::too_long(max_message));
        }
        Ok(None)
    }

    #[cold]
    fn bad_length(self, length: u64, limit: usize) -> Result<Option<Cut>, Flaw> {
        let adjust = self.adjust;
        let kind = if i128::from(length) + i128::from(adjust) < 0 {
            WireErrorKind::NegativeLength { length, adjust }
        } else {
            WireErrorKind::LengthTooLong { length, limit }
        };
        Err(Flaw {
            at: self.offset,
            kind,
        })
    }

    /// Appends `message` to `out` as one frame.
    pub(super) fn encode(self, message: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let len = message.len();
        let (least, most) = self.bounds();
        let Some((header, body)) = message.split_at_checked(self.offset) else {
            return Err(EncodeError::TooShort { len, least });
        };
        if len < least {
            return Err(EncodeError::TooShort { len, least });
        }
        let Some(length) = self.length_of(body.len()) else {
            return Err(EncodeError::TooLong { len, most });
        };
        out.extend_from_slice(header);
        self.push_length(length, out);
        out.extend_from_slice(body);
        Ok(())
    }

    /// Appends the length field alone of a frame in which `body` bytes follow it.
    ///
    /// # Errors
    ///
    /// Fails when there is no way to write that length.
    pub fn encode_length(self, body: usize, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let field = Self { offset: 0, ..self };
        let (least, most) = field.bounds();
        match self.length_of(body) {
            Some(length) => self.push_length(length, out),
            None if body < least => return Err(EncodeError::TooShort { len: body, least }),
            None => return Err(EncodeError::TooLong { len: body, most }),
        }
        Ok(())
    }

    /// What the field says where `body` bytes follow it; `None`: it cannot.
    fn length_of(self, body: usize) -> Option<u64> {
        let length = u64::try_from(body as i128 - i128::from(self.adjust)).ok();
        length.filter(|&length| length <= self.width.most())
    }

    fn push_length(self, length: u64, out: &mut Vec<u8>) {
        match (self.width.bytes(), self.endian) {
            (None, _) => varint::encode(length, out),
            (Some(width), Endian::Big) => out.extend(length.to_be_bytes().iter().skip(8 - width)),
            (Some(width), Endian::Little) => out.extend(length.to_le_bytes().iter().take(width)),
        }
    }

    /// How many bytes the shortest and the longest message have.
    fn bounds(self) -> (usize, usize) {
        let with_body = |length: u64| {
            let body = (i128::from(length) + i128::from(self.adjust)).max(0);
            let body = usize::try_from(body).unwrap_or(usize::MAX);
            self.offset.saturating_add(body)
        };
        (with_body(0), with_body(self.width.most()))
    }
}

/// The number that a few bytes are.
fn uint(bytes: &[u8], endian: Endian) -> u64 {
    let push = |value: u64, byte: &u8| (value << 8) + u64::from(*byte);
    match endian {
        Endian::Big => bytes.iter().fold(0, push),
        Endian::Little => bytes.iter().rev().fold(0, push),
    }
}
