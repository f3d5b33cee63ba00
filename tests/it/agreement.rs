//! The schema and `check` agree: on all scenarios, on the files with mistakes, and on what becomes of them when something
//! in them is replaced, renamed, added or taken away.
//!
//! What the schema refuses, `check` refuses too, without exception. What `check` refuses, the schema refuses too, but for
//! what a schema of flat objects cannot say: [`UNSAID`].

use std::fs;
use std::path::{Path, PathBuf};

use backchat::scenario::{Diagnostic, ReadOptions, Severity, read, schema};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::harness::{Forms, Keys};

/// What the schema cannot say: a code, and words of the message, or of the label, where it is not all of that code.
const UNSAID: &[(&str, &str)] = &[
    // How many of the keys that stand side by side there may be, and which go together.
    ("BC1009", ""),
    ("BC1010", ""),
    ("BC1007", "`repeat` needs `times`"),
    ("BC1026", "an expectation needs at least one condition"),
    ("BC1026", "`server_name` needs a name"),
    ("BC1030", ""),
    // What a number or a time is worth, beyond its bounds.
    ("BC1012", "must increase"),
    ("BC1012", "takes a whole number, not"),
    ("BC1012", "too large"),
    ("BC1012", "bytes do not fit"),
    ("BC1012", "is negative"),
    ("BC1013", "longer than 24 hours"),
    ("BC1013", "not a whole number of nanoseconds"),
    // What is inside of texts.
    ("BC1060", ""),
    ("BC1015", ""),
    ("BC1016", ""),
    ("BC1026", "a delimiter has at least one byte"),
    // Names that are given elsewhere.
    ("BC1017", ""),
    ("BC1018", ""),
    ("BC1019", ""),
    ("BC1020", ""),
    ("BC1021", "the name of a client"),
    ("BC1027", ""),
    // What steps mean one after the other, and matchers on a stream.
    ("BC1022", ""),
    ("BC1023", ""),
    ("BC1025", ""),
    ("BC1028", ""),
    ("BC1029", ""),
    ("BC1033", ""),
    // Files that are not there.
    ("BC1032", ""),
    // What belongs to byte streams, and what to packets.
    ("BC1036", ""),
    ("BC1037", ""),
];

/// What a value is replaced by, one after the other.
fn replacements() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(3),
        json!(1.5),
        json!(70_000_000),
        json!(""),
        json!("x"),
        json!("0ms"),
        json!("50ms"),
        json!("1.5 s"),
        json!("00 f"),
        json!("AP8="),
        json!("{{ seed }}"),
        json!("{{"),
        json!("seed"),
        json!("clean"),
        json!("line"),
        json!([]),
        json!([3, 5]),
        json!(["x", { "hex": "00" }]),
        json!([{ "any": true, "capture": "y" }]),
        json!([{ "send": "x" }]),
        json!({}),
        json!({ "hex": "0g" }),
        json!({ "any": false }),
        json!({ "min": 1 }),
        json!({ "a b": 1 }),
    ]
}

/// What is added to an object, one after the other.
fn additions() -> Vec<(&'static str, Value)> {
    vec![
        ("exepct", json!("x")),
        ("note", json!(1)),
        ("as", json!("nobody here")),
        ("within", json!("0s")),
        ("times", json!(-2)),
        ("capture", json!("1x")),
        ("capture", json!({ "a": "b" })),
        ("capture", json!({ "a": "/b/0" })),
        ("split", json!([])),
        ("max_message", json!(0)),
        ("width", json!(5)),
        ("endian", json!("middle")),
        ("tags", json!([" "])),
        ("timeout", json!(5)),
        ("length", json!({})),
        ("one_of", json!([])),
        ("then", json!("shut")),
        ("reply", json!("loud")),
        ("skip", json!("")),
        ("locks", json!([" "])),
        ("requires", json!(["ipv5"])),
        ("u16", json!(65_536)),
        ("case", json!("\n")),
        ("seed", json!(1)),
    ]
}

/// The files that are whole JSON without comments.
fn corpus() -> Vec<(PathBuf, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["scenarios", "tests/it/corpus"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Value)>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b"_");
        if path.is_dir() {
            collect(&path, files);
        } else if !hidden && path.extension().is_some_and(|ending| ending == "json") {
            let text = fs::read(&path).expect("a file");
            // Data are no scenarios; a large file takes its time and says nothing more than a small one.
            if let Ok(value) = serde_json::from_slice::<Value>(&text)
                && text.len() < 20_000
            {
                files.push((path, value));
            }
        }
    }
}

/// Where the values inside of a value stand, as JSON pointers.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                self::places(value, &format!("{at}/{n}"), places);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                self::places(value, &format!("{at}/{key}"), places);
            }
        }
        _ => {}
    }
}

/// Changes the objects at a place: a key less, a key renamed, a key more.
fn with_object(value: &Value, place: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
    let mut value = value.clone();
    if let Some(map) = value.pointer_mut(place).and_then(Value::as_object_mut) {
        change(map);
    }
    value
}

