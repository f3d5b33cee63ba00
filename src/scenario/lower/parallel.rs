//! `parallel`: lists of steps that are played at the same time, and what therefore cannot stand in two of them.

use std::collections::HashMap;

use super::super::json::Value;
use super::super::keys::Form;
use super::super::{BlockId, ClientId, CloseHow, Diagnostic, SlotId, Span, Step, Verb, code};
use super::fields::{Fields, Given, quoted};
use super::reader::Reader;

/// How many lists of steps a `parallel` may have: 256. Each is looked at whenever something arrives.
pub const MAX_BRANCHES: usize = 256;

/// What the branches of a `parallel` set.
#[derive(Debug, Default)]
pub(super) struct Branches {
    /// The branch being read, from 1.
    now: u32,
    /// By name: which branch sets it, and whether only as the number of a round. Each once.
    setters: HashMap<SlotId, Vec<(u32, bool)>>,
    /// Names that a second branch sets, each time with its place and the first branch.
    clashes: Vec<(SlotId, Span, u32)>,
}

/// What the branches of a `parallel` do with the connections of clients.
#[derive(Debug, Default)]
struct Sides {
    /// By client and side: the branch that has it, and the last one that was told so.
    taken: HashMap<(ClientId, Side), (u32, u32)>,
    /// What a second branch does, with the branch that has that side.
    found: Vec<(ClientId, Span, Side, u32)>,
    /// Each `close` of a whole connection, with its branch.
    closes: Vec<(ClientId, Span, u32)>,
}

/// What a step does with its client's connection: a side belongs to one branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    Sends,
    Expects,
}

impl Branches {
    /// Notes that the branch being read sets a name; `is_index`: as the number of a round, which is its own.
    pub(super) fn set(&mut self, slot: SlotId, is_index: bool, span: Span) {
        let here = (self.now, is_index);
        let setters = self.setters.entry(slot).or_default();
        if setters.contains(&here) {
            return;
        }
        let clash = |(branch, index): &&(u32, bool)| *branch != self.now && !(*index && is_index);
        if let Some((first, _)) = setters.iter().find(clash) {
            self.clashes.push((slot, span, *first));
        }
        setters.push(here);
    }

    /// Whether another branch than this one sets a name.
    pub(super) fn sets_elsewhere(&self, slot: SlotId, branch: u32) -> bool {
        self.setters.get(&slot).is_some_and(|setters| {
            let mut setters = setters.iter();
            setters.any(|(setter, is_index)| *setter != branch && !is_index)
        })
    }
}

impl<'a> Reader<'a> {
    /// The value of `parallel`.
    pub(super) fn parallel(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
    ) -> Option<Verb> {
        let Value::Array(array) = given.value else {
            self.wrong_type(given, Form::Branches);
            return None;
        };
        if array.elements.len() > MAX_BRANCHES {
            let message = format!("`parallel` has at most {MAX_BRANCHES} lists of steps");
            self.too_much(given.span(), message);
            return None;
        }
        if array.elements.len() < 2 {
            let label = match array.elements.is_empty() {
                true => "empty",
                false => "this is one list, with nothing beside it",
            };
            let message = "`parallel` needs at least two lists of steps";
            self.report(
                Diagnostic::error(code::EMPTY, given.span(), message)
                    .label(label)
                    .help("steps that are played one after the other stand in `steps` as they are"),
            );
        }
        if self.scope.branches.is_some() {
            self.report(
                Diagnostic::error(
                    code::AT_ONCE,
                    given.name,
                    "a `parallel` cannot stand in another one",
                )
                .label("in a list of steps that is played at the same time as others")
                .help("put its lists of steps beside those of the outer one"),
            );
            return None;
        }
        let around = self.default_client_of(fields);
        self.scope.branches = Some(Branches::default());
        let mut read = Vec::with_capacity(array.elements.len());
        for (number, element) in (1..).zip(&array.elements) {
            if let Some(branches) = &mut self.scope.branches {
                branches.now = number;
            }
            let first = self.scope.reads();
            let block = self.steps(given.element(element));
            read.push((number, block, first..self.scope.reads()));
        }
        self.default_client = around;
        let branches = self.scope.branches.take().unwrap_or_default();
        self.scope.end_branches();
        for (slot, span, first) in &branches.clashes {
            let message = format!(
                "{} is set in two lists that are played at the same time",
                quoted(self.scope.name(*slot))
            );
            self.report(
                Diagnostic::error(code::AT_ONCE, *span, message)
                    .label(format!("list {first} sets it too"))
                    .help("give it another name here"),
            );
        }
        for (number, _, reads) in &read {
            for (slot, span) in self.scope.foreign_reads(reads.clone(), *number, &branches) {
                let message = format!(
                    "{} is set by another list that is played at the same time",
                    quoted(self.scope.name(slot))
                );
                self.report(
                    Diagnostic::error(code::AT_ONCE, span, message)
                        .label("nobody knows whether it is set already")
                        .help("read it in a step after the `parallel`"),
                );
            }
        }
        let blocks: Option<Box<[BlockId]>> = read.iter().map(|(_, block, _)| *block).collect();
        let blocks = blocks?;
        self.check_sides(&blocks);
        Some(Verb::Parallel(blocks))
    }

