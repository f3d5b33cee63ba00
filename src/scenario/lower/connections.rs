//! Steps that cannot work because of what the steps before them did to their connection.
//!
//! Only what is certain in every run is reported: a block that may be played no times, or in which a connection may be
//! in two states, leaves its clients unknown.

use std::collections::HashMap;

use super::super::{
    BlockId, ClientId, CloseHow, ConnectAs, Diagnostic, Span, Step, TlsAs, Verb, code,
};
use super::reader::Reader;

/// What is known of a client's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not connected yet: it connects by itself before its first step.
    Fresh,
    /// Connected, unless the peer has ended it.
    Open,
    /// Connected, and its write half is shut.
    HalfClosed,
    /// Closed: only `connect` opens it again.
    Closed,
    /// Nothing is known.
    Unknown,
}

/// A client that several blocks use which are played at the same time.
struct Shared {
    client: ClientId,
    /// What is known before these blocks, and after them.
    before: State,
    after: State,
    /// The blocks that open, end or secure its connection.
    changing: Vec<BlockId>,
}

impl Shared {
    /// Whether what is known of the connection is known in this block.
    fn is_known_in(&self, block: BlockId) -> bool {
        match self.changing[..] {
            [] => true,
            [only] => only == block,
            _ => false,
        }
    }
}

impl Reader<'_> {
    /// Reports the steps that cannot work.
    pub(super) fn check_connections(&mut self, finally: Option<BlockId>) {
        let mut found = Vec::new();
        let fresh = vec![State::Fresh; self.clients.len()];
        let steps = (!self.blocks.is_empty() && finally != Some(BlockId(0))).then_some(BlockId(0));
        for block in steps.into_iter().chain(finally) {
            self.check_block(block, false, &mut fresh.clone(), &mut found);
        }
        for diagnostic in found {
            self.report(diagnostic);
        }
    }

    /// Goes through a block; `again`: as a later round, so that blocks inside of it need no second look.
    fn check_block(
        &self,
        id: BlockId,
        again: bool,
        states: &mut [State],
        found: &mut Vec<Diagnostic>,
    ) {
        for step in self.steps_of(id) {
            if let Verb::Retry { block, .. } | Verb::Include { block, .. } = &step.verb {
                // The round that passes begins as the first did, as far as that can be had.
                match step.when {
                    Some(_) => self.forget(*block, states),
                    None => self.check_block(*block, again, states, found),
                }
            } else if let Verb::Parallel(blocks) = &step.verb {
                match step.when {
                    Some(_) => blocks.iter().for_each(|block| self.forget(*block, states)),
                    None => self.check_branches(blocks, again, states, found),
                }
            } else if let Verb::Repeat { block, times, .. } = &step.verb {
                match times.known() {
                    _ if step.when.is_some() => self.forget(*block, states),
                    None => self.forget(*block, states),
                    Some(0) => {}
                    Some(rounds) => {
                        let before = found.len();
                        self.check_block(*block, again, states, found);
                        // The first round begins as the steps before the block left things, a later one as the block
                        // leaves them itself.
                        if rounds > 1 && !again && found.len() == before {
                            self.check_block(*block, true, states, found);
                        }
                    }
                }
            } else if let Some(state) = states.get_mut(usize::from(step.client.0))
                && step.needs_client()
            {
                if step.when.is_some() {
                    *state = maybe_after(step, *state);
                    continue;
                }
                *state = after(step, *state).unwrap_or_else(|(message, label)| {
                    found.push(self.cannot_work(step.span, step.client, message, label));
                    State::Unknown
                });
            }
        }
    }

    /// Goes through blocks that are played at the same time.
    ///
    /// Of a client that several of them use, what was known stays known where no step of theirs changes it, and in the only block that
    /// does; in the others, and where several do, nothing is known.
    fn check_branches(
        &self,
        blocks: &[BlockId],
        again: bool,
        states: &mut [State],
        found: &mut Vec<Diagnostic>,
    ) {
        let mut users = HashMap::new();
        for block in blocks {
            let mut clients = Vec::new();
            self.add_clients(*block, &mut clients);
            clients.sort_unstable();
            clients.dedup();
            for client in clients {
                *users.entry(client).or_insert(0_usize) += 1;
            }
        }
        let mut shared: Vec<_> = users
            .into_iter()
            .filter(|(_, users)| *users > 1)
            .map(|(client, _)| Shared {
                client,
                before: of(states, client),
                after: State::Unknown,
                changing: (blocks.iter().copied())
                    .filter(|block| self.changes(*block, client))
                    .collect(),
            })
            .collect();
        for block in blocks {
            for one in &shared {
                let known = one.is_known_in(*block).then_some(one.before);
                set(states, one.client, known.unwrap_or(State::Unknown));
            }
            self.check_block(*block, again, states, found);
            for one in shared.iter_mut().filter(|one| one.is_known_in(*block)) {
                one.after = of(states, one.client);
            }
        }
        for one in &shared {
            set(states, one.client, one.after);
        }
    }

    /// Whether a step of this block, or of one in it, opens, ends or secures the connection of a client.
    fn changes(&self, id: BlockId, client: ClientId) -> bool {
        self.steps_of(id).iter().any(|step| {
            let changes = matches!(
                step.verb,
                Verb::Connect { .. }
                    | Verb::Close(_)
                    | Verb::StartTls { .. }
                    | Verb::ExpectClose {
                        stay_open: false,
                        ..
                    }
            );
            changes && step.client == client
                || (step.verb.blocks().iter()).any(|block| self.changes(*block, client))
        })
    }

    /// Forgets what is known of the clients of a block that may be played any number of times.
    fn forget(&self, id: BlockId, states: &mut [State]) {
        for step in self.steps_of(id) {
            for block in step.verb.blocks() {
                self.forget(*block, states);
            }
            if let Some(state) = states.get_mut(usize::from(step.client.0))
                && step.needs_client()
            {
                *state = State::Unknown;
            }
        }
    }

    pub(super) fn steps_of(&self, id: BlockId) -> &[Step] {
        let block = usize::try_from(id.0)
            .ok()
            .and_then(|at| self.blocks.get(at));
        block.map_or(&[], |block| &block.steps)
    }

    fn cannot_work(
        &self,
        span: Span,
        client: ClientId,
        message: &str,
        label: &'static str,
    ) -> Diagnostic {
        let client = self.clients.get(usize::from(client.0));
        let name = client.map_or("client", |client| &client.name);
        let found = Diagnostic::error(code::CONNECTION, span, format!("`{name}` {message}"));
        let found = found.label(label);
        if label == AGAIN {
            found.help("connect again before it: { \"connect\": true }")
        } else {
            found
        }
    }
}