/// What becomes of a file; `turn` is where in the lists of changes it begins.
fn mutants(value: &Value, mut turn: usize) -> Vec<Value> {
    let (replacements, additions) = (replacements(), additions());
    let mut places = Vec::new();
    self::places(value, "", &mut places);
    let mut mutants = Vec::new();
    for place in &places {
        for _ in 0..2 {
            turn += 1;
            let mut mutant = value.clone();
            if let Some(there) = mutant.pointer_mut(place) {
                *there = replacements[turn % replacements.len()].clone();
            }
            mutants.push(mutant);
        }
        let Some(map) = value.pointer(place).and_then(Value::as_object) else {
            continue;
        };
        let (key, new) = additions[turn % additions.len()].clone();
        mutants.push(with_object(value, place, |map| {
            map.insert(key.to_owned(), new);
        }));
        if let Some(key) = map.keys().nth(turn % map.len().max(1)) {
            mutants.push(with_object(value, place, |map| {
                map.remove(key);
            }));
            mutants.push(with_object(value, place, |map| {
                let value = map.remove(key).unwrap_or_default();
                map.insert(format!("{key}s"), value);
            }));
        }
    }
    mutants
}

/// Whether a schema of flat objects cannot say this.
fn is_unsaid(found: &Diagnostic, text: &str) -> bool {
    // A name that is part of a text: a group of a pattern.
    let at = found.span.map_or(0, |span| span.start as usize);
    if found.code.0 == "BC1021" && !text[at..].starts_with('"') {
        return true;
    }
    UNSAID.iter().any(|(code, words)| {
        found.code.0 == *code && (found.message.contains(words) || found.label.contains(words))
    })
}

/// How the schema and `check` judged so far.
#[derive(Debug, Default)]
struct Tally {
    both_accept: usize,
    both_refuse: usize,
    only_check_refuses: usize,
    quarrels: Vec<String>,
}

impl Tally {
    fn judge(&mut self, validator: &Validator, name: &str, value: &Value) {
        let text = value.to_string();
        let list = match read(name, text.as_bytes(), &ReadOptions::default()) {
            Ok((_, warnings)) => warnings.list,
            Err(mistakes) => mistakes.list,
        };
        let errors: Vec<_> = list
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .collect();
        let refused = validator.validate(value).err();
        match (refused, &errors[..]) {
            (None, []) => self.both_accept += 1,
            (Some(why), []) => {
                let at = why.instance_path();
                let quarrel = format!("{name}: only the schema refuses {at}: {why}\n  {text}");
                self.quarrels.push(quarrel);
            }
            (Some(_), _) => self.both_refuse += 1,
            (None, errors) => {
                self.only_check_refuses += 1;
                if let Some(found) = errors.iter().find(|found| !is_unsaid(found, &text)) {
                    let (code, message, label) = (found.code.0, &found.message, &found.label);
                    let quarrel =
                        format!("{name}: only check refuses: {code} {message} ({label})\n  {text}");
                    self.quarrels.push(quarrel);
                }
            }
        }
    }
}

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&schema()).expect("JSON");
    jsonschema::draft7::new(&schema).expect("a schema of draft-07")
}

#[test]
fn the_schema_and_check_agree_on_all_files_and_on_what_becomes_of_them() {
    let (validator, files) = (validator(), corpus());
    assert!(files.len() > 120, "only {} files", files.len());
    let mut tally = Tally::default();
    let (keys, mut touched) = (Keys::new(), Forms::new());
    for (n, (path, value)) in files.iter().enumerate() {
        let name = path.to_string_lossy();
        tally.judge(&validator, &name, value);
        // Every value of a file is replaced in one of its mutants, so every key that it has is touched.
        touched.extend(keys.of(value, false));
        for mutant in mutants(value, 7 * n) {
            tally.judge(&validator, &name, &mutant);
        }
    }
    let quarrels = &tally.quarrels;
    assert!(
        quarrels.is_empty(),
        "{} quarrels. What a value must be stands in src/scenario/keys and src/scenario/schema/forms.rs; what a schema \
         cannot say, in UNSAID of this file.\n{}",
        quarrels.len(),
        quarrels[..quarrels.len().min(20)].join("\n")
    );
    let untouched: Vec<_> = keys
        .all()
        .into_iter()
        .filter(|form| {
            !form.contains('=') && !form.starts_with("fragment.") && !touched.contains(form)
        })
        .collect();
    assert!(
        untouched.is_empty(),
        "no file has {untouched:?}: a scenario or a file of the corpus must"
    );
    assert!(tally.both_accept > 300, "{tally:?}");
    assert!(tally.both_refuse > 1000, "{tally:?}");
    assert!(tally.only_check_refuses > 100, "{tally:?}");
}

#[test]
fn every_description_default_and_example_is_there_and_right() {
    let schema: Value = serde_json::from_str(&schema()).expect("JSON");
    let definitions = schema["definitions"].as_object().expect("definitions");
    let mut keys = 0;
    for place in definitions.values().chain([&schema]) {
        let nested = place["anyOf"].as_array().into_iter().flatten();
        for object in nested.chain([place]) {
            let properties = object["properties"].as_object().into_iter().flatten();
            for (name, key) in properties {
                keys += 1;
                assert!(key["description"].is_string(), "{name} has no description");
                let mut alone = key.clone();
                alone["definitions"] = schema["definitions"].clone();
                let validator = jsonschema::draft7::new(&alone).expect("a schema");
                let examples = key["examples"].as_array().expect("examples");
                assert!(!examples.is_empty(), "{name} has no example");
                for value in examples.iter().chain(key.get("default")) {
                    assert!(validator.is_valid(value), "{name} cannot be {value}");
                }
            }
        }
    }
    assert!(keys > 90, "only {keys} keys");
}
