//! Reads the log of a run back, also one that breaks off: a process that was killed leaves what it had written by then.
//!
//! What is held in memory is where each case stands in the log; the records themselves are read when a report asks for them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek};

use serde::Deserialize;
use serde::de::IgnoredAny;
use thiserror::Error;

use super::record::{CaseRecord, Header, LOG_VERSION, Line, ResultKind, Started};
use crate::wire::escape_words;

/// How long a line may be: 64 MiB. The longest is the first, which names all that is selected.
const MAX_LINE: u64 = 64 << 20;

/// Why a log cannot be read.
#[derive(Debug, Error)]
pub enum LogError {
    /// The system.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is no first line, or it is another one.
    #[error("it is no log of a backchat run")]
    NoLog,
    /// The log was written by a later version of this program.
    #[error("it has version {0}, and this program reads up to version {LOG_VERSION}")]
    Version(u32),
    /// A line is damaged.
    #[error("line {line} is damaged: {message}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
}

/// How many bytes of a log are read at a time: 256 KiB. Cases end nearly in the order in which reports want them.
const BUFFER: usize = 256 << 10;

/// Where a line stands in the log: its offset and its length.
type Place = (u64, u64);

/// The log of a run.
#[derive(Debug)]
pub struct RunLog<R> {
    source: BufReader<R>,
    /// Where in the log the next byte is read.
    position: u64,
    /// The line that was read last.
    line: Vec<u8>,
    /// What was to be played.
    pub header: Header,
    /// How it was begun; empty where the log breaks off before that.
    pub started: Started,
    /// The cases that are over, in the order of the files.
    pub cases: Vec<Played>,
    /// The cases that are not, in the order of the files.
    pub unfinished: Vec<Unfinished>,
    /// How long the run took, where it was played to its end.
    pub elapsed_us: Option<u64>,
    /// Whether somebody asked it to stop.
    pub stopped: bool,
}

/// A case that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// Its place among the cases of the run, from 0.
    pub number: u64,
    /// Its id.
    pub id: String,
    /// The scenario file, as the log has it.
    file: String,
    /// What came of the last attempt.
    pub result: ResultKind,
    /// How long the last attempt took.
    pub elapsed_us: u64,
    /// Replies nothing expected, in the last attempt.
    pub leftovers: u64,
    /// Where the records of its attempts stand, oldest first.
    attempts: Vec<Place>,
    /// Whether an attempt before the last one failed.
    has_failed_before: bool,
    /// Whether its only record says nothing that is not said here.
    is_plain: bool,
}

impl Played {
    /// Whether it passed, but not at once.
    pub fn is_flaky(&self) -> bool {
        self.result == ResultKind::Passed && self.has_failed_before
    }
}

/// A case that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its place among the cases of the run, from 0.
    pub number: u64,
    /// Its id.
    pub id: String,
    /// The scenario file.
    pub file: String,
    /// Whether it had begun.
    pub begun: bool,
}

/// How many cases came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, schemars::JsonSchema)]
pub struct Totals {
    /// Selected.
    pub selected: u64,
    /// Passed, those that passed only when tried again included.
    pub passed: u64,
    /// Of these, those that passed only when tried again.
    pub flaky: u64,
    /// Failed.
    pub failed: u64,
    /// Not played, with a reason.
    pub skipped: u64,
    /// Begun and cancelled, or not played to their end, or not begun.
    pub unfinished: u64,
}

impl Totals {
    /// Counts a case that is over.
    fn add(&mut self, case: &Played) {
        self.selected += 1;
        self.flaky += u64::from(case.is_flaky());
        let of_kind = match case.result {
            ResultKind::Passed => &mut self.passed,
            ResultKind::Failed => &mut self.failed,
            ResultKind::Skipped => &mut self.skipped,
            ResultKind::Cancelled => &mut self.unfinished,
        };
        *of_kind += 1;
    }

    /// Counts a case that is not.
    fn add_open(&mut self) {
        self.selected += 1;
        self.unfinished += 1;
    }
}

