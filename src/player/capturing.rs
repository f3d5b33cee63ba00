//! What an expectation keeps of what it took: under its name, in groups, by JSON pointers.

use std::collections::BTreeMap;

use super::json::{self, Json};
use super::matching::Matching;
use crate::scenario::{Matcher, MatcherNode, Pointer, Pointing, Value, Values};

impl Matching {
    /// Keeps what the matcher captures of a message or run for which it holds.
    pub(super) fn capture(&mut self, matcher: &Matcher, run: &[u8], values: &mut Values) {
        if let Some(slot) = matcher.capture {
            values.set(slot, Values::of_bytes(run));
        }
        match &matcher.node {
            MatcherNode::Regex(_) => self.capture_groups(matcher, run, values),
            MatcherNode::Points(list) => capture_points(list, run, values),
            MatcherNode::All(list) => list
                .iter()
                .for_each(|inner| self.capture(inner, run, values)),
            MatcherNode::OneOf(list) => {
                if let Some(inner) = list.iter().find(|inner| self.holds(inner, run)) {
                    self.capture(inner, run, values);
                }
            }
            MatcherNode::Sequence(list) if matcher.captures() => {
                self.capture_parts(matcher, list, run, values);
            }
            _ => {}
        }
    }

    /// Keeps what the groups of a pattern took.
    pub(super) fn capture_groups(&self, matcher: &Matcher, run: &[u8], values: &mut Values) {
        let MatcherNode::Regex(regex) = &matcher.node else {
            return;
        };
        if regex.captures.is_empty() {
            return;
        }
        let pattern = self.pattern(matcher);
        let Some(found) = pattern.and_then(|pattern| pattern.captures(run)) else {
            return;
        };
        for (name, slot) in &regex.captures {
            match found.group(name) {
                Some(group) => values.set(*slot, Values::of_bytes(group)),
                None => values.unset(*slot),
            }
        }
    }

    /// What a pattern matches of a run.
    pub(super) fn matched<'r>(&self, matcher: &Matcher, run: &'r [u8]) -> &'r [u8] {
        let pattern = self.pattern(matcher);
        let range = pattern.and_then(|pattern| pattern.find(run));
        range.and_then(|range| run.get(range)).unwrap_or_default()
    }
}

/// Why not all of these pointers lead somewhere in a message; `None` where they do.
pub(super) fn leads_nowhere(list: &[Pointing], message: &[u8]) -> Option<String> {
    match json::read(message) {
        Ok(value) => (list.iter()).find_map(|one| follow(&one.pointer, &value).err()),
        Err(at) => Some(json::no_json(at)),
    }
}

fn capture_points(list: &[Pointing], run: &[u8], values: &mut Values) {
    let Ok(value) = json::read(run) else {
        return;
    };
    for Pointing { pointer, slot } in list {
        if let Ok(found) = follow(pointer, &value) {
            values.set(*slot, kept(found));
        }
    }
}

/// The value to which a pointer leads; or why it leads nowhere.
fn follow<'j>(pointer: &Pointer, value: &'j Json) -> Result<&'j Json, String> {
    let mut here = value;
    let mut path = String::new();
    for token in pointer.tokens() {
        let next = match here {
            // Of a key that is given twice, the last counts.
            Json::Object(list) => (list.iter().rev())
                .find(|(key, _)| key == token)
                .map(|(_, value)| value),
            Json::Array(list) => Pointer::index(token).and_then(|index| list.get(index)),
            _ => None,
        };
        let Some(next) = next else {
            let shown = json::cut(token);
            let there = match here {
                Json::Object(_) => format!("has no key \"{shown}\""),
                Json::Array(list) => format!("has {} elements, and no \"{shown}\"", list.len()),
                other => format!("is {}, in which there is nothing", json::shown(other)),
            };
            let name = json::named(&path);
            return Err(format!(
                "the pointer \"{pointer}\" leads nowhere: {name} {there}"
            ));
        };
        path.push('/');
        path.push_str(&json::escaped(token));
        here = next;
    }
    Ok(here)
}

/// The value of a name, of the type that it has in JSON. A number that is too large is kept as text.
///
/// Values are as deep as their reader allows, 128 levels.
fn kept(value: &Json) -> Value {
    match value {
        Json::Word("true") => Value::from(true),
        Json::Word("false") => Value::from(false),
        Json::Word(_) => Value::from(()),
        Json::Number(text) => number(text),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(list) => Value::from(list.iter().map(kept).collect::<Vec<_>>()),
        Json::Object(list) => {
            let entries = list.iter().map(|(key, value)| (key.clone(), kept(value)));
            Value::from(entries.collect::<BTreeMap<_, _>>())
        }
    }
}

fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return Value::from(whole);
    }
    if let Ok(whole) = text.parse::<u64>() {
        return Value::from(whole);
    }
    if let Ok(whole) = text.parse::<i128>() {
        return Value::from(whole);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::from(number),
        _ => Value::from(text),
    }
}
