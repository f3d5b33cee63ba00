//! Tests of the session.

mod bounds;
mod cuts;
mod replies;
mod state_machine;
mod timing;
mod told;

use std::sync::Arc;
use std::time::Duration;

use super::{Closing, Config, Session};
use crate::time::Time;
use crate::wire::Framing;

/// A session, a clock that is told what time it is, and a peer that takes all it is sent at once.
struct Talk {
    session: Session,
    now: Time,
    said: Vec<u8>,
}

impl Talk {
    fn new(config: Config) -> Self {
        let mut talk = Self {
            session: Session::new(Arc::new(config), Time::ZERO),
            now: Time::ZERO,
            said: Vec::new(),
        };
        talk.write();
        talk
    }

    fn push(&mut self, bytes: &[u8]) {
        self.session.handle_received(bytes, self.now);
        self.write();
    }

    fn end(&mut self) {
        self.session.handle_ended(self.now);
        self.write();
    }

    /// Lets time pass, from one timeout to the next.
    fn pass(&mut self, duration: Duration) {
        let until = self.now.after(duration);
        while let Some(at) = self.session.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.session.handle_timeout(self.now);
            self.write();
        }
        self.now = until;
    }

    fn write(&mut self) {
        while !self.session.outbox().is_empty() {
            let n = self.session.outbox().len();
            self.said.extend_from_slice(self.session.outbox());
            self.session.handle_written(n, self.now);
        }
    }

    /// What was said since the last call.
    fn said(&mut self) -> String {
        String::from_utf8(std::mem::take(&mut self.said)).unwrap()
    }

    fn closed(&self) -> Option<Closing> {
        self.session.poll_close()
    }
}

fn raw() -> Config {
    Config::default()
}

fn line() -> Config {
    Config {
        framing: Framing::LINE,
        ..Config::default()
    }
}
