//! The mistakes of a file, as its author reads them: what, where, the line with a caret, and what to write instead.
//!
//! The file's text is shown one line at a time and escaped by us: nothing in a file can steer a terminal, and a line of
//! ten megabytes is cut to what fits beside its caret.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Level, Origin, Renderer, Snippet};

use super::Palette;
use crate::scenario::{Diagnostic, Diagnostics, Severity, SourceFile, Span};
use crate::wire::escape;

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
    let mut caret = AnnotationKind::Primary.span(place.caret.clone());
    if !diagnostic.label.is_empty() {
        caret = caret.label(visible(&diagnostic.label));
    }
    let snippet: Snippet<'_, Annotation<'_>> = Snippet::source(place.excerpt.as_str())
        .path(name.as_str())
        .line_start(place.line)
        .fold(false)
        .annotation(caret);
    let group = title.element(snippet).elements(help);
    let rendered = renderer.render(&[group]);
    // The renderer counts columns in what is shown, which may be cut or escaped.
    let counted = place.excerpt[..place.caret.start].chars().count() + 1;
    let position = |column| format!("{name}:{}:{column}", place.line);
    if counted == place.column {
        shown.push_str(&rendered);
    } else {
        shown.push_str(&rendered.replacen(&position(counted), &position(place.column), 1));
    }
}

/// A file, with the starts of its lines.
struct Lines<'a> {
    source: &'a SourceFile,
    /// Where each line begins; the first at 0.
    starts: Vec<usize>,
}

/// Where a mistake is, and what is shown of its line.
struct Place {
    /// Counted from 1.
    line: usize,
    /// In characters, counted from 1.
    column: usize,
    excerpt: String,
    /// What is underlined, in bytes of the excerpt.
    caret: Range<usize>,
}

impl<'a> Lines<'a> {
    fn of(source: &'a SourceFile) -> Self {
        let ends = source.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        Self {
            source,
            starts: std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
        }
    }

    fn place(&self, span: Span) -> Place {
        let text = &*self.source.text;
        let start = boundary(text, span.start as usize);
        let line = self.starts.partition_point(|line| *line <= start).max(1);
        let first = self.starts.get(line - 1).copied().unwrap_or(0);
        let last = self.starts.get(line).map_or(text.len(), |next| next - 1);
        let line_text = text[first..last.max(first)].trim_end_matches('\r');
        // In the file, where the CR of a line end is a character too.
        let column = text[first..start].chars().count() + 1;
        let start = (start - first).min(line_text.len());
        let end = boundary(text, span.end as usize).saturating_sub(first);
        let end = end.clamp(start, line_text.len());
        let (excerpt, caret) = excerpt(line_text, start..end);
        Place {
            line,
            column,
            excerpt,
            caret,
        }
    }
}

/// What is shown of a line, and the same range in it.
fn excerpt(line: &str, range: Range<usize>) -> (String, Range<usize>) {
    let long = line.len() > SHOWN;
    let from = match line[..range.start].char_indices().rev().nth(BEFORE) {
        Some((at, _)) if long => at,
        _ => 0,
    };
    let mut shown = String::new();
    if from > 0 {
        shown.push('…');
    }
    let (mut start, mut end) = (None, None);
    for (n, (at, c)) in line[from..].char_indices().enumerate() {
        let at = from + at;
        if at == range.start {
            start = Some(shown.len());
        }
        if at == range.end {
            end = Some(shown.len());
        }
        if long && n >= SHOWN {
            shown.push('…');
            break;
        }
        push_visible(c, &mut shown);
    }
    let start = start.unwrap_or(shown.len());
    let end = end.unwrap_or(shown.len()).max(start);
    (shown, start..end)
}

/// Text in which nothing can steer a terminal. Quotes and backslashes stay as they are.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(c, &mut shown);
    }
    shown
}

fn push_visible(c: char, shown: &mut String) {
    if matches!(c, '"' | '\'' | '\\' | '\t' | ' '..='~') {
        shown.push(c);
    } else {
        // Writing to a `String` cannot fail.
        let _ = write!(shown, "{}", escape(c.encode_utf8(&mut [0; 4]).as_bytes()));
    }
}

/// The last place at or before `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
