//! The in-memory network between a player and the sessions its clients face.

use std::collections::VecDeque;
use std::sync::Arc;

use thiserror::Error;

use crate::player::{Action, Ending, Player};
use crate::scenario::{Client, ClientId, ConnectAs, Scenario, Verb};
use crate::session::{Config, Session};
use crate::time::Time;
use crate::wire::Framing;

/// The local port of the first client, where there are no sockets; that of the others goes on from it.
const FIRST_PORT: u16 = 49_152;

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
        let clients = &scenario.script.clients;
        if clients.iter().any(|client| client.tls.is_some()) {
            return Some(Self("TLS"));
        }
        let elsewhere = |client: &Client| client.target.is_some() || client.address.is_some();
        if clients.iter().any(elsewhere) {
            return Some(Self("an address of its own"));
        }
        for step in scenario.script.blocks.iter().flat_map(|block| &block.steps) {
            match &step.verb {
                Verb::Connect {
                    address: Some(_), ..
                } => return Some(Self("an address of its own")),
                Verb::StartTls { .. } | Verb::Connect { tls: Some(_), .. } => {
                    return Some(Self("TLS"));
                }
                Verb::Connect {
                    must: ConnectAs::TlsRefused,
                    ..
                } => return Some(Self("TLS")),
                Verb::Connect {
                    must: ConnectAs::Refused | ConnectAs::Unreachable,
                    ..
                } => return Some(Self("a connection that does not come about")),
                Verb::ExpectClose { kinds, .. } if kinds.refused && !kinds.clean => {
                    return Some(Self("a packet that is refused"));
                }
                _ => {}
            }
        }
        None
    }
}

/// Plays a script to its verdict against sessions of this configuration; the time it took on the virtual clock.
pub fn play(player: &mut Player, config: &Arc<Config>) -> Time {
    Simulation::new(Arc::clone(config)).play(player)
}

/// How many turns of a simulation may bring the player to no further step while the clock stands: 1,048,576. Two sides that answer
/// each other for ever, as an `ignore` whose answer is answered, would otherwise keep it from ever going on.
pub const MAX_TURNS_AT_ONCE: u32 = 1 << 20;

/// The network in memory, and the sessions at its other end. Used again, it allocates nothing.
#[derive(Debug)]
pub struct Simulation {
    config: Arc<Config>,
    now: Time,
    max_at_once: u32,
    /// How many turns there have been since the clock moved, or a step began.
    at_once: u32,
    /// How many steps had begun then.
    steps: u64,
    /// By client.
    wires: Vec<Wire>,
}

impl Simulation {
    /// Makes a network whose far end is sessions of this configuration.
    pub fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            now: Time::ZERO,
            max_at_once: MAX_TURNS_AT_ONCE,
            at_once: 0,
            steps: 0,
            wires: Vec::new(),
        }
    }

    /// Lets the clock go on after so many turns without a step, and not only after [`MAX_TURNS_AT_ONCE`].
    #[must_use]
    pub fn max_turns_at_once(mut self, turns: u32) -> Self {
        self.max_at_once = turns;
        self
    }

    /// Plays a script to its verdict; the time it took on the virtual clock.
    pub fn play(&mut self, player: &mut Player) -> Time {
        self.play_in_pieces(player, |_, len| len)
    }

    /// As [`play`](Self::play), with the bytes that travel cut: `cut` says how many of the `len` bytes under way arrive next (1 to
    /// `len`; the rest comes after them).
    ///
    /// In raw, what a session is handed at once is one message: bytes toward it are then never cut here.
    pub fn play_in_pieces(
        &mut self,
        player: &mut Player,
        mut cut: impl FnMut(Toward, usize) -> usize,
    ) -> Time {
        self.begin(player);
        while !self.turn(player, &mut cut) {}
        self.now
    }

    /// Begins a play that [`go_on`](Self::go_on) then plays.
    pub fn begin(&mut self, player: &Player) {
        self.now = Time::ZERO;
        self.at_once = 0;
        self.wires
            .resize_with(player.script().clients.len(), Wire::default);
        for wire in &mut self.wires {
            wire.open = false;
        }
    }

    /// Plays on, for so many turns at most: in each of them something is carried, or time passes. True once there is a verdict.
    ///
    /// For a caller with other things to do meanwhile: to let others run, or to [cancel](Player::cancel) the player
    /// [now](Self::now).
    pub fn go_on(&mut self, player: &mut Player, turns: usize) -> bool {
        (0..turns).any(|_| self.turn(player, &mut |_, len| len))
    }

    /// What time it is on the virtual clock.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Does what can be done now, or lets time pass until something can. True once there is a verdict.
    fn turn(&mut self, player: &mut Player, cut: &mut impl FnMut(Toward, usize) -> usize) -> bool {
        while let Some(action) = player.poll_action(self.now) {
            self.act(action, player);
        }
        if player.verdict().is_some() {
            return true;
        }
        let is_enough = self.is_enough(player);
        if is_enough || !self.carry(player, cut) && !self.wake_sessions() {
            self.at_once = 0;
            self.pass_time(player);
        }
        false
    }

    /// Whether so much has happened at this moment, and nothing come of it, that the clock has to go on.
    fn is_enough(&mut self, player: &Player) -> bool {
        let steps = player.steps_begun();
        if steps != self.steps {
            (self.steps, self.at_once) = (steps, 0);
        }
        self.at_once += 1;
        self.at_once > self.max_at_once
    }

    fn act(&mut self, action: Action, player: &mut Player) {
        let now = self.now;
        let (Action::Connect(client)
        | Action::Upgrade(client)
        | Action::Write(client)
        | Action::Shutdown(client)
        | Action::Reset(client)
        | Action::Close(client)) = action;
        let Some(wire) = self.wires.get_mut(usize::from(client.0)) else {
            return;
        };
        match action {
            Action::Connect(_) => {
                wire.connect(&self.config, now);
                player.handle_local_port(client, FIRST_PORT.checked_add(client.0));
                player.handle_connected(client, "simulated", now);
            }
            Action::Upgrade(_) => player.handle_secured(client, "simulated", now),
            Action::Write(_) => {
                let bytes = player.outbox(client);
                wire.sent.extend_from_slice(bytes);
                if self.config.framing == Framing::Datagram {
                    wire.packets.push_back(bytes.len());
                }
                player.handle_written(client, now);
            }
            Action::Shutdown(_) => wire.fin = Fin::Sent,
            Action::Reset(_) | Action::Close(_) => wire.open = false,
        }
    }

    /// Carries what is under way. True when somebody was told something.
    fn carry(&mut self, player: &mut Player, cut: &mut impl FnMut(Toward, usize) -> usize) -> bool {
        let (now, framing) = (self.now, &self.config.framing);
        let (whole, on_packets) = (framing.is_by_push(), *framing == Framing::Datagram);
        let mut told = false;
        for (wire, n) in self.wires.iter_mut().zip(0..) {
            let client = ClientId(n);
            if wire.open {
                told |= wire.carry_to_session(now, |len| match whole {
                    true => len,
                    false => cut(Toward::Session, len),
                });
                told |=
                    wire.carry_to_client(player, client, now, on_packets, |len| match on_packets {
                        true => len,
                        false => cut(Toward::Client, len),
                    });
            }
        }
        told
    }

    /// Tells the sessions whose time has come; before the player, so that what they say is there before it gives up.
    fn wake_sessions(&mut self) -> bool {
        let now = self.now;
        let mut woken = false;
        for wire in self.wires.iter_mut().filter(|wire| wire.is_served()) {
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
        let open = self.wires.iter().filter(|wire| wire.is_served());
        let sessions = open.filter_map(|wire| wire.session.as_ref()?.poll_timeout());
        let next_session = sessions.min();
        let next_player = player.poll_timeout().unwrap_or(Time::NEVER);
        let next = next_session.map_or(next_player, |at| at.min(next_player));
        self.now = next.max(self.now);
        // Sessions come first, and are woken next. At the end of time, where all that is waited for is over, only the player is left.
        if next_session.is_none_or(|at| at > self.now) {
            player.handle_timeout(self.now);
        }
    }
}

