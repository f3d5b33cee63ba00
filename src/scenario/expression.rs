//! One expression between `{{` and `}}`: compiled once by minijinja, evaluated over the names that it reads.
//!
//! Minijinja makes text of bytes by replacing what is no UTF-8, in its `~` and in its text filters. Nobody would see that,
//! so each operand of a `~` goes through a filter that refuses bytes, and the text filters are wrapped (`filters`).

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::digests;
use super::filters::{self, AS_CAPTURED, JOINABLE};
use super::functions::{self, Asked, CALLED};
use super::source::Source;
use super::tokens::{Kind, Token, is_called, is_read, tokens};
use super::{EvalError, Names, SlotId, Span, TemplateError, Value, Values, vocabulary};
use crate::wire::escape;

/// How many bytes an expression may have: 4 KiB. It bounds the depth of what is compiled.
pub const MAX_EXPRESSION: usize = 4 << 10;

/// What evaluating an expression may cost, in minijinja's fuel: an instruction each, or 64 bytes of data. So no
/// expression makes more than 64 MiB, the bound of a message.
pub const MAX_FUEL: u64 = 1 << 20;

/// How many entries the list or object that an expression makes may have, those of lists in it included: 65,536.
pub const MAX_LIST: usize = 1 << 16;

/// How many lists and objects in each other an expression may make: 256. More than a file may have.
pub const MAX_NESTED: usize = 256;

/// How much of minijinja's words about an error is shown, in characters: it may quote what a peer sent.
const MAX_DETAIL: usize = 160;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Expression {
    code: Code,
    /// As its author wrote it, without the blanks around it.
    text: Box<str>,
    /// The names it reads, in the order of the text.
    reads: Arc<[Read]>,
    /// The names of the environment it asks for, and where in the string.
    environment: Box<[Asked]>,
    /// Whether it calls a function.
    calls: bool,
}

/// A name that an expression reads.
#[derive(Debug)]
pub(super) struct Read {
    name: Box<str>,
    pub(super) slot: SlotId,
    /// Where the name stands first, in the string.
    pub(super) range: Range<usize>,
}

/// What minijinja made of it.
struct Code(minijinja::Expression<'static, 'static>);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Minijinja's own shows the whole environment.
        f.write_str("Code")
    }
}

impl Expression {
    /// Compiles what stands at `range` of the string `whole`.
    pub(super) fn compile(
        whole: &str,
        range: Range<usize>,
        names: &mut Names,
    ) -> Result<Self, TemplateError> {
        let text = whole.get(range.clone()).unwrap_or_default();
        if text.len() > MAX_EXPRESSION {
            let message = format!("an expression has at most {MAX_EXPRESSION} bytes");
            return Err(TemplateError::new(message, range));
        }
        let words: Vec<Token> = tokens(text, 0).collect();
        vocabulary::check(text, &words, range.start)?;
        let code = ENVIRONMENT
            .compile_expression_owned(guarded(text, &words).into_owned())
            .map_err(|error| {
                vocabulary::foreign(text, &words, range.start)
                    .unwrap_or_else(|| TemplateError::new(detail(&error), range.clone()))
            })?;
        Ok(Self {
            code: Code(code),
            text: text.trim().into(),
            reads: reads(text, &words, range.start, names)?,
            environment: functions::environment(text, &words, range.start)?.into(),
            calls: (0..words.len()).any(|at| is_called(text, &words, at)),
        })
    }

    /// As its author wrote it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The names it reads, in the order of the text.
    pub(super) fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// Whether it calls a function.
    pub(super) fn calls(&self) -> bool {
        self.calls
    }

    /// The names of the environment it asks for, and where in the string.
    pub(super) fn environment(&self) -> &[Asked] {
        &self.environment
    }

    /// Its value.
    pub(super) fn eval(&self, values: &Values, span: Span) -> Result<Value, EvalError> {
        self.code
            .0
            .eval(Value::from_object(self.scope(values)))
            .and_then(settled)
            .map_err(|error| self.error(&error, values, span))
    }

    fn error(&self, error: &Error, values: &Values, span: Span) -> EvalError {
        let why = detail(error);
        // Operators call it an error of types, calls an unknown function, but the cause is the name.
        let by_undefined = matches!(
            error.kind(),
            ErrorKind::UndefinedError | ErrorKind::UnknownFunction
        ) || why.contains("undefined");
        let unset = self
            .reads
            .iter()
            .find(|read| values.get(read.slot).is_none());
        let text = escape(self.text.as_bytes());
        if let Some(read) = unset.filter(|_| by_undefined) {
            let message = format!("`{{{{ {text} }}}}`: `{}` is not set", read.name);
            return EvalError::unset(&read.name, message, span);
        }
        let why = self.mismatch(&why, values).unwrap_or(why);
        EvalError::new(
            format!("`{{{{ {text} }}}}` cannot be computed: {why}"),
            span,
        )
    }

