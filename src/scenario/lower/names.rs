//! Names: what sets them, what reads them, and whether the one comes before the other.
//!
//! Reading goes on in the order of the file, and a clock counts the vars and steps. A name may be read where the clock
//! stands later than where the name is set: steps in blocks are counted in the order in which they are played first,
//! so what is too early here is too early in every run.

use std::collections::{HashMap, HashSet};

use super::super::json::{self, StringLit};
use super::super::{Case, ClientId, Diagnostic, Names, SlotId, Span, code, keys};
use super::clients::DEFAULT_NAME;
use super::fields::{Given, listed, quoted};
use super::parallel::Branches;
use super::read::MAX_MISTAKES;
use super::reader::Reader;

/// Names that are always there, beside those of the clients.
pub const BUILT_IN: [&str; 6] = ["scenario", "case", "index", "run_id", "seed", "target"];

/// Words of the template language: a name like these could not be read.
pub(in crate::scenario) const WORDS: [&str; 13] = [
    "true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else",
];

/// What to do about a name that is one of them.
const OTHER_NAME: &str = "templates could not tell it from the word; choose another name";

/// All names of a file.
#[derive(Debug)]
pub(super) struct Scope {
    /// The names, with their numbers.
    pub names: Names,
    /// What is known of each name, by its number.
    known: Vec<Known>,
    reads: Vec<Read>,
    clock: u32,
    /// Whether what is read now stands in a step with `when`: it may be played only where the names have values.
    pub guarded: bool,
    /// How many blocks around what is read now are played in rounds.
    loops: usize,
    /// Reads in these blocks that may take place only in a later round, by their places in `reads`.
    later_rounds: Vec<usize>,
    /// Where the name stands that is to be set.
    named: Span,
    /// What the branches of the `parallel` around set, while one is read.
    pub branches: Option<Branches>,
    /// Whether what is read now is evaluated at any time, after whatever step.
    pub anytime: bool,
    /// The clients that a `parallel` connects, while one is read: which branch is first, nobody knows.
    connected_at_once: Vec<SlotId>,
    /// Whether the cases could not be read: then nobody knows which names they give.
    pub cases_unknown: bool,
    /// What is captured for an answer that does not use it, and where.
    pub unused_in_answers: Vec<(SlotId, Span)>,
}

/// What is known of a name.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// Whether it is built in.
    built_in: bool,
    /// Whose name it is, if it is a client's.
    client: Option<ClientId>,
    /// Where on the clock it is first set, and by what.
    set: Option<(u32, Setter)>,
    /// How many of the cases set it.
    cases: usize,
    /// Whether it is one that `with` gives to the fragment that is being read.
    local: bool,
    /// Where the file first gives it a value.
    place: Option<Span>,
    /// Whether anything reads it.
    read: bool,
    /// Whether something was to set it, and that was a mistake: to read it is no second one.
    refused: bool,
}

/// What sets a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setter {
    /// An entry of `vars`.
    Var,
    /// A capture or a named group of the step with this number.
    Capture(u32),
    /// The `set` of the step with this number.
    Set(u32),
    /// The `index` of a `repeat`.
    Index,
    /// The `with` of an `include`.
    With,
    /// A step that connects the client of this name.
    Connect,
}

/// A name that is read.
#[derive(Debug, Clone, Copy)]
struct Read {
    slot: SlotId,
    /// Where it is read.
    span: Span,
    /// Where on the clock; the end of time in what is evaluated at any time.
    at: u32,
}

impl Scope {
    /// Makes a scope with the built-in names.
    pub(super) fn new() -> Self {
        let mut scope = Self {
            names: Names::default(),
            known: Vec::new(),
            reads: Vec::new(),
            clock: 0,
            guarded: false,
            loops: 0,
            later_rounds: Vec::new(),
            named: Span::default(),
            branches: None,
            anytime: false,
            connected_at_once: Vec::new(),
            cases_unknown: false,
            unused_in_answers: Vec::new(),
        };
        for name in BUILT_IN {
            scope.build_in(name);
        }
        scope
    }

    /// Makes a name a built-in one.
    pub(super) fn build_in(&mut self, name: &str) {
        if let Some(slot) = self.names.intern(name) {
            self.known(slot).built_in = true;
        }
    }

    /// Makes the name of a client a built-in one.
    pub(super) fn build_in_client(&mut self, name: &str, client: ClientId) {
        self.build_in(name);
        if let Some(slot) = self.names.find(name) {
            self.known(slot).client = Some(client);
        }
    }

    /// The client with this name.
    pub(super) fn client(&self, name: &str) -> Option<ClientId> {
        let slot = self.names.find(name)?;
        self.known.get(usize::from(slot.0))?.client
    }