impl<R: Read + Seek> RunLog<R> {
    /// Reads a log, from its beginning.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read, is no log, is too new, or has a damaged line before its end.
    pub fn read(mut source: R) -> Result<Self, LogError> {
        source.rewind()?;
        let mut lines = Lines {
            source: BufReader::with_capacity(BUFFER, source),
            offset: 0,
            number: 0,
            line: Vec::new(),
        };
        let header = match lines.next() {
            Ok(Some((_, Entry::Line(line)))) => match *line {
                Line::Log(header) => *header,
                _ => return Err(LogError::NoLog),
            },
            Err(LogError::Io(error)) => return Err(LogError::Io(error)),
            _ => return Err(LogError::NoLog),
        };
        if header.version > LOG_VERSION {
            return Err(LogError::Version(header.version));
        }
        let mut index = Index::default();
        while let Some((place, line)) = lines.next()? {
            index.add(place, line);
        }
        let (cases, unfinished) = index.sorted(&header);
        Ok(Self {
            // It may have read a line without an end, too.
            position: lines.source.stream_position()?,
            source: lines.source,
            line: Vec::new(),
            header,
            started: index.started,
            cases,
            unfinished,
            elapsed_us: index.elapsed_us,
            stopped: index.stopped,
        })
    }

    /// How many cases came to what.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.cases.iter().for_each(|case| totals.add(case));
        self.unfinished.iter().for_each(|_| totals.add_open());
        totals
    }

    /// How many cases of each suite came to what, by the suite's name, in the order of the files. Nothing where suites have no names.
    pub fn by_suite(&self) -> Vec<(String, Totals)> {
        let mut counts: Vec<(String, Totals)> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut places: HashMap<u64, usize> = HashMap::new();
        let mut number = 0..;
        for file in &self.header.selected {
            let place = file.suite.as_deref().map(|name| {
                *known.entry(name).or_insert_with(|| {
                    counts.push((escape_words(name).to_string(), Totals::default()));
                    counts.len() - 1
                })
            });
            let numbers = number.by_ref().take(file.ids.len());
            places.extend(numbers.filter_map(|number| Some((number, place?))));
        }
        let mut of = |number: u64, add: &dyn Fn(&mut Totals)| {
            let place = places.get(&number);
            if let Some((_, totals)) = place.and_then(|place| counts.get_mut(*place)) {
                add(totals);
            }
        };
        for case in &self.cases {
            of(case.number, &|totals| totals.add(case));
        }
        for case in &self.unfinished {
            of(case.number, &Totals::add_open);
        }
        counts
    }

    /// Whether the run was played to its end: it was not stopped, nor does the log break off.
    pub fn is_complete(&self) -> bool {
        self.elapsed_us.is_some() && self.totals().unfinished == 0
    }

    /// The ids of what failed and of what was not played to its end, in the order of the files, then those of earlier runs.
    pub fn to_play_again(&self) -> Vec<String> {
        let again =
            |case: &&Played| matches!(case.result, ResultKind::Failed | ResultKind::Cancelled);
        let mut ids: Vec<(u64, &String)> = (self.cases.iter().filter(again))
            .map(|case| (case.number, &case.id))
            .chain(self.unfinished.iter().map(|case| (case.number, &case.id)))
            .collect();
        ids.sort_unstable();
        let ids = ids.into_iter().map(|(_, id)| id);
        ids.chain(&self.header.outstanding).cloned().collect()
    }

    /// The record of what a case came to in the end.
    ///
    /// # Errors
    ///
    /// Fails when the log cannot be read, or has changed meanwhile.
    pub fn record(&mut self, case: &Played) -> Result<CaseRecord, LogError> {
        match case.attempts.last() {
            Some(place) if !case.is_plain => self.at(*place),
            _ => Ok(case.record()),
        }
    }

    /// The records of a case's attempts before the last.
    ///
    /// # Errors
    ///
    /// Fails when the log cannot be read, or has changed meanwhile.
    pub fn earlier(&mut self, case: &Played) -> Result<Vec<CaseRecord>, LogError> {
        let (_, earlier) = case.attempts.split_last().unwrap_or((&(0, 0), &[]));
        earlier.iter().map(|place| self.at(*place)).collect()
    }

    fn at(&mut self, (offset, len): Place) -> Result<CaseRecord, LogError> {
        let damaged = || LogError::Line {
            line: 0,
            message: "it has changed while it was read".into(),
        };
        // What is in the buffer already is not read again.
        let ahead = i64::try_from(offset)
            .ok()
            .zip(i64::try_from(self.position).ok());
        let (to, from) = ahead.ok_or_else(damaged)?;
        self.source.seek_relative(to - from)?;
        self.position = offset;
        self.line.clear();
        self.line
            .resize(usize::try_from(len).map_err(|_| damaged())?, 0);
        self.source.read_exact(&mut self.line)?;
        self.position += len;
        let mut record: CaseRecord = serde_json::from_slice(&self.line).map_err(|_| damaged())?;
        make_fit(&mut record);
        Ok(record)
    }
}

