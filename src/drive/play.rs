//! A player ⇄ its connections: one poll loop a conversation, no task and no queue a client.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use super::alarm::Alarm;
use super::{Cancel, Lingering};
use crate::net::{Address, Clock, ConnectError, Connection, Endpoint, connect_within, ending_of};
use crate::player::{Action, Ending, Player, Refusal};
use crate::scenario::ClientId;
use crate::time::Time;

/// Bytes read at a time. The buffer lives for one poll, so that an idle conversation holds none.
const SCRATCH: usize = 16 << 10;

/// What a conversation did to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlayStats {
    /// Whether one connection came about.
    pub connected: bool,
    /// From the first action to the verdict.
    pub elapsed: Duration,
}

/// Plays a script to its verdict. `addresses` are those of the script's clients, in the script's order.
///
/// Connections that are closed cleanly go on in `lingering`. Once `cancel` is asked for, the player is cancelled.
/// Dropped, the conversation is abandoned: its connections are closed as the system sees fit.
pub async fn play(
    player: &mut Player,
    addresses: &[Address],
    lingering: &Lingering,
    cancel: &Cancel,
) -> PlayStats {
    let mut driver = Driver {
        clock: Clock::start(),
        wires: addresses.iter().map(|_| Wire::Idle).collect(),
        addresses,
        lingering,
        alarm: Alarm::default(),
        cancelled: false,
        connected: false,
    };
    let mut cancelled = pin!(cancel.cancelled());
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

type Connecting = Pin<Box<dyn Future<Output = Result<Connection, ConnectError>> + Send>>;

/// What a client's connection is for the driver.
enum Wire {
    /// There is none.
    Idle,
    /// It is being made.
    Connecting(Connecting),
    /// It is there.
    Open(Open),
}

struct Open {
    connection: Connection,
    /// Whether the peer's end has not been seen.
    readable: bool,
    /// How many bytes of the player's outbox are written, while a write is asked for.
    written: Option<usize>,
}

struct Driver<'a> {
    clock: Clock,
    addresses: &'a [Address],
    /// By client.
    wires: Vec<Wire>,
    lingering: &'a Lingering,
    alarm: Alarm,
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
        let mut scratch = [0; SCRATCH];
        loop {
            while let Some(action) = player.poll_action(self.clock.now()) {
                self.act(action, player);
            }
            if player.verdict().is_some() {
                return Poll::Ready(());
            }
            if self.carry(cx, player, &mut scratch) {
                continue;
            }
            // All that can be read has been delivered: now a deadline may pass.
            let deadline = player.poll_timeout();
            let now = self.clock.now();
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
                player.cancel(self.clock.now());
                continue;
            }
            return Poll::Pending;
        }
    }

    /// Does what the player wants done.
    fn act(&mut self, action: Action, player: &Player) {
        match action {
            Action::Connect(client) => {
                let Some(address) = self.addresses.get(usize::from(client.0)).cloned() else {
                    return;
                };
                let left = player
                    .connect_deadline(client)
                    .map_or(Duration::MAX, |deadline| deadline.since(self.clock.now()));
                // A little before the step's own end, so that its failure tells what was tried.
                let time = left - left / 64;
                let connecting = Box::pin(async move { connect_within(&address, time).await });
                self.put(client, Wire::Connecting(connecting));
            }
            Action::Write(client) => {
                if let Some(Wire::Open(open)) = self.wires.get_mut(usize::from(client.0)) {
                    open.written = Some(0);
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
                    self.lingering.close(open.connection);
                }
            }
        }
    }

    fn put(&mut self, client: ClientId, wire: Wire) -> Wire {
        self.wires
            .get_mut(usize::from(client.0))
            .map_or(Wire::Idle, |old| std::mem::replace(old, wire))
    }

    /// Carries what can be carried at once. True when the player was told something.
    fn carry(&mut self, cx: &mut Context<'_>, player: &mut Player, scratch: &mut [u8]) -> bool {
        let mut told = false;
        for n in 0..self.wires.len() {
            let client = ClientId(u16::try_from(n).unwrap_or(u16::MAX));
            told |= self.carry_connect(cx, player, client);
            let now = self.clock.now();
            if let Some(Wire::Open(open)) = self.wires.get_mut(n) {
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
        let Some(Wire::Connecting(connecting)) = self.wires.get_mut(usize::from(client.0)) else {
            return false;
        };
        let Poll::Ready(result) = connecting.as_mut().poll(cx) else {
            return false;
        };
        let now = self.clock.now();
        match result {
            Ok(connection) => {
                self.connected = true;
                player.handle_local_port(client, local_port(&connection));
                player.handle_connected(client, &connection.peer().to_string(), now);
                self.put(
                    client,
                    Wire::Open(Open {
                        connection,
                        readable: true,
                        written: None,
                    }),
                );
            }
            Err(error) => {
                self.put(client, Wire::Idle);
                player.handle_refused(client, Refusal::from(&error), now);
            }
        }
        true
    }
}

impl Open {
    /// Writes what was asked for, as far as the system takes it.
    fn carry_write(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
        now: Time,
    ) -> bool {
        let Some(written) = &mut self.written else {
            return false;
        };
        loop {
            let rest = player.outbox(client).get(*written..).unwrap_or_default();
            if rest.is_empty() {
                self.written = None;
                player.handle_written(client, now);
                return true;
            }
            match self.connection.poll_write(cx, rest) {
                Poll::Pending => return false,
                Poll::Ready(Ok(0)) => {
                    self.written = None;
                    player.handle_unwritable(client, Ending::Lost, now);
                    return true;
                }
                Poll::Ready(Ok(n)) => *written += n,
                Poll::Ready(Err(error)) => {
                    self.written = None;
                    player.handle_unwritable(client, ending_of(&error), now);
                    return true;
                }
            }
        }
    }

    /// Reads once, where the player wants bytes.
    fn carry_read(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
        now: Time,
        scratch: &mut [u8],
    ) -> bool {
        if !self.readable || !player.wants_bytes(client) {
            return false;
        }
        match self.connection.poll_read(cx, scratch) {
            Poll::Pending => return false,
            Poll::Ready(Ok(0)) => {
                self.readable = false;
                player.handle_ended(client, Ending::Clean, now);
            }
            Poll::Ready(Ok(n)) => {
                player.handle_received(client, scratch.get(..n).unwrap_or_default(), now)
            }
            Poll::Ready(Err(error)) => {
                self.readable = false;
                player.handle_ended(client, ending_of(&error), now);
            }
        }
        true
    }
}
