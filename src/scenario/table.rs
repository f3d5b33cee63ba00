//! Text in columns: CSV as RFC 4180 has it, strict, and each value knows where it stands.

use std::ops::Range;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Without quotes.
    pub(super) value: String,
    /// Which bytes of the text, with quotes.
    pub(super) range: Range<usize>,
}

/// What is wrong with the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableError {
    pub(super) message: &'static str,
    pub(super) label: &'static str,
    /// Which bytes of the text.
    pub(super) range: Range<usize>,
}

/// The rows of a text, the header first; empty lines are none.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rows<'a> {
    /// Begins at the beginning.
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes past the end of a line; false where there is none.
    fn skip_line_end(&mut self) -> bool {
        let len = match self.rest().as_bytes() {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => return false,
        };
        self.at += len;
        true
    }

    fn cell(&mut self) -> Result<Cell, TableError> {
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let rest = self.rest();
        let end = memchr::memchr2(b',', b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let mut value = &rest[..end];
        if rest.as_bytes().get(end) == Some(&b'\n') {
            value = value.strip_suffix('\r').unwrap_or(value);
        }
        let start = self.at;
        if let Some(quote) = value.find('"') {
            return Err(TableError {
                message: "a quote inside of a value that does not begin with one",
                label: "write the value in quotes, and this quote twice",
                range: start + quote..start + quote + 1,
            });
        }
        self.at += value.len();
        Ok(Cell {
            value: value.into(),
            range: start..self.at,
        })
    }

    fn quoted(&mut self) -> Result<Cell, TableError> {
        let start = self.at;
        let mut value = String::new();
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(quote) = memchr::memchr(b'"', rest.as_bytes()) else {
                return Err(TableError {
                    message: "this quote is never closed",
                    label: "opened here",
                    range: start..start + 1,
                });
            };
            value.push_str(&rest[..quote]);
            self.at += quote + 1;
            if !self.rest().starts_with('"') {
                break;
            }
            value.push('"');
            self.at += 1;
        }
        let next = self.rest();
        let ends = next.is_empty() || next.starts_with([',', '\n']) || next.starts_with("\r\n");
        if !ends {
            let width = next.chars().next().map_or(0, char::len_utf8);
            return Err(TableError {
                message: "text after the quote that ends a value",
                label: "a comma or the end of the line is needed; a quote in a value is written twice",
                range: self.at..self.at + width,
            });
        }
        Ok(Cell {
            value,
            range: start..self.at,
        })
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<Cell>, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.skip_line_end() {}
        if self.rest().is_empty() {
            return None;
        }
        let mut row = Vec::new();
        loop {
            match self.cell() {
                Ok(cell) => row.push(cell),
                Err(error) => {
                    // What follows could only be guessed.
                    self.at = self.text.len();
                    return Some(Err(error));
                }
            }
            if self.rest().starts_with(',') {
                self.at += 1;
            } else {
                self.skip_line_end();
                return Some(Ok(row));
            }
        }
    }
}
