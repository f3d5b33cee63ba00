//! What a run leaves behind: its log, and the reports made of it when the run is over.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::ExitStatus;
use super::super::args::{DEFAULT_OUT, ReportingArgs};
use super::super::console::{Console, is_ci};
use super::super::error::CliError;
use super::super::files::shown;
use super::super::report::wanted::{self, Wanted};
use super::super::report::{LOG, LogFile};
use super::super::secrets;
use crate::player::Verdict;
use crate::report::{Header, LOG_VERSION, LogError, LogWriter, Reporter, RunLog, SelectedFile};
use crate::runner::{CaseRef, CaseResult, Event, Suite};

/// The log of a run that goes on.
pub(super) struct Recording {
    /// `None` where it could not be begun.
    log: Option<LogWriter<LogFile>>,
    /// Whether it cannot be written any more: it ends there, and so do the reports.
    broken: bool,
    /// Whether the log, or something made of it, was asked for: then it is an error where it cannot be written.
    asked: bool,
    reports: Vec<Wanted>,
    /// What could not be written.
    failed: Vec<CliError>,
}

/// The folder of the log.
pub(super) fn folder(args: &ReportingArgs) -> PathBuf {
    args.out.clone().unwrap_or_else(|| DEFAULT_OUT.into())
}

/// What is said of a run before it begins. `paths` are the files and folders that were given.
pub(super) fn header(
    flags: Vec<String>,
    paths: &[PathBuf],
    suites: &[Suite],
    cases: &[CaseRef],
) -> Header {
    let mut selected: Vec<SelectedFile> = Vec::new();
    for case in cases {
        let name = case.scenario.file();
        let suite = suites
            .get(case.suite)
            .and_then(|suite| suite.name.as_deref());
        let same = |last: &&mut SelectedFile| last.file == name && last.suite.as_deref() == suite;
        match selected.last_mut().filter(same) {
            Some(last) => last.ids.push(case.id.to_string()),
            None => selected.push(SelectedFile {
                file: name.to_owned(),
                ids: vec![case.id.to_string()],
                suite: suite.map(str::to_owned),
            }),
        }
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Header {
        version: LOG_VERSION,
        program: format!("backchat {}", env!("CARGO_PKG_VERSION")),
        started_ms: now.map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX)),
        flags,
        paths: paths
            .iter()
            .map(|path| path.to_string_lossy().into_owned())
            .collect(),
        settings: Default::default(),
        run: None,
        shard: None,
        part: None,
        joined: None,
        selected,
        outstanding: Vec::new(),
    }
}

impl Recording {
    /// Begins the log of a run.
    ///
    /// # Errors
    ///
    /// Fails when it was asked for and cannot be written, or when two reports would go to one place.
    pub(super) fn begin(
        args: &ReportingArgs,
        header: Header,
        console: &Console,
    ) -> Result<Self, CliError> {
        let folder = folder(args);
        wanted::apart(&args.report, &folder, &[&folder.join(LOG)])?;
        let mut recording = Self {
            log: None,
            broken: false,
            asked: !args.report.is_empty() || args.out.is_some() || args.rerun_failed,
            reports: args.report.clone(),
            failed: Vec::new(),
        };
        let at_once = recording.asked || is_ci() || wanted::is_github() || folder.is_dir();
        let mut file = LogFile::new(folder);
        let path = file.path();
        let begun = if at_once { file.keep() } else { Ok(()) };
        let to_be_read = !recording.reports.is_empty() || wanted::is_github();
        let log = |()| LogWriter::new(file, header, secrets::secrets(), to_be_read);
        match begun.and_then(log) {
            Ok(log) => recording.log = Some(log),
            Err(source) => {
                let path = shown(&path);
                let error = CliError::Unwritable { path, source };
                if recording.asked {
                    return Err(error);
                }
                console.say(&console.palette.warning_line(&no_log(&error)))?;
            }
        }
        Ok(recording)
    }

    /// Writes down what has happened.
    pub(super) fn event(&mut self, event: &Event, console: &Console) {
        let Some(log) = self.log.as_mut().filter(|_| !self.broken) else {
            return;
        };
        // Before it is written: a run that is killed has it then.
        let kept = if is_worth_keeping(event) {
            log.out().keep()
        } else {
            Ok(())
        };
        if let Err(source) = kept.and_then(|()| log.event(event)) {
            let path = shown(&log.out().path());
            let error = CliError::Unwritable { path, source };
            self.broken = true;
            if self.asked {
                self.failed.push(error);
            } else {
                // Where nobody reads it any more, the summary says so too.
                let _ = console.say(&console.palette.warning_line(&no_log(&error)));
            }
        }
    }

    /// Writes the reports; the lines that say where they are.
    pub(super) fn finish(&mut self) -> Vec<String> {
        let mut written = Vec::new();
        if self.reports.is_empty() && !wanted::is_github() {
            return written;
        }
        let Some(log) = &mut self.log else {
            return written;
        };
        let file = log.out();
        let folder = file.folder().to_owned();
        let path = shown(&file.path());
        let unreadable = |source| CliError::Unreadable {
            path: path.clone(),
            source,
        };
        let read = match file.reader(self.broken) {
            // Asked for, so it is kept.
            Ok(None) => return written,
            Ok(Some(reader)) => {
                // Of a log that broke off, what is there counts, not what was to be written.
                let read = match self.broken {
                    true => RunLog::read(reader).map(Some),
                    false => log.log(reader),
                };
                read.map_err(|error| match error {
                    LogError::Io(source) => unreadable(source),
                    other => unreadable(std::io::Error::other(other.to_string())),
                })
            }
            Err(source) => Err(unreadable(source)),
        };
        let mut log = match read {
            Ok(Some(log)) => log,
            // It has been read for the same reports before.
            Ok(None) => return written,
            Err(error) => {
                self.failed.push(error);
                return written;
            }
        };
        for one in wanted::write(&self.reports, &folder, &mut log) {
            match one {
                Ok(path) => written.extend(path.map(|path| shown(&path))),
                Err(error) => self.failed.push(error),
            }
        }
        if wanted::is_github() {
            let annotate = !self.reports.iter().any(Wanted::is_github);
            self.failed.extend(wanted::github(annotate, &mut log).err());
        }
        written
    }

    /// Whether there is a log to come back to.
    pub(super) fn is_kept(&mut self) -> bool {
        !self.broken && (self.log.as_mut()).is_some_and(|log| log.out().is_kept())
    }

    /// What the process is to end with, once what could not be written is said.
    pub(super) fn status(&self, console: &Console) -> ExitStatus {
        self.failed
            .iter()
            .fold(ExitStatus::Success, |status, error| {
                console.error(error);
                status.or(ExitStatus::Output)
            })
    }
}

fn no_log(error: &CliError) -> String {
    format!(
        "{}; there will be no log of this run",
        super::super::files::safe(&error.to_string())
    )
}

/// Whether somebody will want to come back to it: to see what failed, or to play it again.
fn is_worth_keeping(event: &Event) -> bool {
    match event {
        Event::CaseEnded { outcome, .. } => {
            matches!(
                outcome.result,
                CaseResult::Played(Verdict::Failed(_) | Verdict::Cancelled)
            )
        }
        Event::Stopping { .. } | Event::ProgramFailed { .. } => true,
        _ => false,
    }
}
