//! The reader itself: what it has collected, and how it takes the simple kinds of value.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::time::Duration;

use sha2::Sha256;

use super::super::json::{self, StringLit, Value};
use super::super::keys::{self, Form, Since, Word};
use super::super::{
    Block, Client, ClientId, Diagnostic, Number, Severity, SlotId, Span, Template, code,
};
use super::durations;
use super::fields::{Given, listed, quoted};
use super::framings::as_options;
use super::library::Library;
use super::names::Scope;
use super::payloads::MAX_PAYLOAD;
use super::read::MAX_MISTAKES;
use super::unreachable::MAX_COMPARED;

/// What has been read of a file so far.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    /// The text of the file that is being read.
    pub text: &'a str,
    /// The number of that file.
    pub file: usize,
    /// All files.
    pub library: &'a Library<'a>,
    /// The fragments that are being read, each in the one before it.
    pub including: Vec<usize>,
    /// How many bytes of fragments have been read, each as often as it is included.
    pub included: usize,
    /// How many bytes of other files have been read.
    pub named: usize,
    /// Of what was in them.
    pub payloads: Option<Sha256>,
    /// Names, what sets them and what reads them.
    pub scope: Scope,
    /// The clients; empty until they are read.
    pub clients: Vec<Client>,
    /// Whether the list of clients was read without a mistake, so that a name that is not in it is one.
    pub clients_known: bool,
    /// The client of an `as` beside the `repeat` around this step.
    pub default_client: Option<ClientId>,
    /// All lists of steps.
    pub blocks: Vec<Block>,
    /// Names of the environment that may be asked for, and whether each is set.
    pub env: Vec<(String, bool)>,
    /// The most states a matcher needs.
    pub matcher_states: usize,
    /// What the `match` that is being read captures for its own answer.
    pub captured_for_answer: Vec<(SlotId, Span)>,
    /// The file's own `timeout`.
    pub timeout: Option<Duration>,
    /// How long the `retry` around this step goes on at most, where the file says so.
    pub retry_within: Option<Duration>,
    /// How many bytes a message may have.
    pub max_message: usize,
    /// How many bytes the compiled form has so far, about.
    pub compiled: usize,
    /// What further comparisons of alternatives may cost.
    pub comparable: usize,
    /// How many lines have ended before each [`STRIDE`] bytes of the text; made when a line is first asked for.
    lines: Vec<usize>,
    /// From where each other file was first asked for, the nearest place first.
    trails: BTreeMap<usize, Vec<Span>>,
    found: Vec<Diagnostic>,
    /// How many of those are mistakes.
    errors: usize,
    /// How many of those are warnings.
    warnings: usize,
    /// How many mistakes were found beyond [`MAX_MISTAKES`].
    beyond: usize,
    /// How many warnings.
    warnings_beyond: usize,
}

impl<'a> Reader<'a> {
    /// Makes a reader of a file's text.
    pub(super) fn new(text: &'a str, library: &'a Library<'a>) -> Self {
        Self {
            text,
            file: 0,
            library,
            including: Vec::new(),
            included: 0,
            named: 0,
            payloads: None,
            scope: Scope::new(),
            clients: Vec::new(),
            clients_known: true,
            default_client: None,
            blocks: Vec::new(),
            env: Vec::new(),
            matcher_states: 0,
            captured_for_answer: Vec::new(),
            timeout: None,
            retry_within: None,
            max_message: MAX_PAYLOAD,
            compiled: 0,
            comparable: MAX_COMPARED,
            lines: Vec::new(),
            trails: BTreeMap::new(),
            found: Vec::new(),
            errors: 0,
            warnings: 0,
            beyond: 0,
            warnings_beyond: 0,
        }
    }

