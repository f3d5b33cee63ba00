//! The framing `netstring`: `5:Hello,`.

use super::WireErrorKind;
use super::cut::{Cut, Flaw};
use super::memory::Memory;

/// The longest frame around a message: the digits of a length, a colon, a comma.
pub(super) const MAX_AROUND: usize = 22;

/// Finds the first message of `unread`. See [`Framing::find`](super::Framing::find).
pub(super) fn find(
    unread: &[u8],
    max_message: usize,
    memory: &mut Memory,
) -> Result<Option<Cut>, Flaw> {
    let Some((len, begin)) = length(unread, max_message)? else {
        memory.needed = unread.len() + 1;
        return Ok(None);
    };
    let end = begin.saturating_add(len);
    memory.needed = end.saturating_add(1);
    match unread.get(end) {
        None => Ok(None),
        Some(b',') => Ok(Some(Cut {
            head: 0,
            body: begin..end,
            len: end + 1,
        })),
        Some(_) => Err(Flaw {
            at: end,
            kind: WireErrorKind::MissingComma,
        }),
    }
}

/// How many bytes the first frame of `unread` has, where its length is there.
pub(super) fn announced(unread: &[u8]) -> Option<usize> {
    let (len, begin) = length(unread, usize::MAX).ok()??;
    // The comma too.
    begin.checked_add(len)?.checked_add(1)
}

/// The length of the message, and where it begins; `None`: the colon has not arrived.
fn length(unread: &[u8], max_message: usize) -> Result<Option<(usize, usize)>, Flaw> {
    let mut len = 0_usize;
    for (at, byte) in unread.iter().enumerate() {
        match byte {
            b'0'..=b'9' if at == 1 && len == 0 => {
                return Err(Flaw {
                    at: 0,
                    kind: WireErrorKind::LeadingZero,
                });
            }
            b'0'..=b'9' => {
                len = len
                    .saturating_mul(10)
                    .saturating_add(usize::from(byte - b'0'));
            }
            b':' if at > 0 => return Ok(Some((len, at + 1))),
            _ => {
                return Err(Flaw {
                    at,
                    kind: WireErrorKind::NotADigit,
                });
            }
        }
        // A length that no number here can say is too long for any limit.
        if len > max_message || len == usize::MAX {
            // More digits may follow: how long it would be in the end is of no interest.
            return Err(Flaw {
                at: 0,
                kind: WireErrorKind::TooLong { limit: max_message },
            });
        }
    }
    Ok(None)
}

/// Appends `message` to `out` as one frame.
pub(super) fn encode(message: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(message.len().to_string().as_bytes());
    out.push(b':');
    out.extend_from_slice(message);
    out.push(b',');
}
