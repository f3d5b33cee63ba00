//! The mistakes of a file, as its author reads them: what, where, the line with a caret, and what to write instead.
//!
//! The file's text is shown one line at a time and escaped by us: nothing in a file can steer a terminal, and a line of
//! ten megabytes is cut to what fits beside its caret.

use std::cell::Cell;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Level, Origin, Renderer, Snippet};

use super::Palette;
use super::excerpt::Excerpt;
use crate::scenario::{Diagnostic, Diagnostics, Severity, SourceFile, Span};
use crate::wire::escape_words;

/// How many characters of a line are shown before the caret when the line is too long.
const BEFORE: usize = 48;

/// How many characters of a line are shown in all.
const SHOWN: usize = 120;

/// All the mistakes of a file, each followed by an empty line.
pub fn render_diagnostics(diagnostics: &Diagnostics, palette: &Palette) -> String {
    let renderer = if palette.is_colored() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    // Lines are cut to fit before they are rendered.
    let renderer = renderer.term_width(2 * SHOWN);
    let files: Vec<_> = diagnostics.sources.iter().map(Lines::of).collect();
    let mut shown = String::new();
    for diagnostic in &diagnostics.list {
        render(diagnostic, &files, &renderer, &mut shown);
        shown.push_str("\n\n");
    }
    shown
}

fn render(diagnostic: &Diagnostic, files: &[Lines<'_>], renderer: &Renderer, shown: &mut String) {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .primary_title(visible(&diagnostic.message))
        .id(diagnostic.code.0);
    let help = diagnostic.help.iter();
    let help = help.map(|help| Level::HELP.message(visible(help)));
    let included = diagnostic.included.iter().filter_map(|span| {
        let lines = files.get(usize::from(span.file))?;
        let (line, column) = lines.line_column(span.start);
        let name = visible(&lines.source.name);
        Some(Level::NOTE.message(format!("included at {name}:{line}:{column}")))
    });
    let help = included.chain(help);
    let file = diagnostic.span.map_or(0, |span| usize::from(span.file));
    let Some(file) = files.get(file) else {
        shown.push_str(&renderer.render(&[title.elements(help)]));
        return;
    };
    let name = visible(&file.source.name);
    let Some(span) = diagnostic.span else {
        let group = title.element(Origin::path(name)).elements(help);
        shown.push_str(&renderer.render(&[group]));
        return;
    };
    let place = file.place(span);
    let mut caret = AnnotationKind::Primary.span(place.excerpt.caret.clone());
    if !diagnostic.label.is_empty() {
        caret = caret.label(visible(&diagnostic.label));
    }
    let snippet: Snippet<'_, Annotation<'_>> = Snippet::source(place.excerpt.text.as_str())
        .path(name.as_str())
        .line_start(place.line)
        .fold(false)
        .annotation(caret);
    let group = title.element(snippet).elements(help);
    let rendered = renderer.render(&[group]);
    shown.push_str(&(place.excerpt).at(&rendered, &name, place.line, place.column));
}

/// A file, with the starts of its lines.
pub(super) struct Lines<'a> {
    source: &'a SourceFile,
    /// Where each line begins; the first at 0.
    starts: Vec<usize>,
    /// The last place whose column was counted, and that column: the next mistake of a line goes on from there.
    counted: Cell<(usize, usize)>,
}

/// Where a mistake is, and what is shown of its line.
struct Place {
    /// Counted from 1.
    line: usize,
    /// In characters, counted from 1.
    column: usize,
    excerpt: Excerpt,
}

impl<'a> Lines<'a> {
    pub(super) fn of(source: &'a SourceFile) -> Self {
        let ends = source.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        Self {
            source,
            starts: std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
            counted: Cell::new((0, 1)),
        }
    }

    /// Line and column of an offset, both counted from 1; the column in characters.
    ///
    /// Cheapest in the order of the file.
    pub(super) fn line_column(&self, at: u32) -> (usize, usize) {
        let at = boundary(&self.source.text, at as usize);
        let (line, first) = self.line(at);
        (line, self.column(first, at))
    }

    /// The number of the line in which `at` is, from 1, and where it begins.
    fn line(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|line| *line <= at).max(1);
        (line, self.starts.get(line - 1).copied().unwrap_or(0))
    }

    fn place(&self, span: Span) -> Place {
        let text = &*self.source.text;
        let start = boundary(text, span.start as usize);
        let (line, first) = self.line(start);
        let last = self.starts.get(line).map_or(text.len(), |next| next - 1);
        let line_text = text[first..last.max(first)].trim_end_matches('\r');
        // In the file, where the CR of a line end is a character too.
        let column = self.column(first, start);
        let start = (start - first).min(line_text.len());
        let end = boundary(text, span.end as usize).saturating_sub(first);
        let end = end.clamp(start, line_text.len());
        Place {
            line,
            column,
            excerpt: excerpt(line_text, start..end),
        }
    }

    /// The column of `at`, in the line that begins at `first`.
    fn column(&self, first: usize, at: usize) -> usize {
        let (from, column) = match self.counted.get() {
            (from, column) if (first..=at).contains(&from) => (from, column),
            _ => (first, 1),
        };
        let column = column + self.source.text[from..at].chars().count();
        self.counted.set((at, column));
        column
    }
}

/// What is shown of a line around the range.
fn excerpt(line: &str, range: Range<usize>) -> Excerpt {
    let (before, marked, after) = (
        &line[..range.start],
        &line[range.clone()],
        &line[range.end..],
    );
    if line.len() <= SHOWN {
        return Excerpt::new(before, marked, after);
    }
    let from = before.char_indices().rev().nth(BEFORE);
    let from = from.map_or(0, |(at, _)| at);
    let before = &before[from..];
    let room = SHOWN - before.chars().count();
    let (fits, room) = first(marked, room);
    let (follows, _) = first(after, room);
    let mut shown = Excerpt::new(before, fits, follows);
    if from > 0 {
        shown.begin_with('…');
    }
    if fits.len() < marked.len() {
        shown.text.push('…');
        shown.caret.end = shown.text.len();
    } else if follows.len() < after.len() {
        shown.text.push('…');
    }
    shown
}

/// The first characters, as many as there is room for, and how much room is left.
fn first(text: &str, room: usize) -> (&str, usize) {
    match text.char_indices().nth(room) {
        Some((end, _)) => (&text[..end], 0),
        None => (text, room - text.chars().count()),
    }
}

/// Text in which nothing can steer a terminal. Quotes and backslashes stay as they are.
fn visible(text: &str) -> String {
    escape_words(text).to_string()
}

/// The last place at or before `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
