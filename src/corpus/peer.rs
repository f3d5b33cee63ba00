//! Inputs of `player`: what the peers do and what becomes of connections and writes, a sign each, then the scenario.

use super::pieces::Cuts;
use crate::player::{Ending, RefusalKind, Segment, TlsFault};

/// `player`: how what arrives is cut (modulo 3 also how the player cuts what it sends), then what happens, a line of
/// [`Turn`]s, then the file.
#[derive(Debug)]
pub(crate) struct PlayerInput<'a> {
    pub(crate) cuts: Cuts,
    pub(crate) segment: Option<Segment>,
    turns: &'a [u8],
    pub(crate) file: &'a [u8],
}

/// Something that happens beside what the player does.
///
/// | sign | what happens |
/// | --- | --- |
/// | `"`…`"` `'`…`'` | these bytes arrive, `\|` is a line feed |
/// | `*` | what the step wants that waits |
/// | `.` `!` `?` `r` | the connection ends: cleanly, by a reset, lost; of packets, nobody listens |
/// | `+` `-` `~` `a` | the connection comes about, is refused, cannot be had, may not be |
/// | `S` `s` | TLS comes about, or does not |
/// | `w` `x` `X` `b` | the write is done, cannot be done after a clean end, after a reset, is too large for a packet |
/// | `h` | the next connection or write is left hanging |
/// | `t` `C` | time passes, the run is cancelled |
/// | `z` `q` | all that cannot be at this moment is said; somebody asks what is waited for |
/// | `0`…`9` | what comes now is about the client of this number |
/// | `D` `P` `n` `p` | of the whole play: leftovers are denied, clients that can carry packets do, connections know no RST, segments are paced |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn<'a> {
    Arrives(&'a [u8]),
    Wanted,
    Ends(Ending),
    Connected,
    Refused(RefusalKind),
    Secured,
    Written,
    Unwritable(Ending),
    TooLarge,
    Hangs,
    TimePasses,
    Cancelled,
    Nonsense,
    Asks,
    Client(u16),
    /// Something that holds for all of the play.
    Always(Condition),
}

/// What holds for all of a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    DeniesLeftovers,
    OnPackets,
    NoReset,
    Paces,
}

impl<'a> PlayerInput<'a> {
    /// How many bytes choose what happens, without the line of turns.
    const HEADER: usize = 1;

    pub(crate) fn parse(data: &'a [u8]) -> Option<Self> {
        let at = Self::file_at(data)?;
        let cuts = *data.first()?;
        Some(Self {
            cuts: Cuts::named(cuts),
            segment: [None, Some(Segment::Byte), Some(Segment::Random)][usize::from(cuts % 3)],
            turns: data.get(Self::HEADER..at - 1)?,
            file: data.get(at..)?,
        })
    }

    /// Where the scenario begins in an input.
    pub(crate) fn file_at(data: &[u8]) -> Option<usize> {
        let turns = data.get(Self::HEADER..)?;
        let end = turns.iter().position(|&byte| byte == b'\n')?;
        Some(Self::HEADER + end + 1)
    }

    /// Whether a sign says this of the whole play.
    pub(crate) fn always(&self, condition: Condition) -> bool {
        self.signs().any(|turn| turn == Turn::Always(condition))
    }

    /// What happens, in order.
    pub(crate) fn turns(&self) -> impl Iterator<Item = Turn<'a>> + use<'a> {
        self.signs().filter(|turn| !matches!(turn, Turn::Always(_)))
    }

    /// What the signs mean. Bytes that are none mean nothing.
    fn signs(&self) -> impl Iterator<Item = Turn<'a>> + use<'a> {
        let mut rest = self.turns;
        std::iter::from_fn(move || {
            loop {
                let (&sign, after) = rest.split_first()?;
                rest = after;
                return Some(match sign {
                    b'"' | b'\'' => {
                        let end = rest.iter().position(|&byte| byte == sign);
                        let end = end.unwrap_or(rest.len());
                        let bytes = rest.get(..end)?;
                        rest = rest.get(end + 1..).unwrap_or_default();
                        Turn::Arrives(bytes)
                    }
                    b'*' => Turn::Wanted,
                    b'.' => Turn::Ends(Ending::Clean),
                    b'!' => Turn::Ends(Ending::Reset),
                    b'?' => Turn::Ends(Ending::Lost),
                    b'r' => Turn::Ends(Ending::Refused),
                    b'+' => Turn::Connected,
                    b'-' => Turn::Refused(RefusalKind::Refused),
                    b'~' => Turn::Refused(RefusalKind::Unreachable),
                    b'a' => Turn::Refused(RefusalKind::NotAllowed),
                    b'S' => Turn::Secured,
                    b's' => Turn::Refused(RefusalKind::Tls(TlsFault::Broken)),
                    b'w' => Turn::Written,
                    b'x' => Turn::Unwritable(Ending::Clean),
                    b'X' => Turn::Unwritable(Ending::Reset),
                    b'b' => Turn::TooLarge,
                    b'h' => Turn::Hangs,
                    b't' => Turn::TimePasses,
                    b'C' => Turn::Cancelled,
                    b'z' => Turn::Nonsense,
                    b'q' => Turn::Asks,
                    b'D' => Turn::Always(Condition::DeniesLeftovers),
                    b'P' => Turn::Always(Condition::OnPackets),
                    b'n' => Turn::Always(Condition::NoReset),
                    b'p' => Turn::Always(Condition::Paces),
                    b'0'..=b'9' => Turn::Client(u16::from(sign - b'0')),
                    _ => continue,
                });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_before_the_first_line_feed_say_what_happens_and_the_file_follows() {
        let input = PlayerInput::parse(b"0+\"aD|\"_P1.hxs\"open\n{}\n").expect("an input");
        let turns: Vec<_> = input.turns().collect();
        let expected = [
            Turn::Connected,
            Turn::Arrives(b"aD|"),
            Turn::Client(1),
            Turn::Ends(Ending::Clean),
            Turn::Hangs,
            Turn::Unwritable(Ending::Clean),
            Turn::Refused(RefusalKind::Tls(TlsFault::Broken)),
            Turn::Arrives(b"open"),
        ];
        assert_eq!(turns, expected);
        assert!(input.always(Condition::OnPackets));
        assert!(
            !input.always(Condition::DeniesLeftovers),
            "what arrives is no sign"
        );
        assert_eq!(input.file, b"{}\n");
        assert_eq!(input.segment, None);
        assert!(PlayerInput::parse(b"0+ without an end").is_none());
        assert!(PlayerInput::parse(b"").is_none());
    }
}
