//! The keys of an object, each known and given once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::super::json::{self, Object, ObjectProp, Value};
use super::super::keys::{self, Key, Place, Role, Since};
use super::super::{Diagnostic, Span, code};
use super::reader::Reader;

/// A key and its value, as a file gives them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'j, 'a> {
    /// What the table says about the key.
    pub key: &'static Key,
    /// Where the key stands.
    pub name: Span,
    /// The value.
    pub value: &'j Value<'a>,
    /// Whether it is one entry of what the key takes.
    pub entry: bool,
}

impl<'j, 'a> Given<'j, 'a> {
    /// An element of the value, under the same key.
    pub(super) fn element(self, value: &'j Value<'a>) -> Self {
        Self {
            value,
            entry: true,
            ..self
        }
    }

    /// What takes the value, for a message.
    pub(super) fn words(self) -> String {
        if self.entry {
            format!("an entry of `{}`", self.key.name)
        } else {
            format!("`{}`", self.key.name)
        }
    }

    /// Where the value stands.
    pub(super) fn span(self) -> Span {
        json::span_of(self.value)
    }
}

/// The known keys of an object.
#[derive(Debug)]
pub(super) struct Fields<'j, 'a> {
    /// In the order of the file.
    pub list: Vec<Given<'j, 'a>>,
    /// Where the object stands.
    pub span: Span,
    /// Whether something was reported that makes it useless to ask for more keys.
    pub faulty: bool,
}

impl<'j, 'a> Fields<'j, 'a> {
    /// What is given for a key.
    pub(super) fn get(&self, name: &str) -> Option<Given<'j, 'a>> {
        self.list
            .iter()
            .find(|given| given.key.name == name)
            .copied()
    }

    /// The keys of which there is one.
    pub(super) fn verbs(&self) -> impl Iterator<Item = Given<'j, 'a>> {
        let verbs = self.list.iter().copied();
        verbs.filter(|given| given.key.role == Role::Verb)
    }
}

