//! Values of flags: text → what it stands for.

use std::time::Duration;

/// Reads a duration as scenarios write it: a whole number and a unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    const WRONG: &str = "a duration is a whole number and a unit: 250us, 50ms, 2s, 1m";
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| WRONG.to_owned())?;
    match unit {
        "us" => Ok(Duration::from_micros(number)),
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => number
            .checked_mul(60)
            .map(Duration::from_secs)
            .ok_or_else(|| WRONG.to_owned()),
        _ => Err(WRONG.to_owned()),
    }
}

/// Reads a seed as it is shown: hexadecimal digits.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u64::from_str_radix(digits, 16).map_err(|_| {
        "a seed is up to 16 hexadecimal digits, as the first line of a run shows it".into()
    })
}

/// Reads `NAME=VALUE`.
pub(super) fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write NAME=VALUE; the value may be empty")?;
    let mut chars = name.chars();
    let begins = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if begins && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok((name.into(), value.into()))
    } else {
        Err("a name is letters, digits and `_`, and does not begin with a digit".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        for (text, expected) in [
            ("250us", Duration::from_micros(250)),
            ("50ms", Duration::from_millis(50)),
            ("2s", Duration::from_secs(2)),
            ("1m", Duration::from_secs(60)),
            ("0s", Duration::ZERO),
        ] {
            assert_eq!(duration(text), Ok(expected));
        }
        for text in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "1h",
            " 1s",
            "99999999999999999999s",
            "999999999999999999m",
        ] {
            assert!(duration(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn seeds_are_read_as_they_are_shown() {
        for (text, expected) in [
            ("7f3a", 0x7f3a),
            ("0x10", 0x10),
            ("ffffffffffffffff", u64::MAX),
        ] {
            assert_eq!(seed(text), Ok(expected));
        }
        for text in ["", "0x", "g", "-1", "1ffffffffffffffff"] {
            assert!(seed(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn variables_have_a_name_and_a_value() {
        assert_eq!(variable("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!(variable("a_1="), Ok(("a_1".into(), String::new())));
        for text in ["", "a", "=b", "1a=b", "a-b=c", "a b=c"] {
            assert!(variable(text).is_err(), "{text:?}");
        }
    }
}
