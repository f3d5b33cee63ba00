//! Whether logs of shards are those of one run: each shard once, of one selection, played alike, at one time.

use std::collections::{BTreeMap, HashSet};

use super::merge::OfShard;
use super::record::{Header, Started};
use crate::report::text::words;

/// What a person says of the run whose shards are joined.
#[derive(Debug, Clone, Copy, Default)]
pub struct JoinOptions<'a> {
    /// How many shards there have to be.
    pub shards: Option<u32>,
    /// Which run it is, as `--run-id` or a CI service calls it.
    pub run: Option<&'a str>,
}

/// How many missing shards are named one by one.
const NAMED: usize = 8;

/// Says what is wrong where these are not the shards of one run.
pub(super) fn of_one_run<R>(
    shards: &[OfShard<'_, R>],
    whole: JoinOptions<'_>,
) -> Result<(), String> {
    let Some(first) = shards.first() else {
        return Err("there is no log of a shard".into());
    };
    if let Some(wanted) = whole.run {
        for one in shards {
            let header = &one.log.run.header;
            if header.run.as_ref().is_none_or(|run| run.id != wanted) {
                return Err(format!(
                    "{} is {}, not of {}",
                    one.name,
                    run(header),
                    words(wanted)
                ));
            }
        }
    }
    for other in shards {
        if let Some(why) = differ(first, other) {
            return Err(format!("these are shards of different runs: {why}"));
        }
    }
    match whole.shards {
        Some(expected) if expected != first.shard.count() => Err(format!(
            "{expected} shards were expected, and {} is {}",
            first.name, first.shard
        )),
        _ => Ok(()),
    }
}

/// What shows that two shards are of different runs.
fn differ<R>(one: &OfShard<'_, R>, two: &OfShard<'_, R>) -> Option<String> {
    let names = (one.name, two.name);
    if (one.shard.count(), one.shard.rule()) != (two.shard.count(), two.shard.rule()) {
        let (one, two) = (one.shard, two.shard);
        return Some(format!("{} is {one}, {} is {two}", names.0, names.1));
    }
    let (a, b) = (&one.log.run.header, &two.log.run.header);
    let id = |header: &Header| header.run.as_ref().map(|run| run.id.clone());
    if id(a) != id(b) {
        let (one, two) = (run(a), run(b));
        return Some(format!("{} is {one}, {} is {two}", names.0, names.1));
    }
    if a.program != b.program {
        let (one, two) = (words(&a.program), words(&b.program));
        return Some(format!("{} is of {one}, {} of {two}", names.0, names.1));
    }
    if (one.part.cases, &one.part.digest) != (two.part.cases, &two.part.digest) {
        return Some(format!(
            "{} and {} had other scenarios to choose from, or other versions of them or of backchat.json",
            names.0, names.1
        ));
    }
    let keys = a.settings.keys().chain(b.settings.keys());
    let mut keys: Vec<&String> = keys
        .filter(|key| a.settings.get(*key) != b.settings.get(*key))
        .collect();
    keys.sort();
    keys.dedup();
    let had = |header: &Header| {
        let of = |key: &&String| match header.settings.get(*key).map(Vec::as_slice) {
            None => format!("no {}", words(key)),
            Some([]) => words(key),
            Some(values) => format!("{} {}", words(key), words(&values.join(", "))),
        };
        keys.iter().map(of).collect::<Vec<_>>().join(" and ")
    };
    (!keys.is_empty()).then(|| {
        let (one, two) = (had(a), had(b));
        format!("{} was played with {one}, {} with {two}", names.0, names.1)
    })
}

/// Which run a log is of, in words.
fn run(header: &Header) -> String {
    match &header.run {
        Some(run) => format!("of run {} ({})", words(&run.id), words(&run.from)),
        None => "of a run without a name".into(),
    }
}

/// Leaves of each shard the log of its last attempt, and tells which were left out.
///
/// # Errors
///
/// Fails where two logs of one shard are of the same attempt.
pub(super) fn last_attempts<'a, R>(
    shards: Vec<OfShard<'a, R>>,
) -> Result<(Vec<OfShard<'a, R>>, Vec<String>), String> {
    let mut last: BTreeMap<u32, OfShard<'a, R>> = BTreeMap::new();
    let mut replaced = Vec::new();
    for one in shards {
        let number = one.shard.number();
        let Some(other) = last.remove(&number) else {
            last.insert(number, one);
            continue;
        };
        let (older, newer) = match other.attempt().cmp(&one.attempt()) {
            std::cmp::Ordering::Less => (other, one),
            std::cmp::Ordering::Greater => (one, other),
            std::cmp::Ordering::Equal => {
                let shard = one.shard;
                let names = (other.name, one.name);
                return Err(format!(
                    "{shard} is there twice: {} and {}",
                    names.0, names.1
                ));
            }
        };
        replaced.push(older.name.to_owned());
        last.insert(number, newer);
    }
    Ok((last.into_values().collect(), replaced))
}

