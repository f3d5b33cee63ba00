//! The stable codes of failures: one for each kind. Never reused, never renumbered; new ones are appended.

use crate::player::{FailureKind, ProgramFault};
use crate::scenario::Code;

/// Every code of a failed step, with what it means.
pub const CODES: [(Code, &str); 33] = [
    (Code("BC2001"), "a reply differs from what was expected"),
    (
        Code("BC2002"),
        "a reply did not come, or not whole, in time",
    ),
    (
        Code("BC2003"),
        "the connection ended where a reply was expected",
    ),
    (
        Code("BC2004"),
        "a reply grew past the limit before it could be judged",
    ),
    (Code("BC2005"), "what arrived is no message of this framing"),
    (
        Code("BC2006"),
        "the connection ended in another way than expected",
    ),
    (Code("BC2007"), "the connection did not end in time"),
    (
        Code("BC2008"),
        "something arrived where nothing should have",
    ),
    (
        Code("BC2009"),
        "the connection ended where there should have been silence",
    ),
    (Code("BC2010"), "a send failed: the connection had ended"),
    (Code("BC2011"), "a send was not taken in time"),
    (Code("BC2012"), "no connection came about"),
    (
        Code("BC2013"),
        "the attempt to connect was not answered in time",
    ),
    (
        Code("BC2014"),
        "a connection came about that should not have",
    ),
    (
        Code("BC2015"),
        "the connection failed in another way than expected",
    ),
    (
        Code("BC2016"),
        "a step needs a connection that has been closed",
    ),
    (Code("BC2017"), "a step connects a client that is connected"),
    (Code("BC2018"), "an expression has no value"),
    (Code("BC2019"), "the conversation has too many steps"),
    (Code("BC2020"), "what was to be true is false"),
    (Code("BC2021"), "what was looked for did not come"),
    (Code("BC2022"), "the program under test is not ready"),
    (
        Code("BC2023"),
        "the program under test ended, or crashed or was killed when it was to end",
    ),
    (Code("BC2024"), "the program under test reported a crash"),
    (Code("BC2025"), "the health check failed after the scenario"),
    (Code("BC2026"), "there is a connection, and no TLS on it"),
    (Code("BC2027"), "TLS came about that should not have"),
    (Code("BC2028"), "something arrived that no step took"),
    (Code("BC2029"), "a message does not fit the framing"),
    (
        Code("BC2040"),
        "a packet is larger than the system sends there",
    ),
    (
        Code("BC2041"),
        "a step would connect to an address that is not allowed",
    ),
    (
        Code("BC2048"),
        "what is looked for would be tried at too many places",
    ),
    (
        Code("BC2049"),
        "the scenario passed only when it was tried again",
    ),
];

/// The code of a kind of failure.
pub const fn code(kind: &FailureKind) -> Code {
    let (code, _) = CODES[match kind {
        FailureKind::Mismatch { .. } => 0,
        FailureKind::TimedOut { .. } => 1,
        FailureKind::Ended { .. } => 2,
        FailureKind::TooLong { .. } => 3,
        FailureKind::BadFrame { .. } => 4,
        FailureKind::WrongEnding { .. } => 5,
        FailureKind::StillOpen { .. } => 6,
        FailureKind::Unexpected { .. } => 7,
        FailureKind::EndedInSilence(_) => 8,
        FailureKind::Unwritable(_) | FailureKind::HalfClosed => 9,
        FailureKind::SendTimedOut { .. } => 10,
        FailureKind::NotConnected(_) => 11,
        FailureKind::ConnectTimedOut => 12,
        FailureKind::Connected(_) => 13,
        FailureKind::OtherRefusal(_) => 14,
        FailureKind::NoConnection => 15,
        FailureKind::AlreadyConnected => 16,
        FailureKind::NoValue(_) => 17,
        FailureKind::TooManySteps { .. } => 18,
        FailureKind::NotTrue { .. } => 19,
        FailureKind::NeverCame { .. } => 20,
        FailureKind::Program(ProgramFault::NotReady { .. }) => 21,
        FailureKind::Program(
            ProgramFault::Ended { .. }
            | ProgramFault::EndedBadly { .. }
            | ProgramFault::Killed { .. },
        ) => 22,
        FailureKind::Program(ProgramFault::Reported { .. }) => 23,
        FailureKind::Program(ProgramFault::Unhealthy { .. }) => 24,
        FailureKind::NoTls(_) => 25,
        FailureKind::Secured(_) => 26,
        FailureKind::LeftOver { .. } => 27,
        FailureKind::Unframed { .. } => 28,
        FailureKind::PacketTooLarge { .. } => 29,
        FailureKind::NotAllowed(_) => 30,
        FailureKind::Exhausted { .. } => 31,
        FailureKind::Flaky { .. } => 32,
    }];
    code
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn the_codes_are_in_order_and_no_two_are_the_same() {
        assert!(CODES.is_sorted_by(|(one, _), (next, _)| one.0 < next.0));
        for (code, meaning) in &CODES {
            let number = code.0.strip_prefix("BC2");
            assert!(number.is_some_and(|number| number.len() == 3), "{code:?}");
            assert!(!meaning.is_empty());
        }
    }
}