    /// The values of the names that it reads.
    fn scope(&self, values: &Values) -> Scope {
        let reads = self.reads.iter();
        Scope {
            reads: Arc::clone(&self.reads),
            values: reads.map(|read| values.get(read.slot).cloned()).collect(),
            source: Arc::clone(values.source()),
        }
    }

    /// Minijinja's words about an operator between values that do not go together, in ours: mostly text that was meant
    /// as a number. With the expression that works, if it is found.
    fn mismatch(&self, why: &str, values: &Values) -> Option<String> {
        let rest = why.strip_prefix("tried to use ")?;
        let (operator, kinds) = rest.split_once(" operator on unsupported types ")?;
        let (left, right) = kinds.split_once(" and ")?;
        let (left, right) = (kind_words(left), kind_words(right));
        let mut words = format!("`{operator}` does not work on {left} and {right}");
        if let Some(better) = self.with_numbers(values) {
            let better = escape(better.as_bytes());
            words.push_str(&format!("; write `{{{{ {better} }}}}`"));
        }
        Some(words)
    }

    /// The expression with each name whose value is the text of a number made one, if it then has a value.
    fn with_numbers(&self, values: &Values) -> Option<String> {
        let words: Vec<Token> = tokens(&self.text, 0).collect();
        let (mut better, mut done) = (String::new(), 0);
        for (at, word) in words.iter().enumerate() {
            let bound = |next: &Token| matches!(next.kind, Kind::Symbol('|' | '.' | '[' | '('));
            if !is_read(&self.text, &words, at) || words.get(at + 1).is_some_and(bound) {
                continue;
            }
            let name = word.of(&self.text);
            let read = self.reads.iter().find(|read| *read.name == *name);
            let value = read.and_then(|read| values.get(read.slot));
            if let Some(filter) = value.and_then(Value::as_str).and_then(number_filter) {
                better.push_str(self.text.get(done..word.end)?);
                better.push_str(filter);
                done = word.end;
            }
        }
        better.push_str(self.text.get(done..)?);
        let words: Vec<Token> = tokens(&better, 0).collect();
        let code = ENVIRONMENT
            .compile_expression_owned(guarded(&better, &words).into_owned())
            .ok()?;
        code.eval(Value::from_object(self.scope(values)))
            .and_then(settled)
            .ok()?;
        Some(better)
    }
}

/// The filter that makes a number of a text that is one.
fn number_filter(text: &str) -> Option<&'static str> {
    if text.parse::<i64>().is_ok() {
        return Some(" | int");
    }
    let real = text.parse::<f64>().is_ok_and(f64::is_finite);
    real.then_some(" | float")
}

/// Minijinja's name of a kind of value in our words.
fn kind_words(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "number" => "a number",
        "bool" => "a boolean",
        "none" => "null",
        "sequence" | "iterable" => "a list",
        "map" => "an object",
        other => other,
    }
}

/// The values of the names that an expression reads.
#[derive(Debug)]
struct Scope {
    reads: Arc<[Read]>,
    /// One a name, in the same order.
    values: Box<[Option<Value>]>,
    /// What functions depend on.
    source: Arc<Source>,
}

impl Object for Scope {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        match self.reads.iter().position(|read| *read.name == *key) {
            Some(at) => self.values.get(at)?.clone(),
            None => functions::called(key, &self.source),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}

/// The one environment: it holds no value of any run.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(MAX_FUEL));
    for name in ["range", "dict", "debug", "namespace"] {
        env.remove_global(name);
    }
    filters::install(&mut env);
    digests::install(&mut env);
    env
});

/// A result as it is kept: lists that would be made while they are read are made now, bytes that are UTF-8 are text.
fn settled(value: Value) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::Invalid | ValueKind::Plain => {
            Err(Error::new(ErrorKind::InvalidOperation, "it has no value"))
        }
        ValueKind::Iterable => {
            let list: Vec<Value> = value.try_iter()?.take(MAX_LIST + 1).collect();
            if list.len() > MAX_LIST {
                let message = format!("a list of more than {MAX_LIST} entries");
                return Err(Error::new(ErrorKind::InvalidOperation, message));
            }
            Ok(Value::from(list))
        }
        ValueKind::Bytes => Ok(filters::as_captured(value)),
        ValueKind::Seq | ValueKind::Map if !is_small(&value) => {
            let message = format!(
                "more than {MAX_LIST} entries, or more than {MAX_NESTED} lists and objects in each other"
            );
            Err(Error::new(ErrorKind::InvalidOperation, message))
        }
        _ => Ok(value),
    }
}

/// Whether a value has no more entries, and no deeper ones, than a value may. A `set` in rounds could otherwise make one
/// that takes for ever to be compared, or that cannot even be dropped.
fn is_small(value: &Value) -> bool {
    let mut room = MAX_LIST;
    fits(value, MAX_NESTED, &mut room)
}

