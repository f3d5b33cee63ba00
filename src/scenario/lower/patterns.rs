//! `regex`: patterns, and the names that their groups set.

use super::super::json::{self, StringLit};
use super::super::keys::Form;
use super::super::{Diagnostic, Pattern, Span, code};
use super::fields::Given;
use super::matchers::Around;
use super::names::is_name;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The value of `regex`.
    pub(super) fn pattern(&mut self, given: Given<'_, 'a>, around: Around) -> Option<Pattern> {
        let literal = self.string(given, Form::Pattern)?;
        let mut pattern = self.compiled(literal)?;
        if around.captures_nothing().is_none() {
            for group in groups(&pattern, &literal.value) {
                let span = group_span(self.text, literal, &group);
                let slot = self.name_to_set(&group, span)?;
                self.captured(slot, around);
                pattern.captures.push((group, slot));
            }
        }
        Some(pattern)
    }

    fn compiled(&mut self, literal: &StringLit<'a>) -> Option<Pattern> {
        if literal.value.contains("{{") {
            let template = self.template(literal)?;
            self.warn_of_bare_values(literal);
            return Some(Pattern::from_template(template));
        }
        match Pattern::compile(&literal.value) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let span = json::span_within(self.text, literal, error.range);
                self.report(
                    Diagnostic::error(code::BAD_PATTERN, span, error.message)
                        .label("in this regular expression"),
                );
                None
            }
        }
    }

    /// Warns of values that are put into a pattern without being escaped.
    fn warn_of_bare_values(&mut self, literal: &StringLit<'a>) {
        let text: &str = &literal.value;
        for (open, _) in text.match_indices("{{") {
            let rest = text.get(open..).unwrap_or_default();
            let end = rest.find("}}").map_or(text.len(), |end| open + end + 2);
            let expression = text.get(open..end).unwrap_or_default();
            if expression.contains("regex_escape") {
                continue;
            }
            let span = json::span_within(self.text, literal, open..end);
            self.report(
                Diagnostic::warning(
                    code::NOT_ESCAPED,
                    span,
                    "the value becomes part of the pattern",
                )
                .label("a `.` in it would match any byte")
                .help("write {{ name | regex_escape }} to match it as it is"),
            );
        }
    }
}

/// The names of a pattern's groups; of one that is compiled only when its step runs, those that stand in its text.
fn groups(pattern: &Pattern, text: &str) -> Vec<Box<str>> {
    if let Some(compiled) = pattern.known() {
        return compiled.groups().map(Box::from).collect();
    }
    let mut groups: Vec<Box<str>> = Vec::new();
    for (at, open) in text.match_indices("(?") {
        let escapes = text.get(..at).unwrap_or_default().bytes().rev();
        let escaped = escapes.take_while(|b| *b == b'\\').count() % 2 == 1;
        let rest = text.get(at + open.len()..).unwrap_or_default();
        let name = rest.strip_prefix('P').unwrap_or(rest).strip_prefix('<');
        let name = name
            .and_then(|name| name.split_once('>'))
            .map(|(name, _)| name);
        if let Some(name) = name.filter(|name| !escaped && is_name(name))
            && !groups.iter().any(|group| **group == *name)
        {
            groups.push(name.into());
        }
    }
    groups
}

/// Where a named group names itself in a pattern.
fn group_span(text: &str, literal: &StringLit<'_>, group: &str) -> Span {
    let named = literal
        .value
        .match_indices(group)
        .find(|(at, _)| literal.value[..*at].ends_with('<'));
    match named {
        Some((at, _)) => json::span_within(text, literal, at..at + group.len()),
        None => json::span_of(literal),
    }
}
