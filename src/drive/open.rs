//! One connection of a player: what is written to it, and read.

use std::mem::MaybeUninit;
use std::task::{Context, Poll};

use tokio::io::ReadBuf;

use crate::net::{Connection, is_too_large};
use crate::player::{Ending, Player};
use crate::scenario::ClientId;
use crate::time::Time;
use crate::wire::Carries;

/// Bytes read at a time. The buffer lives for one poll, so that an idle conversation holds none.
pub(super) const SCRATCH: usize = 16 << 10;

/// Packets read at a time.
const PACKETS: usize = 64;

/// An open connection of a player.
pub(super) struct Open {
    pub(super) connection: Connection,
    /// Whether the peer's end has not been seen.
    pub(super) readable: bool,
    /// How many bytes of the player's outbox are written, while a write is asked for.
    pub(super) written: Option<usize>,
    /// Whether TLS is to begin, once nothing is left to be delivered.
    pub(super) upgrade: bool,
}

impl Open {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            readable: true,
            written: None,
            upgrade: false,
        }
    }

    /// Writes what was asked for, as far as the system takes it.
    pub(super) fn carry_write(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
        now: Time,
    ) -> bool {
        let Some(written) = &mut self.written else {
            return false;
        };
        if self.connection.carries().are_packets() {
            return self.carry_packet(cx, player, client, now);
        }
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
                    player.handle_unwritable(client, self.connection.ending_of(&error), now);
                    return true;
                }
            }
        }
    }

    /// Sends the packet that was asked for.
    fn carry_packet(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
        now: Time,
    ) -> bool {
        let Poll::Ready(sent) = self.connection.poll_write(cx, player.outbox(client)) else {
            return false;
        };
        self.written = None;
        match sent {
            Ok(_) => player.handle_written(client, now),
            Err(error) if is_too_large(&error) => player.handle_too_large(client, now),
            Err(error) => match self.connection.ending_of(&error) {
                // It went out as all packets do, and found nobody.
                how @ Ending::Refused if self.connection.carries() == Carries::Packets => {
                    self.readable = false;
                    player.handle_written(client, now);
                    player.handle_ended(client, how, now);
                }
                how => player.handle_unwritable(client, how, now),
            },
        }
        true
    }

    /// Reads once, where the player wants bytes.
    pub(super) fn carry_read(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
        now: Time,
        scratch: &mut [MaybeUninit<u8>],
    ) -> bool {
        self.readable && player.wants_bytes(client) && self.read(cx, player, client, now, scratch)
    }

    /// Reads once.
    pub(super) fn read(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
        now: Time,
        scratch: &mut [MaybeUninit<u8>],
    ) -> bool {
        if self.connection.carries().are_packets() {
            return self.read_packets(cx, player, client, now);
        }
        let mut received = ReadBuf::uninit(scratch);
        match self.connection.poll_read_buf(cx, &mut received) {
            Poll::Pending => return false,
            Poll::Ready(Ok(())) if received.filled().is_empty() => {
                self.readable = false;
                player.handle_ended(client, Ending::Clean, now);
            }
            Poll::Ready(Ok(())) => player.handle_received(client, received.filled(), now),
            Poll::Ready(Err(error)) => {
                self.readable = false;
                player.handle_ended(client, self.connection.ending_of(&error), now);
            }
        }
        true
    }

    /// Reads the packets that are there, as many as one read takes of a stream: a step that one of them ends must not leave the others
    /// unread.
    fn read_packets(
        &mut self,
        cx: &mut Context<'_>,
        player: &mut Player,
        client: ClientId,
        now: Time,
    ) -> bool {
        let (mut packets, mut bytes) = (Vec::new(), 0);
        let ended = loop {
            let mut packet = Vec::new();
            match self.connection.poll_packet(cx, &mut packet) {
                Poll::Ready(Ok(true)) => {
                    bytes += packet.len();
                    packets.push(packet);
                    if bytes >= SCRATCH || packets.len() >= PACKETS {
                        break None;
                    }
                }
                Poll::Ready(Ok(false)) => break Some(Ending::Clean),
                Poll::Ready(Err(error)) => break Some(self.connection.ending_of(&error)),
                Poll::Pending => break None,
            }
        };
        player.handle_packets(client, &packets, now);
        if let Some(how) = ended {
            self.readable = false;
            player.handle_ended(client, how, now);
        }
        ended.is_some() || !packets.is_empty()
    }
}
