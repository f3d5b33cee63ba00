//! LEB128 numbers without sign, in their only shortest form.

use super::WireErrorKind;
use super::cut::Flaw;
use crate::canary::{Bug, sings};

/// How many bytes the longest one has that fits 64 bits.
pub(super) const MAX_LEN: usize = 10;

/// The number that `bytes` begin with, and how many bytes it takes; `None`: it goes on after them.
pub(super) fn decode(bytes: &[u8]) -> Result<Option<(u64, usize)>, Flaw> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(MAX_LEN).enumerate() {
        // Nine bytes carry 63 bits, so the tenth has room for one and may not go on.
        if at == MAX_LEN - 1 && byte > 1 {
            return Err(Flaw {
                at,
                kind: WireErrorKind::VarintOverflow,
            });
        }
        value |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            if byte == 0 && at > 0 {
                return Err(Flaw {
                    at,
                    kind: WireErrorKind::VarintOverlong,
                });
            }
            return Ok(Some((value, at + 1)));
        }
    }
    Ok(None)
}

/// Appends `value` to `out`.
pub(super) fn encode(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= if sings(Bug::LongVarint) { 8 } else { 7 };
    }
    out.push(value as u8);
}
