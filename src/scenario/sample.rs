//! Bytes for which a matcher may hold: what a peer would say who wants the step to pass.
//!
//! A guess, and not always a right one: it is for whoever makes up conversations, never for a verdict.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::{JsonText, Matcher, MatcherNode, Values, counted};

/// What stands where anything may.
const ANY: u8 = b'x';

/// The characters that are chosen first where a pattern leaves the choice.
const LIKED: [char; 3] = ['1', 'a', ' '];

impl Matcher {
    /// Bytes, at most `limit` of them, for which it probably holds; `None` where none can be said.
    pub(crate) fn sample(&self, values: &Values, limit: usize) -> Option<Vec<u8>> {
        let mut parts = Parts::default();
        parts.add(self, values, limit)?;
        parts.join(limit)
    }
}

/// What several conditions ask for together.
#[derive(Default)]
struct Parts {
    exact: Option<Vec<u8>>,
    begin: Vec<u8>,
    middle: Vec<u8>,
    end: Vec<u8>,
    min: usize,
    /// The places of JSON in which there must be something.
    json: Places,
}

/// Keys, and the keys in what stands there.
#[derive(Default)]
struct Places(BTreeMap<String, Self>);

/// Adds a place and all on the way to it.
fn add_place<'t>(mut places: &mut Places, tokens: impl Iterator<Item = &'t str>) {
    for token in tokens {
        places = places.0.entry(token.to_owned()).or_default();
    }
}

impl Places {
    /// Objects in objects, and 1 where nothing more is asked for.
    fn write(&self, json: &mut JsonText) {
        if self.0.is_empty() {
            return json.push("1");
        }
        json.push("{");
        for (n, (key, places)) in self.0.iter().enumerate() {
            json.push(if n > 0 { "," } else { "" });
            json.push_string(key);
            json.push(":");
            places.write(json);
        }
        json.push("}");
    }
}

impl Parts {
    fn add(&mut self, matcher: &Matcher, values: &Values, limit: usize) -> Option<()> {
        let rendered = |payload: &super::Payload| {
            let mut bytes = Vec::new();
            payload.render(values, limit, &mut bytes).ok()?;
            Some(bytes)
        };
        if let Some(example) = matcher.example.as_deref().and_then(rendered) {
            self.exact = Some(example);
            return Some(());
        }
        match &matcher.node {
            MatcherNode::Exact(payload) | MatcherNode::Json(payload) => {
                self.exact = Some(rendered(payload)?)
            }
            MatcherNode::Prefix(payload) => self.begin = rendered(payload)?,
            MatcherNode::Suffix(payload) => self.end = rendered(payload)?,
            MatcherNode::Contains(payload) => self.middle.extend(rendered(payload)?),
            MatcherNode::Regex(pattern) => {
                let compiled = pattern.resolve(values, matcher.span, None).ok()?;
                let text = compiled.sample(limit)?;
                if compiled.is_anchored() && self.begin.is_empty() {
                    self.begin = text;
                } else {
                    self.middle.extend(text);
                }
            }
            MatcherNode::Length { min, .. } => self.min = usize::try_from(*min).ok()?,
            MatcherNode::Counted(template) => {
                let len = counted(template, values).ok()?;
                self.min = usize::try_from(len).ok().filter(|len| *len <= limit)?;
            }
            MatcherNode::Points(list) => {
                for one in list {
                    add_place(&mut self.json, one.pointer.tokens());
                }
            }
            // Most likely not what must not be.
            MatcherNode::Not(_) => self.min = self.min.max(1),
            MatcherNode::All(list) => {
                for inner in list {
                    self.add(inner, values, limit)?;
                }
            }
            MatcherNode::OneOf(list) => {
                let sample = list.iter().find_map(|inner| inner.sample(values, limit))?;
                self.middle.extend(sample);
            }
            MatcherNode::Sequence(list) => {
                for part in list {
                    self.middle.extend(part.sample(values, limit)?);
                }
            }
            // The others ask for nothing in particular.
            _ => {}
        }
        Some(())
    }

    fn join(self, limit: usize) -> Option<Vec<u8>> {
        let Self {
            exact,
            mut begin,
            middle,
            end,
            min,
            json,
        } = self;
        if exact.is_none() && !json.0.is_empty() {
            let mut text = JsonText::default();
            json.write(&mut text);
            return text.known().map(|text| text.as_bytes().to_vec());
        }
        if let Some(exact) = exact {
            return Some(exact);
        }
        if min > limit {
            return None;
        }
        begin.extend(middle);
        while begin.len() + end.len() < min {
            begin.push(ANY);
        }
        begin.extend(end);
        (begin.len() <= limit).then_some(begin)
    }
}

