//! One client's connection, as the player knows it: what is unread, what is to be written, how it ended.

use std::ops::Range;

use super::answers::Answers;
use super::{Action, EndedBy, Ending, Failure, FirstEnd, Player, Refusal};
use crate::scenario::{Address, Client, ClientId, TlsOptions};
use crate::time::Time;
use crate::wire::{Cut, FrameDecoder, Framing};

/// A few bytes more than a message may have, so that one over the limit is seen to be so.
const FRAMING_ROOM: usize = 32;

/// Where a connection stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not been asked for.
    #[default]
    Fresh,
    /// It has been asked for.
    Connecting,
    /// It is there, also when one side or both have ended.
    Open,
    /// It did not come about.
    Refused(Refusal),
    /// It has been given back: only `connect` opens another.
    Closed,
}

/// Where a `start_tls` stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Securing {
    /// None has been asked for, or something arrived before it could begin.
    #[default]
    No,
    /// The driver has been asked, and has not answered.
    Asked,
    /// TLS is there: how, to be shown.
    Done(String),
    /// It did not come about, and the connection is gone.
    Failed(Refusal),
}

/// Where a write stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Writing {
    /// Nothing is to be written.
    #[default]
    Idle,
    /// The driver has been asked, and has not answered.
    Asked,
    /// The last piece is written.
    Done,
    /// It could not be written.
    Failed(Ending),
    /// It is a packet larger than the system sends.
    TooLarge,
}

/// Whose the bytes are that are being written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Writer {
    /// Nobody's.
    #[default]
    Nobody,
    /// A step's, until it is over.
    Step,
    /// Those of an answer to messages that are ignored.
    Answer,
    /// Nothing is written any more: our side is ending, or the peer takes nothing.
    Shut,
}

/// How a connection is to be made.
#[derive(Debug)]
pub(super) struct Dial {
    /// Where to, where that is not the client's target.
    pub(super) address: Option<Address>,
    /// Whether packets go there.
    pub(super) on_packets: bool,
    /// With TLS from the beginning, where this says how.
    pub(super) tls: Option<Box<TlsOptions>>,
}

/// One client's connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) id: ClientId,
    pub(super) phase: Phase,
    /// How its messages are cut.
    pub(super) framing: Framing,
    /// How they are cut on byte streams, or where that is the same everywhere.
    of_streams: Framing,
    /// The unread bytes.
    pub(super) decoder: FrameDecoder,
    /// How many bytes have arrived on it.
    pub(super) received: u64,
    /// When the last bytes arrived.
    pub(super) heard: Option<Time>,
    /// Whether the client's target has said anything, on this connection or an earlier one.
    pub(super) has_heard_target: bool,
    /// How the peer or the system ended it.
    pub(super) ended: Option<Ending>,
    /// What a write saw of the end; the next read may look like a clean one.
    unwritable: Option<Ending>,
    /// Who ended it first, of both sides, and how.
    pub(super) first_end: Option<FirstEnd>,
    /// Whether there is RST on it.
    pub(super) has_reset: bool,
    pub(super) writing: Writing,
    /// Whether our side has ended its half: nothing can be sent any more.
    pub(super) half_closed: bool,
    /// Whose the bytes are that are being written.
    pub(super) writer: Writer,
    /// Answers to ignored messages that wait to be written.
    pub(super) answers: Answers,
    /// The whole send, framed.
    pub(super) outbox: Vec<u8>,
    /// The piece of it that is one write.
    pub(super) piece: Range<usize>,
    /// Until when the step waits that has asked for the connection, or for TLS on it.
    pub(super) connect_by: Option<Time>,
    /// Where the connection goes to, where that is not to the client's target.
    pub(super) address: Option<Address>,
    /// How the connection uses TLS, where that is not just what its address says.
    pub(super) tls: Option<Box<TlsOptions>>,
    pub(super) securing: Securing,
    /// The peer's address.
    pub(super) peer: String,
    /// Bytes a message may have.
    max_message: usize,
    /// What is held beside a message: what its framing puts around it, and a few bytes more.
    room: usize,
    /// How many unread bytes are held before reading stops.
    window: usize,
    /// How many unread bytes a step has passed and dropped since it began.
    passed: usize,
    /// The first of them, as many as a failure keeps.
    passed_head: Vec<u8>,
}

impl Link {
    pub(super) fn new(id: ClientId, client: &Client, on_packets: bool) -> Self {
        let framing = match on_packets {
            true => Framing::Datagram,
            false => client.framing.clone(),
        };
        let room = framing.around().saturating_add(FRAMING_ROOM);
        Self {
            id,
            phase: Phase::Fresh,
            decoder: FrameDecoder::new(framing.clone(), client.max_message),
            framing,
            received: 0,
            heard: None,
            has_heard_target: false,
            of_streams: client.framing.clone(),
            ended: None,
            unwritable: None,
            first_end: None,
            has_reset: true,
            writing: Writing::Idle,
            half_closed: false,
            writer: Writer::Nobody,
            answers: Answers::default(),
            outbox: Vec::new(),
            piece: 0..0,
            connect_by: None,
            address: None,
            tls: None,
            securing: Securing::No,
            peer: String::new(),
            max_message: client.max_message,
            room,
            window: client.max_message.saturating_add(room),
            passed: 0,
            passed_head: Vec::new(),
        }
    }

    /// Becomes the connection of a client of another script, with the same buffers.
    pub(super) fn turn_to(&mut self, client: &Client, on_packets: bool) {
        let framing = match on_packets {
            true => Framing::Datagram,
            false => client.framing.clone(),
        };
        self.room = framing.around().saturating_add(FRAMING_ROOM);
        self.decoder.turn_to(framing.clone(), client.max_message);
        self.framing = framing;
        self.of_streams = client.framing.clone();
        self.max_message = client.max_message;
        self.reset();
    }

