//! Which keys and words of the format a file uses: found by walking the file and the schema side by side.

use std::collections::BTreeSet;

use serde_json::Value;

/// `PLACE.KEY`, and `PLACE.KEY=WORD` for keys whose values are words.
pub(crate) type Forms = BTreeSet<String>;

/// The schema, walked.
#[derive(Debug)]
pub(crate) struct Keys {
    schema: Value,
}

impl Keys {
    /// Makes one of the schema of this version.
    pub(crate) fn new() -> Self {
        let schema = serde_json::from_str(&backchat::scenario::schema()).expect("JSON");
        Self { schema }
    }

    /// All forms that there are.
    pub(crate) fn all(&self) -> Forms {
        let mut forms = Forms::new();
        let definitions = self.schema["definitions"].as_object();
        let places = definitions.into_iter().flatten();
        let places = places.map(|(name, node)| (name.as_str(), node));
        for (place, node) in places.chain([("file", &self.schema)]) {
            for (_, node) in self.flat(place, node) {
                for (key, value) in node["properties"].as_object().into_iter().flatten() {
                    forms.insert(name(place, key));
                    let mut words = BTreeSet::new();
                    self.add_words(value, &mut words);
                    forms.extend(
                        words
                            .iter()
                            .map(|word| format!("{}={word}", name(place, key))),
                    );
                }
            }
        }
        forms
    }

    /// The forms that a file has; `is_fragment`: it is one.
    pub(crate) fn of(&self, file: &Value, is_fragment: bool) -> Forms {
        let mut forms = Forms::new();
        let (place, node) = match is_fragment {
            true => ("fragment", &self.schema["definitions"]["fragment"]),
            false => ("file", &self.schema),
        };
        self.walk(place, node, file, &mut forms);
        forms
    }

    fn walk(&self, place: &str, node: &Value, value: &Value, forms: &mut Forms) {
        for (place, node) in self.flat(place, node) {
            match value {
                Value::Object(map) => {
                    for (key, value) in map {
                        let known = &node["properties"][key];
                        if !known.is_null() {
                            let form = name(place, key);
                            let list = value.as_array().into_iter().flatten();
                            let plain = |value: &&Value| !value.is_array() && !value.is_object();
                            for word in list.chain([value]).filter(plain) {
                                forms.insert(format!("{form}={word}"));
                            }
                            forms.insert(form);
                            self.walk(place, known, value, forms);
                        } else if node["additionalProperties"].is_object() {
                            self.walk(place, &node["additionalProperties"], value, forms);
                        }
                    }
                }
                Value::Array(list) if node["items"].is_object() => {
                    for value in list {
                        self.walk(place, &node["items"], value, forms);
                    }
                }
                _ => {}
            }
        }
    }

    /// A node and all that it refers to, each with its place.
    fn flat<'s>(&'s self, place: &'s str, node: &'s Value) -> Vec<(&'s str, &'s Value)> {
        let mut found = vec![(place, node)];
        if let Some(link) = node["$ref"].as_str() {
            let target = link.rsplit('/').next().unwrap_or_default();
            found.extend(self.flat(target, &self.schema["definitions"][target]));
        }
        for several in ["anyOf", "oneOf", "allOf"] {
            for node in node[several].as_array().into_iter().flatten() {
                found.extend(self.flat(place, node));
            }
        }
        found
    }

    /// The words that a value of this node can be, but for those of other places.
    fn add_words(&self, node: &Value, words: &mut BTreeSet<String>) {
        words.extend(
            node["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .map(Value::to_string),
        );
        let inner = ["anyOf", "oneOf", "allOf"].map(|key| &node[key]);
        for node in inner.into_iter().filter_map(Value::as_array).flatten() {
            self.add_words(node, words);
        }
        if node["items"].is_object() {
            self.add_words(&node["items"], words);
        }
    }
}

/// The name of a key. What is bytes in a payload is bytes in a matcher too, and the options of TLS are the same wherever it begins.
fn name(place: &str, key: &str) -> String {
    const OF_MATCHERS: [&str; 12] = [
        "prefix", "suffix", "contains", "regex", "length", "any", "not", "one_of", "all", "json",
        "capture", "example",
    ];
    match place {
        "matcher" if !OF_MATCHERS.contains(&key) => format!("payload.{key}"),
        "start_tls" if key != "expect" => format!("tls.{key}"),
        _ => format!("{place}.{key}"),
    }
}

/// A file without its comments and the commas behind last elements.
pub(crate) fn parsed(text: &str) -> Option<Value> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = if first == '"' {
            let mut escaped = false;
            let end = rest.bytes().skip(1).position(|byte| {
                let is_end = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                is_end
            });
            let len = end.map_or(rest.len(), |end| end + 2);
            plain.push_str(&rest[..len]);
            len
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            if matches!(first, ']' | '}') {
                let kept = plain.trim_end();
                let kept = kept.strip_suffix(',').unwrap_or(kept).len();
                plain.truncate(kept);
            }
            plain.push(first);
            first.len_utf8()
        };
        rest = &rest[len..];
    }
    serde_json::from_str(&plain).ok()
}