impl<'a> Reader<'a> {
    /// Takes an object apart. Unknown keys, keys given twice and keys of later versions are reported.
    pub(super) fn fields<'j>(&mut self, object: &'j Object<'a>, place: Place) -> Fields<'j, 'a> {
        let mut fields = Fields {
            list: Vec::with_capacity(object.properties.len()),
            span: json::span_of(object),
            faulty: false,
        };
        for property in self.distinct(object) {
            let name = property.name.as_str();
            match place.find(name) {
                Some(key) => fields.list.push(Given {
                    key,
                    name: json::span_of(&property.name),
                    value: &property.value,
                    entry: false,
                }),
                None => {
                    fields.faulty = true;
                    self.unknown_key(property, place);
                }
            }
        }
        self.refuse_later(&mut fields);
        fields
    }

    /// The properties of an object, without those whose key has been given before; these are reported.
    pub(super) fn distinct<'j>(&mut self, object: &'j Object<'a>) -> Vec<&'j ObjectProp<'a>> {
        let properties = &object.properties;
        let mut seen = HashMap::new();
        let mut distinct = Vec::with_capacity(properties.len());
        for (n, property) in properties.iter().enumerate() {
            let name = property.name.as_str();
            let before = if properties.len() <= FEW {
                let mut before = properties.iter().take(n);
                before.find(|p| p.name.as_str() == name)
            } else {
                match seen.entry(name) {
                    Entry::Occupied(before) => Some(*before.get()),
                    Entry::Vacant(entry) => {
                        entry.insert(property);
                        None
                    }
                }
            };
            match before {
                Some(before) => self.given_twice(before, property),
                None => distinct.push(property),
            }
        }
        distinct
    }

    /// Reports a key that its object has given before.
    fn given_twice(&mut self, before: &ObjectProp<'a>, again: &ObjectProp<'a>) {
        let (first, span) = (json::span_of(&before.name), json::span_of(&again.name));
        let (first, here) = (self.line(first), self.line(span));
        let label = if first == here {
            "given before on this line".to_owned()
        } else {
            format!("given before, on line {first}")
        };
        let message = format!("the key {} is given twice", quoted(again.name.as_str()));
        self.report(Diagnostic::error(code::DUPLICATE_KEY, span, message).label(label));
    }

    /// The one verb of an object, if it has one; what does not go with it is reported.
    pub(super) fn one_verb<'j>(
        &mut self,
        fields: &Fields<'j, 'a>,
        place: Place,
    ) -> Option<Given<'j, 'a>> {
        let verbs: Vec<_> = fields.verbs().collect();
        if let [verb] = verbs[..] {
            return Some(verb);
        }
        if fields.faulty {
            return None;
        }
        let what = place.words();
        let found = if let [first, second, ..] = verbs[..] {
            let names = listed(verbs.iter().map(|verb| verb.key.name), "and");
            let one = if place == Place::Step { "verb" } else { "kind" };
            let message = format!(
                "{what} has exactly one {one}, and this one has {}: {names}",
                verbs.len()
            );
            let found = Diagnostic::error(code::ONE_VERB, second.name, message)
                .label(format!("beside `{}`", first.key.name));
            if place == Place::Step {
                found.help("write one step for each, in the order in which they happen")
            } else {
                found
            }
        } else {
            let names = listed(playable(place, true), "or");
            let (needs, label) = match place {
                Place::Step => ("a verb", "does not say what it does"),
                _ => ("a kind", "does not say what it is"),
            };
            Diagnostic::error(code::ONE_VERB, fields.span, format!("{what} needs {needs}"))
                .label(label)
                .help(format!("one of {names}"))
        };
        self.report(found);
        None
    }

    /// Reports keys that do not go with any of the verbs.
    pub(super) fn refuse_misplaced(&mut self, fields: &Fields<'_, 'a>) {
        if fields.faulty {
            return;
        }
        for given in &fields.list {
            let Role::Beside(allowed) = given.key.role else {
                continue;
            };
            let fits = allowed.is_empty() || fields.verbs().any(|v| allowed.contains(&v.key.name));
            let Some(verb) = fields.verbs().next().filter(|_| !fits) else {
                continue;
            };
            let (name, verb) = (given.key.name, verb.key.name);
            let found = Diagnostic::error(
                code::MISPLACED_KEY,
                given.name,
                format!("`{name}` does not go with `{verb}`"),
            )
            .label(format!(
                "goes with {}",
                listed(allowed.iter().copied(), "and")
            ));
            self.report(match (name, verb) {
                ("within", "wait") => found.help(format!("`{verb}` takes its time as its value")),
                ("within", "repeat") => found.help("give it to the steps inside"),
                _ => found,
            });
        }
    }

    /// Reports keys that cannot be played yet: the verb alone if it is one, else all of them.
    fn refuse_later(&mut self, fields: &mut Fields<'_, 'a>) {
        let later = |given: &&Given<'_, 'a>| given.key.since == Since::Later;
        let verb = fields
            .list
            .iter()
            .filter(later)
            .find(|g| g.key.role == Role::Verb);
        let refused: Vec<_> = match verb {
            Some(verb) => vec![*verb],
            None => fields.list.iter().filter(later).copied().collect(),
        };
        for given in &refused {
            fields.faulty = true;
            let message = format!("`{}` is not supported yet", given.key.name);
            self.report(
                Diagnostic::error(code::NOT_YET, given.name, message)
                    .label("part of the format, but of a later version"),
            );
        }
    }

    fn unknown_key(&mut self, property: &ObjectProp<'a>, place: Place) {
        if self.is_full() {
            // Looking for the nearest of all keys takes its time.
            return self.count_more(1);
        }
        let name = property.name.as_str();
        let (what, span) = (place.words(), json::span_of(&property.name));
        let message = format!("{what} has no key {}", quoted(name));
        let found = Diagnostic::error(code::UNKNOWN_KEY, span, message).label("unknown key");
        let names = place.keys().map(|key| key.name);
        let known_elsewhere = || place.keys().find(|key| key.also.contains(&name));
        let help = match keys::nearest(name, names).or_else(|| known_elsewhere().map(|k| k.name)) {
            // People write a key for what needs none.
            _ if matches!(place, Place::Payload | Place::Matcher) && PLAIN.contains(&name) => {
                "text stands for itself: write it in quotes, without an object around it".to_owned()
            }
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("known here: {}", listed(playable(place, false), "and")),
        };
        self.report(found.help(help));
    }
}

/// What people call text that is meant as it is.
const PLAIN: [&str; 6] = ["text", "exact", "exactly", "equals", "eq", "is"];

/// Up to how many keys of an object are compared one by one.
const FEW: usize = 16;

/// The names of the keys that can be played.
fn playable(place: Place, verbs: bool) -> impl Iterator<Item = &'static str> {
    place
        .keys()
        .filter(move |key| key.since == Since::Version1 && (!verbs || key.role == Role::Verb))
        .map(|key| key.name)
}

/// A word of the file in backticks, cut if it is long.
pub(super) fn quoted(word: &str) -> String {
    const LONG: usize = 40;
    match word.char_indices().nth(LONG) {
        Some((at, _)) => format!("`{}…`", &word[..at]),
        None => format!("`{word}`"),
    }
}

/// How many words are put in a row: 24.
const MAX_LISTED: usize = 24;

/// Words in a row: "`a`, `b` and `c`".
pub(super) fn listed<'w>(mut words: impl Iterator<Item = &'w str>, last: &str) -> String {
    let shown: Vec<_> = (words.by_ref().take(MAX_LISTED))
        .map(|word| format!("`{word}`"))
        .collect();
    // The others are counted, and no words are made of them: a file may have them by the ten thousand.
    let more = words.count();
    match &shown[..] {
        [] => String::new(),
        [one] => one.clone(),
        many if more > 0 => format!("{} and {more} more", many.join(", ")),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}
