//! Since when a health check fails: who breaks a target is to blame, and not who comes after.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Since when the health check of a target fails.
#[derive(Debug, Default)]
pub struct Illness(Mutex<Option<Arc<str>>>);

impl Illness {
    /// Takes down how the check went after this case, and tells after which case it failed first, where that was another one.
    pub fn since(&self, case: &Arc<str>, is_well: bool) -> Option<Arc<str>> {
        let mut since = self.lock();
        if is_well {
            *since = None;
            return None;
        }
        match &*since {
            Some(other) => Some(Arc::clone(other)),
            None => {
                *since = Some(Arc::clone(case));
                None
            }
        }
    }

    /// After which case it failed first, where it fails.
    pub(super) fn began(&self) -> Option<Arc<str>> {
        self.lock().clone()
    }

    /// Whether it fails.
    pub(super) fn is_ill(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<str>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_after_which_it_fails_is_to_blame_until_it_passes_again() {
        let illness = Illness::default();
        let mut said = Vec::new();
        for (case, is_well) in [
            ("a", true),
            ("b", false),
            ("c", false),
            ("d", true),
            ("e", false),
        ] {
            let since = illness.since(&Arc::from(case), is_well);
            said.push((illness.is_ill(), since.as_deref().map(str::to_owned)));
        }
        let after_b = Some("b".to_owned());
        assert_eq!(
            said,
            [
                (false, None),
                (true, None),
                (true, after_b),
                (false, None),
                (true, None)
            ]
        );
    }
}
