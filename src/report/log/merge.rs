//! Several logs, each of a shard of one run → the log of that run.
//!
//! Only what belongs together and is all there is joined: a report of a part that looks like one of the whole is worse than none.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use thiserror::Error;

use super::ascii::write_json;
use super::read::{LogError, Played, RunLog};
use super::record::{Header, LOG_VERSION, Line, Part, SelectedFile, Started};
use crate::runner::Shard;

/// Why logs cannot be joined.
#[derive(Debug, Error)]
pub enum MergeError {
    /// One of them cannot be read, or the new one not be written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// They are not all the shards of one run.
    #[error("{0}")]
    Apart(String),
}

impl From<io::Error> for MergeError {
    fn from(error: io::Error) -> Self {
        Self::Log(error.into())
    }
}

/// A log of a shard.
struct OfShard<'a, R> {
    name: &'a str,
    shard: Shard,
    part: Part,
    log: &'a mut RunLog<R>,
}

/// Writes the log of the run whose shards these are, each with the name by which a person knows it. `expected` is how many there have to be.
///
/// # Errors
///
/// Fails when they are not all the shards of one run, each once, or cannot be read, or `out` cannot be written.
pub fn merge_logs<R: Read + Seek>(
    logs: &mut [(String, RunLog<R>)],
    expected: Option<u32>,
    out: &mut dyn Write,
) -> Result<(), MergeError> {
    let mut shards = Vec::new();
    for (name, log) in logs {
        let (shard, part) = of_shard(log).ok_or_else(|| {
            MergeError::Apart(format!(
                "{name} is no log of a shard: that run had no --shard"
            ))
        })?;
        shards.push(OfShard {
            name,
            shard,
            part,
            log,
        });
    }
    belong_together(&shards, expected).map_err(MergeError::Apart)?;
    shards.sort_by_key(|one| one.shard.number());
    write(&mut shards, out)
}

fn of_shard<R>(log: &RunLog<R>) -> Option<(Shard, Part)> {
    let shard = log.header.shard.as_deref()?.parse().ok()?;
    Some((shard, log.header.part.clone()?))
}

