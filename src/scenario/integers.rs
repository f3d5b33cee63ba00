//! Whole numbers as bytes: `u8` to `i64`, and the lengths of `length_of` and `sized`.
//!
//! What a number is computed from is the payload's matter; here is only how it is written, and which ones can be.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use crate::count::count;
use crate::wire::{Endian, LengthPrefix, LengthWidth};

/// How a whole number is written in a fixed number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IntegerForm {
    /// 1, 2, 4 or 8.
    pub bytes: u8,
    /// Two's complement, so that negative ones can be written.
    pub signed: bool,
    /// The order of the bytes.
    pub endian: Endian,
}

impl IntegerForm {
    /// The form with this name, such as `u16`: big-endian.
    pub fn named(name: &str) -> Option<Self> {
        let (kind, bits) = name.split_at_checked(1)?;
        let signed = match kind {
            "u" => false,
            "i" => true,
            _ => return None,
        };
        let bytes = match bits {
            "8" => 1,
            "16" => 2,
            "32" => 4,
            "64" => 8,
            _ => return None,
        };
        Some(Self {
            bytes,
            signed,
            endian: Endian::Big,
        })
    }

    /// Its name, such as `u16`.
    pub fn name(self) -> String {
        let kind = if self.signed { 'i' } else { 'u' };
        format!("{kind}{}", u32::from(self.bytes) * 8)
    }

    /// The numbers that can be written.
    pub fn range(self) -> RangeInclusive<i128> {
        let bits = u32::from(self.bytes) * 8;
        if self.signed {
            -(1 << (bits - 1))..=(1 << (bits - 1)) - 1
        } else {
            0..=(1 << bits) - 1
        }
    }

    /// Appends a number to `out`; of one that is out of range, its lowest bytes.
    pub fn push(self, number: i128, out: &mut Vec<u8>) {
        let bytes = usize::from(self.bytes);
        match self.endian {
            Endian::Big => out.extend(number.to_be_bytes().iter().skip(16 - bytes)),
            Endian::Little => out.extend(number.to_le_bytes().iter().take(bytes)),
        }
    }
}

/// How the length of a payload is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LengthForm {
    /// In bytes or in digits.
    pub width: LengthDigits,
    /// The order of the bytes, where there are several.
    pub endian: Endian,
    /// As in a framing: length and `adjust` together are how many bytes follow.
    pub adjust: i64,
}

/// In which digits a length is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LengthDigits {
    /// As in the framing `length_prefixed`.
    Bytes(LengthWidth),
    /// Decimal digits, as few as will do.
    Decimal,
    /// Hexadecimal digits in small letters, as few as will do.
    Hex,
}

impl Default for LengthForm {
    /// That of the framing: four bytes, big-endian, nothing added.
    fn default() -> Self {
        let prefix = LengthPrefix::default();
        Self {
            width: LengthDigits::Bytes(prefix.width),
            endian: prefix.endian,
            adjust: prefix.adjust,
        }
    }
}

impl LengthForm {
    /// Appends the length of a payload of `len` bytes to `out`.
    ///
    /// # Errors
    ///
    /// Fails, in words, when that length cannot be written: it is negative, or has no room.
    pub fn push(self, len: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let length = len as i128 - i128::from(self.adjust);
        if length < 0 {
            let adjust = self.adjust;
            return Err(format!(
                "the length of {} less {adjust} (`adjust`) is negative",
                count(len, "byte")
            ));
        }
        let mut digits = String::new();
        // Writing to a `String` cannot fail.
        match self.width {
            LengthDigits::Decimal => _ = write!(digits, "{length}"),
            LengthDigits::Hex => _ = write!(digits, "{length:x}"),
            LengthDigits::Bytes(width) => {
                let prefix = LengthPrefix {
                    offset: 0,
                    width,
                    endian: self.endian,
                    adjust: self.adjust,
                };
                return prefix.encode_length(len, out).map_err(|_| {
                    let bytes = count(width as usize, "byte");
                    format!("the length {length} does not fit into {bytes} (`width`)")
                });
            }
        }
        out.extend_from_slice(digits.as_bytes());
        Ok(())
    }
}
