//! Values of flags: text → what it stands for.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use super::args::{DEFAULT_TARGET, MAX_RUN_ID, ReadyWhen, TargetArg};
use crate::runner::MAX_RETRIES;
use crate::scenario::{BUILT_IN, Value, Values, is_feature, parse_duration};
use crate::target::Ready;
use crate::time::TimeScale;

/// Reads a duration as scenarios write it.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| format!("{}; {}", error.message, error.help))
}

/// Reads a duration that is not zero.
pub(super) fn some_time(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("it must be longer than zero".to_owned()),
        time => Ok(time),
    }
}

/// Reads how many conversations are played at a time.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "not a whole number from 1 (-j, --jobs, BACKCHAT_JOBS)".to_owned())
}

/// Reads a number that is not zero.
pub(super) fn some_number<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse()
        .map_err(|_| "not a whole number from 1".to_owned())
}

/// Reads how often a failed case is tried again.
pub(super) fn retries(text: &str) -> Result<u32, String> {
    (text.parse().ok())
        .filter(|n| *n <= MAX_RETRIES)
        .ok_or_else(|| format!("not a whole number from 0 to {MAX_RETRIES}"))
}

/// Reads by how much times are multiplied.
pub(super) fn time_scale(text: &str) -> Result<TimeScale, String> {
    let factor = text.parse().ok().and_then(TimeScale::new);
    factor.ok_or_else(|| {
        let (min, max) = (TimeScale::MIN, TimeScale::MAX);
        format!("not a number from {min} to {max}, such as 3 or 0.5")
    })
}

/// Reads how many bytes a message may have.
pub(super) fn max_message(text: &str) -> Result<usize, String> {
    (text.parse().ok())
        .filter(|bytes| (1..=MAX_MAX_MESSAGE).contains(bytes))
        .ok_or_else(|| format!("not a number of bytes from 1 to {MAX_MAX_MESSAGE}"))
}

/// The most that --max-message can be: 4 GiB, less one byte.
const MAX_MAX_MESSAGE: usize = u32::MAX as usize;

/// Reads what a run is called.
pub(super) fn run_id(text: &str) -> Result<String, String> {
    let fits = (1..=MAX_RUN_ID).contains(&text.len()) && !text.contains(char::is_control);
    match fits {
        true => Ok(text.to_owned()),
        false => Err(format!("a name of 1 to {MAX_RUN_ID} bytes on one line")),
    }
}

/// Reads the name of a feature.
pub(super) fn feature(text: &str) -> Result<String, String> {
    match is_feature(text) {
        true => Ok(text.to_owned()),
        false => Err("the name of a feature is letters, digits, `.`, `_` and `-`".into()),
    }
}

/// Reads when a program is ready.
pub(super) fn ready_when(text: &str) -> Result<ReadyWhen, String> {
    match text.split_once(':') {
        None if text == "port" => Ok(ReadyWhen::Port),
        Some((_, "")) => Err("something must follow the colon".into()),
        Some(("output", pattern)) => Ready::output(pattern)
            .map(|_| ReadyWhen::Output(pattern.to_owned()))
            .map_err(|error| format!("not a regular expression: {error}")),
        Some(("file", path)) => Ok(ReadyWhen::File(path.to_owned())),
        Some(("scenario", path)) => Ok(ReadyWhen::Scenario(path.into())),
        _ => Err("write port, output:REGEX, file:PATH or scenario:FILE".into()),
    }
}

/// Reads a target, with its name or without.
pub(super) fn target(text: &str) -> Result<TargetArg, String> {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(letters);
    let (name, at) = match text.split_once('=') {
        Some((name, at)) if is_name(name) => (Some(name.to_owned()), at.to_owned()),
        _ => (None, text.to_owned()),
    };
    if name.is_some() && at == DEFAULT_TARGET {
        return Err("a target with a name is an address: NAME=tcp://HOST:PORT".to_owned());
    }
    Ok(TargetArg { name, at })
}

/// Reads a host that scenarios may connect to, or the path of a socket.
pub(super) fn allowed_host(text: &str) -> Result<String, String> {
    let path = text.strip_prefix("unix:");
    if path.is_some_and(|path| !path.is_empty()) {
        return Ok(text.to_owned());
    }
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let host = inner.unwrap_or(text);
    let is_v6 = host.parse::<std::net::Ipv6Addr>().is_ok();
    let is_name =
        !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || ":/[]@".contains(c));
    match is_v6 || is_name {
        true => Ok(host.to_owned()),
        false => Err("write a host without a port, or unix:PATH".to_owned()),
    }
}

/// Reads the name of a variable of the environment.
pub(super) fn env_name(text: &str) -> Result<String, String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins_well = !text.starts_with(|c: char| c.is_ascii_digit());
    if !text.is_empty() && begins_well && text.chars().all(fine) {
        Ok(text.to_owned())
    } else {
        Err("a name of the environment is letters, digits and `_`, the first no digit; its value is not given here".into())
    }
}

/// What the environment has under these names: text where it is UTF-8, bytes otherwise.
pub(super) fn environment(names: &[String]) -> Vec<(String, Value)> {
    let found = names.iter().filter_map(|name| {
        let value = std::env::var_os(name)?;
        Some((name.clone(), Values::of_bytes(value.as_encoded_bytes())))
    });
    found.collect()
}

/// These names of the environment, and whether each is set.
pub(super) fn environment_names(names: &[String]) -> Vec<(String, bool)> {
    let names = names.iter();
    names
        .map(|name| (name.clone(), std::env::var_os(name).is_some()))
        .collect()
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
    if BUILT_IN.contains(&name) {
        return Err(format!("`{name}` is a built-in name, which cannot be set"));
    }
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
            ("1.5s", Duration::from_millis(1500)),
        ] {
            assert_eq!(duration(text), Ok(expected));
        }
        for text in [
            "",
            "5",
            "s",
            "-1s",
            "1h",
            " 1s",
            "99999999999999999999s",
            "999999999999999999m",
        ] {
            assert!(duration(text).is_err(), "{text:?}");
        }
        assert!(some_time("0s").is_err() && some_time("0.0ms").is_err());
        assert_eq!(some_time("1ms"), Ok(Duration::from_millis(1)));
    }

    #[test]
    fn retries_are_bounded() {
        assert_eq!((retries("0"), retries("100")), (Ok(0), Ok(MAX_RETRIES)));
        for text in ["", "-1", "101", "99999999999", "1.5"] {
            assert!(retries(text).is_err(), "{text:?}");
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
    fn a_program_is_ready_when_one_of_four_things_is_so() {
        for (text, expected) in [
            ("port", ReadyWhen::Port),
            (
                "output:^ready: \\d+",
                ReadyWhen::Output("^ready: \\d+".into()),
            ),
            ("file:{dir}/pid", ReadyWhen::File("{dir}/pid".into())),
            ("scenario:a:b.json", ReadyWhen::Scenario("a:b.json".into())),
        ] {
            assert_eq!(ready_when(text), Ok(expected));
        }
        for text in [
            "", "ports", "port:1", "output:", "output:(", "sleep:1s", "file",
        ] {
            assert!(ready_when(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn variables_have_a_name_and_a_value() {
        assert_eq!(variable("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!(variable("a_1="), Ok(("a_1".into(), String::new())));
        for text in [
            "", "a", "=b", "seed=1", "target=x", "1a=b", "a-b=c", "a b=c",
        ] {
            assert!(variable(text).is_err(), "{text:?}");
        }
    }
}
