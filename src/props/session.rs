//! Properties of the session: whatever arrives, in whatever pieces and whenever, it does what a naive model of the
//! reference protocol does, step by step.

use std::sync::Arc;
use std::time::Duration;

use super::header::{framing_named, limit_named};
use super::naive::naive_line;
use super::pieces::{Cuts, Random};
use crate::scenario::Reply;
use crate::session::{Closing, Config, MAX_OUTBOX, Session};
use crate::time::Time;
use crate::wire::{Framing, validate};

/// How long a session of these properties waits for its peer.
const IDLE: Duration = Duration::from_millis(50);

/// How long it thinks, where it does.
const THINK: Duration = Duration::from_millis(7);

/// Input: framing, limit, options (bits: 1 echo, 2 think, 4 no greeting, 8 bytes come unwanted, 16 and 32 how it ends), seed of what
/// happens when, cuts, then the stream.
///
/// # Panics
///
/// When the session differs from the model after any step, or when it is played a second time.
pub fn session(data: &[u8]) {
    let [framing, limit, options, seed, cuts, stream @ ..] = data else {
        return;
    };
    let options = Options(options.wrapping_sub(b'0'));
    let config = Arc::new(Config {
        framing: framing_named(b'0' | framing & 3),
        greeting: (!options.is(4)).then(|| b"Welcome!".to_vec()),
        reply: if options.is(1) {
            Reply::Echo
        } else {
            Reply::Hello
        },
        think_time: if options.is(2) { THINK } else { Duration::ZERO },
        idle_timeout: IDLE,
        max_message: limit_named(*limit),
    });
    let mut session = Session::new(Arc::clone(&config), Time::ZERO);
    for _ in 0..2 {
        let mut play = Play {
            session,
            model: Model::new(Arc::clone(&config)),
            now: Time::ZERO,
            random: Random::new(*seed),
        };
        play.run(options, Cuts::named(*cuts), stream);
        session = play.session;
        session.reset(Time::ZERO);
    }
}

/// What else an input chooses, one bit each.
#[derive(Debug, Clone, Copy)]
struct Options(u8);

