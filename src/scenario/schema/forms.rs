//! What each form of value is in a schema.

use super::super::integers::IntegerForm;
use super::super::keys::{FRAMINGS, Form, Key, Place, Role, Since, Word};
use super::super::lower::{BUILT_IN, MAX_BRANCHES, WORDS};
use super::super::pointer::POINTER;
use super::super::requirement::{ENV, FEATURE, PROGRAM};
use super::super::{Ability, Alert, MAX_ALPN, MAX_PAYLOAD, SCHEMES};
use super::objects::refer;
use super::tree::{Object, Tree};

/// A duration: a number and a unit.
const DURATION: &str = r"[0-9]+(\.[0-9]+)?(us|ms|s|m)$";

/// A digit that is not 0, before the unit.
const NOT_ZERO: &str = r"(?=[0-9.]*[1-9])";

/// A template begins.
pub(super) const TEMPLATE: &str = r"\{\{";

/// One expression and nothing else.
const CONDITION: &str = r"^\{\{[\s\S]*\}\}$";

/// Hexadecimal digits, two a byte, and blanks anywhere.
const HEX: &str = r"^([ \t\r\n]*[0-9A-Fa-f][ \t\r\n]*[0-9A-Fa-f])*[ \t\r\n]*$";

/// Base64 with padding; of the last letter before it only bits that count may be set.
const BASE64: &str =
    "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

/// The name of a client.
const CLIENT: &str = "[A-Za-z0-9_-]+$";

/// Text that is more than blanks.
const SOMETHING: &str = r"\S";

/// One line of plain text that is more than blanks.
const LABEL: &str = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";

