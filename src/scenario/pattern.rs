//! Regular expressions over bytes: compiled once a run, searched in linear time, also piece by piece.
//!
//! Two engines share one pattern. On a whole message the `regex` crate's engine finds the match and its groups. On a
//! stream a lazy DFA is stepped byte by byte and says at which byte a match first ends; it never looks at a byte twice
//! and keeps at most [`MAX_CACHE`] of states. Unicode is off unless the pattern says `(?u)`: `.`, classes and `\xHH` are
//! bytes, other characters stand for their UTF-8.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::{captures::Captures, start, syntax};
use regex_automata::{Anchored, MatchKind, meta};
use regex_syntax::hir::{Hir, HirKind, Look, LookSet};
use thiserror::Error;

use super::{EvalError, SlotId, Span, Template, Values};
use crate::wire::escape;

/// How many bytes a compiled pattern may have: 1 MiB.
pub const MAX_COMPILED: usize = 1 << 20;

/// How many bytes of states a search on a stream may keep: 256 KiB, or what the pattern's smallest cache needs.
pub const MAX_CACHE: usize = 256 << 10;

/// How many compiled patterns a process keeps for the next file that uses one.
const MAX_SHARED: usize = 4096;

/// A pattern of a scenario, with the names its groups set.
#[derive(Debug)]
pub struct Pattern {
    source: Source,
    /// The names that its named groups set.
    pub captures: Vec<(Box<str>, SlotId)>,
}

#[derive(Debug)]
enum Source {
    Fixed(Arc<Compiled>),
    /// Pattern text with expressions in it: compiled when the step runs.
    Template(Template),
}

/// A pattern that cannot be compiled. The scenario's author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong, one line, a lowercase fragment.
    pub message: String,
    /// Which bytes of the pattern.
    pub range: Range<usize>,
}

impl Pattern {
    /// Compiles `text`, or finds it among the patterns that this process has compiled.
    ///
    /// # Errors
    ///
    /// Fails when `text` is no pattern, and when it compiles to more than [`MAX_COMPILED`] bytes.
    pub fn compile(text: &str) -> Result<Self, PatternError> {
        Ok(Self {
            source: Source::Fixed(Compiled::shared(text)?),
            captures: Vec::new(),
        })
    }

    /// Makes a pattern of text with expressions: it is compiled when its step runs.
    pub fn from_template(template: Template) -> Self {
        Self {
            source: Source::Template(template),
            captures: Vec::new(),
        }
    }

    /// The compiled pattern, where it is known before the step runs.
    pub fn known(&self) -> Option<&Arc<Compiled>> {
        match &self.source {
            Source::Fixed(compiled) => Some(compiled),
            Source::Template(_) => None,
        }
    }

    /// The pattern's expressions, where it has any.
    pub fn template(&self) -> Option<&Template> {
        match &self.source {
            Source::Fixed(_) => None,
            Source::Template(template) => Some(template),
        }
    }

    /// The compiled pattern, with the values of now in it; `last` is what it was when last asked, and is given back where
    /// the values make the same text of it.
    ///
    /// # Errors
    ///
    /// Fails when an expression has no value, and when its value makes of the text what is no pattern.
    pub fn resolve(
        &self,
        values: &Values,
        span: Span,
        last: Option<&Arc<Compiled>>,
    ) -> Result<Arc<Compiled>, EvalError> {
        let template = match &self.source {
            Source::Fixed(compiled) => return Ok(Arc::clone(compiled)),
            Source::Template(template) => template,
        };
        let mut bytes = Vec::new();
        template.render(values, MAX_COMPILED, &mut bytes)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let message = "the pattern is not UTF-8 with these values; write bytes as \\xHH";
            EvalError::new(message, span)
        })?;
        if let Some(last) = last.filter(|last| *last.text == *text) {
            return Ok(Arc::clone(last));
        }
        // Not shared: a peer's bytes may be in it, and there would be no end of them.
        match Compiled::new(&text) {
            Ok(compiled) => Ok(Arc::new(compiled)),
            Err(error) => {
                let text = escape(text.as_bytes());
                let message = format!("the pattern `{text}` is wrong with these values: {error}");
                Err(EvalError::new(message, span))
            }
        }
    }
}

/// A compiled pattern.
pub struct Compiled {
    /// Tells it from all others of this process.
    id: u64,
    text: Box<str>,
    nfa: thompson::NFA,
    /// Made when a stream is first searched.
    dfa: OnceLock<Option<DFA>>,
    /// Made when a message is first searched.
    whole: OnceLock<Option<meta::Regex>>,
    hir: Hir,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Compiled").field(&self.text).finish()
    }
}

