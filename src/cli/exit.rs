//! What the process says when it ends. The table is in `docs/exit-codes.md`; codes are only ever added.

use std::process::ExitCode;

/// How a command ended.
///
/// In the order in which they apply: where two do, the first is the one that is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ExitStatus {
    /// The command line makes no sense.
    Usage,
    /// A bug in backchat.
    Internal,
    /// SIGINT, after what had been done was reported.
    Interrupted,
    /// SIGTERM, after what had been done was reported.
    Terminated,
    /// SIGHUP, after what had been done was reported.
    HungUp,
    /// SIGQUIT, after what had been done was reported.
    Quit,
    /// Output could not be written.
    Output,
    /// A scenario is invalid: nothing was sent.
    Invalid,
    /// Not one connection to the target came about; for `serve`: the address cannot be listened on.
    Unreachable,
    /// It ran and the verdict is no.
    Failed,
    /// What was played passed, and something is left to be played: earlier failures.
    Incomplete,
    /// Nothing was selected.
    NothingSelected,
    /// Everything asked for passed.
    Success,
}

impl ExitStatus {
    /// The number the process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::NothingSelected => 4,
            Self::Unreachable => 5,
            Self::Incomplete => 7,
            Self::Internal => 70,
            Self::Output => 74,
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Quit => 131,
            Self::Terminated => 143,
        }
    }

    /// The one of two that is reported.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.min(other)
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::ExitStatus::{self, *};

    /// The order and the numbers, as documented; 6 is reserved.
    const DOCUMENTED: [(ExitStatus, u8); 13] = [
        (Usage, 2),
        (Internal, 70),
        (Interrupted, 130),
        (Terminated, 143),
        (HungUp, 129),
        (Quit, 131),
        (Output, 74),
        (Invalid, 3),
        (Unreachable, 5),
        (Failed, 1),
        (Incomplete, 7),
        (NothingSelected, 4),
        (Success, 0),
    ];

    #[test]
    fn the_codes_are_the_documented_ones() {
        for (status, code) in DOCUMENTED {
            assert_eq!(status.code(), code);
        }
    }

    #[test]
    fn of_two_the_first_in_the_documented_order_is_reported() {
        for (index, (first, _)) in DOCUMENTED.iter().enumerate() {
            for (other, _) in &DOCUMENTED[index..] {
                assert_eq!(first.or(*other), *first);
                assert_eq!(other.or(*first), *first);
            }
        }
    }

    #[test]
    fn the_page_on_exit_codes_names_every_code() {
        let page = include_str!("../../docs/exit-codes.md");
        for (_, code) in DOCUMENTED {
            assert!(page.contains(&format!("| {code} |")), "{code} is missing");
        }
    }
}
