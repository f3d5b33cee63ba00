//! Names that no two cases of a report share: with `--repeat`, a case is played several times under one id.

use std::borrow::Cow;
use std::collections::HashMap;

use super::log::Header;

/// Which round of its id each case is, from 1, by its number.
#[derive(Debug, Default)]
pub(super) struct Rounds(Vec<u32>);

impl Rounds {
    /// Those of a run.
    pub(super) fn of(header: &Header) -> Self {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        let ids = header.selected.iter().flat_map(|file| &file.ids);
        let rounds = ids.map(|id| {
            let round = seen.entry(id).or_default();
            *round += 1;
            *round
        });
        Self(rounds.collect())
    }

    /// The id of a case, and which round it is where it is not the first.
    pub(super) fn name<'a>(&self, number: u64, id: &'a str) -> Cow<'a, str> {
        named(id, self.of_number(number))
    }

    /// Which round a case is, from 1.
    pub(super) fn of_number(&self, number: u64) -> u32 {
        let round = usize::try_from(number).ok().and_then(|at| self.0.get(at));
        round.copied().unwrap_or(1)
    }
}

/// The id of a case, and which round it is, from 1, where it is not the first.
pub(super) fn named(id: &str, round: u32) -> Cow<'_, str> {
    match round {
        0 | 1 => Cow::Borrowed(id),
        round => Cow::Owned(format!("{id} (round {round})")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::SelectedFile;
    use super::*;

    #[test]
    fn what_is_played_once_keeps_its_id_and_further_rounds_are_numbered() {
        let file = |ids: &[&str]| SelectedFile {
            file: String::new(),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            suite: None,
        };
        let header = Header {
            selected: vec![file(&["a#1", "a#2"]), file(&["b"]), file(&["a#2", "a#1"])],
            ..Header::default()
        };
        let rounds = Rounds::of(&header);
        let names = [
            (0, "a#1"),
            (1, "a#2"),
            (2, "b"),
            (3, "a#2"),
            (4, "a#1"),
            (5, "x"),
        ];
        let names = names.map(|(number, id)| rounds.name(number, id).into_owned());
        let expected = ["a#1", "a#2", "b", "a#2 (round 2)", "a#1 (round 2)", "x"];
        assert_eq!(names, expected);
    }
}