/// Says what is wrong where these are not all the shards of one run, each once.
fn belong_together<R>(shards: &[OfShard<'_, R>], expected: Option<u32>) -> Result<(), String> {
    let Some(first) = shards.first() else {
        return Err("there is no log of a shard".into());
    };
    let count = first.shard.count();
    for other in shards {
        let (one, two) = (first.shard, other.shard);
        if (one.count(), one.rule()) != (two.count(), two.rule()) {
            return Err(format!(
                "these are shards of different runs: {} is {one}, {} is {two}",
                first.name, other.name
            ));
        }
        let (one, two) = (&first.part, &other.part);
        if (one.cases, &one.digest) != (two.cases, &two.digest) {
            return Err(format!(
                "these are shards of different runs: {} and {} had other scenarios to choose from, or other versions of them",
                first.name, other.name
            ));
        }
    }
    if let Some(expected) = expected.filter(|expected| *expected != count) {
        let named = first.name;
        return Err(format!(
            "{expected} shards were expected, and {named} is {}",
            first.shard
        ));
    }
    let mut there: BTreeMap<u32, &str> = BTreeMap::new();
    for one in shards {
        if let Some(before) = there.insert(one.shard.number(), one.name) {
            let shard = one.shard;
            return Err(format!("{shard} is there twice: {before} and {}", one.name));
        }
    }
    let missing: Vec<String> = (1..=count)
        .filter(|number| !there.contains_key(number))
        .map(|number| format!("{number}/{count}"))
        .collect();
    match &missing[..] {
        [] => {}
        [one] => return Err(format!("shard {one} is missing")),
        [first, .., last] if missing.len() > 8 => {
            return Err(format!(
                "{} of {count} shards are missing, from {first} to {last}",
                missing.len()
            ));
        }
        _ => return Err(format!("shards {} are missing", missing.join(", "))),
    }
    each_case_once(shards, first.part.cases)
}

/// Each case of the whole is in one of them: a log of what was played again has only a part of its shard.
fn each_case_once<R>(shards: &[OfShard<'_, R>], cases: u64) -> Result<(), String> {
    let mut seen = vec![false; usize::try_from(cases).unwrap_or_default()];
    let mut left = seen.len();
    for one in shards {
        let ids: usize = (one.log.header.selected.iter())
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
        left => Err(format!(
            "{left} of {cases} cases are in none of these logs: one of them is of a --rerun-failed, which plays a part of its shard"
        )),
    }
}

/// The case of a number of the whole: its id, its file, and which it is in which shard.
struct Place {
    shard: usize,
    number: u64,
}

fn write<R: Read + Seek>(
    shards: &mut [OfShard<'_, R>],
    out: &mut dyn Write,
) -> Result<(), MergeError> {
    let mut places: BTreeMap<u64, Place> = BTreeMap::new();
    let mut ids: BTreeMap<u64, (&str, &str)> = BTreeMap::new();
    for (n, one) in shards.iter().enumerate() {
        let selected = one.log.header.selected.iter();
        let of_shard = selected.flat_map(|file| file.ids.iter().map(|id| (&**id, &*file.file)));
        for ((number, id), whole) in (0..).zip(of_shard).zip(&one.part.numbers) {
            ids.insert(*whole, id);
            places.insert(*whole, Place { shard: n, number });
        }
    }
    let header = header(shards, ids.into_values());
    let started = started(shards, &header);
    line(&Line::Log(header), out)?;
    line(&Line::RunStarted(started), out)?;
    let played: Vec<BTreeMap<u64, Played>> = (shards.iter())
        .map(|one| {
            one.log
                .cases
                .iter()
                .map(|case| (case.number, case.clone()))
                .collect()
        })
        .collect();
    for (whole, Place { shard, number }) in places {
        let Some(OfShard { log, .. }) = shards.get_mut(shard) else {
            continue;
        };
        match played.get(shard).and_then(|played| played.get(&number)) {
            Some(case) => {
                let mut attempts = log.earlier(case)?;
                attempts.push(log.record(case)?);
                for mut record in attempts {
                    record.number = whole;
                    line(&Line::CaseEnded(Box::new(record)), out)?;
                }
            }
            None => {
                let unfinished = log.unfinished.iter().find(|one| one.number == number);
                if let Some(one) = unfinished.filter(|one| one.begun) {
                    let id = one.id.clone();
                    let at_us = 0;
                    line(
                        &Line::CaseStarted {
                            number: whole,
                            id,
                            at_us,
                        },
                        out,
                    )?;
                }
            }
        }
    }
    if shards.iter().any(|one| one.log.stopped) {
        line(&Line::Stopping { at_us: 0 }, out)?;
    }
    let elapsed: Option<Vec<u64>> = shards.iter().map(|one| one.log.elapsed_us).collect();
    if let Some(elapsed_us) = elapsed.and_then(|all| all.into_iter().max()) {
        line(&Line::RunFinished { elapsed_us }, out)?;
    }
    Ok(())
}

/// The first line of the whole. `ids` are those of all cases, each with its file, in order.
fn header<'a, R>(
    shards: &[OfShard<'_, R>],
    ids: impl Iterator<Item = (&'a str, &'a str)>,
) -> Header {
    let mut selected: Vec<SelectedFile> = Vec::new();
    for (id, file) in ids {
        match selected.last_mut().filter(|last| last.file == file) {
            Some(last) => last.ids.push(id.to_owned()),
            None => selected.push(SelectedFile {
                file: file.to_owned(),
                ids: vec![id.to_owned()],
            }),
        }
    }
    let headers = || shards.iter().map(|one| &one.log.header);
    let first = headers().next().cloned().unwrap_or_default();
    Header {
        version: LOG_VERSION,
        started_ms: headers()
            .map(|header| header.started_ms)
            .min()
            .unwrap_or_default(),
        shard: None,
        part: None,
        selected,
        outstanding: headers()
            .flat_map(|header| header.outstanding.iter().cloned())
            .collect(),
        ..first
    }
}

/// How the whole was begun.
fn started<R>(shards: &[OfShard<'_, R>], header: &Header) -> Started {
    let all = || shards.iter().map(|one| &one.log.started);
    let first = all().next().cloned().unwrap_or_default();
    let same_seed = all().all(|started| started.seed == first.seed);
    Started {
        scenarios: header.selected.len() as u64,
        cases: header
            .selected
            .iter()
            .map(|file| file.ids.len() as u64)
            .sum(),
        // Each machine has drawn its own, unless it was told one.
        seed: if same_seed {
            first.seed.clone()
        } else {
            String::new()
        },
        ..first
    }
}

fn line(line: &Line, out: &mut dyn Write) -> io::Result<()> {
    write_json(line, false, out)?;
    out.write_all(b"\n")
}
