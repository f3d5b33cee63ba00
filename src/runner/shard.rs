//! Which part of a suite one machine plays.
//!
//! The parts of one suite have no case in common and are the suite together, whatever their number. Round robin makes
//! them equally large; by hash, a case stays in its part when others are added. How is frozen: machines with different
//! versions of this program must agree.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// One of several equal parts of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 0.
    index: u32,
    /// How many there are.
    count: NonZeroU32,
    rule: ShardRule,
}

/// Which cases are in a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShardRule {
    /// The first case in the first shard, the second in the second, and so on.
    #[default]
    RoundRobin,
    /// By the case's id alone: the first eight bytes of its SHA-256, read big-endian, modulo the number of shards.
    Hash,
}

/// Text that names no shard. Whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShardError {
    /// It is not two numbers.
    #[error("write which of how many, such as 2/5, or hash:2/5")]
    NoShard,
    /// There is no such shard.
    #[error(
        "there is no shard {index} of {count}: the first is 1/{count}, the last {count}/{count}"
    )]
    OutOfRange {
        /// What was asked for, from 1.
        index: u32,
        /// How many there are.
        count: u32,
    },
}

impl Shard {
    /// The `index`th of `count` shards, from 1.
    ///
    /// # Errors
    ///
    /// Fails when there is no such shard.
    pub fn new(rule: ShardRule, index: u32, count: u32) -> Result<Self, ShardError> {
        let out_of_range = ShardError::OutOfRange { index, count };
        match (index.checked_sub(1), NonZeroU32::new(count)) {
            (_, None) => Err(ShardError::NoShard),
            (Some(index), Some(count)) if index < count.get() => Ok(Self { index, count, rule }),
            _ => Err(out_of_range),
        }
    }

    /// Its number, from 1.
    pub fn number(self) -> u32 {
        self.index + 1
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.count.get()
    }

    /// Which cases are in it.
    pub fn rule(self) -> ShardRule {
        self.rule
    }

    /// Whether the case of this id, the `nth` of the suite from 0, is in it.
    pub fn contains(self, nth: usize, id: &str) -> bool {
        let count = u64::from(self.count.get());
        let shard = match self.rule {
            // A number of cases fits into 64 bits wherever this runs.
            ShardRule::RoundRobin => nth as u64 % count,
            ShardRule::Hash => leading(id) % count,
        };
        shard == u64::from(self.index)
    }
}

/// The first eight bytes of the SHA-256 of an id.
fn leading(id: &str) -> u64 {
    let digest = Sha256::digest(id.as_bytes());
    (digest.iter().take(8)).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (rule, numbers) = match text.strip_prefix("hash:") {
            Some(rest) => (ShardRule::Hash, rest),
            None => (ShardRule::RoundRobin, text),
        };
        let number = |text: &str| text.parse().map_err(|_| ShardError::NoShard);
        let (index, count) = numbers.split_once('/').ok_or(ShardError::NoShard)?;
        Self::new(rule, number(index)?, number(count)?)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = match self.rule {
            ShardRule::RoundRobin => "",
            ShardRule::Hash => "hash:",
        };
        write!(f, "{rule}{}/{}", self.number(), self.count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shard_is_written_as_it_is_read() {
        for text in ["1/1", "2/5", "hash:5/5", "4294967295/4294967295"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "/",
            "1",
            "1/",
            "/2",
            "a/2",
            "1/0",
            "-1/2",
            "1/2/3",
            "hash:",
            "Hash:1/2",
            " 1/2",
            "4294967296/4294967296",
        ] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError::NoShard), "{text:?}");
        }
        for (text, index, count) in [("0/2", 0, 2), ("3/2", 3, 2), ("hash:6/5", 6, 5)] {
            let expected = ShardError::OutOfRange { index, count };
            assert_eq!(text.parse::<Shard>(), Err(expected), "{text:?}");
        }
    }

    /// Frozen: a change here takes cases from machines that have an older version.
    #[test]
    fn the_hash_of_an_id_never_changes() {
        // printf login/bad-password | sha256sum | cut -c 1-16
        for (id, expected) in [("", 0xe3b0_c442_98fc_1c14), ("abc", 0xba78_16bf_8f01_cfea)] {
            assert_eq!(leading(id), expected, "{id:?}");
        }
    }

    #[test]
    fn by_hash_a_case_stays_where_it_is_when_others_are_added() {
        let shard: Shard = "hash:2/3".parse().unwrap();
        for id in ["a", "b", "c", "d/e#f"] {
            assert_eq!(shard.contains(0, id), shard.contains(1000, id));
        }
    }

    proptest! {
        #[test]
        fn the_shards_of_a_suite_have_nothing_in_common_and_are_all_of_it(
            ids in prop::collection::vec("[a-z/#0-9]{0,12}", 0..60),
            count in 1..40_u32,
            by_hash in any::<bool>(),
        ) {
            let rule = if by_hash { ShardRule::Hash } else { ShardRule::RoundRobin };
            let mut sizes = Vec::new();
            let mut holders = vec![0; ids.len()];
            for index in 1..=count {
                let shard = Shard::new(rule, index, count).unwrap();
                let mut size = 0;
                for (nth, id) in ids.iter().enumerate() {
                    if shard.contains(nth, id) {
                        holders[nth] += 1;
                        size += 1;
                    }
                }
                sizes.push(size);
            }
            prop_assert!(holders.iter().all(|holders| *holders == 1));
            let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
            prop_assert!(by_hash || most - least <= 1);
        }
    }
}
