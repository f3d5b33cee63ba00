//! The functions of expressions: what depends on chance and on the time.
//!
//! A function is a value like any other: an expression gets it from the conversation that it is evaluated for, so the one
//! environment holds nothing of any run. It has a name of its own inside, so that a var may be called `uuid` too.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State};

use super::filters::fuel_of;
use super::source::Source;
use super::tokens::{Kind, Token, is_called};
use super::{TemplateError, Value, Values};

/// The functions an expression may call.
pub(super) const FUNCTIONS: [&str; 4] = ["env", "now", "random", "uuid"];

/// What stands before the name of a function where it is called, once an expression is compiled. Not for authors.
pub(super) const CALLED: &str = "_call_";

/// A function, with what it depends on.
#[derive(Debug)]
struct Function {
    name: &'static str,
    source: Arc<Source>,
}

/// The function that a compiled expression asks for by this name.
pub(super) fn called(name: &str, source: &Arc<Source>) -> Option<Value> {
    let name = name.strip_prefix(CALLED)?;
    let name = FUNCTIONS.into_iter().find(|known| *known == name)?;
    let source = Arc::clone(source);
    Some(Value::from_object(Function { name, source }))
}

impl Object for Function {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        match (self.name, args) {
            ("env", [name]) => name
                .as_str()
                .and_then(|name| self.source.environment(name))
                .ok_or_else(|| refused("the run does not allow `env` this name")),
            ("now", []) => Ok(Value::from(self.source.now() / 1_000_000_000)),
            ("now", [unit]) => self.now_in(unit),
            ("uuid", []) => Ok(Value::from(self.uuid())),
            ("random", [count]) => self.random(count, state),
            ("random", [least, most]) => self.random_number(least, most),
            ("env", _) => Err(refused(ENV)),
            ("now", _) => Err(refused("`now` takes a unit, or nothing: now(\"ms\")")),
            ("uuid", _) => Err(refused("`uuid` takes no arguments: uuid()")),
            _ => Err(refused(RANDOM)),
        }
    }
}

/// How `env` is called.
const ENV: &str = "`env` takes one name of the environment in quotes: env(\"TOKEN\")";

/// A name of the environment that is asked for, and where.
pub(super) type Asked = (Box<str>, Range<usize>);

/// The names that the calls of `env` in an expression ask for, each with its place in the string. They are known before
/// anything is sent, so that the run can be asked for all of them.
pub(super) fn environment(
    text: &str,
    words: &[Token],
    offset: usize,
) -> Result<Vec<Asked>, TemplateError> {
    let mut names = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if word.of(text) != "env" || !is_called(text, words, at) {
            continue;
        }
        let name = words.get(at + 2).filter(|word| word.kind == Kind::Text);
        let is_closed = words.get(at + 3).is_some_and(|word| word.is(')'));
        let inside = name.map(|word| (word, word.of(text).trim_matches(['"', '\''])));
        let is_plain = |name: &str| {
            let fine = |c: char| c.is_ascii_alphanumeric() || c == '_';
            name.chars().all(fine)
                && !name.is_empty()
                && !name.starts_with(|c: char| c.is_ascii_digit())
        };
        match inside.filter(|(_, name)| is_closed && is_plain(name)) {
            Some((word, name)) => names.push((name.into(), offset + word.start..offset + word.end)),
            None => {
                let range = offset + word.start..offset + word.end;
                return Err(TemplateError::new(ENV.to_owned(), range));
            }
        }
    }
    Ok(names)
}

/// How `random` is called.
const RANDOM: &str = "`random` takes a number of bytes, random(8), or the least and the greatest number, random(1, 6)";

impl Function {
    fn now_in(&self, unit: &Value) -> Result<Value, Error> {
        let each = match unit.as_str() {
            Some("s") => 1_000_000_000,
            Some("ms") => 1_000_000,
            Some("us") => 1_000,
            Some("ns") => 1,
            _ => {
                return Err(refused(
                    "the unit of `now` is \"s\", \"ms\", \"us\" or \"ns\"",
                ));
            }
        };
        Ok(Value::from(self.source.now() / each))
    }

    /// A random UUID as in RFC 9562, version 4.
    fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.source.draw(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut text = String::with_capacity(36);
        for (n, byte) in bytes.iter().enumerate() {
            let dash = if matches!(n, 4 | 6 | 8 | 10) { "-" } else { "" };
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{dash}{byte:02x}");
        }
        text
    }

    fn random(&self, count: &Value, state: &State<'_, '_>) -> Result<Value, Error> {
        let count = count.as_usize().ok_or_else(|| refused(RANDOM))?;
        // Paid for before there is memory for it.
        state.consume_fuel(fuel_of(count))?;
        let mut bytes = vec![0; count];
        self.source.draw(&mut bytes);
        Ok(Values::of_bytes(&bytes))
    }

    fn random_number(&self, least: &Value, most: &Value) -> Result<Value, Error> {
        let bounds = least.as_i64().zip(most.as_i64());
        let (least, most) = bounds
            .filter(|(least, most)| least <= most)
            .ok_or_else(|| refused(RANDOM))?;
        let mut bytes = [0; 16];
        self.source.draw(&mut bytes);
        let span = i128::from(most) - i128::from(least) + 1;
        // Of 128 bits, the bias of a remainder does not matter.
        let drawn = i128::from_be_bytes(bytes).rem_euclid(span);
        Ok(Value::from(i128::from(least) + drawn))
    }
}

fn refused(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
