//! A conversation played without a server: the peer says what the next step expects, as far as that can be said.
//!
//! So a scenario for any server, also for one that is not there, tells what its clients send and hear.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;

use crate::player::{Action, Deed, Player, Setting};
use crate::scenario::{ClientId, Scenario, Value};
use crate::time::Time;

/// How many steps are played at most, rounds counted: 10,000.
const MAX_STEPS: u64 = 10_000;

/// How many bytes one message may have: 64 KiB. A longer one ends the conversation.
const MAX_PAYLOAD: usize = 64 << 10;

/// How many bytes are kept of a conversation: 1 MiB. What goes past it ends the conversation.
const MAX_KEPT: usize = 1 << 20;

/// One connection of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) client: ClientId,
    /// What the client sent, a write each.
    pub(super) sent: Vec<Vec<u8>>,
    /// What it heard.
    pub(super) heard: Vec<u8>,
    /// Whether the client was the one to end it, without a reset.
    pub(super) ended: bool,
    peer_ended: bool,
}

/// Plays a case; its connections in the order in which they came about.
pub(super) fn talk(scenario: &Scenario, id: &str, case: usize) -> Vec<Spoken> {
    let script = &scenario.script;
    let mut talk = Talk {
        player: Player::new(Arc::clone(script), setting(scenario, id, case)),
        now: Time::ZERO,
        spoken: Vec::new(),
        current: vec![None; script.clients.len()],
        kept: 0,
        full: false,
        helped: HashSet::new(),
    };
    talk.play();
    talk.spoken
}

fn setting(scenario: &Scenario, id: &str, case: usize) -> Setting {
    let row = scenario.cases.get(case);
    let label = row.and_then(|row| row.label.as_deref()).unwrap_or_default();
    let target = BTreeMap::from([
        ("host", Value::from("localhost")),
        ("port", Value::from(1234)),
    ]);
    Setting {
        builtins: vec![
            ("scenario", Value::from(id)),
            ("case", Value::from(label)),
            ("index", Value::from(case)),
            ("run_id", Value::from("0")),
            ("seed", Value::from(0)),
            ("target", Value::from(target)),
        ],
        case: row.map(|row| row.values.clone()).unwrap_or_default(),
        max_steps: MAX_STEPS,
        max_payload: MAX_PAYLOAD,
        ..Setting::default()
    }
}

struct Talk {
    player: Player,
    now: Time,
    spoken: Vec<Spoken>,
    /// The connection of each client, as an index into `spoken`.
    current: Vec<Option<usize>>,
    /// How many bytes have been kept.
    kept: usize,
    /// Whether no more are.
    full: bool,
    /// The steps that were helped to pass.
    helped: HashSet<u64>,
}

impl Talk {
    fn play(&mut self) {
        loop {
            while let Some(action) = self.player.poll_action(self.now).filter(|_| !self.full) {
                self.act(action);
            }
            if self.full || self.player.verdict().is_some() {
                return;
            }
            if self.help() {
                continue;
            }
            // Nothing else happens here: the clock goes on to where something does.
            let Some(due) = self.player.poll_timeout() else {
                return;
            };
            self.now = due.max(self.now);
            self.player.handle_timeout(self.now);
        }
    }

    fn act(&mut self, action: Action) {
        let now = self.now;
        match action {
            Action::Connect(client) => match self.wanted_by(client) {
                Some(Deed::Refuse(why)) => self.player.handle_refused(client, why, now),
                _ => {
                    let new = self.spoken.len();
                    self.spoken.push(Spoken {
                        client,
                        sent: Vec::new(),
                        heard: Vec::new(),
                        ended: false,
                        peer_ended: false,
                    });
                    if let Some(current) = self.current.get_mut(usize::from(client.0)) {
                        *current = Some(new);
                    }
                    self.player.handle_connected(client, "nobody", now);
                }
            },
            Action::Upgrade(client) => match self.wanted_by(client) {
                Some(Deed::Refuse(why)) => self.player.handle_not_secured(client, why, now),
                _ => self.player.handle_secured(client, "nobody", now),
            },
            Action::Write(client) => {
                if self.keeps(self.player.outbox(client).len()) {
                    let bytes = self.player.outbox(client).to_vec();
                    if let Some(spoken) = self.spoken(client) {
                        spoken.sent.push(bytes);
                    }
                }
                self.player.handle_written(client, now);
            }
            Action::Shutdown(client) | Action::Close(client) => {
                if let Some(spoken) = self.spoken(client) {
                    spoken.ended = !spoken.peer_ended;
                }
            }
            Action::Reset(_) => {}
        }
    }

    /// Does what lets the step pass that waits. False: there is nothing, or it did not help.
    fn help(&mut self) -> bool {
        let mut wanted = self.player.wanted().into_iter();
        let Some(wanted) = wanted.find(|wanted| !self.helped.contains(&wanted.step)) else {
            return false;
        };
        self.helped.insert(wanted.step);
        match wanted.deed {
            Deed::Say(bytes) => {
                if self.keeps(bytes.len())
                    && let Some(spoken) = self.spoken(wanted.client)
                {
                    spoken.heard.extend_from_slice(&bytes);
                }
                (self.player).handle_received(wanted.client, &bytes, self.now);
            }
            Deed::End(how) => {
                if let Some(spoken) = self.spoken(wanted.client) {
                    spoken.peer_ended = true;
                }
                self.player.handle_ended(wanted.client, how, self.now);
            }
            Deed::Refuse(why) => self.player.handle_refused(wanted.client, why, self.now),
        }
        true
    }

    /// What would let the step of a client pass that waits.
    fn wanted_by(&self, client: ClientId) -> Option<Deed> {
        let mut wanted = self.player.wanted().into_iter();
        wanted
            .find(|wanted| wanted.client == client)
            .map(|wanted| wanted.deed)
    }

    fn spoken(&mut self, client: ClientId) -> Option<&mut Spoken> {
        let current = (*self.current.get(usize::from(client.0))?)?;
        self.spoken.get_mut(current)
    }

    /// Whether so many bytes more may be kept.
    fn keeps(&mut self, bytes: usize) -> bool {
        self.full |= bytes > MAX_KEPT - self.kept;
        if !self.full {
            self.kept += bytes;
        }
        !self.full
    }
}
