//! Which cases are played: filters and tags.

use std::collections::BTreeSet;

use super::super::args::SelectArgs;
use super::super::load::Loaded;
use crate::scenario::Scenario;

/// How many tags are told where none of them was asked for.
const MAX_TAGS: usize = 16;

/// The filters of a run, ready to be asked.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    args: &'a SelectArgs,
}

impl<'a> Selection<'a> {
    /// Makes it of what was typed.
    pub(super) const fn new(args: &'a SelectArgs) -> Self {
        Self { args }
    }

    /// Whether the scenario's tags let it be played.
    pub(super) fn allows(&self, scenario: &Scenario) -> bool {
        let has = |tag: &String| scenario.tags.contains(tag);
        (self.args.tag.is_empty() || self.args.tag.iter().any(has))
            && !self.args.skip.iter().any(has)
    }

    /// Whether a case of this id is played.
    pub(super) fn matches(&self, id: &str) -> bool {
        self.args.filter.is_empty() || self.args.filter.iter().any(|filter| matches(filter, id))
    }

    /// What there is where nothing was selected: tags, and ids that differ from a filter in upper and lower case only.
    pub(super) fn help(&self, loaded: &[Loaded]) -> Vec<String> {
        let mut help = Vec::new();
        if !self.args.tag.is_empty() || !self.args.skip.is_empty() {
            let tags: BTreeSet<&str> = (loaded.iter())
                .flat_map(|loaded| loaded.scenario.tags.iter().map(String::as_str))
                .collect();
            let names: Vec<&str> = tags.iter().copied().take(MAX_TAGS).collect();
            let more = if tags.len() > MAX_TAGS { ", …" } else { "" };
            help.push(match names.as_slice() {
                [] => "no scenario has a tag".to_owned(),
                names => format!("the tags there are: {}{more}", names.join(", ")),
            });
        }
        let other_case = (self.args.filter.iter()).find_map(|filter| {
            let filter = filter.to_lowercase();
            let ids = loaded.iter().map(|loaded| &loaded.found.id);
            let found = ids
                .filter(|id| !self.matches(id))
                .find(|id| matches(&filter, &id.to_lowercase()))?;
            Some(format!("upper and lower case matter: there is {found}"))
        });
        help.extend(other_case);
        help
    }

    /// The filters, as they were typed.
    pub(super) fn describe(&self) -> String {
        let with = |flag: &'static str, values: &[String]| {
            values
                .iter()
                .map(|value| format!("{flag} {value:?}"))
                .collect::<Vec<_>>()
        };
        [
            with("--filter", &self.args.filter),
            with("--tag", &self.args.tag),
            with("--skip", &self.args.skip),
        ]
        .concat()
        .join(", ")
    }
}

/// Whether `id` contains the filter; with a `*` in it, whether all of `id` is the filter, each `*` being anything.
pub(super) fn matches(filter: &str, id: &str) -> bool {
    let Some((first, rest)) = filter.split_once('*') else {
        return id.contains(filter);
    };
    let Some(mut id) = id.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest
        .rsplit_once('*')
        .map_or((None, rest), |(m, l)| (Some(m), l));
    // The first place for each part leaves most to those after it.
    for part in middle.into_iter().flat_map(|middle| middle.split('*')) {
        let Some(at) = id.find(part) else {
            return false;
        };
        id = &id[at + part.len()..];
    }
    id.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_filter_is_a_part_of_the_id_or_with_a_star_all_of_it() {
        for (filter, id, expected) in [
            ("login", "a/login/b", true),
            ("", "a", true),
            ("x", "a", false),
            ("login/*", "login/bad", true),
            ("login/*", "a/login/bad", false),
            ("*bad", "login/bad", true),
            ("*bad", "login/bad#1", false),
            ("*", "", true),
            ("**", "a", true),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("a*b*b", "ab", false),
            ("l*#*", "login#2", true),
            ("é*", "é!", true),
        ] {
            assert_eq!(matches(filter, id), expected, "{filter:?} on {id:?}");
        }
    }
}
