//! What the server says to what it hears.

use std::io::Write as _;
use std::sync::Arc;

use super::Config;
use super::outbox::{KEPT_ROOM, Outbox};
use crate::canary::{Bug, sings};
use crate::scenario::Reply;
use crate::wire::{EncodeError, WireErrorKind, validate};

/// The message that ends a conversation.
const EXIT: &[u8] = b"exit";

/// Hears messages and says replies, each framed, into the outbox.
#[derive(Debug)]
pub(super) struct Voice {
    config: Arc<Config>,
    pub(super) outbox: Outbox,
    /// The next thing to say, not framed yet. Kept for its room.
    reply: Vec<u8>,
}

/// What a message came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Its reply is ready: [`Voice::say_reply`] says it.
    Message,
    /// It was `exit`: there is no reply.
    Exit,
    /// It was no message, and the peer has been told why.
    Refused,
}

impl Voice {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self {
            outbox: Outbox::new(config.max_outbox),
            config,
            reply: Vec::new(),
        }
    }

    /// Forgets everything but the room.
    pub(super) fn clear(&mut self) {
        self.outbox.clear();
        self.reply.clear();
    }

    /// Says the greeting, if there is one.
    pub(super) fn greet(&mut self) -> Result<(), EncodeError> {
        let greeting = self.config.greeting.as_deref();
        greeting.map_or(Ok(()), |greeting| {
            self.outbox.say(&self.config.framing, greeting)
        })
    }

    /// Makes the reply to a message, which is text: offsets in an error count from its first byte.
    pub(super) fn hear(&mut self, message: &[u8]) -> Result<Heard, EncodeError> {
        if message == EXIT {
            return Ok(Heard::Exit);
        }
        if let Err(error) = validate(message) {
            return self.refuse(format_args!(
                "error: invalid UTF-8 at byte {}",
                error.offset
            ));
        }
        self.reply.clear();
        match self.config.reply {
            Reply::Hello => {
                self.reply.extend_from_slice(b"Hello, ");
                self.reply.extend_from_slice(message);
                self.reply.push(b'!');
            }
            Reply::Echo => self.reply.extend_from_slice(message),
        }
        Ok(Heard::Message)
    }

    /// Says that a message was longer than `limit` bytes.
    pub(super) fn refuse_long(&mut self, limit: usize) -> Result<Heard, EncodeError> {
        self.refuse(format_args!("error: message longer than {limit} bytes"))
    }

    /// Says that bytes were no message.
    pub(super) fn refuse_frame(&mut self, why: WireErrorKind) -> Result<Heard, EncodeError> {
        self.refuse(format_args!("error: {why}"))
    }

    /// Says the reply that is ready.
    pub(super) fn say_reply(&mut self) -> Result<(), EncodeError> {
        if sings(Bug::EmptyEcho) && self.reply.is_empty() {
            return Ok(());
        }
        let said = self.outbox.say(&self.config.framing, &self.reply);
        self.reply.clear();
        self.reply.shrink_to(KEPT_ROOM);
        said
    }

    /// How many bytes its buffers have room for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.reply.capacity() + self.outbox.room()
    }

    fn refuse(&mut self, why: std::fmt::Arguments<'_>) -> Result<Heard, EncodeError> {
        self.reply.clear();
        // Writing to a vector does not fail.
        let _ = self.reply.write_fmt(why);
        self.say_reply()?;
        Ok(Heard::Refused)
    }
}