impl Options {
    fn is(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

/// A session and its model, driven side by side.
struct Play {
    session: Session,
    model: Model,
    now: Time,
    random: Random,
}

impl Play {
    fn run(&mut self, options: Options, cuts: Cuts, stream: &[u8]) {
        self.compare();
        for piece in cuts.pieces(stream) {
            self.pass_time();
            while !self.session.wants_bytes() && !options.is(8) && !self.is_over() {
                self.go_on();
            }
            self.session.handle_received(piece, self.now);
            self.model.receive(piece, self.now);
            self.compare();
            if self.random.below(2) == 0 {
                self.write();
            }
        }
        if options.is(16) {
            self.session.handle_ended(self.now);
            self.model.finish(Closing::EndOfInput, self.now);
        } else if options.is(32) {
            self.session.stop(self.now);
            self.model.finish(Closing::Stopping, self.now);
        }
        self.compare();
        // It ends in any case: of itself, or because the peer is silent.
        while !self.is_over() {
            self.go_on();
        }
        self.session.handle_received(b"exit\r\n", self.now);
        self.compare();
    }

    /// Lets a little time pass, and a timeout happen that is due then.
    fn pass_time(&mut self) {
        self.now = self
            .now
            .after(Duration::from_millis(self.random.below(20).into()));
        if self
            .session
            .poll_timeout()
            .is_some_and(|due| due <= self.now)
        {
            self.time_out();
        }
    }

    /// Does what a driver can do without new bytes: writes, or waits for the next timeout.
    fn go_on(&mut self) {
        if self.session.outbox().is_empty() {
            let Some(due) = self.session.poll_timeout() else {
                panic!("a session that waits for nothing is over");
            };
            self.now = due.max(self.now);
            self.time_out();
        } else {
            self.write();
        }
    }

    fn time_out(&mut self) {
        self.session.handle_timeout(self.now);
        self.model.time_out(self.now);
        self.compare();
    }

    /// Writes some of what waits.
    fn write(&mut self) {
        let n = self.random.piece_len().min(self.session.outbox().len());
        self.session.handle_written(n, self.now);
        self.model.written(n, self.now);
        self.compare();
    }

    fn is_over(&self) -> bool {
        self.session.poll_close().is_some()
    }

    #[track_caller]
    fn compare(&self) {
        let (session, model) = (&self.session, &self.model);
        assert_eq!(session.outbox(), model.outbox, "outbox");
        assert_eq!(session.poll_timeout(), model.timeout(), "timeout");
        assert_eq!(session.poll_close(), model.closed(), "close");
        assert_eq!(session.wants_bytes(), model.wants_bytes(), "wants bytes");
    }
}

/// The reference protocol with no cleverness at all: all bytes in one heap, looked through from the start each time.
struct Model {
    config: Arc<Config>,
    unread: Vec<u8>,
    outbox: Vec<u8>,
    /// The reply that is thought about, and when it will be said.
    thinking: Option<(Vec<u8>, Time)>,
    /// No more bytes are taken; why.
    last: Option<Closing>,
    closing: Option<Closing>,
    quiet_since: Time,
}

impl Model {
    fn new(config: Arc<Config>) -> Self {
        let mut model = Self {
            config,
            unread: Vec::new(),
            outbox: Vec::new(),
            thinking: None,
            last: None,
            closing: None,
            quiet_since: Time::ZERO,
        };
        if let Some(greeting) = model.config.greeting.clone() {
            model.say(&greeting);
        }
        model
    }

    fn receive(&mut self, bytes: &[u8], now: Time) {
        if bytes.is_empty() || self.last.is_some() || self.closing.is_some() {
            return;
        }
        self.quiet_since = now;
        self.unread.extend_from_slice(bytes);
        self.answer(now);
    }

    fn finish(&mut self, why: Closing, now: Time) {
        self.last.get_or_insert(why);
        self.answer(now);
    }

    fn written(&mut self, n: usize, now: Time) {
        self.outbox.drain(..n);
        if self.outbox.is_empty() {
            self.quiet_since = now;
        }
        self.answer(now);
    }

    fn time_out(&mut self, now: Time) {
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

    fn timeout(&self) -> Option<Time> {
        match &self.thinking {
            _ if self.closing.is_some() => None,
            Some((_, until)) => Some(*until),
            None => self.outbox.is_empty().then(|| self.quiet_since.after(IDLE)),
        }
    }

    fn closed(&self) -> Option<Closing> {
        self.closing.filter(|_| self.outbox.is_empty())
    }

    fn wants_bytes(&self) -> bool {
        // A raw session is asleep while it thinks.
        let raw = self.config.framing == Framing::Raw;
        let idle = self.thinking.is_none() || (self.unread.is_empty() && !raw);
        self.closing.is_none() && self.last.is_none() && idle && self.outbox.len() < MAX_OUTBOX
    }

    /// Answers what can be answered.
    fn answer(&mut self, now: Time) {
        while self.thinking.is_none() && self.closing.is_none() {
            if self.outbox.len() >= MAX_OUTBOX && !self.unread.is_empty() {
                return;
            }
            match self.next_message() {
                Ok(Some(message)) => self.hear(&message, now),
                Ok(None) => match self.last {
                    Some(why) => self.close(why),
                    None => return,
                },
                Err(()) => {
                    let limit = self.config.max_message;
                    self.say(format!("error: message longer than {limit} bytes").as_bytes());
                    self.close(Closing::BadInput);
                }
            }
        }
    }

    /// Takes the next message; an error: it is too long.
    fn next_message(&mut self) -> Result<Option<Vec<u8>>, ()> {
        let limit = self.config.max_message;
        // Soon answered, so that a fuzzer is not slowed down by bytes that come one at a time.
        let is_line = matches!(self.config.framing, Framing::Line(_));
        if is_line && self.unread.len() <= limit && !self.unread.contains(&b'\n') {
            return Ok(None);
        }
        let found = match self.config.framing {
            Framing::Line(ending) => naive_line(ending, &self.unread, limit).map_err(|_| ())?,
            Framing::Raw if self.unread.len() > limit => return Err(()),
            _ => Some((&self.unread[..], self.unread.len())).filter(|(_, len)| *len > 0),
        };
        let Some((message, len)) = found.map(|(message, len)| (message.to_vec(), len)) else {
            return Ok(None);
        };
        self.unread.drain(..len);
        Ok(Some(message))
    }

    fn hear(&mut self, message: &[u8], now: Time) {
        if message == b"exit" {
            return self.close(Closing::Exit);
        }
        if let Err(error) = validate(message) {
            self.say(format!("error: invalid UTF-8 at byte {}", error.offset).as_bytes());
            return self.close(Closing::BadInput);
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

    fn say(&mut self, message: &[u8]) {
        let said = self.config.framing.encode(message, &mut self.outbox);
        assert_eq!(said, Ok(()));
    }

    fn close(&mut self, why: Closing) {
        self.closing = Some(why);
        self.unread.clear();
    }
}
