//! What a message of a framing can be at all: for whoever writes down what is to be sent or to arrive.
//!
//! The words are those of scenario files.

use super::{Framing, LineEnding};

impl Framing {
    /// The rule that its messages keep, in one line.
    pub fn rule(&self) -> String {
        match self {
            Self::Raw => "`raw` has no messages: all bytes are sent as they are".into(),
            Self::Line(LineEnding::CrLf) => {
                "a message of `line` is what stands before CR LF, without it".into()
            }
            Self::Line(_) => "a message of `line` is what stands before LF, without it".into(),
            Self::Delimited(_) => {
                "a message of `delimited` is what stands before the delimiter, without it".into()
            }
            Self::LengthPrefixed(prefix) => {
                let (least, most) = prefix.sizes();
                match least {
                    0 => format!("a message of this `length_prefixed` has at most {most} bytes"),
                    _ => format!(
                        "a message of this `length_prefixed` has {least} bytes at least (`offset` of them stand before the length) and {most} at most"
                    ),
                }
            }
            Self::Fixed(size) => format!("every message of this `fixed` has {size} bytes (`size`)"),
            Self::Netstring => "a message of `netstring` is any bytes".into(),
            Self::Datagram => "a message of `datagram` is one packet".into(),
        }
    }

    /// How many bytes a message that is received may have: the least and the most. In `raw` there is no limit to what is
    /// taken.
    pub fn sizes(&self, max_message: usize) -> (u64, u64) {
        let bound = max_message as u64;
        match self {
            Self::Raw => (0, u64::MAX),
            Self::Fixed(size) => (size.get() as u64, size.get() as u64),
            Self::LengthPrefixed(prefix) => {
                let (least, most) = prefix.sizes();
                (least, most.min(bound))
            }
            Self::Line(_) | Self::Delimited(_) | Self::Netstring | Self::Datagram => (0, bound),
        }
    }

    /// How many bytes a message that is sent may have: the least and the most. A limit on what is received is none here.
    pub fn sizes_sent(&self) -> (u64, u64) {
        match self {
            Self::Fixed(_) | Self::LengthPrefixed(_) => self.sizes(usize::MAX),
            _ => (0, u64::MAX),
        }
    }

    /// The bytes that end a message, where it has such: they can stand nowhere in one that is received.
    pub fn end(&self) -> Option<&[u8]> {
        match self {
            Self::Line(LineEnding::CrLf) => Some(b"\r\n"),
            Self::Line(_) => Some(b"\n"),
            Self::Delimited(delimiter) => Some(delimiter.as_bytes()),
            _ => None,
        }
    }

    /// Whether a message may hold these bytes somewhere.
    pub fn can_hold(&self, part: &[u8]) -> bool {
        self.end()
            .is_none_or(|end| memchr::memmem::find(part, end).is_none())
    }

    /// Whether a message may end with these bytes: with the end after them, the message must not end sooner.
    pub fn can_end_with(&self, part: &[u8]) -> bool {
        let Some(end) = self.end() else {
            return true;
        };
        let tail = part.len().saturating_sub(end.len());
        let mut whole = part.get(tail..).unwrap_or_default().to_vec();
        let at = whole.len();
        whole.extend_from_slice(end);
        self.can_hold(part) && memchr::memmem::find(&whole, end) == Some(at)
    }
}
