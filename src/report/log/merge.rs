//! Several logs, each of a shard of one run → the log of that run.
//!
//! Only what belongs together and is all there is joined: a report of a part that looks like one of the whole is worse than none.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, Write};

use thiserror::Error;

use super::ascii::write_json;
use super::one_run::{JoinOptions, all_there, last_attempts, of_one_run, seeds};
use super::overview::{Played, Unfinished};
use super::read::{LogError, RunLog};
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
pub(super) struct OfShard<'a, R> {
    pub(super) name: &'a str,
    pub(super) shard: Shard,
    pub(super) part: Part,
    pub(super) log: &'a mut RunLog<R>,
}

impl<R> OfShard<'_, R> {
    /// Which attempt at the run it is of, from 1.
    pub(super) fn attempt(&self) -> u32 {
        self.log
            .run
            .header
            .run
            .as_ref()
            .map_or(1, |run| run.attempt)
    }
}

/// What has been joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// How many shards.
    pub shards: usize,
    /// The shards that are of an earlier attempt at the run than others: these were not started again.
    pub earlier: Vec<String>,
    /// The logs of earlier attempts at shards that were started again.
    pub replaced: Vec<String>,
}

/// Writes the log of the run whose shards these are, each with the name by which a person knows it. Of a shard that was started again, the
/// last attempt counts.
///
/// # Errors
///
/// Fails when they are not all the shards of one run, each once, or cannot be read, or `out` cannot be written.
pub fn merge_logs<R: Read + Seek>(
    logs: &mut [(String, RunLog<R>)],
    whole: JoinOptions<'_>,
    out: &mut dyn Write,
) -> Result<Joined, MergeError> {
    let mut shards = Vec::new();
    for (name, log) in logs {
        let (shard, part) = of_shard(log).ok_or_else(|| {
            let why = match log.run.header.joined {
                Some(_) => "it was joined of shards before",
                None => "that run had no --shard",
            };
            MergeError::Apart(format!("{name} is no log of a shard: {why}"))
        })?;
        shards.push(OfShard {
            name,
            shard,
            part,
            log,
        });
    }
    of_one_run(&shards, whole).map_err(MergeError::Apart)?;
    let (mut shards, replaced) = last_attempts(shards).map_err(MergeError::Apart)?;
    all_there(&shards).map_err(MergeError::Apart)?;
    write(&mut shards, out)?;
    let last = shards.iter().map(OfShard::attempt).max();
    let earlier = shards.iter().filter(|one| Some(one.attempt()) < last);
    Ok(Joined {
        shards: shards.len(),
        earlier: earlier.map(|one| one.shard.to_string()).collect(),
        replaced,
    })
}

fn of_shard<R>(log: &RunLog<R>) -> Option<(Shard, Part)> {
    let shard = log.run.header.shard.as_deref()?.parse().ok()?;
    Some((shard, log.run.header.part.clone()?))
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
    let mut ids: BTreeMap<u64, (&str, &SelectedFile)> = BTreeMap::new();
    for (n, one) in shards.iter().enumerate() {
        let selected = one.log.run.header.selected.iter();
        let of_shard = selected.flat_map(|file| file.ids.iter().map(move |id| (&**id, file)));
        for ((number, id), whole) in (0..).zip(of_shard).zip(&one.part.numbers) {
            ids.insert(*whole, id);
            places.insert(*whole, Place { shard: n, number });
        }
    }
    let header = header(shards, ids.into_values());
    let started = started(shards, &header);
    line(&Line::Log(Box::new(header)), out)?;
    line(&Line::RunStarted(started), out)?;
    let played: Vec<BTreeMap<u64, Played>> = (shards.iter())
        .map(|one| {
            one.log
                .run
                .cases
                .iter()
                .map(|case| (case.number, case.clone()))
                .collect()
        })
        .collect();
    let unfinished: Vec<BTreeMap<u64, Unfinished>> = (shards.iter())
        .map(|one| {
            let open = one.log.run.unfinished.iter();
            open.map(|case| (case.number, case.clone())).collect()
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
                let open = unfinished.get(shard).and_then(|open| open.get(&number));
                if let Some(one) = open.filter(|one| one.begun) {
                    let started = Line::CaseStarted {
                        number: whole,
                        id: one.id.clone(),
                        at_us: 0,
                    };
                    line(&started, out)?;
                    if !one.waiting.is_empty() {
                        let slow = Line::CaseSlow {
                            id: one.id.clone(),
                            round: one.round,
                            elapsed_us: 0,
                            waiting: one.waiting.clone(),
                        };
                        line(&slow, out)?;
                    }
                }
            }
        }
    }
    for program in shards.iter().flat_map(|one| &one.log.run.programs) {
        line(&Line::ProgramFailed(program.clone()), out)?;
    }
    if shards.iter().any(|one| one.log.run.stopped) {
        line(&Line::Stopping { at_us: 0 }, out)?;
    }
    let elapsed: Option<Vec<u64>> = shards.iter().map(|one| one.log.run.elapsed_us).collect();
    if let Some(elapsed_us) = elapsed.and_then(|all| all.into_iter().max()) {
        line(&Line::RunFinished { elapsed_us }, out)?;
    }
    Ok(())
}

/// The first line of the whole. `ids` are those of all cases, each with its file, in order.
fn header<'a, R>(
    shards: &[OfShard<'_, R>],
    ids: impl Iterator<Item = (&'a str, &'a SelectedFile)>,
) -> Header {
    let mut selected: Vec<SelectedFile> = Vec::new();
    for (id, file) in ids {
        let same = |last: &&mut SelectedFile| last.file == file.file && last.suite == file.suite;
        match selected.last_mut().filter(same) {
            Some(last) => last.ids.push(id.to_owned()),
            None => selected.push(SelectedFile {
                ids: vec![id.to_owned()],
                ..file.clone()
            }),
        }
    }
    let headers = || shards.iter().map(|one| &one.log.run.header);
    let first = headers().next().cloned().unwrap_or_default();
    Header {
        version: LOG_VERSION,
        started_ms: headers()
            .map(|header| header.started_ms)
            .min()
            .unwrap_or_default(),
        run: headers()
            .filter_map(|header| header.run.clone())
            .max_by_key(|run| run.attempt),
        shard: None,
        part: None,
        joined: Some(shards.len() as u64),
        selected,
        outstanding: headers()
            .flat_map(|header| header.outstanding.iter().cloned())
            .collect(),
        ..first
    }
}

/// How the whole was begun.
fn started<R>(shards: &[OfShard<'_, R>], header: &Header) -> Started {
    let all = || shards.iter().map(|one| &one.log.run.started);
    let first = all().next().cloned().unwrap_or_default();
    // Each machine has drawn its own, unless it was told one.
    let (seed, seeds) = seeds(shards);
    Started {
        scenarios: scenarios(header),
        cases: header
            .selected
            .iter()
            .map(|file| file.ids.len() as u64)
            .sum(),
        seed,
        seeds,
        ..first
    }
}

/// How many files its cases are from, in however many suites, and however often each is played.
fn scenarios(header: &Header) -> u64 {
    let files = header.selected.iter().map(|file| &*file.file);
    files.collect::<BTreeSet<_>>().len() as u64
}

fn line(line: &Line, out: &mut dyn Write) -> io::Result<()> {
    write_json(line, false, out)?;
    out.write_all(b"\n")
}