impl super::Compiled {
    /// The shortest run, more or less, that it takes; `None` where it has more than `limit` bytes.
    fn sample(&self, limit: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        push_sample(self.hir(), limit, &mut out)?;
        Some(out)
    }
}

/// Adds what the pattern takes. Patterns are only nested as deep as their parser allows.
fn push_sample(hir: &Hir, limit: usize, out: &mut Vec<u8>) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            let of = |c: char| {
                (class.iter())
                    .any(|range| (range.start()..=range.end()).contains(&(c as u8)))
                    .then_some(c as u8)
            };
            let liked = LIKED.into_iter().find_map(of);
            out.push(liked.or_else(|| Some(class.iter().next()?.start()))?);
        }
        HirKind::Class(Class::Unicode(class)) => {
            let of =
                |c: &char| (class.iter()).any(|range| (range.start()..=range.end()).contains(c));
            let liked = LIKED.into_iter().find(of);
            let chosen = liked.or_else(|| Some(class.iter().next()?.start()))?;
            out.extend_from_slice(chosen.encode_utf8(&mut [0; 4]).as_bytes());
        }
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min {
                let before = out.len();
                push_sample(&repetition.sub, limit, out)?;
                if out.len() == before {
                    break;
                }
            }
        }
        HirKind::Capture(capture) => push_sample(&capture.sub, limit, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                push_sample(part, limit, out)?;
            }
        }
        HirKind::Alternation(parts) => push_sample(parts.first()?, limit, out)?,
    }
    (out.len() <= limit).then_some(())
}

#[cfg(test)]
mod tests {
    use crate::scenario::{ReadOptions, Values, Verb, read};

    /// What is made up for the first step of a conversation.
    fn sample(matcher: &str) -> Option<String> {
        let text =
            format!(r#"{{ "vars": {{ "name": "Rose" }}, "steps": [{{ "expect": {matcher} }}] }}"#);
        let (scenario, _) =
            read("a.json", text.as_bytes(), &ReadOptions::default()).expect(matcher);
        let script = &scenario.script;
        let mut values = Values::new(script.names.len());
        values.set(script.names.find("name")?, "Rose".into());
        let Verb::Expect { matcher, .. } = &script.blocks[0].steps[0].verb else {
            panic!("expect");
        };
        matcher
            .sample(&values, 64)
            .map(|bytes| bytes.escape_ascii().to_string())
    }

    #[test]
    fn what_is_made_up_is_what_was_asked_for() {
        for (matcher, expected) in [
            (r#""Hello, {{name}}!""#, "Hello, Rose!"),
            (r#"{ "prefix": "220 " }"#, "220 "),
            (
                r#"{ "suffix": "!", "length": { "min": 4 }, "prefix": "a" }"#,
                "axx!",
            ),
            (
                r#"{ "contains": "b", "prefix": "a", "suffix": "c" }"#,
                "abc",
            ),
            (r#"{ "regex": "^\\$(?<size>\\d+)$" }"#, "$1"),
            (r#"{ "regex": "(?:no|yes) [a-f]{3}.\\W" }"#, "no aaa1 "),
            (r#"{ "regex": "(?u)^[β-ω]" }"#, "\\xce\\xb2"),
            (r#"{ "regex": "^{{name}}" }"#, "Rose"),
            (r#"{ "one_of": ["yes", "no"] }"#, "yes"),
            (r#"["a ", { "length": 2 }, { "regex": "\\d" }]"#, "a xx1"),
            (r#"{ "any": true }"#, ""),
            (
                r#"{ "any": true, "example": "said {{name}}" }"#,
                "said Rose",
            ),
            (r#"["a", { "length": 3, "example": "bcd" }]"#, "abcd"),
            (
                r#"{ "one_of": [{ "length": 2, "example": "ok" }, "no"] }"#,
                "ok",
            ),
            (
                r#"{ "any": true, "capture": { "a": "/r/id", "b": "/r/~0\"", "c": "" } }"#,
                r#"{\"r\":{\"id\":1,\"~\\\"\":1}}"#,
            ),
            (r#"{ "not": "x" }"#, "x"),
            (r#"{ "length": 3 }"#, "xxx"),
        ] {
            assert_eq!(sample(matcher).as_deref(), Some(expected), "{matcher}");
        }
    }

    #[test]
    fn nothing_longer_than_the_limit_is_made_up() {
        for matcher in [
            r#"{ "length": 65 }"#,
            r#"{ "regex": "(?:a{30}){30}" }"#,
            r#"{ "prefix": { "repeat": "a", "times": 60000000 } }"#,
        ] {
            assert_eq!(sample(matcher), None, "{matcher}");
        }
        assert_eq!(
            sample(r#"{ "regex": "(?:){1000}a" }"#).as_deref(),
            Some("a")
        );
    }
}
