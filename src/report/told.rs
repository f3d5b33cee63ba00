//! Which reasons for a program under test not being ready have been told, and of which case: it is the same for all that come after,
//! and is told once.

use super::log::FailureRecord;
use super::text::words;

/// How many different reasons are known again.
const MAX: usize = 8;

/// The code of the failure that is told once.
const NOT_READY: &str = "BC2022";

/// The reasons that have been told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Each with the id of the case of which it was told.
    reasons: Vec<(String, String)>,
}

impl Told {
    /// The case of which this reason was told, if it was; otherwise it is about to be told of this one.
    pub(super) fn before(&mut self, id: &str, reason: &str) -> Option<&str> {
        match self.reasons.iter().position(|(known, _)| known == reason) {
            Some(at) => Some(&self.reasons[at].1),
            None if self.reasons.len() < MAX => {
                self.reasons.push((reason.to_owned(), id.to_owned()));
                None
            }
            None => None,
        }
    }

    /// The same of a case as the log has it, in words: what is said instead of all of its failure.
    pub(super) fn instead(&mut self, id: &str, failure: &FailureRecord) -> Option<String> {
        let reason = failure.because.as_deref();
        let reason = reason.filter(|_| failure.code == NOT_READY)?;
        self.before(id, reason).map(as_with)
    }
}

/// Refers to the case of which the reason was told.
pub(super) fn as_with(first: &str) -> String {
    format!(
        "the program under test is not ready, as with {}",
        words(first)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_new_once_and_there_are_not_too_many() {
        let mut told = Told::default();
        assert_eq!(told.before("a", "no"), None);
        assert_eq!(told.before("b", "no"), Some("a"));
        for n in 1..=MAX {
            assert_eq!(told.before("c", &n.to_string()), None);
        }
        assert_eq!(told.before("d", "1"), Some("c"));
        // One more than are kept: it is told whole each time.
        assert_eq!(told.before("d", &MAX.to_string()), None);
    }
}
