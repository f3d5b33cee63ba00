//! What a kind of report is to whoever makes it: told of the cases one by one, it writes as it goes.

use std::io::{self, Write};
use std::sync::OnceLock;

use super::log::{CaseRecord, Overview, Played, write_json};

/// A report that is being made.
pub(super) trait Form {
    /// Writes what stands before the cases.
    fn begin(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()>;

    /// Writes what there is to say of a case. They come in the order of the files; those that passed at once do not come where nobody
    /// wants them ([`ReportKind::wants`](super::ReportKind::wants)).
    fn case(&mut self, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()>;

    /// Whether it wants to hear of further cases.
    fn goes_on(&self) -> bool {
        true
    }

    /// Writes what stands after the cases.
    fn end(&mut self, run: &Overview, out: &mut dyn Write) -> io::Result<()>;
}

/// A case that is over, with its records.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// What is held of it.
    pub(super) played: &'a Played,
    /// What it came to in the end.
    pub(super) last: CaseRecord,
    /// Its attempts before that, oldest first.
    pub(super) earlier: Vec<CaseRecord>,
    /// Those attempts and the last as JSON, once somebody has wanted that.
    json: OnceLock<Vec<Vec<u8>>>,
}

impl<'a> Case<'a> {
    /// A case with these records.
    pub(super) const fn new(
        played: &'a Played,
        last: CaseRecord,
        earlier: Vec<CaseRecord>,
    ) -> Self {
        Self {
            played,
            last,
            earlier,
            json: OnceLock::new(),
        }
    }

    /// The records of its attempts as JSON, an object each, oldest first: made once, for all reports that have them.
    pub(super) fn json(&self) -> &[Vec<u8>] {
        self.json.get_or_init(|| {
            let records = self.earlier.iter().chain([&self.last]);
            records
                .map(|record| {
                    let mut json = Vec::new();
                    // Only memory that there is not could keep it from being written.
                    let _ = write_json(record, false, &mut json);
                    json
                })
                .collect()
        })
    }
}
