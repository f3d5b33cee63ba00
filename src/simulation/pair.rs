//! The in-memory network between a player and the sessions its clients face.

use std::sync::Arc;

use thiserror::Error;

use crate::player::{Action, Ending, Player};
use crate::scenario::{ClientId, ConnectAs, Scenario, Verb};
use crate::session::{Config, Session};
use crate::time::Time;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toward {
    /// From a client to its session.
    Session,
    /// From a session to its client.
    Client,
}

/// A scenario that needs what a session in memory lacks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0} cannot be simulated: it needs real sockets")]
pub struct Unsupported(pub &'static str);

impl Unsupported {
    /// Why a scenario cannot be simulated, if it cannot.
    pub fn in_scenario(scenario: &Scenario) -> Option<Self> {
        let limited = scenario
            .server
            .as_ref()
            .is_some_and(|server| server.max_connections.is_some());
        if limited {
            return Some(Self("a limit on connections"));
        }
        let mut steps = scenario.script.blocks.iter().flat_map(|block| &block.steps);
        let refused = steps.any(|step| {
            matches!(
                step.verb,
                Verb::Connect(ConnectAs::Refused | ConnectAs::Unreachable)
            )
        });
        refused.then_some(Self("a connection that does not come about"))
    }
}

/// Plays a script to its verdict against sessions of this configuration; the time it took on the virtual clock.
pub fn play(player: &mut Player, config: &Arc<Config>) -> Time {
    play_in_pieces(player, config, |_, len| len)
}

/// As [`play`], with the bytes that travel cut: `cut` says how many of the `len` bytes under way arrive next (1 to `len`; the
/// rest comes after them).
///
/// In raw, what a session is handed at once is one message: bytes toward it are then never cut here.
pub fn play_in_pieces(
    player: &mut Player,
    config: &Arc<Config>,
    mut cut: impl FnMut(Toward, usize) -> usize,
) -> Time {
    let mut network = Network {
        config,
        now: Time::ZERO,
        wires: player
            .script()
            .clients
            .iter()
            .map(|_| Wire::default())
            .collect(),
    };
    loop {
        while let Some(action) = player.poll_action(network.now) {
            network.act(action, player);
        }
        if player.verdict().is_some() {
            return network.now;
        }
        if network.carry(player, &mut cut) || network.wake_sessions() {
            continue;
        }
        network.pass_time(player);
    }
}

/// The connections of all clients.
struct Network<'a> {
    config: &'a Arc<Config>,
    now: Time,
    wires: Vec<Wire>,
}

/// One client's connection.
#[derive(Default)]
struct Wire {
    /// Kept from one connection of the client to the next, for its buffers.
    session: Option<Session>,
    open: bool,
    /// Bytes on their way to the session.
    sent: Vec<u8>,
    /// The client has sent FIN.
    fin: Fin,
    /// The session's end has been told to the client.
    over: bool,
}

/// The client's FIN.
#[derive(Default, PartialEq, Eq)]
enum Fin {
    #[default]
    Unsent,
    /// It arrives after the bytes that are on their way.
    Sent,
    Arrived,
}

impl Network<'_> {
    fn wire(&mut self, client: ClientId) -> Option<&mut Wire> {
        self.wires.get_mut(usize::from(client.0))
    }

    fn act(&mut self, action: Action, player: &mut Player) {
        let (now, config) = (self.now, self.config);
        match action {
            Action::Connect(client) => {
                if let Some(wire) = self.wire(client) {
                    wire.connect(config, now);
                    player.handle_connected(client, "simulated", now);
                }
            }
            Action::Write(client) => {
                if let Some(wire) = self.wire(client) {
                    wire.sent.extend_from_slice(player.outbox(client));
                }
                player.handle_written(client, now);
            }
            Action::Shutdown(client) => {
                if let Some(wire) = self.wire(client) {
                    wire.fin = Fin::Sent;
                }
            }
            Action::Reset(client) | Action::Close(client) => {
                if let Some(wire) = self.wire(client) {
                    wire.open = false;
                }
            }
        }
    }

    /// Carries what is under way. True when somebody was told something.
    fn carry(&mut self, player: &mut Player, cut: &mut impl FnMut(Toward, usize) -> usize) -> bool {
        let (now, raw) = (self.now, self.config.framing == crate::wire::Framing::Raw);
        let mut told = false;
        for (wire, n) in self.wires.iter_mut().zip(0..) {
            let client = ClientId(n);
            if wire.open {
                told |= wire
                    .carry_to_session(now, |len| if raw { len } else { cut(Toward::Session, len) });
                told |= wire.carry_to_client(player, client, now, |len| cut(Toward::Client, len));
            }
        }
        told
    }

    /// Tells the sessions whose time has come; before the player, so that what they say is there before it gives up.
    fn wake_sessions(&mut self) -> bool {
        let now = self.now;
        let mut woken = false;
        for wire in self.wires.iter_mut().filter(|wire| wire.open) {
            if let Some(session) = &mut wire.session
                && session.poll_timeout().is_some_and(|at| at <= now)
            {
                session.handle_timeout(now);
                woken = true;
            }
        }
        woken
    }

    /// Nothing is under way: the clock goes to the next moment at which something happens.
    fn pass_time(&mut self, player: &mut Player) {
        let sessions = self
            .wires
            .iter()
            .filter(|wire| wire.open)
            .filter_map(|wire| wire.session.as_ref()?.poll_timeout());
        let next_session = sessions.min().unwrap_or(Time::NEVER);
        let next_player = player.poll_timeout().unwrap_or(Time::NEVER);
        let next = next_session.min(next_player).max(self.now);
        self.now = next;
        if next_session > next {
            player.handle_timeout(next);
        }
    }
}

impl Wire {
    fn connect(&mut self, config: &Arc<Config>, now: Time) {
        match &mut self.session {
            Some(session) => session.reset(now),
            None => self.session = Some(Session::new(Arc::clone(config), now)),
        }
        self.open = true;
        self.sent.clear();
        self.fin = Fin::Unsent;
        self.over = false;
    }

    fn carry_to_session(&mut self, now: Time, cut: impl FnOnce(usize) -> usize) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        if !session.wants_bytes() {
            // A session that is over reads no more; what still arrives is dropped.
            if session.poll_close().is_some() {
                self.sent.clear();
            }
            return false;
        }
        if !self.sent.is_empty() {
            let n = cut(self.sent.len()).clamp(1, self.sent.len());
            session.handle_received(self.sent.get(..n).unwrap_or_default(), now);
            self.sent.drain(..n);
            return true;
        }
        if self.fin == Fin::Sent {
            self.fin = Fin::Arrived;
            session.handle_ended(now);
            return true;
        }
        false
    }

    fn carry_to_client(
        &mut self,
        player: &mut Player,
        client: ClientId,
        now: Time,
        cut: impl FnOnce(usize) -> usize,
    ) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        let len = session.outbox().len();
        if len > 0 {
            if !player.wants_bytes(client) {
                return false;
            }
            let n = cut(len).clamp(1, len);
            player.handle_received(client, session.outbox().get(..n).unwrap_or_default(), now);
            session.handle_written(n, now);
            return true;
        }
        if session.poll_close().is_some() && !self.over && player.wants_bytes(client) {
            self.over = true;
            player.handle_ended(client, Ending::Clean, now);
            return true;
        }
        false
    }
}
