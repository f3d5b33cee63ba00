//! What is held of a log: what was to be played, and where in the log the record of each case stands.

use std::collections::{HashMap, HashSet};

use super::fit::{make_fit, make_program_fit, one};
use super::record::{CaseRecord, Header, Line, ProgramRecord, ResultKind, Started};
use crate::report::rounds::Rounds;
use crate::wire::escape_words;

/// Where a line stands in the log: its offset and its length.
pub(super) type Place = (u64, u64);

/// What is held of a log. The records are read when they are wanted: [`RunLog`](super::RunLog) does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// What was to be played.
    pub header: Header,
    /// How it was begun; empty where the log breaks off before that.
    pub started: Started,
    /// The cases that are over, in the order of the files.
    pub cases: Vec<Played>,
    /// The cases that are not, in the order of the files.
    pub unfinished: Vec<Unfinished>,
    /// The programs under test that did what they should not, of which no case tells.
    pub programs: Vec<ProgramRecord>,
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
    /// Which time it was played, from 1.
    round: u32,
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
    /// Which time it was to be played, from 1.
    pub round: u32,
    /// The scenario file.
    pub file: String,
    /// Whether it had begun.
    pub begun: bool,
    /// What its steps waited for when that was last said, in words: where it took long.
    pub waiting: Vec<String>,
}

impl Unfinished {
    /// What is known of it, in words: `never finished: step 4 of 6 has waited …`.
    pub(in crate::report) fn in_words(&self) -> String {
        match (self.begun, self.waiting.is_empty()) {
            (false, _) => "never begun".to_owned(),
            (true, true) => "never finished".to_owned(),
            (true, false) => format!("never finished: {}", self.waiting.join("; ")),
        }
    }
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

impl Overview {
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
}

impl Played {
    /// Where the record of its last attempt stands, where that says more than is known here.
    pub(super) fn place(&self) -> Option<Place> {
        self.attempts.last().filter(|_| !self.is_plain).copied()
    }

    /// Where the records of the attempts before it stand.
    pub(super) fn earlier(&self) -> &[Place] {
        let (_, earlier) = self.attempts.split_last().unwrap_or((&(0, 0), &[]));
        earlier
    }

    /// The scenario file, fit to be shown.
    pub(in crate::report) fn file(&self) -> String {
        let mut file = self.file.clone();
        one(&mut file);
        file
    }

    /// How many bytes of the log its records take that are to be read.
    pub(in crate::report) fn size(&self) -> u64 {
        let places = self.earlier().iter().copied().chain(self.place());
        places.map(|(_, len)| len).sum()
    }