/// Adds what a key's value must be.
pub(super) fn of_value(key: &Key, object: Object) -> Object {
    match key.form {
        Form::Text
        | Form::Template
        | Form::Pattern
        | Form::Reason
        | Form::Name
        | Form::Client
        | Form::Condition
        | Form::Duration
        | Form::SomeTime
        | Form::Hex
        | Form::Base64 => text(key, object.text("type", "string")),
        Form::Whole | Form::Times | Form::Integer | Form::Count | Form::Adjust => {
            number(key, object)
        }
        Form::Flag => object.text("type", "boolean"),
        Form::True => object.with("enum", Tree::List(vec![Tree::raw("true")])),
        Form::Word(words) => choice(object, words, None),
        Form::TrueOrOptions(words) => true_or_options(key, object, words),
        Form::Ends(words) => ends(object, words),
        Form::Alert => object.with("enum", Tree::texts(Alert::names())),
        Form::Protocols => protocols(object),
        Form::Width => object.with("enum", Tree::raw(r#"[1, 2, 3, 4, 8, "varint"]"#)),
        Form::LengthWidth => object.with(
            "enum",
            Tree::raw(r#"[1, 2, 3, 4, 8, "varint", "decimal", "hex"]"#),
        ),
        Form::Silence => silence(object),
        Form::Payload => either(object, refer(Place::Payload)),
        Form::Greeting => {
            let nothing = Object::default().text("type", "null");
            let choices = [refer(Place::Payload), nothing].map(Tree::Object);
            object.with("anyOf", Tree::List(choices.into()))
        }
        Form::Matcher => either(object, refer(Place::Matcher)),
        Form::Matchers => several(object, Place::Matcher),
        Form::Ignored => {
            let choices = [refer(Place::Matcher), refer(Place::Answered)].map(Tree::Object);
            let entry = Object::default().with("anyOf", Tree::List(choices.into()));
            array(object).object("items", entry)
        }
        Form::Length => either(object, refer(Place::Length)),
        Form::Steps => several(object, Place::Step),
        Form::Branches => branches(object),
        Form::Framing => either(object, refer(Place::Framing)),
        Form::Options => match key.holds {
            Some(place) => either(object, refer(place)),
            None => object.text("type", "object"),
        },
        Form::Named => {
            let entry = key.holds.map_or_else(Object::default, refer);
            object
                .text("type", "object")
                .object("propertyNames", text_like(&format!("^{FEATURE}$")))
                .object("additionalProperties", entry)
        }
        Form::Targets => targets(object),
        Form::Split => split(object),
        Form::Capture => capture(object),
        Form::Requirements => array(object).object("items", requirement()),
        Form::Names => array(object).object("items", text_like(SOMETHING)),
        Form::Vars => {
            let mut object = object.text("type", "object");
            // A step that sets must set something.
            if key.role == Role::Verb {
                object = object.number("minProperties", 1);
            }
            object.object("propertyNames", text_like(&name(&[])))
        }
        Form::Cases => {
            let rows = array(Object::default())
                .number("minItems", 1)
                .object("items", case());
            let choices = [rows, refer(Place::Table)].map(Tree::Object);
            object.with("anyOf", Tree::List(choices.into()))
        }
        Form::Clients => clients(object),
        Form::Path => object.text("type", "string").number("minLength", 1),
        Form::Json | Form::Any => object,
    }
}

/// Names of targets, and their addresses.
fn targets(object: Object) -> Object {
    object
        .text("type", "object")
        .object("propertyNames", text_like(&format!("^{CLIENT}")))
        .object("additionalProperties", text_like(SOMETHING))
}

/// A name, or names and the parts that they keep.
fn capture(object: Object) -> Object {
    let points = Object::default()
        .text("type", "object")
        .number("minProperties", 1)
        .object("propertyNames", text_like(&name(&[])))
        .object("additionalProperties", text_like(POINTER));
    let choices = [text_like(&name(&[])), points].map(Tree::Object);
    object.with("anyOf", Tree::List(choices.into()))
}

/// What the text of a key must look like.
fn text(key: &Key, object: Object) -> Object {
    let pattern = match key.form {
        Form::Reason => SOMETHING.to_owned(),
        Form::Name => match key.default {
            Some(default) => format!("^{}$|{}", default.trim_matches('"'), name(&[])),
            None => name(&[]),
        },
        Form::Client => format!("^{CLIENT}"),
        Form::Condition => CONDITION.to_owned(),
        Form::Duration => format!("^{DURATION}"),
        Form::SomeTime => format!("^{NOT_ZERO}{DURATION}"),
        Form::Hex => format!("{HEX}|{TEMPLATE}"),
        Form::Base64 => format!("{BASE64}|{TEMPLATE}"),
        _ => return object,
    };
    said(key, object, pattern)
}

/// What the number of a key must be, or the template that gives it.
fn number(key: &Key, object: Object) -> Object {
    let most = MAX_PAYLOAD;
    let (low, high) = match key.form {
        Form::Integer => {
            let range = IntegerForm::named(key.name).map(IntegerForm::range);
            range.map_or((i128::MIN, i128::MAX), |range| {
                (*range.start(), *range.end())
            })
        }
        Form::Count => (0, most as i128),
        Form::Adjust => (-(most as i128), most as i128),
        _ => (key.range.0.into(), key.range.1.into()),
    };
    if matches!(key.form, Form::Whole | Form::Adjust) {
        return bounded(object.text("type", "integer"), low, high);
    }
    let object = object.with("type", Tree::texts(["integer", "string"]));
    bounded(said(key, object, TEMPLATE.to_owned()), low, high)
}

/// Adds a pattern, and words for what does not match it.
fn said(key: &Key, object: Object, pattern: String) -> Object {
    let words = format!("This takes {}.", key.form.words());
    object
        .text("pattern", pattern)
        .text("patternErrorMessage", words)
}

fn array(object: Object) -> Object {
    object.text("type", "array")
}

fn true_or_options(key: &Key, object: Object, words: &[Word]) -> Object {
    let word = choice(Object::default(), words, Some("true"));
    let options = key.holds.map_or_else(Object::default, refer);
    let choices = [word, options].map(Tree::Object);
    object.with("anyOf", Tree::List(choices.into()))
}

/// Names of protocols.
fn protocols(object: Object) -> Object {
    let name = Object::default()
        .text("type", "string")
        .number("minLength", 1);
    array(object)
        .number("minItems", 1)
        .number("maxItems", MAX_ALPN as u64)
        .object("items", name)
}

/// Ends of a connection.
fn ends(object: Object, words: &[Word]) -> Object {
    let one = || {
        let word = choice(Object::default(), words, None);
        let choices = [word, refer(Place::Alert)].map(Tree::Object);
        Object::default().with("anyOf", Tree::List(choices.into()))
    };
    let list = array(Object::default())
        .number("minItems", 1)
        .object("items", one());
    object.with("anyOf", Tree::List([one(), list].map(Tree::Object).into()))
}

/// The framings that are named without options.
pub(super) fn framing_words() -> Object {
    choice(Object::default(), FRAMINGS, None)
}

/// What another schema says: beside a bare `$ref` nothing else would count.
fn either(object: Object, refer: Object) -> Object {
    object.with("allOf", Tree::List(vec![Tree::Object(refer)]))
}

/// An array that is not empty.
fn several(object: Object, place: Place) -> Object {
    object
        .text("type", "array")
        .number("minItems", 1)
        .object("items", refer(place))
}

/// A time, or a probe.
fn silence(object: Object) -> Object {
    let time = text_like(&format!("^{NOT_ZERO}{DURATION}"));
    let choices = [time, refer(Place::Silence)].map(Tree::Object);
    object.with("anyOf", Tree::List(choices.into()))
}

/// Lists of steps.
fn branches(object: Object) -> Object {
    array(object)
        .number("minItems", 2)
        .number("maxItems", MAX_BRANCHES as u64)
        .object("items", several(Object::default(), Place::Step))
}

/// Text that matches a pattern.
fn text_like(pattern: &str) -> Object {
    Object::default()
        .text("type", "string")
        .text("pattern", pattern)
}

/// Adds bounds, where they are less than a file can say anyway.
fn bounded(object: Object, from: i128, to: i128) -> Object {
    let object = if from > i128::from(i64::MIN) {
        object.number("minimum", from)
    } else {
        object
    };
    if to < i128::from(i64::MAX) {
        return object.number("maximum", to);
    }
    object
}

/// One of a few words, each with its meaning.
fn choice(object: Object, words: &[Word], first: Option<&str>) -> Object {
    let playable = || words.iter().filter(|word| word.since == Since::Version1);
    let mut values: Vec<Tree> = first.map(Tree::raw).into_iter().collect();
    let mut meanings: Vec<Tree> = first.map(|_| Tree::text("As usual.")).into_iter().collect();
    values.extend(playable().map(|word| Tree::text(word.name)));
    meanings.extend(playable().map(|word| Tree::text(word.doc)));
    object
        .with("enum", Tree::List(values))
        .with("enumDescriptions", Tree::List(meanings))
}

/// Something that must be there.
fn requirement() -> Object {
    let schemes = SCHEMES.map(|scheme| format!("target:{scheme}"));
    let words = (Ability::ALL.iter().map(|ability| ability.word().to_owned())).chain(schemes);
    let abilities = Ability::ALL.iter().map(|ability| ability.doc().to_owned());
    let targets = SCHEMES.map(|scheme| format!("The target is reached by {scheme}."));
    let fixed = Object::default()
        .with("enum", Tree::texts(words))
        .with("enumDescriptions", Tree::texts(abilities.chain(targets)));
    let named = text_like(&format!(
        "^(program:{PROGRAM}|env:{ENV}|feature:{FEATURE})$"
    ));
    Object::default().with("anyOf", Tree::List([fixed, named].map(Tree::Object).into()))
}

fn split(object: Object) -> Object {
    let offset = || {
        bounded(
            Object::default().text("type", "integer"),
            1,
            MAX_PAYLOAD as i128,
        )
    };
    let offsets = Object::default()
        .text("type", "array")
        .number("minItems", 1)
        .object("items", offset());
    let random = Object::default().with("enum", Tree::texts(["random"]));
    object.with(
        "anyOf",
        Tree::List([offset(), offsets, random].map(Tree::Object).into()),
    )
}

/// A row of `cases`.
fn case() -> Object {
    let label = text_like(LABEL).text(
        "description",
        "The label of the case; its number, from 1, unless given.",
    );
    Object::default()
        .text("type", "object")
        .object("properties", Object::default().object("case", label))
        .object("propertyNames", text_like(&name(&["case"])))
}

fn clients(object: Object) -> Object {
    let taken = BUILT_IN.join("|");
    let name = text_like(&format!("^(?!({taken})$){CLIENT}"));
    object
        .with("type", Tree::texts(["array", "object"]))
        .number("minItems", 1)
        .with("uniqueItems", Tree::raw("true"))
        .object("items", name.clone())
        .number("minProperties", 1)
        .object("propertyNames", name)
        .object("additionalProperties", refer(Place::Client))
}

/// The pattern of a name that a file may set, and of these beside it.
fn name(beside: &[&str]) -> String {
    let taken: Vec<_> = (BUILT_IN.iter().chain(&WORDS).copied())
        .filter(|word| !beside.contains(word))
        .collect();
    format!("^(?!({})$)[A-Za-z_][A-Za-z0-9_]*$", taken.join("|"))
}
