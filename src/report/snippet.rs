//! The head of a failure: what is wrong, and the step in its file with a caret under it.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Palette;
use super::excerpt::Excerpt;
use crate::scenario::{Code, SourceFile, Span};
use crate::wire::escape_words;

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
    let name = escape_words(&source.name).to_string();
    if lines.text.len() > MAX_LINE {
        let origin = annotate_snippets::Origin::path(name)
            .line(line)
            .char_column(column);
        return renderer.render(&[title.element(origin)]);
    }
    let (before, rest) = lines.text.split_at(lines.span.start);
    let (marked, after) = rest.split_at(lines.span.len());
    let excerpt = Excerpt::new(before, marked, after);
    let snippet = Snippet::source(excerpt.text.as_str())
        .path(name.as_str())
        .line_start(line)
        .annotation(
            AnnotationKind::Primary
                .span(excerpt.caret.clone())
                .label(label),
        );
    let rendered = renderer.render(&[title.element(snippet)]);
    let mut shown = excerpt.at(&rendered, &name, line, column);
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
        let text = text.get(first..last)?.trim_end_matches('\r');
        let within = |at: usize| (at - first).min(text.len());
        Some(Self {
            text,
            span: within(start)..within(end),
        })
    }
}