    /// Whether a name is built in.
    pub(super) fn is_built_in(&self, name: &str) -> bool {
        let slot = self.names.find(name);
        slot.and_then(|slot| self.known.get(usize::from(slot.0)))
            .is_some_and(|known| known.built_in)
    }

    /// Moves the clock on to the next var or step.
    pub(super) fn tick(&mut self) {
        self.clock = self.clock.saturating_add(1);
    }

    /// A block begins that is played in rounds.
    pub(super) fn begin_rounds(&mut self) {
        self.loops += 1;
    }

    /// It ends: what a later round may read, a step behind it in the file may have set.
    pub(super) fn end_rounds(&mut self) {
        self.loops = self.loops.saturating_sub(1);
        if self.loops > 0 || self.later_rounds.is_empty() {
            return;
        }
        self.tick();
        for at in self.later_rounds.drain(..) {
            if let Some(read) = self.reads.get_mut(at) {
                read.at = read.at.max(self.clock);
            }
        }
    }

    /// Notes that a name is read here; `asks`: by an expression that asks whether it is set.
    pub(super) fn read(&mut self, slot: SlotId, span: Span, asks: bool) {
        let at = if self.anytime { u32::MAX } else { self.clock };
        if self.loops > 0 && (asks || self.guarded) {
            self.later_rounds.push(self.reads.len());
        }
        self.known(slot).read = true;
        self.reads.push(Read { slot, span, at });
    }

    /// Notes that a name is set here.
    pub(super) fn set(&mut self, slot: SlotId, setter: Setter) {
        let (clock, named) = (self.clock, self.named);
        let known = self.known(slot);
        known.set.get_or_insert((clock, setter));
        known.place.get_or_insert(named);
        if let Some(branches) = &mut self.branches {
            branches.set(slot, setter == Setter::Index, self.named);
        }
    }

    /// Notes that a step connects this client: from here on it has values, in the step too.
    pub(super) fn connects(&mut self, client: &str) {
        let Some(slot) = self.names.find(client) else {
            return;
        };
        if self.branches.is_some() {
            self.connected_at_once.push(slot);
            return;
        }
        let clock = self.clock;
        self.known(slot).set.get_or_insert((clock, Setter::Connect));
        self.tick();
    }

    /// A `parallel` is over: the clients that it has connected have values.
    pub(super) fn end_branches(&mut self) {
        for slot in std::mem::take(&mut self.connected_at_once) {
            let clock = self.clock;
            self.known(slot).set.get_or_insert((clock, Setter::Connect));
        }
    }

    /// The name with this number.
    pub(super) fn name(&self, slot: SlotId) -> &str {
        self.names.name(slot)
    }

    /// The reads from a place on that another branch than this one sets; they are not looked at again.
    pub(super) fn foreign_reads(
        &mut self,
        reads: std::ops::Range<usize>,
        branch: u32,
        branches: &Branches,
    ) -> Vec<(SlotId, Span)> {
        let reads = self.reads.get_mut(reads).unwrap_or_default();
        let mut found = Vec::new();
        for read in reads {
            if branches.sets_elsewhere(read.slot, branch) {
                read.at = u32::MAX;
                found.push((read.slot, read.span));
            }
        }
        found
    }

    /// Notes that a name belongs to the fragment that is being read, or does no more.
    pub(super) fn make_local(&mut self, slot: SlotId, local: bool) {
        self.known(slot).local = local;
    }

    /// Whether a name belongs to the fragment that is being read.
    fn is_local(&self, name: &str) -> bool {
        let slot = self.names.find(name);
        slot.and_then(|slot| self.known.get(usize::from(slot.0)))
            .is_some_and(|known| known.local)
    }

    /// Notes that one of the cases sets a name.
    pub(super) fn set_in_case(&mut self, slot: SlotId) {
        let named = self.named;
        let known = self.known(slot);
        known.cases += 1;
        known.place.get_or_insert(named);
    }

    /// Where the name stands that is to be set.
    pub(super) fn named(&self) -> Span {
        self.named
    }

    /// Says where the name stands that is to be set.
    pub(super) fn name_at(&mut self, span: Span) {
        self.named = span;
    }

    /// Whether a name is read, of the reads noted after the first `noted`.
    pub(super) fn is_read_since(&self, noted: usize, slot: SlotId) -> bool {
        let reads = self.reads.get(noted..).unwrap_or_default();
        reads.iter().any(|read| read.slot == slot)
    }

