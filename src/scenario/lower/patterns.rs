//! `regex`: patterns, and the names that their groups set.

use super::super::json::{self, StringLit};
use super::super::keys::Form;
use super::super::{Diagnostic, Pattern, Span, code};
use super::fields::Given;
use super::matchers::Around;
use super::names::Setter;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The value of `regex`.
    pub(super) fn pattern(&mut self, given: Given<'_, 'a>, around: Around) -> Option<Pattern> {
        let literal = self.string(given, Form::Pattern)?;
        let template = if literal.value.contains("{{") {
            Some(self.template(literal)?).filter(|template| template.plain().is_none())
        } else {
            None
        };
        if let Some(template) = template {
            return Some(Pattern::from_template(template));
        }
        let mut pattern = match Pattern::compile(&literal.value) {
            Ok(pattern) => pattern,
            Err(error) => {
                let span = json::span_within(self.text, literal, error.range);
                self.report(
                    Diagnostic::error(code::BAD_PATTERN, span, error.message)
                        .label("in this regular expression"),
                );
                return None;
            }
        };
        if around.captures_nothing().is_none() {
            let compiled = pattern.known().cloned();
            let groups = compiled.iter().flat_map(|compiled| compiled.groups());
            for group in groups {
                let span = group_span(self.text, literal, group);
                let slot = self.name_to_set(group, span)?;
                self.scope
                    .set(slot, Setter::Capture(around.step.unwrap_or(0)));
                pattern.captures.push((group.into(), slot));
            }
        }
        Some(pattern)
    }
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
