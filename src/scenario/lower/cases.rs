//! `vars` and `cases`: names and their values.

use std::collections::{BTreeMap, HashMap};

use super::super::json::{self, Array, ObjectProp, Value as Json};
use super::super::keys::Form;
use super::super::{Case, Diagnostic, SlotId, Span, Template, Value, code};
use super::fields::{Given, quoted};
use super::names::Setter;
use super::reader::Reader;

/// The labels that cases give themselves, each with the number of its case, from 1.
pub(super) type Labels = HashMap<String, usize>;

impl<'a> Reader<'a> {
    /// The value of `vars`. Text may hold templates; other values are taken as they are.
    pub(super) fn vars(&mut self, given: Given<'_, 'a>) -> Vec<(SlotId, Template)> {
        let Json::Object(object) = given.value else {
            self.wrong_type(given, Form::Vars);
            return Vec::new();
        };
        let mut vars = Vec::with_capacity(object.properties.len());
        for property in self.distinct(object) {
            self.scope.tick();
            let slot = self.property_name(property);
            let template = self.var(&property.value);
            if let Some(slot) = slot {
                self.scope.set(slot, Setter::Var);
                vars.extend(template.map(|template| (slot, template)));
            }
        }
        vars
    }

    /// The value of a name: text may hold templates.
    pub(super) fn var(&mut self, value: &Json<'a>) -> Option<Template> {
        if let Json::StringLit(literal) = value {
            return self.template(literal);
        }
        let constant = self.constant(value)?;
        Some(Template::constant(constant, json::span_of(value)))
    }

    /// The value of `cases`, each case with its place.
    pub(super) fn cases(&mut self, given: Given<'_, 'a>) -> Vec<(Span, Case)> {
        match given.value {
            Json::Array(array) => self.rows(given, array),
            Json::Object(object) if object.get("file").is_some() => {
                self.cases_elsewhere(given, object)
            }
            _ => {
                self.wrong_type(given, Form::Cases);
                Vec::new()
            }
        }
    }

    /// The cases of an array.
    pub(super) fn rows(&mut self, given: Given<'_, 'a>, array: &Array<'a>) -> Vec<(Span, Case)> {
        if array.elements.is_empty() {
            self.empty(given.span(), "`cases` needs at least one case");
        }
        let mut labels = Labels::new();
        let mut cases = Vec::with_capacity(array.elements.len());
        for (n, element) in (1..).zip(&array.elements) {
            let Json::Object(object) = element else {
                self.wrong_type(given.element(element), Form::Vars);
                continue;
            };
            let mut label = None;
            let mut values = Vec::with_capacity(object.properties.len());
            for property in self.distinct(object) {
                if property.name.as_str() == "case" {
                    label = self.label(given.element(&property.value), n, &mut labels);
                    continue;
                }
                let slot = self.property_name(property);
                let value = self.constant(&property.value);
                if let Some(slot) = slot {
                    self.scope.set_in_case(slot);
                    values.extend(value.map(|value| (slot, value)));
                }
            }
            let label = label.or_else(|| Some(n.to_string()));
            let span = json::span_of(element);
            cases.push((
                span,
                Case {
                    label,
                    span: Some(span),
                    values,
                },
            ));
        }
        self.numbers_and_labels(&cases, &labels);
        cases
    }

    /// Reports labels that are the number of a case without one.
    pub(super) fn numbers_and_labels(&mut self, cases: &[(Span, Case)], labels: &Labels) {
        for (n, (span, case)) in (1..).zip(cases) {
            self.number_and_label(n, *span, case, labels);
        }
    }

    /// Reports a label that is the number of a case without one.
    fn number_and_label(&mut self, n: usize, span: Span, case: &Case, labels: &Labels) {
        let number = n.to_string();
        if case.label.as_ref() == Some(&number) && labels.get(&number).is_some_and(|at| *at != n) {
            let message = format!("two cases are named `{number}`");
            self.report(
                Diagnostic::error(code::SAME_NAME, span, message)
                    .label("named by its number, which another case has as its label")
                    .help("give this case a label too"),
            );
        }
    }

