//! Reports made of one log together: each record is read once, and each report written by a thread of its own, for writing to disks
//! is waiting.
//!
//! Records go from one to the other in batches. A report that is slow holds up the reading, so that no more than a few batches are in
//! memory; one that has failed, or has heard enough, is left out.

use std::io::{self, Read, Seek, Write};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::ReportKind;
use super::form::{Case, Form};
use super::log::{CaseRecord, LogError, Overview, Played, Records, ResultKind, RunLog};

/// How many cases are in a batch at most.
const CASES: usize = 256;

/// How many bytes of the log are in a batch: 256 KiB, or one record that is larger.
const BYTES: u64 = 256 << 10;

/// How many batches wait for a report before reading waits for it.
const WAITING: usize = 2;

/// How many failures a report may have before it hears of the cases.
pub(super) const FIRST: usize = 20;

/// What a report hears: the next cases, that there are no more, or why they cannot be read.
type News<'a> = Result<Option<Arc<Vec<Case<'a>>>>, LogError>;

/// A report to be written.
pub struct PendingReport<'a> {
    form: Box<dyn Form + Send + 'a>,
    run: &'a Overview,
    news: Receiver<News<'a>>,
}

impl std::fmt::Debug for PendingReport<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingReport").finish_non_exhaustive()
    }
}

impl PendingReport<'_> {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// Fails when the log cannot be read or `out` cannot be written.
    pub fn write(mut self, out: &mut dyn Write) -> Result<(), LogError> {
        self.form.begin(self.run, out)?;
        while self.form.goes_on() {
            // Whoever reads says when all is said: hanging up before that would leave half a report.
            let broken = || LogError::Io(io::ErrorKind::BrokenPipe.into());
            let Some(cases) = self.news.recv().map_err(|_| broken())?? else {
                break;
            };
            for case in cases.iter() {
                self.form.case(case, out)?;
            }
        }
        // Nobody waits for it from here on.
        drop(self.news);
        Ok(self.form.end(self.run, out)?)
    }
}

/// Makes reports of these kinds: `write` is called for each with its place among them, in a thread of its own, and what it gives comes back
/// in their order. `folder` is as for [`write_report`](super::write_report).
///
/// # Errors
///
/// Fails when there can be no more threads; no report is whole then.
pub fn write_reports<T: Send>(
    kinds: &[ReportKind],
    log: &mut RunLog<impl Read + Seek>,
    folder: &str,
    write: impl Fn(usize, PendingReport<'_>) -> T + Sync,
) -> io::Result<Vec<T>> {
    let RunLog { run, records } = log;
    let run = &*run;
    let first = first(kinds, run, records);
    let (first, error) = match first {
        Ok(first) => (first, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    thread::scope(|scope| {
        let (mut readers, mut threads) = (Vec::new(), Vec::new());
        for (n, kind) in kinds.iter().enumerate() {
            let (tell, news) = sync_channel(WAITING);
            let form = kind.form(folder, &first);
            let (report, write) = (PendingReport { form, run, news }, &write);
            threads.push(thread::Builder::new().spawn_scoped(scope, move || write(n, report))?);
            readers.push(tell);
        }
        match error {
            Some(error) => tell(&mut readers, || Err(again(&error))),
            None => read(kinds, run, records, readers),
        };
        let given = threads.into_iter().map(|thread| thread.join());
        Ok(given
            .map(|given| given.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect())
    })
}

/// Writes a report as [`write_reports`] does, without a thread.
///
/// # Errors
///
/// Fails when the log cannot be read or `out` cannot be written.
pub(super) fn write_one(
    kind: ReportKind,
    log: &mut RunLog<impl Read + Seek>,
    folder: &str,
    out: &mut dyn Write,
) -> Result<(), LogError> {
    let RunLog { run, records } = log;
    let run = &*run;
    let first = first(&[kind], run, records)?;
    let mut form = kind.form(folder, &first);
    form.begin(run, out)?;
    for played in run.cases.iter().filter(|case| kind.wants(case)) {
        if !form.goes_on() {
            break;
        }
        let case = Case::new(played, records.last(played)?, records.earlier(played)?);
        form.case(&case, out)?;
    }
    Ok(form.end(run, out)?)
}

/// The first failures, where one of the reports has them.
fn first(
    kinds: &[ReportKind],
    run: &Overview,
    records: &mut Records<impl Read + Seek>,
) -> Result<Vec<CaseRecord>, LogError> {
    if !kinds.contains(&ReportKind::Html) {
        return Ok(Vec::new());
    }
    let failed = run
        .cases
        .iter()
        .filter(|case| case.result == ResultKind::Failed);
    failed.take(FIRST).map(|case| records.last(case)).collect()
}

/// Reads the records of all cases that one of the reports wants, and tells the reports. Whether one of them still listens.
fn read<'a>(
    kinds: &[ReportKind],
    run: &'a Overview,
    records: &mut Records<impl Read + Seek>,
    mut readers: Vec<SyncSender<News<'a>>>,
) -> bool {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let wanted = |case: &&Played| kinds.iter().any(|kind| kind.wants(case));
    for played in run.cases.iter().filter(wanted) {
        let last = records.last(played);
        match last.and_then(|last| Ok(Case::new(played, last, records.earlier(played)?))) {
            Ok(case) => batch.push(case),
            Err(error) => return tell(&mut readers, || Err(again(&error))),
        }
        bytes += played.size();
        if batch.len() >= CASES || bytes >= BYTES {
            let full = Arc::new(std::mem::take(&mut batch));
            bytes = 0;
            if !tell(&mut readers, || Ok(Some(Arc::clone(&full)))) {
                return false;
            }
        }
    }
    let rest = Arc::new(batch);
    tell(&mut readers, || Ok(Some(Arc::clone(&rest)))) && tell(&mut readers, || Ok(None))
}

/// Tells those that still listen. Whether there are any.
fn tell<'a>(readers: &mut Vec<SyncSender<News<'a>>>, news: impl Fn() -> News<'a>) -> bool {
    readers.retain(|reader| reader.send(news()).is_ok());
    !readers.is_empty()
}

/// The same error, for one more report.
fn again(error: &LogError) -> LogError {
    match error {
        LogError::Io(error) => LogError::Io(io::Error::new(error.kind(), error.to_string())),
        LogError::NoLog => LogError::NoLog,
        LogError::Version(version) => LogError::Version(*version),
        LogError::Line { line, message } => LogError::Line {
            line: *line,
            message: message.clone(),
        },
    }
}
