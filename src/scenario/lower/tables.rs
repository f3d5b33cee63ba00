//! Cases that stand in a file of their own: CSV with a header, or JSON.

use super::super::json::{Object, Value as Json};
use super::super::keys::{Form, Place};
use super::super::table::{Cell, Rows, TableError};
use super::super::{Case, Diagnostic, SlotId, Span, Value, code};
use super::cases::Labels;
use super::fields::{Given, quoted};
use super::reader::Reader;
use crate::count::count;

/// How many cases a table may have: 100,000.
pub const MAX_CASES: usize = 100_000;

/// What a column gives.
#[derive(Debug, Clone, Copy)]
enum Column {
    /// The label of the case.
    Label,
    Name(SlotId),
    /// Nothing, and that has been reported.
    Wrong,
}

impl<'a> Reader<'a> {
    /// The cases that `cases: { "file": … }` names.
    pub(super) fn cases_elsewhere(
        &mut self,
        given: Given<'_, 'a>,
        object: &Object<'a>,
    ) -> Vec<(Span, Case)> {
        let cases = self.table(given, object);
        self.scope.cases_unknown = cases.is_empty();
        cases
    }

    fn table(&mut self, given: Given<'_, 'a>, object: &Object<'a>) -> Vec<(Span, Case)> {
        let fields = self.fields(object, Place::Table);
        let Some(file) = fields.get("file") else {
            if !fields.faulty {
                self.wrong_type(given, Form::Cases);
            }
            return Vec::new();
        };
        let Some(path) = self.path(file) else {
            return Vec::new();
        };
        let Some(page) = self.page(file, path) else {
            return Vec::new();
        };
        let library = self.library;
        let Some(table) = library.pages.get(page) else {
            return Vec::new();
        };
        match &table.tree {
            Err(fault) => self.within(page, given.span(), |r| r.report(fault.clone())),
            Ok(Some(tree)) => return self.within(page, given.span(), |r| r.json_table(file, tree)),
            Ok(None) if path.ends_with(".csv") => {
                return self.within(page, given.span(), Self::csv_table);
            }
            Ok(None) => {
                let message = format!("{} cannot be read as cases", quoted(path));
                self.report(
                    Diagnostic::error(code::UNKNOWN_WORD, file.span(), message)
                        .label("ends neither in .csv nor in .json"),
                );
            }
        }
        Vec::new()
    }

    fn json_table(&mut self, file: Given<'_, 'a>, tree: &Json<'a>) -> Vec<(Span, Case)> {
        let rows = Given {
            value: tree,
            ..file
        };
        match tree {
            Json::Array(array) if array.elements.len() <= MAX_CASES => self.rows(rows, array),
            Json::Array(array) => {
                self.too_many_cases(rows.span(), array.elements.len());
                Vec::new()
            }
            _ => {
                let kind = super::super::json::kind_of(tree);
                let message =
                    format!("a file of cases is an array of objects, and this one is {kind}");
                self.report(
                    Diagnostic::error(code::WRONG_TYPE, rows.span(), message)
                        .label(format!("this is {kind}"))
                        .help("it looks like [{ \"user\": \"ann\" }, { \"user\": \"bob\" }]"),
                );
                Vec::new()
            }
        }
    }

    /// The cases of the CSV text that is being read.
    fn csv_table(&mut self) -> Vec<(Span, Case)> {
        let text = self.text;
        let mut rows = Rows::of(text);
        let header = match rows.next() {
            Some(Ok(header)) => header,
            Some(Err(error)) => {
                self.bad_table(error);
                return Vec::new();
            }
            None => Vec::new(),
        };
        let columns = self.columns(&header);
        let mut labels = Labels::new();
        let mut cases = Vec::new();
        let before = self.mistakes();
        for row in rows {
            match row {
                Ok(row) => cases.extend(self.csv_row(&row, &columns, cases.len() + 1, &mut labels)),
                Err(error) => self.bad_table(error),
            }
            if cases.len() > MAX_CASES {
                self.too_many_cases(self.here(0..text.len().min(1)), cases.len());
                return Vec::new();
            }
        }
        if cases.is_empty() && self.mistakes() == before {
            self.empty(
                self.here(0..text.len().min(1)),
                "a table of cases has a header, and at least one row",
            );
        }
        self.numbers_and_labels(&cases, &labels);
        cases
    }

    fn columns(&mut self, header: &[Cell]) -> Vec<Column> {
        let mut columns = Vec::with_capacity(header.len());
        let mut seen = std::collections::HashSet::new();
        for cell in header {
            let span = self.here(cell.range.clone());
            if !seen.insert(&cell.value) {
                let message = format!("the column {} is there twice", quoted(&cell.value));
                self.report(
                    Diagnostic::error(code::SAME_NAME, span, message)
                        .label("which of the two would count?"),
                );
                columns.push(Column::Wrong);
            } else if cell.value == "case" {
                columns.push(Column::Label);
            } else {
                let slot = self.name_to_set(&cell.value, span);
                columns.push(slot.map_or(Column::Wrong, Column::Name));
            }
        }
        columns
    }

    /// One case. Values are text.
    fn csv_row(
        &mut self,
        row: &[Cell],
        columns: &[Column],
        n: usize,
        labels: &mut Labels,
    ) -> Option<(Span, Case)> {
        let (first, last) = (row.first()?, row.last()?);
        let span = self.here(first.range.start..last.range.end);
        if row.len() != columns.len() {
            let (values, wanted) = (count(row.len(), "value"), count(columns.len(), "column"));
            self.report(
                Diagnostic::error(
                    code::CONTRADICTION,
                    span,
                    format!("this row has {values}, and the header {wanted}"),
                )
                .label("a value too few or too many")
                .help("a value with a comma in it is written in quotes: \"a, b\""),
            );
            return None;
        }
        let mut label = None;
        let mut values = Vec::with_capacity(row.len());
        for (cell, column) in row.iter().zip(columns) {
            match column {
                Column::Label if cell.value.is_empty() => {}
                Column::Label => {
                    let span = self.here(cell.range.clone());
                    label = self.label_text(&cell.value, span, n, labels);
                }
                Column::Name(slot) => {
                    self.scope.set_in_case(*slot);
                    values.push((*slot, Value::from(cell.value.as_str())));
                }
                Column::Wrong => {}
            }
        }
        let label = label.or_else(|| Some(n.to_string()));
        let case = Case {
            label,
            span: Some(span),
            values,
        };
        Some((span, case))
    }

    fn bad_table(&mut self, error: TableError) {
        let span = self.here(error.range);
        self.report(Diagnostic::error(code::SYNTAX, span, error.message).label(error.label));
    }

    fn too_many_cases(&mut self, span: Span, cases: usize) {
        let message = format!("{cases} cases; a file has at most {MAX_CASES}");
        self.too_much(span, message);
    }

    /// The number of the file that a path means here; one that is not to be had is reported.
    pub(super) fn page(&mut self, given: Given<'_, 'a>, path: &str) -> Option<usize> {
        match self.library.find(self.file, path)? {
            Ok(page) => Some(*page),
            Err(error) => {
                self.no_file(given.span(), path, error.clone());
                None
            }
        }
    }
}
