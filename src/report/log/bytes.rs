//! Bytes of a conversation as JSON: text where they are text, base64 where they are not, and never too many.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes, or a part of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Bytes {
    /// How many there were in all.
    pub len: u64,
    /// The offset of the first that is kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub from: u64,
    /// Those that are kept, where they are UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Those that are kept, where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Bytes {
    /// How many bytes of what was expected or received are kept.
    pub const MAX: usize = 4 << 10;

    /// How many of them stand before the place that matters.
    const BEFORE: usize = 1 << 10;

    /// Keeps the first of `bytes`; `len` is how many there were.
    pub(super) fn head(bytes: &[u8], len: usize) -> Self {
        Self::part(bytes, 0, len)
    }

    /// Keeps those of `bytes` around the offset `at`; `len` is how many there were.
    pub(super) fn around(bytes: &[u8], at: usize, len: usize) -> Self {
        // Whole rows of a hex dump, so that two sides stand beside each other.
        let from = if bytes.len() <= Self::MAX {
            0
        } else {
            at.saturating_sub(Self::BEFORE) & !0xf
        };
        Self::part(bytes, from, len)
    }

    fn part(bytes: &[u8], from: usize, len: usize) -> Self {
        let rest = bytes.get(from..).unwrap_or_default();
        let kept = rest.get(..Self::MAX).unwrap_or(rest);
        let text = std::str::from_utf8(kept).ok();
        Self {
            len: len.max(bytes.len()) as u64,
            from: from as u64,
            text: text.map(str::to_owned),
            base64: text.is_none().then(|| STANDARD.encode(kept)),
        }
    }

    /// Those that are kept.
    pub fn kept(&self) -> Vec<u8> {
        match (&self.text, &self.base64) {
            (Some(text), _) => text.clone().into_bytes(),
            // What is no base64 was not written by this program.
            (None, Some(base64)) => STANDARD.decode(base64).unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for bytes in [
            &b""[..],
            b"Welcome!\n",
            "é\u{0}\u{1b}".as_bytes(),
            b"\xff\x00\xc3",
        ] {
            let mirror = Bytes::head(bytes, bytes.len());
            assert_eq!(mirror.kept(), bytes);
            assert_eq!(mirror.text.is_some(), std::str::from_utf8(bytes).is_ok());
            let json = serde_json::to_string(&mirror).expect("JSON");
            assert_eq!(
                serde_json::from_str::<Bytes>(&json).expect("a mirror"),
                mirror
            );
        }
    }

    #[test]
    fn of_many_bytes_those_around_the_place_are_kept() {
        let mut bytes = vec![b'a'; 16 << 10];
        bytes[9000] = b'b';
        let mirror = Bytes::around(&bytes, 9000, 1 << 20);
        assert_eq!((mirror.len, mirror.from % 16), (1 << 20, 0));
        let kept = mirror.kept();
        assert_eq!(kept.len(), Bytes::MAX);
        assert_eq!(
            kept[9000 - usize::try_from(mirror.from).expect("small")],
            b'b'
        );
        assert_eq!(Bytes::around(b"short", 3, 5).from, 0);
    }

    #[test]
    fn what_is_no_base64_is_nothing() {
        let mirror: Bytes = serde_json::from_str(r#"{ "len": 3, "base64": "!" }"#).expect("JSON");
        assert_eq!(mirror.kept(), b"");
    }
}