/// What is known of a client.
fn of(states: &[State], client: ClientId) -> State {
    let state = states.get(usize::from(client.0));
    state.copied().unwrap_or(State::Unknown)
}

/// Notes what is known of a client.
fn set(states: &mut [State], client: ClientId, state: State) {
    if let Some(known) = states.get_mut(usize::from(client.0)) {
        *known = state;
    }
}

/// The label of a step that needs a connection that has been closed.
const AGAIN: &str = "closed by an earlier step";

/// The state after a step that may be left out, and is not played where it cannot work.
fn maybe_after(step: &Step, state: State) -> State {
    match after(step, state) {
        Ok(after) if after != state => State::Unknown,
        _ => state,
    }
}

/// The state after a step; or why it cannot work in this one: message and label.
fn after(step: &Step, state: State) -> Result<State, (&'static str, &'static str)> {
    let sends = matches!(step.verb, Verb::Send { .. } | Verb::Probe { .. });
    let connects = matches!(step.verb, Verb::Connect { .. });
    match state {
        State::Closed if !connects => return Err(("has no connection any more", AGAIN)),
        State::Open | State::HalfClosed if connects => {
            return Err((
                "is connected already",
                "a client connects by itself before its first step",
            ));
        }
        State::HalfClosed if matches!(step.verb, Verb::StartTls { .. }) => {
            return Err((
                "cannot begin TLS any more",
                "an earlier `close: \"write\"` ended its side",
            ));
        }
        State::HalfClosed if sends => {
            return Err((
                "cannot send any more",
                "an earlier `close: \"write\"` ended its side",
            ));
        }
        _ => {}
    }
    Ok(match &step.verb {
        Verb::Connect {
            must: ConnectAs::Open,
            ..
        } => State::Open,
        Verb::Connect { .. }
        | Verb::StartTls {
            must: TlsAs::Refused,
            ..
        } => State::Closed,
        Verb::Close(CloseHow::Write) => State::HalfClosed,
        Verb::Close(_) => State::Closed,
        Verb::ExpectClose {
            stay_open: false, ..
        } => State::Closed,
        _ if state == State::Fresh => State::Open,
        _ => state,
    })
}