impl Played {
    /// What the log says of a case that has nothing to say.
    fn record(&self) -> CaseRecord {
        let mut record = CaseRecord {
            number: self.number,
            attempt: 1,
            id: self.id.clone(),
            name: None,
            file: self.file.clone(),
            result: self.result,
            reason: None,
            interrupted: Vec::new(),
            elapsed_us: self.elapsed_us,
            leftovers: self.leftovers,
            failure: None,
            program: None,
            talk: None,
            health: None,
        };
        make_fit(&mut record);
        record
    }
}

/// Makes texts fit to be shown. This program writes them so, and a log may be anybody's.
fn make_fit(record: &mut CaseRecord) {
    let one = |text: &mut String| *text = escape_words(text).to_string();
    let lines = |text: &mut String| {
        let lines = text.split('\n').map(|line| escape_words(line).to_string());
        *text = lines.collect::<Vec<_>>().join("\n");
    };
    one(&mut record.file);
    record.name.iter_mut().for_each(one);
    record.reason.iter_mut().for_each(one);
    record.program.iter_mut().for_each(lines);
    for open in &mut record.interrupted {
        open.file.iter_mut().chain([&mut open.waits]).for_each(one);
    }
    let mut failure = record.failure.as_deref_mut();
    while let Some(this) = failure {
        one(&mut this.code);
        one(&mut this.title);
        one(&mut this.place);
        lines(&mut this.text);
        let texts = [&mut this.file, &mut this.because, &mut this.note];
        texts.into_iter().flatten().for_each(one);
        this.help
            .iter_mut()
            .chain(&mut this.connections)
            .for_each(one);
        this.expected
            .iter_mut()
            .for_each(|expected| one(&mut expected.words));
        failure = this.finally.as_deref_mut();
    }
    if let Some(talk) = &mut record.talk {
        talk.clients.iter_mut().for_each(one);
        let events = talk
            .events
            .iter_mut()
            .chain(talk.finally.iter_mut().flatten());
        events.for_each(|event| one(&mut event.words));
    }
    if let Some(health) = &mut record.health {
        make_fit(health);
    }
}

/// What the lines of a log say, as far as it is held.
#[derive(Default)]
struct Index {
    started: Started,
    cases: HashMap<u64, Played>,
    /// Those that have begun.
    begun: HashMap<u64, String>,
    elapsed_us: Option<u64>,
    stopped: bool,
}

impl Index {
    fn add(&mut self, place: Place, line: Entry<'_>) {
        let line = match line {
            Entry::Ended(ended) => return self.ended(place, *ended),
            Entry::Line(line) => *line,
        };
        match line {
            Line::RunStarted(started) => self.started = started,
            Line::CaseStarted { number, id, .. } => {
                self.begun.insert(number, id);
            }
            Line::Stopping { .. } => self.stopped = true,
            Line::RunFinished { elapsed_us } => self.elapsed_us = Some(elapsed_us),
            Line::Log(_) | Line::CaseEnded(_) | Line::CaseSlow { .. } | Line::Unknown => {}
        }
    }

