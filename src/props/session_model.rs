//! The reference protocol with no cleverness at all: what a session is compared with, step by step.
//!
//! All bytes lie in one heap, which is looked through from its start each time. Nothing here knows how the session does it.

use std::borrow::Cow;
use std::sync::Arc;

use super::naive::first;
use crate::scenario::Reply;
use crate::session::{Closing, Config};
use crate::time::Time;
use crate::wire::{Framing, WireErrorKind, validate};

/// A message and how many unread bytes it takes, or what is wrong.
type Found<'a> = Result<Option<(Cow<'a, [u8]>, usize)>, WireErrorKind>;

/// How much room it has for bytes from the start: making room bit by bit takes a fuzzer's time.
const ROOM: usize = 128;

/// A naive session.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    config: Arc<Config>,
    unread: Vec<u8>,
    /// A packet that is to be answered now.
    arrived: Option<Vec<u8>>,
    outbox: Vec<u8>,
    /// Whether the outbox is a packet.
    packet: bool,
    /// The reply that is thought about, and when it will be said.
    thinking: Option<(Vec<u8>, Time)>,
    /// No more bytes are taken; why.
    last: Option<Closing>,
    closing: Option<Closing>,
    quiet_since: Time,
}

impl Model {
    /// Begins a session.
    #[inline]
    pub(crate) fn new(config: Arc<Config>, now: Time) -> Self {
        let mut model = Self {
            config,
            unread: Vec::with_capacity(ROOM),
            arrived: None,
            outbox: Vec::with_capacity(ROOM),
            packet: false,
            thinking: None,
            last: None,
            closing: None,
            quiet_since: now,
        };
        let config = Arc::clone(&model.config);
        if let Some(greeting) = &config.greeting {
            model.say(greeting);
        }
        model
    }

    /// What it was told.
    #[cfg(test)]
    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Whether a reply is thought about.
    #[cfg(test)]
    pub(crate) fn is_thinking(&self) -> bool {
        self.thinking.is_some()
    }

    /// Bytes arrive.
    #[inline]
    pub(crate) fn receive(&mut self, bytes: &[u8], now: Time) {
        let on_packets = self.on_packets();
        if bytes.is_empty() && !on_packets || self.last.is_some() || self.closing.is_some() {
            return;
        }
        self.quiet_since = now;
        if !on_packets {
            self.unread.extend_from_slice(bytes);
        } else if self.thinking.is_none() && !self.packet {
            self.arrived = Some(bytes.to_vec());
        }
        self.answer(now);
    }

    /// The input ends, or the server stops.
    #[inline]
    pub(crate) fn finish(&mut self, why: Closing, now: Time) {
        self.last.get_or_insert(why);
        self.answer(now);
    }

    /// The first `n` bytes of the outbox are written.
    #[inline]
    pub(crate) fn written(&mut self, n: usize, now: Time) {
        if self.packet {
            self.outbox.clear();
        }
        self.packet = false;
        self.outbox.drain(..n.min(self.outbox.len()));
        if !self.has_to_write() {
            self.quiet_since = now;
        }
        self.answer(now);
    }

    /// Time has passed.
    #[inline]
    pub(crate) fn time_out(&mut self, now: Time) {
        if self.timeout().is_none_or(|due| due > now) {
            return;
        }
        match self.thinking.take() {
            Some((reply, _)) => {
                self.say(&reply);
                self.quiet_since = now;
                self.answer(now);
            }
            None => self.close(Closing::Idle),
        }
    }

    /// Whether there is something to be written.
    #[inline]
    pub(crate) fn has_to_write(&self) -> bool {
        self.packet || !self.outbox.is_empty()
    }

    #[inline]
    fn on_packets(&self) -> bool {
        self.config.framing == Framing::Datagram
    }

    /// What is to be written.
    #[inline]
    pub(crate) fn outbox(&self) -> &[u8] {
        &self.outbox
    }

    /// When it wants to be told that time has passed.
    #[inline]
    pub(crate) fn timeout(&self) -> Option<Time> {
        let idle = self.config.idle_timeout;
        match &self.thinking {
            _ if self.closing.is_some() => None,
            Some((_, until)) => Some(*until),
            None if idle.is_zero() || self.has_to_write() => None,
            None => Some(self.quiet_since.after(idle)),
        }
    }

