//! The framing `line`: where a line ends.

use super::cut::{Cut, TooLong};
use super::{LineEnding, scan};

/// The longest ending: CR LF.
pub(super) const MAX_ENDING: usize = 2;

/// Finds the first line of `unread`. See [`Framing::find`](super::Framing::find).
pub(super) fn find(
    ending: LineEnding,
    unread: &[u8],
    max_message: usize,
    scanned: &mut usize,
) -> Result<Option<Cut>, TooLong> {
    // A line that ends later than this is too long, whatever else comes.
    let window = unread.len().min(max_message.saturating_add(MAX_ENDING));
    while let Some(found) = scan::find_byte(b'\n', &unread[*scanned..window]) {
        let lf = *scanned + found;
        let after_cr = lf > 0 && unread[lf - 1] == b'\r';
        if ending == LineEnding::CrLf && !after_cr {
            *scanned = lf + 1;
            continue;
        }
        let message = lf - usize::from(after_cr);
        if message > max_message {
            return Err(TooLong { at: max_message });
        }
        *scanned = lf;
        return Ok(Some(Cut {
            head: 0,
            body: 0..message,
            len: lf + 1,
        }));
    }
    *scanned = window;
    match unread.get(max_message..) {
        // A CR just past the limit may yet turn out to belong to the ending.
        None | Some([] | [b'\r']) => Ok(None),
        Some(_) => Err(TooLong { at: max_message }),
    }
}

/// How much of `pushed` belongs to the line that `unread` begins. See [`Framing::missing`](super::Framing::missing).
pub(super) fn missing(unread: &[u8], pushed: &[u8], max_message: usize) -> usize {
    let limit = max_message.saturating_add(MAX_ENDING);
    let room = limit.saturating_sub(unread.len()).max(1).min(pushed.len());
    scan::find_byte(b'\n', &pushed[..room]).map_or(room, |lf| lf + 1)
}
