//! The session itself.

use std::sync::Arc;

use super::Config;
use super::voice::{Heard, Voice};
use crate::canary::{Bug, sings};
use crate::time::Time;
use crate::wire::{FrameDecoder, Framing, WireErrorKind};

/// Why the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The peer said `exit`.
    Exit,
    /// The peer's input ended.
    EndOfInput,
    /// The peer sent what is no message; it has been told, where its framing can carry that.
    BadInput,
    /// What the server had to say, the greeting or a reply, does not fit its framing: not the peer is at fault, but who chose these
    /// settings.
    Unsayable,
    /// The peer was silent for too long.
    Idle,
    /// The server is stopping.
    Stopping,
}

/// One connection of the reference server.
///
/// In: `handle_*`. Out: write [`outbox`](Self::outbox), then say how much with [`handle_written`](Self::handle_written); read only while
/// [`wants_bytes`](Self::wants_bytes); call [`handle_timeout`](Self::handle_timeout) at [`poll_timeout`](Self::poll_timeout); once
/// [`poll_close`](Self::poll_close) says so and the outbox is empty, send FIN.
///
/// ```text
///   new, reset: the greeting is in the outbox
///       │
///       ▼       a message M, think time
///   Listening ──────────────────────────► Thinking ─┐  bytes that arrive wait
///    │  ▲  ▲                                        │
///    │  │  └──── the time is up: the reply to M ◄───┘
///    │  └─ a message M, no think time: its reply
///    │
///    │  exit ∙ invalid UTF-8, a message over the limit (after an error message) ∙ silence for too long ∙
///    │  a reply that does not fit the framing ∙ end of input, stop: once all that had arrived is answered
///    ▼
///   Closing: what arrives is dropped; over once the outbox is written
/// ```
///
/// # Bounds
///
/// While [`max_outbox`](Config::max_outbox) bytes or more wait to be written, and while a message is thought about, further messages wait unanswered,
/// and with bytes waiting the session wants no more. So a driver that heeds [`wants_bytes`](Self::wants_bytes) makes it hold at
/// most: `max_outbox` and a reply (two while thinking), one push, and the beginning of a message up to the limit.
#[derive(Debug)]
pub struct Session {
    config: Arc<Config>,
    decoder: FrameDecoder,
    state: State,
    /// Set once no more bytes are taken: why the session ends when what it holds has been answered.
    last: Option<Closing>,
    /// Bytes that arrived while no message could be answered; those before `taken` have been looked at.
    held: Vec<u8>,
    taken: usize,
    voice: Voice,
    /// The peer has been silent, and owed nothing, since then.
    quiet_since: Time,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The next message is answered as it comes.
    Listening,
    /// The reply to a message is ready and will be said at this moment.
    Thinking { until: Time },
    /// It ends as soon as the outbox is written.
    Closing(Closing),
}

impl Session {
    /// Begins a session: the greeting is in the outbox.
    pub fn new(config: Arc<Config>, now: Time) -> Self {
        let mut session = Self {
            decoder: FrameDecoder::new(config.framing.clone(), config.max_message),
            state: State::Listening,
            last: None,
            held: Vec::new(),
            taken: 0,
            voice: Voice::new(Arc::clone(&config)),
            quiet_since: now,
            config,
        };
        session.greet();
        session
    }

    /// Begins again with the same buffers.
    pub fn reset(&mut self, now: Time) {
        self.decoder.reset();
        self.state = State::Listening;
        self.last = None;
        self.held.clear();
        self.taken = 0;
        self.voice.clear();
        self.quiet_since = now;
        self.greet();
    }

    /// Bytes of the peer arrived. In raw, and on packets, these are one message.
    ///
    /// Bytes that arrive although the session [wants](Self::wants_bytes) none join those that wait, as they would in the
    /// system's buffer.
    pub fn handle_received(&mut self, bytes: &[u8], now: Time) {
        let on_packets = self.config.framing == Framing::Datagram;
        if bytes.is_empty() && !on_packets || self.last.is_some() || self.is_closing() {
            return;
        }
        self.quiet_since = now;
        if self.is_ready() && self.held.is_empty() {
            let taken = self.take(bytes, now);
            self.hold(bytes.get(taken..).unwrap_or_default());
        } else if !on_packets {
            // Packets for which there is no room are lost, as everywhere on their way.
            self.hold(bytes);
        }
    }

    /// The peer's input ended. Bytes after the last whole message are none.
    pub fn handle_ended(&mut self, now: Time) {
        self.finish(Closing::EndOfInput, now);
    }