    /// Reports what a client does in two branches.
    fn check_sides(&mut self, blocks: &[BlockId]) {
        let mut sides = Sides::default();
        for (branch, block) in (1..).zip(blocks) {
            self.add_sides(*block, false, branch, &mut sides);
        }
        for (client, span, side, first) in sides.found {
            let name = self.client_name(client);
            let does = match side {
                Side::Sends => "sends",
                Side::Expects => "expects",
            };
            let message = format!("`{name}` {does} in two lists that are played at the same time");
            self.report(
                Diagnostic::error(code::AT_ONCE, span, message)
                    .label(format!(
                        "list {first} has its {}",
                        match side {
                            Side::Sends => "sends, or closes or connects it",
                            Side::Expects => "expectations",
                        }
                    ))
                    .help("put what one client sends in one list, and what it expects in one"),
            );
        }
        for (client, span, branch) in sides.closes {
            let reader = sides.taken.get(&(client, Side::Expects));
            let Some((reader, _)) = reader.filter(|(reader, _)| *reader != branch) else {
                continue;
            };
            let name = self.client_name(client);
            let message = format!("`{name}` is closed while another list waits for its replies");
            self.report(
                Diagnostic::error(code::AT_ONCE, span, message)
                    .label(format!("nobody knows what list {reader} has got by then"))
                    .help(
                        "end only its sends here, { \"close\": \"write\" }, or close it after the `parallel`",
                    ),
            );
        }
    }

    /// Notes whose sides the steps of a block take; `both`: whatever they do, because they are played again.
    fn add_sides(&self, block: BlockId, both: bool, branch: u32, sides: &mut Sides) {
        for step in self.steps_of(block) {
            let both = both || matches!(step.verb, Verb::Retry { .. });
            for inner in step.verb.blocks() {
                self.add_sides(*inner, both, branch, sides);
            }
            if !step.needs_client() {
                continue;
            }
            if matches!(step.verb, Verb::Close(how) if how != CloseHow::Write) {
                sides.closes.push((step.client, step.span, branch));
            }
            let taken = if both { BOTH } else { sides_of(step) };
            for side in taken {
                let (first, told) = sides
                    .taken
                    .entry((step.client, *side))
                    .or_insert((branch, branch));
                if *first != branch && *told != branch {
                    *told = branch;
                    let found = (step.client, step.span, *side, *first);
                    sides.found.push(found);
                    break;
                }
            }
        }
    }

    /// The name of a client.
    fn client_name(&self, client: ClientId) -> &str {
        let client = self.clients.get(usize::from(client.0));
        client.map_or("client", |client| &client.name)
    }
}

const BOTH: &[Side] = &[Side::Sends, Side::Expects];

/// Which sides of its client's connection a step takes.
fn sides_of(step: &Step) -> &'static [Side] {
    match &step.verb {
        Verb::Send { .. } | Verb::Close(_) | Verb::Connect { .. } => &[Side::Sends],
        Verb::Expect { .. }
        | Verb::ExpectAnyOrder(_)
        | Verb::SkipUntil(_)
        | Verb::ExpectClose { .. }
        | Verb::ExpectSilence(_) => &[Side::Expects],
        // A probe does both, and what others do with the connection would be taken for a broken silence.
        _ => BOTH,
    }
}