    fn ended(&mut self, place: Place, record: Ended<'_>) {
        let is_plain = record.is_plain();
        let case = self.cases.entry(record.number).or_insert_with(|| Played {
            number: record.number,
            id: String::new(),
            file: String::new(),
            result: record.result,
            elapsed_us: 0,
            leftovers: 0,
            attempts: Vec::new(),
            has_failed_before: false,
            is_plain,
        });
        case.has_failed_before |= !case.attempts.is_empty() && case.result == ResultKind::Failed;
        case.is_plain = is_plain && case.attempts.is_empty();
        case.attempts.push(place);
        case.id = record.id.into_owned();
        case.file = record.file.into_owned();
        case.result = record.result;
        case.elapsed_us = record.elapsed_us;
        case.leftovers = record.leftovers;
    }

    /// What is over and what is not, each in the order of the files.
    fn sorted(&mut self, header: &Header) -> (Vec<Played>, Vec<Unfinished>) {
        let selected = header.selected.iter();
        let selected = selected.flat_map(|file| file.ids.iter().map(move |id| (id, &file.file)));
        let unfinished = (0..)
            .zip(selected)
            .filter(|(number, _)| !self.cases.contains_key(number));
        let unfinished = unfinished.map(|(number, (id, file))| Unfinished {
            number,
            id: id.clone(),
            file: file.clone(),
            begun: self.begun.contains_key(&number),
        });
        let unfinished = unfinished.collect();
        let mut cases: Vec<Played> = std::mem::take(&mut self.cases).into_values().collect();
        cases.sort_unstable_by_key(|case| case.number);
        (cases, unfinished)
    }
}

/// A line as it is first read.
enum Entry<'a> {
    /// A case that is over: what is held of it.
    Ended(Box<Ended<'a>>),
    /// Any other.
    Line(Box<Line>),
}

/// What tells the lines of cases from others, without reading all that they say.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
}

/// What is held of a case that is over, and whether there is more.
#[derive(Deserialize)]
struct Ended<'a> {
    number: u64,
    #[serde(default)]
    attempt: Option<u32>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    file: Cow<'a, str>,
    result: ResultKind,
    elapsed_us: u64,
    #[serde(default)]
    leftovers: u64,
    name: Option<IgnoredAny>,
    reason: Option<IgnoredAny>,
    failure: Option<IgnoredAny>,
    program: Option<IgnoredAny>,
    talk: Option<IgnoredAny>,
    health: Option<IgnoredAny>,
    interrupted: Option<IgnoredAny>,
}

impl Ended<'_> {
    fn is_plain(&self) -> bool {
        let more = [&self.name, &self.reason, &self.failure, &self.program];
        let more = (more.into_iter()).chain([&self.talk, &self.health, &self.interrupted]);
        self.attempt.is_none() && more.into_iter().all(Option::is_none)
    }
}

/// The lines of a log, each with its place.
struct Lines<R> {
    source: BufReader<R>,
    offset: u64,
    number: u64,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// The next line; `None` at the end, and before a line without an end, which was being written when the log broke off.
    fn next(&mut self) -> Result<Option<(Place, Entry<'_>)>, LogError> {
        self.line.clear();
        let read = (&mut self.source)
            .take(MAX_LINE)
            .read_until(b'\n', &mut self.line)? as u64;
        self.number += 1;
        if self.line.pop() != Some(b'\n') {
            if read == MAX_LINE {
                return Err(self.damaged("it is too long"));
            }
            return Ok(None);
        }
        let place = (self.offset, read - 1);
        self.offset += read;
        match parse(&self.line) {
            Ok(line) => Ok(Some((place, line))),
            Err(error) => Err(self.damaged(&error.to_string())),
        }
    }

    fn damaged(&self, message: &str) -> LogError {
        LogError::Line {
            line: self.number,
            message: message.to_owned(),
        }
    }
}

fn parse(line: &[u8]) -> serde_json::Result<Entry<'_>> {
    let Event { event } = serde_json::from_slice(line)?;
    if event != "case_ended" {
        return Ok(Entry::Line(Box::new(serde_json::from_slice(line)?)));
    }
    let ended: Ended<'_> = serde_json::from_slice(line)?;
    if !ended.is_plain() {
        // What reports read later is whole, or nothing of it is read.
        let _: CaseRecord = serde_json::from_slice(line)?;
    }
    Ok(Entry::Ended(Box::new(ended)))
}
