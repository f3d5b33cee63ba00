//! A player ⇄ its connections: one poll loop a conversation, no task and no queue a client.

use std::future::{Future, poll_fn};
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::alarm::Alarm;
use super::open::{Open, SCRATCH};
use super::{Asked, Cancel, Lingering};
use crate::net::{
    Address, AllowedHosts, Clock, Connection, Endpoint, Securing, TlsClient, connect_among,
    connect_within,
};
use crate::player::{Action, Player, Refusal};
use crate::scenario::ClientId;
use crate::time::Time;
use crate::wire::Carries;

/// How many turns a conversation has before others on its thread have theirs: four. Whoever sends much at once would keep them from
/// hearing what has arrived meanwhile.
const TURNS: usize = 4;

/// After how many turns a deadline may pass, and a wish to stop is heard, though there is more to be read: 128. A peer that never
/// pauses would keep both away.
const MOST_TURNS: usize = 128;

/// How long after the deadline of its step a connection has to tell that there is none: its timer counts whole milliseconds.
const CONNECT_GRACE: Duration = Duration::from_millis(20);

/// What a conversation did to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlayStats {
    /// Whether one connection came about.
    pub connected: bool,
    /// From the first action to the verdict.
    pub elapsed: Duration,
}

/// Whom a script's clients talk to, and how.
#[derive(Debug, Clone)]
pub struct Peers {
    /// Where they connect to, in the script's order.
    pub addresses: Vec<Address>,
    /// What they may connect to where the script says where.
    pub allowed: Arc<AllowedHosts>,
    /// Makes TLS of their connections.
    pub tls: Arc<TlsClient>,
    /// Through this somebody may ask what is waited for.
    pub asked: Asked,
}

/// Ends the answers when a conversation is over, or abandoned.
struct Answering<'a>(&'a Asked);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.forget();
    }
}

/// Plays a script to its verdict.
///
/// Connections that are closed cleanly go on in `lingering`. Once `cancel` is asked for, the player is cancelled.
/// Dropped, the conversation is abandoned: its connections are closed as the system sees fit.
pub async fn play(
    player: &mut Player,
    peers: &Peers,
    lingering: &Lingering,
    cancel: &Cancel,
) -> PlayStats {
    let stats = play_with(player, peers, lingering, cancel, &mut Alarm::default()).await;
    lingering.flush();
    stats
}

/// Plays as [`play`] does, with the alarm of the conversations before it in the same task. FINs of connections that are open at the end are
/// left to whoever calls: see [`Lingering::flush`].
pub async fn play_with(
    player: &mut Player,
    peers: &Peers,
    lingering: &Lingering,
    cancel: &Cancel,
    alarm: &mut Alarm,
) -> PlayStats {
    let mut driver = Driver {
        clock: Clock::start(),
        wires: peers.addresses.iter().map(|_| Wire::Idle).collect(),
        peers,
        lingering,
        alarm,
        turns: 0,
        cancelled: false,
        connected: false,
    };
    let mut cancelled = pin!(cancel.cancelled());
    let _answering = Answering(&peers.asked);
    poll_fn(|cx| driver.poll(cx, player, cancelled.as_mut())).await;
    PlayStats {
        connected: driver.connected,
        elapsed: driver.clock.now().since(Time::ZERO),
    }
}

/// The port of our side of a connection, where there are ports.
fn local_port(connection: &Connection) -> Option<u16> {
    match connection.local() {
        Ok(Endpoint::Ip(address)) => Some(address.port()),
        _ => None,
    }
}

type Connecting = Pin<Box<dyn Future<Output = Result<Connection, Refusal>> + Send>>;

/// What a client's connection is for the driver.
enum Wire {
    /// There is none.
    Idle,
    /// It is being made.
    Connecting(Connecting),
    /// It is there.
    Open(Open),
    /// It is there, and TLS begins on it.
    Securing(Connecting),
}

struct Driver<'a> {
    clock: Clock,
    peers: &'a Peers,
    /// By client.
    wires: Vec<Wire>,
    lingering: &'a Lingering,
    alarm: &'a mut Alarm,
    /// How many turns in a row the player was told something.
    turns: usize,
    /// Whether the player has been told to stop.
    cancelled: bool,
    connected: bool,
}

