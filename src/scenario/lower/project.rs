//! `backchat.json`: suites and profiles.

use super::super::files::NoFiles;
use super::super::json::{self, Object, Value};
use super::super::keys::{self, Form, Place};
use super::super::project::{Profile, ProfileFlag, Project, Said, SuiteSettings, SuiteTls};
use super::super::{Diagnostic, Diagnostics, Severity, SourceFile, Span, code, is_feature};
use super::fields::{Fields, Given, quoted};
use super::library::Texts;
use super::read::{alone, read_text};
use super::reader::Reader;

/// A setting of a project that makes no sense to whoever uses it.
pub(crate) fn wrong_setting(span: Span, message: String) -> Diagnostic {
    Diagnostic::error(code::BAD_SETTING, span, message)
}

/// Reads the configuration of a project: `name` is the file's path as a person knows it, `bytes` its content.
///
/// # Errors
///
/// Fails with all the mistakes of the file, or with the first one that makes the rest unreadable.
pub fn read_project(name: &str, bytes: &[u8]) -> Result<(Project, SourceFile), Diagnostics> {
    let text = read_text(name, bytes)?;
    let tree = json::parse(text).map_err(|mut found| {
        // What cannot be read may not be taken for a scenario.
        if found
            .help
            .as_deref()
            .is_some_and(|help| help.contains("\"steps\""))
        {
            found.help = Some(SMALLEST.to_owned());
        }
        alone(name, text, *found)
    })?;
    // It names no file whose content is a part of it.
    let texts = Texts::default();
    let library = texts.library(text, &NoFiles);
    let mut reader = Reader::new(text, &library);
    let project = reader.project(&tree);
    let source = SourceFile {
        name: name.into(),
        text: text.into(),
    };
    let list = reader.into_diagnostics();
    if list.iter().any(|found| found.severity == Severity::Error) {
        return Err(Diagnostics {
            sources: vec![source],
            list,
        });
    }
    Ok((project, source))
}

impl<'a> Reader<'a> {
    fn project(&mut self, tree: &Value<'a>) -> Project {
        let Value::Object(object) = tree else {
            let kind = json::kind_of(tree);
            let message =
                format!("the configuration of a project is an object, and this file is {kind}");
            self.report(
                Diagnostic::error(code::WRONG_TYPE, json::span_of(tree), message)
                    .label(format!("this is {kind}"))
                    .help("it looks like { \"suites\": { \"server\": { \"paths\": [\"scenarios\"] } } }"),
            );
            return Project::default();
        };
        let fields = self.fields(object, Place::Project);
        if let Some(given) = fields.get("$schema") {
            self.string(given, Form::Text);
        }
        let suites = fields
            .get("suites")
            .map_or_else(Vec::new, |given| self.named(given, Self::suite));
        let profiles = fields
            .get("profiles")
            .map_or_else(Vec::new, |given| self.named(given, Self::profile));
        self.check_suites(&suites, &profiles);
        Project { suites, profiles }
    }

