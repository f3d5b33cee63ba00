//! The head of a failure: what is wrong, and the step in its file with a caret under it.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Palette;
use crate::scenario::{Code, SourceFile, Span};

/// How many lines of a step are shown; of a longer one, only the first.
const MAX_LINES: usize = 8;

/// Bytes of one line that are shown; a longer line is a generated file, and no person reads it.
const MAX_LINE: usize = 4096;

/// Title, position, and the lines of the step with `label` under the caret.
pub(super) fn head(
    palette: &Palette,
    code: Code,
    title: &str,
    sources: &[SourceFile],
    span: Span,
    label: &str,
) -> String {
    let renderer = if palette.is_colored() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let title = Level::ERROR.primary_title(title).id(code.0);
    let Some((source, lines)) = sources
        .get(usize::from(span.file))
        .and_then(|source| Some((source, Lines::of(&source.text, span)?)))
    else {
        let nothing: [Snippet<'_, annotate_snippets::Annotation<'_>>; 0] = [];
        return renderer.render(&[title.elements(nothing)]);
    };
    let (line, column) = source.line_column(span.start);
    if lines.text.len() > MAX_LINE {
        let origin = annotate_snippets::Origin::path(source.name.as_str())
            .line(line)
            .char_column(column);
        return renderer.render(&[title.element(origin)]);
    }
    let snippet = Snippet::source(lines.text)
        .path(source.name.as_str())
        .line_start(line)
        .annotation(AnnotationKind::Primary.span(lines.span).label(label));
    let mut shown = renderer.render(&[title.element(snippet)]);
    // The bar that leads from the step to what is said about it.
    let gutter = (line + lines.text.lines().count().saturating_sub(1))
        .to_string()
        .len()
        + 1;
    shown.push_str(&format!(
        "\n{:gutter$}{}",
        "",
        super::palette::paint(palette.label, "|")
    ));
    shown
}

/// The whole lines that a span touches.
struct Lines<'a> {
    text: &'a str,
    /// The span within `text`.
    span: std::ops::Range<usize>,
}

impl<'a> Lines<'a> {
    /// `None` when the span does not lie in the text.
    fn of(text: &'a str, span: Span) -> Option<Self> {
        let (start, end) = (span.start as usize, span.end.max(span.start) as usize);
        let (before, value) = (text.get(..start)?, text.get(start..end)?);
        let first = before.rfind('\n').map_or(0, |at| at + 1);
        let end = if value.lines().count() > MAX_LINES {
            start + value.find('\n').unwrap_or(value.len())
        } else {
            end
        };
        let rest = text.get(end..)?;
        let last = end + rest.find('\n').unwrap_or(rest.len());
        Some(Self {
            text: text.get(first..last)?,
            span: start - first..end - first,
        })
    }
}