impl Compiled {
    fn shared(text: &str) -> Result<Arc<Self>, PatternError> {
        static SHARED: LazyLock<Mutex<HashMap<Box<str>, Arc<Compiled>>>> =
            LazyLock::new(Mutex::default);
        let found = SHARED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(text)
            .cloned();
        if let Some(compiled) = found {
            return Ok(compiled);
        }
        let compiled = Arc::new(Self::new(text)?);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.len() >= MAX_SHARED {
            shared.clear();
        }
        shared.insert(text.into(), Arc::clone(&compiled));
        Ok(compiled)
    }

    fn new(text: &str) -> Result<Self, PatternError> {
        let hir = syntax::parse_with(text, &syntax_config())
            .map_err(|error| syntax_error(text, &error))?;
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(MAX_COMPILED)),
            )
            .build_from_hir(&hir)
            .map_err(|error| PatternError {
                message: match error.size_limit() {
                    Some(limit) => format!("the pattern compiles to more than {limit} bytes"),
                    None => error.to_string(),
                },
                range: 0..text.len(),
            })?;
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Ok(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            text: text.into(),
            nfa,
            dfa: OnceLock::new(),
            whole: OnceLock::new(),
            hir,
        })
    }

    /// The pattern as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it is made of.
    pub(super) const fn hir(&self) -> &Hir {
        &self.hir
    }

    /// The names of its groups, in the order of the pattern.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.nfa
            .group_info()
            .pattern_names(regex_automata::PatternID::ZERO)
            .flatten()
    }

    /// Whether it holds for no bytes at all.
    pub fn matches_empty(&self) -> bool {
        self.hir.properties().minimum_len() == Some(0)
    }

    /// Whether it can only begin at the first byte.
    pub fn is_anchored(&self) -> bool {
        self.hir
            .properties()
            .look_set_prefix()
            .contains(Look::Start)
    }

    /// Whether its end depends on what follows (`$`, `\z`, `\b`): on a stream that never is known.
    pub fn looks_past_its_end(&self) -> bool {
        let at_end = looks_at_end(&self.hir);
        let start_only = [Look::Start, Look::StartLF, Look::StartCRLF];
        start_only
            .iter()
            .fold(at_end, |set: LookSet, look| set.remove(*look))
            != LookSet::empty()
    }

    /// Whether it has a Unicode word boundary, which cannot be found on a stream in linear time.
    pub fn has_unicode_word_boundary(&self) -> bool {
        self.hir.properties().look_set().contains_word_unicode()
    }

    /// Searches a whole message; the groups of the match, `None` when there is no match.
    pub fn captures<'a>(&'a self, message: &'a [u8]) -> Option<Found<'a>> {
        let regex = self.whole()?;
        let mut captures = regex.create_captures();
        regex.captures(message, &mut captures);
        captures.is_match().then_some(Found { captures, message })
    }

    /// Where its first match in a whole message is.
    pub fn find(&self, message: &[u8]) -> Option<Range<usize>> {
        let found = self.whole()?.find(message)?;
        Some(found.range())
    }

    /// Whether it is found in a whole message.
    pub fn is_match(&self, message: &[u8]) -> bool {
        self.whole().is_some_and(|regex| regex.is_match(message))
    }

    /// How many bytes of `message` it takes until no match is possible any more; all of them when one still is.
    pub fn reach(&self, message: &[u8]) -> usize {
        let mut search = StreamSearch::default();
        search.feed(self, message);
        search.dead_at.unwrap_or(message.len())
    }

    fn whole(&self) -> Option<&meta::Regex> {
        // The size limit was kept when the pattern was compiled; the engine's own limits only choose between engines.
        self.whole
            .get_or_init(|| {
                let config = meta::Config::new()
                    .utf8_empty(false)
                    .nfa_size_limit(Some(2 * MAX_COMPILED));
                meta::Builder::new()
                    .configure(config)
                    .build_from_hir(&self.hir)
                    .ok()
            })
            .as_ref()
    }

    fn dfa(&self) -> Option<&DFA> {
        self.dfa
            .get_or_init(|| {
                let config = dfa::Config::new()
                    .match_kind(MatchKind::All)
                    .cache_capacity(MAX_CACHE)
                    .skip_cache_capacity_check(true);
                dfa::Builder::new()
                    .configure(config)
                    .build_from_nfa(self.nfa.clone())
                    .ok()
            })
            .as_ref()
    }
}

/// A match in a whole message.
#[derive(Debug)]
pub struct Found<'a> {
    captures: Captures,
    message: &'a [u8],
}

impl<'a> Found<'a> {
    /// What a named group took; `None` when it took no part in the match.
    pub fn group(&self, name: &str) -> Option<&'a [u8]> {
        let span = self.captures.get_group_by_name(name)?;
        self.message.get(span.start..span.end)
    }
}

