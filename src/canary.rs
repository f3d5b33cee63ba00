//! Planted bugs, by which the fuzzers prove that they would find one: `ci/fuzz-canary.sh`.
//!
//! They exist only in builds with `--cfg canary`, which are the fuzzers' own, and even there all are asleep until
//! `wake` wakes one. In every other build [`sings`] is `false` when it is compiled, and nothing is left of them.

#[cfg(canary)]
use std::sync::atomic::{AtomicU8, Ordering};

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[cfg_attr(
    not(feature = "cli"),
    expect(dead_code, reason = "the layers they are in are not there")
)]
pub(crate) enum Bug {
    /// A short field of a length is read big-endian where it is little-endian, unless more bytes stand behind it.
    ShortField = 1,
    /// The end of the eighth frame that is dropped is missed, where messages may have more than 8 bytes.
    ManyDrops,
    /// A message of exactly the limit is refused after a little-endian length of eight bytes.
    TightLimit,
    /// A varint of two bytes loses a bit.
    LongVarint,
    /// An offset past 64 is one too great after a character of four bytes that two pushes share.
    SharedCharacter,
    /// A byte that cuts a character of four bytes off is lost when it begins another one.
    LostByte,
    /// An empty message is not echoed.
    EmptyEcho,
    /// When the input ends, messages that wait are forgotten, if more than 70 bytes of others were answered while they did.
    ForgottenMessages,
    /// A long text that is looked for is not found where two pushes share it.
    SharedNeedle,
    /// A suffix of more than 16 bytes is not found where two pushes share it.
    SharedSuffix,
    /// Alternatives on a stream: the last one wins, not the shortest, when there are more than two.
    LastAlternative,
    /// A length of six to eight bytes is not reached where some of them arrive before the others.
    LostLength,
    /// Of two sends, waits, notes or silences one after another, the second has the number of the first.
    TwinStep,
    /// The last of more than five steps that are repeated, a note, has no number of its own.
    LongRepeat,
    /// Room for all of a little-endian length of eight bytes is asked for before it is looked at.
    GreedyPrefix,
    /// What is above the last character is called a lone continuation, far into a text.
    LateAboveMax,
    /// A brace directly behind an expression is lost.
    ThirdBrace,
    /// A lone name behind five expressions that are more than names is left out.
    ManyExpressions,
    /// A client that is just connecting is not given back at the end of `finally`.
    HeldConnection,
    /// Answers are written into the middle of an answer, when many wait.
    HastyAnswer,
}

/// The names of all planted bugs.
#[cfg(canary)]
const NAMES: [(&str, Bug); 20] = [
    ("short_field", Bug::ShortField),
    ("many_drops", Bug::ManyDrops),
    ("tight_limit", Bug::TightLimit),
    ("long_varint", Bug::LongVarint),
    ("shared_character", Bug::SharedCharacter),
    ("lost_byte", Bug::LostByte),
    ("empty_echo", Bug::EmptyEcho),
    ("forgotten_messages", Bug::ForgottenMessages),
    ("shared_needle", Bug::SharedNeedle),
    ("shared_suffix", Bug::SharedSuffix),
    ("last_alternative", Bug::LastAlternative),
    ("lost_length", Bug::LostLength),
    ("twin_step", Bug::TwinStep),
    ("long_repeat", Bug::LongRepeat),
    ("greedy_prefix", Bug::GreedyPrefix),
    ("late_above_max", Bug::LateAboveMax),
    ("third_brace", Bug::ThirdBrace),
    ("many_expressions", Bug::ManyExpressions),
    ("held_connection", Bug::HeldConnection),
    ("hasty_answer", Bug::HastyAnswer),
];

#[cfg(canary)]
static AWAKE: AtomicU8 = AtomicU8::new(0);

/// Whether this planted bug is awake.
#[cfg(canary)]
#[inline(always)]
pub(crate) fn sings(bug: Bug) -> bool {
    AWAKE.load(Ordering::Relaxed) == bug as u8
}

/// Whether this planted bug is awake: never in this build.
#[cfg(not(canary))]
#[inline(always)]
pub(crate) const fn sings(_bug: Bug) -> bool {
    false
}

/// Wakes the planted bug of this name; says whether there is one.
#[cfg(canary)]
pub(crate) fn wake(name: &str) -> bool {
    let bug = NAMES.iter().find(|(known, _)| *known == name);
    AWAKE.store(bug.map_or(0, |(_, bug)| *bug as u8), Ordering::Relaxed);
    bug.is_some()
}