fn fits(value: &Value, depth: usize, room: &mut usize) -> bool {
    let is_map = match value.kind() {
        ValueKind::Map => true,
        ValueKind::Seq | ValueKind::Iterable => false,
        _ => return true,
    };
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let Ok(mut entries) = value.try_iter() else {
        return true;
    };
    entries.all(|entry| {
        let Some(left) = room.checked_sub(1) else {
            return false;
        };
        *room = left;
        match is_map {
            true => value
                .get_item(&entry)
                .is_ok_and(|inner| fits(&inner, depth, room)),
            false => fits(&entry, depth, room),
        }
    })
}

/// The names an expression reads, with their places. (`Expression::undeclared_variables` of minijinja 3.1 overlooks what a
/// slice is taken from.)
fn reads(
    text: &str,
    words: &[Token],
    offset: usize,
    names: &mut Names,
) -> Result<Arc<[Read]>, TemplateError> {
    let mut reads: Vec<Read> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let name = word.of(text);
        if !is_read(text, words, at) || reads.iter().any(|read| *read.name == *name) {
            continue;
        }
        let range = offset + word.start..offset + word.end;
        let slot = names
            .intern(name)
            .ok_or_else(|| TemplateError::too_many_names(range.clone()))?;
        reads.push(Read {
            name: name.into(),
            slot,
            range,
        });
    }
    Ok(reads.into())
}

/// The expression as minijinja gets it: `a ~ b` refuses bytes, a slice of bytes compares with text, functions are told from
/// names.
fn guarded<'a>(text: &'a str, words: &[Token]) -> Cow<'a, str> {
    // Where something is put in: a filter after a value, or what tells that a name is a function's.
    let mut marks: Vec<(usize, &str)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if word.is('~') && at > 0 {
            marks.push((words[at - 1].end, JOINABLE));
            marks.extend(operand_end(words, at + 1).map(|end| (end, JOINABLE)));
        } else if word.is('[') {
            marks.extend(slice_end(words, at).map(|end| (end, AS_CAPTURED)));
        } else if is_called(text, words, at) {
            marks.push((word.start, CALLED));
        }
    }
    if marks.is_empty() {
        return Cow::Borrowed(text);
    }
    marks.sort_unstable();
    marks.dedup();
    let mut guarded = String::with_capacity(text.len() + marks.len() * 12);
    let mut done = 0;
    for (at, filter) in marks {
        guarded.push_str(text.get(done..at).unwrap_or_default());
        if filter != CALLED {
            guarded.push('|');
        }
        guarded.push_str(filter);
        done = at;
    }
    guarded.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(guarded)
}

/// Where the operand ends that begins at word `at`: a value with its attributes, indices, calls and filters.
fn operand_end(words: &[Token], mut at: usize) -> Option<usize> {
    while words.get(at)?.is('-') {
        at += 1;
    }
    at = after_group(words, at)?;
    while let Some(word) = words.get(at) {
        at = match word.kind {
            Kind::Symbol('(' | '[') => after_group(words, at)?,
            Kind::Symbol('.' | '|') => at + 2,
            _ => break,
        };
    }
    words.get(at.checked_sub(1)?).map(|word| word.end)
}

/// Where the slice ends whose bracket is word `at`, unless more is taken from it.
fn slice_end(words: &[Token], at: usize) -> Option<usize> {
    let after = after_group(words, at)?;
    let (mut depth, mut is_slice) = (0_usize, false);
    for word in words.get(at..after)? {
        match word.kind {
            Kind::Symbol('(' | '[' | '{') => depth += 1,
            Kind::Symbol(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Kind::Symbol(':') => is_slice |= depth == 1,
            _ => {}
        }
    }
    let goes_on = words
        .get(after)
        .is_some_and(|next| matches!(next.kind, Kind::Symbol('.' | '[' | '(')));
    (is_slice && !goes_on).then(|| words[after - 1].end)
}

/// The word after the one at `at`, or after the bracket that closes it.
fn after_group(words: &[Token], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, word) in words.get(at..)?.iter().enumerate() {
        match word.kind {
            Kind::Symbol('(' | '[' | '{') => depth += 1,
            Kind::Symbol(')' | ']' | '}') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + offset + 1);
        }
    }
    None
}

/// Minijinja's words about an error, in one line, made fit to be shown.
fn detail(error: &Error) -> String {
    let words = match error.kind() {
        ErrorKind::OutOfFuel => return format!("it costs more than {MAX_FUEL} steps or 64 MiB"),
        ErrorKind::UndefinedError => "what it reads is undefined",
        ErrorKind::UnknownFilter => "it uses an unknown filter",
        ErrorKind::UnknownTest => "it uses an unknown test",
        _ => "it cannot be evaluated",
    };
    let words = error.detail().unwrap_or(words);
    let shown: String = escape(words.as_bytes()).to_string();
    match shown.char_indices().nth(MAX_DETAIL) {
        None => shown,
        Some((at, _)) => format!("{}…", &shown[..at]),
    }
}
