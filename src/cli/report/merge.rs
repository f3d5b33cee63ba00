//! `backchat report merge`: the logs of shards → the log of the run that they are together, and its reports.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::super::ExitStatus;
use super::super::args::MergeArgs;
use super::super::console::Console;
use super::super::error::CliError;
use super::super::files::{make_folder, shown};
use super::super::replace::replace_with;
use super::log_file::LOG;
use super::open::{open, open_one_of_many};
use super::reopened::Reopened;
use super::wanted::{Wanted, apart, github, is_github, write_all};
use crate::count::count;
use crate::report::{JoinOptions, Joined, LogError, MergeError, RunLog, merge_logs};

/// How deep below a folder logs are looked for.
const MAX_DEPTH: usize = 4;

/// How many logs may be joined.
const MAX_LOGS: usize = 4096;

/// Joins logs.
pub(super) fn merge(args: &MergeArgs, console: &Console) -> Result<ExitStatus, CliError> {
    let place = args.out.join(LOG);
    let mut paths = Vec::new();
    for path in &args.logs {
        let mut found = Vec::new();
        find(path, MAX_DEPTH, &mut found)?;
        // What was joined there the last time is no shard.
        found.retain(|log| log == path || !(is_same(log, &place) && is_joined(log)));
        if found.is_empty() {
            let path = shown(&path.join(LOG));
            return Err(CliError::NoLog { path });
        }
        paths.extend(found);
    }
    if paths.len() > MAX_LOGS {
        let logs = count(paths.len(), "log");
        return Err(CliError::Usage(format!("{logs}: {MAX_LOGS} may be joined")));
    }
    if let Some(path) = paths.iter().find(|path| is_same(path, &place)) {
        return Err(CliError::Usage(format!(
            "the joined log would take the place of {}: name another folder with --out",
            shown(path)
        )));
    }
    // Before anything is written.
    let mut kept: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    kept.push(&place);
    apart(&args.report, &args.out, &kept)?;
    let mut logs: Vec<(String, RunLog<Reopened>)> = Vec::new();
    for path in &paths {
        logs.push((shown(path), open_one_of_many(path)?));
    }
    let joined = write(&mut logs, args, &place)?;
    console.say(&said(&joined, &place))?;
    drop(logs);
    let (mut log, folder) = open(&place)?;
    write_all(&args.report, &folder, &kept, &mut log, console)?;
    if is_github() {
        github(!args.report.iter().any(Wanted::is_github), &mut log)?;
    }
    let totals = log.run.totals();
    let mut status = ExitStatus::Success;
    if totals.unfinished > 0 || log.run.elapsed_us.is_none() {
        let what = match totals.unfinished {
            0 => "a log breaks off".to_owned(),
            open => format!("{} not played to the end", count(open as usize, "case")),
        };
        let error = CliError::Incomplete(format!("the run is incomplete: {what}"));
        console.error(&error);
        status = error.status();
    }
    if totals.failed > 0 || !log.run.programs.is_empty() {
        status = status.or(ExitStatus::Failed);
    }
    Ok(status)
}

fn write(
    logs: &mut [(String, RunLog<Reopened>)],
    args: &MergeArgs,
    place: &Path,
) -> Result<Joined, CliError> {
    let unwritable = |source| CliError::Unwritable {
        path: shown(place),
        source,
    };
    let whole = JoinOptions {
        shards: args.expect_shards.map(Into::into),
        run: args.run_id.as_deref(),
    };
    let mut apart = None;
    let mut joined = None;
    let content = |file: &mut dyn Write| {
        let mut out = BufWriter::new(file);
        match merge_logs(logs, whole, &mut out) {
            Ok(done) => {
                joined = Some(done);
                out.flush()
            }
            Err(MergeError::Apart(why)) => {
                apart = Some(why);
                Err(io::Error::other("not joined"))
            }
            Err(MergeError::Log(LogError::Io(error))) => Err(error),
            Err(error) => Err(io::Error::other(error.to_string())),
        }
    };
    make_folder(&args.out).map_err(unwritable)?;
    let written = replace_with(place, content);
    match (apart, written, joined) {
        (Some(why), ..) => Err(CliError::Incomplete(why)),
        (None, Ok(()), Some(joined)) => Ok(joined),
        (None, Ok(()), None) => Err(unwritable(io::Error::other("not joined"))),
        (None, Err(error), _) => Err(unwritable(error)),
    }
}

/// What has been joined, and what of it a person might not expect.
fn said(joined: &Joined, place: &Path) -> String {
    let mut said = format!(
        "{:>12}  {} joined: {}\n",
        "merged",
        count(joined.shards, "shard"),
        shown(place)
    );
    if !joined.earlier.is_empty() {
        let shards = joined.earlier.join(", ");
        said += &format!("{:>12}  of an earlier attempt at the run: {shards}\n", "");
    }
    if !joined.replaced.is_empty() {
        let logs = joined.replaced.join(", ");
        said += &format!(
            "{:>12}  left out, for their shards were started again: {logs}\n",
            ""
        );
    }
    said
}

/// Whether two paths mean one file, which is there.
fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Whether this log was written by a merge.
fn is_joined(path: &Path) -> bool {
    open(path).is_ok_and(|(log, _)| log.run.header.joined.is_some())
}

/// Finds the logs that are meant by a path: itself, the one in it, or those in the folders below.
fn find(path: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => CliError::NoLog { path: shown(path) },
        _ => CliError::Unreadable {
            path: shown(path),
            source,
        },
    };
    let log = path.join(LOG);
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        found.push(path.to_owned());
    } else if log.is_file() {
        found.push(log);
    } else if depth > 0 {
        let entries = fs::read_dir(path).map_err(unreadable)?;
        let entries: Result<Vec<_>, io::Error> = entries.collect();
        let mut folders: Vec<PathBuf> = (entries.map_err(unreadable)?.into_iter())
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .collect();
        folders.sort();
        for folder in folders {
            find(&folder, depth - 1, found)?;
        }
    }
    Ok(())
}