    /// The names that the scenario's own file sets and nothing reads, each with the place where it is first set. Those
    /// that a fragment sets may be for others who include it.
    pub(super) fn unused(&self) -> impl Iterator<Item = (&str, Span, Option<Setter>)> {
        let known = self.known.iter().enumerate();
        known.filter_map(|(slot, known)| {
            let slot = u16::try_from(slot).ok()?;
            let place = known.place.filter(|_| !known.read && !known.built_in)?;
            let setter = known.set.map(|(_, setter)| setter);
            let here = place.file == 0 || setter == Some(Setter::With);
            here.then(|| (self.names.name(SlotId(slot)), place, setter))
        })
    }

    /// Whether a value of a client is read.
    pub(super) fn reads_a_client(&self) -> bool {
        self.reads.iter().any(|read| {
            let known = self.known.get(usize::from(read.slot.0));
            known.is_some_and(|known| known.client.is_some())
        })
    }

    /// The built-in names that are read.
    pub(super) fn built_in_reads(&self) -> Vec<(&'static str, SlotId)> {
        let slots = BUILT_IN
            .iter()
            .filter_map(|name| Some((*name, self.names.find(name)?)));
        slots
            .filter(|(_, slot)| {
                let known = self.known.get(usize::from(slot.0));
                known.is_some_and(|known| known.read)
            })
            .collect()
    }

    /// How many reads of names have been noted.
    pub(super) fn reads(&self) -> usize {
        self.reads.len()
    }

    /// Forgets the reads of these names, of those noted after the first `noted`: they have their values from elsewhere.
    pub(super) fn forget_reads(&mut self, noted: usize, names: &[SlotId]) {
        let mut at = 0;
        self.reads.retain(|read| {
            at += 1;
            at <= noted || !names.contains(&read.slot)
        });
    }

    fn known(&mut self, slot: SlotId) -> &mut Known {
        let at = usize::from(slot.0);
        if self.known.len() <= at {
            self.known.resize(at + 1, Known::default());
        }
        &mut self.known[at]
    }

    /// What is wrong with names that are read and have no value then, and how many more such names there are: finding
    /// words for each takes its time.
    ///
    /// `run` are the names that the run sets; `cases` the cases, each with its place.
    pub(super) fn unset_reads(
        &self,
        run: &[String],
        cases: &[(Span, Case)],
    ) -> (Vec<Diagnostic>, usize) {
        let (mut found, mut more) = (Vec::new(), 0);
        let mut lacking = HashSet::new();
        let mut nearest = HashMap::new();
        for read in &self.reads {
            let known = self.known.get(usize::from(read.slot.0));
            let known = known.copied().unwrap_or_default();
            let name = self.names.name(read.slot);
            if known.has_value(read.at, cases.len()) || run.iter().any(|var| var == name) {
                continue;
            }
            if found.len() >= MAX_MISTAKES {
                more += 1;
            } else if known.client.is_some() {
                found.push(client_value(read.span, name, known.set.is_some()));
            } else if known.cases > 0 {
                if lacking.insert(read.slot) {
                    found.push(missing_in_case(read.slot, name, cases));
                }
            } else if let Some((_, setter)) = known.set {
                found.push(too_early(read.span, name, setter));
            } else if !self.cases_unknown && !known.refused {
                let near = nearest.entry(read.slot);
                let near = *near.or_insert_with(|| self.nearest(name, run));
                found.push(undefined(read.span, name, near));
            }
        }
        (found, more)
    }

    /// The name with a value that `name` was probably meant to be.
    fn nearest<'n>(&'n self, name: &str, run: &'n [String]) -> Option<&'n str> {
        let defined = |known: &Known| known.built_in || known.set.is_some() || known.cases > 0;
        let known = self.known.iter().enumerate();
        let names = known
            .filter(|(_, known)| defined(known))
            .filter_map(|(slot, _)| u16::try_from(slot).ok())
            .map(|slot| self.names.name(SlotId(slot)))
            .chain(run.iter().map(String::as_str));
        keys::nearest(name, names)
    }
}

impl Known {
    /// Whether it has a value at this time on the clock, in each of so many cases.
    fn has_value(&self, at: u32, cases: usize) -> bool {
        self.set.is_some_and(|(set, _)| set < at)
            || self.built_in && self.client.is_none()
            || self.cases > 0 && self.cases == cases
    }
}

fn undefined(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("nothing defines {}", quoted(name));
    let found = Diagnostic::error(code::UNDEFINED_NAME, span, message);
    if WORDS.contains(&name) {
        return found
            .label("a word of the template language, and no name")
            .help(OTHER_NAME);
    }
    let found = found.label("not a var, not a capture, not a column of the cases");
    found.help(match near {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!(
            "define it in `vars`, capture it in an earlier step, or give it with --var {name}=VALUE"
        ),
    })
}

