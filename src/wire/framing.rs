//! Which bytes are one message: the rules a scenario names with `framing`.

use std::num::NonZeroUsize;

use super::{Delimiter, LengthPrefix, LineEnding, netstring};

/// How many bytes a received message may have unless said otherwise: 1 MiB.
pub const DEFAULT_MAX_MESSAGE: usize = 1 << 20;

/// How bytes are cut into messages, the same for both directions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framing {
    /// No framing. Sent, a message is exactly its bytes; received, a message is whatever one push (one read) brought.
    Raw,
    /// Lines.
    Line(LineEnding),
    /// Bytes up to a delimiter.
    Delimited(Delimiter),
    /// Bytes whose number is sent before them.
    LengthPrefixed(LengthPrefix),
    /// Always the same number of bytes.
    Fixed(NonZeroUsize),
    /// The number of bytes in decimal digits, a colon, the bytes, a comma: `5:Hello,`.
    Netstring,
    /// Packets. Each push is one message, an empty one too.
    Datagram,
}

impl Default for Framing {
    fn default() -> Self {
        Self::LINE
    }
}

impl Framing {
    /// Lines that end with LF, received with or without a CR before it.
    pub const LINE: Self = Self::Line(LineEnding::Lf);

    /// Whether what one push (one read) brings is a message by itself, so that bytes cut otherwise are other messages.
    pub fn is_by_push(&self) -> bool {
        matches!(self, Self::Raw | Self::Datagram)
    }

    /// How many bytes the first frame of `unread` has, where its beginning says so and not all of them are there.
    pub fn announced(&self, unread: &[u8]) -> Option<usize> {
        let len = match self {
            Self::LengthPrefixed(prefix) => prefix.announced(unread),
            Self::Netstring => netstring::announced(unread),
            Self::Fixed(size) => Some(size.get()).filter(|_| !unread.is_empty()),
            Self::Raw | Self::Line(_) | Self::Delimited(_) | Self::Datagram => None,
        };
        len.filter(|len| unread.len() < *len)
    }

    /// Whether the end of a message can be found again after one that was too long.
    pub fn has_ends(&self) -> bool {
        matches!(self, Self::Line(_) | Self::Delimited(_))
    }
}
