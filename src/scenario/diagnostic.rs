//! What is wrong with a file, where, and what to write instead.

use std::sync::Arc;

/// A range of bytes in the text of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Which file: an index into [`Scenario::sources`](super::Scenario::sources).
    pub file: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A file that was read: its name as a person knows it, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as given or found, with `/` between its parts; `<stdin>` for standard input.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// Line and column of a byte offset, both counted from 1; the column in characters.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            before.bytes().filter(|b| *b == b'\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file cannot be played.
    Error,
    /// The file can be played, but does something its author will not have meant.
    Warning,
}

/// The stable name of a kind of mistake, such as `BC1004`. Codes are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

/// One mistake in a file. The scenario's author is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kind of mistake.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one line, a lowercase fragment.
    pub message: String,
    /// Where; `None` when it is about the file as a whole.
    pub span: Option<Span>,
    /// A few words under the caret.
    pub label: String,
    /// What to do: `did you mean "expect"?`
    pub help: Option<String>,
    /// Of a mistake in another file than the first: what included that file, the nearest place first.
    pub included: Vec<Span>,
}

impl Diagnostic {
    /// A mistake because of which the file cannot be played.
    pub(crate) fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: Some(span),
            label: String::new(),
            help: None,
            included: Vec::new(),
        }
    }

    /// Something that its author will not have meant.
    pub(crate) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message)
        }
    }

    /// Puts a few words under the caret.
    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Everything that is wrong with one file, in the order of the file, with the texts to show it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// The file and the fragments it includes; spans index into it.
    pub sources: Vec<SourceFile>,
    /// Sorted by position.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// How many mistakes keep the file from being played.
    pub fn errors(&self) -> usize {
        let errors = self.list.iter();
        errors.filter(|d| d.severity == Severity::Error).count()
    }

    /// Adds what another reading of the same file found, as far as it is not there already.
    pub fn join(&mut self, other: &Self) {
        let places: Vec<usize> = (other.sources.iter())
            .map(|source| {
                let known = self.sources.iter().position(|known| known == source);
                known.unwrap_or_else(|| {
                    self.sources.push(source.clone());
                    self.sources.len() - 1
                })
            })
            .collect();
        let moved = |span: Span| Span {
            // A place that no number tells is shown without its line.
            file: (places.get(usize::from(span.file)))
                .and_then(|place| u16::try_from(*place).ok())
                .unwrap_or(u16::MAX),
            ..span
        };
        for found in &other.list {
            let found = Diagnostic {
                span: found.span.map(moved),
                included: found.included.iter().copied().map(moved).collect(),
                ..found.clone()
            };
            if !self.list.contains(&found) {
                self.list.push(found);
            }
        }
        self.list.sort_by_key(|found| found.span);
    }

    /// How many things its author will not have meant, though it can be played.
    pub fn warnings(&self) -> usize {
        self.list.len() - self.errors()
    }
}