    /// Why it is over, once it is.
    #[inline]
    pub(crate) fn closed(&self) -> Option<Closing> {
        self.closing.filter(|_| !self.has_to_write())
    }

    /// Whether more bytes should be read.
    #[inline]
    pub(crate) fn wants_bytes(&self) -> bool {
        // It is asleep while it thinks, where a message is what one read brings.
        let sleeps = self.config.framing.is_by_push();
        let idle = self.thinking.is_none() || (self.unread.is_empty() && !sleeps);
        let room = !self.is_full() && !self.packet;
        self.closing.is_none() && self.last.is_none() && idle && room
    }

    /// Whether so much waits to be written that no more is answered.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.outbox.len() >= self.config.max_outbox.max(1)
    }

    /// Answers what can be answered.
    #[inline]
    fn answer(&mut self, now: Time) {
        while self.thinking.is_none() && self.closing.is_none() {
            if self.is_full() && !self.unread.is_empty() {
                return;
            }
            // Lent while it is heard: a copy of each message is what a fuzzer has no time for.
            let mut unread = std::mem::take(&mut self.unread);
            let arrived = self.arrived.take();
            let found = match &arrived {
                Some(packet) => self.whole(packet, 0),
                None => self.next_message(&unread),
            };
            match found {
                Ok(Some((message, len))) => {
                    self.hear(&message, now);
                    unread.drain(..len);
                }
                Ok(None) => match self.last {
                    Some(why) => self.close(why),
                    None => {
                        self.unread = unread;
                        return;
                    }
                },
                Err(why) => {
                    let why = match why {
                        WireErrorKind::LengthTooLong { limit, .. } => {
                            WireErrorKind::TooLong { limit }
                        }
                        why => why,
                    };
                    self.refuse(format!("error: {why}").as_bytes());
                }
            }
            if self.closing.is_none() {
                self.unread = unread;
            }
        }
    }

    /// The next message in what has not been read, and how many bytes it takes.
    #[inline]
    fn next_message<'a>(&self, unread: &'a [u8]) -> Found<'a> {
        let limit = self.config.max_message;
        // Soon answered, so that a fuzzer is not slowed down by bytes that come one at a time.
        let is_line = matches!(self.config.framing, Framing::Line(_));
        if is_line && unread.len() <= limit && !unread.contains(&b'\n') {
            return Ok(None);
        }
        if !self.config.framing.is_by_push() {
            return first(&self.config.framing, unread, limit).map_err(|(_, why)| why);
        }
        if unread.is_empty() {
            return Ok(None);
        }
        self.whole(unread, unread.len())
    }

    /// All of these bytes as a message, unless they are too many; it takes `len` of what has not been read.
    #[inline]
    fn whole<'a>(&self, bytes: &'a [u8], len: usize) -> Found<'a> {
        let limit = self.config.max_message;
        if bytes.len() > limit {
            return Err(WireErrorKind::TooLong { limit });
        }
        Ok(Some((bytes.into(), len)))
    }

    #[inline]
    fn hear(&mut self, message: &[u8], now: Time) {
        if message == b"exit" {
            return self.close(Closing::Exit);
        }
        if let Err(error) = validate(message) {
            return self
                .refuse(format!("error: invalid UTF-8 at byte {}", error.offset).as_bytes());
        }
        let reply = match self.config.reply {
            Reply::Hello => [b"Hello, ", message, b"!"].concat(),
            Reply::Echo => message.to_vec(),
        };
        if self.config.think_time.is_zero() {
            self.say(&reply);
        } else {
            self.thinking = Some((reply, now.after(self.config.think_time)));
        }
    }

    /// Says a message. What the framing cannot carry is not said, and ends it.
    #[inline]
    fn say(&mut self, message: &[u8]) {
        if self
            .config
            .framing
            .encode(message, &mut self.outbox)
            .is_err()
        {
            self.close(Closing::Unsayable);
        } else {
            self.packet = self.on_packets();
        }
    }

    /// Says what is wrong with what came, where the framing can carry that, and ends.
    #[inline]
    fn refuse(&mut self, error: &[u8]) {
        self.closing = Some(Closing::BadInput);
        self.say(error);
        self.close(Closing::BadInput);
    }

    #[inline]
    fn close(&mut self, why: Closing) {
        self.closing.get_or_insert(why);
        self.unread.clear();
    }
}