    /// Begins anew, with the same buffers.
    pub(super) fn reset(&mut self) {
        self.phase = Phase::Fresh;
        self.has_heard_target = false;
        self.forget_connection();
    }

    /// Asks for a connection, which may take until `by`.
    pub(super) fn connect(&mut self, dial: Dial, by: Option<Time>) -> Action {
        self.carry(dial.on_packets);
        self.forget_connection();
        self.address = dial.address;
        self.tls = dial.tls;
        self.connect_by = by;
        self.phase = Phase::Connecting;
        Action::Connect(self.id)
    }

    /// Has the next connection carry packets, or bytes.
    fn carry(&mut self, on_packets: bool) {
        if on_packets != self.is_of_packets() {
            self.framing = match on_packets {
                true => Framing::Datagram,
                false => self.of_streams.clone(),
            };
            self.decoder = FrameDecoder::new(self.framing.clone(), self.max_message);
            self.room = self.framing.around().saturating_add(FRAMING_ROOM);
        }
    }

    /// Gives the connection back.
    pub(super) fn close(&mut self) {
        self.phase = Phase::Closed;
        self.writing = Writing::Idle;
    }

    fn forget_connection(&mut self) {
        self.decoder.reset();
        self.received = 0;
        self.heard = None;
        self.ended = None;
        self.unwritable = None;
        self.first_end = None;
        self.has_reset = true;
        self.writing = Writing::Idle;
        self.half_closed = false;
        self.writer = Writer::Nobody;
        self.answers.clear();
        self.answers.shrink_to(Player::KEPT_BUFFER);
        self.outbox.clear();
        self.outbox.shrink_to(Player::KEPT_BUFFER);
        self.piece = 0..0;
        self.address = None;
        self.tls = None;
        self.securing = Securing::No;
        self.peer.clear();
        self.window = self.max_message.saturating_add(self.room);
        self.passed = 0;
        self.passed_head.clear();
    }

    /// Whether its messages are packets.
    pub(super) fn is_of_packets(&self) -> bool {
        self.framing == Framing::Datagram
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether there is something the driver holds for it.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Connecting)
    }

    /// Whether a part of a send has been written, or is just being, and the rest has not.
    pub(super) fn is_half_sent(&self) -> bool {
        match self.writing {
            Writing::Asked => true,
            Writing::Done => self.piece.end < self.outbox.len(),
            Writing::Idle | Writing::Failed(_) | Writing::TooLarge => false,
        }
    }

    /// Whether more bytes should be read.
    pub(super) fn wants_bytes(&self) -> bool {
        self.is_open()
            && self.ended.is_none()
            && self.securing != Securing::Asked
            && self.decoder.held() < self.window
    }

    /// A step begins that may need so many unread bytes at once.
    pub(super) fn make_window(&mut self, needed: usize) {
        self.window = self.max_message.max(needed).saturating_add(self.room);
        self.passed = 0;
        self.passed_head.clear();
    }

    /// Drops unread bytes that the step has passed and will not look at again.
    pub(super) fn pass(&mut self, n: usize) {
        let room = Failure::MAX_BYTES.saturating_sub(self.passed_head.len());
        let bytes = self.decoder.unread().get(..n.min(room)).unwrap_or_default();
        self.passed_head.extend_from_slice(bytes);
        self.passed += n;
        self.decoder.skip(n);
    }

    /// Drops all unread bytes.
    pub(super) fn drop_all(&mut self) {
        self.decoder.drop_unread();
    }

    /// Drops a message that the step looked at.
    pub(super) fn pass_message(&mut self, cut: &Cut) {
        let room = Failure::MAX_BYTES.saturating_sub(self.passed_head.len());
        let frame = self.decoder.unread();
        let bytes = frame.get(..cut.len.min(room)).unwrap_or_default();
        self.passed_head.extend_from_slice(bytes);
        self.passed += cut.len;
        self.decoder.skip_message(cut);
    }

    /// How many unread bytes the step has passed and dropped since it began.
    pub(super) fn passed(&self) -> usize {
        self.passed
    }

    /// What has arrived since the step began, those it has passed included: the first bytes, and how many there are.
    pub(super) fn arrived(&self) -> (Vec<u8>, usize) {
        let unread = self.decoder.unread();
        let mut first = self.passed_head.clone();
        let room = Failure::MAX_BYTES
            .saturating_sub(first.len())
            .min(unread.len());
        first.extend_from_slice(unread.get(..room).unwrap_or_default());
        (first, self.passed + unread.len())
    }

    pub(super) fn max_message(&self) -> usize {
        self.max_message
    }

    /// The peer or the system ended it.
    pub(super) fn end(&mut self, how: Ending, now: Time) {
        // Whoever saw the reset first ate it; what came after only looks like a clean end.
        let how = match self.unwritable {
            Some(Ending::Reset) if how == Ending::Clean => Ending::Reset,
            _ => how,
        };
        let how = *self.ended.get_or_insert(how);
        self.ends_first(EndedBy::Peer(how), now);
    }

    /// One of the two sides ends it, or what it sends: who was first is kept.
    pub(super) fn ends_first(&mut self, by: EndedBy, at: Time) {
        self.first_end.get_or_insert(FirstEnd { by, at });
    }

    /// A write could not be done.
    pub(super) fn unwritable(&mut self, how: Ending) {
        self.unwritable.get_or_insert(how);
        self.writing = Writing::Failed(how);
    }

    /// The bytes of the write that was asked for.
    pub(super) fn to_write(&self) -> &[u8] {
        match self.writing {
            Writing::Asked => self.outbox.get(self.piece.clone()).unwrap_or_default(),
            _ => &[],
        }
    }
}