/// One client's connection.
#[derive(Debug, Default)]
struct Wire {
    /// Kept from one connection of the client to the next, for its buffers.
    session: Option<Session>,
    open: bool,
    /// Whether its session has begun: on packets, with the first of them.
    begun: bool,
    /// Bytes on their way to the session.
    sent: Vec<u8>,
    /// The lengths of the packets they are, where they are packets.
    packets: VecDeque<usize>,
    /// The client has sent FIN.
    fin: Fin,
    /// The session's end has been told to the client.
    over: bool,
}

/// The client's FIN.
#[derive(Debug, Default, PartialEq, Eq)]
enum Fin {
    #[default]
    Unsent,
    /// It arrives after the bytes that are on their way.
    Sent,
    Arrived,
}

impl Wire {
    fn connect(&mut self, config: &Arc<Config>, now: Time) {
        match &mut self.session {
            Some(session) => session.reset(now),
            None => self.session = Some(Session::new(Arc::clone(config), now)),
        }
        self.open = true;
        self.begun = config.framing != Framing::Datagram;
        self.sent.clear();
        self.packets.clear();
        self.fin = Fin::Unsent;
        self.over = false;
    }

    /// Whether there is a session at its other end.
    fn is_served(&self) -> bool {
        self.open && self.begun
    }

    fn carry_to_session(&mut self, now: Time, cut: impl FnOnce(usize) -> usize) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        if (!self.begun || session.poll_close().is_some()) && !self.packets.is_empty() {
            // The first packet begins a session, and one after the end of a session begins another.
            session.reset(now);
            self.begun = true;
        }
        if !self.begun {
            return false;
        }
        if !session.wants_bytes() {
            // A session that is over reads no more; what still arrives is dropped.
            if session.poll_close().is_some() {
                self.sent.clear();
                self.packets.clear();
            }
            return false;
        }
        if let Some(n) = self.packets.pop_front() {
            session.handle_received(self.sent.get(..n).unwrap_or_default(), now);
            self.sent.drain(..n);
            return true;
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
        on_packets: bool,
        cut: impl FnOnce(usize) -> usize,
    ) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        if !self.begun {
            return false;
        }
        let len = session.outbox().len();
        if session.wants_to_write() {
            if !player.wants_bytes(client) {
                return false;
            }
            let n = cut(len).clamp(len.min(1), len);
            player.handle_received(client, session.outbox().get(..n).unwrap_or_default(), now);
            session.handle_written(n, now);
            return true;
        }
        let is_told = !on_packets && !self.over && player.wants_bytes(client);
        if session.poll_close().is_some() && is_told {
            self.over = true;
            player.handle_ended(client, Ending::Clean, now);
            return true;
        }
        false
    }
}
