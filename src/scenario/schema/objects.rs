//! The schema as a whole, and that of each place where keys stand.

use super::super::keys::{Form, Key, Place, Role, Since};
use super::forms;
use super::tree::{Object, Tree};

/// The JSON Schema (draft-07) of a scenario file, with a line end.
///
/// Keys and words that cannot be played yet are not in it.
pub fn schema() -> String {
    let mut definitions = Object::default();
    for place in Place::ALL {
        if place != Place::Scenario {
            definitions = definitions.object(definition(place), place_itself(place));
        }
    }
    let head = Object::default()
        .text("$schema", "http://json-schema.org/draft-07/schema#")
        .text("title", "A backchat scenario")
        .text(
            "description",
            "One conversation, told from the client's side: what is sent, and what must come back.",
        )
        // Of the editors, not of JSON Schema.
        .with("allowComments", Tree::raw("true"))
        .with("allowTrailingCommas", Tree::raw("true"))
        .text("type", "object");
    let schema = keys_of(Place::Scenario, head).object("definitions", definitions);
    Tree::Object(schema).into_text()
}

/// The JSON Schema (draft-07) of a project's `backchat.json`, with a line end.
pub fn project_schema() -> String {
    let head = Object::default()
        .text("$schema", "http://json-schema.org/draft-07/schema#")
        .text("title", "The configuration of a project for backchat")
        .text(
            "description",
            "Suites: scenarios and what they are played against. Profiles: flags of `backchat run`.",
        )
        .with("allowComments", Tree::raw("true"))
        .with("allowTrailingCommas", Tree::raw("true"))
        .text("type", "object");
    let head = keys_of(Place::Project, head);
    // What it refers to, and what that refers to.
    let mut named: Vec<Place> = Vec::new();
    let mut text = Tree::Object(head.clone()).into_text();
    let all = || Place::PROJECT.into_iter().chain(Place::ALL);
    while let Some(place) = all().find(|place| {
        let reference = format!("\"#/definitions/{}\"", definition(*place));
        !named.contains(place) && text.contains(&reference)
    }) {
        named.push(place);
        text.push_str(&Tree::Object(place_itself(place)).into_text());
    }
    let mut definitions = Object::default();
    for place in all().filter(|place| named.contains(place)) {
        definitions = definitions.object(definition(place), place_itself(place));
    }
    Tree::Object(head.object("definitions", definitions)).into_text()
}

/// What the schema of a place is called.
pub(super) const fn definition(place: Place) -> &'static str {
    match place {
        Place::Scenario => "scenario",
        Place::Client => "client",
        Place::Answered => "answered",
        Place::Server => "server",
        Place::Step => "step",
        Place::Payload => "payload",
        Place::Matcher => "matcher",
        Place::Length => "length",
        Place::Framing => "framing",
        Place::Line => "line",
        Place::Raw => "raw",
        Place::Delimited => "delimited",
        Place::LengthPrefixed => "length_prefixed",
        Place::Fixed => "fixed",
        Place::Netstring => "netstring",
        Place::Datagram => "datagram",
        Place::Table => "table",
        Place::Fragment => "fragment",
        Place::Silence => "silence",
        Place::Probe => "probe",
        Place::Tls => "tls",
        Place::Connect => "connect",
        Place::StartTls => "start_tls",
        Place::Alert => "alert",
        Place::Project => "project",
        Place::Suite => "suite",
        Place::SuiteTls => "suite_tls",
        Place::Profile => "profile",
    }
}

/// A reference to the schema of a place.
pub(super) fn refer(place: Place) -> Object {
    Object::default().text("$ref", format!("#/definitions/{}", definition(place)))
}

/// The schema of what stands in a place: an object, or whatever else may stand for it.
fn place_itself(place: Place) -> Object {
    let object = Object::default();
    match place {
        Place::Payload | Place::Matcher => {
            let form = if place == Place::Payload {
                Form::Payload
            } else {
                Form::Matcher
            };
            let object = object
                .text("description", capitalized(form.words()))
                .with("type", Tree::texts(["string", "object", "array"]))
                .object("items", refer(place));
            keys_of(place, object)
        }
        Place::Framing => {
            let options = keys_of(place, Object::default().text("type", "object"))
                .number("minProperties", 1)
                .number("maxProperties", 1);
            object.with(
                "anyOf",
                Tree::List(vec![
                    Tree::Object(forms::framing_words()),
                    Tree::Object(options),
                ]),
            )
        }
        Place::Length => keys_of(
            place,
            object
                .with("type", Tree::texts(["integer", "object", "string"]))
                .number("minimum", 0)
                .text("pattern", forms::TEMPLATE),
        )
        .number("minProperties", 1),
        Place::Connect => keys_of(place, object.text("type", "object")).number("minProperties", 1),
        _ => keys_of(place, object.text("type", "object")),
    }
}

/// Adds the keys of a place, and that there are no others.
fn keys_of(place: Place, object: Object) -> Object {
    let keys = || place.keys().filter(|key| key.since == Since::Version1);
    let mut properties = Object::default();
    for key in keys() {
        properties = properties.object(key.name, of_key(key));
    }
    let required: Vec<_> = keys().filter(|key| key.role == Role::Required).collect();
    let mut object = object.object("properties", properties);
    if !required.is_empty() {
        object = object.with("required", Tree::texts(required.iter().map(|key| key.name)));
    }
    object.with("additionalProperties", Tree::raw("false"))
}

/// The schema of a key's value.
fn of_key(key: &Key) -> Object {
    let mut object = forms::of_value(key, Object::default().text("description", description(key)));
    if let Some(default) = key.default {
        object = object.with("default", Tree::raw(default));
    }
    object.with("examples", Tree::List(vec![Tree::raw(key.example_json())]))
}

/// What a key is for, and what it goes with.
fn description(key: &Key) -> String {
    let mut text = key.doc.to_owned();
    if let Role::Beside(verbs) = key.role
        && !verbs.is_empty()
    {
        let names: Vec<_> = verbs.iter().map(|verb| format!("`{verb}`")).collect();
        text.push_str(&format!(" Goes with {}.", names.join(", ")));
    }
    text
}

fn capitalized(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}