    /// Where the file is that is being read; `None`: it is the scenario itself.
    pub(super) fn place(&self) -> Option<&'a Path> {
        self.library.pages.get(self.file)?.place
    }

    /// A range of the file that is being read.
    pub(super) fn here(&self, range: Range<usize>) -> Span {
        json::span_in(self.file, range)
    }

    /// Reads in another file, for the sake of what stands at `at` in this one.
    pub(super) fn within<T>(
        &mut self,
        file: usize,
        at: Span,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if !self.trails.contains_key(&file) {
            let mut trail = vec![at];
            trail.extend(self.trails.get(&self.file).into_iter().flatten());
            self.trails.insert(file, trail);
        }
        let text = self.library.pages.get(file).map_or("", |page| page.text);
        let outside = (self.file, self.text, std::mem::take(&mut self.lines));
        (self.file, self.text) = (file, text);
        let result = read(self);
        (self.file, self.text, self.lines) = outside;
        result
    }

    /// Keeps a mistake.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let (kept, beyond) = match diagnostic.severity {
            Severity::Error => (&mut self.errors, &mut self.beyond),
            Severity::Warning => (&mut self.warnings, &mut self.warnings_beyond),
        };
        if *kept < MAX_MISTAKES {
            *kept += 1;
            self.found.push(diagnostic);
        } else {
            *beyond += 1;
        }
    }

    /// Counts mistakes for which no words were made.
    pub(super) fn count_more(&mut self, mistakes: usize) {
        self.beyond += mistakes;
    }

    /// Whether further mistakes are only counted: finding words for each would take its time.
    pub(super) fn is_full(&self) -> bool {
        self.errors >= MAX_MISTAKES
    }

    /// Whether nothing has been found that keeps the file from being played.
    pub(super) fn is_faultless(&self) -> bool {
        self.errors == 0
    }

    /// What has been found so far.
    pub(super) fn found(&self) -> &[Diagnostic] {
        &self.found
    }

    /// How many mistakes have been found so far.
    pub(super) fn mistakes(&self) -> usize {
        self.errors + self.beyond
    }

    /// The line in which a span begins, counted from 1.
    pub(super) fn line(&mut self, span: Span) -> usize {
        let bytes = self.text.as_bytes();
        let ends = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
        if self.lines.is_empty() {
            let mut before = 0;
            for chunk in bytes.chunks(STRIDE) {
                self.lines.push(before);
                before += ends(chunk);
            }
        }
        let at = (span.start as usize).min(bytes.len());
        let chunk = at / STRIDE;
        let before = self.lines.get(chunk).copied().unwrap_or_default();
        before + ends(bytes.get(chunk * STRIDE..at).unwrap_or_default()) + 1
    }

    /// All mistakes, in the order of the file.
    pub(super) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        // What several clients share is read once for each of them, and then its mistakes are found as often.
        self.found
            .sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
        self.found.dedup();
        for found in &mut self.found {
            let file = found.span.map_or(0, |span| usize::from(span.file));
            if let Some(trail) = self.trails.get(&file) {
                found.included.clone_from(trail);
            }
        }
        for (beyond, severity, what) in [
            (self.beyond, Severity::Error, "mistakes"),
            (self.warnings_beyond, Severity::Warning, "warnings"),
        ] {
            if beyond > 0 {
                self.found.push(Diagnostic {
                    code: code::MORE,
                    severity,
                    message: format!("{beyond} more {what} are not shown"),
                    span: None,
                    label: String::new(),
                    help: None,
                    included: Vec::new(),
                });
            }
        }
        self.found
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type(&mut self, given: Given<'_, 'a>, form: Form) {
        let kind = json::kind_of(given.value);
        let message = format!("{} takes {}, not {kind}", given.words(), form.words());
        let found = Diagnostic::error(code::WRONG_TYPE, given.span(), message)
            .label(format!("this is {kind}"));
        let number = match given.value {
            Value::NumberLit(number) => Some(number.value),
            _ => None,
        };
        self.report(match (form, number) {
            (Form::Duration | Form::Silence, Some(n)) if n != "0" => found.help(format!(
                "say the unit: \"{n}ms\" is milliseconds, \"{n}s\" seconds"
            )),
            (Form::Text | Form::Template | Form::Payload | Form::Matcher, Some(n)) => {
                found.help(format!("write text in quotes: \"{n}\""))
            }
            (Form::Steps | Form::Matchers | Form::Cases, _)
                if matches!(given.value, Value::Object(_)) =>
            {
                found.help("put it in square brackets: [{ ... }]")
            }
            (Form::Options, _) => match as_options(given) {
                Some(options) => found.help(format!("write {options}")),
                None => found,
            },
            (Form::Branches, _) if matches!(given.value, Value::Object(_)) => found.help(
                "branches have no names: put the lists themselves in square brackets, and say by `note` what each is for",
            ),
            _ => found,
        });
    }

    /// Text.
    pub(super) fn string<'j>(
        &mut self,
        given: Given<'j, 'a>,
        form: Form,
    ) -> Option<&'j StringLit<'a>> {
        let Value::StringLit(literal) = given.value else {
            self.wrong_type(given, form);
            return None;
        };
        Some(literal)
    }

    /// Text that says something.
    pub(super) fn prose(&mut self, given: Given<'_, 'a>) -> Option<String> {
        let literal = self.string(given, Form::Text)?;
        Some(literal.value.clone().into_owned())
    }

    /// True or false.
    pub(super) fn flag(&mut self, given: Given<'_, 'a>) -> Option<bool> {
        let Value::BooleanLit(literal) = given.value else {
            self.wrong_type(given, given.key.form);
            return None;
        };
        Some(literal.value)
    }

    /// A whole number in the range of its key.
    pub(super) fn ranged(&mut self, given: Given<'_, 'a>) -> Option<u64> {
        let (from, to) = given.key.range;
        self.whole(given, from..=to)
    }

    /// A whole number in a range.
    pub(super) fn whole(
        &mut self,
        given: Given<'_, 'a>,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        let Value::NumberLit(literal) = given.value else {
            self.wrong_type(given, Form::Whole);
            return None;
        };
        let number = literal.value.parse::<u64>().ok();
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if let Some(number) = number.filter(|number| range.contains(number)) {
            return Some(number);
        }
        let (name, shown) = (given.words(), quoted(literal.value));
        let whole = digits(literal.value.strip_prefix('-').unwrap_or(literal.value));
        let (message, label) = if whole {
            (
                format!("{name} cannot be {shown}"),
                bounds(&range, number.is_none() && !literal.value.starts_with('-')),
            )
        } else {
            (
                format!("{name} takes a whole number, not {shown}"),
                "written with digits only".to_owned(),
            )
        };
        self.report(Diagnostic::error(code::OUT_OF_RANGE, given.span(), message).label(label));
        None
    }

    /// A whole number, or a template that gives one.
    pub(super) fn number(&mut self, given: Given<'_, 'a>) -> Option<Number> {
        let Value::StringLit(literal) = given.value else {
            if matches!(given.value, Value::NumberLit(_)) {
                return self.whole(given, 0..=u64::MAX).map(Number::Fixed);
            }
            self.wrong_type(given, Form::Times);
            return None;
        };
        let template = self.template(literal)?;
        if template.plain().is_some() {
            self.wrong_type(given, Form::Times);
            return None;
        }
        Some(Number::Template(template))
    }

    /// A length of time.
    pub(super) fn duration(&mut self, given: Given<'_, 'a>) -> Option<Duration> {
        let literal = self.string(given, Form::Duration)?;
        match durations::parse(&literal.value) {
            Ok(duration) => Some(duration),
            Err(error) => {
                self.report(
                    Diagnostic::error(code::BAD_DURATION, given.span(), error.message)
                        .label("a number and a unit: us, ms, s or m")
                        .help(error.help),
                );
                None
            }
        }
    }

    /// A length of time that is not zero.
    pub(super) fn some_time(&mut self, given: Given<'_, 'a>) -> Option<Duration> {
        let duration = self.duration(given)?;
        if duration.is_zero() {
            let message = format!("`{}` cannot be zero", given.key.name);
            self.report(
                Diagnostic::error(code::OUT_OF_RANGE, given.span(), message)
                    .label("this is no time at all"),
            );
            return None;
        }
        Some(duration)
    }

    /// One of the words of a key whose values are words.
    pub(super) fn choice(&mut self, given: Given<'_, 'a>) -> Option<&'static str> {
        match given.key.form {
            Form::Word(words) => self.word(given, words),
            form => {
                self.wrong_type(given, form);
                None
            }
        }
    }

    /// One of a few words.
    pub(super) fn word(
        &mut self,
        given: Given<'_, 'a>,
        words: &'static [Word],
    ) -> Option<&'static str> {
        let Value::StringLit(literal) = given.value else {
            self.not_a_word(given, words);
            return None;
        };
        let Some(word) = words.iter().find(|word| word.name == literal.value) else {
            self.not_a_word(given, words);
            return None;
        };
        if word.since == Since::Later {
            let message = format!(
                "`{}: \"{}\"` is not supported yet",
                given.key.name, word.name
            );
            self.report(
                Diagnostic::error(code::NOT_YET, given.span(), message)
                    .label("part of the format, but of a later version"),
            );
            return None;
        }
        Some(word.name)
    }

    /// Reports a value that is none of a few words.
    fn not_a_word(&mut self, given: Given<'_, 'a>, words: &'static [Word]) {
        let playable = words.iter().filter(|word| word.since == Since::Version1);
        let mut names: Vec<_> = playable.map(|word| word.name).collect();
        let quotes = |name: &&str| format!("\"{name}\"");
        let quoted_names: Vec<_> = names.iter().map(quotes).collect();
        let mut choice = quoted_names.join(", ");
        if matches!(given.key.form, Form::TrueOrOptions(_)) {
            choice = format!("true, {choice}");
        }
        let choice = if choice.contains(',') {
            format!("one of {choice}")
        } else {
            format!("can only be {choice}")
        };
        let Value::StringLit(literal) = given.value else {
            let kind = json::kind_of(given.value);
            let message = format!("{} cannot be {kind}", given.words());
            self.report(Diagnostic::error(code::WRONG_TYPE, given.span(), message).label(choice));
            return;
        };
        names.extend(
            words
                .iter()
                .filter(|w| w.since == Since::Later)
                .map(|w| w.name),
        );
        let message = format!("{} cannot be {}", given.words(), quoted(&literal.value));
        let found = Diagnostic::error(code::UNKNOWN_WORD, given.span(), message).label(choice);
        self.report(match keys::nearest(&literal.value, names.iter().copied()) {
            Some(near) => found.help(format!("did you mean \"{near}\"?")),
            None => found,
        });
    }

    /// Text that may hold templates.
    pub(super) fn template(&mut self, literal: &StringLit<'a>) -> Option<Template> {
        let span = json::span_of(literal);
        match Template::parse(&literal.value, span, &mut self.scope.names) {
            Ok(template) => {
                // `is defined`, `is undefined`, `default(…)`.
                let asks = ["defined", "default"]
                    .iter()
                    .any(|word| literal.value.contains(word));
                for (slot, range) in template.uses() {
                    let span = json::span_within(self.text, literal, range);
                    self.scope.read(slot, span, asks);
                }
                for (name, range) in template.environment() {
                    let span = json::span_within(self.text, literal, range);
                    self.check_environment(name, span);
                }
                Some(template)
            }
            Err(error) => {
                let span = json::span_within(self.text, literal, error.range);
                let mut found = Diagnostic::error(code::BAD_TEMPLATE, span, error.message)
                    .label("in this template");
                found.help = error.help;
                self.report(found);
                None
            }
        }
    }

    /// Reports a name of the environment that cannot be asked for, or is not there.
    fn check_environment(&mut self, name: &str, span: Span) {
        let shown = quoted(name);
        self.report(match self.env.iter().find(|(known, _)| known == name) {
            Some((_, true)) => return,
            Some((_, false)) => {
                let message = format!("the environment has no {shown}");
                Diagnostic::error(code::UNDEFINED_NAME, span, message)
                    .label("allowed, but not set")
                    .help(format!("set it before the run: {name}=... backchat run"))
            }
            None => {
                let message = format!("{shown} of the environment may not be read");
                let found = Diagnostic::error(code::UNDEFINED_NAME, span, message)
                    .label("only what the run allows is read");
                let near = keys::nearest(name, self.env.iter().map(|(known, _)| known.as_str()));
                found.help(match near {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("allow it with --allow-env {name}"),
                })
            }
        });
    }

    /// Reports an empty value where there must be something.
    pub(super) fn empty(&mut self, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code::EMPTY, span, message).label("empty"));
    }

    /// Reports what is more than there may be.
    pub(super) fn too_much(&mut self, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code::TOO_MUCH, span, message).label("too much"));
    }

    /// The names of the clients, in a row.
    pub(super) fn client_names(&self, last: &str) -> String {
        listed(self.clients.iter().map(|client| client.name.as_str()), last)
    }
}

/// Every how many bytes the lines before them are counted: 4 KiB.
const STRIDE: usize = 4 << 10;

/// A range in words.
fn bounds(range: &RangeInclusive<u64>, huge: bool) -> String {
    match (*range.start(), *range.end()) {
        (_, u64::MAX) if huge => "too large a number".to_owned(),
        (low, u64::MAX) => format!("a number from {low} on"),
        (low, high) => format!("a number from {low} to {high}"),
    }
}
