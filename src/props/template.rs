//! Properties of templates: whatever a string holds, it is refused with a place in it, or is worth the same as its parts.

use std::collections::BTreeMap;

use crate::scenario::{EvalError, Names, Span, Template, TemplateError, Value, Values};

/// How many bytes may be made of a template of these properties.
const LIMIT: usize = 1 << 16;

/// Text in front of a string, which moves all that stands in it.
const BEFORE: &str = "é} ";

/// How many times a string is divided behind an expression.
const MAX_DIVIDED: usize = 8;

/// Input: where the string is divided in two (modulo its length), then the string.
///
/// The names `name` `n` `digits` `decimal` `yes` `raw` (no UTF-8) `list` `object` `nothing` have values, others have none.
///
/// # Panics
///
/// When a mistake points outside of the string or into a character, or elsewhere once text stands in front of it; when what is
/// made of the string is another thing than what is made of its parts, or the second time, or longer than its limit.
pub fn template(data: &[u8]) {
    let [divided, text @ ..] = data else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    // Each time anew: what is random is drawn from the beginning.
    let whole = Known::new().made(text);
    assert_eq!(whole, Known::new().made(text), "the second time");
    moves(text, &whole);
    if let Made::Bytes(bytes) = &whole {
        keeps_limits(text, bytes);
    }
    let ends = text
        .match_indices("}}")
        .map(|(at, braces)| at + braces.len());
    let named = usize::from(*divided) % (text.len() + 1);
    for at in ends.take(MAX_DIVIDED).chain([named]) {
        let Some((one, other)) = text.split_at_checked(at) else {
            continue;
        };
        // Two braces that are cut apart are none.
        if !(one.ends_with('{') && other.starts_with('{')) {
            is_worth_its_parts(one, other, &whole);
        }
    }
}

/// What is made of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Made {
    Refused(TemplateError),
    Failed(EvalError),
    Bytes(Vec<u8>),
}

/// The names that have values.
struct Known {
    names: Names,
    values: Values,
}

impl Known {
    fn new() -> Self {
        let pairs = [
            ("name", Value::from("Rose")),
            ("n", Value::from(3)),
            ("digits", Value::from("42")),
            ("decimal", Value::from("1.5")),
            ("yes", Value::from(true)),
            ("raw", Value::from_bytes(b"\xff\x00ab\r\n".to_vec())),
            ("list", Value::from(vec![1, 2, 3])),
            ("object", Value::from(BTreeMap::from([("port", 80)]))),
            ("nothing", Value::from(())),
        ];
        let (mut names, mut values) = (Names::default(), Values::new(pairs.len()));
        for (name, value) in pairs {
            if let Some(id) = names.intern(name) {
                values.set(id, value);
            }
        }
        Self { names, values }
    }

    fn parse(&self, text: &str) -> Result<Template, TemplateError> {
        Template::parse(text, Span::default(), &mut self.names.clone())
    }

    fn made(&self, text: &str) -> Made {
        let template = match self.parse(text) {
            Ok(template) => template,
            Err(error) => {
                assert!(!error.message.is_empty(), "{error:?}");
                assert!(text.get(error.range.clone()).is_some(), "{error:?}");
                return Made::Refused(error);
            }
        };
        for (_, range) in template.uses() {
            assert!(text.get(range).is_some_and(|name| !name.is_empty()));
        }
        let mut out = Vec::new();
        match template.render(&self.values, LIMIT, &mut out) {
            Ok(()) => Made::Bytes(out),
            Err(error) => Made::Failed(error),
        }
    }
}

/// With text in front of it the same is said of a string, of bytes that stand further behind.
fn moves(text: &str, here: &Made) {
    let there = Known::new().made(&format!("{BEFORE}{text}"));
    match (here, there) {
        (Made::Refused(here), Made::Refused(mut there)) => {
            there.range.start -= BEFORE.len();
            there.range.end -= BEFORE.len();
            assert_eq!(*here, there, "behind text");
        }
        // The text may be what passes the limit.
        (Made::Failed(_), Made::Failed(there)) if there.beyond => {}
        (Made::Failed(here), Made::Failed(there)) => assert_eq!(*here, there, "behind text"),
        (Made::Bytes(here), Made::Bytes(there)) => {
            assert_eq!(there.strip_prefix(BEFORE.as_bytes()), Some(&here[..]));
        }
        (Made::Bytes(here), Made::Failed(_)) => assert!(here.len() + BEFORE.len() > LIMIT),
        (here, there) => panic!("{here:?}, behind text {there:?}"),
    }
}

/// No byte is made past a limit; a limit that is just enough is enough.
fn keeps_limits(text: &str, bytes: &[u8]) {
    let Ok(template) = Known::new().parse(text) else {
        panic!("refused the second time: {text:?}");
    };
    let mut out = Vec::new();
    let just = template.render(&Known::new().values, bytes.len(), &mut out);
    assert_eq!((just, &out[..]), (Ok(()), bytes), "just enough");
    if let Some(less) = bytes.len().checked_sub(1) {
        out.clear();
        let rendered = template.render(&Known::new().values, less, &mut out);
        assert!(rendered.is_err());
        assert!(out.len() <= less, "{} bytes of {less}", out.len());
    }
    if let Ok(value) = template.eval(&Known::new().values)
        && let Some(text) = value.as_bytes()
    {
        assert_eq!(text, bytes, "its value");
    }
}

/// Where both parts of a string are right by themselves, the string is right, and is worth what they are.
fn is_worth_its_parts(one: &str, other: &str, whole: &Made) {
    // What is random is drawn on, as in the whole.
    let known = Known::new();
    let (one, other) = (known.made(one), known.made(other));
    match (one, other) {
        (Made::Refused(_), _) | (_, Made::Refused(_)) => {}
        (Made::Failed(error), _) | (Made::Bytes(_), Made::Failed(error)) => {
            // Or the limit came first.
            assert!(
                matches!(whole, Made::Failed(found) if *found == error || found.unset.is_none()),
                "{whole:?}, in parts {error:?}"
            );
        }
        (Made::Bytes(one), Made::Bytes(other)) => {
            let parts = [one, other].concat();
            match whole {
                Made::Bytes(bytes) => assert_eq!(*bytes, parts, "in parts"),
                Made::Failed(_) => assert!(parts.len() > LIMIT, "{whole:?}, in parts {parts:?}"),
                Made::Refused(error) => panic!("{error:?}, but not in parts"),
            }
        }
    }
}
