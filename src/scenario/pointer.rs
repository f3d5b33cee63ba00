//! JSON pointers (RFC 6901): where a value stands in another.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Where a value stands: `/result/items/0`; nothing is the whole value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    tokens: Box<[String]>,
}

/// Text that is no JSON pointer. Whoever wrote it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PointerError {
    /// It begins with something else than `/`.
    #[error("a JSON pointer is empty or begins with `/`")]
    NoSlash,
    /// More keys and indices than JSON is deep.
    #[error("JSON is at most {MAX_TOKENS} levels deep")]
    TooDeep,
    /// A `~` that escapes nothing.
    #[error("in a JSON pointer `~` is written `~0`, and `/` in a key `~1`")]
    BadEscape,
}

/// What a pointer looks like, as a regular expression.
pub(in crate::scenario) const POINTER: &str = "^(/([^~/]|~[01])*){0,128}$";

/// How many keys and indices a pointer may have: as deep as JSON may be.
const MAX_TOKENS: usize = super::json::MAX_DEPTH;

impl Pointer {
    /// The keys and indices on the way, unescaped.
    pub fn tokens(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tokens.iter().map(|token| &**token)
    }

    /// The element of a list that a token names: digits without a zero before them.
    pub fn index(token: &str) -> Option<usize> {
        let is_plain = token == "0" || !token.starts_with('0');
        let digits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
        token.parse().ok().filter(|_| is_plain && digits)
    }
}

impl FromStr for Pointer {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Self, PointerError> {
        let mut parts = text.split('/');
        if parts.next() != Some("") {
            return Err(PointerError::NoSlash);
        }
        if parts.clone().nth(MAX_TOKENS).is_some() {
            return Err(PointerError::TooDeep);
        }
        let tokens = parts.map(unescape).collect::<Result<_, _>>()?;
        Ok(Self { tokens })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tokens.iter().try_for_each(|token| {
            let token = token.replace('~', "~0").replace('/', "~1");
            write!(f, "/{token}")
        })
    }
}

fn unescape(token: &str) -> Result<String, PointerError> {
    let mut plain = String::with_capacity(token.len());
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        plain.push(match (c, chars.as_str().chars().next()) {
            ('~', Some('0')) => '~',
            ('~', Some('1')) => '/',
            ('~', _) => return Err(PointerError::BadEscape),
            _ => {
                plain.push(c);
                continue;
            }
        });
        chars.next();
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_cut_at_slashes_and_unescaped() {
        for (text, tokens) in [
            ("", &[][..]),
            ("/", &[""]),
            ("/a/b", &["a", "b"]),
            ("/a//0/", &["a", "", "0", ""]),
            ("/~0~1/~01", &["~/", "~1"]),
            ("/m~0n", &["m~n"]),
            ("/ /é", &[" ", "é"]),
        ] {
            let pointer: Pointer = text
                .parse()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(pointer.tokens().collect::<Vec<_>>(), tokens, "{text}");
            assert_eq!(pointer.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for (text, error) in [
            ("a", PointerError::NoSlash),
            ("#/a", PointerError::NoSlash),
            (" /a", PointerError::NoSlash),
            ("/~", PointerError::BadEscape),
            ("/a/~2", PointerError::BadEscape),
            ("/~/x", PointerError::BadEscape),
        ] {
            assert_eq!(text.parse::<Pointer>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_pointer_is_no_deeper_than_json_may_be() {
        let deep = |levels: usize| "/a".repeat(levels).parse::<Pointer>();
        assert!(deep(128).is_ok());
        assert_eq!(deep(129), Err(PointerError::TooDeep));
        assert_eq!(deep(1_000_000), Err(PointerError::TooDeep));
        assert!(POINTER.contains(&MAX_TOKENS.to_string()));
    }

    #[test]
    fn indices_are_digits_without_a_zero_before_them() {
        for (token, index) in [
            ("0", Some(0)),
            ("10", Some(10)),
            ("01", None),
            ("00", None),
            ("", None),
            ("-", None),
            ("-1", None),
            ("+1", None),
            ("1x", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(Pointer::index(token), index, "{token}");
        }
    }
}