    pub(super) fn property_name(&mut self, property: &ObjectProp<'a>) -> Option<SlotId> {
        self.name_to_set(property.name.as_str(), json::span_of(&property.name))
    }

    /// The label of a case.
    fn label(&mut self, given: Given<'_, 'a>, n: usize, labels: &mut Labels) -> Option<String> {
        let span = given.span();
        let Json::StringLit(literal) = given.value else {
            let kind = json::kind_of(given.value);
            self.report(
                Diagnostic::error(
                    code::WRONG_TYPE,
                    span,
                    format!("`case` is the label of a case: text in quotes, not {kind}"),
                )
                .label(format!("this is {kind}")),
            );
            return None;
        };
        self.label_text(&literal.value, span, n, labels)
    }

    /// The label of a case, wherever it stands.
    pub(super) fn label_text(
        &mut self,
        label: &str,
        span: Span,
        n: usize,
        labels: &mut Labels,
    ) -> Option<String> {
        if label.trim().is_empty() {
            self.empty(span, "the label of a case cannot be empty");
            return None;
        }
        if label.chars().any(char::is_control) {
            let message = "the label of a case is one line of plain text";
            self.report(
                Diagnostic::error(code::BAD_NAME, span, message).label("holds a control character"),
            );
            return None;
        }
        if let Some(before) = labels.insert(label.to_owned(), n) {
            let message = format!("two cases have the label {}", quoted(label));
            self.report(
                Diagnostic::error(code::SAME_NAME, span, message)
                    .label(format!("case {before} has it already")),
            );
        }
        Some(label.to_owned())
    }

    /// Names and their values, as they are written.
    pub(super) fn constants(&mut self, given: Given<'_, 'a>) -> Vec<(String, Value)> {
        let Json::Object(object) = given.value else {
            self.wrong_type(given, Form::Vars);
            return Vec::new();
        };
        let mut values = Vec::with_capacity(object.properties.len());
        for property in self.distinct(object) {
            let slot = self.property_name(property);
            let value = self.constant(&property.value);
            if let (Some(_), Some(value)) = (slot, value) {
                values.push((property.name.as_str().to_owned(), value));
            }
        }
        values
    }

    /// A value as it is written, without templates.
    fn constant(&mut self, json: &Json<'a>) -> Option<Value> {
        let text = json.as_string_lit().map_or(0, |text| text.value.len());
        self.count_compiled(size_of::<Value>() + text, json::span_of(json))?;
        Some(match json {
            Json::StringLit(literal) => Value::from(&*literal.value),
            Json::BooleanLit(literal) => Value::from(literal.value),
            Json::NullKeyword(_) => Value::from(()),
            Json::NumberLit(literal) => match number(literal.value) {
                Some(value) => value,
                None => {
                    let message = format!("{} is too large a number", quoted(literal.value));
                    self.report(
                        Diagnostic::error(code::OUT_OF_RANGE, json::span_of(json), message)
                            .label("write it as text, in quotes"),
                    );
                    return None;
                }
            },
            Json::Array(array) => {
                let values: Vec<_> = array
                    .elements
                    .iter()
                    .map(|element| self.constant(element))
                    .collect();
                values.into_iter().collect::<Option<Vec<_>>>()?.into()
            }
            Json::Object(object) => {
                let mut entries = BTreeMap::new();
                let mut whole = true;
                for property in self.distinct(object) {
                    match self.constant(&property.value) {
                        Some(value) => {
                            entries.insert(property.name.as_str().to_owned(), value);
                        }
                        None => whole = false,
                    }
                }
                whole.then(|| Value::from(entries))?
            }
        })
    }
}

/// The value of a number: whole where it is written so, and `None` where it is too large.
fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    if let Ok(whole) = text.parse::<u64>() {
        return Some(Value::from(whole));
    }
    if let Ok(whole) = text.parse::<i128>() {
        return Some(Value::from(whole));
    }
    if !text.contains(['.', 'e', 'E']) {
        return None;
    }
    let real: f64 = text.parse().ok()?;
    real.is_finite().then(|| Value::from(real))
}
