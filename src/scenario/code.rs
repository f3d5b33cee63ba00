//! The codes: every kind of mistake that a file can have. Their explanations are in `explanations`.
//!
//! Codes are never reused and never change their meaning.

use super::Code;

/// A kind of mistake, explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// Its stable name.
    pub code: Code,
    /// What it is, a few words.
    pub title: &'static str,
    /// Why it is a mistake and what to do, for a person who meets it for the first time.
    pub text: &'static str,
    /// A piece of a file with the mistake, and the same without it; for what a few words can show.
    pub example: Option<(&'static str, &'static str)>,
}

pub(super) const MORE: Code = Code("BC1000");
pub(super) const NO_TEXT: Code = Code("BC1001");
pub(super) const SYNTAX: Code = Code("BC1002");
pub(super) const DEPTH: Code = Code("BC1003");
pub(super) const UNKNOWN_KEY: Code = Code("BC1004");
pub(super) const DUPLICATE_KEY: Code = Code("BC1005");
pub(super) const WRONG_TYPE: Code = Code("BC1006");
pub(super) const MISSING_KEY: Code = Code("BC1007");
pub(super) const NOT_YET: Code = Code("BC1008");
pub(super) const ONE_VERB: Code = Code("BC1009");
pub(super) const MISPLACED_KEY: Code = Code("BC1010");
pub(super) const UNKNOWN_WORD: Code = Code("BC1011");
pub(super) const OUT_OF_RANGE: Code = Code("BC1012");
pub(super) const BAD_DURATION: Code = Code("BC1013");
pub(super) const BAD_BYTES: Code = Code("BC1014");
pub(super) const BAD_TEMPLATE: Code = Code("BC1015");
pub(super) const BAD_PATTERN: Code = Code("BC1016");
pub(super) const UNKNOWN_CLIENT: Code = Code("BC1017");
pub(super) const WHOSE_STEP: Code = Code("BC1018");
pub(super) const UNDEFINED_NAME: Code = Code("BC1019");
pub(super) const NAME_TOO_EARLY: Code = Code("BC1020");
pub(super) const BAD_NAME: Code = Code("BC1021");
pub(super) const HOLDS_FOR_NOTHING: Code = Code("BC1022");
pub(super) const PATTERN_END: Code = Code("BC1023");
pub(super) const NOT_ANCHORED: Code = Code("BC1024");
pub(super) const CAPTURES_NOTHING: Code = Code("BC1025");
pub(super) const EMPTY: Code = Code("BC1026");
pub(super) const SAME_NAME: Code = Code("BC1027");
pub(super) const CONNECTION: Code = Code("BC1028");
pub(super) const TOO_MUCH: Code = Code("BC1029");
pub(super) const CONTRADICTION: Code = Code("BC1030");
pub(super) const NOT_ESCAPED: Code = Code("BC1031");
pub(super) const NO_FILE: Code = Code("BC1032");

pub(super) const AT_ONCE: Code = Code("BC1033");
pub(super) const BAD_POINTER: Code = Code("BC1034");
/// Found by the player, which knows what a matcher holds for.
pub(crate) const WRONG_EXAMPLE: Code = Code("BC1035");
pub(super) const NOT_ON_PACKETS: Code = Code("BC1036");
pub(super) const ONLY_ON_PACKETS: Code = Code("BC1037");
pub(super) const BAD_PEM: Code = Code("BC1038");
pub(super) const BAD_SETTING: Code = Code("BC1039");
pub(super) const UNUSED_NAME: Code = Code("BC1040");
pub(super) const UNREACHABLE: Code = Code("BC1041");
pub(super) const IDLE_WITHIN: Code = Code("BC1042");
pub(super) const CANNOT_ARRIVE: Code = Code("BC1043");
pub(super) const CANNOT_CARRY: Code = Code("BC1044");
pub(super) const NO_VALUE: Code = Code("BC1045");
pub(super) const BAD_ADDRESS: Code = Code("BC1060");
