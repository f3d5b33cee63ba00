//! The file's own keys, in the order in which one needs the other.

use std::sync::Arc;

use sha2::Digest;

use super::super::json::{self, Object, Value};
use super::super::keys::{self, Form, Place};
use super::super::{Case, Diagnostic, Requirement, Scenario, Script, Span, code};
use super::fields::{Fields, Given, quoted};
use super::framings::Cut;
use super::read::{DEFAULT_MAX_STEPS, ReadOptions};
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// Reads a file. `None`: something that every scenario needs is missing, and has been reported.
    pub(super) fn scenario(&mut self, tree: &Value<'a>, options: &ReadOptions) -> Option<Scenario> {
        let Value::Object(object) = tree else {
            let kind = json::kind_of(tree);
            let message = format!("a scenario is an object, and this file is {kind}");
            self.report(
                Diagnostic::error(code::WRONG_TYPE, json::span_of(tree), message)
                    .label(format!("this is {kind}"))
                    .help("a scenario looks like { \"steps\": [{ \"expect\": \"Welcome!\" }] }"),
            );
            return None;
        };
        let fields = self.fields(object, Place::Scenario);
        if let Some(given) = fields.get("$schema") {
            self.string(given, Form::Text);
        }
        let cut = match fields.get("framing") {
            Some(given) => self.framing(given).unwrap_or_default(),
            None => options.framing.clone().unwrap_or_else(Cut::not_given),
        };
        self.clients(&fields, &cut);
        let vars = fields
            .get("vars")
            .map_or_else(Vec::new, |given| self.vars(given));
        let cases = fields
            .get("cases")
            .map_or_else(Vec::new, |given| self.cases(given));
        self.scope.tick();

        let name = fields
            .get("name")
            .and_then(|given| self.string(given, Form::Template));
        let name = name.and_then(|literal| self.template(literal));
        let server = fields.get("server").and_then(|given| self.server(given));
        let description = fields
            .get("description")
            .and_then(|given| self.prose(given));
        let tags = fields
            .get("tags")
            .map_or_else(Vec::new, |given| self.names(given, "a tag"));
        let skip = fields.get("skip").and_then(|given| self.reason(given));
        let requires = fields
            .get("requires")
            .map_or_else(Vec::new, |given| self.requirements(given));
        let locks = self.locks(&fields);
        let segments = fields.get("segments").and_then(|given| self.choice(given));
        let timeout = fields
            .get("timeout")
            .and_then(|given| self.some_time(given));
        self.timeout = timeout;

        self.required_steps(object, &fields);
        let finally = fields.get("finally").and_then(|given| {
            self.scope.anytime = true;
            self.steps(given)
        });
        self.check_names(options, &cases);
        self.check_connections(finally);
        self.check_length(finally, options.max_steps.unwrap_or(DEFAULT_MAX_STEPS));
        self.check_unused();

        Some(Scenario {
            sources: Vec::new(),
            name,
            description,
            tags,
            skip,
            requires,
            locks,
            as_written: segments == Some("as-written"),
            server,
            script: Arc::new(Script {
                reads_clients: self.scope.reads_a_client(),
                built_in: self.scope.built_in_reads(),
                clients: std::mem::take(&mut self.clients),
                blocks: std::mem::take(&mut self.blocks),
                finally,
                names: std::mem::take(&mut self.scope.names),
                vars,
                timeout,
                matcher_states: self.matcher_states,
            }),
            cases: or_one(cases),
            payloads: self.payloads.take().map(|digest| digest.finalize().into()),
        })
    }

    /// The steps, which every scenario has. They become the first block.
    fn required_steps(&mut self, object: &Object<'a>, fields: &Fields<'_, 'a>) {
        if let Some(given) = fields.get("steps") {
            self.steps(given);
            return;
        }
        let meant = object.properties.iter().any(|property| {
            let names = std::iter::once("steps");
            keys::nearest(property.name.as_str(), names).is_some()
        });
        if !meant {
            let start = fields.span.start;
            let brace = Span {
                end: start + 1,
                ..fields.span
            };
            self.report(
                Diagnostic::error(code::MISSING_KEY, brace, "a scenario needs `steps`")
                    .label("this object has none")
                    .help("if the file is not a scenario, begin its name with `_`"),
            );
        }
    }

    fn check_names(&mut self, options: &ReadOptions, cases: &[(Span, Case)]) {
        let (found, more) = self.scope.unset_reads(&options.vars, cases);
        for found in found {
            self.report(found);
        }
        self.count_more(more);
    }

    /// The locks, each once.
    fn locks(&mut self, fields: &Fields<'_, 'a>) -> Vec<String> {
        let given = fields.get("locks");
        let mut locks = given.map_or_else(Vec::new, |given| self.names(given, "a lock"));
        locks.sort_unstable();
        locks.dedup();
        locks
    }

    /// Tags, or locks.
    fn names(&mut self, given: Given<'_, 'a>, what: &str) -> Vec<String> {
        let list = self.said_list(given, what);
        for said in list.iter().filter(|said| said.text.contains("{{")) {
            let message = format!("templates are not filled in here: {}", quoted(&said.text));
            self.report(
                Diagnostic::error(code::BAD_TEMPLATE, said.span, message)
                    .label(format!("{what} is the same for all cases"))
                    .help("leave the braces out, or write a file for each"),
            );
        }
        list.into_iter().map(|said| said.text).collect()
    }

    /// What must be there.
    pub(super) fn requirements(&mut self, given: Given<'_, 'a>) -> Vec<Requirement> {
        let Value::Array(array) = given.value else {
            self.wrong_type(given, Form::Requirements);
            return Vec::new();
        };
        let mut requirements = Vec::with_capacity(array.elements.len());
        for element in &array.elements {
            let given = given.element(element);
            let Some(literal) = self.string(given, Form::Text) else {
                continue;
            };
            match literal.value.parse::<Requirement>() {
                Ok(requirement) => requirements.push(requirement),
                Err(error) => {
                    let shown = quoted(&literal.value);
                    let message = format!("{} cannot be {shown}", given.words());
                    let mut found = Diagnostic::error(code::UNKNOWN_WORD, given.span(), message)
                        .label(error.message);
                    found.help = error.near.map(|near| format!("did you mean \"{near}\"?"));
                    self.report(found);
                }
            }
        }
        requirements
    }

    /// The reason of `skip`.
    fn reason(&mut self, given: Given<'_, 'a>) -> Option<String> {
        let reason = self.prose(given)?;
        if reason.trim().is_empty() {
            self.empty(given.span(), "`skip` needs a reason");
            return None;
        }
        Some(reason)
    }
}

/// The cases; a file without any is one.
fn or_one(cases: Vec<(Span, Case)>) -> Vec<Case> {
    if cases.is_empty() {
        return vec![Case {
            label: None,
            span: None,
            values: Vec::new(),
        }];
    }
    cases.into_iter().map(|(_, case)| case).collect()
}