    /// The first `n` bytes of the outbox were written.
    pub fn handle_written(&mut self, n: usize, now: Time) {
        self.voice.outbox.advance(n);
        if self.voice.outbox.is_empty() {
            self.quiet_since = now;
        }
        self.resume(now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        match self.state {
            State::Thinking { until } if until <= now => {
                self.state = match self.voice.say_reply() {
                    Ok(()) => State::Listening,
                    Err(_) => State::Closing(Closing::Unsayable),
                };
                self.quiet_since = now;
                self.resume(now);
            }
            State::Listening if self.idle_deadline().is_some_and(|at| at <= now) => {
                self.state = State::Closing(Closing::Idle);
            }
            _ => {}
        }
    }

    /// The server is stopping: what has been received is answered, then the connection ends.
    pub fn stop(&mut self, now: Time) {
        self.finish(Closing::Stopping, now);
    }

    /// Whether something is to be written: bytes, or a packet, which may have none.
    pub fn wants_to_write(&self) -> bool {
        !self.voice.outbox.is_empty()
    }

    /// Bytes to be written; on packets, one packet.
    pub fn outbox(&self) -> &[u8] {
        self.voice.outbox.unwritten()
    }

    /// Whether the driver should read.
    ///
    /// In raw not while it thinks, as a program that reads, sleeps and answers: what arrives meanwhile becomes one message. Packets
    /// are taken one at a time, too.
    pub fn wants_bytes(&self) -> bool {
        let asleep = self.config.framing.is_by_push() && self.is_thinking();
        !self.is_closing()
            && !asleep
            && self.last.is_none()
            && self.held.is_empty()
            && !self.voice.outbox.is_full()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Time> {
        match self.state {
            State::Listening => self.idle_deadline(),
            State::Thinking { until } => Some(until),
            State::Closing(_) => None,
        }
    }

    /// Why the session is over, once it is and the outbox has been written.
    pub fn poll_close(&self) -> Option<Closing> {
        match self.state {
            State::Closing(why) if self.voice.outbox.is_empty() => Some(why),
            _ => None,
        }
    }

    /// How many bytes its buffers have room for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.held.capacity() + self.voice.room()
    }

    fn greet(&mut self) {
        if self.voice.greet().is_err() {
            self.state = State::Closing(Closing::Unsayable);
        }
    }

    /// Takes no more bytes; ends for this reason once what it holds has been answered.
    fn finish(&mut self, why: Closing, now: Time) {
        self.last.get_or_insert(why);
        if self.planted_loss() {
            self.held.clear();
            self.taken = 0;
        }
        self.resume(now);
    }

    /// A planted bug: whether what waits is forgotten.
    fn planted_loss(&self) -> bool {
        sings(Bug::ForgottenMessages) && self.taken > 70
    }

    /// Answers what has waited, as far as that is possible now.
    fn resume(&mut self, now: Time) {
        if !self.held.is_empty() && self.is_ready() {
            let held = std::mem::take(&mut self.held);
            self.taken += self.take(held.get(self.taken..).unwrap_or_default(), now);
            self.held = held;
            if self.taken >= self.held.len() || self.is_closing() {
                self.held.clear();
                self.taken = 0;
            }
        }
        if let (State::Listening, true, Some(why)) = (self.state, self.held.is_empty(), self.last) {
            self.state = State::Closing(why);
        }
    }

    /// Answers the messages in `bytes` for as long as it can; says how many bytes that took.
    fn take(&mut self, bytes: &[u8], now: Time) -> usize {
        let mut frames = self.decoder.frames(bytes);
        while self.state == State::Listening && !self.voice.outbox.is_full() {
            let heard = match frames.next_message() {
                Ok(Some(message)) => self.voice.hear(message),
                Ok(None) => return bytes.len(),
                Err(error) => match error.kind {
                    WireErrorKind::TooLong { limit }
                    | WireErrorKind::PacketTooLong { limit, .. }
                    | WireErrorKind::LengthTooLong { limit, .. } => self.voice.refuse_long(limit),
                    kind => self.voice.refuse_frame(kind),
                },
            };
            self.state = match heard {
                Ok(Heard::Message) if self.config.think_time.is_zero() => {
                    match self.voice.say_reply() {
                        Ok(()) => State::Listening,
                        Err(_) => State::Closing(Closing::Unsayable),
                    }
                }
                Ok(Heard::Message) => State::Thinking {
                    until: now.after(self.config.think_time),
                },
                Ok(Heard::Exit) => State::Closing(Closing::Exit),
                // Also where the framing cannot carry what is wrong with it.
                Ok(Heard::Refused) | Err(_) => State::Closing(Closing::BadInput),
            };
        }
        bytes.len() - frames.rest().len()
    }

    fn hold(&mut self, bytes: &[u8]) {
        if !self.is_closing() {
            self.held.extend_from_slice(bytes);
        }
    }

    /// Whether a message could be answered now.
    fn is_ready(&self) -> bool {
        self.state == State::Listening && !self.voice.outbox.is_full()
    }

    fn is_thinking(&self) -> bool {
        matches!(self.state, State::Thinking { .. })
    }

    fn is_closing(&self) -> bool {
        matches!(self.state, State::Closing(_))
    }

    /// When the peer will have been silent for too long. While it is owed something, its silence does not count.
    fn idle_deadline(&self) -> Option<Time> {
        let counts = !self.config.idle_timeout.is_zero()
            && self.held.is_empty()
            && self.voice.outbox.is_empty();
        counts.then(|| self.quiet_since.after(self.config.idle_timeout))
    }
}
