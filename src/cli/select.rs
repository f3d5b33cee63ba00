//! Which cases are played: filters and tags.

use crate::scenario::Scenario;

use super::args::SelectArgs;

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
fn matches(filter: &str, id: &str) -> bool {
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