/// Says what is missing where these are not all shards of their run. There is one at least.
pub(super) fn all_there<R>(shards: &[OfShard<'_, R>]) -> Result<(), String> {
    let (count, cases) = match shards.first() {
        Some(first) => (first.shard.count(), first.part.cases),
        None => (0, 0),
    };
    let there: HashSet<u32> = shards.iter().map(|one| one.shard.number()).collect();
    let missing = || (1..=count).filter(|number| !there.contains(number));
    // A log may say that there are very many: no more of them are held than are named.
    let lacking = (count as usize).saturating_sub(there.len());
    let named: Vec<String> = missing()
        .take(NAMED)
        .map(|number| format!("{number}/{count}"))
        .collect();
    match &named[..] {
        [] => each_case_once(shards, cases),
        [one] => Err(format!("shard {one} is missing")),
        [first, ..] if lacking > NAMED => {
            let last = missing().next_back().unwrap_or(count);
            Err(format!(
                "{lacking} of {count} shards are missing, from {first} to {last}/{count}"
            ))
        }
        _ => Err(format!("shards {} are missing", named.join(", "))),
    }
}

/// Each case of the whole is in one of them: a log of what was played again has only a part of its shard.
fn each_case_once<R>(shards: &[OfShard<'_, R>], cases: u64) -> Result<(), String> {
    // A log may say anything, and room is made for what is there.
    let there: usize = shards.iter().map(|one| one.part.numbers.len()).sum();
    let cases = usize::try_from(cases).unwrap_or(usize::MAX);
    if cases > there {
        return Err(in_none(cases - there, cases));
    }
    let mut seen = vec![false; cases];
    let mut left = seen.len();
    for one in shards {
        let ids: usize = (one.log.run.header.selected.iter())
            .map(|file| file.ids.len())
            .sum();
        let damaged = || format!("{} does not say which cases it has", one.name);
        if ids != one.part.numbers.len() {
            return Err(damaged());
        }
        for number in &one.part.numbers {
            let number = usize::try_from(*number).unwrap_or(usize::MAX);
            match seen.get_mut(number) {
                Some(seen @ false) => *seen = true,
                _ => return Err(damaged()),
            }
            left -= 1;
        }
    }
    match left {
        0 => Ok(()),
        left => Err(in_none(left, cases)),
    }
}

fn in_none(left: usize, cases: usize) -> String {
    format!(
        "{left} of {cases} cases are in none of these logs: one of them is of a --rerun-failed, which plays a part of its shard"
    )
}

/// The seed that all shards had, or that of each. A shard that broke off before it began has none.
pub(super) fn seeds<R>(shards: &[OfShard<'_, R>]) -> (String, Vec<String>) {
    let of = |started: &Started| started.seed.clone();
    let all: Vec<String> = shards.iter().map(|one| of(&one.log.run.started)).collect();
    let mut known = all.iter().filter(|seed| !seed.is_empty());
    let first = known.next().cloned().unwrap_or_default();
    match known.all(|seed| *seed == first) {
        true => (first, Vec::new()),
        false => (String::new(), all),
    }
}