fn client_value(span: Span, name: &str, is_set: bool) -> Diagnostic {
    let shown = quoted(name);
    let message = match is_set {
        true => format!("{shown} is read before that client is connected"),
        false => format!("{shown} is read, and that client never connects"),
    };
    Diagnostic::error(code::NAME_TOO_EARLY, span, message)
        .label("has values once it is connected")
        .help(format!(
            "a client connects before its first step; connect it earlier: {{ \"as\": \"{name}\", \"connect\": true }}"
        ))
}

fn too_early(span: Span, name: &str, setter: Setter) -> Diagnostic {
    let found = Diagnostic::error(
        code::NAME_TOO_EARLY,
        span,
        format!("{} is read before it is set", quoted(name)),
    );
    match setter {
        Setter::Var => found
            .label("it has no value yet")
            .help("a var may use those that stand before it"),
        Setter::Capture(step) => found.label(format!("captured by step {step}, not before it")),
        Setter::Set(step) => found.label(format!("set by step {step}, not before it")),
        // Clients have words of their own.
        Setter::Connect => found.label("known once the client is connected"),
        Setter::With => found.label("it is given to a fragment"),
        Setter::Index => found.label("it counts the rounds of a later `repeat`"),
    }
}

fn missing_in_case(slot: SlotId, name: &str, cases: &[(Span, Case)]) -> Diagnostic {
    let lacks = |case: &Case| !case.values.iter().any(|(id, _)| *id == slot);
    let first = cases.iter().find(|(_, case)| lacks(case));
    let span = first.map(|(span, _)| *span).unwrap_or_default();
    let message = format!("this case does not give {}, which is read", quoted(name));
    Diagnostic::error(code::UNDEFINED_NAME, span, message)
        .label("other cases give it")
        .help("give it here too, or give it a value for all cases in `vars`")
}

impl<'a> Reader<'a> {
    /// A name that the file gives to a value, with its number.
    pub(super) fn new_name(&mut self, given: Given<'_, 'a>) -> Option<SlotId> {
        let literal = self.string(given, given.key.form)?;
        self.name_to_set(&literal.value, json::span_of(literal))
    }

    /// The number of a name that is to be set.
    pub(super) fn name_to_set(&mut self, name: &str, span: Span) -> Option<SlotId> {
        let fault = if !is_name(name) {
            Some(("a name is made of letters, digits and `_`", None))
        } else if WORDS.contains(&name) {
            if let Some(slot) = self.scope.names.intern(name) {
                self.scope.known(slot).refused = true;
            }
            Some((
                "a word of the template language",
                Some(OTHER_NAME.to_owned()),
            ))
        } else if self.scope.client(name).is_some() {
            Some((
                "the name of a client",
                Some(if name == DEFAULT_NAME && self.clients.len() == 1 {
                    "the one client of a file without `clients` is named `client`, and templates keep the \
                     names of clients for their values; choose another name"
                        .to_owned()
                } else {
                    "templates keep the names of clients for their values; choose another name"
                        .to_owned()
                }),
            ))
        } else if self.scope.is_local(name) {
            Some((
                "given to this fragment by `with`",
                Some(
                    "what is set in a fragment counts outside too; choose another name".to_owned(),
                ),
            ))
        } else if self.scope.is_built_in(name) {
            let names = BUILT_IN.iter().copied();
            Some((
                "a built-in name",
                Some(format!(
                    "built in are {}, and the names of the clients",
                    listed(names, "and")
                )),
            ))
        } else {
            None
        };
        self.scope.named = span;
        if let Some((label, help)) = fault {
            let message = format!("{} cannot be set", quoted(name));
            let mut found = Diagnostic::error(code::BAD_NAME, span, message).label(label);
            found.help = help;
            self.report(found);
            return None;
        }
        let slot = self.scope.names.intern(name);
        if slot.is_none() {
            let message = format!("the file has more than {} names", Names::MAX);
            self.too_much(span, message);
        }
        slot
    }

    /// The name of the number of a `repeat`'s rounds.
    pub(super) fn index_name(&mut self, given: Option<Given<'_, 'a>>) -> Option<SlotId> {
        let explicit = given.filter(|given| !is_string(given, INDEX));
        match explicit {
            Some(given) => self.new_name(given),
            None => self.scope.names.intern(INDEX),
        }
    }
}

/// The name of the number of a round where the file gives none.
const INDEX: &str = "index";

fn is_string(given: &Given<'_, '_>, text: &str) -> bool {
    let string = given.value.as_string_lit();
    string.is_some_and(|literal: &StringLit<'_>| literal.value == text)
}

/// Whether templates can read a name: a letter or `_`, then letters, digits and `_`.
pub(super) fn is_name(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