    /// Objects, each under its name.
    fn named<T>(
        &mut self,
        given: Given<'_, 'a>,
        mut read: impl FnMut(&mut Self, Said, &Object<'a>) -> T,
    ) -> Vec<T> {
        let Value::Object(object) = given.value else {
            self.wrong_type(given, given.key.form);
            return Vec::new();
        };
        let mut all = Vec::with_capacity(object.properties.len());
        for property in self.distinct(object) {
            let name = Said {
                text: property.name.as_str().to_owned(),
                span: json::span_of(&property.name),
            };
            if !is_feature(&name.text) {
                let message = format!(
                    "{} is no name of one of the `{}`",
                    quoted(&name.text),
                    given.key.name
                );
                self.report(
                    Diagnostic::error(code::BAD_NAME, name.span, message)
                        .label("a name is letters, digits, `.`, `_` and `-`"),
                );
            }
            let entry = given.element(&property.value);
            let Value::Object(object) = &property.value else {
                self.wrong_type(entry, Form::Options);
                continue;
            };
            all.push(read(self, name, object));
        }
        all
    }

    fn suite(&mut self, name: Said, object: &Object<'a>) -> SuiteSettings {
        let fields = self.fields(object, Place::Suite);
        let get = |name| fields.get(name);
        if let Some(given) = get("description") {
            self.prose(given);
        }
        let paths = get("paths").map_or_else(Vec::new, |given| self.said_list(given, "a path"));
        if let Some(given) = get("paths")
            && matches!(given.value, Value::Array(array) if array.elements.is_empty())
        {
            self.empty(given.span(), "a suite needs at least one path");
        }
        if get("paths").is_none() && !fields.faulty {
            self.report(
                Diagnostic::error(code::MISSING_KEY, name.span, "a suite needs `paths`")
                    .label("this one has none")
                    .help("write where its scenarios are: \"paths\": [\"scenarios\"]"),
            );
        }
        let suite = SuiteSettings {
            name,
            paths,
            target: get("target").and_then(|given| self.said(given)),
            targets: get("targets").map_or_else(Vec::new, |given| self.targets(given)),
            spawn: get("spawn").and_then(|given| self.said(given)),
            ready_when: get("ready_when").and_then(|given| self.said(given)),
            ready_timeout: get("ready_timeout").and_then(|given| self.some_time(given)),
            stop_timeout: get("stop_timeout").and_then(|given| self.duration(given)),
            fresh: get("fresh")
                .and_then(|given| self.flag(given))
                .unwrap_or_default(),
            pass_socket: get("pass_socket")
                .and_then(|given| self.flag(given))
                .unwrap_or_default(),
            health: get("health").and_then(|given| self.said(given)),
            requires: get("requires").map_or_else(Vec::new, |given| self.requirements(given)),
            features: get("features").map_or_else(Vec::new, |given| self.features(given)),
            vars: get("vars").map_or_else(Vec::new, |given| self.constants(given)),
            framing: get("framing").and_then(|given| self.framing(given)),
            tls: get("tls").map_or_else(SuiteTls::default, |given| self.suite_tls(given)),
        };
        self.needs_spawn(&fields);
        suite
    }

    /// Addresses, each under a name that clients know it by.
    fn targets(&mut self, given: Given<'_, 'a>) -> Vec<(Said, Said)> {
        let Value::Object(object) = given.value else {
            self.wrong_type(given, given.key.form);
            return Vec::new();
        };
        let mut all = Vec::with_capacity(object.properties.len());
        for property in self.distinct(object) {
            let name = Said {
                text: property.name.as_str().to_owned(),
                span: json::span_of(&property.name),
            };
            if self.names_target(&name.text, name.span)
                && let Some(at) = self.said(given.element(&property.value))
            {
                all.push((name, at));
            }
        }
        all
    }

    /// Reports what says something of a program where there is none.
    fn needs_spawn(&mut self, fields: &Fields<'_, 'a>) {
        if fields.get("spawn").is_some() || fields.faulty {
            return;
        }
        for name in [
            "ready_when",
            "ready_timeout",
            "stop_timeout",
            "fresh",
            "pass_socket",
        ] {
            if let Some(given) = fields.get(name) {
                let message = format!("`{name}` has no effect without `spawn`");
                self.report(
                    Diagnostic::error(code::CONTRADICTION, given.name, message)
                        .label("said of a program, and none is started"),
                );
            }
        }
    }

    fn suite_tls(&mut self, given: Given<'_, 'a>) -> SuiteTls {
        let Value::Object(object) = given.value else {
            self.wrong_type(given, Form::Options);
            return SuiteTls::default();
        };
        let fields = self.fields(object, Place::SuiteTls);
        let get = |name| fields.get(name);
        let tls = SuiteTls {
            ca: get("ca").and_then(|given| self.said(given)),
            cert: get("cert").and_then(|given| self.said(given)),
            key: get("key").and_then(|given| self.said(given)),
            insecure: get("insecure")
                .and_then(|given| self.flag(given))
                .unwrap_or_default(),
        };
        for (name, other, message) in [
            (
                "key",
                tls.cert.is_none(),
                "`key` without `cert` has no effect",
            ),
            ("ca", tls.insecure, "`ca` beside `insecure` has no effect"),
        ] {
            if let Some(given) = get(name).filter(|_| other) {
                self.report(Diagnostic::error(code::CONTRADICTION, given.name, message));
            }
        }
        tls
    }

    fn profile(&mut self, name: Said, object: &Object<'a>) -> Profile {
        let fields = self.fields(object, Place::Profile);
        let mut profile = Profile {
            name,
            suites: None,
            flags: Vec::new(),
        };
        for given in &fields.list {
            if given.key.name == "suites" {
                profile.suites = Some(self.said_list(*given, "a suite"));
                continue;
            }
            let values = self.flag_values(*given);
            profile.flags.extend(values.map(|values| ProfileFlag {
                name: given.key.name,
                values,
            }));
        }
        if let (Some(given), Some(_)) = (fields.get("fail_fast"), fields.get("max_fail")) {
            let message = "`fail_fast` and `max_fail` both say when the run stops";
            self.report(
                Diagnostic::error(code::CONTRADICTION, given.name, message)
                    .help("leave one of them out"),
            );
        }
        profile
    }

    /// What a flag is given, as it would be typed.
    fn flag_values(&mut self, given: Given<'_, 'a>) -> Option<Vec<Said>> {
        let text = match given.key.form {
            Form::Whole => self.ranged(given)?.to_string(),
            Form::Flag => self.flag(given)?.to_string(),
            Form::Word(words) => self.word(given, words)?.to_owned(),
            Form::Duration | Form::SomeTime => {
                self.some_time(given)?;
                self.string(given, Form::SomeTime)?
                    .value
                    .clone()
                    .into_owned()
            }
            Form::Names => return Some(self.said_list(given, "an entry")),
            _ => return Some(vec![self.said(given)?]),
        };
        let span = given.span();
        Some(vec![Said { text, span }])
    }

    /// Reports suites of profiles that there are not.
    fn check_suites(&mut self, suites: &[SuiteSettings], profiles: &[Profile]) {
        let names = || suites.iter().map(|suite| &*suite.name.text);
        for said in profiles
            .iter()
            .flat_map(|profile| profile.suites.iter().flatten())
        {
            if names().any(|name| name == said.text) {
                continue;
            }
            let message = format!("there is no suite {}", quoted(&said.text));
            let near = keys::nearest(&said.text, names());
            let found = Diagnostic::error(code::UNKNOWN_WORD, said.span, message)
                .label("none of `suites` has this name");
            self.report(match near {
                Some(near) => found.help(format!("did you mean \"{near}\"?")),
                None => found,
            });
        }
    }

    /// Text that says something, with its place.
    fn said(&mut self, given: Given<'_, 'a>) -> Option<Said> {
        let form = match given.key.form {
            // An entry of it.
            Form::Targets => Form::Text,
            form => form,
        };
        let literal = self.string(given, form)?;
        if literal.value.trim().is_empty() {
            self.empty(given.span(), format!("{} cannot be empty", given.words()));
            return None;
        }
        Some(Said {
            text: literal.value.clone().into_owned(),
            span: given.span(),
        })
    }

    /// Texts that say something, with their places.
    pub(super) fn said_list(&mut self, given: Given<'_, 'a>, what: &str) -> Vec<Said> {
        let Value::Array(array) = given.value else {
            self.wrong_type(given, Form::Names);
            return Vec::new();
        };
        let mut list = Vec::with_capacity(array.elements.len());
        for element in &array.elements {
            let given = given.element(element);
            let Some(literal) = self.string(given, Form::Text) else {
                continue;
            };
            if literal.value.trim().is_empty() {
                self.empty(given.span(), format!("{what} cannot be empty"));
            } else {
                list.push(Said {
                    text: literal.value.clone().into_owned(),
                    span: given.span(),
                });
            }
        }
        list
    }

    fn features(&mut self, given: Given<'_, 'a>) -> Vec<Said> {
        let list = self.said_list(given, "a feature");
        for said in list.iter().filter(|said| !is_feature(&said.text)) {
            let message = format!("{} is no name of a feature", quoted(&said.text));
            self.report(
                Diagnostic::error(code::BAD_NAME, said.span, message)
                    .label("a name is letters, digits, `.`, `_` and `-`"),
            );
        }
        list
    }
}

/// What a project's file may be.
const SMALLEST: &str = r#"the smallest one is {}; one with a suite is { "suites": { "all": { "paths": ["scenarios"] } } }"#;