    /// What the log says of a case that has nothing to say.
    pub(super) fn record(&self) -> CaseRecord {
        let mut record = CaseRecord {
            number: self.number,
            attempt: 1,
            id: self.id.clone(),
            round: self.round,
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

/// What the lines of a log say, as far as it is held.
#[derive(Debug)]
pub(super) struct Index {
    header: Header,
    started: Started,
    cases: HashMap<u64, Played>,
    /// Those that have begun.
    begun: HashSet<u64>,
    /// What those waited for, by their ids and rounds, that take long and are not over.
    slow: HashMap<(String, u32), Vec<String>>,
    programs: Vec<ProgramRecord>,
    elapsed_us: Option<u64>,
    stopped: bool,
}

/// What is held of a case that is over.
pub(super) struct Ended {
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) round: u32,
    pub(super) file: String,
    pub(super) result: ResultKind,
    pub(super) elapsed_us: u64,
    pub(super) leftovers: u64,
    /// Whether its record says nothing that is not said here.
    pub(super) is_plain: bool,
}

impl From<CaseRecord> for Ended {
    fn from(record: CaseRecord) -> Self {
        let texts = [&record.name, &record.reason, &record.program];
        Self {
            number: record.number,
            is_plain: record.attempt == 1
                && texts.into_iter().all(Option::is_none)
                && record.failure.is_none()
                && record.interrupted.is_empty()
                && record.talk.is_none()
                && record.health.is_none(),
            id: record.id,
            round: record.round,
            file: record.file,
            result: record.result,
            elapsed_us: record.elapsed_us,
            leftovers: record.leftovers,
        }
    }
}

impl Index {
    /// That of a log whose first line says this.
    pub(super) fn new(header: Header) -> Self {
        Self {
            header,
            started: Started::default(),
            cases: HashMap::new(),
            begun: HashSet::new(),
            slow: HashMap::new(),
            programs: Vec::new(),
            elapsed_us: None,
            stopped: false,
        }
    }

    /// Adds a line that stands at `place`.
    pub(super) fn add(&mut self, place: Place, line: Line) {
        match line {
            Line::RunStarted(started) => self.started = started,
            Line::CaseStarted { number, .. } => {
                self.begun.insert(number);
            }
            Line::Stopping { .. } => self.stopped = true,
            Line::ProgramFailed(mut record) => {
                make_program_fit(&mut record);
                self.programs.push(record);
            }
            Line::RunFinished { elapsed_us } => self.elapsed_us = Some(elapsed_us),
            Line::CaseEnded(record) => self.ended(place, (*record).into()),
            Line::CaseSlow {
                id,
                round,
                mut waiting,
                ..
            } => {
                waiting.iter_mut().for_each(one);
                self.slow.insert((id, round), waiting);
            }
            Line::Log(_) | Line::Unknown => {}
        }
    }

    /// Adds the line of a case that is over.
    pub(super) fn ended(&mut self, place: Place, ended: Ended) {
        let slow = (ended.id, ended.round);
        self.slow.remove(&slow);
        let (id, round) = slow;
        let case = self.cases.entry(ended.number).or_insert_with(|| Played {
            number: ended.number,
            id: String::new(),
            round,
            file: String::new(),
            result: ended.result,
            elapsed_us: 0,
            leftovers: 0,
            attempts: Vec::new(),
            has_failed_before: false,
            is_plain: false,
        });
        case.has_failed_before |= !case.attempts.is_empty() && case.result == ResultKind::Failed;
        case.is_plain = ended.is_plain && case.attempts.is_empty();
        case.attempts.push(place);
        case.id = id;
        case.round = round;
        case.file = ended.file;
        case.result = ended.result;
        case.elapsed_us = ended.elapsed_us;
        case.leftovers = ended.leftovers;
    }

    /// What is over and what is not, each in the order of the files.
    pub(super) fn overview(mut self) -> Overview {
        let selected = self.header.selected.iter();
        let selected = selected.flat_map(|file| file.ids.iter().map(move |id| (id, &file.file)));
        let all = self.header.selected.iter().map(|file| file.ids.len());
        // Where all are over, nobody asks.
        let rounds = match self.cases.len() < all.sum() {
            true => Rounds::of(&self.header),
            false => Rounds::default(),
        };
        let unfinished = (0..)
            .zip(selected)
            .filter(|(number, _)| !self.cases.contains_key(number));
        let unfinished = unfinished.map(|(number, (id, file))| {
            let round = rounds.of_number(number);
            let begun = self.begun.contains(&number);
            let slow = begun.then(|| self.slow.get(&(id.clone(), round)));
            Unfinished {
                number,
                id: id.clone(),
                round,
                file: file.clone(),
                begun,
                waiting: slow.flatten().cloned().unwrap_or_default(),
            }
        });
        let unfinished = unfinished.collect();
        let mut cases: Vec<Played> = std::mem::take(&mut self.cases).into_values().collect();
        cases.sort_unstable_by_key(|case| case.number);
        Overview {
            header: self.header,
            started: self.started,
            cases,
            unfinished,
            programs: self.programs,
            elapsed_us: self.elapsed_us,
            stopped: self.stopped,
        }
    }
}