/// A search for the first byte at which a match ends, on bytes that arrive in pieces.
#[derive(Debug, Default)]
pub struct StreamSearch {
    /// The states met so far, and whose they are.
    cache: Option<(u64, Box<dfa::Cache>)>,
    state: Option<LazyStateID>,
    /// How many bytes the automaton has seen.
    seen: usize,
    /// How many bytes the shortest run with a match has.
    end: Option<usize>,
    /// How many bytes had been seen when no match was possible any more.
    dead_at: Option<usize>,
}

/// What a search on a stream knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamFound {
    /// The shortest run that holds a match has so many bytes.
    End(usize),
    /// No match yet.
    Later,
    /// No match, whatever comes.
    Never,
}

impl StreamSearch {
    /// Forgets all bytes; the memory is kept for the next search, and what was learnt of the pattern with it.
    pub fn reset(&mut self) {
        self.state = None;
        self.seen = 0;
        self.end = None;
        self.dead_at = None;
    }

    /// Goes on: `bytes` are all the bytes from the start of the stream, those seen before included.
    pub fn feed(&mut self, pattern: &Compiled, bytes: &[u8]) -> StreamFound {
        if let Some(end) = self.end {
            return StreamFound::End(end);
        }
        if self.dead_at.is_some() {
            return StreamFound::Never;
        }
        match self.step(pattern, bytes) {
            Some(found) => found,
            // The automaton cannot be had: `check` refuses such patterns on streams, a value in one may still make one.
            None => StreamFound::Never,
        }
    }

    /// How many bytes it has seen and will not look at again.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// Says that the first `n` of the bytes seen are there no more: the next call brings the bytes after them.
    pub fn forget(&mut self, n: usize) {
        self.seen = self.seen.saturating_sub(n);
    }

    /// How many bytes of states are kept.
    pub fn memory_usage(&self) -> usize {
        self.cache
            .as_ref()
            .map_or(0, |(_, cache)| cache.memory_usage())
    }

    fn step(&mut self, pattern: &Compiled, bytes: &[u8]) -> Option<StreamFound> {
        let dfa = pattern.dfa()?;
        // The cache belongs to one automaton, and this search may be another's than the last one.
        if let Some((whose, cache)) = &mut self.cache
            && *whose != pattern.id
        {
            *whose = pattern.id;
            cache.reset(dfa);
            self.state = None;
        }
        let (_, cache) = self
            .cache
            .get_or_insert_with(|| (pattern.id, Box::new(dfa.create_cache())));
        let mut state = match self.state {
            Some(state) => state,
            None => dfa
                .start_state(cache, &start::Config::new().anchored(Anchored::No))
                .ok()?,
        };
        for (at, byte) in bytes.iter().enumerate().skip(self.seen) {
            state = dfa.next_state(cache, state, *byte).ok()?;
            if !state.is_tagged() {
                continue;
            }
            if state.is_match() {
                // A match shows one byte late: this byte is not part of it.
                self.end = Some(at);
                return Some(StreamFound::End(at));
            }
            if state.is_dead() || state.is_quit() {
                self.dead_at = Some(at);
                return Some(StreamFound::Never);
            }
        }
        self.seen = bytes.len();
        self.state = Some(state);
        if dfa.next_eoi_state(cache, state).ok()?.is_match() {
            self.end = Some(bytes.len());
            return Some(StreamFound::End(bytes.len()));
        }
        Some(StreamFound::Later)
    }
}

fn syntax_config() -> syntax::Config {
    // The nesting limit keeps the recursion of the parser and the compiler within any thread's stack.
    syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .nest_limit(100)
}

fn syntax_error(text: &str, error: &regex_syntax::Error) -> PatternError {
    let (message, range) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), span_range(error.span())),
        regex_syntax::Error::Translate(error) => {
            (error.kind().to_string(), span_range(error.span()))
        }
        other => (other.to_string(), 0..text.len()),
    };
    PatternError { message, range }
}

fn span_range(span: &regex_syntax::ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

/// What may be looked at where a match ends: also before parts that may be of no bytes, as `$` in `a$b*`.
fn looks_at_end(hir: &Hir) -> LookSet {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => LookSet::empty(),
        HirKind::Look(look) => LookSet::singleton(*look),
        HirKind::Repetition(repetition) => looks_at_end(&repetition.sub),
        HirKind::Capture(capture) => looks_at_end(&capture.sub),
        HirKind::Alternation(parts) => (parts.iter())
            .map(looks_at_end)
            .fold(LookSet::empty(), LookSet::union),
        HirKind::Concat(parts) => {
            let mut looks = LookSet::empty();
            for part in parts.iter().rev() {
                looks = looks.union(looks_at_end(part));
                if part.properties().minimum_len() != Some(0) {
                    break;
                }
            }
            looks
        }
    }
}
