//! What the first bytes of an input name, and the bytes that name it: framings, limits and line ends.

use std::num::NonZeroUsize;

use crate::wire::{Delimiter, Endian, Framing, LengthPrefix, LengthWidth, LineEnding};

/// The bytes that name framings, for a person who writes an input.
pub(crate) const FRAMINGS: &[u8; 26] = b"0123456789ABCDEFGHIJKLMNOP";

/// The framing that this byte of an input names.
///
/// `0` raw, `1` LF, `2` CR LF, `3` either; delimited by `4` a comma, `5` `aab`, `6` `abab`; `7` fixed, 4 bytes;
/// `8` netstring; `9` datagram; length-prefixed by `A` 1, `B` 2, `C` 3, `D` 4, `E` 8 bytes, `F` a varint,
/// `G` to `J` 2, 3, 4, 8 bytes little-endian, and with other things around the length from `K` on.
pub(crate) fn framing_named(byte: u8) -> Framing {
    use LengthWidth::{Eight, Four, One, Three, Two, Varint};
    let delimited = |bytes: &[u8]| Delimiter::new(bytes).map_or(Framing::Raw, Framing::Delimited);
    let fixed = |size| NonZeroUsize::new(size).map_or(Framing::Raw, Framing::Fixed);
    let prefixed = |offset, width, endian, adjust| {
        Framing::LengthPrefixed(LengthPrefix {
            offset,
            width,
            endian,
            adjust,
        })
    };
    let big = |width| prefixed(0, width, Endian::Big, 0);
    let little = |width| prefixed(0, width, Endian::Little, 0);
    match byte {
        b'0' => Framing::Raw,
        b'1' => Framing::Line(LineEnding::Lf),
        b'2' => Framing::Line(LineEnding::CrLf),
        b'3' => Framing::Line(LineEnding::Either),
        b'4' => delimited(b","),
        b'5' => delimited(b"aab"),
        b'6' => delimited(b"abab"),
        b'7' => fixed(4),
        b'8' => Framing::Netstring,
        b'9' => Framing::Datagram,
        b'A' => big(One),
        b'B' => big(Two),
        b'C' => big(Three),
        b'D' => big(Four),
        b'E' => big(Eight),
        b'F' => big(Varint),
        b'G' => little(Two),
        b'H' => little(Three),
        b'I' => little(Four),
        b'J' => little(Eight),
        b'K' => prefixed(1, Four, Endian::Big, -4),
        b'L' => prefixed(0, Three, Endian::Big, 6),
        b'M' => prefixed(2, Varint, Endian::Big, -1),
        b'N' => prefixed(3, One, Endian::Little, 2),
        b'O' => prefixed(0, Eight, Endian::Big, i64::MIN),
        b'P' => prefixed(usize::MAX, Eight, Endian::Big, i64::MAX),
        other => framing_named(FRAMINGS[usize::from(other) % FRAMINGS.len()]),
    }
}

/// The limit that this byte of an input names: `0` is 0 … `9` is 9, `A` is 17, up to 63.
pub(crate) fn limit_named(byte: u8) -> usize {
    usize::from(byte.wrapping_sub(b'0') & 63)
}

/// Whether this byte of an input, which also names a limit, names a small outbox: `p` for 0 … `~` for 14, and bytes that are no
/// letters for more.
#[cfg(feature = "cli")]
pub(crate) fn names_small_outbox(byte: u8) -> bool {
    byte.wrapping_sub(b'0') & 64 != 0
}

/// The byte that names this framing; `None` where there is none.
#[cfg(feature = "cli")]
pub(crate) fn name_of_framing(framing: &Framing) -> Option<u8> {
    (FRAMINGS.iter().copied()).find(|&name| framing_named(name) == *framing)
}

/// The byte that names this limit, or the greatest there is.
#[cfg(feature = "cli")]
pub(crate) fn name_of_limit(limit: usize) -> u8 {
    let below_64 = u8::try_from(limit.min(63)).unwrap_or(63);
    b'0' + below_64
}

/// How lines end in the framing that this byte of an input names: `1` LF, `2` CR LF, `3` either; `0`: it is raw.
#[cfg(feature = "cli")]
pub(crate) fn ending_named(byte: u8) -> Option<LineEnding> {
    match byte & 3 {
        0 => None,
        1 => Some(LineEnding::Lf),
        2 => Some(LineEnding::CrLf),
        _ => Some(LineEnding::Either),
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    #[test]
    fn what_a_byte_names_is_named_by_it() {
        for &name in FRAMINGS {
            assert_eq!(name_of_framing(&framing_named(name)), Some(name));
        }
        for limit in 0..64 {
            assert_eq!(limit_named(name_of_limit(limit)), limit);
        }
        assert_eq!(limit_named(name_of_limit(usize::MAX)), 63);
    }
}