impl Driver<'_> {
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        mut cancelled: Pin<&mut impl Future<Output = ()>>,
    ) -> Poll<()> {
        let mut scratch = [MaybeUninit::uninit(); SCRATCH];
        loop {
            // One look at the clock a turn: nothing in a turn waits.
            let now = self.clock.now();
            while let Some(action) = player.poll_action(now) {
                self.act(action, player);
            }
            if player.verdict().is_some() {
                return Poll::Ready(());
            }
            let told = self.carry(cx, player, now, &mut scratch);
            self.turns = if told { self.turns + 1 } else { 0 };
            if told && self.turns < MOST_TURNS {
                if self.turns.is_multiple_of(TURNS) {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                continue;
            }
            // All that can be read has been delivered, or so much of it: now a deadline may pass.
            let deadline = player
                .poll_timeout()
                .map(|deadline| self.patient(player, deadline));
            if deadline.is_some_and(|deadline| now >= deadline) {
                player.handle_timeout(now);
                continue;
            }
            let instant = deadline.and_then(|deadline| self.clock.instant(deadline));
            if self.alarm.poll(cx, instant).is_ready() {
                continue;
            }
            if !self.cancelled && cancelled.as_mut().poll(cx).is_ready() {
                self.cancelled = true;
                player.cancel(now);
                continue;
            }
            let answer = || player.waiting(now);
            self.peers.asked.answer(cx, answer);
            if told {
                self.turns = 0;
                cx.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
    }

    /// Does what the player wants done.
    fn act(&mut self, action: Action, player: &Player) {
        match action {
            Action::Connect(client) => {
                // In the order in which it was asked for: a server may have room for one client.
                self.lingering.flush();
                if let Some(connecting) = self.connect(client, player) {
                    self.put(client, Wire::Connecting(connecting));
                }
            }
            Action::Upgrade(client) => {
                if let Some(Wire::Open(open)) = self.wires.get_mut(usize::from(client.0)) {
                    open.upgrade = true;
                }
            }
            Action::Write(client) => {
                if let Some(Wire::Open(open)) = self.wires.get_mut(usize::from(client.0)) {
                    open.written = Some(0);
                    // A packet may find somebody where the one before found nobody.
                    open.readable |= open.connection.carries() == Carries::Packets;
                }
            }
            Action::Shutdown(client) => {
                if let Some(Wire::Open(open)) = self.wires.get_mut(usize::from(client.0)) {
                    // Where FIN cannot be sent the connection has ended, and the next read tells how.
                    let _ = open.connection.shutdown_write();
                }
            }
            Action::Reset(client) => {
                if let Wire::Open(open) = self.put(client, Wire::Idle) {
                    // Where RST cannot be sent the connection has ended.
                    let _ = open.connection.reset();
                }
            }
            Action::Close(client) => {
                if let Wire::Open(open) = self.put(client, Wire::Idle)
                    && open.readable
                {
                    match player.verdict() {
                        None => self.lingering.close(open.connection),
                        Some(_) => self.lingering.close_soon(open.connection),
                    }
                }
            }
        }
    }

    /// A connection on its way, with TLS where its address or its client wants it.
    fn connect(&self, client: ClientId, player: &Player) -> Option<Connecting> {
        let (address, own) = match player.address(client) {
            Some(address) => (address.clone(), true),
            None => (
                self.peers.addresses.get(usize::from(client.0))?.clone(),
                false,
            ),
        };
        let allowed = Arc::clone(&self.peers.allowed);
        let time = self.time_left(player, client);
        let options = player.tls(client).cloned();
        let wants_tls = options.is_some() || matches!(address, Address::Tls { .. });
        let tls = Arc::clone(&self.peers.tls);
        Some(Box::pin(async move {
            let deadline = Instant::now().checked_add(time);
            let connected = match own {
                true => connect_among(&address, &allowed, time).await,
                false => connect_within(&address, time).await,
            };
            let connection = connected.map_err(|error| Refusal::from(&error))?;
            if !wants_tls {
                return Ok(connection);
            }
            let securing = Securing {
                options: options.as_ref(),
                host: address.host(),
                deadline,
            };
            tls.secure(connection, securing).await
        }))
    }

    /// TLS on its way.
    fn secure(&self, client: ClientId, player: &Player, connection: Connection) -> Connecting {
        let at_target = || self.peers.addresses.get(usize::from(client.0));
        let address = player.address(client).or_else(at_target).cloned();
        let time = self.time_left(player, client);
        let options = player.tls(client).cloned();
        let tls = Arc::clone(&self.peers.tls);
        Box::pin(async move {
            let securing = Securing {
                options: options.as_ref(),
                host: address.as_ref().and_then(Address::host),
                deadline: Instant::now().checked_add(time),
            };
            tls.secure(connection, securing).await
        })
    }

    /// How long a step has for its connection, or its TLS: as long as it waits.
    fn time_left(&self, player: &Player, client: ClientId) -> Duration {
        player
            .connect_deadline(client)
            .map_or(Duration::MAX, |deadline| deadline.since(self.clock.now()))
    }

    /// A deadline, a little later where a connection has until then: it gives up by itself at that moment, and tells what was tried.
    fn patient(&self, player: &Player, deadline: Time) -> Time {
        let mut clients = (0..).map(ClientId).zip(&self.wires);
        let is_tried = clients.any(|(client, wire)| {
            matches!(wire, Wire::Connecting(_) | Wire::Securing(_))
                && player.connect_deadline(client) == Some(deadline)
        });
        match is_tried {
            true => deadline.after(CONNECT_GRACE),
            false => deadline,
        }
    }

    fn put(&mut self, client: ClientId, wire: Wire) -> Wire {
        self.wires
            .get_mut(usize::from(client.0))
            .map_or(Wire::Idle, |old| std::mem::replace(old, wire))
    }

    /// Carries what can be carried at once. True when the player was told something.
    fn carry(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        now: Time,
        scratch: &mut [MaybeUninit<u8>],
    ) -> bool {
        let (mut told, mut now) = (false, now);
        for n in 0..self.wires.len() {
            let client = ClientId(u16::try_from(n).unwrap_or(u16::MAX));
            if self.carry_connect(cx, player, client) {
                // That has looked at the clock, and what is read after it came later.
                (told, now) = (true, self.clock.now());
            }
            if let Some(Wire::Open(open)) = self.wires.get_mut(n) {
                if open.upgrade {
                    told |= self.begin_tls(cx, player, client, scratch);
                    continue;
                }
                told |= open.carry_write(cx, player, client, now);
                told |= open.carry_read(cx, player, client, now, scratch);
            }
        }
        told
    }

    fn carry_connect(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
    ) -> bool {
        let (connecting, is_new) = match self.wires.get_mut(usize::from(client.0)) {
            Some(Wire::Connecting(connecting)) => (connecting, true),
            Some(Wire::Securing(connecting)) => (connecting, false),
            _ => return false,
        };
        let Poll::Ready(result) = connecting.as_mut().poll(cx) else {
            return false;
        };
        let now = self.clock.now();
        match result {
            Ok(connection) => {
                self.connected = true;
                let tls = connection.tls();
                if is_new {
                    player.handle_local_port(client, local_port(&connection));
                    player.handle_kind(client, connection.has_reset());
                }
                match (is_new, &tls) {
                    (false, _) => {
                        player.handle_secured(client, tls.as_deref().unwrap_or_default(), now);
                    }
                    (true, None) => {
                        player.handle_connected(client, &connection.peer().to_string(), now);
                    }
                    (true, Some(tls)) => {
                        let peer = format!("{} ({tls})", connection.peer());
                        player.handle_connected(client, &peer, now);
                    }
                }
                self.put(client, Wire::Open(Open::new(connection)));
            }
            Err(why) => {
                self.put(client, Wire::Idle);
                match is_new {
                    true => player.handle_refused(client, why, now),
                    false => player.handle_not_secured(client, why, now),
                }
            }
        }
        true
    }

    /// Looks a last time for what was said in clear, then begins TLS. True when the player was told something.
    fn begin_tls(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
        scratch: &mut [MaybeUninit<u8>],
    ) -> bool {
        let now = self.clock.now();
        if let Some(Wire::Open(open)) = self.wires.get_mut(usize::from(client.0)) {
            open.upgrade = false;
            if open.read(cx, player, client, now, scratch) {
                return true;
            }
        }
        if let Wire::Open(open) = self.put(client, Wire::Idle) {
            let securing = self.secure(client, player, open.connection);
            self.put(client, Wire::Securing(securing));
        }
        self.carry_connect(cx, player, client)
    }
}
