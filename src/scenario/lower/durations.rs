//! Durations as people write them: `250us`, `50ms`, `1.5s`, `1m`.

use std::time::Duration;

/// How long a duration may be: 24 hours.
pub const MAX_DURATION: Duration = Duration::from_secs(24 * 60 * 60);

/// A text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurationError {
    /// What is wrong.
    pub message: String,
    /// How it is written.
    pub help: String,
}

/// The units, each with its nanoseconds.
const UNITS: [(&str, u128); 4] = [
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
];

/// What people write, and the number of which unit it means.
const ALSO: [(&str, u128, &str); 23] = [
    ("µs", 1, "us"),
    ("μs", 1, "us"),
    ("usec", 1, "us"),
    ("usecs", 1, "us"),
    ("microsecond", 1, "us"),
    ("microseconds", 1, "us"),
    ("msec", 1, "ms"),
    ("msecs", 1, "ms"),
    ("millis", 1, "ms"),
    ("millisecond", 1, "ms"),
    ("milliseconds", 1, "ms"),
    ("sec", 1, "s"),
    ("secs", 1, "s"),
    ("second", 1, "s"),
    ("seconds", 1, "s"),
    ("min", 1, "m"),
    ("mins", 1, "m"),
    ("minute", 1, "m"),
    ("minutes", 1, "m"),
    ("h", 60, "m"),
    ("hr", 60, "m"),
    ("hour", 60, "m"),
    ("hours", 60, "m"),
];

/// Reads a duration.
///
/// # Errors
///
/// Fails when it is none, is no whole number of nanoseconds, or is longer than [`MAX_DURATION`].
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let (number, unit) = split(text);
    let known = UNITS.iter().find(|(name, _)| *name == unit);
    let Some((_, nanos)) = known else {
        return Err(no_duration(text));
    };
    let Some(nanos) = scaled(number, *nanos) else {
        return Err(no_duration(text));
    };
    let Some(nanos) = nanos else {
        return Err(DurationError {
            message: "the duration is not a whole number of nanoseconds".to_owned(),
            help: "write fewer decimals".to_owned(),
        });
    };
    u64::try_from(nanos)
        .ok()
        .map(Duration::from_nanos)
        .filter(|duration| *duration <= MAX_DURATION)
        .ok_or_else(|| DurationError {
            message: "the duration is longer than 24 hours".to_owned(),
            help: "the longest is \"1440m\"".to_owned(),
        })
}

/// The number and the unit.
fn split(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A decimal number times `unit`. `None`: no number. `Some(None)`: not whole.
fn scaled(number: &str, unit: u128) -> Option<Option<u128>> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) {
        return None;
    }
    // Numbers too large for 64 bits are too long for a duration in any unit.
    let whole = u128::from(whole.parse::<u64>().unwrap_or(u64::MAX)) * unit;
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() {
        return Some(Some(whole));
    }
    let Some(scale) = u32::try_from(decimals.len())
        .ok()
        .and_then(|n| 10_u128.checked_pow(n))
        .filter(|scale| *scale <= unit)
    else {
        return Some(None);
    };
    let part = decimals.parse::<u128>().ok()? * unit;
    Some(part.is_multiple_of(scale).then(|| whole + part / scale))
}

/// The error for a text that is no duration, with the right form as near to it as can be told.
fn no_duration(text: &str) -> DurationError {
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .map(|c| if c == ',' { '.' } else { c })
        .flat_map(char::to_lowercase)
        .collect();
    let (number, unit) = split(&compact);
    let is_number = scaled(number, 1_000_000_000).is_some();
    let right = UNITS
        .iter()
        .map(|(name, _)| (*name, 1, *name))
        .chain(ALSO)
        .find(|(name, ..)| *name == unit)
        .filter(|_| is_number);
    let message = if is_number && unit.is_empty() {
        "the duration has no unit"
    } else if is_number && right.is_none() {
        "the duration has an unknown unit"
    } else {
        "not a duration"
    };
    let help = match right {
        Some((_, 1, unit)) => format!("write \"{number}{unit}\""),
        Some((_, times, unit)) => match number
            .parse::<u128>()
            .ok()
            .and_then(|n| n.checked_mul(times))
        {
            Some(n) => format!("write \"{n}{unit}\""),
            None => "write it in minutes: \"90m\"".to_owned(),
        },
        None if is_number && unit.is_empty() => {
            format!("\"{number}ms\" is milliseconds, \"{number}s\" seconds")
        }
        None => "durations look like \"250us\", \"50ms\", \"2s\", \"1.5s\" or \"1m\"".to_owned(),
    };
    DurationError {
        message: message.to_owned(),
        help,
    }
}
