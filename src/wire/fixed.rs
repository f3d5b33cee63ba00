//! The framing `fixed`: each message has the same number of bytes.

use std::num::NonZeroUsize;

use super::EncodeError;
use super::cut::{Cut, Flaw};
use super::memory::Memory;

/// Finds the first message of `unread`. See [`Framing::find`](super::Framing::find).
pub(super) fn find(
    size: NonZeroUsize,
    unread: &[u8],
    max_message: usize,
    memory: &mut Memory,
) -> Result<Option<Cut>, Flaw> {
    let size = size.get();
    if size > max_message && unread.len() > max_message {
        return Err(Flaw::too_long(max_message));
    }
    memory.needed = size.min(max_message.saturating_add(1));
    Ok((unread.len() >= size).then(|| Cut::bare(size)))
}

/// Appends `message` to `out`.
pub(super) fn encode(
    size: NonZeroUsize,
    message: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let (len, size) = (message.len(), size.get());
    if len != size {
        return Err(EncodeError::WrongSize { len, size });
    }
    out.extend_from_slice(message);
    Ok(())
}
