//! Properties of the session: whatever arrives, in whatever pieces and whenever, it does what a naive model of the
//! reference protocol does, step by step.

use std::sync::Arc;
use std::time::Duration;

use memchr::arch::all::is_equal;

use super::session_model::Model;
use crate::corpus::{Options, Random, SessionInput};
use crate::session::{Closing, Session};
use crate::time::Time;

/// Input: `SessionInput`.
///
/// # Panics
///
/// When the session differs from the model after any step, or when it is played a second time.
#[inline]
pub fn session(data: &[u8]) {
    let Some(input) = SessionInput::parse(data) else {
        return;
    };
    let config = Arc::new(input.config());
    let mut session = Session::new(Arc::clone(&config), Time::ZERO);
    let times = if cfg!(fuzzing) && !input.options.is(Options::TWICE) {
        1
    } else {
        2
    };
    for turn in 0..times {
        if turn > 0 {
            session.reset(Time::ZERO);
        }
        let mut play = Play {
            session,
            model: Model::new(Arc::clone(&config), Time::ZERO),
            now: Time::ZERO,
            random: Random::new(input.seed),
        };
        play.run(&input);
        session = play.session;
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
    #[inline]
    fn run(&mut self, input: &SessionInput<'_>) {
        let options = input.options;
        self.compare();
        for piece in input.cuts.pieces(input.stream) {
            self.pass_time();
            while !self.session.wants_bytes() && !options.is(Options::UNWANTED) && !self.is_over() {
                self.go_on();
            }
            self.session.handle_received(piece, self.now);
            self.model.receive(piece, self.now);
            self.compare();
            if self.random.below(2) == 0 {
                self.write();
            }
        }
        if options.is(Options::END) {
            self.session.handle_ended(self.now);
            self.model.finish(Closing::EndOfInput, self.now);
            self.compare();
        } else if options.is(Options::STOP) {
            self.session.stop(self.now);
            self.model.finish(Closing::Stopping, self.now);
            self.compare();
        }
        // It ends in any case: of itself, or because the peer is silent.
        while !self.is_over() {
            self.go_on();
        }
        self.session.handle_received(b"exit\r\n", self.now);
        self.time_out();
    }

    /// Lets a little time pass, and a timeout happen that is due then.
    #[inline]
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
    #[inline]
    fn go_on(&mut self) {
        if !self.session.wants_to_write() {
            let Some(due) = self.session.poll_timeout() else {
                panic!("a session that waits for nothing is over");
            };
            self.now = due.max(self.now);
            self.time_out();
        } else {
            self.write();
        }
    }

    #[inline]
    fn time_out(&mut self) {
        self.session.handle_timeout(self.now);
        self.model.time_out(self.now);
        self.compare();
    }

    /// Writes some of what waits: a few bytes, or up to any of it. A few bytes alone would make of each long outbox as many
    /// steps that are all the same.
    #[inline]
    fn write(&mut self) {
        let waits = self.session.outbox().len();
        let n = match self.random.below(4) {
            0 => self.random.piece_len(),
            1 => self.random.index(waits),
            _ => waits,
        };
        let n = n.min(waits);
        self.session.handle_written(n, self.now);
        self.model.written(n, self.now);
        self.compare();
    }

    #[inline]
    fn is_over(&self) -> bool {
        self.session.poll_close().is_some()
    }

    #[track_caller]
    #[inline]
    fn compare(&self) {
        let (session, model) = (&self.session, &self.model);
        let (outbox, expected) = (session.outbox(), model.outbox());
        // Not `==`: a fuzzer listens to each comparison of bytes by the standard library, which takes longer than comparing them.
        assert!(
            is_equal(outbox, expected),
            "outbox: {outbox:?}, the model's: {expected:?}"
        );
        assert_eq!(session.wants_to_write(), model.has_to_write(), "writes");
        assert_eq!(session.poll_timeout(), model.timeout(), "timeout");
        assert_eq!(session.poll_close(), model.closed(), "close");
        assert_eq!(session.wants_bytes(), model.wants_bytes(), "wants bytes");
    }
}
