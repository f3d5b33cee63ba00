//! Reads the log of a run back, also one that breaks off: a process that was killed leaves what it had written by then.
//!
//! What is held in memory is where each case stands in the log; the records themselves are read when a report asks for them.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read, Seek};

use serde::Deserialize;
use serde::de::IgnoredAny;
use thiserror::Error;

use super::fit::make_fit;
use super::overview::{Ended, Index, Overview, Place, Played};
use super::record::{CaseRecord, LOG_VERSION, Line, ResultKind, first};

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

/// The log of a run.
#[derive(Debug)]
pub struct RunLog<R> {
    /// What is held of it.
    pub run: Overview,
    /// Where the records are.
    pub(in crate::report) records: Records<R>,
}

/// The records of a log.
#[derive(Debug)]
pub(in crate::report) struct Records<R> {
    source: BufReader<R>,
    /// Where in the log the next byte is read.
    position: u64,
    /// The line that was read last.
    line: Vec<u8>,
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
        let mut index = Index::new(header);
        while let Some((place, line)) = lines.next()? {
            match line {
                Entry::Ended(ended) => index.ended(place, *ended),
                Entry::Line(line) => index.add(place, *line),
            }
        }
        Ok(Self {
            run: index.overview(),
            records: Records {
                // It may have read a line without an end, too.
                position: lines.source.stream_position()?,
                source: lines.source,
                line: Vec::new(),
            },
        })
    }

    /// A log that has just been written: what is held of it is known, and `source` is where it stands.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read.
    pub(super) fn written(mut source: R, index: Index) -> Result<Self, LogError> {
        source.rewind()?;
        Ok(Self {
            run: index.overview(),
            records: Records {
                source: BufReader::with_capacity(BUFFER, source),
                position: 0,
                line: Vec::new(),
            },
        })
    }

    /// The record of what a case came to in the end.
    ///
    /// # Errors
    ///
    /// Fails when the log cannot be read, or has changed meanwhile.
    pub fn record(&mut self, case: &Played) -> Result<CaseRecord, LogError> {
        self.records.last(case)
    }

    /// The records of a case's attempts before the last.
    ///
    /// # Errors
    ///
    /// Fails when the log cannot be read, or has changed meanwhile.
    pub fn earlier(&mut self, case: &Played) -> Result<Vec<CaseRecord>, LogError> {
        self.records.earlier(case)
    }
}

impl<R: Read + Seek> Records<R> {
    /// That of what a case came to in the end.
    pub(in crate::report) fn last(&mut self, case: &Played) -> Result<CaseRecord, LogError> {
        match case.place() {
            Some(place) => self.at(place),
            None => Ok(case.record()),
        }
    }

    /// Those of a case's attempts before the last.
    pub(in crate::report) fn earlier(
        &mut self,
        case: &Played,
    ) -> Result<Vec<CaseRecord>, LogError> {
        case.earlier().iter().map(|place| self.at(*place)).collect()
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

/// A line as it is first read.
enum Entry {
    /// A case that is over: what is held of it.
    Ended(Box<Ended>),
    /// Any other.
    Line(Box<Line>),
}

/// What tells the lines of cases from others, without reading all that they say.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
}

/// The line of a case that is over, of what is not held only whether it is there.
#[derive(Deserialize)]
struct EndedLine<'a> {
    number: u64,
    #[serde(default)]
    attempt: Option<u32>,
    #[serde(default = "first")]
    round: u32,
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

impl EndedLine<'_> {
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
    fn next(&mut self) -> Result<Option<(Place, Entry)>, LogError> {
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

fn parse(line: &[u8]) -> serde_json::Result<Entry> {
    let Event { event } = serde_json::from_slice(line)?;
    if event != "case_ended" {
        return Ok(Entry::Line(Box::new(serde_json::from_slice(line)?)));
    }
    let ended: EndedLine<'_> = serde_json::from_slice(line)?;
    let is_plain = ended.is_plain();
    if !is_plain {
        // What reports read later is whole, or nothing of it is read.
        let _: CaseRecord = serde_json::from_slice(line)?;
    }
    Ok(Entry::Ended(Box::new(Ended {
        number: ended.number,
        id: ended.id.into_owned(),
        round: ended.round,
        file: ended.file.into_owned(),
        result: ended.result,
        elapsed_us: ended.elapsed_us,
        leftovers: ended.leftovers,
        is_plain,
    })))
}
